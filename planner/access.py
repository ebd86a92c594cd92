"""All access rules: who may see and do what.

The first line of every view calls this module. Strangers get 404 (they must not learn that a thing exists), a role
that is too low gets 403. Site admins have no rights in a team without a membership.

A rule is a predicate, `may_…(member, thing)`: pages, cells, jobs and the authorization matrix ask the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from planner.models import Change, Membership, Plan, Role, Team, User
from planner.web.requests import OutOfReach, Request


def memberships(user: User) -> QuerySet[Membership]:
    """The memberships of `user`, with their teams."""
    return Membership.objects.filter(user=user).select_related("team").order_by("team__name", "team_id")


def plans(user: User) -> QuerySet[Plan]:
    """The plans that `user` may read, in any team."""
    team_ids = Membership.objects.filter(user=user).values("team")
    return Plan.objects.filter(team__in=team_ids).select_related("team")


def removed_plans(user: User) -> QuerySet[Plan]:
    """The plans that `user` may restore, the last removed first."""
    managed = Membership.objects.filter(user=user, role=Role.MANAGER).values("team")
    removed = Plan.with_removed.filter(team__in=managed).exclude(removed_at=None)
    return removed.select_related("team").order_by("-removed_at")


# A rule about a member, and one about a member and the object that they would change.
Rule = Callable[[Membership], bool]
RuleOf = Callable[[Membership, Any], bool]


def may_read(member: Membership) -> bool:
    """See plans, tables, charts and files of the team."""
    return True


def may_report(member: Membership) -> bool:
    """Report progress, at least on one's own tasks: everybody but viewers."""
    return member.is_at_least(Role.REP)


def may_manage(member: Membership) -> bool:
    """Change the team's plans, members and settings."""
    return member.is_manager


def may_import(member: Membership, reading: Any = None) -> bool:
    """Import values from files, and type them in the metric history."""
    return may_manage(member)


def may_confirm(member: Membership) -> bool:
    """Confirm that a source of metric values is complete."""
    return may_manage(member)


def may_diagnose(member: Membership, thing: Any = None) -> bool:
    """Table 1, the formulas, and bottlenecks with their scores."""
    return may_manage(member)


def may_edit_goal(member: Membership, goal: Any = None) -> bool:
    return may_manage(member)


def may_edit_strategy(member: Membership, strategy: Any = None) -> bool:
    return may_manage(member)


def may_edit_task(member: Membership, task: Any = None) -> bool:
    """Edit a task's description, owner, dates and acceptance standard."""
    return may_manage(member)


def may_report_on(member: Membership, task: Any) -> bool:
    """Edit progress, resources and risk of a task: managers for any task, owners for their own."""
    return may_manage(member) or (may_report(member) and task.owner_id == member.pk)


def may_edit_review(member: Membership, review: Any = None) -> bool:
    return may_manage(member)


def may_add_view(member: Membership, view: Any = None) -> bool:
    """Suggest a cause."""
    return may_report(member)


def may_word_view(member: Membership, view: Any) -> bool:
    """Reword a view of a cause: managers, and its author until it is merged."""
    is_authors = may_report(member) and view.by_id == member.pk
    return may_manage(member) or (is_authors and view.bottleneck_id is None)


def may_merge(member: Membership, view: Any = None) -> bool:
    """Merge a view of a cause into a bottleneck, or remove it."""
    return may_manage(member)


def may_undo(member: Membership, changes: Iterable[Change]) -> bool:
    """Undo a revision: managers any, others one with only their own changes."""
    is_own = may_report(member) and all(change.by_id == member.user_id for change in changes)
    return may_manage(member) or is_own


def nobody(member: Membership, thing: Any = None) -> bool:
    """Allowed for nobody here, because it is done elsewhere."""
    return False


class PlanAccess(NamedTuple):
    """A plan, and the membership in its team of the person who asked for it."""

    plan: Plan
    member: Membership


def find_plan(user: User, plan_pk: int, *, may: Rule = may_read, removed: bool = False) -> PlanAccess:
    """The plan with the membership of `user`; 404 for strangers, 403 where the rule does not allow it.

    `removed` finds removed plans only.
    """
    plans = Plan.with_removed.exclude(removed_at=None) if removed else Plan.objects.all()
    plan = plans.filter(pk=plan_pk).first()
    seats = Membership.objects.filter(user=user.pk).select_related("team")
    member = seats.filter(team=plan.team_id).first() if plan else None
    if plan is None or member is None:
        raise OutOfReach
    require(member, may)
    plan.team = member.team
    return PlanAccess(plan, member)


def get_plan(request: Request, plan_pk: int, *, may: Rule = may_read, removed: bool = False) -> PlanAccess:
    """`find_plan` for the user of the request; the plan's team becomes their current one."""
    access = find_plan(request.user, plan_pk, may=may, removed=removed)
    _remember_team(request, access.plan.team)
    return access


def get_membership(request: Request, *, may: Rule = may_read) -> Membership:
    """The user's membership in their current team (the one last used); 404 without any team."""
    seats = list(memberships(request.user))
    if not seats:
        raise OutOfReach
    last = request.user.last_team_id
    membership = next((seat for seat in seats if seat.team_id == last), seats[0])
    require(membership, may)
    return membership


def require(member: Membership, may: Rule) -> None:
    """Raise PermissionDenied (403) where the rule does not allow it."""
    if not may(member):
        raise PermissionDenied


def switch_team(request: Request, team_pk: int) -> Team:
    """Make another of the user's teams the current one; 404 for a team they are not in."""
    membership = memberships(request.user).filter(team=team_pk).first()
    if membership is None:
        raise OutOfReach
    _remember_team(request, membership.team)
    return membership.team


def _remember_team(request: Request, team: Team) -> None:
    user: Any = request.user
    if user.last_team_id != team.pk:
        User.objects.filter(pk=user.pk).update(last_team=team)
        user.last_team = team
