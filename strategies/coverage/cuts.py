"""The coverage of a plan's core goals: which sub-goals add up in which cut, and what they leave uncovered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import prod

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from planner.arithmetic.coverage import (
    Coverage,
    amount_of_part,
    amount_of_share,
    amounts_of_steps,
    cover,
)
from planner.arithmetic.gaps import Direction
from planner.arithmetic.names import name_key
from planner.arithmetic.periods import full_months_before
from planner.diagnose.analysis.products import Factor, Product, products
from planner.diagnose.standings import Levels, Measure
from planner.models import Goal, Metric, Plan, Segment
from planner.plans import segments_of
from strategies.goals.targets import Target, targets, unit_of

# By which parts of the business a cut divides the core goal; the other cuts have no segments.
DIMENSIONS = {
    Goal.Cut.LINES: Segment.Dimension.PRODUCT_LINE,
    Goal.Cut.REGIONS: Segment.Dimension.REGION,
}
# What the factors of a formula start from differs from the core goal's baseline by this: the key of that part.
START = "start"
Key = int | str


@dataclass(frozen=True, slots=True)
class Step:
    """A factor of a formula: from its level to its target, which is the level where no sub-goal names it."""

    factor: Factor
    baseline: Decimal | None
    target: Decimal | None
    part: Target | None


@dataclass(frozen=True, slots=True)
class Bar:
    """The parts of one cut that add up, by a sum or in the `product` of a formula, with what they cover."""

    core: Target
    parts: tuple[Target, ...]
    coverage: Coverage[Key]
    product: Product | None = None
    steps: tuple[Step, ...] = ()

    @property
    def sign(self) -> int:
        """The sign that what leads to the target has in the core goal's own figures."""
        return 1 if Direction(self.core.goal.way) == Direction.HIGHER else -1

    @property
    def by_key(self) -> dict[Key, Target]:
        return {part.goal.pk: part for part in self.parts}


@dataclass(frozen=True, slots=True)
class Influence:
    """A sub-goal that is not added, and why."""

    goal: Goal
    reason: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A part of the business without a sub-goal in its cut; `level` is where it stands."""

    segment: Segment
    level: Decimal | None


@dataclass(slots=True)
class Cut:
    """One cut of a core goal: its bars, one for each equation, and what only influences the goal."""

    name: str
    bars: list[Bar] = field(default_factory=list)
    influences: list[Influence] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CoreCoverage:
    """A core goal with its cuts, and the formulas through which one can go backwards from it."""

    core: Target
    cuts: tuple[Cut, ...]
    products: tuple[Product, ...]

    @property
    def goal(self) -> Goal:
        return self.core.goal

    @property
    def is_known(self) -> bool:
        return self.core.baseline is not None and self.core.goal.target is not None

    @property
    def uncovered_bars(self) -> list[Bar]:
        """Those whose parts are all known, and leave something."""
        bars = [bar for cut in self.cuts for bar in cut.bars]
        return [bar for bar in bars if bar.coverage.uncovered and not bar.coverage.unknown]


def coverages(plan: Plan) -> list[CoreCoverage]:
    """The coverage of the plan's core goals, in a constant number of queries."""
    figures = targets(plan, goals_with_figures([plan]), plan.team.today())
    if not figures:
        return []
    metrics = {metric.pk: metric for metric in Metric.objects.filter(team=plan.team_id)}
    team_products = products(plan.team, metrics)
    segments = segments_of(plan.team, Segment.objects.none())
    months = full_months_before(plan.baseline_day(plan.team.today()))
    levels = Levels(measures_of([target.goal for target in figures], team_products, segments), months)
    return Breakdown(figures, team_products, levels, months, segments).coverages()


def goals_with_figures(plans: Iterable[Plan]) -> QuerySet[Goal]:
    """The goals of these plans in their order, with what their figures are read from."""
    goals = Goal.objects.filter(plan__in=plans, parent__removed_at=None).order_by("order", "pk")
    return goals.select_related("plan", "metric", "segment")


def measures_of(
    goals: Sequence[Goal], team_products: Iterable[Product], segments: Sequence[Segment] = ()
) -> list[Measure]:
    """What coverage reads the levels of: factors of the formulas that goals name, segments that core goals have."""
    named = {goal.formula_id for goal in goals if goal.formula_id}
    factors = [
        factor
        for each in team_products
        if each.formula and each.formula.pk in named
        for factor in each.factors
    ]
    metrics = [metric for factor in factors for metric in factor.metrics]
    cut = [goal.metric for goal in goals if goal.parent_id is None and goal.metric is not None]
    return [*map(Measure, metrics), *(Measure(metric, each.pk) for metric in cut for each in segments)]


class Breakdown:
    """The goals of one plan in figures, with what their coverage is worked out from.

    `levels` hold the `months` before the plan of what `measures_of` says.
    """

    def __init__(
        self,
        figures: Sequence[Target],
        team_products: Sequence[Product],
        levels: Levels,
        months: Sequence[dt.date],
        segments: Sequence[Segment] = (),
    ) -> None:
        self.products, self.levels, self.months, self.segments = team_products, levels, months, segments
        self.cores = [target for target in figures if target.goal.parent_id is None]
        self.parts: dict[int, list[Target]] = {core.goal.pk: [] for core in self.cores}
        for target in figures:
            if target.goal.parent_id in self.parts:
                self.parts[target.goal.parent_id].append(target)

    def coverages(self) -> list[CoreCoverage]:
        return [
            CoreCoverage(
                core,
                tuple(self._cuts(core)),
                tuple(each for each in self.products if each.result.pk == core.goal.metric_id),
            )
            for core in self.cores
        ]

    def _cuts(self, core: Target) -> list[Cut]:
        """The cuts that have sub-goals, in the order of the choices; last those without a cut."""
        cuts = {name: Cut(name) for name in (*Goal.Cut.values, "")}
        adding: dict[str, list[Target]] = {}
        for part in self.parts[core.goal.pk]:
            if reason := reason_not_added(part, core):
                cuts[part.goal.cut].influences.append(Influence(part.goal, reason))
            else:
                adding.setdefault(part.goal.cut, []).append(part)
        for name, parts in adding.items():
            self._add_bars(cuts[name], core, parts)
            cuts[name].missing = self._missing(core, cuts[name])
        return [cut for cut in cuts.values() if cut.bars or cut.influences or cut.name in adding]

    def _add_bars(self, cut: Cut, core: Target, adding: Sequence[Target]) -> None:
        by_formula: dict[int | None, list[Target]] = {}
        for part in adding:
            by_formula.setdefault(part.goal.formula_id, []).append(part)
        for formula, parts in by_formula.items():
            bar = self._sum(cut, core, parts) if formula is None else self._product(cut, core, formula, parts)
            if bar is not None:
                cut.bars.append(bar)

    def _sum(self, cut: Cut, core: Target, parts: Sequence[Target]) -> Bar | None:
        """The parts of a sum; of two for the same segment the first counts."""
        by_segment: dict[int, Target] = {}
        counted = []
        for part in parts:
            segment = part.goal.segment_id
            if segment is not None and (other := by_segment.setdefault(segment, part)) is not part:
                reason = _("“%(name)s” already counts for it") % {"name": other.goal}
                cut.influences.append(Influence(part.goal, reason))
            else:
                counted.append(part)
        amounts = [(part.goal.pk, amount_of(part, core)) for part in counted]
        coverage = _cover(core, amounts)
        return Bar(core, tuple(counted), coverage) if coverage and counted else None

    def _product(self, cut: Cut, core: Target, formula: int, parts: Sequence[Target]) -> Bar | None:
        """The parts that are factors of a formula of the core goal's metric; of two for one factor the first counts."""
        product = next((each for each in self.products if each.formula and each.formula.pk == formula), None)
        by_factor: dict[int, Target] = {}
        for part in parts:
            reason, index = _place_in(product, part, core, by_factor)
            if reason:
                cut.influences.append(Influence(part.goal, reason))
            else:
                by_factor[index] = part
        if product is None or not by_factor:
            return None
        steps = tuple(
            self._step(factor, by_factor.get(index)) for index, factor in enumerate(product.factors)
        )
        counted = tuple(step.part for step in steps if step.part is not None)
        coverage = cover_in(core, steps)
        return Bar(core, counted, coverage, product, steps) if coverage else None

    def _step(self, factor: Factor, part: Target | None) -> Step:
        level = level_of(factor, self.levels, self.months)
        if part is None:
            return Step(factor, level, level, None)
        return Step(factor, part.baseline, part.goal.target, part)

    def _missing(self, core: Target, cut: Cut) -> list[Missing]:
        """The segments without a part, where a cut by segments has parts that add up."""
        dimension = DIMENSIONS.get(Goal.Cut(cut.name)) if cut.name else None
        if dimension is None or not cut.bars or core.goal.metric is None:
            return []
        named = {part.goal.segment_id for bar in cut.bars for part in bar.parts}
        return [
            Missing(segment, self.levels.over(Measure(core.goal.metric, segment.pk), self.months))
            for segment in self.segments
            if segment.dimension == dimension and segment.pk not in named
        ]


def level_of(factor: Factor, levels: Levels, months: Sequence[dt.date]) -> Decimal | None:
    """The level of a factor: of the metric for it where that has readings, else of its numerator ÷ denominator."""
    if factor.metric is not None:
        own_level = levels.over(Measure(factor.metric), months)
        if own_level is not None:
            return own_level
    top = levels.over(Measure(factor.numerator), months)
    if factor.denominator is None or top is None:
        return top
    below = levels.over(Measure(factor.denominator), months)
    return top / below if below else None


def _place_in(
    product: Product | None, part: Target, core: Target, taken: Mapping[int, Target]
) -> tuple[str, int]:
    """Why a part is no factor of a formula, or which it is."""
    if product is None:
        return _("its formula no longer exists"), 0
    if product.result.pk != core.goal.metric_id:
        return _("its formula is for %(name)s") % {"name": product.result.name}, 0
    for index, factor in enumerate(product.factors):
        metric = factor.measured
        if metric is None or metric.pk != part.goal.metric_id:
            continue
        if part.goal.segment_id is not None:
            return _("it is for %(segment)s only, the formula for the total") % {
                "segment": part.goal.segment
            }, 0
        if index in taken:
            return _("“%(name)s” already counts for it") % {"name": taken[index].goal}, 0
        return "", index
    return _("it is not a factor of %(formula)s") % {"formula": product.label}, 0


def cover_in(core: Target, steps: Sequence[Step]) -> Coverage[Key] | None:
    """The coverage by the sub-goals of a product, and by what it starts from beside the core goal's own baseline.

    A factor without a sub-goal adds nothing while its level is known.
    """
    baselines, ends = [step.baseline for step in steps], [step.target for step in steps]
    amounts: list[tuple[Key, Fraction | None]] = [
        (step.part.goal.pk, amount)
        for step, amount in zip(steps, amounts_of_steps(baselines, ends), strict=True)
        if step.part is not None
    ]
    if None not in baselines and core.baseline is not None:
        start = prod((Fraction(value) for value in baselines if value is not None), start=Fraction(1))
        if offset := start - Fraction(core.baseline):
            amounts.append((START, offset))
    return _cover(core, amounts)


def _cover(core: Target, amounts: Iterable[tuple[Key, Fraction | None]]) -> Coverage[Key] | None:
    return cover(core.baseline, core.goal.target, core.goal.way, amounts)


def amount_of(part: Target, core: Target) -> Fraction | None:
    """What a part adds in the core goal's unit once it is met."""
    goal = part.goal
    if goal.kind == Goal.Kind.SHARE and not core.is_rate:
        return amount_of_share(part.baseline, goal.target, core.baseline, core.goal.target)
    return amount_of_part(part.baseline, goal.target)


def reason_not_added(part: Target, core: Target) -> str:
    """Why a sub-goal is not added to its core goal; "" for one that adds up."""
    other = "" if part.goal.formula_id and part.goal.adds_up else _other_unit(part, core)
    if other:
        return other
    if not part.goal.adds_up:
        return _("it influences the core goal and is not added")
    dimension = DIMENSIONS.get(Goal.Cut(part.goal.cut)) if part.goal.cut else None
    segment = part.goal.segment
    if dimension and segment is not None and segment.dimension != dimension:
        return _("%(segment)s does not belong to this breakdown") % {"segment": segment}
    return ""


def _other_unit(part: Target, core: Target) -> str:
    """In which way a part counts otherwise than the core goal; "" for the same unit."""
    goal, whole = part.goal, core.goal
    if goal.kind == Goal.Kind.SHARE and goal.metric_id == whole.metric_id:
        return ""
    if part.is_rate:
        return _("a rate can't be added to amounts") if not core.is_rate else _("rates can't be added")
    params = {"unit": unit_of(goal) or goal.name, "whole": unit_of(whole) or whole.name}
    is_count = goal.metric is not None and goal.metric.kind == Metric.Kind.COUNT
    if goal.metric_id is not None and goal.metric_id == whole.metric_id:
        return ""
    is_same = name_key(unit_of(goal)) == name_key(unit_of(whole))
    if not is_same and is_count:
        return _("a number is not an amount of %(whole)s") % params
    if not is_same:
        return _("it is counted in %(unit)s, not in %(whole)s") % params
    if goal.metric is not None and goal.metric.aggregation == Metric.Aggregation.RATIO:
        return _("an average can't be added")
    return ""


def equation(cut: Cut, bar: Bar) -> str:
    """How the parts of a bar make up the core goal: "Product A + Product B = Total sales"."""
    if bar.product is not None:
        return bar.product.label
    names = [str(part.goal.segment or part.goal.name) for part in bar.parts]
    names += [str(missing.segment) for missing in cut.missing]
    whole = bar.core.goal.metric.name if bar.core.goal.metric else bar.core.goal.name
    return f"{' + '.join(names)} = {whole}"
