"""Two plans of one team, alike but for their size: strategies of two and of three tasks in turn.

Twenty strategies, one page of Table 3, hold fifty tasks; the first page of both plans shows the same words.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction

from planner.models import Goal, Membership, Plan, Role, Team, User
from strategies.models import Strategy
from tracking.models import Progress, Status, Task

SMALL, LARGE = 1_000, 10_000
NAMES = ("Mary Lin", "Rick Zhao", "Vera Qian", "Otto Sun", "Nora Li", "Paul Zhou", "Ines Wu", "Karl Zheng")


@dataclass(frozen=True, slots=True)
class Made:
    """What the requests need to know: the ids of the plans and of the task that is saved, and who is signed in."""

    small: int
    large: int
    task: int
    risk: str
    session: str


@transaction.atomic
def make() -> Made:
    team = Team.objects.create(name="East")
    user = User.objects.create_user("bench@example.com", name=NAMES[0], last_team=team)
    members = [
        Membership(team=team, name=name, user=None if at else user, role=Role.REP if at else Role.MANAGER)
        for at, name in enumerate(NAMES)
    ]
    members = Membership.objects.bulk_create(members)
    small, large = (_plan(team, members, tasks) for tasks in (SMALL, LARGE))
    task = Task.objects.filter(strategy__plan=small, strategy__order=9).order_by("order")[1]
    return Made(small.pk, large.pk, task.pk, task.risk, _sign_in(user))


def analyse() -> None:
    """What PostgreSQL does by itself within a minute: learn how much there is of what."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _plan(team: Team, members: list[Membership], count: int) -> Plan:
    today = team.today()
    plan = Plan.objects.create(
        team=team,
        name=f"Quarter with {count} tasks",
        start=today - dt.timedelta(days=50),
        end=today + dt.timedelta(days=40),
    )
    goals = Goal.objects.bulk_create(Goal(plan=plan, order=n, name=f"Repurchase of {n} %") for n in range(8))
    strategies = Strategy.objects.bulk_create(
        [_strategy(plan, goals, members, number) for number in range(count * 2 // 5)], batch_size=500
    )
    places = [(strategy, at) for n, strategy in enumerate(strategies) for at in range(2 + n % 2)]
    tasks = Task.objects.bulk_create(
        [_task(plan, strategy, at, members, number) for number, (strategy, at) in enumerate(places)],
        batch_size=500,
    )
    notes = [note for number, task in enumerate(tasks) for note in _notes(task, number)]
    Progress.objects.bulk_create(notes, batch_size=500)
    return plan


def _strategy(plan: Plan, goals: list[Goal], members: list[Membership], number: int) -> Strategy:
    return Strategy(
        plan=plan,
        order=number,
        title=f"Strategy {number}: win back customers who left",
        aim="" if number % 4 == 3 else "raise repurchase",
        goal=goals[number % len(goals)] if number % 2 else None,
        owner=members[number % len(members)] if number % 7 else None,
        resources=f"budget {number % 90},000 CNY (finance approves)",
        risk="engineering is short of people: may slip" if number % 3 else "",
        state=Strategy.State.PAUSED if number % 17 == 16 else Strategy.State.ACTIVE,
    )


def _task(plan: Plan, strategy: Strategy, at: int, members: list[Membership], number: int) -> Task:
    status = (Status.NOT_STARTED, Status.IN_PROGRESS, Status.DONE, Status.IN_PROGRESS)[number % 4]
    status = Status.CANCELLED if number % 20 == 19 else status
    percent = {Status.DONE: 100, Status.IN_PROGRESS: number * 5 % 95}.get(status, 0)
    start = plan.start + dt.timedelta(days=number * 7 % 60)
    return Task(
        strategy=strategy,
        order=at,
        description=f"Call {10 + number % 90} customers of last year",
        acceptance=f"A summary of {at + 1} pages and {10 + number % 90} names" if number % 5 else "",
        owner=members[number % len(members)] if number % 9 else None,
        start=start if number % 8 else None,
        due=start + dt.timedelta(days=5 + number % 25),
        resources="a list of addresses and 2 days of the agency" if number % 2 else "",
        risk="half of the numbers may be out of date",
        status=status,
        percent=percent,
        cancel_reason="the agency did it" if status == Status.CANCELLED else "",
    )


def _notes(task: Task, number: int) -> list[Progress]:
    """None, one or two words on a task; only the last one shows."""
    return [
        Progress(task=task, status=task.status, percent=task.percent, note=f"{10 + said} of them answered")
        for said in range((0, 1, 1, 2, 0, 0)[number % 6])
    ]


def _sign_in(user: User) -> str:
    """The key of a session in which the user is signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)
