"""What the scenario of a plan changes: what comes first, and that no history is expected of a new market."""

from __future__ import annotations

import datetime as dt

import pytest

from planner import stages
from planner.models import Plan, Reading
from planner.models.scenarios import TUNINGS, put_first
from planner.plans import standard_metrics


def messages(plan: Plan) -> list[str]:
    return [check.message for check in stages.checks([plan])[plan.pk] if check.message]


def add_value(status, month: dt.date) -> None:
    Reading.objects.create(
        metric=status.sales.metric, month=month, segment=status.whole, value=1, source="CRM"
    )


def test_every_scenario_has_its_tuning():
    assert set(TUNINGS) == set(Plan.Scenario)


def test_every_metric_that_comes_first_is_one_of_the_method(team):
    known = set(standard_metrics(team))
    assert {key for tuning in TUNINGS.values() for key in tuning.metrics} <= known


def test_what_comes_first_leaves_the_others_as_they_stood():
    assert put_first("abcd", ("d", "x", "b"), str) == ["d", "b", "a", "c"]


def test_the_checks_of_a_plan_stand_in_the_order_of_its_scenario(plan, status):
    usual = [check.pitfall.name for check in stages.checks([plan])[plan.pk]]
    plan.scenario = Plan.Scenario.COMPETITION
    tuned = [check.pitfall.name for check in stages.checks([plan])[plan.pk]]

    assert usual[0] != "metric_without_problem"
    assert tuned[0] == "metric_without_problem"
    assert sorted(tuned) == sorted(usual)


def test_every_check_that_comes_first_is_one_of_the_product(plan, status):
    known = {check.pitfall.name for check in stages.checks([plan])[plan.pk]}
    assert {name for tuning in TUNINGS.values() for name in tuning.checks} <= known


def test_the_plans_home_says_what_its_scenario_puts_first(plan, status, viewer, as_):
    Plan.objects.update(scenario="competition")
    page = as_(viewer).get(f"/plans/{plan.pk}/").content.decode()

    assert "Competitive change: what changed outside and a fallback for each strategy come first" in page
    assert page.index("No main problems entered") < page.index("less than 6 months of history")


@pytest.mark.parametrize(
    ("scenario", "months", "is_short"),
    [
        ("target", [], True),
        ("new", [], False),
        ("target", [8, 9], True),
        ("new", [8, 9], False),
        ("new", [6, 9], True),  # since its first value, two months are missing
    ],
)
def test_no_history_is_expected_of_a_new_market(plan, status, scenario, months, is_short):
    status.rate.delete()
    plan.scenario = scenario
    for month in months:
        add_value(status, dt.date(2026, month, 1))

    assert ("Total sales has less than 6 months of history" in messages(plan)) is is_short


def test_a_new_market_is_not_called_short_of_data(plan, status, manager, as_):
    add_value(status, dt.date(2026, 9, 1))
    client, sentence = as_(manager), "six are needed"
    usual = client.get(f"/plans/{plan.pk}/diagnose/").content.decode()
    Plan.objects.update(scenario="new")
    tuned = client.get(f"/plans/{plan.pk}/diagnose/").content.decode()

    assert sentence in usual
    assert sentence not in tuned
