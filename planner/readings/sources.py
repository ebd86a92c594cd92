"""The sources of a plan's readings: which there are, and who confirmed last that they are complete."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Max, QuerySet
from django.utils import timezone

from planner.arithmetic.collation import sort_key
from planner.arithmetic.periods import add_months
from planner.changes import Recording
from planner.models import Plan, PlanMetric, Reading, Segment, SourceCheck

# The readings of this many months before the plan, or before today where that is earlier, are looked at.
MONTHS_BEFORE = 12


@dataclass(frozen=True, slots=True)
class Source:
    """A source with its newest month, and its last confirmation; `is_confirmed` where that still counts."""

    name: str
    newest: dt.date
    check: SourceCheck | None
    is_confirmed: bool


def sources_of(plan: Plan) -> list[Source]:
    """The sources of the plan's metrics, in total and by segment: those to be confirmed first."""
    readings = _readings([plan]).exclude(source="").order_by()
    newest = dict(readings.values("source").annotate(newest=Max("month")).values_list("source", "newest"))
    checks = SourceCheck.objects.latest_of([plan.team_id])
    sources = []
    for name, month in newest.items():
        check = checks.get((plan.team_id, name))
        sources.append(Source(name, month, check, bool(check and check.counts_on(plan.day))))
    sources.sort(key=lambda source: sort_key(source.name))
    return sorted(sources, key=lambda source: (source.is_confirmed, -source.newest.toordinal()))


def confirmed_names(plan: Plan) -> frozenset[str]:
    """The names of the team's sources whose confirmation counts as the plan is looked at."""
    checks = SourceCheck.objects.latest_of([plan.team_id])
    return frozenset(name for (_team, name), check in checks.items() if check.counts_on(plan.day))


def unconfirmed(plans: Sequence[Plan]) -> dict[int, list[str]]:
    """By plan, the sources of its metrics' totals that nobody has confirmed in time; three queries for all plans."""
    checks = SourceCheck.objects.latest_of(plan.team_id for plan in plans)
    metrics: dict[int, set[int]] = {plan.pk: set() for plan in plans}
    for plan_pk, metric in PlanMetric.objects.filter(plan__in=plans).values_list("plan", "metric"):
        metrics[plan_pk].add(metric)
    of_whole = _readings(plans).filter(segment__dimension=Segment.Dimension.WHOLE)
    rows = of_whole.exclude(source="").order_by()
    used = set(rows.values_list("metric", "month", "source").distinct())
    result = {}
    for plan in plans:
        first, last = _months(plan)
        names = {
            source for metric, month, source in used if metric in metrics[plan.pk] and first <= month <= last
        }
        due = (name for name in names if not _counts(checks.get((plan.team_id, name)), plan.day))
        result[plan.pk] = sorted(due, key=sort_key)
    return result


def confirm(log: Recording, plan: Plan, names: Iterable[str]) -> list[SourceCheck]:
    """Record that these sources are complete."""
    now = timezone.now()
    checks = [SourceCheck(team=plan.team, plan=plan, source=name, by=log.by, at=now) for name in names]
    for check in checks:
        log.save(check)
    return checks


def _counts(check: SourceCheck | None, day: dt.date) -> bool:
    return check is not None and check.counts_on(day)


def _months(plan: Plan) -> tuple[dt.date, dt.date]:
    day = plan.day
    return add_months(min(plan.start, day), -MONTHS_BEFORE), day


def _readings(plans: Sequence[Plan]) -> QuerySet[Reading]:
    """The readings of the metrics of these plans, over the months of all of them."""
    spans = [_months(plan) for plan in plans]
    metrics = PlanMetric.objects.filter(plan__in=plans).values("metric")
    if not spans:
        return Reading.objects.none()
    first, last = min(first for first, _last in spans), max(last for _first, last in spans)
    return Reading.objects.filter(metric__in=metrics, month__range=(first, last))
