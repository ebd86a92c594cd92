"""The two tables in a browser, as people work in them: by keyboard, in two windows, off line, without script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from planner.models import PlanMetric
from tests.browser.conftest import MANAGER, REP

pytestmark = pytest.mark.browser

CONVERSION, SALES = "Customer conversion rate", "Total sales"


def cell(page: Page, key: str, column: str) -> Locator:
    """The cell of a row that edits `column`."""
    return page.locator(f'#{key} td:has(a[href$="?cell={column}"])')


def editor(page: Page, key: str, column: str) -> Locator:
    return cell(page, key, column).locator("form.editor")


def shown(page: Page, key: str, label: str) -> Locator:
    """The cell of a row below the heading that begins with `label`, computed ones too."""
    return page.locator(f'#{key} td[data-label^="{label}"]').first


def write(page: Page, key: str, column: str, text: str) -> None:
    """Type over a cell's text and leave it with Enter."""
    cell(page, key, column).locator("a.cell").press("Enter")
    field = editor(page, key, column).locator("textarea, input:not([type=hidden])").first
    field.fill(text)
    field.press("Control+Enter")


def test_a_manager_signs_in_and_sees_the_plans(demo, window):
    page = window(None, "/")
    page.get_by_label("Email").fill(MANAGER)
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    page.locator("main").get_by_role("link", name=re.compile("Q3 2023")).first.click()

    expect(page).to_have_url(re.compile(rf"/plans/{demo.quarter.pk}/$"))


def test_a_target_is_edited_by_keyboard_and_the_gap_follows(demo, window):
    page, row = window(MANAGER, demo.diagnose), demo.metric(CONVERSION)
    expect(shown(page, row, "Gap")).to_have_text("4pp")

    cell(page, row, "target").locator("a.cell").focus()
    page.keyboard.press("Enter")
    expect(editor(page, row, "target").get_by_label("Target", exact=True)).to_be_focused()
    page.keyboard.type("15%")
    page.keyboard.press("Enter")

    expect(shown(page, row, "Gap")).to_have_text("7pp")
    expect(cell(page, row, "rate").locator(".fig")).to_have_text("88%")
    expect(cell(page, row, "target")).to_have_text("15%")
    expect(cell(page, row, "target")).to_have_class(re.compile("saved"))
    below = demo.metric("Repurchase rate")
    expect(editor(page, below, "target").get_by_label("Target", exact=True)).to_be_focused()


def test_tab_goes_on_at_once_and_what_is_typed_meanwhile_is_not_lost(demo, window):
    page, row = window(MANAGER, demo.diagnose), demo.metric(CONVERSION)
    held = []
    page.route("**/rows/**", lambda route: held.append(route), times=1)

    cell(page, row, "target").locator("a.cell").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("15%")
    for _step in ("the basis of the rate", "the problems"):
        page.keyboard.press("Tab")
    expect(editor(page, row, "problems").locator("textarea")).to_be_focused()
    page.keyboard.type("Leads wait")
    expect(editor(page, row, "target")).to_have_class(re.compile("saving"))
    held[0].continue_()

    expect(cell(page, row, "target")).to_have_text("15%")
    expect(shown(page, row, "Gap")).to_have_text("7pp")
    expect(editor(page, row, "problems").locator("textarea")).to_be_focused()
    expect(editor(page, row, "problems").locator("textarea")).to_have_value("Leads wait")
    page.keyboard.press("Control+Enter")
    expect(cell(page, row, "problems")).to_have_text("Leads wait")


def test_escape_gives_the_old_value_back(demo, window):
    page, row = window(MANAGER, demo.diagnose), demo.metric(CONVERSION)
    cell(page, row, "target").locator("a.cell").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("99%")
    page.keyboard.press("Escape")

    expect(editor(page, row, "target")).to_have_count(0)
    expect(cell(page, row, "target")).to_have_text("12%")
    expect(cell(page, row, "target").locator("a.cell")).to_be_focused()


def test_what_is_no_number_is_kept_with_a_sentence_beside_it(demo, window, trouble):
    trouble.expect("status of 422")
    page, row = window(MANAGER, demo.diagnose), demo.metric(CONVERSION)
    cell(page, row, "target").locator("a.cell").press("Enter")
    page.keyboard.type("12o")
    page.keyboard.press("Enter")

    field = editor(page, row, "target").get_by_label("Target", exact=True)
    expect(editor(page, row, "target").get_by_role("alert")).to_contain_text("“12o” is not a number.")
    expect(field).to_have_value("12o")
    expect(shown(page, row, "Gap")).to_have_text("4pp")
    field.fill("13%")
    field.press("Enter")
    expect(cell(page, row, "target")).to_have_text("13%")


def test_a_metric_is_added_removed_and_brought_back(demo, window):
    page = window(MANAGER, demo.diagnose)
    rows = page.locator("tbody.rows tr")
    expect(rows).to_have_count(4)
    page.keyboard.press("n")
    expect(page.locator("tfoot input[name=name]")).to_be_focused()
    page.keyboard.type("Average order value")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(5)
    expect(rows.last).to_contain_text("Average order value")

    rows.last.get_by_role("button", name="Remove Average order value").click()
    expect(rows).to_have_count(4)
    toast = page.locator(".toast").filter(has_text="Removed “Average order value”.")
    toast.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(5)
    expect(rows.last).to_contain_text("Average order value")


def test_control_z_takes_back_the_last_change(demo, window):
    page, row = window(MANAGER, demo.diagnose), demo.metric(CONVERSION)
    write(page, row, "problems", "Written by mistake")
    expect(cell(page, row, "problems")).to_have_text("Written by mistake")
    page.keyboard.press("Control+z")

    expect(cell(page, row, "problems")).to_contain_text("New reps follow up late")


def test_the_table_is_sorted_and_filtered_in_place(demo, window):
    page = window(MANAGER, demo.diagnose)
    page.evaluate("window.stayed = true")
    rows = page.locator("tbody.rows tr")
    page.locator("thead").get_by_role("link", name="Gap rate").click()
    expect(page.locator('th[aria-sort="ascending"]')).to_contain_text("Gap rate")
    expect(rows.first).to_contain_text(SALES)
    page.locator("thead").get_by_role("link", name="Gap rate").click()
    expect(page.locator('th[aria-sort="descending"]')).to_contain_text("Gap rate")
    expect(rows.last).to_contain_text(SALES)

    page.get_by_label("Search this table").fill("conversion")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(CONVERSION)
    expect(page).to_have_url(re.compile("q=conversion"))
    assert page.evaluate("window.stayed")


def test_two_people_who_write_the_same_cell_both_see_both_values(demo, window, trouble):
    trouble.expect("status of 409")
    row = demo.metric(SALES)
    here, there = window(MANAGER, demo.diagnose), window(MANAGER, demo.diagnose)
    for theirs, ours, choice in (
        ("Theirs", "Ours", "Keep theirs"),
        ("Again theirs", "Again ours", "Use mine"),
    ):
        cell(here, row, "problems").locator("a.cell").press("Enter")
        here.keyboard.type(ours)
        write(there, row, "problems", theirs)
        expect(cell(there, row, "problems")).to_have_text(theirs)
        here.keyboard.press("Control+Enter")

        form = editor(here, row, "problems")
        expect(form.locator("dd")).to_have_text(theirs)
        expect(form.locator("dt")).to_have_text("Chen Jing entered")
        expect(form.locator("textarea")).to_have_value(ours)
        assert PlanMetric.objects.get(pk=row.removeprefix("metric-")).problems == theirs
        form.get_by_text(choice).click()
        kept = theirs if choice == "Keep theirs" else ours
        expect(form).to_have_count(0)
        expect(cell(here, row, "problems")).to_have_text(kept)
        expect(cell(there, row, "problems")).to_have_text(kept)


def test_what_others_change_appears_and_disturbs_nobody_who_types(demo, window, settings):
    settings.LIVE_SECONDS = 1
    mine = demo.task(demo.push, "Check every rep's response times").key
    other = demo.task(demo.push, "Ask ten customers why they stopped buying").key
    rep, manager = window(REP, demo.running), window(MANAGER, demo.running)
    cell(rep, mine, "risk").locator("a.cell").press("Enter")
    rep.keyboard.type("half a sen")

    write(manager, mine, "resources", "Two more people")
    write(manager, other, "risk", "Nobody answers")
    expect(shown(rep, other, "Risk")).to_have_text("Nobody answers")
    expect(editor(rep, mine, "risk").locator("textarea")).to_be_focused()
    expect(cell(rep, mine, "resources")).to_have_text("Add resources")
    rep.keyboard.type("tence")
    expect(editor(rep, mine, "risk").locator("textarea")).to_have_value("half a sentence")

    rep.keyboard.press("Escape")
    expect(cell(rep, mine, "resources")).to_have_text("Two more people")
    expect(cell(rep, mine, "risk")).to_have_text("Add risk")


def test_a_rep_updates_the_own_task_in_one_gesture(demo, window):
    page = window(REP, demo.tracking)
    task = demo.task(demo.quarter, "Write the new procedure")
    mine, strategy = task.key, task.strategy_key
    editable = page.locator("tbody.rows tr:has(a.cell)")
    expect(editable).to_have_count(1)
    expect(editable).to_have_id(mine)
    expect(shown(page, strategy, "Progress")).to_contain_text("In progress · 1/2")

    cell(page, mine, "progress").locator("a.cell").click()
    form = editor(page, mine, "progress")
    form.locator("label").filter(has_text="Done").first.click()
    form.locator("summary").click()
    form.get_by_label("Progress (%)").fill("100")
    form.get_by_label("Update", exact=True).fill("Everybody has read it")
    form.get_by_label("Update", exact=True).press("Enter")

    expect(cell(page, mine, "progress")).to_contain_text("Done")
    expect(cell(page, mine, "progress")).to_contain_text("Everybody has read it")
    expect(shown(page, strategy, "Progress")).to_contain_text("Done · 2/2")


def test_a_task_is_added_below_its_strategy(demo, window):
    page = window(MANAGER, demo.tracking)
    strategy = demo.task(demo.quarter, "Write the new procedure").strategy_key
    page.get_by_role("link", name="Add a task to Better follow-up procedure").click()
    page.keyboard.type("Show it in the weekly meeting")
    page.keyboard.press("Enter")

    tasks = page.locator(f'tbody tr.sub[data-group="{strategy}"]')
    expect(tasks).to_have_count(3)
    expect(tasks.last).to_contain_text("③ Show it in the weekly meeting")
    expect(shown(page, strategy, "Progress")).to_contain_text("In progress · 1/3")


def test_who_edits_a_row_that_is_removed_meanwhile_keeps_what_they_typed(demo, window, trouble):
    trouble.expect("status of 404", "htmx:", "Response Status Error Code 404")
    here, there, row = window(MANAGER, demo.diagnose), window(MANAGER, demo.diagnose), demo.metric(SALES)
    cell(here, row, "problems").locator("a.cell").press("Enter")
    here.keyboard.type("Half a thought")
    there.get_by_role("button", name=f"Remove {SALES}").click()
    expect(there.locator(f"#{row}")).to_have_count(0, timeout=20_000)
    here.keyboard.press("Control+Enter")

    form = editor(here, row, "problems")
    expect(form.get_by_role("alert")).to_contain_text("this row has been removed")
    expect(form.locator("textarea")).to_have_value("Half a thought")
    form.locator("textarea").press("Escape")
    expect(here.locator(f"#{row}")).to_have_count(0)


def test_without_a_connection_the_cell_says_so_and_keeps_the_text(demo, window, trouble):
    trouble.expect("ERR_FAILED", "htmx:")
    page, row = window(MANAGER, demo.diagnose), demo.metric(SALES)
    page.route("**/rows/**", lambda route: route.abort())
    write(page, row, "problems", "Typed in a tunnel")
    form = editor(page, row, "problems")
    expect(form.get_by_role("alert")).to_contain_text("Not saved: no connection. Your entry is kept.")
    expect(form.locator("textarea")).to_have_value("Typed in a tunnel")

    page.unroute("**/rows/**")
    form.get_by_role("button", name="Try again").click()
    expect(form).to_have_count(0)
    expect(cell(page, row, "problems")).to_have_text("Typed in a tunnel")


def test_what_failed_off_line_is_saved_when_the_line_is_back(demo, window, trouble):
    trouble.expect("ERR_INTERNET_DISCONNECTED", "htmx:")
    page, row = window(MANAGER, demo.diagnose), demo.metric(SALES)
    page.context.set_offline(True)
    write(page, row, "problems", "Typed in a tunnel")
    expect(editor(page, row, "problems").get_by_role("alert")).to_contain_text("no connection")

    page.context.set_offline(False)
    expect(editor(page, row, "problems")).to_have_count(0)
    expect(cell(page, row, "problems")).to_have_text("Typed in a tunnel")


def test_the_language_is_switched_and_switched_back(demo, window):
    page = window(MANAGER, demo.diagnose)
    for button, heading in (("简体中文", "业绩现状分析"), ("English", "Performance status")):
        page.locator(".me summary").click()
        page.locator(".me").get_by_role("button", name=button).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        expect(page).to_have_url(re.compile(demo.diagnose))


def test_the_dark_theme_is_applied_and_stays(demo, window):
    page = window(MANAGER, demo.diagnose)

    def background() -> int:
        """How light the page is, 0 to 255."""
        said = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return max(int(number) for number in re.findall(r"\d+", said)[:3])

    assert background() > 200
    page.locator(".me summary").click()
    page.locator(".me").get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert background() < 60
    page.reload()
    assert background() < 60


def test_everything_works_without_script(demo, window, trouble):
    trouble.expect("status of 422")
    page, row = window(MANAGER, demo.diagnose, java_script_enabled=False), demo.metric(CONVERSION)
    cell(page, row, "target").locator("a.cell").click()
    page.get_by_label("Target", exact=True).fill("12o")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main").get_by_role("alert")).to_contain_text("“12o” is not a number.")
    expect(page.get_by_label("Target", exact=True)).to_have_value("12o")
    page.get_by_label("Target", exact=True).fill("15%")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(rf"{demo.diagnose}#{row}$"))
    expect(shown(page, row, "Gap")).to_have_text("7pp")

    rows = page.locator("tbody.rows tr")
    page.locator("tfoot input[name=name]").fill("Average order value")
    page.locator("tfoot").get_by_role("button", name="Add").click()
    expect(rows).to_have_count(5)
    rows.last.get_by_role("button", name="Remove Average order value").click()
    expect(rows).to_have_count(4)
    page.locator(".notice").get_by_role("button", name="Undo").click()
    page.goto(demo.diagnose)
    expect(rows).to_have_count(5)
