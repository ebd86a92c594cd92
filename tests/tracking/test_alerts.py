"""Alerts: once per task, kind and due date, by each team's local day."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from planner.models import Plan, Team
from strategies.models import Strategy
from tracking.alerts import raise_alerts
from tracking.models import Alert, Task

NOON = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)  # the 25th in UTC and in Shanghai


@pytest.fixture
def strategy(plan) -> Strategy:
    return Strategy.objects.create(plan=plan, title="Referrals")


def task(strategy: Strategy, day: int, **more) -> Task:
    return Task.objects.create(strategy=strategy, description=f"{day}", due=dt.date(2026, 11, day), **more)


def raised() -> set[tuple[str, str]]:
    return set(Alert.objects.values_list("task__description", "kind"))


def test_each_task_raises_what_its_date_calls_for(strategy):
    for day in (20, 22, 24, 25, 27, 28):
        task(strategy, day)

    assert raise_alerts(NOON) == 6
    assert raised() == {
        ("20", "overdue"),
        ("20", "escalated"),
        ("22", "overdue"),
        ("24", "overdue"),
        ("25", "due_soon"),
        ("27", "due_soon"),
    }


def test_twice_raises_nothing_new_and_a_moved_date_raises_again(strategy):
    late = task(strategy, 24)
    assert raise_alerts(NOON) == 1
    assert raise_alerts(NOON) == 0
    Task.objects.filter(pk=late.pk).update(due=dt.date(2026, 11, 23))
    assert raise_alerts(NOON) == 1


def test_what_is_done_paused_removed_or_over_raises_nothing(strategy, plan, team):
    task(strategy, 20, status="done", percent=100)
    for state in ("proposed", "paused", "dropped"):
        task(Strategy.objects.create(plan=plan, title=state, state=state), 20)
    for fields in (
        {"state": "draft"},
        {"state": "closed"},
        {"end": dt.date(2026, 10, 25)},
        {"removed_at": NOON},
    ):
        other = Plan.objects.create(
            **{"team": team, "name": "x", "start": plan.start, "end": plan.end, **fields}
        )
        task(Strategy.objects.create(plan=other, title="Of another plan"), 20)

    assert raise_alerts(NOON) == 0


def test_the_day_is_the_teams_own(strategy, plan, team):
    """At 17:00 in UTC it is the 26th in Shanghai, and in New York still the 25th."""
    task(strategy, 25)
    other = Team.objects.create(name="West", time_zone="America/New_York")
    there = Plan.objects.create(team=other, name="x", start=plan.start, end=plan.end)
    task(Strategy.objects.create(plan=there, title="S"), 25)
    raise_alerts(dt.datetime(2026, 11, 25, 17, tzinfo=dt.UTC))

    assert set(Alert.objects.values_list("team__name", "kind", "day")) == {
        ("East", "overdue", dt.date(2026, 11, 26)),
        ("West", "due_soon", dt.date(2026, 11, 25)),
    }


def test_the_grace_period_is_the_teams_own(strategy, team):
    Team.objects.filter(pk=team.pk).update(grace_days=0)
    task(strategy, 24)
    raise_alerts(NOON)

    assert raised() == {("24", "overdue"), ("24", "escalated")}


def test_the_number_of_queries_does_not_grow_with_the_tasks(strategy):
    def asked(count: int) -> int:
        for _number in range(count):
            task(strategy, 20)
        with CaptureQueriesContext(connection) as queries:
            assert raise_alerts(NOON) == 2 * count
        return len(queries)

    assert asked(1) == asked(30)
