"""The people of a plan: what each has for plans, what open tasks take of it, and which windows do not fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, reduce
from operator import add
from typing import Any

from planner import stages, words
from planner.arithmetic.capacity import Capacity, Presence, Routine, capacity_by_day, capacity_of
from planner.arithmetic.windows import Window, Work, overfull
from planner.models import Leave, Membership, Plan, Team
from planner.stages import Effort
from strategies.models import Allocation, Pool, Strategy

# Who has fewer days a week than this for plans is asked about.
FEWEST_DAYS_A_WEEK = 1


@dataclass(frozen=True, slots=True)
class Strain:
    """A window of a member into which more is forced than fits: by open tasks, or by allocations of days."""

    member: Membership
    window: Window[Any]
    is_of_tasks: bool

    @property
    def causes(self) -> tuple[Effort | Allocation, ...]:
        return self.window.keys

    def concerns(self, plan: Plan) -> bool:
        """Whether something of this plan forces it."""
        return any(_plan_of(cause) == plan.pk for cause in self.causes)


def _plan_of(cause: Effort | Allocation) -> int:
    return cause.plan_id if isinstance(cause, Effort) else cause.pool.plan_id


@dataclass
class Workforce:
    """The members of a team who can own work, and when each works."""

    team: Team
    members: list[Membership] = field(default_factory=list)
    leaves: dict[int, list[tuple[dt.date, dt.date]]] = field(default_factory=dict)

    @cached_property
    def routine(self) -> Routine:
        team = self.team
        return Routine(team.calendar.is_workday, team.meeting_weekday, team.meeting_minutes, team.plan_share)

    def presence(self, member: Membership) -> Presence:
        return Presence(member.first_day, self.leaves.get(member.pk, ()), member.meeting_hours)

    def capacity(self, member: Membership, first: dt.date, last: dt.date) -> Capacity:
        return capacity_of(self.routine, self.presence(member), first, last)

    def total(self, first: dt.date, last: dt.date) -> Capacity:
        """The capacity of all members together."""
        nobody = Capacity(0, 0, Fraction(0), Fraction(self.team.plan_share))
        return reduce(add, (self.capacity(member, first, last) for member in self.members), nobody)

    def windows(self, member: Membership, works: Sequence[Work[Any]]) -> list[Window[Any]]:
        """The windows of a member that do not hold this work."""
        if not works:
            return []
        first, last = min(work.start for work in works), max(work.due for work in works)
        return overfull(works, capacity_by_day(self.routine, self.presence(member), first, last))


def workforces(teams: Collection[Team]) -> dict[int, Workforce]:
    """By a team's id, its workforce; two queries for any number of teams."""
    found = {team.pk: Workforce(team) for team in teams}
    for member in words.by_name(Membership.objects.owners().filter(team__in=found)):
        found[member.team_id].members.append(member)
    for leave in Leave.objects.filter(member__team__in=found, member__removed_at=None).select_related(
        "member"
    ):
        of_team = found[leave.member.team_id].leaves
        of_team.setdefault(leave.member_id, []).append((leave.start, leave.end))
    return found


def strains(forces: Iterable[Workforce], efforts: Iterable[Effort]) -> dict[int, list[Strain]]:
    """By a team's id, the windows of its members that do not fit; one query for any number of teams.

    Open tasks count from today on. An allocation of days is a ceiling: tasks are never added to it, so that tasks and
    allocations are judged apart.
    """
    forces = list(forces)
    by_member: dict[int, list[Effort]] = {}
    for effort in efforts:
        by_member.setdefault(effort.member_id, []).append(effort)
    allocated: dict[int | None, list[Allocation]] = {}
    for allocation in _allocations([force.team for force in forces]):
        allocated.setdefault(allocation.member_id, []).append(allocation)
    found = {}
    for force in forces:
        today = force.team.today()
        found[force.team.pk] = [
            Strain(member, window, is_of_tasks)
            for member in force.members
            for is_of_tasks, works in (
                (True, task_works(by_member.get(member.pk, ()), today)),
                (False, _allocation_works(allocated.get(member.pk, ()), today)),
            )
            for window in force.windows(member, works)
        ]
    return found


def task_works(efforts: Iterable[Effort], today: dt.date) -> list[Work[Effort]]:
    """What open tasks ask for from today on; overdue ones are named by themselves."""
    return [
        Work(effort, effort.days, max(effort.start, today), effort.due)
        for effort in efforts
        if effort.due >= today
    ]


def _allocations(teams: Collection[Team]) -> Iterable[Allocation]:
    """The days that are allocated to somebody in the active plans of these teams."""
    return Allocation.objects.filter(
        pool__kind=Pool.Kind.PEOPLE,
        pool__plan__team__in=teams,
        pool__plan__state=Plan.State.ACTIVE,
        pool__plan__removed_at=None,
        strategy__in=Strategy.objects.running(),
        member__removed_at=None,
        member__isnull=False,
        amount__gt=0,
    ).select_related("pool__plan", "strategy")


def _allocation_works(allocations: Iterable[Allocation], today: dt.date) -> list[Work[Allocation]]:
    """What is allocated and not over: within its dates, else within its plan."""
    works = []
    for allocation in allocations:
        plan = allocation.pool.plan
        start, end = allocation.start or plan.start, allocation.end or plan.end
        if end >= today and allocation.amount is not None:
            works.append(Work(allocation, allocation.amount, start, max(start, end)))
    return works


@dataclass(frozen=True, slots=True)
class Person:
    """A member in the remaining days of a plan: capacity, the open tasks that are due in them, and the overdue ones.

    `strains` are the windows that do not fit and that something of the plan forces.
    """

    member: Membership
    capacity: Capacity
    load: Fraction
    overdue: list[Effort]
    strains: list[Strain]

    @property
    def free(self) -> Fraction:
        return self.capacity.days - self.load

    @property
    def is_short(self) -> bool:
        """Whether hardly a day a week is left for plans."""
        return self.capacity.workdays > 0 and self.capacity.a_week < FEWEST_DAYS_A_WEEK


@dataclass(frozen=True, slots=True)
class People:
    """The people of a plan from `first` to `last`, its days that are not over; none once it has ended."""

    first: dt.date
    last: dt.date
    persons: list[Person]
    total: Capacity
    other_load: Fraction

    @property
    def load(self) -> Fraction:
        return sum((person.load for person in self.persons), Fraction(0))

    @property
    def free(self) -> Fraction:
        return self.total.days - self.load

    @property
    def strains(self) -> list[Strain]:
        return [strain for person in self.persons for strain in person.strains]


def remaining(plan: Plan, today: dt.date) -> tuple[dt.date, dt.date]:
    """The days of a plan that are not over; its last day once it has ended."""
    return max(plan.start, min(today, plan.end)), plan.end


def people_of(plan: Plan, force: Workforce, today: dt.date) -> People:
    """The people of a plan, with the tasks of all active plans of its team; two queries."""
    first, last = remaining(plan, today)
    efforts = stages.efforts([plan.team], plan.start, dt.date.max)
    of_team = strains([force], efforts)[plan.team_id]
    persons = []
    for member in force.members:
        own = [effort for effort in efforts if effort.member_id == member.pk]
        persons.append(
            Person(
                member,
                force.capacity(member, first, last),
                load=_sum(effort for effort in own if max(first, today) <= effort.due <= last),
                overdue=[effort for effort in own if effort.due < today],
                strains=[strain for strain in of_team if strain.member == member and strain.concerns(plan)],
            )
        )
    others = _sum(
        effort for effort in efforts if effort.plan_id != plan.pk and max(first, today) <= effort.due <= last
    )
    return People(first, last, persons, force.total(first, last), others)


def _sum(efforts: Iterable[Effort]) -> Fraction:
    return sum((Fraction(effort.days) for effort in efforts), Fraction(0))
