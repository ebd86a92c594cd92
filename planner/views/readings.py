"""The history of the team's figures, a year of months at a time, in total or for one segment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from planner import access, formats
from planner.access import get_plan
from planner.models import Import, Metric, Plan, Reading, Segment
from planner.periods import add_months, month_start, parse_month
from planner.requests import Request
from planner.tables import cells

MONTHS = 12
MOST_IMPORTS = 20


@dataclass(frozen=True, slots=True)
class Cell:
    """One month of one metric: the figure, and where it comes from."""

    month: str
    shown: str
    source: str


@dataclass(frozen=True, slots=True)
class Row:
    """One metric with its months; `course` is a sparkline of those that have a value."""

    metric: Metric
    cells: tuple[Cell, ...]
    course: str


@require_GET
def readings(request: Request, plan_pk: int) -> HttpResponse:
    plan = get_plan(request, plan_pk)
    segments = list(Segment.objects.filter(team=plan.team))
    chosen = _chosen(segments, request.GET.get("segment", ""))
    last = _last_month(plan, request.GET.get("to", ""))
    months = [add_months(last, back) for back in range(1 - MONTHS, 1)]
    context = {
        "plan": plan,
        "place": "diagnose",
        "segments": segments,
        "chosen": chosen,
        "months": [formats.month(month, _language()).replace(" ", "\N{NO-BREAK SPACE}") for month in months],
        "rows": _rows(plan, chosen, months),
        "earlier": f"{add_months(last, -MONTHS):%Y-%m}",
        "later": f"{add_months(last, MONTHS):%Y-%m}" if last < month_start(plan.team.today()) else "",
        "imports": Import.objects.filter(plan=plan)[:MOST_IMPORTS],
        "can_edit": access.may_manage(plan.membership),
    }
    return render(request, "plans/readings.html", context)


def _language() -> str:
    return get_language() or "en"


def _chosen(segments: list[Segment], pk: str) -> Segment | None:
    """The segment of the address, else the whole; None for a team without any reading yet."""
    whole = next((each for each in segments if each.dimension == Segment.Dimension.WHOLE), None)
    return next((each for each in segments if str(each.pk) == pk), whole)


def _last_month(plan: Plan, asked: str) -> dt.date:
    """The month of the address, else the last one that has a reading, else this one."""
    try:
        return parse_month(asked)
    except ValueError:
        newest = Reading.objects.filter(metric__team=plan.team).order_by("-month")
        return newest.values_list("month", flat=True).first() or month_start(plan.team.today())


def _rows(plan: Plan, segment: Segment | None, months: list[dt.date]) -> list[Row]:
    """The team's metrics that have readings in these months, with those of the plan first."""
    found: dict[int, dict[dt.date, Reading]] = {}
    inside = Reading.objects.filter(metric__team=plan.team, segment=segment, month__in=months)
    for reading in inside:
        found.setdefault(reading.metric_id, {})[reading.month] = reading
    in_plan = set(plan.metrics.values_list("metric", flat=True))
    metrics = Metric.objects.filter(team=plan.team, pk__in=set(found) | in_plan)
    ordered = sorted(metrics, key=lambda metric: (metric.pk not in in_plan, metric.name))
    return [_row(metric, found.get(metric.pk, {}), months) for metric in ordered]


def _row(metric: Metric, found: dict[dt.date, Reading], months: list[dt.date]) -> Row:
    shown = []
    for month in months:
        reading = found.get(month)
        figure = formats.figure(reading.value if reading else None, rate=metric.is_rate, language=_language())
        shown.append(
            Cell(
                month=formats.month(month, _language()),
                shown=formats.joined(figure, _language()),
                source=(reading.source or _("no source given")) if reading else "",
            )
        )
    values: list[Decimal] = [found[month].value for month in months if month in found]
    return Row(metric, tuple(shown), cells.sparkline(values, _("The months shown")))
