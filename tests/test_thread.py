"""One thread: from a metric to its tasks and back, on every page of an object."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from planner import stages
from planner.models import Bottleneck, Goal, Reading
from strategies.models import KeyAction, ServedGoal, Strategy
from tests.conftest import seat
from tracking.models import Task


@pytest.fixture
def knots(plan, status, manager, team):
    """Sales with a gap, a bottleneck, a core goal with a sub-goal, a strategy, its task; and the rate beside them."""
    sales = status.sales.metric
    for month in (7, 8, 9):
        Reading.objects.create(
            metric=sales, month=dt.date(2026, month, 1), segment=status.whole, value=800_000
        )
    late = Bottleneck.objects.create(plan=plan, kind="conversion", cause="Late", metric=sales, in_focus=True)
    core = Goal.objects.create(plan=plan, name="Sales +25 %", metric=sales)
    part = Goal.objects.create(plan=plan, parent=core, name="New customers", bottleneck=late)
    strategy = Strategy.objects.create(plan=plan, title="Referrals")
    ServedGoal.objects.create(strategy=strategy, goal=part)
    task = Task.objects.create(strategy=strategy, description="Print cards", owner=seat(manager, team))
    beside = Strategy.objects.create(plan=plan, title="Beside", bottleneck=late)
    return {
        "metric": sales,
        "bottleneck": late,
        "goal": part,
        "strategy": strategy,
        "task": task,
        "core": core,
        "beside": beside,
    }


def shown(stations) -> dict[str, list[str]]:
    return {station.strand.name: [knot.title for knot in station.knots] for station in stations}


def test_a_strategy_is_followed_up_to_its_metric_and_down_to_its_tasks(plan, knots):
    assert shown(stages.thread(plan, knots["strategy"])) == {
        "metric": ["Total sales"],
        "gap": ["200,000 CNY (20%)"],
        "bottleneck": ["Late"],
        "goal": ["Sales +25 %", "New customers"],
        "strategy": ["Referrals"],
        "task": ["Print cards"],
    }


def test_a_bottleneck_leads_to_all_that_answers_it(plan, knots):
    stations = shown(stages.thread(plan, knots["bottleneck"]))
    assert (stations["goal"], stations["strategy"]) == (["New customers"], ["Referrals", "Beside"])


def test_a_core_goal_shows_the_bottlenecks_of_its_sub_goals_and_these_not_each_others(plan, knots):
    other = Bottleneck.objects.create(plan=plan, kind="value", cause="Few visits")
    Goal.objects.create(plan=plan, parent=knots["core"], name="Visits", bottleneck=other)

    assert shown(stages.thread(plan, knots["core"]))["bottleneck"] == ["Late", "Few visits"]
    assert shown(stages.thread(plan, knots["goal"]))["bottleneck"] == ["Late"]
    assert shown(stages.thread(plan, other))["strategy"] == []


def test_what_is_beside_is_not_on_the_thread(plan, knots):
    assert shown(stages.thread(plan, knots["task"]))["strategy"] == ["Referrals"]


def test_a_key_action_links_as_well(plan, knots):
    KeyAction.objects.create(goal=knots["core"], text="Ask", strategy=knots["beside"])

    assert "Beside" in shown(stages.thread(plan, knots["core"]))["strategy"]


@pytest.mark.parametrize("name", ["metric", "bottleneck", "goal", "strategy", "task"])
def test_each_can_be_reached_from_each_and_back(plan, knots, name):
    here = f"{name}-{knots[name].pk}"
    for other in ("metric", "bottleneck", "goal", "strategy", "task"):
        stations = {each.strand.name: each for each in stages.thread(plan, knots[other])}
        urls = {knot.pk: knot.url for knot in stations[name].knots}
        page = f"/strategies/{knots[name].pk}/" if name == "strategy" else f"thread={here}"
        assert page in urls[knots[name].pk]
    mine = next(each for each in stages.thread(plan, knots[name]) if each.strand.name == name)
    assert mine.here.pk == knots[name].pk


def test_what_is_missing_is_said_with_the_page_that_mends_it(plan, knots):
    Task.objects.all().delete()
    last = stages.thread(plan, knots["strategy"])[-1]

    assert (last.knots, str(last.strand.missing), last.url) == (
        (),
        "No task",
        reverse("tracking", args=[plan.pk]),
    )


@pytest.mark.parametrize("key", ["", "goal", "goal-", "goal-x", "goal-0", "plan-1", "goal-" + "9" * 30])
def test_a_key_of_nothing_has_no_thread(plan, knots, key):
    assert stages.thread_at(plan, key) == []


def test_a_goal_of_another_plan_has_no_thread_here(plan, other_plan, knots):
    assert stages.thread(other_plan, knots["goal"]) == []


@pytest.mark.parametrize("page", ["diagnose", "bottlenecks", "goals", "tracking"])
def test_every_table_shows_the_thread_of_the_row_that_its_address_names(plan, knots, viewer, as_, page):
    url = f"{reverse(page, args=[plan.pk])}?thread=goal-{knots['goal'].pk}"
    html = as_(viewer).get(url).content.decode()
    band = html[html.index('<nav id="thread"') :].partition("</nav>")[0]
    assert '<span aria-current="true">New customers</span>' in band
    assert ">Print cards</a>" in band
    assert '<nav id="thread"' not in as_(viewer).get(reverse(page, args=[plan.pk])).content.decode()


def test_a_page_of_one_object_shows_its_thread(plan, knots):
    template = Template("{% load thread %}{% thread plan obj %}")
    html = template.render(Context({"plan": plan, "obj": knots["strategy"]}))
    assert '<span aria-current="true">Referrals</span>' in html


def test_a_thread_follows_what_others_change(plan, team, knots, manager, as_):
    client = as_(manager)
    client.post(
        f"/plans/{plan.pk}/goals/rows/part-{knots['goal'].pk}/", {"cell": "core", "name": "More customers"}
    )
    answer = client.get(f"/plans/{plan.pk}/goals/changes/?since=0&thread=goal-{knots['goal'].pk}")
    assert '<span aria-current="true">More customers</span>' in answer.content.decode()


def test_a_longer_thread_asks_no_more(plan, knots):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            stages.thread(plan, knots["core"])
        return len(queries)

    before = asked()
    for number in range(3):
        part = Goal.objects.create(plan=plan, parent=knots["core"], name=f"g{number}")
        strategy = Strategy.objects.create(plan=plan, title=f"S{number}")
        ServedGoal.objects.create(strategy=strategy, goal=part)
        Task.objects.create(strategy=strategy, description=f"T{number}")
    assert asked() == before <= 10


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("diagnose", "metric"),
        ("bottlenecks", "bottleneck"),
        ("goals", "goal"),
        ("goals", "core"),
        ("strategies", "strategy"),
        ("tracking", "strategy"),
        ("tracking", "task"),
    ],
)
def test_every_row_leads_to_its_thread(plan, knots, viewer, as_, page, name):
    html = as_(viewer).get(reverse(page, args=[plan.pk])).content.decode()
    key = f"{'goal' if name == 'core' else name}-{knots[name].pk}"
    assert f'href="?thread={key}"' in html
    assert stages.thread_at(plan, key)
