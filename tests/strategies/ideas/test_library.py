"""The library: three ideas for each kind of bottleneck, the team's own first, in the order of the scenario."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils.translation import override

from planner.models import Bottleneck, Plan
from planner.models.scenarios import TUNINGS
from strategies.ideas.library import find, library, suiting
from strategies.ideas.method import OF_SCENARIOS, OF_THE_METHOD
from strategies.models import Idea
from strategies.models.ideas import MOST_TASKS

EVERY = (*OF_THE_METHOD, *OF_SCENARIOS)


def keys(plan: Plan, kind: str) -> list[str]:
    return [idea.key for idea in suiting(library(plan), Bottleneck(plan=plan, kind=kind))]


def test_the_method_has_three_ideas_for_each_kind():
    assert Counter(idea.kind for idea in OF_THE_METHOD) == dict.fromkeys(Bottleneck.Kind, 3)


def test_every_key_is_one_ideas_own():
    assert len({idea.key for idea in EVERY}) == len(EVERY)
    assert not any(idea.key.startswith("team-") or len(idea.key) > 40 for idea in EVERY)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("idea", EVERY, ids=lambda idea: idea.key)
def test_an_idea_fits_into_a_strategy_and_its_tasks_in_both_languages(idea, language):
    with override(language):
        assert 0 < len(str(idea.title)) <= 120
        assert 0 < len(str(idea.purpose)) <= 200
        assert 0 < len(str(idea.needs)) <= 300
        assert 0 < len(idea.steps) <= MOST_TASKS
        for task in idea.steps:
            assert 0 < len(str(task.description)) <= 200
            assert 0 < len(str(task.acceptance)) <= 300
            assert 0 < task.days <= 20


def test_what_the_team_added_is_offered_first(plan, team, other_team):
    own = Idea.objects.create(team=team, kind="value", title="Cake", steps=[["Bake", "Eaten"]], lag_days=3)
    Idea.objects.create(team=other_team, kind="value", title="Theirs")

    assert keys(plan, "value") == [f"team-{own.pk}", "bundles", "membership", "customer_care"]
    idea = find(plan, f"team-{own.pk}")
    assert (idea.title, idea.lag_days) == ("Cake", 3)
    assert [(task.description, task.acceptance) for task in idea.steps] == [("Bake", "Eaten")]


def test_every_idea_that_comes_first_in_a_scenario_is_in_the_library():
    assert {key for tuning in TUNINGS.values() for key in tuning.ideas} <= {idea.key for idea in EVERY}


@pytest.mark.parametrize(
    ("scenario", "kind", "expected"),
    [
        ("target", "conversion", ["follow_up", "product_training", "crm_reminders"]),
        ("decline", "value", ["bundles", "customer_care", "membership"]),  # the fast ones first
        ("decline", "customers", ["ad_keywords", "referral", "partnerships"]),
        ("new", "customers", ["research", "partnerships", "ad_keywords", "referral"]),
        ("new", "value", ["research", "bundles", "membership", "customer_care"]),
        ("effectiveness", "execution", ["coaching", "skills_training", "incentives", "goal_board"]),
        ("competition", "value", ["bundles", "membership", "customer_care"]),
    ],
)
def test_the_scenario_orders_the_ideas_and_adds_what_it_needs(plan, scenario, kind, expected):
    plan.scenario = scenario
    assert keys(plan, kind) == expected


def test_an_idea_of_another_scenario_is_not_found(plan):
    assert find(plan, "research") is None
    assert find(plan, "nonsense") is None
