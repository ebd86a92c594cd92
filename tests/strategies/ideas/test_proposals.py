"""Proposing strategies: from an idea with its tasks, from a key action, from a bottleneck."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from planner import changes
from planner.models import Bottleneck, Goal, Membership, Plan
from strategies.ideas.library import find
from strategies.ideas.proposals import (
    goals_of,
    strategy_from_action,
    strategy_from_bottleneck,
    strategy_from_idea,
)
from strategies.models import KeyAction, Strategy
from tests.conftest import seat
from tracking.models import Task

DAY = dt.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def on_a_tuesday(monkeypatch):
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: DAY)


@pytest.fixture
def bottleneck(plan, status) -> Bottleneck:
    return Bottleneck.objects.create(
        plan=plan, kind="conversion", cause="Late", metric=status.rate.metric, in_focus=True
    )


@pytest.fixture
def propose(plan, manager):
    """propose(make, …) calls a verb in an open recording."""

    def call(make, *args) -> Strategy:
        with changes.recording(plan.team, plan=plan, by=manager) as log:
            return make(log, *args)

    return call


def add_goal(plan: Plan, name: str, **values) -> Goal:
    return Goal.objects.create(plan=plan, name=name, **values)


def test_a_strategy_from_an_idea_is_proposed_with_its_tasks_and_links(
    plan, team, rep, status, bottleneck, propose
):
    goal = add_goal(plan, "Conversion to 12 %", metric=status.rate.metric, owner=seat(rep, team))
    strategy = propose(strategy_from_idea, bottleneck, find(plan, "follow_up"))

    assert (strategy.title, strategy.state, strategy.idea) == (
        "One follow-up procedure",
        "proposed",
        "follow_up",
    )
    assert strategy.description.startswith("Every lead gets a first response within 2 hours")
    assert strategy.resources == "Half a day of training for everyone, response times from the CRM"
    assert strategy.effect_lag_days == 30
    assert (strategy.bottleneck, strategy.goals, strategy.owner) == (bottleneck, [goal], seat(rep, team))
    assert [
        (task.description, task.acceptance, str(task.start), str(task.due), task.owner, task.effort)
        for task in Task.objects.all()
    ] == [
        (
            "List the pain points of today's follow-up",
            "The problem list, with an example for each point",
            "2026-11-24",
            "2026-11-30",
            seat(rep, team),
            None,
        ),
        (
            "Write the new procedure",
            "Scripts and tools named for each step, first response within 2 hours",
            "2026-12-01",
            "2026-12-08",
            seat(rep, team),
            None,
        ),
        (
            "Train and examine everyone",
            "Pass rate of at least 95%",
            "2026-12-09",
            "2026-12-14",
            seat(rep, team),
            None,
        ),
    ]


def test_the_tasks_are_shortened_to_fit_before_the_plans_end(plan, bottleneck, propose):
    Plan.objects.update(end=dt.date(2026, 11, 30))  # five workdays for fifteen
    bottleneck.plan.refresh_from_db()
    propose(strategy_from_idea, bottleneck, find(plan, "follow_up"))

    assert [(str(task.start), str(task.due)) for task in Task.objects.all()] == [
        ("2026-11-24", "2026-11-24"),
        ("2026-11-25", "2026-11-26"),
        ("2026-11-27", "2026-11-30"),
    ]


def test_the_tasks_of_a_plan_that_is_over_have_no_dates(plan, bottleneck, propose):
    Plan.objects.update(end=dt.date(2026, 11, 20))
    bottleneck.plan.refresh_from_db()
    propose(strategy_from_idea, bottleneck, find(plan, "follow_up"))

    assert {(task.start, task.due) for task in Task.objects.all()} == {(None, None)}


def test_the_tasks_of_a_plan_to_come_begin_with_it(plan, bottleneck, propose):
    Plan.objects.update(start=dt.date(2026, 12, 5), end=dt.date(2027, 2, 28))  # a Saturday
    bottleneck.plan.refresh_from_db()
    propose(strategy_from_idea, bottleneck, find(plan, "follow_up"))

    assert str(Task.objects.first().start) == "2026-12-07"


def test_a_strategy_is_written_in_the_teams_language(plan, team, bottleneck, propose):
    team.language = bottleneck.plan.team.language = "zh-hans"
    strategy = propose(strategy_from_idea, bottleneck, find(plan, "referral"))

    assert strategy.title == "老客户转介绍"
    assert Task.objects.first().description == "制定奖励阶梯和规则"


def test_the_goals_that_name_a_bottleneck_come_before_those_of_its_metric(plan, status, bottleneck):
    of_metric = add_goal(plan, "Conversion to 12 %", metric=status.rate.metric)
    assert goals_of(bottleneck) == [of_metric]
    naming = add_goal(plan, "Sales +25 %", metric=status.sales.metric, bottleneck=bottleneck)
    assert goals_of(bottleneck) == [naming]


def test_a_bottleneck_without_a_metric_has_no_goals_but_those_that_name_it(plan, bottleneck):
    bottleneck.metric = None
    add_goal(plan, "Without a metric")
    assert goals_of(bottleneck) == []


def test_who_left_the_team_owns_no_new_strategy(plan, team, status, bottleneck, propose):
    gone = Membership.objects.create(team=team, name="Gone", removed_at=timezone.now())
    add_goal(plan, "Conversion to 12 %", metric=status.rate.metric, owner=gone)
    assert propose(strategy_from_idea, bottleneck, find(plan, "follow_up")).owner is None


def test_an_idea_makes_one_strategy_in_a_plan(plan, bottleneck, propose):
    strategy = propose(strategy_from_idea, bottleneck, find(plan, "follow_up"))
    with pytest.raises(ValidationError, match="“One follow-up procedure” is in this plan already"):
        propose(strategy_from_idea, bottleneck, find(plan, "follow_up"))
    Strategy.objects.filter(pk=strategy.pk).update(removed_at=timezone.now())

    assert propose(strategy_from_idea, bottleneck, find(plan, "follow_up")).pk != strategy.pk


def test_an_idea_is_proposed_and_taken_back_as_one(plan, team, manager, bottleneck, propose):
    propose(strategy_from_idea, bottleneck, find(plan, "follow_up"))
    team.refresh_from_db()
    changes.undo(team, team.revision, by=manager, plan=plan)

    assert not Strategy.objects.exists()
    assert not Task.objects.exists()


def test_a_strategy_without_an_idea_has_the_links_of_its_bottleneck(plan, status, bottleneck, propose):
    goal = add_goal(plan, "Conversion to 12 %", metric=status.rate.metric)
    strategy = propose(strategy_from_bottleneck, bottleneck, "Chat on the website")

    assert (strategy.title, strategy.state, strategy.bottleneck, strategy.goals) == (
        "Chat on the website",
        "proposed",
        bottleneck,
        [goal],
    )


def test_a_key_action_becomes_a_strategy_that_stays_linked(plan, team, rep, bottleneck, propose):
    core = add_goal(plan, "Sales +25 %", bottleneck=bottleneck)
    goal = add_goal(plan, "New customers +30 %", parent=core, owner=seat(rep, team))
    action = KeyAction.objects.create(goal=goal, text="Referral reward")
    strategy = propose(strategy_from_action, action)
    action.refresh_from_db()

    assert action.strategy == strategy
    assert (strategy.title, strategy.state, strategy.goals) == ("Referral reward", "proposed", [goal])
    assert (strategy.owner, strategy.bottleneck) == (seat(rep, team), bottleneck)
    with pytest.raises(ValidationError, match="“Referral reward” has its strategy already"):
        propose(strategy_from_action, action)


def test_a_long_key_action_is_shortened_to_a_title_and_kept_whole_as_the_description(plan, propose):
    action = KeyAction.objects.create(goal=add_goal(plan, "Sales"), text="讲" * 200)
    strategy = propose(strategy_from_action, action)

    assert (strategy.title, strategy.description) == ("讲" * 119 + "…", "讲" * 200)
