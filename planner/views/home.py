"""Home: my plans, my open work and, for managers, what is overdue in their teams."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from planner import access
from planner.models import Membership
from planner.requests import Request
from planner.stages import stages


@require_GET
def home(request: Request) -> HttpResponse:
    mine = list(access.memberships(request.user))
    work = [each for stage in stages() for each in stage.open_work(mine, None)]
    managed = {each.team_id for each in mine if access.may_manage(each)}
    others = list(Membership.objects.filter(team__in=managed).exclude(user=request.user.pk))
    late_of_others = [
        each for stage in stages() for each in stage.open_work(others, None) if each.days_late > 0
    ]
    context = {
        "place": "home",
        "plans": list(access.plans(request.user)),
        "work": sorted(work, key=lambda each: (each.due is None, each.due)),
        "late_of_others": sorted(late_of_others, key=lambda each: -each.days_late),
        "late": sum(each.days_late > 0 for each in work),
        "can_plan": bool(managed),
        "has_team": bool(mine),
    }
    return render(request, "home.html", context)
