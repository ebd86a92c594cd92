"""What the execute stage tells the pages that compose the stages."""

from __future__ import annotations

import datetime as dt

import pytest

from planner.models import Membership, Plan
from strategies.models import Strategy
from tests.conftest import seat
from tracking.models import Task
from tracking.stage import STAGE

TODAY = dt.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def on_a_tuesday(monkeypatch):
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: TODAY)


@pytest.fixture
def late(plan, team, rep):
    strategy = Strategy.objects.create(plan=plan, title="Referrals")
    due = TODAY - dt.timedelta(days=2)
    return Task.objects.create(
        strategy=strategy, description="Print the cards", owner=seat(rep, team), due=due
    )


def titles(person, team):
    return [(work.title, work.days_late) for work in STAGE.open_work([seat(person, team)], None)]


def test_open_work_is_what_names_the_person(late, rep, manager, team):
    assert titles(rep, team) == [("Print the cards", 2)]
    assert titles(manager, team) == []


@pytest.mark.parametrize("state", ["paused", "dropped"])
def test_a_paused_strategy_calls_for_nobody(late, rep, team, state):
    Strategy.objects.update(state=state)

    assert titles(rep, team) == []


@pytest.mark.parametrize(("days", "watched"), [(30, True), (31, False)])
def test_a_plan_calls_for_people_until_30_days_after_its_end(late, plan, rep, team, days, watched):
    end = TODAY - dt.timedelta(days=days)
    Plan.objects.filter(pk=plan.pk).update(start=end, end=end)
    Task.objects.update(due=end - dt.timedelta(days=1))

    assert titles(rep, team) == ([("Print the cards", 1)] if watched else [])


def test_home_shows_a_manager_what_is_overdue_in_the_team_and_a_rep_their_own(
    late, manager, rep, viewer, as_
):
    of_manager = as_(manager).get("/").content.decode()
    assert "Overdue in my teams" in of_manager
    assert "2 days late" in of_manager

    of_rep = as_(rep).get("/").content.decode()
    assert "Overdue in my teams" not in of_rep
    assert "2 days late" in of_rep
    assert "2 days late" not in as_(viewer).get("/").content.decode()


def test_a_member_without_an_account_is_late_too(late, team, manager, as_):
    Task.objects.update(owner=Membership.objects.create(team=team, name="Customer operations"))

    assert "2 days late" in as_(manager).get("/").content.decode()
