"""The coverage of the core goals as the page of goals shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic.exact import decimal
from planner.models import Goal, Plan
from strategies.coverage.bars import ShownBar
from strategies.coverage.cuts import CoreCoverage, Cut, Influence, Missing, coverages, equation


@dataclass(frozen=True, slots=True)
class Offer:
    """A sub-goal that one click adds for a part of the business that has none; with a target where one part lacks."""

    missing: Missing
    label: str
    target: Decimal | None


class ShownCut:
    """One cut: its bars, the sub-goals that only influence, and the sub-goals that it lacks."""

    def __init__(self, coverage: CoreCoverage, cut: Cut) -> None:
        self.coverage, self.cut = coverage, cut
        self.bars = [ShownBar(bar, equation(cut, bar)) for bar in cut.bars]

    @property
    def label(self) -> str:
        return str(Goal.Cut(self.cut.name).label) if self.cut.name else _("No breakdown chosen")

    @property
    def influences(self) -> Sequence[Influence]:
        return self.cut.influences

    @property
    def offers(self) -> list[Offer]:
        target = target_for(self.cut)
        return [Offer(missing, self._offer(missing, target), target) for missing in self.cut.missing]

    def _offer(self, missing: Missing, target: Decimal | None) -> str:
        if target is None or missing.level is None:
            return _("Add a sub-goal for %(name)s") % {"name": missing.segment}
        scale = self.coverage.core.scale
        return _("Add a sub-goal for %(name)s: %(level)s → %(target)s") % {
            "name": missing.segment,
            "level": words.figure(scale, missing.level),
            "target": words.figure(scale, target),
        }


def target_for(cut: Cut) -> Decimal | None:
    """The target with which the one part that a cut lacks would cover what is left; None where that is not known."""
    if len(cut.missing) != 1 or len(cut.bars) != 1 or cut.bars[0].coverage.unknown:
        return None
    level, bar = cut.missing[0].level, cut.bars[0]
    if level is None or not bar.coverage.uncovered:
        return None
    return round(level + bar.sign * decimal(bar.coverage.uncovered), 6)


class ShownCoverage:
    """The section of one core goal."""

    def __init__(self, coverage: CoreCoverage) -> None:
        self.coverage, self.goal = coverage, coverage.goal
        self.cuts = [ShownCut(coverage, cut) for cut in coverage.cuts]

    @property
    def needed(self) -> str:
        """What lies between baseline and target."""
        core = self.coverage.core
        if core.baseline is None or core.goal.target is None:
            return _("Coverage needs a baseline and a target of the core goal.")
        change = words.signed(core.scale, core.goal.target - core.baseline)
        return _("%(change)s needed. Sub-goals add up within one breakdown only.") % {"change": change}

    @property
    def backwards_url(self) -> str:
        """Where sub-goals are worked out from the target; "" for a core goal without the figures for it."""
        is_possible = self.coverage.is_known and self.goal.metric is not None
        return reverse("goals-backwards", args=[self.goal.plan_id, self.goal.pk]) if is_possible else ""

    @property
    def backwards_label(self) -> str:
        products = self.coverage.products
        if not products:
            return _("Work backwards from the target")
        return _("Work backwards from %(factors)s") % {"factors": products[0].factors_label}


def shown_coverages(plan: Plan) -> list[ShownCoverage]:
    return [ShownCoverage(coverage) for coverage in coverages(plan)]
