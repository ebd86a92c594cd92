"""A core goal says from where to where it goes by when, or it is incomplete."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from planner.models import Goal, Plan, Reading
from strategies.goals.completeness import incomplete_goals, is_incomplete


@pytest.fixture
def core(plan, status) -> Goal:
    return Goal.objects.create(
        plan=plan, name="Sales", metric=status.sales.metric, baseline=80, target=100, due=plan.end
    )


@pytest.mark.parametrize("missing", ["baseline", "target", "due"])
def test_a_core_goal_without_from_to_or_by_when_is_incomplete(core, missing):
    assert not is_incomplete(core)
    setattr(core, missing, None)
    assert is_incomplete(core)


def test_the_level_of_its_metric_is_where_it_starts(core, status):
    core.baseline = None
    Reading.objects.create(
        metric=status.sales.metric, month=dt.date(2026, 9, 1), segment=status.whole, value=0
    )
    assert not is_incomplete(core)


def test_a_sub_goal_may_lack_what_a_core_goal_may_not(core, plan):
    assert not is_incomplete(Goal.objects.create(plan=plan, parent=core, name="x"))


def test_many_plans_are_looked_at_in_three_queries(core, plan, other_plan, status):
    for each in (plan, other_plan):
        Goal.objects.create(plan=each, name="No end", metric=status.sales.metric)
    Plan.objects.create(team=plan.team, name="Empty", start=plan.start, end=plan.end)
    plans = list(Plan.objects.select_related("team"))
    with CaptureQueriesContext(connection) as queries:
        found = incomplete_goals(plans)

    assert len(queries) <= 3
    assert sorted([goal.name for goal in goals] for goals in found.values()) == [[], ["No end"], ["No end"]]
