"""All access rules: who may see and do what.

The first line of every view calls this module. Strangers get 404 (they must not learn that a thing exists), a role
that is too low gets 403. Site admins have no rights in a team without a membership.

A rule is a predicate, `may_…(member, thing)`: pages, cells, undo, jobs and the authorization matrix ask the same one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from planner.arithmetic.collation import sort_key
from planner.models import Change, Membership, Plan, Recorded, Role, Team, User
from planner.stages import stages
from planner.web.requests import OutOfReach, Request


def memberships(user: User) -> QuerySet[Membership]:
    """The memberships of `user`, with their teams."""
    return Membership.objects.filter(user=user).select_related("team").order_by("team_id")


def seats(user: User) -> list[Membership]:
    """The memberships of `user`, in the order of their teams' names."""
    return sorted(memberships(user), key=lambda seat: (sort_key(seat.team.name), seat.team_id))


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


@dataclass(frozen=True, slots=True)
class Rights:
    """Who may do what with objects of one kind: in the cells of a table, and by undo.

    `fields` have rules of their own; `reads` are the links that the rules follow.
    """

    edit: RuleOf
    fields: Mapping[str, RuleOf] = field(default_factory=dict)
    add: RuleOf | None = None
    remove: RuleOf | None = None
    reads: tuple[str, ...] = ()

    def to_set(self, field_name: str) -> RuleOf:
        return self.fields.get(field_name, self.edit)

    @property
    def to_add(self) -> RuleOf:
        return self.add or self.edit

    @property
    def to_remove(self) -> RuleOf:
        return self.remove or self.edit


def may_read(member: Membership) -> bool:
    """See plans, tables, charts and files of the team."""
    return True


def may_report(member: Membership) -> bool:
    """Report progress, at least on one's own tasks: everybody but viewers."""
    return member.is_at_least(Role.REP)


def may_manage(member: Membership) -> bool:
    """Change the team's plans, members and settings."""
    return member.is_manager


def may_edit_plan(member: Membership, plan: Any = None) -> bool:
    """Name and period of a plan; begin, copy, remove and restore one."""
    return may_manage(member)


def may_import(member: Membership, reading: Any = None) -> bool:
    """Import values from files, and type them in the metric history."""
    return may_manage(member)


def may_confirm(member: Membership, source: Any = None) -> bool:
    """Confirm that a source of metric values is complete."""
    return may_manage(member)


def may_diagnose(member: Membership, thing: Any = None) -> bool:
    """Table 1, the formulas, and bottlenecks with their scores."""
    return may_manage(member)


def may_edit_goal(member: Membership, goal: Any = None) -> bool:
    return may_manage(member)


def may_answer_target(member: Membership, goal: Any) -> bool:
    """Answer a goal's target with another number: managers, and its owner."""
    return may_manage(member) or (may_report(member) and goal.owner_id == member.pk)


def may_take_back_answer(member: Membership, answer: Any) -> bool:
    """Take back an answer to a target, or bring it back: managers, and its author while it is open."""
    is_authors = answer.by_id == member.pk and answer.outcome == "open"
    return may_manage(member) or (is_authors and may_answer_target(member, answer.goal))


def may_report_lead(member: Membership, measure: Any) -> bool:
    """Enter the weekly values of a lead measure: managers, and its owner."""
    return may_manage(member) or (may_report(member) and measure.owner_id == member.pk)


def may_edit_week(member: Membership, value: Any) -> bool:
    """Change or remove a weekly value of a lead measure."""
    return may_report_lead(member, value.measure)


def may_edit_leave(member: Membership, leave: Any) -> bool:
    """Enter, change and remove days of leave: managers, and everybody but viewers their own."""
    return may_manage(member) or (may_report(member) and leave.member_id == member.pk)


def may_edit_strategy(member: Membership, strategy: Any = None) -> bool:
    return may_manage(member)


def may_edit_task(member: Membership, task: Any = None) -> bool:
    """Edit a task's description, owner, dates and acceptance standard."""
    return may_manage(member)


def may_report_on(member: Membership, task: Any) -> bool:
    """Edit progress, resources and risk of a task: managers for any task, owners for their own."""
    return may_manage(member) or (may_report(member) and task.owner_id == member.pk)


def may_take_back_update(member: Membership, update: Any) -> bool:
    """Take back an update on a task, or bring it back: managers, and its author while they may report on the task."""
    return may_manage(member) or (update.by_id == member.pk and may_report_on(member, update.task))


def may_edit_review(member: Membership, review: Any = None) -> bool:
    return may_manage(member)


def may_add_view(member: Membership, view: Any = None) -> bool:
    """Suggest a cause; `view` is one that was removed, which nobody but its author and managers bring back."""
    return may_report(member) if view is None else may_word_view(member, view)


def may_word_view(member: Membership, view: Any) -> bool:
    """Reword a view of a cause: managers, and its author until it is merged."""
    is_authors = may_report(member) and view.by_id == member.pk
    return may_manage(member) or (is_authors and view.bottleneck_id is None)


def may_merge(member: Membership, view: Any = None) -> bool:
    """Merge a view of a cause into a bottleneck, or remove it."""
    return may_manage(member)


def nobody(member: Membership, thing: Any = None) -> bool:
    """Allowed for nobody here, because it is done elsewhere."""
    return False


@cache
def rights_by_model() -> dict[type[Recorded], Rights]:
    """The rights in objects of every recorded model; members are changed on the team's page alone."""
    rights: dict[type[Recorded], Rights] = {Plan: Rights(may_edit_plan), Membership: Rights(nobody)}
    for stage in stages():
        rights |= stage.rights
    return rights


# What changes are about, by the label of the model and the id.
Objects = Mapping[tuple[str, int], Recorded]


def may_undo(member: Membership, changes: Sequence[Change], objects: Objects | None = None) -> bool:
    """Undo these changes, whoever made them: each change back is one that the member may make now.

    `objects` are what the changes are about, where they have been read.
    """
    if objects is None:
        objects = _objects_of(changes)
    return all(_may_take_back(member, change, objects) for change in changes)


def undoable_revisions(member: Membership, revisions: Iterable[int]) -> set[int]:
    """Those revisions of the team that the member may undo, in one query for each model that they touch."""
    of_revisions = Change.objects.filter(team=member.team_id, revision__in=set(revisions))
    changes = list(of_revisions.only("revision", "action", "model", "object_id", "field"))
    objects = _objects_of(changes)
    refused = {change.revision for change in changes if not _may_take_back(member, change, objects)}
    return {change.revision for change in changes} - refused


def _objects_of(changes: Iterable[Change]) -> Objects:
    ids: dict[str, set[int]] = {}
    for change in changes:
        ids.setdefault(change.model, set()).add(change.object_id)
    objects: dict[tuple[str, int], Recorded] = {}
    for label, pks in ids.items():
        model: Any = apps.get_model(label)
        present = model.with_removed.select_related(*rights_by_model()[model].reads).in_bulk(pks)
        objects |= {(label, pk): obj for pk, obj in present.items()}
    return objects


def _may_take_back(member: Membership, change: Change, objects: Objects) -> bool:
    obj = objects.get((change.model, change.object_id))
    if obj is None:
        return False
    rights = rights_by_model()[type(obj)]
    if change.action == Change.Action.SET:
        return rights.to_set(change.field)(member, obj)
    is_gone = change.action == Change.Action.REMOVE
    return (rights.to_add if is_gone else rights.to_remove)(member, obj)


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
    own = seats(request.user)
    if not own:
        raise OutOfReach
    last = request.user.last_team_id
    membership = next((seat for seat in own if seat.team_id == last), own[0])
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
