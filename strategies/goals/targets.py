"""The figures of a goal: its target as a figure, the sentence that explains it, and how far it has come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic import formats
from planner.arithmetic.formats import RATE, Figure, Scale
from planner.arithmetic.goals import Way, goal_amount, measure_way
from planner.arithmetic.periods import full_months_before
from planner.diagnose import signs
from planner.diagnose.standings import Levels, Measure, recent_months
from planner.models import Goal, Metric, Plan, PlanMetric

GROWTHS = (Goal.Kind.GROW_BY, Goal.Kind.GROW_PERCENT)


@dataclass(frozen=True, slots=True)
class Target:
    """A goal in figures. `target` is the one that it is read against: the current one, or the original one.

    `amount` is what a share comes to (50 % of 1,000,000), where the whole's target is known.
    `baseline` is the typed one, else the metric's level over `baseline_months`, which are empty for a typed one. `now`
    is the level over the plan's last full months, `months`, None without a reading of them; `way` how far that is from
    baseline to target.
    """

    goal: Goal
    baseline: Decimal | None
    baseline_months: tuple[dt.date, ...]
    target: Decimal | None
    amount: Decimal | None
    months: tuple[dt.date, ...]
    now: Decimal | None
    way: Way

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


# Targets by the ids of their goals, in place of those that the goals have now.
Originals = Mapping[int, Decimal | None]


def targets(
    plan: Plan, goals: Iterable[Goal], today: dt.date, originals: Originals | None = None
) -> list[Target]:
    """The figures of these goals of a plan as they are looked at on `today`, in two queries.

    With `originals` they are read against these targets.
    """
    return _targets(goals, {plan.pk: _months_of(plan, today)}, originals or {})


def targets_of(plans: Iterable[Plan], goals: Iterable[Goal]) -> list[Target]:
    """The figures of goals of many plans, each as its team looks at it today, in two queries."""
    return _targets(goals, {plan.pk: _months_of(plan, plan.team.today()) for plan in plans}, {})


def _targets(goals: Iterable[Goal], months_of: Mapping[int, _Months], originals: Originals) -> list[Target]:
    goals = list(goals)
    measures = [measure for goal in goals if (measure := measure_of(goal))]
    levels = Levels(measures, {month for months in months_of.values() for month in months.all})
    wholes = _wholes(goals)
    return [
        _target(goal, originals.get(goal.pk, goal.target), months_of[goal.plan_id], levels, wholes)
        for goal in goals
    ]


@dataclass(frozen=True, slots=True)
class _Months:
    """The months that a goal's figures are read from, see planner/arithmetic/periods.py."""

    before: tuple[dt.date, ...]
    now: tuple[dt.date, ...]
    recent: tuple[dt.date, ...]
    passed: tuple[int, int]

    @property
    def all(self) -> set[dt.date]:
        return {*self.before, *self.now, *self.recent}


def _months_of(plan: Plan, today: dt.date) -> _Months:
    return _Months(
        before=full_months_before(plan.baseline_day(today)),
        now=plan.months_of_now(today),
        recent=recent_months(plan, today),
        passed=plan.months_passed(today),
    )


def _target(
    goal: Goal, target: Decimal | None, months: _Months, levels: Levels, wholes: Mapping[Whole, Decimal]
) -> Target:
    baseline, now = goal.baseline, None
    baseline_months: tuple[dt.date, ...] = ()
    moves: list[Decimal] = []
    if measure := measure_of(goal):
        now, moves = levels.over(measure, months.now), levels.moves(measure, months.recent)
        if baseline is None and (baseline := levels.over(measure, months.before)) is not None:
            baseline_months = months.before
    way = measure_way(now, baseline, target, goal.way, months.passed, moves)
    amount = _amount(goal, target, wholes)
    return Target(goal, baseline, baseline_months, target, amount, months.now, now, way)


def measure_of(goal: Goal) -> Measure | None:
    """What a goal is measured by; None without a metric."""
    return Measure(goal.metric, goal.segment_id, goal.kind == Goal.Kind.SHARE) if goal.metric else None


def level_before(goal: Goal, today: dt.date) -> Decimal | None:
    """The level that a goal without a typed baseline starts from, as it is stored; one query."""
    measure = measure_of(goal)
    if measure is None:
        return None
    months = full_months_before(goal.plan.baseline_day(today))
    level = Levels([measure], months).over(measure, months)
    return None if level is None else round(level, 6)


# A metric in a plan, by their ids.
Whole = tuple[int, int | None]


def _amount(goal: Goal, target: Decimal | None, wholes: Mapping[Whole, Decimal]) -> Decimal | None:
    whole = wholes.get((goal.plan_id, goal.metric_id)) if goal.kind == Goal.Kind.SHARE else None
    return None if target is None or whole is None else target * whole


def _wholes(goals: Iterable[Goal]) -> dict[Whole, Decimal]:
    """What a share is a share of: the plan's own target of the metric in Table 1, per month."""
    shares = [goal for goal in goals if goal.kind == Goal.Kind.SHARE and goal.metric_id]
    if not shares:
        return {}
    rows = PlanMetric.objects.filter(
        plan__in={goal.plan_id for goal in shares},
        metric__in={goal.metric_id for goal in shares},
        target_period=PlanMetric.TargetPeriod.MONTH,
    )
    found = rows.values_list("plan", "metric", "target")
    return {(plan, metric): target for plan, metric, target in found if target is not None}


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


def text_of(target: Target, value: Decimal | None) -> str:
    """A value in the goal's own terms, as one text."""
    return formats.figure_text(figure(target, value, words.language()))


def number_of(target: Target, value: Decimal | None) -> str:
    """The same without its unit, where that stands beside it; in Chinese it may hold 万, which the number needs."""
    shown = figure(target, value, words.language())
    return formats.figure_text(shown) if words.is_chinese() else shown.number


def headline(target: Target, language: str) -> Figure:
    """The target value of Table 2: 150 new customers, 20 %, 500,000 CNY of Product A."""
    if target.amount is None:
        return figure(target, target.target, language)
    return formats.figure(Scale(unit=share_unit(target.goal)), target.amount, language=language)


def sentence(target: Target, language: str) -> str:
    """Where the goal starts and ends and what that means: "from 115 to 150 new customers, +30 %"."""
    goal = target.goal
    if target.target is None:
        return _("No target yet")
    start, end = figure(target, target.baseline, language), figure(target, target.target, language)
    params = {
        "start": start.number if start.unit == end.unit else formats.figure_text(start),
        "end": formats.figure_text(end),
        "growth": _growth(target, language),
    }
    if target.way.is_to_hold:
        return _to_hold(target, params)
    if goal.kind == Goal.Kind.SHARE:
        params["whole"] = goal.metric.name if goal.metric else _("the total")
        if target.baseline is None:
            return _("%(end)s of %(whole)s") % params
        return _("From %(start)s to %(end)s of %(whole)s") % params
    if target.baseline is None:
        return _("To %(end)s; baseline not known yet") % params
    return _("From %(start)s to %(end)s, %(growth)s") % params


def _to_hold(target: Target, params: Mapping[str, str]) -> str:
    is_floor = target.goal.way == Metric.Direction.HIGHER
    floor, ceiling = (
        _("Hold at least %(end)s (baseline %(start)s)"),
        _("Hold at most %(end)s (baseline %(start)s)"),
    )
    return (floor if is_floor else ceiling) % params


def baseline_sentence(target: Target) -> str:
    """The months that the baseline comes from; "" for a typed one."""
    if not target.baseline_months:
        return ""
    return _("Baseline: %(months)s") % {"months": words.months(target.baseline_months)}


def _growth(target: Target, language: str) -> str:
    """What lies between baseline and target: as typed for a growth, as the level's own difference otherwise."""
    goal, baseline = target.goal, target.baseline
    if baseline is None or target.target is None:
        return ""
    difference = target.target - baseline
    if target.is_rate or goal.kind == Goal.Kind.GROW_BY or not baseline:
        return _signed(formats.figure_text(figure(target, difference, language, difference=target.is_rate)))
    return _signed(formats.figure(RATE, difference / abs(baseline), language=language).number)


def _signed(text: str) -> str:
    return text if text.startswith(formats.MINUS) else f"+{text}"


def progress_sentence(target: Target, language: str) -> str:
    """Its progress: "now 132 · 47 % of the way"; "" without a reading of the plan's own months."""
    if target.now is None:
        return ""
    params = {"now": number_of(target, target.now), "months": words.months(target.months)}
    if target.way.done is None:
        return _("Now %(now)s · %(months)s") % params
    params["done"] = signs.done_and_due(target.way)
    return _("Now %(now)s · %(done)s · %(months)s") % params
