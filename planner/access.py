"""Who may see and do what: the one module that decides.

Every view's first line asks here. Strangers get 404 (they must not learn that a thing exists), a role too low
gets 403. Site admins have no right in a team without a membership.

A rule is a predicate, `may_…(member, thing)`: pages, cells, jobs and the authorization matrix ask the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from planner.models import Change, Membership, Plan, Role, Team, User
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


# A rule about a person's own doings in their team, and one about a thing that they would change.
Rule = Callable[[Membership], bool]
RuleOf = Callable[[Membership, Any], bool]


def may_read(member: Membership) -> bool:
    """See plans, tables, charts and files of the team."""
    return True


def may_report(member: Membership) -> bool:
    """Say how things stand, at least those of one's own: everybody but viewers."""
    return member.is_at_least(Role.REP)


def may_manage(member: Membership) -> bool:
    """Change what the team has agreed on, its members and its settings."""
    return member.is_manager


def may_import(member: Membership, reading: Any = None) -> bool:
    """Bring values by file, and type them in the metric history."""
    return may_manage(member)


def may_diagnose(member: Membership, thing: Any = None) -> bool:
    """Table 1, the formulas, and bottlenecks with their scores."""
    return may_manage(member)


def may_edit_goal(member: Membership, goal: Any = None) -> bool:
    return may_manage(member)


def may_edit_strategy(member: Membership, strategy: Any = None) -> bool:
    return may_manage(member)


def may_edit_task(member: Membership, task: Any = None) -> bool:
    """What was agreed on a task: its description, owner, dates and acceptance standard."""
    return may_manage(member)


def may_report_on(member: Membership, task: Any) -> bool:
    """Progress, resources and risk of a task: managers of any, its owner of their own."""
    return may_manage(member) or (may_report(member) and task.owner_id == member.pk)


def may_edit_review(member: Membership, review: Any = None) -> bool:
    return may_manage(member)


def may_add_view(member: Membership, view: Any = None) -> bool:
    """Add what one sees as a cause."""
    return may_report(member)


def may_word_view(member: Membership, view: Any) -> bool:
    """Reword a view of a cause: managers, and its author until it is merged."""
    is_authors = may_report(member) and view.by_id == member.pk
    return may_manage(member) or (is_authors and view.bottleneck_id is None)


def may_merge(member: Membership, view: Any = None) -> bool:
    """Merge a view of a cause into a bottleneck, or remove it."""
    return may_manage(member)


def may_undo(member: Membership, changes: Iterable[Change]) -> bool:
    """Take a revision back: managers any, others what is all their own."""
    own = may_report(member) and all(change.by_id == member.user_id for change in changes)
    return may_manage(member) or own


def nobody(member: Membership, thing: Any = None) -> bool:
    """What is done elsewhere."""
    return False


class PlanAccess(NamedTuple):
    """A plan, and what the person who asked for it is in its team."""

    plan: Plan
    member: Membership


def find_plan(user: User, plan_pk: int, *, may: Rule = may_read, removed: bool = False) -> PlanAccess:
    """The plan as `user` may have it, for pages, jobs and programs alike; 404 for strangers, 403 where they may not.

    `removed` finds the plans that were removed, and no others.
    """
    plans = Plan.with_removed.exclude(removed_at=None) if removed else Plan.objects.all()
    plan = plans.filter(pk=plan_pk).first()
    mine = Membership.objects.filter(user=user.pk).select_related("team")
    member = mine.filter(team=plan.team_id).first() if plan else None
    if plan is None or member is None:
        raise Http404
    require(member, may)
    plan.team = member.team
    return PlanAccess(plan, member)


def get_plan(request: Request, plan_pk: int, *, may: Rule = may_read, removed: bool = False) -> PlanAccess:
    """`find_plan` for who sent the request; the plan's team becomes their current one."""
    found = find_plan(request.user, plan_pk, may=may, removed=removed)
    _remember_team(request, found.plan.team)
    return found


def get_membership(request: Request, *, may: Rule = may_read) -> Membership:
    """What the person is in their current team (the one last used); 404 without any team."""
    mine = list(memberships(request.user))
    if not mine:
        raise Http404
    last = request.user.last_team_id
    membership = next((each for each in mine if each.team_id == last), mine[0])
    require(membership, may)
    return membership


def require(member: Membership, may: Rule) -> None:
    """Refuse with 403 where the rule does not allow it."""
    if not may(member):
        raise PermissionDenied


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
