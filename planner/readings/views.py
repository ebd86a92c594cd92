"""The views of an import: upload a file, look at its preview, save or cancel it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from planner import access, changes, words
from planner.access import get_plan
from planner.arithmetic.collation import sort_key
from planner.arithmetic.formats import machine
from planner.models import Metric, Reading, SourceCheck, Upload
from planner.readings import uploads
from planner.readings.findings import Findings
from planner.readings.forms import ChoicesForm, FileForm
from planner.readings.jobs import enqueue_upload
from planner.readings.save import save_typed
from planner.readings.sources import confirm, sources_of
from planner.readings.table import ReadingsTable
from planner.tables.views import answer_use
from planner.web.requests import Request, status_of
from planner.web.submissions import once

# htmx's own status code that ends the polling.
STOP_ASKING = 286


# How many unfinished files one plan may have.
MOST_UPLOADS = 40


@require_http_methods(["GET", "POST"])
def import_file(request: Request, plan_pk: int) -> HttpResponse:
    """Receive a file and hand it to a worker; the page also lists the files that are not finished."""
    plan, _member = get_plan(request, plan_pk, may=access.may_import)
    shown = Upload.objects.filter(plan=plan).exclude(state=Upload.State.CANCELLED)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_valid():
        if shown.exclude(state=Upload.State.SAVED).count() < MOST_UPLOADS:
            file = form.cleaned_data["file"]
            upload, is_new = once(request, lambda: uploads.receive(plan, file, request.user))
            if not is_new:
                return redirect("readings-upload", plan.pk, upload.pk)
            return _hand_over(request, upload, saving=False)
        form.add_error(
            "file", _("This plan has too many files that are not saved. Save or cancel some first.")
        )
    uploads.take_up(timezone.now(), enqueue_upload)
    context = {
        "plan": plan,
        "form": form,
        "are_busy": shown.under_way().exists(),
        "uploads": shown.select_related("by").defer("found", "choices")[:MOST_UPLOADS],
    }
    return render(request, "readings/import.html", context, status=status_of(form))


@require_POST
def confirm_sources(request: Request, plan_pk: int) -> HttpResponse:
    """Record who confirms that sources of the plan's values are complete; names that are none of them are ignored."""
    plan, _member = get_plan(request, plan_pk, may=access.may_confirm)
    known = {source.name for source in sources_of(plan)}
    names = sorted(known.intersection(request.POST.getlist("source")), key=sort_key)

    def confirm_once() -> SourceCheck | None:
        with changes.recording(plan.team, plan=plan, by=request.user) as log:
            checks = confirm(log, plan, names)
        if checks:
            undo = f"undo:{reverse('plan-undo', args=[plan.pk, log.revision])}"
            message = _("Confirmed as complete: %(names)s.") % {"names": words.listed(names)}
            messages.success(request, message, extra_tags=undo)
        return checks[0] if checks else None

    once(request, confirm_once)
    return redirect(f"{reverse('readings', args=[plan.pk])}#sources")


@require_POST
def use_imported(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    """Show the imported value again, in place of the one entered by hand that the address names."""
    plan, member = get_plan(request, plan_pk, may=access.may_import)
    readings = Reading.objects.filter(metric__team=plan.team_id).select_related("metric", "segment")
    with changes.recording(plan.team, plan=plan, by=request.user) as log:
        reading = log.take(readings, pk)
        is_shown = machine(reading.value) == request.GET.get("typed") and reading.imported_value is not None
        if is_shown:
            save_typed(log, plan, reading.metric, reading.segment, reading.month, None, "")
    table = ReadingsTable(plan, member, request.GET)
    name = f"{reading.metric.name} · {words.month(reading.month)}"
    key, is_used = f"metric-{reading.metric_id}", is_shown or not reading.is_typed
    return answer_use(request, table, key, name, log, is_used=is_used)


@require_http_methods(["GET", "POST"])
def show_upload(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    """An uploaded file: its progress, then the preview, with the buttons to save or to cancel."""
    plan, _member = get_plan(request, plan_pk, may=access.may_import)
    upload = get_object_or_404(Upload, plan=plan, by=request.user, pk=pk)
    act = request.POST.get("act", "")
    if act == "cancel":
        return _cancel(request, upload)
    if upload.is_silent(timezone.now()):
        uploads.take_up(timezone.now(), enqueue_upload)
        upload.refresh_from_db()
    if upload.state in (Upload.State.SAVED, Upload.State.CANCELLED):
        return _finish(request, upload)
    findings = Findings.from_json(upload.found)
    form = _choices_form(request, upload, findings)
    if act and (answer := _act(request, upload, act, form)):
        return answer
    context = {"plan": plan, "upload": upload, "findings": findings, "form": form}
    return render(request, "readings/upload.html", context, status=status_of(form))


def _choices_form(request: Request, upload: Upload, findings: Findings) -> ChoicesForm:
    return ChoicesForm(
        request.POST if request.method == "POST" else None,
        initial=upload.choices,
        kind=findings.kind,
        columns=findings.columns,
        sheets=findings.sheets,
        headers=findings.headers,
        rates=dict(findings.rates),
        unknown=upload.choices.get("metrics", {}) | dict(findings.unknown),
        metrics=[metric.name for metric in words.by_name(Metric.objects.filter(team=upload.plan.team))],
    )


def _act(request: Request, upload: Upload, act: str, form: ChoicesForm) -> HttpResponse | None:
    """Do what was asked of an upload; None where it cannot be done now."""
    if upload.is_under_way:
        return redirect("readings-upload", upload.plan_id, upload.pk)
    if act == "save" and upload.state == Upload.State.READY:
        return _hand_over(request, upload, saving=True)
    if act == "read" and form.is_valid():
        upload.choices = form.as_choices()
    elif act != "again":
        return None
    return _hand_over(request, upload, saving=False)


def _hand_over(request: Request, upload: Upload, *, saving: bool) -> HttpResponse:
    """Give a file to a worker; where none can be reached, it stays as it was."""
    if not uploads.hand_over(upload, enqueue_upload, saving=saving):
        messages.error(
            request,
            _(
                "The file could not be processed: the background service is not responding. Try "
                "again in a minute."
            ),
        )
    return redirect("readings-upload", upload.plan_id, upload.pk)


def _cancel(request: Request, upload: Upload) -> HttpResponse:
    """Cancel an import, or say that it came too late."""
    if uploads.cancel(upload):
        return _finish(request, upload)
    text = _("Too late to cancel: “%(name)s” has been saved.") % {"name": upload.file_name}
    messages.warning(request, text, extra_tags=_undo_tag(upload))
    return redirect("diagnose", upload.plan_id)


def _undo_tag(upload: Upload) -> str:
    """The tag of a message that has a button to undo what was saved of a file; "" where nothing was."""
    counted = Findings.from_json(upload.found).counted
    if upload.state != Upload.State.SAVED or not counted or not counted.revision:
        return ""
    return f"undo:{reverse('plan-undo', args=[upload.plan_id, counted.revision])}"


def _finish(request: Request, upload: Upload) -> HttpResponse:
    """Report how an import ended: what was saved, with a link to undo it, or that nothing was."""
    if upload.state == Upload.State.SAVED:
        count = Findings.from_json(upload.found).readings
        text, address = (
            ngettext(
                "Imported %(count)s value from “%(name)s”.",
                "Imported %(count)s values from “%(name)s”.",
                count,
            )
            % {"count": floatformat(count, "0g"), "name": upload.file_name},
            "diagnose",
        )
    else:
        text, address = (
            _("Import of “%(name)s” cancelled. Nothing was saved.") % {"name": upload.file_name},
            "readings-import",
        )
    messages.success(request, text, extra_tags=_undo_tag(upload))
    response: HttpResponse = redirect(address, upload.plan_id)
    if request.htmx:
        response = HttpResponse(status=STOP_ASKING, headers={"HX-Redirect": response["Location"]})
    return response
