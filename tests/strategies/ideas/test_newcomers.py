"""Newcomers beside the others: who is one, and what each group has per head."""

from __future__ import annotations

import datetime as dt

import pytest

from planner.models import Membership, Metric, Plan, Reading, Segment
from strategies.ideas.newcomers import compared, is_newcomer, output_per_head
from strategies.models import Strategy
from tests.conftest import seat
from tracking.models import Task

DAY = dt.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def on_a_tuesday(monkeypatch):
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: DAY)


@pytest.mark.parametrize(
    ("first_day", "expected"),
    [
        (None, False),
        (DAY - dt.timedelta(days=90), False),
        (DAY - dt.timedelta(days=89), True),
        (DAY, True),
        (DAY + dt.timedelta(days=7), True),
    ],
)
def test_a_newcomer_is_in_the_first_90_days(first_day, expected):
    assert is_newcomer(Membership(first_day=first_day), DAY) is expected


@pytest.fixture
def people(team, plan, other_plan, manager, rep, viewer) -> None:
    """Rick is new and has one open task that is late; Mary and Olga have three, one late; one is in another plan."""
    Membership.objects.filter(user=rep).update(first_day=DAY - dt.timedelta(days=30))
    olga = Membership.objects.create(team=team, name="Olga", first_day=dt.date(2020, 1, 1))
    late, soon = DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=9)
    strategy = Strategy.objects.create(plan=plan, title="Calls")
    other = Strategy.objects.create(plan=other_plan, title="Fairs")
    for of, owner, due in (
        (strategy, seat(rep, team), late),
        (strategy, seat(manager, team), late),
        (strategy, seat(manager, team), soon),
        (strategy, olga, soon),
        (other, seat(rep, team), soon),
    ):
        Task.objects.create(strategy=of, description="x", owner=owner, due=due)


def test_each_group_has_its_open_and_overdue_tasks_per_head(plan, people):
    new, others = compared(plan)

    assert (new.names, new.open_per_head, new.late_per_head) == ("Rick", "1.0", "1.0")
    assert (others.names, others.open_per_head, others.late_per_head) == ("Mary, Olga", "1.5", "0.5")


def test_without_newcomers_there_is_nothing_to_compare(plan, people):
    Membership.objects.update(first_day=None)
    assert compared(plan) == []


def test_the_output_per_head_is_the_latest_in_total_and_by_sub_team(team, plan, status):
    metric = Metric.objects.create(team=team, name="Output per head", key="per_head", unit="CNY")
    north = Segment.objects.create(team=team, dimension="sub_team", name="North")
    east = Segment.objects.create(team=team, dimension="region", name="East")
    for segment, month, value in ((north, 9, 7), (status.whole, 8, 5), (status.whole, 9, 6), (east, 9, 1)):
        Reading.objects.create(metric=metric, segment=segment, month=dt.date(2026, month, 1), value=value)

    assert [(str(segment), value) for segment, value in output_per_head(plan)] == [
        ("Total", "6 CNY · Sep 2026"),
        ("North", "7 CNY · Sep 2026"),
    ]


def test_the_page_compares_them_in_their_scenario_alone(plan, people, manager, as_):
    client, url = as_(manager), f"/plans/{plan.pk}/ideas/"
    assert "Newcomers and the others" not in client.get(url).content.decode()
    Plan.objects.update(scenario="effectiveness")
    html = client.get(url).content.decode()

    assert "Newcomers (first 90 days)" in html
    assert "3 ÷ 2" in html
    Membership.objects.update(first_day=None)
    assert "Nobody is in their first 90 days." in client.get(url).content.decode()
