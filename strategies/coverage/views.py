"""Sub-goals out of coverage: one that a cut lacks."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from planner import access, changes
from planner.access import get_plan
from planner.models import Goal, Plan
from planner.web.requests import Request
from planner.web.submissions import once
from strategies.coverage.parts import add_missing_part


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


def core_goal(plan: Plan, pk: int) -> Goal:
    """A core goal of the plan, else 404."""
    return get_object_or_404(
        Goal.objects.select_related("plan__team", "metric"), plan=plan, parent=None, pk=pk
    )
