"""Lists stand in the order in which their reader looks for names, on either database."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse

from planner.models import Bottleneck, Goal, Membership, Metric, PlanMetric, Segment, Team, User
from strategies.models import ServedGoal, Strategy
from tracking.models import Task

NAMES = ["2 组", "10 组", "Bea", "émile", "ＺＯＥ", "曾国藩", "长沙", "单雄信", "周易"]
# The same as names of people: 单 and 曾 are surnames then.
PEOPLE = ["2 组", "10 组", "Bea", "émile", "ＺＯＥ", "长沙", "单雄信", "曾国藩", "周易"]


@pytest.fixture
def chinese(manager) -> User:
    """The manager, with a name that is not among the others, reading Chinese."""
    User.objects.filter(pk=manager.pk).update(language="zh-hans")
    return manager


@pytest.fixture
def members(team, manager) -> list[Membership]:
    Membership.objects.filter(user=manager).update(name="~")
    return [Membership.objects.create(team=team, name=name, role="rep") for name in sorted(PEOPLE)]


def seen(html: str, names: list[str]) -> list[str]:
    """The names in the order in which a text has them, each once."""
    found = re.findall("|".join(map(re.escape, names)), unescape(html))
    return list(dict.fromkeys(found))


def options(html: str, name: str) -> list[str]:
    """The labels of the first menu of that name."""
    menu = re.search(rf'<select[^>]*name="{name}".*?</select>', html, re.DOTALL)[0]
    return re.findall(r"<option[^>]*>([^<]*)</option>", menu)


@pytest.mark.parametrize("page", ["team", "goals", "tracking"])
def test_members_stand_by_their_names_on_every_page(plan, members, chinese, as_, page):
    address = reverse(page, args=[] if page == "team" else [plan.pk])
    assert seen(as_(chinese).get(address).text, PEOPLE) == PEOPLE


def test_so_they_do_in_a_menu(plan, members, chinese, as_):
    html = as_(chinese).get(reverse("tracking", args=[plan.pk])).text
    assert options(html, "owner")[2:] == PEOPLE


def test_so_they_do_where_a_successor_is_chosen(plan, members, chinese, as_):
    strategy = Strategy.objects.create(plan=plan, title="S")
    Task.objects.create(strategy=strategy, description="T", owner=members[0])
    html = as_(chinese).get(reverse("member-remove", args=[members[0].pk])).text
    assert seen(html[html.index("<select") :], PEOPLE) == [name for name in PEOPLE if name != members[0].name]


@pytest.mark.parametrize("page", ["team-metrics", "readings", "bottlenecks", "formulas"])
def test_metrics_stand_by_their_names_on_every_page(team, plan, chinese, as_, page):
    for name in sorted(NAMES):
        Metric.objects.create(team=team, name=name)
    address = reverse(page, args=[] if page.startswith("team") else [plan.pk])
    assert seen(as_(chinese).get(address).text, NAMES) == NAMES


@pytest.mark.parametrize("page", ["team-segments", "readings", "bottlenecks", "goals"])
def test_segments_stand_by_their_names_on_every_page(team, plan, chinese, as_, page):
    for name in sorted(NAMES):
        Segment.objects.create(team=team, dimension="region", name=name)
    address = reverse(page, args=[] if page.startswith("team") else [plan.pk])
    assert seen(as_(chinese).get(address).text, NAMES) == NAMES


def test_teams_stand_by_their_names(team, chinese, as_):
    Team.objects.filter(pk=team.pk).update(name="~")
    for name in sorted(NAMES):
        Membership.objects.create(
            team=Team.objects.create(name=name, time_zone="UTC"), user=chinese, name="Z"
        )
    html = as_(chinese).get("/").text
    assert seen(html[html.index('class="pop"') :], NAMES) == NAMES


def rows(client, plan, page: str, sort: str, names: list[str]) -> list[str]:
    html = client.get(reverse(page, args=[plan.pk]), {"sort": sort}).text
    return seen(html[html.index('<tbody class="rows">') : html.index("</tbody>")], names)


def make(kind: str, plan, name: str) -> None:
    if kind == "diagnose":
        PlanMetric.objects.create(plan=plan, metric=Metric.objects.create(team=plan.team, name=name))
    elif kind == "bottlenecks":
        Bottleneck.objects.create(plan=plan, cause=name, kind="conversion")
    elif kind == "goals":
        Goal.objects.create(plan=plan, name=name)
    else:
        Strategy.objects.create(plan=plan, title=name)


@pytest.mark.parametrize(
    ("page", "column"),
    [("diagnose", "metric"), ("bottlenecks", "cause"), ("goals", "core"), ("tracking", "strategy")],
)
def test_a_table_is_sorted_by_the_names_of_its_rows(plan, chinese, as_, page, column):
    for name in sorted(NAMES):
        make(page, plan, name)
    assert rows(as_(chinese), plan, page, column, NAMES) == NAMES
    assert rows(as_(chinese), plan, page, f"-{column}", NAMES) == NAMES[::-1]


@pytest.mark.parametrize("page", ["goals", "tracking"])
def test_a_table_is_sorted_by_owners_and_rows_without_one_come_last(plan, members, chinese, as_, page):
    made = ["nobody", *(f"of {member.name}" for member in members)]
    for owner, name in zip([None, *members], made, strict=True):
        make(page, plan, name)
        model = Goal if page == "goals" else Strategy
        model.objects.filter(**{"name" if page == "goals" else "title": name}).update(owner=owner)
    sought = [f"of {name}" for name in PEOPLE]
    assert rows(as_(chinese), plan, page, "owner", made) == [*sought, "nobody"]
    assert rows(as_(chinese), plan, page, "-owner", made) == [*sought[::-1], "nobody"]


def test_strategies_are_sorted_by_the_goal_that_their_row_shows(plan, manager, as_):
    goal = Goal.objects.create(plan=plan, name="B goal")
    for title, aim, of in (
        ("Alpha", "C aim", None),
        ("Beta", "", goal),
        ("Gamma", "a aim", goal),
        ("Delta", "", None),
    ):
        strategy = Strategy.objects.create(plan=plan, title=title, aim=aim)
        if of:
            ServedGoal.objects.create(strategy=strategy, goal=of)
    titles = ["Alpha", "Beta", "Gamma", "Delta"]
    assert rows(as_(manager), plan, "tracking", "goal", titles) == ["Gamma", "Beta", "Alpha", "Delta"]
    assert rows(as_(manager), plan, "tracking", "-goal", titles) == ["Alpha", "Beta", "Gamma", "Delta"]


def test_equal_names_keep_their_order_and_pages_follow_each_other(plan, manager, as_):
    for number in range(45):
        Strategy.objects.create(plan=plan, title="Same", aim=f"<{number:02}>", order=number)
    client, found = as_(manager), []
    for page in (1, 2, 3):
        html = client.get(reverse("tracking", args=[plan.pk]), {"sort": "-strategy", "page": page}).text
        found += re.findall(
            r"&lt;(\d\d)&gt;", html[html.index('<tbody class="rows">') : html.index("</tbody>")]
        )
    assert list(dict.fromkeys(found)) == [f"{number:02}" for number in range(45)]


def test_a_file_of_a_sorted_table_has_the_same_order(plan, chinese, as_):
    for name in sorted(NAMES):
        make("tracking", plan, name)
    answer = as_(chinese).get(reverse("export", args=[plan.pk, "tracking", "csv"]), {"sort": "strategy"})
    assert seen(answer.content.decode("utf-8-sig"), NAMES) == NAMES
