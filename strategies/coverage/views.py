"""Sub-goals out of coverage: one that a cut lacks, or those of a formula, worked out backwards from the target."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from planner import access, changes
from planner.access import get_plan
from planner.models import Goal, Plan
from planner.web.requests import Request, shown_to
from planner.web.submissions import once
from strategies.coverage.backwards import Backwards
from strategies.coverage.parts import add_missing_part, take_factors


@require_POST
def add_part(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    """Add the sub-goal for a segment that a cut lacks."""
    plan, _member = get_plan(request, plan_pk, may=access.may_edit_goal)
    core = core_goal(plan, pk)
    cut, segment = request.POST.get("cut", ""), request.POST.get("segment", "")
    undo = ""

    def add() -> Goal:
        nonlocal undo
        with changes.recording(plan.team, plan=plan, by=request.user) as log:
            goal = add_missing_part(log, core, cut, int(segment) if segment.isdecimal() else 0)
        undo = reverse("plan-undo", args=[plan.pk, log.revision])
        return goal

    try:
        goal, _is_new = once(request, add)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(f"{reverse('goals', args=[plan.pk])}#coverage")
    if undo:
        message = _("Added the sub-goal “%(name)s”.") % {"name": goal}
        messages.success(request, message, extra_tags=f"undo:{undo}")
    return redirect(f"{reverse('goals', args=[plan.pk])}#part-{goal.pk}")


@require_GET
def backwards(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    """The factors of a formula with their sliders, and what comes of what is tried."""
    plan, _member = get_plan(request, plan_pk, may=access.may_edit_goal)
    page = Backwards(plan, core_goal(plan, pk), request.GET)
    template = "strategies/backwards.html"
    if request.htmx and request.htmx.target in ("outcome", "backwards"):
        template += f"#{request.htmx.target}"
    return render(request, template, {"plan": plan, "page": page})


@require_POST
def take(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    """Make the tried values sub-goals, all in one revision."""
    plan, _member = get_plan(request, plan_pk, may=access.may_edit_goal)
    page = Backwards(plan, core_goal(plan, pk), request.POST)
    undo = ""

    def make() -> Goal | None:
        nonlocal undo
        if page.product is None or page.values is None or not page.form.is_bound or not page.changed:
            return None
        with changes.recording(plan.team, plan=plan, by=request.user) as log:
            core = log.take(core_goals(plan), pk)
            if core.version != shown_to(request):
                return None
            take_factors(log, core, page.product, page.changed)
        undo = reverse("plan-undo", args=[plan.pk, log.revision]) if log.changes else ""
        return core

    try:
        taken, _is_new = once(request, make)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("goals-backwards", plan.pk, pk)
    if taken is None:
        messages.error(
            request, _("Nothing was saved: the goal or its formula has changed. Check the values again.")
        )
        return redirect("goals-backwards", plan.pk, pk)
    message = _("The sub-goals are in Table 2.")
    messages.success(request, message, extra_tags=f"undo:{undo}" if undo else "")
    return redirect(f"{reverse('goals', args=[plan.pk])}#coverage")


def core_goals(plan: Plan) -> QuerySet[Goal]:
    return Goal.objects.select_related("plan__team", "metric").filter(plan=plan, parent=None)


def core_goal(plan: Plan, pk: int) -> Goal:
    """A core goal of the plan, else 404."""
    return get_object_or_404(core_goals(plan), pk=pk)
