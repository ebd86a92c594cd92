"""Cells typed like a spreadsheet's: by keyboard alone, with the keys that hands know, on every table."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from planner.models import Bottleneck, Membership, Plan, PlanMetric, Reading
from tests.browser.conftest import MANAGER
from tests.browser.test_journey import cell, editor
from tracking.models import Task

pytestmark = pytest.mark.browser

TABLES = ("diagnose", "readings", "bottlenecks", "goals", "strategies", "tracking", "reviews")
# The cell that has the focus, open or not: its row and column.
FOCUSED = """() => {
  const cell = document.activeElement.closest("td");
  return cell?.querySelector("a.cell")?.getAttribute("href").replace(/^rows\\//, "").replace(/\\/\\?.*cell=/, " ");
}"""
CELLS = """() => [...document.querySelectorAll("a.cell")]
  .map((link) => link.getAttribute("href").replace(/^rows\\//, "").replace(/\\/\\?.*cell=/, " "))"""


def focused(page: Page) -> str:
    return page.evaluate(FOCUSED)


def address(demo, table: str) -> str:
    return f"/plans/{demo.push.pk if table != 'reviews' else demo.quarter.pk}/{table}/"


@pytest.mark.parametrize("table", TABLES)
def test_tab_leads_through_every_cell_and_back(demo, window, table):
    page = window(MANAGER, address(demo, table))
    cells = page.evaluate(CELLS)[:15]
    assert len(cells) > 4
    page.locator("a.cell").first.press("F2")
    seen = [focused(page)]
    for _cell in cells[1:]:
        page.keyboard.press("Tab")
        seen.append(focused(page))
    assert seen == cells
    for _cell in cells[1:]:
        page.keyboard.press("Shift+Tab")
        seen.append(focused(page))
    assert seen[len(cells) :] == cells[-2::-1]
    expect(page.locator("form.editor:not(template *)")).to_have_count(
        1
    )  # the others closed: nothing was typed


@pytest.mark.parametrize("table", TABLES)
def test_the_arrows_lead_to_the_neighbours(demo, window, table):
    page = window(MANAGER, address(demo, table))
    cells = page.evaluate(CELLS)
    first, second = cells[:2]
    below = [cell for cell in cells if cell.split()[1] == first.split()[1]][1:2]
    page.locator("a.cell").first.focus()
    ways = [("Right", second), ("Left", first), *(("Down", cell) for cell in below), ("Up", first)]
    for key, wanted in ways:
        page.keyboard.press(f"Arrow{key}")
        assert focused(page) == wanted, key


def test_a_target_typed_after_tab_is_the_target(demo, window, trouble):
    trouble.expect("status of 422")  # another current value than the data's needs a source
    page, row = window(MANAGER, demo.diagnose), demo.metric("Total sales")
    # The answer comes while the target is being typed: who types there is not interrupted.
    held: list[Route] = []
    page.route(f"**/rows/{row}/", lambda route: held.append(route), times=1)
    cell(page, row, "current").locator("a.cell").focus()
    page.keyboard.type("790000")
    page.keyboard.press("Tab")
    page.keyboard.type("1.05m")
    while not held:
        page.wait_for_timeout(20)
    with page.expect_response(f"**/rows/{row}/") as answer:
        held[0].continue_()
    assert answer.value.status == 422
    page.keyboard.press("Enter")
    found = PlanMetric.objects.get(plan=demo.quarter, metric__name="Total sales")
    expect(cell(page, row, "target")).to_contain_text("1,050,000")
    found.refresh_from_db()
    assert found.target == 1_050_000


def test_what_stands_behind_more_has_a_key_of_its_own(demo, window):
    page, row = window(MANAGER, demo.diagnose), demo.metric("Total sales")
    cell(page, row, "current").locator("a.cell").focus()
    page.keyboard.type("790000")
    form = editor(page, row, "current")
    expect(form.locator("details.more")).not_to_have_attribute("open", "")
    page.keyboard.press("F2")
    page.keyboard.type("CRM, June")
    page.keyboard.press("F2")
    expect(form.get_by_label("Current value", exact=True)).to_be_focused()
    page.keyboard.press("Shift+F2")
    expect(form.get_by_label("Source or reason")).to_be_focused()
    page.keyboard.press("Tab")
    assert focused(page) == f"{row} target"
    expect(cell(page, row, "current")).to_contain_text("790,000")
    found = PlanMetric.objects.get(plan=demo.quarter, metric__name="Total sales")
    assert (found.override, found.override_reason) == (790_000, "CRM, June")


def test_a_column_of_the_history_is_typed_with_one_key_a_value(demo, window):
    page = window(MANAGER, f"/plans/{demo.push.pk}/readings/")
    rows = page.locator("tbody.rows tr")
    count = rows.count()
    column = rows.first.locator("a.cell").last.get_attribute("href").split("cell=")[1]
    rows.first.locator("a.cell").last.focus()
    for number in range(count):
        page.keyboard.type(str(10 + number))  # a rate takes it for per cent
        page.keyboard.press("Enter")
    expect(rows.last.locator("a.cell").last).to_contain_text(str(10 + count - 1))
    expect(page.locator("form.saving")).to_have_count(0)
    typed = Reading.objects.filter(month=f"{column}-01", is_typed=True).of_whole()
    assert typed.count() == count


def test_figures_are_left_with_an_arrow_and_words_are_not(demo, window):
    page = window(MANAGER, f"/plans/{demo.push.pk}/readings/")
    row = page.locator("tbody.rows tr").first
    row.locator("a.cell").nth(3).focus()
    page.keyboard.type("123")
    page.keyboard.press("ArrowRight")
    expect(row.locator("a.cell").nth(3)).to_contain_text("123")
    expect(row.locator("td:has(a.cell)").nth(4).locator("[inputmode=decimal]")).to_be_focused()

    page.goto(demo.diagnose)
    row = demo.metric("Total sales")
    cell(page, row, "problems").locator("a.cell").focus()
    page.keyboard.type("Rain")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("i")
    expect(editor(page, row, "problems").locator("textarea")).to_have_value("Raiin")


def test_scores_are_set_by_digits_alone(demo, window):
    page = window(MANAGER, f"/plans/{demo.push.pk}/bottlenecks/")
    last = Bottleneck.objects.filter(plan=demo.push, impact=2).get()
    row = f"bottleneck-{last.pk}"
    cell(page, row, "impact").locator("a.cell").focus()
    for digit in ("4", "3", "1"):  # impact, ease, in focus
        page.keyboard.press(digit)
    expect(cell(page, row, "focus").locator(".chip")).to_have_text("In focus")
    last.refresh_from_db()
    assert (last.impact, last.ease, last.in_focus) == (4, 3, True)
    cell(page, row, "ease").locator("a.cell").focus()
    page.keyboard.press("Delete")
    expect(cell(page, row, "ease").locator(".score")).to_have_count(0)
    last.refresh_from_db()
    assert last.ease is None


def test_scores_are_set_by_clicks_alone_and_the_counter_follows(demo, window):
    page = window(MANAGER, f"/plans/{demo.push.pk}/bottlenecks/")
    last = Bottleneck.objects.filter(plan=demo.push, impact=2).get()
    row = f"bottleneck-{last.pk}"
    expect(page.locator("#summary")).to_have_text("4 bottlenecks · 2 in focus")
    cell(page, row, "impact").locator("a.cell").click()
    for column, label in (("impact", "5"), ("ease", "1"), ("focus", "In focus")):
        editor(page, row, column).get_by_role("radio", name=re.compile(f"^{label}")).click()
    expect(editor(page, row, "focus")).to_have_count(0)
    expect(page.locator("#summary")).to_have_text("4 bottlenecks · 3 in focus")
    last.refresh_from_db()
    assert (last.impact, last.ease, last.in_focus) == (5, 1, True)


def test_a_long_list_is_found_by_typing(demo, window):
    page = window(MANAGER, f"/plans/{demo.push.pk}/bottlenecks/")
    last = Bottleneck.objects.filter(plan=demo.push, impact=2).get()
    row = f"bottleneck-{last.pk}"
    cell(page, row, "place").locator("a.cell").focus()
    for key in ("F2", "F2"):
        page.keyboard.press(key)
    page.keyboard.type("CONV")
    form = editor(page, row, "place")
    expect(form.get_by_role("listbox").get_by_role("option")).to_have_text(["Customer conversion rate"])
    page.keyboard.press("Tab")
    expect(form).to_have_count(0)
    expect(cell(page, row, "place")).to_contain_text("Customer conversion rate")
    last.refresh_from_db()
    assert last.metric.name == "Customer conversion rate"


@pytest.mark.parametrize("typed", ["周", "zhouyi", "zy", "ZHOU'YI", "ｚｙ"])
def test_a_chinese_name_is_found_by_its_sounds(demo, window, typed):
    plan = Plan.objects.filter(team__name="华东销售部").order_by("start").last()
    page = window(MANAGER, f"/plans/{plan.pk}/tracking/", locale="zh-CN")
    task = Task.objects.filter(strategy__plan=plan).exclude(owner__name="周毅").first()
    cell(page, f"task-{task.pk}", "owner").locator("a.cell").press("F2")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(typed)
    expect(page.get_by_role("listbox").get_by_role("option").first).to_have_text("周毅")
    page.keyboard.press("Enter")
    expect(cell(page, f"task-{task.pk}", "owner").locator(".person")).to_contain_text("周毅")
    task.refresh_from_db()
    assert task.owner.name == "周毅"


def test_what_matches_nothing_is_said_and_stays(demo, window):
    page = window(MANAGER, f"/plans/{demo.push.pk}/bottlenecks/")
    row = page.locator("tr[id^=bottleneck-]").first.get_attribute("id")
    cell(page, row, "place").locator("a.cell").focus()
    for key in ("F2", "F2"):
        page.keyboard.press(key)
    page.keyboard.type("zzz")
    page.keyboard.press("Tab")
    form = editor(page, row, "place")
    expect(form.get_by_role("alert")).to_have_text("No match. Try another part of the name.")
    expect(form.get_by_role("combobox", name="Metric")).to_have_value("zzz")
    expect(form.get_by_role("combobox", name="Metric")).to_be_focused()


def test_a_new_member_is_named_in_the_cell_and_offered_in_the_next(demo, window):
    page = window(MANAGER, demo.running)
    first, second = (f"task-{task.pk}" for task in Task.objects.filter(strategy__plan=demo.push)[:2])
    cell(page, first, "owner").locator("a.cell").focus()
    page.keyboard.type("Wang Fang")
    expect(page.get_by_role("option", name="Add “Wang Fang” as a member")).to_be_visible()
    page.keyboard.press("Enter")
    expect(cell(page, first, "owner").locator(".person")).to_contain_text("Wang Fang")
    page.keyboard.press("Escape")
    offers = "document.getElementById('edit-task-owner').innerHTML"
    while "Wang Fang" not in page.evaluate(offers):
        page.wait_for_timeout(50)

    cell(page, second, "owner").locator("a.cell").focus()
    page.keyboard.type("fang")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_have_text("Wang Fang")
    page.keyboard.press("Tab")
    expect(cell(page, second, "owner").locator(".person")).to_contain_text("Wang Fang")
    assert Membership.objects.filter(team=demo.push.team, name="Wang Fang").count() == 1


@pytest.mark.parametrize(
    ("locale", "typed", "month", "day"),
    [
        ("en-US", "12/3", 12, 3),
        ("en-GB", "3.12.", 12, 3),
        ("zh-CN", "12月3日", 12, 3),
        ("en-US", "2026-12-03", 12, 3),
    ],
)
def test_a_date_is_typed_as_people_write_it(demo, window, locale, typed, month, day):
    page = window(MANAGER, demo.running, locale=locale)
    task = Task.objects.filter(strategy__plan=demo.push).first()
    cell(page, f"task-{task.pk}", "due").locator("a.cell").focus()
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.locator("form.saving")).to_have_count(0)
    task.refresh_from_db()
    assert (task.due.month, task.due.day) == (month, day)
    assert demo.push.start.year <= task.due.year <= demo.push.end.year or task.due.year == 2026


def test_what_is_no_date_is_said_and_stays(demo, window):
    page = window(MANAGER, demo.running, locale="en-US")
    row = page.locator("tr[id^=task-]").first.get_attribute("id")
    cell(page, row, "due").locator("a.cell").focus()
    page.keyboard.type("31/31")
    page.keyboard.press("Enter")
    form = editor(page, row, "due")
    expect(form.get_by_role("alert")).to_contain_text("This is not a date.")
    expect(form.get_by_role("textbox", name="Due")).to_have_value("31/31")


def test_a_removed_row_goes_before_the_server_answers(demo, window, trouble):
    trouble.expect("ERR_FAILED", "htmx:", "undefined")
    page = window(MANAGER, demo.diagnose)
    rows = page.locator("tbody.rows tr:visible")
    held = []
    page.route("**/remove/", lambda route: held.append(route))
    page.locator("tbody.rows tr").first.get_by_role("button", name="Remove").click()
    expect(rows).to_have_count(3)
    held[0].abort()
    expect(rows).to_have_count(4)


def test_enter_that_confirms_a_word_does_not_save(demo, window):
    """Chromium says so by isComposing, Safari by the code 229 alone."""
    page, row = window(MANAGER, demo.diagnose), demo.metric("Total sales")
    cell(page, row, "problems").locator("a.cell").press("Enter")
    field = editor(page, row, "problems").locator("textarea")
    field.fill("zhou")
    for init in ("{isComposing: true}", "{keyCode: 229, which: 229}"):
        field.evaluate(
            f"(each) => each.dispatchEvent(new KeyboardEvent('keydown', "
            f"{{key: 'Enter', bubbles: true, cancelable: true, ...{init}}}))"
        )
        expect(field).to_have_value("zhou")
        expect(editor(page, row, "problems")).not_to_have_class(re.compile("saving"))
    page.keyboard.press("Enter")
    expect(cell(page, row, "problems")).to_have_text("zhou")


def compose(page: Page, letters: str, word: str) -> None:
    """Type a word with an input method: the letters as a composition, then the word in their place."""
    devtools = page.context.new_cdp_session(page)
    for end in range(1, len(letters) + 1):
        devtools.send(
            "Input.imeSetComposition", {"text": letters[:end], "selectionStart": end, "selectionEnd": end}
        )
    devtools.send("Input.insertText", {"text": word})
    devtools.detach()


def test_words_of_an_input_method_fill_cell_after_cell(demo, window):
    """Whoever goes on with Tab or Enter types into a real field at once: no first letter is lost to the cell."""
    page, row = window(MANAGER, demo.diagnose, locale="zh-CN"), demo.metric("Total sales")
    below = demo.metric("Customer conversion rate")
    cell(page, row, "problems").locator("a.cell").press("Enter")
    compose(page, "jingpin", "竞品降价")
    page.keyboard.press("Enter")
    compose(page, "genjin", "跟进太慢")
    page.keyboard.press("Enter")
    expect(cell(page, row, "problems")).to_contain_text("竞品降价")
    expect(cell(page, below, "problems")).to_have_text("跟进太慢")


def test_a_page_that_is_gone_back_to_shows_what_was_edited_elsewhere(demo, window, settings):
    settings.LIVE_SECONDS = 600
    page, row = window(MANAGER, demo.diagnose), demo.metric("Total sales")
    metric = PlanMetric.objects.get(plan=demo.quarter, metric__name="Total sales")
    other = window(MANAGER, demo.diagnose)
    cell(other, row, "problems").locator("a.cell").press("Enter")
    other.keyboard.type("Rain")
    other.keyboard.press("Control+Enter")
    expect(cell(other, row, "problems")).to_have_text("Rain")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(cell(page, row, "problems")).to_have_text("Rain")
    assert metric.problems != "Rain"
