"""A plan: its home, how a new one begins, its history and undo."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from planner import access, changes, stages
from planner.access import get_membership, get_plan
from planner.diagnosis import StatusTable
from planner.forms.plans import PlanForm
from planner.models import Change, Role
from planner.plans import begin_plan
from planner.requests import Request
from planner.status import reached, standings


@require_GET
def plan(request: Request, plan_pk: int) -> HttpResponse:
    plan = get_plan(request, plan_pk)
    loop = stages.summaries([plan])[plan.pk]
    checks = stages.checks([plan])[plan.pk]
    rows = StatusTable.kinds["metric"].objects(plan)
    context = {
        "plan": plan,
        "place": "plan",
        "loop": loop,
        "current": next((stage for stage, summary in loop if summary.share < 1), None),
        "reached": reached(plan, standings(plan, rows)),
        "work": [each for stage in stages.stages() for each in stage.plan_work(plan, plan.day)],
        "pitfalls": [check for check in checks if check.found],
        "checks": len(checks),
        "members": plan.team.memberships.all(),
        "can_edit": access.may_manage(plan.membership),
    }
    return render(request, "plan.html", context)


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    membership = get_membership(request, at_least=Role.MANAGER)
    form = PlanForm(request.POST if request.method == "POST" else None, team=membership.team)
    if request.method == "POST" and form.is_valid():
        made = begin_plan(membership.team, by=request.user, **form.cleaned_data)
        return redirect("diagnose", made.pk)
    status = 422 if form.errors else 200
    return render(request, "plan_new.html", {"form": form, "place": "home"}, status=status)


@require_GET
def history(request: Request, plan_pk: int) -> HttpResponse:
    plan = get_plan(request, plan_pk)
    found = Change.objects.filter(plan=plan).order_by("-revision", "pk")
    page = Paginator(found, 100).get_page(request.GET.get("page"))
    can_edit = access.may_manage(plan.membership)
    return render(
        request, "history.html", {"plan": plan, "place": "plan", "page": page, "can_edit": can_edit}
    )


@require_POST
def undo(request: Request, plan_pk: int, revision: int) -> HttpResponse:
    """Take one revision back: a manager anybody's, a rep their own."""
    plan = get_plan(request, plan_pk, at_least=Role.REP)
    of_others = Change.objects.filter(team=plan.team, revision=revision).exclude(by=request.user.pk)
    if not access.may_manage(plan.membership) and of_others.exists():
        raise PermissionDenied
    taken = changes.undo(plan.team, revision, by=request.user, plan=plan)
    if request.htmx:
        return HttpResponse(status=204, headers={"X-Revision": str(taken)})
    messages.success(request, _("Undone."))
    return redirect("plan-history", plan.pk)
