"""What the execute stage tells the pages that compose the stages."""

from __future__ import annotations

import datetime as dt

import pytest

from planner import people
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


@pytest.mark.parametrize("state", ["proposed", "paused", "dropped"])
def test_a_paused_strategy_calls_for_nobody(late, rep, team, state):
    Strategy.objects.update(state=state)

    assert titles(rep, team) == []


@pytest.mark.parametrize(("days", "watched"), [(30, True), (31, False)])
def test_a_plan_calls_for_people_until_30_days_after_its_end(late, plan, rep, team, days, watched):
    end = TODAY - dt.timedelta(days=days)
    Plan.objects.filter(pk=plan.pk).update(start=end, end=end)
    Task.objects.update(due=end - dt.timedelta(days=1))

    assert titles(rep, team) == ([("Print the cards", days + 1)] if watched else [])


def test_a_task_due_after_the_end_of_its_plan_is_late_until_30_days_after_it(late, plan, rep, team):
    Plan.objects.filter(pk=plan.pk).update(end=TODAY - dt.timedelta(days=10))

    assert titles(rep, team) == [("Print the cards", 2)]


@pytest.mark.parametrize(
    ("days", "state", "listed"),
    [
        (30, "active", True),
        (31, "active", False),
        (30, "draft", True),
        (1, "closed", False),
        (-9, "closed", False),
    ],
)
def test_the_plans_home_lists_work_while_it_calls_for_somebody(late, plan, days, state, listed):
    Plan.objects.filter(pk=plan.pk).update(end=TODAY - dt.timedelta(days=days), state=state)
    plan.refresh_from_db()

    assert [work.days_late for work in STAGE.plan_work(plan, TODAY)] == ([2] if listed else [])


def test_plan_health_names_what_is_open_however_long_the_plan_is_over(late, plan, manager, as_):
    end = TODAY - dt.timedelta(days=300)
    Plan.objects.filter(pk=plan.pk).update(start=end, end=end)

    page = as_(manager).get(f"/plans/{plan.pk}/").content.decode()
    assert "1 task is still open after the plan&#x27;s end" in page
    assert f"/plans/{plan.pk}/tracking/?lacks=end" in page
    assert "No tasks overdue or due in the next 7 days." in page


@pytest.mark.parametrize("state", ["proposed", "paused", "dropped"])
def test_the_open_tasks_of_any_strategy_change_hands(late, rep, manager, team, state):
    Strategy.objects.update(state=state)

    assert people.remove_member(seat(rep, team), by=manager, successor=seat(manager, team)) == 1
    assert Task.objects.get().owner == seat(manager, team)


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
