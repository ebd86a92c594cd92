"""The diagnosis beside its table: figures of the charts, formulas, bottlenecks made from evidence."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from planner import access, changes, words
from planner.access import get_plan
from planner.arithmetic.formats import machine
from planner.arithmetic.periods import full_months_before
from planner.diagnose.analysis.page import Analysis
from planner.diagnose.analysis.sheets import split_sheet, trend_sheet
from planner.diagnose.bottlenecks.forms import EvidenceForm
from planner.diagnose.forms import MonthsForm
from planner.diagnose.formulas import FormulaForm
from planner.diagnose.metrics import change_row, set_months
from planner.diagnose.standings import other_months, standings
from planner.diagnose.table import StatusTable
from planner.models import Bottleneck, Formula
from planner.spreadsheets.text import as_csv
from planner.tables.views import answer_use
from planner.web.requests import Request, post_data, shown_to, status_of
from planner.web.submissions import once


@require_GET
def data(request: Request, plan_pk: int, part: str) -> HttpResponse:
    """The exact figures behind a chart as CSV: part is "trend" or "drivers"."""
    plan, _member = get_plan(request, plan_pk)
    analysis = Analysis(plan, request.GET)
    language = words.language()
    if part == "trend" and analysis.trend:
        sheet = trend_sheet(analysis.trend, language)
    elif part == "drivers" and analysis.split:
        sheet = split_sheet(analysis.split, language)
    else:
        raise Http404
    answer = HttpResponse(as_csv(sheet), content_type="text/csv; charset=utf-8")
    name = f"{plan.name} - {sheet.title}.csv"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return answer


@require_POST
def use_other_months(request: Request, plan_pk: int) -> HttpResponse:
    """Switch rows of Table 1 to months with better data: see `other_months`."""
    plan, _member = get_plan(request, plan_pk, may=access.may_diagnose)
    with changes.recording(plan.team, plan=plan, by=request.user) as log:
        other = other_months(plan, standings(plan, plan.metrics.select_related("metric", "plan")))
        if other:
            for outdated in other.rows:
                row = log.take(plan.metrics.all(), outdated.pk)
                row.as_of = other.day
                log.save(row)
    if other:
        undo = reverse("plan-undo", args=[plan.pk, log.revision])
        message = _("Table 1 now uses %(months)s.") % {"months": words.months(other.months)}
        messages.success(request, message, extra_tags=f"undo:{undo}")
    return redirect("diagnose", plan.pk)


@require_POST
def use_computed(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    """Let a row of Table 1 use the data again, in place of the value entered by hand that the address names."""
    plan, member = get_plan(request, plan_pk, may=access.may_diagnose)
    with changes.recording(plan.team, plan=plan, by=request.user) as log:
        row = log.take(plan.metrics.select_related("metric", "plan"), pk)
        is_shown = row.override is not None and machine(row.override) == request.GET.get("typed")
        if is_shown:
            change_row(log, row, {"override": None})
    table = StatusTable(plan, member, request.GET)
    is_used = is_shown or row.override is None
    return answer_use(request, table, f"metric-{pk}", row.metric.name, log, is_used=is_used)


@require_POST
def choose_months(request: Request, plan_pk: int) -> HttpResponse:
    """Choose the months of the current values, for all rows of Table 1."""
    plan, member = get_plan(request, plan_pk, may=access.may_diagnose)
    form = MonthsForm(request.POST, table=StatusTable(plan, member))
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["as_of"])))
        return redirect("diagnose", plan.pk)
    as_of = form.cleaned_data["as_of"]
    with changes.recording(plan.team, plan=plan, by=request.user) as log:
        set_months(log, plan, as_of)
    if log.changes:
        undo = reverse("plan-undo", args=[plan.pk, log.revision])
        months = words.months(full_months_before(plan.baseline_day(plan.team.today(), as_of)))
        messages.success(
            request, _("Table 1 now uses %(months)s.") % {"months": months}, extra_tags=f"undo:{undo}"
        )
    return redirect("diagnose", plan.pk)


@require_http_methods(["GET", "POST"])
def formulas(request: Request, plan_pk: int, pk: int | None = None) -> HttpResponse:
    """The team's formulas, and the form to add or change one."""
    plan, _member = get_plan(request, plan_pk, may=access.may_diagnose)
    team_formulas = Formula.objects.filter(team=plan.team)
    formula = get_object_or_404(team_formulas, pk=pk) if pk else Formula(team=plan.team)
    form = FormulaForm(post_data(request), team=plan.team, formula=formula)

    def define() -> Formula | None:
        if not form.is_valid():
            return None
        try:
            with changes.recording(plan.team, by=request.user) as log:
                defined = log.take(team_formulas, pk) if pk else formula
                defined.result, defined.factors = form.cleaned_data["result"], form.factors()
                log.save(defined)
        except ValidationError as error:
            form.take_errors(error)
            return None
        return defined

    defined, _is_new = once(request, define)
    if defined is not None:
        return redirect(f"{reverse('diagnose', args=[plan.pk])}?product=f{defined.pk}#drivers")
    context = {
        "plan": plan,
        "form": form,
        "changed": pk,
        "products": Analysis(plan, request.GET).products,
    }
    return render(request, "diagnose/formulas.html", context, status=status_of(form))


@require_POST
def remove_formula(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    plan, _member = get_plan(request, plan_pk, may=access.may_diagnose)
    with changes.recording(plan.team, by=request.user) as log:
        log.remove(log.take(Formula.objects.filter(team=plan.team), pk), shown=shown_to(request))
    messages.success(
        request,
        _("Formula removed."),
        extra_tags=f"undo:{reverse('plan-undo', args=[plan.pk, log.revision])}",
    )
    return redirect("formulas", plan.pk)


@require_POST
def bottleneck_from(request: Request, plan_pk: int) -> HttpResponse:
    """Make a bottleneck of a flag, a driver or a gap, with its evidence; an existing one is reused.

    Where the metric has no bottleneck kind, a page asks for it and posts everything again.
    """
    plan, _member = get_plan(request, plan_pk, may=access.may_diagnose)
    form = EvidenceForm(request.POST, plan=plan)
    if form.is_valid() and not form.kind_or_default and not form.existing():
        return render(request, "diagnose/bottleneck_kind.html", {"plan": plan, "form": form})
    if not form.is_valid():
        messages.error(request, _("This could not be added as a bottleneck. Add it by hand."))
        return redirect("bottlenecks", plan.pk)
    undo = ""

    def add() -> Bottleneck:
        nonlocal undo
        with changes.recording(plan.team, plan=plan, by=request.user) as log:
            bottleneck, is_new = form.create(log)
        undo = reverse("plan-undo", args=[plan.pk, log.revision]) if is_new else ""
        return bottleneck

    bottleneck = once(request, add)[0]
    if undo:
        message = _("Added “%(cause)s” as a bottleneck. Score its impact and ease.") % {"cause": bottleneck}
        messages.success(request, message, extra_tags=f"undo:{undo}")
    return redirect(f"{reverse('bottlenecks', args=[plan.pk])}#bottleneck-{bottleneck.pk}")
