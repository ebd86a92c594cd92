"""Home: my plans, my open work and, for managers, what is overdue in their teams."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from planner import access
from planner.models import Membership
from planner.stages import stages


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    mine = list(access.memberships(request.user))  # type: ignore[arg-type]  # login is required everywhere
    work = [each for stage in stages() for each in stage.open_work(mine, None)]
    managed = {each.team_id for each in mine if access.may_manage(each)}
    others = list(Membership.objects.filter(team__in=managed).exclude(user=request.user.pk))
    late_of_others = [
        each for stage in stages() for each in stage.open_work(others, None) if each.days_late > 0
    ]
    context = {
        "place": "home",
        "plans": list(access.plans(request.user)),  # type: ignore[arg-type]
        "work": sorted(work, key=lambda each: (each.due is None, each.due)),
        "late_of_others": sorted(late_of_others, key=lambda each: -each.days_late),
        "late": sum(each.days_late > 0 for each in work),
        "can_plan": bool(managed),
        "has_team": bool(mine),
    }
    return render(request, "home.html", context)
