"""The next step of the stage: what is missing first, in the order of the plan's scenario."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from planner.models import Bottleneck, Goal, Membership, Metric, Plan, PlanMetric
from planner.models.scenarios import TUNINGS
from strategies.models import Allocation, Pool, ServedGoal, Strategy
from strategies.steps import OF_ALL, OF_SCENARIOS, next_step
from tests.conftest import seat
from tracking.models import Task

DAY = dt.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def on_a_tuesday(monkeypatch):
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: DAY)


def sentence(plan: Plan, scenario: str = "") -> str | None:
    plan.scenario = scenario or plan.scenario
    step = next_step(plan)
    return step and step.sentence


@pytest.fixture
def way(plan, status, manager):
    """way(n) goes the first n steps of the way from nothing to an approved strategy."""

    def core_goal() -> None:
        Goal.objects.create(plan=plan, name="Sales +25 %")

    def complete() -> None:
        Goal.objects.update(metric=status.sales.metric, baseline=80, target=100, due=plan.end)

    def sub_goal() -> None:
        core = Goal.objects.get()
        Goal.objects.create(plan=plan, parent=core, name="New customers", due=plan.start, adds_up=True)

    def focus() -> None:
        metric = status.sales.metric
        Bottleneck.objects.create(plan=plan, kind="value", cause="Late", in_focus=True, metric=metric)

    def strategy() -> None:
        Strategy.objects.create(
            plan=plan, title="Calls", bottleneck=Bottleneck.objects.get(), state="proposed", effect_lag_days=7
        )

    def owner() -> None:
        Strategy.objects.update(owner=seat(manager, plan.team))

    def task() -> None:
        strategy = Strategy.objects.get()
        ServedGoal.objects.create(strategy=strategy, goal=Goal.objects.get(parent=None))
        Task.objects.create(strategy=strategy, description="Call", acceptance="20 calls")

    def score() -> None:
        Strategy.objects.update(importance=4, urgency=5)

    def approve() -> None:
        Strategy.objects.update(state="active")

    def pool() -> None:
        Pool.objects.create(plan=plan, name="Training", amount=1000)

    def allocate() -> None:
        Allocation.objects.create(pool=Pool.objects.get(), strategy=Strategy.objects.get(), amount=600)

    steps = (core_goal, complete, sub_goal, focus, strategy, owner, task, score, approve, pool, allocate)

    def go(count: int) -> None:
        for step in steps[:count]:
            step()

    return go


WAY = [
    ("Set the core goal of this plan.", "Add a core goal", "goals"),
    ("“Sales +25 %” needs a baseline, a target and a due date.", "Complete it", "goals"),
    ("Break “Sales +25 %” down into sub-goals.", "Add a sub-goal", "goals"),
    ("Choose the two or three bottlenecks that this plan should solve.", "View bottlenecks", "bottlenecks"),
    ("“Late” is in focus and has no strategy yet.", "Choose an idea", "ideas"),
    ("Needed before “Calls” is approved: An owner.", "Assign", "strategies"),
    (
        "Needed before “Calls” is approved: A goal that can be measured, or a lead measure.",
        "Link goal",
        "strategies",
    ),
    ("Score importance and urgency of “Calls”.", "Score it", "strategies"),
    ("“Calls” can be approved.", "Approve it", "strategies"),
    ("Add the budget, people and time that this plan may use.", "Add a pool", "resources"),
    ("“Calls” has no resources yet.", "Allocate resources", "resources"),
]
ALL = len(WAY)


@pytest.mark.parametrize(("count", "expected"), list(enumerate(WAY)))
def test_the_way_from_nothing_to_a_strategy_is_said_step_by_step(plan, way, count, expected):
    way(count)
    plan.scenario = "decline" if count > 3 else "target"
    if count == 3:  # under target pressure, resources come before bottlenecks
        Pool.objects.create(plan=plan, name="Training", amount=1000)
    step = next_step(plan)

    assert (step.sentence, step.verb) == expected[:2]
    assert step.url.startswith(reverse(expected[2], args=[plan.pk]))


def test_where_nothing_is_missing_there_is_no_step(plan, way):
    way(ALL)
    assert sentence(plan, "target") is None


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        ("target", "Set the core goal of this plan."),
        ("decline", "Find out what drives the decline."),
        ("new", "Total sales has no starting value: enter one with its source."),
        ("effectiveness", "Add output per head to Table 1."),
        ("competition", "Enter what changed outside among the main problems: who, what, since when."),
    ],
)
def test_the_scenario_says_what_comes_first(plan, status, scenario, expected):
    assert sentence(plan, scenario) == expected


def test_a_high_target_is_covered_first(plan, way):
    way(3)
    Goal.objects.update(adds_up=False)
    assert sentence(plan, "target") == "No sub-goal adds up to “Sales +25 %” yet."
    Goal.objects.update(adds_up=True)
    assert sentence(plan, "target") == "Add the budget, people and time that this plan may use."


def test_an_over_allocated_pool_comes_before_what_has_nothing_yet(plan, way):
    way(ALL)
    Strategy.objects.create(plan=plan, title="Offer", importance=1, urgency=1, effect_lag_days=0)
    assert sentence(plan, "decline") == "“Offer” has no resources yet."
    Allocation.objects.update(amount=1001)
    assert sentence(plan, "decline") == "“Training” is over-allocated."


def test_in_a_decline_a_strategy_that_comes_too_late_needs_a_faster_one(plan, way):
    way(ALL)
    Strategy.objects.update(effect_lag_days=60)
    assert sentence(plan, "decline") == "“Calls” takes effect after the plan's end: pair it with a fast one."
    fast = Strategy.objects.create(plan=plan, title="Offer", effect_lag_days=0, importance=1, urgency=1)
    Strategy.objects.filter(title="Calls").update(pair=fast)
    assert sentence(plan, "decline") == "“Offer” has no resources yet."


def test_a_new_market_is_researched_and_has_milestones(plan, way):
    way(ALL)
    PlanMetric.objects.update(override=5)
    assert sentence(plan, "new") == "Start with research: who buys, and why?"
    Strategy.objects.update(idea="research")
    assert sentence(plan, "new") is None
    Goal.objects.update(due=plan.end)
    assert sentence(plan, "new") == "Set milestones: sub-goals that are due before the plan's end."


def test_a_team_knows_its_newcomers(plan, team, way, manager):
    way(ALL)
    metric = Metric.objects.create(team=team, name="Output per head", key="per_head")
    PlanMetric.objects.create(plan=plan, metric=metric, order=5)
    expected = "Enter the first day of newcomers, so that they are compared with the others."
    assert sentence(plan, "effectiveness") == expected
    Membership.objects.update(first_day=DAY)
    assert sentence(plan, "effectiveness") is None


def test_a_share_is_defended_by_a_goal(plan, way):
    way(ALL)
    PlanMetric.objects.update(problems="a competitor cut prices")
    assert sentence(plan, "competition") == "“Calls” has no fallback."
    spare = Strategy.objects.create(plan=plan, title="Offer", importance=1, urgency=1, state="paused")
    Strategy.objects.filter(title="Calls").update(fallback=spare)
    assert sentence(plan, "competition") == "Add a goal for the share of sales that you defend."
    Goal.objects.filter(parent=None).update(kind="share")
    assert sentence(plan, "competition") is None


def test_every_step_that_a_scenario_puts_first_is_known():
    known = {asked.name for asked in (*OF_ALL, *OF_SCENARIOS)}
    assert {name for tuning in TUNINGS.values() for name in tuning.steps} <= known


def test_the_line_is_shown_to_managers_alone_with_what_comes_first(plan, status, manager, viewer, as_):
    url = reverse("goals", args=[plan.pk])
    page = as_(manager).get(url).content.decode()

    assert "Set the core goal of this plan." in page
    assert "Target pressure: coverage of the core goal and resources come first" in page
    assert "Set the core goal of this plan." not in as_(viewer).get(url).content.decode()


def test_the_line_of_an_open_page_follows_what_is_done(plan, status, manager, as_):
    client = as_(manager)
    client.post(f"{reverse('goals-add', args=[plan.pk])}?kind=core", {"name": "Sales +25 %"})
    answer = client.get(reverse("goals-changes", args=[plan.pk]), {"since": 0}).content.decode()

    assert '<div id="next"' in answer
    assert "“Sales +25 %” needs a baseline, a target and a due date." in answer


def test_the_step_costs_as_many_queries_for_three_of_everything_as_for_one(plan, way):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            next_step(plan)
        return len(queries)

    way(8)  # all but its approval
    one = asked()
    for number in range(3):
        scores = {"importance": 3, "urgency": 3}
        strategy = Strategy.objects.create(plan=plan, title=f"s{number}", state="proposed", **scores)
        ServedGoal.objects.create(strategy=strategy, goal=Goal.objects.get(parent=None))
        Task.objects.create(strategy=strategy, description="x", acceptance="y")
        core = Goal.objects.get(parent=None)
        Goal.objects.create(plan=plan, name=f"g{number}", parent=core, baseline=1, target=2, due=plan.end)

    assert asked() == one
