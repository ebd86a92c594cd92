"""Home: my plans, my open work and, for managers, what needs them in their teams."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from planner import access, stages
from planner.models import Membership, Plan
from planner.web.requests import Request

# Of a plan's pitfalls as many as a glance takes in; the plan's home has them all.
FEW = 3


@require_GET
def home(request: Request) -> HttpResponse:
    mine = list(access.memberships(request.user))
    managed = {each.team_id for each in mine if access.may_manage(each)}
    plans = list(access.plans(request.user))
    work = [each for stage in stages.stages() for each in stage.open_work(mine, None)]
    others = list(Membership.objects.filter(team__in=managed).exclude(user=request.user.pk))
    of_others = [each for stage in stages.stages() for each in stage.open_work(others, None)]
    context = {
        "place": "home",
        "plans": _at_a_glance(plans),
        "work": sorted(work, key=lambda each: (each.due is None, each.due)),
        "late": sum(each.days_late > 0 for each in work),
        "late_of_others": sorted(
            (each for each in of_others if each.days_late > 0), key=lambda each: -each.days_late
        ),
        "needs": _needs([plan for plan in plans if plan.team_id in managed]),
        "removed": list(access.removed_plans(request.user)),
        "can_plan": bool(managed),
        "has_team": bool(mine),
    }
    return render(request, "home.html", context)


def _at_a_glance(plans: list[Plan]) -> list[dict]:
    """The plans with their loop: those that run first, then the others, the newest first."""
    loops = stages.summaries(plans)
    found = [
        {
            "plan": plan,
            "loop": loops[plan.pk],
            "line": next((s.line for _stage, s in loops[plan.pk] if s.late), None)
            or next((s.line for _stage, s in loops[plan.pk] if s.share < 1), ""),
            "runs": plan.is_watched(plan.team.today()),
        }
        for plan in plans
    ]
    return sorted(found, key=lambda each: not each["runs"])


def _needs(plans: list[Plan]) -> list[dict]:
    """What the checks found in the plans that run and are this person's to mend."""
    running = [plan for plan in plans if plan.is_watched(plan.team.today())]
    found = []
    for plan_pk, checks in stages.checks(running).items():
        pitfalls = [check for check in checks if check.message]
        if pitfalls:
            plan = next(plan for plan in running if plan.pk == plan_pk)
            found.append({"plan": plan, "first": pitfalls[:FEW], "more": len(pitfalls) - FEW})
    return found
