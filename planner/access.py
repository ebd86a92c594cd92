"""Who may see and do what: the one module that decides.

Every view's first line asks here. Strangers get 404 (they must not learn that a thing exists), a role too low
gets 403. Site admins have no right in a team without a membership.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from planner.models import Membership, Plan, Role, Team, User
from planner.web.requests import Request


def memberships(user: User) -> QuerySet[Membership]:
    """What `user` is in which teams, the team loaded with it."""
    return Membership.objects.filter(user=user).select_related("team").order_by("team__name", "team_id")


def plans(user: User) -> QuerySet[Plan]:
    """The plans that `user` may read, in any team."""
    mine = Membership.objects.filter(user=user).values("team")
    return Plan.objects.filter(team__in=mine).select_related("team")


def removed_plans(user: User) -> QuerySet[Plan]:
    """The plans that `user` may bring back, the last removed first."""
    managed = Membership.objects.filter(user=user, role=Role.MANAGER).values("team")
    gone = Plan.with_removed.filter(team__in=managed).exclude(removed_at=None)
    return gone.select_related("team").order_by("-removed_at")


class PlanAccess(NamedTuple):
    """A plan, and what the person who asked for it is in its team."""

    plan: Plan
    member: Membership


def find_plan(user: User, plan_pk: int, *, at_least: Role = Role.VIEWER, removed: bool = False) -> PlanAccess:
    """The plan as `user` may have it, for pages, jobs and programs alike; 404 for strangers, 403 below `at_least`.

    `removed` finds the plans that were removed, and no others.
    """
    plans = Plan.with_removed.exclude(removed_at=None) if removed else Plan.objects.all()
    plan = plans.filter(pk=plan_pk).first()
    mine = Membership.objects.filter(user=user.pk).select_related("team")
    member = mine.filter(team=plan.team_id).first() if plan else None
    if plan is None or member is None:
        raise Http404
    require(member, at_least)
    plan.team = member.team
    return PlanAccess(plan, member)


def get_plan(
    request: Request, plan_pk: int, *, at_least: Role = Role.VIEWER, removed: bool = False
) -> PlanAccess:
    """`find_plan` for who sent the request; the plan's team becomes their current one."""
    found = find_plan(request.user, plan_pk, at_least=at_least, removed=removed)
    _remember_team(request, found.plan.team)
    return found


def get_membership(request: Request, *, at_least: Role = Role.VIEWER) -> Membership:
    """What the person is in their current team (the one last used); 404 without any team."""
    mine = list(memberships(request.user))
    if not mine:
        raise Http404
    last = request.user.last_team_id
    membership = next((each for each in mine if each.team_id == last), mine[0])
    require(membership, at_least)
    return membership


def require(membership: Membership, at_least: Role) -> None:
    """Refuse a role that is too low."""
    if not membership.is_at_least(at_least):
        raise PermissionDenied


def may_manage(membership: Membership) -> bool:
    """Diagnosis, goals, strategies, tasks of anybody, members and settings."""
    return membership.is_manager


def may_report(membership: Membership) -> bool:
    """Say how things stand, at least those of one's own: everybody but viewers."""
    return membership.is_at_least(Role.REP)


def may_update(membership: Membership, owner_id: Any) -> bool:
    """Say how a thing stands: managers of everything, reps of what they own."""
    return may_manage(membership) or (may_report(membership) and owner_id == membership.pk)


def switch_team(request: Request, team_pk: int) -> Team:
    """Make a team of the person's the current one; 404 for a team they are not in."""
    membership = memberships(request.user).filter(team=team_pk).first()
    if membership is None:
        raise Http404
    _remember_team(request, membership.team)
    return membership.team


def _remember_team(request: Request, team: Team) -> None:
    user: Any = request.user
    if user.last_team_id != team.pk:
        User.objects.filter(pk=user.pk).update(last_team=team)
        user.last_team = team
