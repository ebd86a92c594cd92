"""A bar of coverage as people see it: a waterfall from baseline to target, its lines in figures, one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic import formats
from planner.arithmetic.drivers import apportioned
from planner.arithmetic.exact import Number, decimal
from planner.arithmetic.formats import MINUS, RATE
from planner.models import Goal
from strategies.coverage.cuts import START, Bar, Key, Step
from strategies.goals.targets import Target

# A part narrower than this share of the bar, in per cent, has no room for its figure.
ROOM = 13
HEIGHT, LANE = 30, 16


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the waterfall, in per cent of its width; `tone` says what it is."""

    tone: str
    x: str
    width: str
    y: int
    height: int
    middle: str
    label: str

    @property
    def drop(self) -> int:
        """How far below its top the label stands."""
        return self.height // 2 + 4


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the sum: what it is, its figure, how that is computed, and the sub-goal that it is of."""

    name: str
    figure: str
    formula: str
    goal: Goal | None = None
    tone: str = ""


class ShownBar:
    """The texts and shapes of one bar."""

    def __init__(self, bar: Bar, equation: str = "") -> None:
        self.bar, self.core, self.coverage, self.sign = bar, bar.core, bar.coverage, bar.sign
        self.equation = equation

    def figure(self, value: Number | None) -> str:
        return words.figure(self.core.scale, value)

    def change(self, value: Number) -> str:
        """A change of the core goal's figure with its sign."""
        return words.signed(self.core.scale, self.sign * value)

    def size(self, value: Number) -> str:
        return words.figure(self.core.scale, value, difference=self.core.is_rate)

    # The figures, rounded so that what is shown adds up

    @cached_property
    def _rounded(self) -> tuple[Decimal, ...]:
        amounts = [amount for _key, amount in self.coverage.parts]
        rest = self.coverage.uncovered - self.coverage.surplus
        level = self.core.baseline or 0
        places = words.places_of_parts(self.core.scale, self.coverage.needed, level)
        return apportioned([*amounts, rest], places)

    @property
    def amounts(self) -> list[tuple[Key, Decimal]]:
        """What each part brings; what a formula starts beside the baseline only where one can see it."""
        keys = [key for key, _amount in self.coverage.parts]
        pairs = zip(keys, self._rounded[:-1], strict=True)
        return [(key, amount) for key, amount in pairs if amount or key != START]

    @property
    def rest(self) -> Decimal:
        """What is not covered; below 0 what is more than needed."""
        return self._rounded[-1]

    @property
    def needed(self) -> Decimal:
        return sum(self._rounded, Decimal(0))

    @property
    def covered(self) -> Decimal:
        return self.needed - self.rest

    # Words

    @property
    def baseline(self) -> str:
        return self.figure(self.core.baseline)

    @property
    def target(self) -> str:
        return self.figure(self.core.goal.target)

    @property
    def sentence(self) -> str:
        """What is there once all parts are met, and what is not."""
        params = {
            "covered": self._beside(self.covered, self.needed),
            "needed": self.size(self.needed),
            "rest": self._beside(abs(self.rest), self.needed),
            "name": self.bar.parts[0].goal,
        }
        if self.needed <= 0:
            first = _("The baseline already meets the target: there is nothing to cover.")
        elif self.rest > 0:
            first = (
                _("If all are met: %(covered)s of %(needed)s; %(rest)s not covered.") % params
                if len(self.bar.parts) > 1
                else _("If “%(name)s” is met: %(covered)s of %(needed)s; %(rest)s not covered.") % params
            )
        elif self.rest < 0:
            first = _("If all are met: all of %(needed)s, and %(rest)s more than needed.") % params
        else:
            first = _("If all are met: all of %(needed)s.") % params
        return words.together([first, self.unknown_sentence])

    @property
    def unknown_sentence(self) -> str:
        """The parts of which a figure is missing: they may cover some of the rest."""
        if not self.coverage.unknown:
            return ""
        by_key = self.bar.by_key
        names = [by_key[key].goal for key in self.coverage.unknown]
        text = _("Not known yet, and not counted: %(names)s.")
        return text % {"names": words.listed(names, most=None)}

    def _number(self, value: Decimal) -> str:
        """A size without its unit, as the bar has room for."""
        scale, is_rate = self.core.scale, self.core.is_rate
        return formats.figure(scale, abs(value), language=words.language(), difference=is_rate).number

    def _signed_number(self, value: Decimal) -> str:
        return f"{'+' if self.sign * value >= 0 else MINUS}{self._number(value)}"

    def _beside(self, value: Decimal, other: Decimal) -> str:
        """A figure without its unit where the one beside it has the same."""
        shown, neighbour = (
            formats.figure(self.core.scale, each, language=words.language(), difference=self.core.is_rate)
            for each in (value, other)
        )
        return shown.number if shown.unit == neighbour.unit else formats.figure_text(shown)

    @property
    def lines(self) -> list[Line]:
        """From the baseline to the target, each figure with how it is computed."""
        by_key = self.bar.by_key
        lines = [Line(_("Baseline"), self.baseline, self._baseline_formula, tone="end")]
        for key, amount in self.amounts:
            if key == START:
                lines.append(Line(_("Difference at the start"), self.change(amount), self._start_formula))
            else:
                part = by_key[key]
                lines.append(Line(part.goal.name, self.change(amount), self.formula_of(part), part.goal))
        for key in self.coverage.unknown:
            part = by_key[key]
            lines.append(Line(part.goal.name, formats.DASH, self._lack_of(part), part.goal, "unknown"))
        if self.rest:
            name = _("Not covered") if self.rest > 0 else _("More than needed")
            formula = _("%(needed)s needed − %(covered)s covered") % {
                "needed": self.size(self.needed),
                "covered": self.size(self.covered),
            }
            lines.append(Line(name, self.size(abs(self.rest)), formula, tone="rest"))
        total = f"{self.baseline} {self._plus(self.sign * self.needed)} = {self.target}"
        lines.append(Line(_("Target"), self.target, total, tone="end"))
        return lines

    def _plus(self, value: Decimal) -> str:
        return f"{'+' if value >= 0 else MINUS} {self.size(abs(value))}"

    @property
    def _baseline_formula(self) -> str:
        months = self.core.baseline_months
        return (
            _("Average of %(months)s") % {"months": words.months(months)} if months else _("Entered by hand")
        )

    @property
    def _start_formula(self) -> str:
        """The baselines of the factors multiplied, beside the core goal's own."""
        return _(
            "The baselines of the factors multiply to %(start)s; the core goal starts from %(baseline)s"
        ) % {
            "start": self.figure(decimal(self._start)),
            "baseline": self.baseline,
        }

    @property
    def _start(self) -> Fraction:
        offset = next(amount for key, amount in self.coverage.parts if key == START)
        return Fraction(self.core.baseline or 0) + self.sign * offset

    def formula_of(self, part: Target) -> str:
        """How a part's figure is computed."""
        goal = part.goal
        if self.bar.product is not None:
            step = next(each for each in self.bar.steps if each.part is part)
            return _("%(from)s → %(to)s in %(formula)s, shared among the factors") % {
                "from": _level(step, step.baseline),
                "to": _level(step, step.target),
                "formula": self.bar.product.label,
            }
        if goal.kind == Goal.Kind.SHARE and not self.core.is_rate:
            end, start = words.figure(RATE, goal.target), words.figure(RATE, part.baseline)
            return f"{end} × {self.target} − {start} × {self.baseline}"
        return f"{words.figure(part.scale, goal.target)} − {words.figure(part.scale, part.baseline)}"

    def _lack_of(self, part: Target) -> str:
        if part.goal.target is None:
            return _("It has no target yet")
        if part.baseline is None:
            return _("It has no baseline yet")
        lacking = [
            step.factor.label for step in self.bar.steps if step.baseline is None or step.target is None
        ]
        return _("%(names)s has no values yet") % {"names": words.listed(lacking)}

    # The drawing

    @property
    def height(self) -> int:
        return max((block.y + block.height for block in self.blocks), default=0) + 8

    @cached_property
    def _ends(self) -> tuple[Fraction, Fraction]:
        """The lowest and the highest point that the waterfall reaches, from the baseline."""
        levels = [Fraction(0), self.coverage.needed, self.coverage.covered]
        level = Fraction(0)
        for _key, amount in self.coverage.parts:
            level += amount
            levels.append(level)
        return min(levels), max(levels)

    def _at(self, level: Fraction) -> float:
        low, high = self._ends
        return float(100 * (level - low) / (high - low)) if high > low else 0.0

    @property
    def baseline_at(self) -> str:
        return _per_cent(self._at(Fraction(0)))

    @property
    def target_at(self) -> str:
        return _per_cent(self._at(self.coverage.needed))

    @property
    def blocks(self) -> list[Block]:
        """The parts one behind the other; on lanes of their own where one leads back."""
        has_lanes = any(amount < 0 for _key, amount in self.coverage.parts)
        height = LANE if has_lanes else HEIGHT
        blocks = []
        for number, (tone, start, end, text) in enumerate(self._pieces()):
            x, width = self._at(min(start, end)), abs(self._at(end) - self._at(start))
            y = 4 + (number * (LANE + 2) if has_lanes else 0)
            label = text if width >= ROOM else ""
            blocks.append(
                Block(tone, _per_cent(x), _per_cent(width), y, height, _per_cent(x + width / 2), label)
            )
        return blocks

    def _pieces(self) -> Iterator[tuple[str, Fraction, Fraction, str]]:
        level = Fraction(0)
        shown = dict(self.amounts)
        for key, amount in self.coverage.parts:
            if key not in shown:
                continue
            tone = "start" if key == START else "plus" if amount >= 0 else "minus"
            yield tone, level, level + amount, self._signed_number(shown[key])
            level += amount
        if self.rest > 0:
            yield "hole", self.coverage.covered, self.coverage.needed, self._number(self.rest)
        elif self.rest < 0:
            yield "over", self.coverage.needed, self.coverage.covered, ""


def _per_cent(value: float) -> str:
    return f"{value:.2f}%"


def _level(step: Step, value: Decimal | None) -> str:
    metric = step.factor.measured
    return words.figure(metric.scale if metric else formats.PLAIN, value)
