"""Mails about tasks: the daily digest, and the escalation to managers after the grace period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planner import words
from planner.arithmetic import formats
from planner.arithmetic.collation import sort_key
from planner.arithmetic.periods import end_of_week
from planner.models import Plan, Team
from planner.notices.kinds import MOST_LINES, Content, Kind, Recipient
from planner.notices.mail import public_url
from tracking.models import Alert, Status, Task, TaskQuerySet


@dataclass(frozen=True, slots=True)
class Line:
    """One task in a mail."""

    task: Task
    days_late: int
    when: str
    context: str
    next_step: str
    url: str

    @property
    def owner(self) -> str:
        return self.task.owner.name if self.task.owner else _("No owner yet")


@dataclass(frozen=True, slots=True)
class OwnerLine:
    """What one owner has overdue and due this week, for a manager's roll-up."""

    name: str
    overdue: int
    due: int
    worst: int


@dataclass(frozen=True, slots=True)
class EndedPlan:
    """A plan that is over and waits to be closed."""

    plan: Plan
    end: str

    @property
    def url(self) -> str:
        return public_url(reverse("plan", args=[self.plan.pk]))


@dataclass(frozen=True, slots=True)
class TeamRollUp:
    team: Team
    owners: tuple[OwnerLine, ...]


def digest(to: Recipient) -> Content | None:
    """Overdue first, then due this week; for managers a roll-up by owner, and the plans that wait to be closed, which
    are no reason for a mail. None where there is nothing to say."""
    day, week = to.day, end_of_week(to.day)
    seat_ids = [seat.pk for seat in to.memberships]
    tasks = _load(Task.objects.watched(day).filter(owner__in=seat_ids, due__lte=week))
    lines = [line_of(task, day) for task in tasks]
    overdue = [line for line in lines if line.days_late]
    due = [line for line in lines if not line.days_late and line.task.due and line.task.due >= day]
    managed = [seat.team for seat in to.memberships if seat.is_manager]
    roll_ups = _roll_ups(managed, day, week)
    if not overdue and not due and not roll_ups:
        return None
    today = sum(line.task.due == day for line in due)
    return Content(
        _subject(len(overdue), today, len(due), roll_ups),
        {
            "day": formats.day(day, words.language(), year=False),
            "overdue": overdue[:MOST_LINES],
            "due": due[:MOST_LINES],
            "more": max(0, len(overdue) - MOST_LINES) + max(0, len(due) - MOST_LINES),
            "rolled": roll_ups,
            "ended": _ended(managed, day),
            "home": public_url(reverse("home")),
        },
    )


def _ended(teams: Sequence[Team], day: dt.date) -> list[EndedPlan]:
    """The plans of these teams that are over and wait to be closed, the longest first; one query."""
    plans = Plan.objects.ended(day).filter(team__in=teams).order_by("end", "pk") if teams else ()
    return [EndedPlan(plan, formats.day(plan.end, words.language(), today=day)) for plan in plans]


def _subject(overdue: int, today: int, week: int, roll_ups: Sequence[TeamRollUp]) -> str:
    """The fact: "3 overdue, 2 due today"."""
    parts = []
    if overdue:
        parts.append(ngettext("%(n)d overdue", "%(n)d overdue", overdue) % {"n": overdue})
    if today:
        parts.append(ngettext("%(n)d due today", "%(n)d due today", today) % {"n": today})
    elif week:
        parts.append(ngettext("%(n)d due this week", "%(n)d due this week", week) % {"n": week})
    if not parts:
        late = sum(owner.overdue for roll_up in roll_ups for owner in roll_up.owners)
        due = sum(owner.due for roll_up in roll_ups for owner in roll_up.owners)
        text = _("Team: %(late)d overdue, %(due)d due this week")
        return text % {"late": late, "due": due}
    return _(", ").join(parts)


def _roll_ups(teams: Sequence[Team], day: dt.date, week: dt.date) -> list[TeamRollUp]:
    """By team and owner, what is overdue and due this week; owners without either are left out. One query."""
    if not teams:
        return []
    tasks = _load(Task.objects.watched(day).filter(strategy__plan__team__in=teams, due__lte=week))
    by_team: dict[int, dict[str, list[int]]] = {team.pk: {} for team in teams}
    for task in tasks:
        late = task.days_late(task.strategy.plan.work_day(day))
        if late or (task.due and task.due >= day):
            name = task.owner.name if task.owner else _("No owner yet")
            by_team[task.strategy.plan.team_id].setdefault(name, []).append(late)
    roll_ups = []
    for team in teams:
        owners = [
            OwnerLine(name, sum(n > 0 for n in late), sum(n == 0 for n in late), max(late))
            for name, late in by_team[team.pk].items()
        ]
        if owners:
            owners.sort(key=lambda line: sort_key(line.name, is_person=True))
            ranked = sorted(owners, key=lambda line: (-line.overdue, -line.worst))
            roll_ups.append(TeamRollUp(team, tuple(ranked)))
    return roll_ups


def escalation(to: Recipient) -> Content | None:
    """To managers: open tasks of their teams that passed the grace period since the last notice."""
    teams = [seat.team_id for seat in to.memberships if seat.is_manager]
    raised = Alert.objects.filter(
        team__in=teams,
        kind=Alert.Kind.ESCALATED,
        raised_at__gt=to.last_notified_at(ESCALATION.name),
        raised_at__lte=to.at,
        due=F("task__due"),
    )
    tasks = _load(Task.objects.watched(to.day).filter(pk__in=raised.values("task")))
    lines = [line_of(task, to.day) for task in tasks]
    if not lines:
        return None
    subject = ngettext(
        "%(n)d task is long overdue",
        "%(n)d tasks are long overdue",
        len(lines),
    )
    return Content(
        subject % {"n": len(lines)},
        {
            "day": formats.day(to.day, words.language(), year=False),
            "overdue": lines[:MOST_LINES],
            "more": max(0, len(lines) - MOST_LINES),
            "home": public_url(reverse("home")),
        },
    )


def line_of(task: Task, day: dt.date) -> Line:
    """A task as a mail shows it on `day`."""
    plan = task.strategy.plan
    late = task.days_late(plan.work_day(day))
    language = words.language()
    if late:
        when = ngettext("%(days)d day late", "%(days)d days late", late) % {"days": late}
    elif task.due == day:
        when = _("Due today")
    else:
        when = _("Due %(day)s") % {"day": formats.day(task.due, language, today=day)} if task.due else ""
    return Line(
        task=task,
        days_late=late,
        when=when,
        context=f"{task.strategy.title} · {plan.name}",
        next_step=next_step(task),
        url=public_url(f"{reverse('tracking', args=[plan.pk])}#task-{task.pk}"),
    )


def next_step(task: Task) -> str:
    """The next step: the latest note, or the acceptance standard."""
    if task.status == Status.NOT_STARTED:
        return _("Start it, or note what is blocking it.")
    if task.latest_note:
        return _("Last update: %(note)s") % {"note": task.latest_note}
    return _("Done when: %(standard)s") % {"standard": task.acceptance} if task.acceptance else ""


def _load(tasks: TaskQuerySet) -> list[Task]:
    return list(
        tasks.with_latest_note().select_related("strategy__plan__team", "owner").order_by("due", "pk")
    )


DIGEST = Kind(
    name="digest",
    label=gettext_lazy("Daily digest"),
    description=gettext_lazy(
        "Tasks overdue and due this week; for managers, also by owner. Sent on workdays "
        "when there is something to report."
    ),
    template="digest",
    build=digest,
)
ESCALATION = Kind(
    name="escalation",
    label=gettext_lazy("Long overdue"),
    description=gettext_lazy(
        "For managers: sent once when a task is still open several days after its due date."
    ),
    template="escalation",
    build=escalation,
    for_managers=True,
)
