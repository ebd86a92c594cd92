"""The controls that every stage shares: each in a cell, on a phone, and without script."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from planner.models import Bottleneck, Goal, Metric
from planner.tables.fields import DayRangeField
from reviews.models import Review
from tests.browser.conftest import MANAGER
from tests.browser.test_journey import cell, editor
from tracking.forms import TaskForm
from tracking.models import Task
from tracking.table import TaskKind, TrackingTable

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
CHINESE = {"locale": "zh-CN", "cookies": {"django_language": "zh-hans"}}


@pytest.fixture
def unscored(demo) -> Bottleneck:
    """A bottleneck of which nothing but its cause is known."""
    return Bottleneck.objects.create(plan=demo.push, kind="conversion", cause="Late replies")


def bottlenecks(demo) -> str:
    return f"/plans/{demo.push.pk}/bottlenecks/"


# What an empty cell says


def test_an_empty_figure_of_the_history_is_a_dash_until_it_is_pointed_at(demo, window):
    page = window(MANAGER, f"/plans/{demo.push.pk}/readings/")
    link = page.locator("tbody.rows tr").first.locator("a.cell").last
    prompt = link.locator(".none")
    expect(link).to_have_accessible_name("Enter value")
    assert prompt.bounding_box()["width"] <= 1
    width = link.bounding_box()["width"]
    link.hover()
    assert prompt.bounding_box()["width"] > 50
    assert link.bounding_box()["width"] == width
    page.mouse.move(0, 0)
    link.focus()
    page.keyboard.press("Shift")  # the keyboard is in use: its focus shows
    assert prompt.bounding_box()["width"] > 50


def test_what_an_empty_cell_says_is_not_copied(demo, window, unscored):
    page = window(MANAGER, bottlenecks(demo))
    row = page.locator(f"#bottleneck-{unscored.pk}")
    expect(row).to_contain_text("Add evidence")
    copied = row.evaluate("""(row) => {
      getSelection().selectAllChildren(row);
      return getSelection().toString();
    }""")
    assert "Late replies" in copied
    assert "Add evidence" not in copied


# A score


def line_of(form, step: str):
    return form.locator(".scale label", has=form.page.locator(f"input[value='{step}']")).locator("small")


@pytest.mark.parametrize(
    ("options", "first", "last"),
    [
        ({}, "Hardly affects the results", "Explains most of the gap"),
        (CHINESE, "几乎不影响业绩", "差距主要由它造成"),
    ],
)
def test_the_line_of_the_step_stands_beneath_the_buttons(demo, window, unscored, options, first, last):
    page = window(MANAGER, bottlenecks(demo), **options)
    row = f"bottleneck-{unscored.pk}"
    cell(page, row, "impact").locator("a.cell").click()
    form = editor(page, row, "impact")
    form.locator("input[value='5']").hover()
    expect(line_of(form, "5")).to_have_css("opacity", "1")
    expect(line_of(form, "")).to_have_css("opacity", "0")
    expect(line_of(form, "5")).to_have_text(last)
    expect(form.locator("input[value='1']")).to_have_accessible_name(f"1 {first}")
    form.locator("input[value='5']").click()
    link = cell(page, row, "impact").locator("a.cell")
    expect(link).to_contain_text("5")
    page.keyboard.press("Escape")
    link.hover()
    expect(link.get_by_role("tooltip")).to_have_text(last)
    unscored.refresh_from_db()
    assert unscored.impact == 5


def test_on_a_phone_every_step_says_what_it_means_and_fits_a_thumb(demo, window, unscored):
    page = window(MANAGER, bottlenecks(demo), **PHONE)
    row = f"bottleneck-{unscored.pk}"
    cell(page, row, "ease").locator("a.cell").tap()
    steps = editor(page, row, "ease").locator(".scale label")
    assert [step.bounding_box()["height"] >= 44 for step in steps.all()] == [True] * 6
    for step in steps.all():
        expect(step.locator("small")).to_have_css("opacity", "1")
    steps.filter(has_text="Takes about a month").locator("small").tap(force=True)
    expect(cell(page, row, "ease").locator("a.cell")).to_contain_text("3")
    unscored.refresh_from_db()
    assert unscored.ease == 3


def test_a_score_is_set_without_script(demo, window, unscored):
    page = window(MANAGER, bottlenecks(demo), java_script_enabled=False)
    cell(page, f"bottleneck-{unscored.pk}", "impact").locator("a.cell").click()
    expect(page.get_by_text("Explains a small part of the gap")).to_be_visible()
    page.get_by_text("Explains a large part of the gap").click(force=True)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(f"#bottleneck-{unscored.pk}")).to_contain_text("4")
    unscored.refresh_from_db()
    assert unscored.impact == 4


# A range of days


class SpanForm(TaskForm):
    """A task whose start and due day are typed in one cell."""

    span = DayRangeField(label="Period", required=False)

    def current(self, name: str) -> Any:
        if name != "span":
            return super().current(name)
        return (self.obj.start, self.obj.due) if self.obj.start and self.obj.due else None

    def values(self) -> dict[str, Any]:
        values = super().values()
        if "span" in values:
            values["start"], values["due"] = values.pop("span") or (None, None)
        return values


class SpanKind(TaskKind):
    form = SpanForm
    edits = {**TaskKind.edits, "start": ("span",)}


@pytest.fixture
def task(demo, monkeypatch) -> Task:
    """A task without days, in a table whose start column edits both."""
    monkeypatch.setitem(TrackingTable.kinds, "task", SpanKind())
    strategy = demo.push.strategies.first()
    return Task.objects.create(strategy=strategy, description="Ring everybody up")


def days(task: Task) -> tuple[dt.date | None, dt.date | None]:
    task.refresh_from_db()
    return task.start, task.due


@pytest.mark.parametrize(
    ("options", "typed", "end"),
    [
        ({}, "12/3-12/20", (12, 20)),
        ({}, "12/3 – 20", (12, 20)),
        ({}, "12/3/{year} to 1/10", (1, 10)),
        (CHINESE, "12月3日至12月20日", (12, 20)),
        (CHINESE, "12/3～12/20", (12, 20)),
        ({}, "{year}-12-03-{year}-12-20", (12, 20)),
    ],
)
def test_a_range_typed_into_its_first_field_fills_both(demo, window, task, options, typed, end):
    page, row = window(MANAGER, demo.running, **options), f"task-{task.pk}"
    year = int(page.locator("table[data-from]").get_attribute("data-from")[:4])
    cell(page, row, "start").locator("a.cell").focus()
    page.keyboard.type(typed.format(year=year)[0])
    page.keyboard.insert_text(typed.format(year=year)[1:])
    page.keyboard.press("Enter")
    expect(cell(page, row, "start").locator("a.cell .none")).to_have_count(0)
    assert days(task) == (dt.date(year, 12, 3), dt.date(year + (end[0] < 12), *end))


def test_the_days_of_a_range_are_typed_one_after_the_other_and_cleared_at_once(demo, window, task):
    page, row = window(MANAGER, demo.running), f"task-{task.pk}"
    cell(page, row, "start").locator("a.cell").focus()
    page.keyboard.type("12/3")
    page.keyboard.press("Tab")
    expect(editor(page, row, "start").get_by_role("textbox", name="Period: To")).to_be_focused()
    page.keyboard.type("12/5")
    page.keyboard.press("Enter")
    link = cell(page, row, "start").locator("a.cell")
    expect(link.locator(".none")).to_have_count(0)
    assert [day.month for day in days(task)] == [12, 12]
    link.focus()
    page.keyboard.press("Enter")
    form = editor(page, row, "start")
    expect(form.get_by_role("textbox", name="Period: To")).to_have_value(f"12/5/{task.due.year}")
    page.keyboard.press("Escape")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(link.locator(".none")).to_have_count(1)
    assert days(task) == (None, None)


def test_half_a_range_is_refused_beside_the_field_and_kept(demo, window, task, trouble):
    trouble.expect("status of 422")
    page, row = window(MANAGER, demo.running), f"task-{task.pk}"
    cell(page, row, "start").locator("a.cell").focus()
    page.keyboard.type("12/3")
    page.keyboard.press("Enter")
    form = editor(page, row, "start")
    expect(form.locator(".error")).to_have_text("Enter both dates, or leave both empty.")
    expect(form.get_by_role("textbox", name="Period: From")).not_to_have_value("")
    form.get_by_role("textbox", name="Period: To").fill("12/1")
    page.keyboard.press("Enter")
    expect(form.locator(".error")).to_contain_text("The end date is before the start date.")
    form.get_by_role("textbox", name="Period: To").fill("12/4")
    page.keyboard.press("Enter")
    expect(form).to_have_count(0)
    assert [day.day for day in days(task)] == [3, 4]


def test_a_range_is_picked_on_a_phone(demo, window, task):
    page, row = window(MANAGER, demo.running, **PHONE), f"task-{task.pk}"
    cell(page, row, "start").locator("a.cell").tap()
    form = editor(page, row, "start")
    first, last = form.locator("input[type=date]").all()
    assert first.bounding_box()["height"] >= 44
    assert last.bounding_box()["x"] + last.bounding_box()["width"] <= 390
    first.fill("2026-12-03")
    last.fill("2026-12-20")
    last.press("Enter")
    expect(cell(page, row, "start").locator("a.cell .none")).to_have_count(0)
    assert days(task) == (dt.date(2026, 12, 3), dt.date(2026, 12, 20))


def test_a_range_is_picked_without_script(demo, window, task):
    page, row = window(MANAGER, demo.running, java_script_enabled=False), f"task-{task.pk}"
    cell(page, row, "start").locator("a.cell").click()
    page.get_by_label("Period: From").or_(page.get_by_label("From", exact=True)).fill("2026-12-03")
    page.get_by_label("Period: To").or_(page.get_by_label("To", exact=True)).fill("2026-12-20")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(f"#{row} .none")).to_have_count(3)  # owner, resources and risk
    assert days(task) == (dt.date(2026, 12, 3), dt.date(2026, 12, 20))


# A list ① ② ③


LISTS = [("goals", "actions"), ("reviews", "worked")]


@pytest.fixture
def listed(demo) -> dict[str, str]:
    """A row of each table that has lists, still empty."""
    goal = Goal.objects.create(plan=demo.push, parent=demo.push.goals.get(parent=None), name="More calls")
    review = Review.objects.create(plan=demo.push, start=demo.push.start)
    return {"goals": f"part-{goal.pk}", "reviews": f"review-{review.pk}"}


def items(page: Page, row: str, column: str) -> list[list[str]]:
    """The items that a cell shows, each with its number."""
    return [text.split() for text in cell(page, row, column).locator(".item").all_inner_texts()]


@pytest.mark.parametrize("options", [{}, CHINESE])
@pytest.mark.parametrize(("table", "column"), LISTS)
def test_a_list_is_typed_with_or_without_its_marks(demo, window, listed, table, column, options):
    page, row = window(MANAGER, f"/plans/{demo.push.pk}/{table}/", **options), listed[table]
    cell(page, row, column).locator("a.cell").focus()
    page.keyboard.type("1. one")
    page.keyboard.press("Alt+Enter")
    page.keyboard.insert_text("②two；③three")
    page.keyboard.press("Shift+Enter")
    page.keyboard.insert_text("4、four")
    page.keyboard.press("Enter")
    expect(cell(page, row, column).locator(".item")).to_have_count(4)
    wanted = [["①", "one"], ["②", "two"], ["③", "three"], ["④", "four"]]
    assert items(page, row, column) == wanted

    link = cell(page, row, column).locator("a.cell")
    link.focus()
    page.keyboard.press("F2")
    text = editor(page, row, column).locator("textarea")
    expect(text).to_have_value("one\ntwo\nthree\nfour")
    text.press("Control+End")
    page.keyboard.press("Alt+Enter")
    page.keyboard.type("- five")
    page.keyboard.press("Enter")
    expect(cell(page, row, column).locator(".item")).to_have_count(5)
    assert items(page, row, column) == [*wanted, ["⑤", "five"]]


def test_on_a_phone_enter_begins_the_next_item(demo, window, listed):
    page, row = window(MANAGER, f"/plans/{demo.push.pk}/goals/", **PHONE), listed["goals"]
    cell(page, row, "actions").locator("a.cell").tap()
    page.keyboard.type("one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    page.locator("h1").tap()
    expect(cell(page, row, "actions").locator(".item")).to_have_count(2)
    assert items(page, row, "actions") == [["①", "one"], ["②", "two"]]


@pytest.mark.parametrize(("table", "column"), LISTS)
def test_a_list_is_typed_without_script(demo, window, listed, table, column):
    page = window(MANAGER, f"/plans/{demo.push.pk}/{table}/", java_script_enabled=False)
    cell(page, listed[table], column).locator("a.cell").click()
    page.locator("textarea").fill("① one\n② two")
    page.get_by_role("button", name="Save").click()
    assert items(page, listed[table], column) == [["①", "one"], ["②", "two"]]


def test_an_item_that_is_too_long_is_named_beside_the_list(demo, window, listed, trouble):
    trouble.expect("status of 422")
    page, row = window(MANAGER, f"/plans/{demo.push.pk}/goals/"), listed["goals"]
    cell(page, row, "actions").locator("a.cell").click()
    page.keyboard.insert_text(f"one\n{'x' * 201}")
    page.keyboard.press("Enter")
    expect(editor(page, row, "actions").locator(".error")).to_contain_text("longer than 200 characters")
    expect(editor(page, row, "actions").locator("textarea")).to_have_value(f"one\n{'x' * 201}")


# A figure with its unit

LONG_UNIT = "元/每位首次成交并完成回访的新客户（含税价）"


@pytest.fixture
def goals(demo) -> dict[str, str]:
    """A goal of money, one of a rate and one of a count with a long unit, each without figures."""
    metrics = {metric.name: metric for metric in Metric.objects.filter(team=demo.push.team)}
    core = demo.push.goals.get(parent=None)
    of = {
        "money": {"metric": metrics["Total sales"], "kind": "grow_percent", "baseline": 100, "target": 120},
        "rate": {"metric": metrics["Repurchase rate"], "kind": "reach"},
        "long": {"unit": LONG_UNIT, "kind": "grow_by", "baseline": 100, "target": 120},
    }
    return {
        name: f"part-{Goal.objects.create(plan=demo.push, parent=core, name=name, **values).pk}"
        for name, values in of.items()
    }


def units(form: Locator) -> dict[str, str]:
    """What stands behind each figure of an editor."""
    return form.evaluate("""(form) => Object.fromEntries([...form.querySelectorAll("[data-unit]")]
      .map((affix) => [affix.parentElement.querySelector("input").name, affix.textContent]))""")


def test_the_unit_is_the_rows_and_follows_the_kind_that_is_chosen(demo, window, goals):
    page = window(MANAGER, f"/plans/{demo.push.pk}/goals/")
    for name, unit in (("money", "CNY"), ("rate", "%"), ("long", LONG_UNIT)):
        row = goals[name]
        cell(page, row, "target").locator("a.cell").click()
        form = editor(page, row, "target")
        growth = "%" if name == "money" else unit
        assert units(form) == {"target": unit, "baseline": unit, "growth": growth}
        form.locator("summary").click()
        for kind, target, growth in (
            ("grow_by", unit, unit),
            ("grow_percent", unit, "%"),
            ("share", "%", "%"),
            ("reach", unit, unit),
        ):
            form.get_by_label("Type").select_option(kind)
            assert units(form) == {"target": target, "baseline": target, "growth": growth}, (name, kind)
        form.get_by_label("Unit", exact=True).fill("orders")
        assert units(form)["target"] == ("%" if name == "rate" else "orders")
        page.keyboard.press("Escape")


def test_the_unit_stays_true_after_a_refused_entry(demo, window, goals, trouble):
    trouble.expect("status of 422")
    page, row = window(MANAGER, f"/plans/{demo.push.pk}/goals/"), goals["money"]
    cell(page, row, "target").locator("a.cell").click()
    form = editor(page, row, "target")
    form.locator("summary").click()
    form.get_by_label("Type").select_option("share")
    form.get_by_label("Target", exact=True).fill("many")
    page.keyboard.press("Enter")
    expect(form.locator(".error").first).to_contain_text("“many” is not a number")
    assert units(form) == {"target": "%", "baseline": "%", "growth": "%"}
    form.locator("summary").click()
    form.get_by_label("Type").select_option("grow_by")
    assert units(form) == {"target": "CNY", "baseline": "CNY", "growth": "CNY"}


@pytest.mark.parametrize(("name", "unit"), [("money", "CNY"), ("rate", "%"), ("long", LONG_UNIT)])
def test_the_unit_stands_behind_the_figure_without_script(demo, window, goals, trouble, name, unit):
    trouble.expect("status of 422")
    page = window(MANAGER, f"/plans/{demo.push.pk}/goals/", java_script_enabled=False)
    cell(page, goals[name], "target").locator("a.cell").click()
    expect(page.locator(".affixed", has=page.locator("[name=target]")).locator(".affix")).to_have_text(unit)
    page.locator("[name=target]").fill("many")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".error").first).to_contain_text("“many” is not")
    expect(page.locator(".affixed", has=page.locator("[name=target]")).locator(".affix")).to_have_text(unit)


@pytest.mark.parametrize("options", [CHINESE, PHONE])
def test_a_long_unit_is_read_in_full_beside_a_figure_that_has_room(demo, window, goals, options):
    page, row = window(MANAGER, f"/plans/{demo.push.pk}/goals/", **options), goals["long"]
    cell(page, row, "target").locator("a.cell").click()
    affix = editor(page, row, "target").locator(".affix").first
    assert affix.evaluate("(affix) => affix.scrollWidth <= affix.clientWidth")
    field = editor(page, row, "target").locator("[name=target]").bounding_box()
    assert field["width"] >= 90
    box = affix.bounding_box()
    assert box["x"] + box["width"] <= page.viewport_size["width"]
