"""A strategy added without a form."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from planner import changes
from planner.models import Change, Goal
from strategies.models import Strategy
from strategies.strategies import add_strategy


def test_a_strategy_stands_behind_the_others(plan, manager):
    Strategy.objects.create(plan=plan, order=4, title="Referrals")
    goal = Goal.objects.create(plan=plan, name="New customers")
    with changes.recording(plan.team, plan=plan, by=manager) as log:
        made = add_strategy(log, plan, "Membership points", [goal], aim="raise repurchase")

    made.refresh_from_db()
    assert (made.plan, made.order, made.title, made.aim) == (plan, 5, "Membership points", "raise repurchase")
    assert (made.goals, made.state) == ([goal], "active")
    change = Change.objects.get(model="strategies.strategy")
    assert (change.action, change.model, change.label) == ("add", "strategies.strategy", "Membership points")


@pytest.mark.parametrize(
    ("values", "field"), [({"urgency": 6}, "urgency"), ({"title": ""}, "title"), ({"state": "x"}, "state")]
)
def test_what_makes_no_sense_is_refused_beside_its_field(plan, manager, values, field):
    with (
        pytest.raises(ValidationError) as refused,
        changes.recording(plan.team, plan=plan, by=manager) as log,
    ):
        add_strategy(log, plan, **{"title": "Referrals"} | values)

    assert list(changes.errors_by_field(refused.value)) == [field]
    assert not Strategy.objects.exists()


def test_a_goal_of_another_plan_is_refused(plan, team, manager):
    elsewhere = type(plan).objects.create(team=team, name="Q1", start=plan.start, end=plan.end)
    goal = Goal.objects.create(plan=elsewhere, name="x")
    with (
        pytest.raises(ValidationError) as refused,
        changes.recording(plan.team, plan=plan, by=manager) as log,
    ):
        add_strategy(log, plan, "Referrals", [goal])

    assert list(changes.errors_by_field(refused.value)) == ["goal"]
