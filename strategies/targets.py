"""The figures of a goal: its target as a figure, the sentence that explains it, and how far it has come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from planner.arithmetic import formats
from planner.arithmetic.formats import Figure, Scale
from planner.arithmetic.goals import goal_amount, progress
from planner.diagnose.standings import Measure, levels, months_of_now
from planner.models import Goal, Metric, Plan, PlanMetric

GROWTHS = (Goal.Kind.GROW_BY, Goal.Kind.GROW_PERCENT)


@dataclass(frozen=True, slots=True)
class Target:
    """A goal in figures. `amount` is what a share comes to (50 % of 1,000,000), where the whole's target is known.

    `now` is the latest level within the plan, None without a reading of it; `done` how far that is on the way from
    baseline to target (Decision 6 of the method).
    """

    goal: Goal
    growth: Decimal | None
    amount: Decimal | None
    now: Decimal | None
    done: Decimal | None

    @property
    def is_rate(self) -> bool:
        return is_rate(self.goal.kind, self.goal.metric)

    @property
    def scale(self) -> Scale:
        """In the goal's own terms: per cent, or an amount with its unit."""
        return Scale(self.is_rate, unit_of(self.goal))


def is_rate(kind: str, metric: Metric | None) -> bool:
    """Whether baseline and target of such a goal are fractions, shown in per cent."""
    return kind == Goal.Kind.SHARE or (metric is not None and metric.is_rate)


def growth_of(goal: Goal) -> Decimal | None:
    """By how much a growth grows: in its unit, or as a fraction to 0.01 %; None for a level or a share."""
    if goal.kind not in GROWTHS or goal.target is None:
        return None
    amount = goal_amount(goal.kind, goal.baseline, goal.target)
    if amount is None or goal.kind == Goal.Kind.GROW_BY:
        return amount
    return amount.quantize(Decimal("0.0001"))


def targets(plan: Plan, goals: Iterable[Goal], day: dt.date) -> list[Target]:
    """The figures of these goals as of `day`, in two queries."""
    goals = list(goals)
    measures = {goal.pk: _measure(goal) for goal in goals}
    levels_now = levels([measure for measure in measures.values() if measure], months_of_now(plan, day))
    wholes = _wholes(plan, goals)
    result = []
    for goal in goals:
        measure = measures[goal.pk]
        level = levels_now.get(measure) if measure else None
        amount = None
        if goal.kind == Goal.Kind.SHARE and goal.target is not None and goal.metric_id in wholes:
            amount = goal.target * wholes[goal.metric_id]
        done = progress(level, goal.baseline, goal.target)
        result.append(Target(goal, growth_of(goal), amount, level, done))
    return result


def _measure(goal: Goal) -> Measure | None:
    return Measure(goal.metric, goal.segment_id, goal.kind == Goal.Kind.SHARE) if goal.metric else None


def _wholes(plan: Plan, goals: Iterable[Goal]) -> dict[int, Decimal]:
    """What a share is a share of: the plan's own target of the metric in Table 1, per month."""
    metrics = {goal.metric_id for goal in goals if goal.kind == Goal.Kind.SHARE and goal.metric_id}
    if not metrics:
        return {}
    rows = PlanMetric.objects.filter(
        plan=plan, metric__in=metrics, target_period=PlanMetric.TargetPeriod.MONTH
    )
    return {metric: target for metric, target in rows.values_list("metric", "target") if target is not None}


def unit_of(goal: Goal) -> str:
    """What a goal counts in: its own unit, else its metric's."""
    return goal.unit or (goal.metric.unit if goal.metric else "")


def share_unit(goal: Goal) -> str:
    """What the amount of a share counts in: "CNY of Product A"."""
    unit = goal.metric.unit if goal.metric else ""
    return _("%(unit)s of %(part)s") % {"unit": unit, "part": goal.segment} if goal.segment else unit


def figure(target: Target, value: Decimal | None, language: str, *, difference: bool = False) -> Figure:
    """A value in the goal's own terms."""
    metric = target.goal.metric
    counts = metric is not None and metric.kind == Metric.Kind.COUNT
    return formats.figure(
        target.scale,
        value,
        language=language,
        difference=difference,
        # Customers come whole: 150 at +30 % start from 115, not from 115.38.
        places=0 if counts and value is not None and 1 <= abs(value) < 10_000 else None,
    )


def headline(target: Target, language: str) -> Figure:
    """The target value of Table 2: 150 new customers, 20 %, 500,000 CNY of Product A."""
    if target.amount is None:
        return figure(target, target.goal.target, language)
    return formats.figure(Scale(unit=share_unit(target.goal)), target.amount, language=language)


def sentence(target: Target, language: str) -> str:
    """Where the goal starts and ends and what that means: "from 115 to 150 new customers, +30 %"."""
    goal = target.goal
    if goal.target is None:
        return _("No target yet")
    start, end = figure(target, goal.baseline, language), figure(target, goal.target, language)
    params = {
        "start": start.number if start.unit == end.unit else formats.figure_text(start),
        "end": formats.figure_text(end),
        "growth": _growth(target, language),
    }
    if goal.kind == Goal.Kind.SHARE:
        params["whole"] = goal.metric.name if goal.metric else _("the total")
        if goal.baseline is None:
            return _("%(end)s of %(whole)s") % params
        return _("From %(start)s to %(end)s of %(whole)s") % params
    if goal.baseline is None:
        return _("To %(end)s; baseline not known yet") % params
    return _("From %(start)s to %(end)s, %(growth)s") % params


def _growth(target: Target, language: str) -> str:
    """What lies between baseline and target: as typed for a growth, as the level's own difference otherwise."""
    goal = target.goal
    if goal.baseline is None or goal.target is None:
        return ""
    difference = goal.target - goal.baseline
    if target.is_rate or goal.kind == Goal.Kind.GROW_BY or not goal.baseline:
        return _signed(formats.figure_text(figure(target, difference, language, difference=target.is_rate)))
    return _signed(formats.per_cent(difference / abs(goal.baseline), language))


def _signed(text: str) -> str:
    return text if text.startswith(formats.MINUS) else f"+{text}"


def progress_sentence(target: Target, language: str) -> str:
    """Its progress: "now 132 · 47 % of the way"; "" without a reading of the plan's own months."""
    if target.now is None:
        return ""
    shown = figure(target, target.now, language)
    # The unit stands in the target beside it; in Chinese it may hold 万, which the number needs.
    now = formats.figure_text(shown) if language.startswith("zh") else shown.number
    if target.done is None:
        return _("Now %(now)s") % {"now": now}
    done = formats.per_cent(target.done, language)
    return _("Now %(now)s · %(done)s of the way") % {"now": now, "done": done}
