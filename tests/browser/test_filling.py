"""Tables filled by keyboard alone, in both languages: how many keys it takes besides the texts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from planner.models import Bottleneck, Plan
from tests.browser.conftest import MANAGER
from tests.browser.test_cells import compose
from tracking.models import Task

pytestmark = pytest.mark.browser


class Typist:
    """Types texts and presses keys, and counts the keys that are no text."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys = page, 0

    def write(self, *lines: tuple[str, ...]) -> None:
        """Each text is typed, or composed where it is Chinese; what stands in brackets is a key."""
        for line in lines:
            for item in line:
                if item.startswith("["):
                    self.page.keyboard.press(item[1:-1])
                    self.keys += 1
                    if item == "[Enter]":  # a new row is there once the server says so
                        expect(self.page.locator("form.saving")).to_have_count(0)
                        expect(self.page.locator(":focus")).to_be_visible()
                elif item.isascii():
                    self.page.keyboard.type(item)
                else:
                    compose(self.page, "zhongwen", item)
        expect(self.page.locator("form.saving")).to_have_count(0)


FILLED = {
    "en": SimpleNamespace(
        team="East China sales", locale="en-US", sales="Total sales", rate="Repurchase rate", problem="Rain",
        goal="Sales up", owner="zhou", due="12/3", action="Call them", strategy="Calls", aim="retention",
        task="Make a list", cause="Nobody calls back", step="first response", evidence="CRM log",
    ),
    "zh": SimpleNamespace(
        team="华东销售部", locale="zh-CN", sales="销售总额", rate="老客复购率", problem="竞品降价",
        goal="销售额增长", owner="zy", due="12/3", action="电话回访", strategy="回访计划", aim="提升复购",
        task="整理名单", cause="没人回电话", step="首次响应", evidence="系统记录",
    ),
}  # fmt: skip


@pytest.fixture(params=["en", "zh"])
def words(request) -> SimpleNamespace:
    return FILLED[request.param]


@pytest.fixture
def fresh(demo, words) -> Plan:
    """A plan of the demo's team in which nothing stands yet."""
    team = Plan.objects.filter(team__name=words.team).first().team
    return Plan.objects.create(
        team=team, name="Fresh", start=team.today(), end=team.today() + dt.timedelta(90)
    )


def test_table_1_is_filled_with_a_key_a_cell(fresh, window, words):
    page = window(MANAGER, f"/plans/{fresh.pk}/diagnose/", locale=words.locale)
    typist = Typist(page)
    # Name; the current value comes from the data; target; the basis stays; problems, and on to the next row.
    typist.write(("[n]", words.sales, "[Enter]", "[Tab]", "1.2m", "[Tab]", "[Tab]", words.problem, "[Tab]"))
    typist.write((words.rate, "[Enter]", "[Tab]", "22", "[Tab]", "[Tab]", words.problem, "[Tab]"))
    expect(page.locator("tfoot input[name=name]")).to_be_focused()
    rows = fresh.metrics.select_related("metric")
    assert [(row.metric.name, row.target, row.problems) for row in rows] == [
        (words.sales, 1_200_000, words.problem),
        (words.rate, Decimal("0.22"), words.problem),
    ]
    assert typist.keys == 1 + 2 * 5  # a spreadsheet with the same six columns takes six a row


def test_table_2_is_filled_with_a_key_a_cell(fresh, window, words):
    page = window(MANAGER, f"/plans/{fresh.pk}/goals/", locale=words.locale)
    typist = Typist(page)
    # Goal, metric; target, owner, due, key actions.
    typist.write(("[n]", words.goal, "[Tab]", words.sales, "[Enter]"))
    typist.write(("1.2m", "[Tab]", words.owner, "[Tab]", words.due, "[Tab]", words.action, "[Alt+n]"))
    # A sub-goal beneath it.
    typist.write((words.goal, "[Tab]", words.rate, "[Enter]"))
    typist.write(("22", "[Tab]", words.owner, "[Tab]", words.due, "[Tab]", words.action, "[Enter]"))
    core, part = fresh.goals.order_by("pk")
    assert (core.target, part.target, part.parent) == (1_200_000, Decimal("0.22"), core)
    assert (core.owner, core.due) == (part.owner, part.due)
    assert (core.due.month, core.due.day) == (12, 3)
    assert [action.text for action in part.key_actions.all()] == [words.action]
    assert typist.keys == 1 + 2 * 6  # six cells each


def test_table_3_is_filled_with_a_key_a_cell(fresh, window, words):
    page = window(MANAGER, f"/plans/{fresh.pk}/tracking/", locale=words.locale)
    typist = Typist(page)
    # Strategy; goal, owner, resources, risk.
    typist.write(("[n]", words.strategy, "[Enter]", words.aim, "[Tab]", words.owner, "[Tab]"))
    typist.write((words.step, "[Tab]", words.problem, "[Alt+n]"))
    # A task beneath it; owner, start, due; status by its place; resources, risk.
    typist.write((words.task, "[Enter]", words.owner, "[Tab]", words.due, "[Tab]", words.due, "[Tab]"))
    typist.write(("2", "[Tab]", words.step, "[Tab]", words.problem, "[Enter]"))
    task = Task.objects.select_related("strategy", "owner").get(strategy__plan=fresh)
    assert (task.strategy.aim, task.strategy.risk) == (words.aim, words.problem)
    assert (task.description, task.status, task.owner) == (words.task, "in_progress", task.strategy.owner)
    assert (task.start, task.due.month, task.due.day) == (task.due, 12, 3)
    assert (task.resources, task.risk) == (words.step, words.problem)
    assert typist.keys == 1 + 5 + 7  # a key a cell


def test_bottlenecks_are_filled_with_a_key_a_cell_and_none_a_score(fresh, window, words):
    page = window(MANAGER, f"/plans/{fresh.pk}/bottlenecks/", locale=words.locale)
    typist = Typist(page)
    typist.write(("[n]", words.cause, "[Enter]", words.step, "[Tab]", words.evidence, "[Tab]", "4", "3", "1"))
    found = Bottleneck.objects.get(plan=fresh)
    assert (found.cause, found.step, found.evidence) == (words.cause, words.step, words.evidence)
    assert (found.impact, found.ease, found.in_focus) == (4, 3, True)
    assert typist.keys == 1 + 3
