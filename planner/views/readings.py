"""The history of the team's figures, a year of months at a time, in total or for one segment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from planner import access, formats
from planner.access import get_plan
from planner.forms.imports import ChoicesForm, FileForm
from planner.imports import uploads
from planner.jobs import enqueue_upload
from planner.models import Import, Metric, Plan, Reading, Role, Segment, Upload
from planner.periods import add_months, month_start, parse_month
from planner.requests import Request, status_of
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


@require_http_methods(["GET", "POST"])
def bring(request: Request, plan_pk: int) -> HttpResponse:
    """Take a file, and hand it to a worker."""
    plan = get_plan(request, plan_pk, at_least=Role.MANAGER)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_valid():
        upload = uploads.receive(plan, form.cleaned_data["file"], request.user)
        return _hand_over(request, upload, saving=False)
    context = {"plan": plan, "place": "diagnose", "form": form}
    return render(request, "plans/import.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def upload(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    """A file that was brought: while it is read, what would come of it, and the way to save or to drop it."""
    plan = get_plan(request, plan_pk, at_least=Role.MANAGER)
    found = get_object_or_404(Upload, plan=plan, by=request.user, pk=pk)
    if found.state == Upload.State.SAVED:
        return _farewell(request, plan, found)
    seen = found.found
    shown = {"kind": seen.get("kind"), "headers": seen.get("headers", []), "columns": seen.get("columns", {})}
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act == "cancel":
            uploads.throw_away(found)
            messages.success(request, _("Nothing of “%(name)s” was saved.") % {"name": found.file_name})
            return redirect("readings-import", plan.pk)
        if found.is_under_way:
            return redirect("readings-upload", plan.pk, pk)
        if act == "save" and found.state == Upload.State.READY:
            return _hand_over(request, found, saving=True)
        form = ChoicesForm(request.POST, **shown)
        if act == "read" and form.is_valid():
            found.choices = form.said()
            return _hand_over(request, found, saving=False)
    else:
        form = ChoicesForm(initial=found.choices, **shown)
    context = {"plan": plan, "place": "diagnose", "upload": found, "found": seen, "form": form}
    return render(request, "plans/upload.html", context, status=status_of(form))


def _hand_over(request: Request, found: Upload, *, saving: bool) -> HttpResponse:
    """Give a file to a worker; where none can be reached, it stays as it was."""
    before = found.state
    found.state = Upload.State.SAVING if saving else Upload.State.READING
    found.save(update_fields=["state", "choices"])
    if not enqueue_upload(found.pk, saving=saving):
        found.state = before if saving else Upload.State.REFUSED
        found.save(update_fields=["state"])
        messages.error(request, _("The work in the background cannot be reached. Try again in a minute."))
    return redirect("readings-upload", found.plan_id, found.pk)


def _farewell(request: Request, plan: Plan, found: Upload) -> HttpResponse:
    """Say what the saving came to, once, and lead to the figures."""
    count = found.found.get("readings", 0)
    said = ngettext(
        "%(n)d reading of “%(name)s” stands here.", "%(n)d readings of “%(name)s” stand here.", count
    )
    messages.success(request, said % {"n": count, "name": found.file_name})
    uploads.throw_away(found)
    last = found.found.get("last", "")
    response: HttpResponse = redirect(f"{reverse('readings', args=[plan.pk])}?to={last}")
    if request.htmx:
        response = HttpResponse(headers={"HX-Redirect": response["Location"]})
    return response
