"""Home: my plans, my open work and, for managers, what needs them in their teams."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from planner import access, stages
from planner.models import Membership, Plan
from planner.web.requests import Request

# How many of a plan's pitfalls and of the ways to its goals are shown; the plan's pages have them all.
FEW = 3


@require_GET
def home(request: Request) -> HttpResponse:
    memberships = list(access.memberships(request.user))
    managed_team_ids = {membership.team_id for membership in memberships if access.may_manage(membership)}
    plans = list(access.plans(request.user))
    work = [item for stage in stages.stages() for item in stage.open_work(memberships, None)]
    others = list(Membership.objects.filter(team__in=managed_team_ids).exclude(user=request.user.pk))
    work_of_others = [item for stage in stages.stages() for item in stage.open_work(others, None)]
    context = {
        "place": "home",
        "plans": _plan_overviews(plans),
        "work": sorted(work, key=lambda item: (item.due is None, item.due)),
        "late": sum(item.days_late > 0 for item in work),
        "late_of_others": sorted(
            (item for item in work_of_others if item.days_late > 0), key=lambda item: -item.days_late
        ),
        "needs": _open_pitfalls([plan for plan in plans if plan.team_id in managed_team_ids]),
        "removed": list(access.removed_plans(request.user)),
        "can_plan": bool(managed_team_ids),
        "has_team": bool(memberships),
    }
    return render(request, "home.html", context)


def _plan_overviews(plans: list[Plan]) -> list[dict[str, Any]]:
    """The plans with their loop: those that run first, then the others, the newest first."""
    loops, ways = stages.summaries(plans), stages.ways(plans)
    overviews = [
        {
            "plan": plan,
            "loop": loops[plan.pk],
            "ways": [way for way in ways[plan.pk] if way.way.sign][:FEW],
            "line": next((summary.line for _stage, summary in loops[plan.pk] if summary.late), None)
            or next((summary.line for _stage, summary in loops[plan.pk] if summary.share < 1), ""),
            "runs": plan.is_watched(plan.team.today()),
        }
        for plan in plans
    ]
    return sorted(overviews, key=lambda overview: not overview["runs"])


def _open_pitfalls(plans: list[Plan]) -> list[dict[str, Any]]:
    """The pitfalls met in running plans that this person manages."""
    running = [plan for plan in plans if plan.is_watched(plan.team.today())]
    open_pitfalls = []
    for plan_pk, checks in stages.checks(running).items():
        pitfalls = [check for check in checks if check.message]
        if pitfalls:
            plan = next(plan for plan in running if plan.pk == plan_pk)
            open_pitfalls.append({"plan": plan, "first": pitfalls[:FEW], "more": len(pitfalls) - FEW})
    return open_pitfalls
