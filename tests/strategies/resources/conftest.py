"""A Monday of the plan, three scored strategies, and pools to give from."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from planner import changes
from planner.models import Membership, Plan
from strategies.models import Pool, Strategy
from tests.conftest import seat
from tracking.models import Task

MONDAY = dt.date(2026, 11, 30)


@pytest.fixture(autouse=True)
def on_monday(monkeypatch) -> None:
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: MONDAY)


@pytest.fixture
def write(plan, manager):
    """write(verb, …) calls a verb in a recording of its own."""

    def call(verb: Any, *args: Any, **values: Any) -> Any:
        with changes.recording(plan.team, plan=plan, by=manager) as log:
            return verb(log, *args, **values)

    return call


@pytest.fixture
def given(plan) -> SimpleNamespace:
    """Strategies with the scores 20, 16 and 8, a budget of 85,000 and one of people."""

    def strategy(title: str, importance: int, urgency: int) -> Strategy:
        return Strategy.objects.create(plan=plan, title=title, importance=importance, urgency=urgency)

    return SimpleNamespace(
        points=strategy("Points", 5, 4),
        search=strategy("Search", 4, 4),
        partners=strategy("Partners", 4, 2),
        marketing=Pool.objects.create(plan=plan, order=1, name="Marketing", amount=85_000),
        people=Pool.objects.create(plan=plan, order=2, name="People", kind="people"),
        coaching=Pool.objects.create(plan=plan, order=3, name="Coaching", kind="time", amount=40),
    )


def task(
    strategy: Strategy, owner: Membership, effort: str, start: int, due: int, label: str = "Call"
) -> Task:
    """An open task of so many days, within days counted from MONDAY."""
    return Task.objects.create(
        strategy=strategy,
        owner=owner,
        description=label,
        effort=Decimal(effort),
        start=MONDAY + dt.timedelta(days=start),
        due=MONDAY + dt.timedelta(days=due),
    )


@pytest.fixture
def mary(team, manager) -> Membership:
    return seat(manager, team)


@pytest.fixture
def whole_days(team, plan) -> Plan:
    """No meetings, and plans may use all of the time: a workday is a day."""
    type(team).objects.filter(pk=team.pk).update(meeting_minutes=0, plan_share=1)
    plan.team.refresh_from_db()
    return plan
