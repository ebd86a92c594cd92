"""A plan with a measured goal, and a slow strategy for it with all that an approval needs."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from planner.models import Bottleneck, Goal
from strategies.models import ServedGoal, Strategy
from tests.conftest import seat
from tracking.models import Task

DAY = dt.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def on_a_tuesday(monkeypatch):
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: now.date() if now else DAY)


@pytest.fixture
def board(plan, status, team, manager) -> SimpleNamespace:
    owner = seat(manager, team)
    core = Goal.objects.create(
        plan=plan,
        name="Sales +25 %",
        metric=status.sales.metric,
        baseline=800_000,
        target=1_000_000,
        owner=owner,
        due=plan.end,
    )
    part = Goal.objects.create(
        plan=plan,
        parent=core,
        name="Conversion to 12 %",
        metric=status.rate.metric,
        baseline="0.08",
        target="0.12",
        due=plan.end,
    )
    bottleneck = Bottleneck.objects.create(
        plan=plan, kind="conversion", cause="Nobody calls back", in_focus=True
    )
    slow = Strategy.objects.create(
        plan=plan, order=1, title="Membership points", owner=owner, bottleneck=bottleneck,
        state="proposed", importance=4, urgency=3, effect_lag_days=90,
    )  # fmt: skip
    ServedGoal.objects.create(strategy=slow, goal=part)
    task = Task.objects.create(
        strategy=slow, description="Survey", owner=owner, start=dt.date(2026, 10, 10), due=plan.end,
        acceptance="50 answers",
    )  # fmt: skip
    fast = Strategy.objects.create(
        plan=plan,
        order=2,
        title="Members' offer",
        state="active",
        effect_lag_days=14,
        importance=3,
        urgency=4,
    )
    ServedGoal.objects.create(strategy=fast, goal=part)
    return SimpleNamespace(
        plan=plan, core=core, part=part, slow=slow, fast=fast, task=task, bottleneck=bottleneck,
        url=f"/plans/{plan.pk}/strategies/", page=f"/plans/{plan.pk}/strategies/{slow.pk}/",
    )  # fmt: skip
