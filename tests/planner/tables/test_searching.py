"""Search and order of every table by what people read: the same on either database."""

from __future__ import annotations

import datetime as dt

import pytest

from planner.models import Bottleneck, Goal, Membership, Metric, PlanMetric, Role, Segment
from reviews.models import Review
from strategies.models import KeyAction, Strategy
from tracking.models import Task

NAMES = ["区域１２", "区域 2", "Ｂｅｔａ", "alpha", "曾琳", "阿强"]
ORDERED = ["alpha", "Ｂｅｔａ", "阿强", "曾琳", "区域 2", "区域１２"]


@pytest.fixture
def filled(team, plan) -> None:
    """A row of each name in every table, in no order at all."""
    for order, name in enumerate(NAMES, start=1):
        metric = Metric.objects.create(team=team, name=name, kind=Metric.Kind.COUNT)
        PlanMetric.objects.create(plan=plan, metric=metric, order=order)
        Bottleneck.objects.create(plan=plan, order=order, cause=name, kind=Bottleneck.Kind.CUSTOMERS)
        Goal.objects.create(plan=plan, order=order, name=name)
        Strategy.objects.create(plan=plan, order=order, title=name)
    Segment.begin(team, Segment.Dimension.WHOLE)


def shown(client, plan, table: str, query: str) -> list[str]:
    page = client.get(f"/plans/{plan.pk}/{table}/?{query}").content.decode()
    body = page[page.index('<tbody class="rows">') : page.index('<tbody class="hollow">')]
    places = {name: body.find(f">{name}<") for name in NAMES}
    return sorted((name for name, at in places.items() if at >= 0), key=places.get)


@pytest.mark.parametrize(
    ("table", "column"),
    [("diagnose", "metric"), ("bottlenecks", "cause"), ("goals", "core"), ("tracking", "strategy")],
)
def test_a_column_of_names_is_sorted_as_people_read_it(filled, plan, manager, as_, table, column):
    client = as_(manager)
    assert shown(client, plan, table, f"sort={column}") == ORDERED
    assert shown(client, plan, table, f"sort=-{column}") == ORDERED[::-1]
    assert shown(client, plan, table, "") == NAMES


@pytest.mark.parametrize("table", ["diagnose", "readings", "bottlenecks", "goals", "tracking"])
def test_a_search_finds_half_width_by_full_width(filled, plan, manager, as_, table):
    client = as_(manager)
    assert shown(client, plan, table, "q=区域12") == ["区域１２"]
    assert shown(client, plan, table, "q=ＢＥＴＡ") == ["Ｂｅｔａ"]
    assert shown(client, plan, table, "q=beta") == ["Ｂｅｔａ"]
    assert shown(client, plan, table, "q=区域２") == ["区域 2"]
    assert shown(client, plan, table, "q=zenglin") == shown(client, plan, table, "q=ZL") == ["曾琳"]
    assert shown(client, plan, table, "q=%25") == []
    assert shown(client, plan, table, "q=_") == []


def test_what_stands_beneath_is_found_too(filled, plan, manager, as_):
    strategy = plan.strategies.get(title="alpha")
    Task.objects.create(strategy=strategy, order=1, description="拜访 ３０ 位老客")
    KeyAction.objects.create(goal=plan.goals.get(name="alpha"), order=1, text="每人２００元")
    client = as_(manager)
    assert shown(client, plan, "tracking", "q=30位") == ["alpha"]
    assert shown(client, plan, "goals", "q=200 元") == ["alpha"]


def test_table_4_is_searched_likewise(plan, manager, as_):
    Review.objects.create(plan=plan, kind="month", start=dt.date(2026, 10, 1), worked="转介绍 ３００元")
    page = as_(manager).get(f"/plans/{plan.pk}/reviews/?q=300 元").content.decode()
    assert "转介绍" in page
    assert "转介绍" not in as_(manager).get(f"/plans/{plan.pk}/reviews/?q=400").content.decode()


def test_owners_are_listed_and_sorted_as_persons(team, plan, manager, as_):
    for order, name in enumerate(["周易", "曾琳", "陈静", "单晓"], start=1):
        owner = Membership.objects.create(team=team, name=name, role=Role.REP)
        Strategy.objects.create(plan=plan, order=order, title=NAMES[order], owner=owner)
    for address, start in ((f"/plans/{plan.pk}/tracking/", 'name="owner"'), ("/team/", 'id="main"')):
        page = as_(manager).get(address).content.decode()
        people = page[page.index(start) :]
        places = [people.index(name) for name in ("Mary", "陈静", "单晓", "曾琳", "周易")]
        assert places == sorted(places)
    assert shown(as_(manager), plan, "tracking", "sort=owner") == [NAMES[3], NAMES[4], NAMES[2], NAMES[1]]


def test_an_option_says_by_which_pinyin_it_is_found(team, plan, manager, as_):
    Membership.objects.create(team=team, name="周易", role=Role.REP)
    page = as_(manager).get(f"/plans/{plan.pk}/tracking/").content.decode()
    options = [part for part in page.split("<option")[1:] if "周易</option>" in part]
    assert len(options) >= 3  # the filter and the editors
    assert all('data-keys="zhouyi zy"' in option for option in options)
    assert "data-keys" not in page.split("Mary</option>")[0].rpartition("<option")[2]


@pytest.mark.parametrize("address", ["/team/metrics/", "/team/segments/"])
def test_the_lists_of_the_team_stand_in_that_order(team, plan, manager, as_, address):
    for name in NAMES:
        Metric.objects.create(team=team, name=name, kind=Metric.Kind.COUNT)
        Segment.begin(team, Segment.Dimension.REGION, name)
    page = as_(manager).get(address).content.decode()
    main = page[page.index('id="main"') :]
    places = [main.index(name) for name in ORDERED]
    assert places == sorted(places)
