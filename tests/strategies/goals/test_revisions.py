"""Targets are revised, not overwritten (Decision 8): who, when, from, to, why."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import pytest

from planner.models import Change, Goal
from strategies.goals.revisions import Revision, TargetHistory, fold, target_histories

HTMX = {"HTTP_HX_REQUEST": "true"}
MON, TUE, WED = (dt.date(2026, 11, day) for day in (23, 24, 25))


def at(day: dt.date, old: int | None, new: int | None, why: str = "") -> Revision:
    return Revision(day, *(None if value is None else D(value) for value in (old, new)), "Mary", why)


@pytest.mark.parametrize(
    ("current", "added_on", "settings", "history"),
    [
        (150, MON, [], TargetHistory(D(150), (), MON)),
        (None, MON, [], TargetHistory(None, (), None)),
        # Set two days after the goal was added, and corrected on that day.
        (150, MON, [at(WED, None, 140), at(WED, 140, 150)], TargetHistory(D(150), (), WED)),
        # Added with a target, corrected on the same day, revised on the next.
        (160, MON, [at(MON, 140, 150), at(TUE, 150, 160, "x")],
         TargetHistory(D(150), (at(TUE, 150, 160, "x"),), TUE)),
        # Several changes of a day are one, with the last reason that was given.
        (170, MON, [at(TUE, 150, 160, "x"), at(TUE, 160, 170)],
         TargetHistory(D(150), (at(TUE, 150, 170, "x"),), TUE)),
        # What was taken back on the same day is no revision; later it is one.
        (150, MON, [at(TUE, 150, 160, "x"), at(TUE, 160, 150)], TargetHistory(D(150), (), TUE)),
        (150, MON, [at(TUE, 150, 160, "x"), at(WED, 160, 150, "y")],
         TargetHistory(D(150), (at(TUE, 150, 160, "x"), at(WED, 160, 150, "y")), WED)),
        # A goal of which the log does not know when it was added.
        (160, None, [at(TUE, 150, 160, "x")], TargetHistory(D(150), (at(TUE, 150, 160, "x"),), TUE)),
    ],
)  # fmt: skip
def test_the_history_of_a_target_is_folded_by_day(current, added_on, settings, history):
    assert fold(None if current is None else D(current), added_on, settings) == history


@pytest.fixture
def today(monkeypatch) -> list[dt.date]:
    """today[0] is the team's local day; a moment of the log lies on its own day in UTC."""
    days = [MON]
    monkeypatch.setattr(
        "planner.models.people.Team.today", lambda team, now=None: now.date() if now else days[0]
    )
    return days


@pytest.fixture
def goal(plan, manager, as_, status, today) -> Goal:
    """A goal that was added on Monday with a target of 150."""
    client, url = as_(manager), f"/plans/{plan.pk}/goals/"
    client.post(f"{url}rows/?kind=core", {"name": "Customers", "metric": str(status.sales.metric.pk)}, **HTMX)
    goal = Goal.objects.get()
    revise(client, goal, "150")
    Change.objects.update(at=dt.datetime(2026, 11, 23, 3, tzinfo=dt.UTC))
    return Goal.objects.get()


def revise(client, goal: Goal, target: str, **fields: str):
    sent = {"cell": "target", "target": target, "kind": "reach", **fields}
    return client.post(f"/plans/{goal.plan_id}/goals/rows/core-{goal.pk}/", sent, **HTMX)


def test_a_correction_on_the_same_day_needs_no_reason(goal, manager, as_):
    assert revise(as_(manager), goal, "160").status_code == 200
    assert target_histories(goal.plan.team, Goal.objects.all())[goal.pk].original == D(150)


def test_a_target_of_an_earlier_day_changes_with_a_reason_only(goal, manager, as_, today):
    today[0] = TUE
    answer = revise(as_(manager), goal, "160")
    assert answer.status_code == 422
    assert "Enter a reason: this target was set before today." in answer.content.decode()
    goal.refresh_from_db()
    assert goal.target == 150

    assert revise(as_(manager), goal, "160", why="A rival left the market").status_code == 200
    goal.refresh_from_db()
    assert goal.target == 160
    change = Change.objects.get(field="target", why__gt="")
    assert (change.old, change.new, change.why) == ("150", "160", "A rival left the market")


def test_what_else_changes_needs_no_reason_and_gets_none(goal, manager, as_, today):
    today[0] = TUE
    assert revise(as_(manager), goal, "150", unit="CNY a week", why="x").status_code == 200
    assert not Change.objects.filter(why__gt="").exists()


def test_a_growth_that_moves_the_target_needs_one_too(goal, manager, as_, today):
    Goal.objects.filter(pk=goal.pk).update(kind="grow_by", baseline=100)
    today[0] = TUE
    sent = {"kind": "grow_by", "initial-kind": "grow_by", "baseline": "100", "initial-baseline": "100"}
    growth = {"growth": "60", "initial-growth": "50", "initial-target": "150"}
    assert revise(as_(manager), goal, "150", **sent, **growth).status_code == 422
    assert revise(as_(manager), goal, "150", **sent, **growth, why="x").status_code == 200
    goal.refresh_from_db()
    assert goal.target == 160
