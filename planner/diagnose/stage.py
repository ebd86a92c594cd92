"""Diagnose, as the loop and the checks of a plan show it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planner import words
from planner.arithmetic.periods import add_months, full_months_before
from planner.diagnose import pitfalls
from planner.diagnose.bottlenecks.table import MOST_IN_FOCUS
from planner.models import Bottleneck, Plan, PlanMetric, Reading
from planner.pitfalls import Check, Occurrences, Pitfall, check
from planner.stages import Page, Stage, Summary

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
    return Summary(f"{metrics} · {focused}", share=sum(t is not None for t in targets) / len(targets))


def _checks(plans: Sequence[Plan]) -> dict[int, list[Check]]:
    rows: dict[int, list[PlanMetric]] = {plan.pk: [] for plan in plans}
    for row in PlanMetric.objects.filter(plan__in=plans).select_related("metric", "plan"):
        rows[row.plan_id].append(row)
    known, unsourced = _history([row for of_plan in rows.values() for row in of_plan])
    focus = (
        Bottleneck.objects.filter(plan__in=plans, in_focus=True)
        .values("plan")
        .order_by("plan")
        .annotate(n=Count("pk"), vague=Count("pk", filter=Q(step="") | Q(metric=None)))
    )
    in_focus = {each["plan"]: (each["n"], each["vague"]) for each in focus}
    return {
        plan.pk: check(
            plan, _on_rows(rows[plan.pk], known, unsourced) | _on_focus(*in_focus.get(plan.pk, (0, 0)))
        )
        for plan in plans
    }


def _on_rows(
    rows: list[PlanMetric], known: dict[int, int], unsourced: set[tuple[int, dt.date]]
) -> dict[Pitfall, Occurrences]:
    short = [row for row in rows if known.get(row.pk, 0) < HISTORY_MONTHS]
    return {
        pitfalls.VALUES_WITHOUT_SOURCE: _of_rows([row for row in rows if _has_no_source(row, unsourced)]),
        pitfalls.SHORT_HISTORY: _of_rows(short),
        pitfalls.METRIC_WITHOUT_TARGET: _of_rows([row for row in rows if row.target is None]),
        pitfalls.METRIC_WITHOUT_PROBLEM: _of_rows([row for row in rows if not row.problems]),
    }


def _of_rows(rows: list[PlanMetric]) -> Occurrences:
    """Rows of Table 1, the first of which is shown."""
    names = words.listed(row.metric.name for row in rows)
    return Occurrences(len(rows), {"names": names}, f"metric-{rows[0].pk}" if rows else "")


def _on_focus(in_focus: int, vague: int) -> dict[Pitfall, Occurrences]:
    return {
        pitfalls.TOO_MANY_IN_FOCUS: Occurrences(in_focus if in_focus > MOST_IN_FOCUS else 0),
        pitfalls.VAGUE_BOTTLENECK: Occurrences(vague),
    }


def _history(rows: Iterable[PlanMetric]) -> tuple[dict[int, int], set[tuple[int, dt.date]]]:
    """By a row's id, how many of the six months before it are known; and the months without a source, by metric."""
    rows = list(rows)
    dates = {row.pk: row.as_of or row.plan.start for row in rows}
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
    known = {
        row.pk: len(months.get(row.metric_id, set()) & set(full_months_before(dates[row.pk], HISTORY_MONTHS)))
        for row in rows
    }
    return known, unsourced


def _has_no_source(row: PlanMetric, unsourced: set[tuple[int, dt.date]]) -> bool:
    if row.override is not None and not row.override_reason:
        return True
    months = full_months_before(row.as_of or row.plan.start, HISTORY_MONTHS)
    return any((row.metric_id, month) in unsourced for month in months)


STAGE = Stage(
    name=gettext_lazy("Diagnose"),
    pages=(
        Page("diagnose", gettext_lazy("Performance status"), below=("formula", "formulas")),
        Page("readings", gettext_lazy("Metric history")),
        Page("bottlenecks", gettext_lazy("Bottlenecks"), below=("bottleneck",)),
    ),
    summaries=_summaries,
    checks=_checks,
    tables=(("status", "planner.diagnose.table.StatusTable"),),
)
