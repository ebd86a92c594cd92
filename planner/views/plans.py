"""A plan: its home, how it begins, changes, is duplicated and removed, its history and undo."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from planner import access, changes, stages, words
from planner.access import get_membership, get_plan
from planner.copies import copy_plan
from planner.diagnose.standings import measure_progress, standings
from planner.diagnose.table import StatusTable
from planner.forms.plans import CopyForm, PlanForm, PlanSettingsForm
from planner.models import Change, Membership, Plan
from planner.plans import begin_plan, change_plan, remove_plan, restore_plan
from planner.stages import Outside
from planner.web import live
from planner.web.live import Piece
from planner.web.requests import Request, post_data, shown_to, status_of
from planner.web.submissions import once

# Everything on a plan's home composes the stages: any change of the team may show in it.
OVERVIEW = Piece("overview")


@require_GET
def plan(request: Request, plan_pk: int) -> HttpResponse:
    plan, member = get_plan(request, plan_pk)
    return render(request, "plans/plan.html", _overview(plan, member))


@require_GET
def poll_changes(request: Request, plan_pk: int) -> HttpResponse:
    """The plan's home as it is now, where something changed since the revision that a page has."""
    plan, member = get_plan(request, plan_pk)
    changes = live.new_changes(request, plan.team)
    if not changes:
        return HttpResponse(status=204)
    html = live.render_pieces(request, "plans/plan.html", _overview(plan, member), [OVERVIEW], changes)
    return live.answer(html, plan.team.revision)


def _overview(plan: Plan, member: Membership) -> dict[str, Any]:
    """What a plan's home shows."""
    loop = stages.summaries([plan])[plan.pk]
    checks = stages.checks([plan])[plan.pk]
    rows = StatusTable.kinds["metric"].objects(plan)
    return {
        "plan": plan,
        "place": "plan",
        "loop": loop,
        "current": next((stage for stage, summary in loop if summary.share < 1), None),
        "metric_progress": measure_progress(plan, standings(plan, rows)),
        "work": [item for stage in stages.stages() for item in stage.plan_work(plan, plan.team.today())],
        "pitfalls": [check for check in checks if check.message],
        "checks": len(checks),
        "members": words.by_name(plan.team.memberships.all()),
        "can_edit": access.may_manage(member),
    }


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    membership = get_membership(request, may=access.may_manage)
    form = PlanForm(post_data(request), team=membership.team, scenario=request.GET.get("scenario", ""))

    def begin() -> Plan | None:
        if not form.is_valid():
            return None
        try:
            return begin_plan(membership.team, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("metrics", error.messages)
            return None

    new_plan, _is_new = once(request, begin)
    if new_plan is not None:
        return redirect("diagnose", new_plan.pk)
    return render(request, "plans/new.html", {"form": form, "place": "home"}, status=status_of(form))


@require_http_methods(["GET", "POST"])
def settings(request: Request, plan_pk: int) -> HttpResponse:
    plan, _member = get_plan(request, plan_pk, may=access.may_manage)
    form = PlanSettingsForm(post_data(request), plan=plan)
    outside = _left_outside(plan, form)
    if form.is_valid() and not outside:
        try:
            change_plan(plan, form.values, by=request.user, version=form.cleaned_data["version"])
        except ValidationError as error:
            for name, sentences in changes.errors_by_field(error).items():
                form.add_error(name if name in form.fields else None, sentences)
            form.show_version(Plan.objects.values_list("version", flat=True).get(pk=plan.pk))
        else:
            messages.success(request, _("Saved."))
            return redirect("plan", plan.pk)
    context = {"plan": plan, "form": form, "place": "plan", "outside": outside}
    status = 422 if outside else status_of(form)
    return render(request, "plans/settings.html", context, status=status)


def _left_outside(plan: Plan, form: PlanSettingsForm) -> list[Outside]:
    """What the typed period would leave outside, unless it is to be saved all the same."""
    if not form.is_valid() or form.is_confirmed:
        return []
    return stages.outside(plan, form.cleaned_data["start"], form.cleaned_data["end"])


@require_http_methods(["GET", "POST"])
def copy(request: Request, plan_pk: int) -> HttpResponse:
    plan, _member = get_plan(request, plan_pk, may=access.may_manage)
    form = CopyForm(post_data(request), plan=plan)
    duplicate, _is_new = once(
        request,
        lambda: copy_plan(plan, by=request.user, **form.cleaned_data) if form.is_valid() else None,
    )
    if duplicate is not None:
        messages.success(
            request, _("Duplicated “%(name)s”. Tasks in the copy are set to not started.") % {"name": plan}
        )
        return redirect("plan", duplicate.pk)
    context = {"plan": plan, "form": form, "place": "plan"}
    return render(request, "plans/copy.html", context, status=status_of(form))


@require_POST
def remove(request: Request, plan_pk: int) -> HttpResponse:
    plan, _member = get_plan(request, plan_pk, may=access.may_manage)
    remove_plan(plan, by=request.user, shown=shown_to(request))
    undo = reverse("plan-restore", args=[plan.pk])
    messages.success(request, _("Removed “%(name)s”.") % {"name": plan}, extra_tags=f"undo:{undo}")
    return redirect("home")


@require_POST
def restore(request: Request, plan_pk: int) -> HttpResponse:
    plan, _member = get_plan(request, plan_pk, may=access.may_manage, removed=True)
    restore_plan(plan, by=request.user)
    messages.success(request, _("Restored “%(name)s”.") % {"name": plan})
    return redirect("plan", plan.pk)


@require_GET
def history(request: Request, plan_pk: int) -> HttpResponse:
    plan, member = get_plan(request, plan_pk)
    plan_changes = Change.objects.filter(plan=plan).order_by("-revision", "pk")
    page = Paginator(plan_changes, 100).get_page(request.GET.get("page"))
    revisions = {change.revision for change in page}
    undoable = set() if plan.is_closed else access.undoable_revisions(member, revisions)
    context = {"plan": plan, "place": "plan", "page": page, "undoable": undoable}
    return render(request, "plans/history.html", context)


@require_POST
def undo(request: Request, plan_pk: int, revision: int) -> HttpResponse:
    """Take one revision back, whoever made it, where this person may change everything in it back."""
    plan, member = get_plan(request, plan_pk, may=access.may_report)
    may = partial(access.may_undo, member)
    new_revision = changes.undo(plan.team, revision, by=request.user, plan=plan, may=may)
    if request.htmx:
        return HttpResponse(status=204, headers={"X-Revision": str(new_revision)})
    messages.success(request, _("Undone."))
    referrer = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        referrer, {request.get_host()}, require_https=request.is_secure()
    )
    return redirect(referrer) if is_ours else redirect("plan-history", plan.pk)
