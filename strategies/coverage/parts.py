"""Sub-goals that coverage adds: for a part of the business that a cut lacks, and for the factors of a formula."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from planner.changes import Recording
from planner.diagnose.analysis.products import Product
from planner.diagnose.metrics import formula_of, metric_of
from planner.models import Goal
from strategies.coverage.cuts import coverages
from strategies.coverage.levers import Lever, name_of
from strategies.coverage.shown import target_for
from strategies.goals.goals import add_sub_goal, change_goal


def add_missing_part(log: Recording, core: Goal, cut: str, segment: int) -> Goal:
    """Add a sub-goal for a segment that a cut of the core goal lacks, with the target that covers what is left.

    It has no target where more than one segment is missing. Raises ValidationError where the cut lacks no such segment.
    """
    shown = next((each for each in coverages(core.plan) if each.goal == core), None)
    found = [each for each in shown.cuts if each.name == cut] if shown else []
    missing = [each for each in found[0].missing if each.segment.pk == segment] if found else []
    if not missing:
        raise ValidationError(_("This breakdown already has a sub-goal for it. Reload the page."))
    return add_sub_goal(
        log,
        core,
        str(missing[0].segment),
        core.metric,
        segment=missing[0].segment,
        cut=cut,
        adds_up=True,
        target=target_for(found[0]),
    )


def take_factors(
    log: Recording, core: Goal, product: Product, values: Iterable[tuple[Lever, Decimal]]
) -> list[Goal]:
    """Make these values of factors sub-goals of the core goal, which add up in the formula; returns them.

    A factor that has a sub-goal already gets the value as its target.
    """
    formula = formula_of(log, core.plan.team, product)
    goals = []
    for lever, value in values:
        step = {"cut": Goal.Cut.FUNNEL, "adds_up": True, "formula": formula, "target": value}
        if lever.existing is not None:
            goal = log.take(Goal.objects.filter(plan=core.plan), lever.existing.goal.pk)
            why = _("Worked backwards from “%(name)s”.") % {"name": core}
            goals.append(change_goal(log, goal, step | {"why": why}))
            continue
        metric = metric_of(log, core.plan.team, lever.factor)
        step |= {"kind": Goal.Kind.REACH, "baseline": lever.baseline, "due": core.due or core.plan.end}
        goals.append(add_sub_goal(log, core, name_of(lever, value), metric, **step))
    return goals
