"""Goals made and changed without a form: the third figure, the level they begin at, and their key actions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from planner import changes
from planner.models import Change, Goal, Reading
from strategies.goals.goals import Step, add_goal, add_sub_goal, change_goal, write_actions
from strategies.models import KeyAction, Strategy
from tests.conftest import seat


@pytest.fixture
def sales(status):
    """The metric of sales: 800,000 a month on average before the plan begins."""
    for month, value in ((7, 780_000), (8, 800_000), (9, 820_000), (10, 999_000)):
        Reading.objects.create(
            metric=status.sales.metric, month=dt.date(2026, month, 1), segment=status.whole, value=value
        )
    return status.sales.metric


@pytest.fixture
def goal(plan, sales) -> Goal:
    return Goal.objects.create(
        plan=plan, order=1, name="Sales", metric=sales, kind="grow_percent", baseline=100, target=130
    )


@pytest.fixture
def record(plan, manager):
    """record() is an open recording of the plan by its manager."""
    return lambda: changes.recording(plan.team, plan=plan, by=manager)


def figures(goal: Goal) -> tuple:
    goal.refresh_from_db()
    return goal.baseline, goal.target


def errors_of(record, verb, *args, **kwargs) -> dict[str, list[str]]:
    """The sentences with which a verb refuses, by field; nothing is written."""
    with pytest.raises(ValidationError) as refused, record() as log:
        verb(log, *args, **kwargs)
    assert not Change.objects.exists()
    return changes.errors_by_field(refused.value)


def test_a_goal_begins_at_the_level_of_its_metric_and_ends_with_the_plan(record, plan, goal, sales):
    with record() as log:
        made = add_goal(log, plan, "Sales once more", sales)

    made.refresh_from_db()
    assert (made.plan, made.parent, made.order, made.name) == (plan, None, 2, "Sales once more")
    assert (made.baseline, made.target, made.unit, made.due) == (800_000, None, "CNY", plan.end)
    assert [(each.action, each.model) for each in Change.objects.all()] == [("add", "planner.goal")]


def test_a_goal_without_a_metric_is_only_words(record, plan):
    with record() as log:
        made = add_goal(log, plan, "Be friendlier")

    assert (made.metric, made.baseline, made.unit) == (None, None, "")


def test_what_is_said_of_a_new_goal_goes_before_its_metrics_level(record, plan, sales, rep, team):
    due, owner = dt.date(2026, 11, 30), seat(rep, team)
    with record() as log:
        made = add_goal(
            log, plan, "New customers", sales, baseline=Decimal(5), unit="heads", due=due, owner=owner
        )

    made.refresh_from_db()
    assert (made.baseline, made.unit, made.due, made.owner) == (5, "heads", due, owner)


def test_a_growth_of_a_new_goal_grows_from_the_level(record, plan, sales):
    with record() as log:
        made = add_goal(log, plan, "Sales +25 %", sales, kind="grow_percent", growth=Decimal("0.25"))

    assert figures(made) == (800_000, 1_000_000)


def test_a_sub_goal_stands_below_its_core_goal(record, plan, goal, sales):
    with record() as log:
        made = add_sub_goal(log, goal, "Product A to 50 %", sales, kind="share", target=Decimal("0.5"))

    made.refresh_from_db()
    assert (made.plan, made.parent, made.order, made.target, made.unit) == (plan, goal, 2, Decimal("0.5"), "")


def test_there_is_no_third_floor_of_goals(record, plan, goal):
    part = Goal.objects.create(plan=plan, parent=goal, name="New customers")

    said = errors_of(record, add_sub_goal, part, "From fairs")
    assert said == {"parent": ["A sub-goal belongs to a core goal, not to another sub-goal."]}


@pytest.mark.parametrize(
    ("values", "stored"),
    [
        ({"growth": Decimal("0.5")}, (100, 150)),
        ({"growth": Decimal("0.5"), "target": Decimal(300)}, (200, 300)),
        ({"baseline": Decimal(200), "growth": Decimal("0.5")}, (200, 300)),
        ({"kind": "grow_by", "growth": Decimal(20)}, (100, 120)),
        ({"kind": "reach", "growth": Decimal(20), "target": Decimal(300)}, (100, 300)),
        ({"target": Decimal(300)}, (100, 300)),
        ({"target": None}, (100, None)),
    ],
)
def test_of_baseline_growth_and_target_two_give_the_third(record, goal, values, stored):
    with record() as log:
        change_goal(log, goal, values)

    assert figures(goal) == stored


def test_three_figures_that_disagree_are_refused_with_the_one_that_fits(record, goal):
    values = {"baseline": Decimal(100), "growth": Decimal("0.4"), "target": Decimal(160)}

    said = errors_of(record, change_goal, goal, values)
    assert said == {
        "target": ["Baseline and growth give a target of 140. Clear one of the three to have it calculated."]
    }
    assert figures(goal) == (100, 130)


def test_a_growth_that_stands_alone_is_refused(record, plan):
    said = errors_of(record, add_goal, plan, "Grow", kind="grow_by", growth=Decimal(5))

    assert said == {"growth": ["Enter a baseline or a target."]}


@pytest.mark.parametrize(
    ("values", "field"), [({"kind": "shrink", "growth": Decimal(1)}, "kind"), ({"name": ""}, "name")]
)
def test_what_makes_no_sense_is_refused_beside_its_field(record, goal, values, field):
    assert list(errors_of(record, change_goal, goal, values)) == [field]


def test_a_new_metric_brings_its_level_where_there_is_none(record, plan, status, sales):
    empty = Goal.objects.create(plan=plan, name="Sales")
    with record() as log:
        change_goal(log, log.take(Goal.objects.all(), empty.pk), {"metric": sales})

    assert figures(empty) == (800_000, None)
    assert {each.field for each in Change.objects.all()} == {"metric", "baseline", "unit"}


def test_key_actions_whose_words_stay_keep_their_history(record, plan, goal):
    points = Strategy.objects.create(plan=plan, title="Membership points")
    with record() as log:
        write_actions(log, goal, [Step("one"), Step("two"), Step("three")])
    before = {each.text: each.pk for each in KeyAction.objects.all()}
    with record() as log:
        change_goal(log, goal, {"actions": [Step("three"), Step("two", points.pk)]})

    after = KeyAction.objects.order_by("order")
    assert [(each.pk, each.text, each.strategy) for each in after] == [
        (before["three"], "three", None),
        (before["two"], "two", points),
    ]
    assert [(each.action, each.label, each.field) for each in log.changes] == [
        ("set", "three", "order"),
        ("set", "two", "strategy"),
        ("remove", "one", ""),
    ]


def test_a_key_action_does_not_point_to_a_strategy_of_another_plan(record, plan, goal, team):
    elsewhere = type(plan).objects.create(team=team, name="Q1", start=plan.start, end=plan.end)
    theirs = Strategy.objects.create(plan=elsewhere, title="Theirs")

    assert list(errors_of(record, write_actions, goal, [Step("one", theirs.pk)])) == ["strategy"]
