"""Files of readings and order lines: brought, looked at, saved or dropped."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from planner import access
from planner.access import get_plan
from planner.models import Metric, Plan, Upload
from planner.readings import uploads
from planner.readings.findings import Findings
from planner.readings.forms import ChoicesForm, FileForm
from planner.readings.jobs import enqueue_upload
from planner.web.requests import Request, status_of

# htmx's own status: the page asks no more.
STOP_ASKING = 286


@require_http_methods(["GET", "POST"])
def bring(request: Request, plan_pk: int) -> HttpResponse:
    """Take a file, and hand it to a worker."""
    plan, _member = get_plan(request, plan_pk, may=access.may_import)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_valid():
        upload = uploads.receive(plan, form.cleaned_data["file"], request.user)
        return _hand_over(request, upload, saving=False)
    context = {"plan": plan, "form": form}
    return render(request, "readings/import.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def upload(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    """A file that was brought: while it is read, what would come of it, and the way to save or to drop it."""
    plan, _member = get_plan(request, plan_pk, may=access.may_import)
    found = get_object_or_404(Upload, plan=plan, by=request.user, pk=pk)
    if found.is_given_up(timezone.now()):
        uploads.give_up(found)
    if found.state == Upload.State.SAVED:
        return _farewell(request, plan, found)
    seen = Findings.from_json(found.found)
    shown = {
        "kind": seen.kind,
        "columns": seen.columns,
        "sheets": seen.sheets,
        "headers": seen.headers,
        "unknown": found.choices.get("metrics", {}) | dict(seen.unknown),
        "metrics": list(Metric.objects.filter(team=plan.team).values_list("name", flat=True)),
    }
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act == "cancel":
            uploads.throw_away(found)
            messages.success(
                request, _("Import of “%(name)s” cancelled. Nothing was saved.") % {"name": found.file_name}
            )
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
    context = {"plan": plan, "upload": found, "found": seen, "form": form}
    return render(request, "readings/upload.html", context, status=status_of(form))


def _hand_over(request: Request, found: Upload, *, saving: bool) -> HttpResponse:
    """Give a file to a worker; where none can be reached, it stays as it was."""
    before = found.state
    found.state = Upload.State.SAVING if saving else Upload.State.READING
    found.progress, found.started_at = 0, timezone.now()
    found.save(update_fields=["state", "choices", "progress", "started_at"])
    if not enqueue_upload(found.pk, saving=saving):
        found.state = before if saving else Upload.State.REFUSED
        found.save(update_fields=["state"])
        messages.error(
            request,
            _(
                "The file could not be processed: the background service is not responding. Try "
                "again in a minute."
            ),
        )
    return redirect("readings-upload", found.plan_id, found.pk)


def _farewell(request: Request, plan: Plan, found: Upload) -> HttpResponse:
    """Say what the saving came to, once, with the way to undo it, and lead to what the figures say."""
    seen = Findings.from_json(found.found)
    count, revision = seen.readings, seen.counted and seen.counted.revision
    said = ngettext(
        "Imported %(count)s value from “%(name)s”.",
        "Imported %(count)s values from “%(name)s”.",
        count,
    )
    undo = f"undo:{reverse('plan-undo', args=[plan.pk, revision])}" if revision else ""
    shown = {"count": floatformat(count, "0g"), "name": found.file_name}
    messages.success(request, said % shown, extra_tags=undo)
    uploads.throw_away(found)
    response: HttpResponse = redirect("diagnose", plan.pk)
    if request.htmx:
        response = HttpResponse(status=STOP_ASKING, headers={"HX-Redirect": response["Location"]})
    return response
