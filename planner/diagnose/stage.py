"""The diagnose stage: its summary and its checks."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planner import access, words
from planner.arithmetic.periods import MONTHS_IN, add_months, full_months_before
from planner.arithmetic.shifts import Cut
from planner.diagnose import pitfalls
from planner.diagnose.bottlenecks.table import MOST_IN_FOCUS, BottleneckKind, ViewKind
from planner.diagnose.table import MetricKind
from planner.diagnose.thread import STRANDS
from planner.models import (
    Bottleneck,
    CauseView,
    Formula,
    Import,
    Metric,
    Plan,
    PlanMetric,
    Reading,
    Segment,
    SourceCheck,
)
from planner.models.scenarios import tuning_of
from planner.pitfalls import Check, Occurrences, Pitfall, check
from planner.readings.sources import unconfirmed
from planner.stages import Outside, Page, Stage, Summary

HISTORY_MONTHS = 6


def _summaries(plans: Sequence[Plan]) -> dict[int, Summary]:
    targets: dict[int, list[Any]] = {plan.pk: [] for plan in plans}
    for plan, target in PlanMetric.objects.filter(plan__in=plans).values_list("plan", "target"):
        targets[plan].append(target)
    focus = Counter(Bottleneck.objects.filter(plan__in=plans, in_focus=True).values_list("plan", flat=True))
    return {plan.pk: _summary(targets[plan.pk], focus[plan.pk]) for plan in plans}


def _summary(targets: list[Any], focus: int) -> Summary:
    if not targets:
        return Summary(_("No metrics yet: start with Table 1"))
    metrics = ngettext("%(n)d metric", "%(n)d metrics", len(targets)) % {"n": len(targets)}
    focused = ngettext("%(n)d bottleneck in focus", "%(n)d bottlenecks in focus", focus) % {"n": focus}
    return Summary(
        f"{metrics} · {focused}", share=sum(target is not None for target in targets) / len(targets)
    )


def _checks(plans: Sequence[Plan]) -> dict[int, list[Check]]:
    rows: dict[int, list[PlanMetric]] = {plan.pk: [] for plan in plans}
    of_plan = {plan.pk: plan for plan in plans}
    for row in PlanMetric.objects.filter(plan__in=plans).select_related("metric"):
        row.plan = of_plan[row.plan_id]
        rows[row.plan_id].append(row)
    all_rows = [row for plan_rows in rows.values() for row in plan_rows]
    months_known, unsourced = _history(all_rows)
    months_expected = _months_expected(all_rows)
    focus_counts = (
        Bottleneck.objects.filter(plan__in=plans, in_focus=True)
        .values("plan")
        .order_by("plan")
        .annotate(n=Count("pk"), vague=Count("pk", filter=Q(step="") | Q(metric=None) | Q(segment=None)))
    )
    sources = unconfirmed(plans)
    in_focus = {row["plan"]: (row["n"], row["vague"]) for row in focus_counts}
    return {
        plan.pk: check(
            plan,
            _row_pitfalls(rows[plan.pk], unsourced)
            | _history_pitfalls(rows[plan.pk], months_known, months_expected)
            | {pitfalls.UNCONFIRMED_SOURCE: _sources_met(sources[plan.pk])}
            | _focus_pitfalls(*in_focus.get(plan.pk, (0, 0))),
        )
        for plan in plans
    }


def _row_pitfalls(rows: list[PlanMetric], unsourced: set[tuple[int, dt.date]]) -> dict[Pitfall, Occurrences]:
    return {
        pitfalls.VALUES_WITHOUT_SOURCE: _rows_met([row for row in rows if _has_no_source(row, unsourced)]),
        pitfalls.METRIC_WITHOUT_TARGET: _rows_met([row for row in rows if row.target is None]),
        pitfalls.METRIC_WITHOUT_PROBLEM: _rows_met([row for row in rows if not row.problems]),
    }


def _history_pitfalls(
    rows: list[PlanMetric], months_known: dict[int, int], months_expected: dict[int, int]
) -> dict[Pitfall, Occurrences]:
    """Where no history is expected, a row without any value needs one that is typed."""
    short = [row for row in rows if months_known.get(row.pk, 0) < months_expected[row.pk]]
    unknown = [row for row in rows if row.override is None and not months_known.get(row.pk)]
    new = [row for row in unknown if not tuning_of(row.plan).expects_history]
    return {pitfalls.SHORT_HISTORY: _rows_met(short), pitfalls.NO_STARTING_VALUE: _rows_met(new)}


def _months_expected(rows: Sequence[PlanMetric]) -> dict[int, int]:
    """By a row's id, how many of the six months that count should have data.

    In a scenario that expects no history, these are the months since the metric's first value.
    """
    new = {row.metric_id for row in rows if not tuning_of(row.plan).expects_history}
    readings = Reading.objects.of_whole().filter(metric__in=new)
    firsts = dict(readings.values_list("metric").order_by("metric").annotate(first=Min("month")))
    expected = {}
    for row in rows:
        months, first = full_months_before(_day_of(row), HISTORY_MONTHS), firsts.get(row.metric_id)
        if not tuning_of(row.plan).expects_history:
            months = tuple(month for month in months if first is not None and month >= first)
        expected[row.pk] = len(months)
    return expected


def _rows_met(rows: list[PlanMetric]) -> Occurrences:
    """Rows of Table 1, the first of which is shown."""
    names = words.listed(row.metric.name for row in rows)
    return Occurrences(len(rows), {"names": names}, f"metric-{rows[0].pk}" if rows else "")


def _sources_met(names: list[str]) -> Occurrences:
    return Occurrences(len(names), {"names": words.listed(names)}, "sources" if names else "")


def _focus_pitfalls(in_focus: int, vague: int) -> dict[Pitfall, Occurrences]:
    return {
        pitfalls.TOO_MANY_IN_FOCUS: Occurrences(in_focus if in_focus > MOST_IN_FOCUS else 0),
        pitfalls.VAGUE_BOTTLENECK: Occurrences(vague),
    }


def _history(rows: Iterable[PlanMetric]) -> tuple[dict[int, int], set[tuple[int, dt.date]]]:
    """By a row's id, how many of the six months that count have data; and the months without a source, by metric."""
    rows = list(rows)
    dates = {row.pk: _day_of(row) for row in rows}
    if not dates:
        return {}, set()
    of_whole = Reading.objects.of_whole().filter(metric__in={row.metric_id for row in rows})
    readings = of_whole.filter(
        month__gte=add_months(min(dates.values()), -HISTORY_MONTHS),
        month__lt=max(dates.values()),
    ).values_list("metric", "month", "source")
    months: dict[int, set[dt.date]] = {}
    unsourced = set()
    for metric, month, source in readings:
        months.setdefault(metric, set()).add(month)
        if not source:
            unsourced.add((metric, month))
    months_known = {
        row.pk: len(months.get(row.metric_id, set()) & set(full_months_before(dates[row.pk], HISTORY_MONTHS)))
        for row in rows
    }
    return months_known, unsourced


def _has_no_source(row: PlanMetric, unsourced: set[tuple[int, dt.date]]) -> bool:
    if row.override is not None and not row.override_reason:
        return True
    months = full_months_before(_day_of(row), HISTORY_MONTHS)
    return any((row.metric_id, month) in unsourced for month in months)


def _day_of(row: PlanMetric) -> dt.date:
    """The day before which the months of its history count: that of its current value."""
    return row.baseline_day(row.plan.team.today())


def _outside(plan: Plan, cut: Cut) -> list[Outside]:
    """The rows of Table 1 whose target is for longer than the plan would be, or whose day would lie outside."""
    url = reverse("diagnose", args=[plan.pk])
    return [
        Outside(_("Target"), row.metric.name, f"{url}#metric-{row.pk}")
        for row in PlanMetric.objects.filter(plan=plan).select_related("metric")
        if cut.drops(row.as_of) or (row.target is not None and cut.drops_length(MONTHS_IN[row.target_period]))
    ]


STAGE = Stage(
    name=gettext_lazy("Diagnose"),
    pages=(
        Page("diagnose", gettext_lazy("Performance status"), below=("formula", "formulas")),
        Page("readings", gettext_lazy("Metric history")),
        Page("bottlenecks", gettext_lazy("Bottlenecks"), below=("bottleneck",)),
    ),
    summaries=_summaries,
    checks=_checks,
    outside=_outside,
    tables=(("status", "planner.diagnose.table.StatusTable"),),
    strands=STRANDS,
    rights={
        PlanMetric: MetricKind.rights,
        Metric: access.Rights(access.may_diagnose),
        Segment: access.Rights(access.may_diagnose),
        Formula: access.Rights(access.may_diagnose),
        Import: access.Rights(access.may_import),
        SourceCheck: access.Rights(access.may_confirm),
        Bottleneck: BottleneckKind.rights,
        CauseView: ViewKind.rights,
    },
)
