"""From a new plan to four filled tables and a workbook, by keyboard, in both languages, on a desk and on a phone."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from planner.models import Goal, Plan, Team, User
from tests.browser.conftest import MANAGER
from tests.browser.test_journey import cell, editor
from tests.real_programs import as_libreoffice_shows
from tracking.models import Task

pytestmark = pytest.mark.browser

EN = {
    "language": "en", "team": "East China sales", "name": "Q1 push", "sales": "Order count", "target": "1,200",
    "core": "Q1 sales +25 %", "growth": "+25%", "part": "New customers +30 %", "action": "tune ad keywords",
    "strategy": "Referrals", "task": "Ask ten customers", "review": "conversion 8 % → 9 %",
    "sentence": "From 1,000 to 1,250, +25%",
}  # fmt: skip
ZH = {
    "language": "zh-hans", "team": "华东销售部", "name": "一季度冲刺", "sales": "订单量", "target": "1,200",
    "core": "一季度订单量 +25%", "growth": "+25%", "part": "新客户数 +30%", "action": "优化广告关键词",
    "strategy": "转介绍", "task": "拜访十位客户", "review": "客户转化率 8% → 9%",
    "sentence": "从 1,000 到 1,250 单，+25%",
}  # fmt: skip


def tab_to(page: Page, css: str, most: int = 60) -> None:
    """Press Tab until what has the focus fits: fails where the keyboard does not lead there."""
    for _press in range(most):
        if page.evaluate("css => document.activeElement.matches(css)", css):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{most} times Tab do not lead to {css}")


def added(page: Page, kind: str) -> str:
    """The id of the newest row of a kind, once it is there."""
    row = page.locator(f'tbody.rows tr[id^="{kind}-"]').last
    expect(row).to_be_visible()
    return row.get_attribute("id")


@pytest.mark.parametrize("words", [EN, ZH], ids=["en", "zh"])
def test_a_plan_is_made_and_filled_in_with_the_keyboard_alone(demo, window, tmp_path, words):
    User.objects.filter(email=MANAGER).update(last_team=Team.objects.get(name=words["team"]))
    began = time.monotonic()
    page = window(MANAGER, "/", cookies={"django_language": words["language"]})
    tab_to(page, 'a[href="/plans/new/"]')
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/plans/new/$"))

    # The name has the focus; the scenario stands before it.
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowDown")
    expect(page.locator('[name=scenario][value="decline"]')).to_be_checked()
    expect(page.locator('[name=metrics][value="orders"]')).to_be_checked()
    expect(page.locator('[name=metrics][value="acquisition"]')).not_to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type(words["name"])
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/plans/\d+/diagnose/$"))
    assert time.monotonic() - began < 60  # the method's own promise: under a minute
    plan = Plan.objects.get(name=words["name"])
    rows = page.locator("tbody.rows tr")
    expect(rows).to_have_count(4)
    expect(rows.nth(1)).to_contain_text(words["sales"])

    # Table 1: a typed current value with its source, and the target.
    orders = rows.nth(1).get_attribute("id")
    cell(page, orders, "current").locator("a.cell").focus()
    page.keyboard.type("1000")
    page.keyboard.press("F2")
    page.keyboard.type("CRM")
    page.keyboard.press("Enter")
    cell(page, orders, "target").locator("a.cell").focus()
    page.keyboard.type(words["target"])
    page.keyboard.press("Enter")
    expect(cell(page, orders, "rate").locator(".fig")).to_have_text("17%")

    # Table 2: a core goal grows from its baseline, a sub-goal beneath it names what to do.
    page.goto(f"/plans/{plan.pk}/goals/")
    page.keyboard.press("n")
    page.keyboard.type(words["core"])
    page.keyboard.press("Tab")
    page.keyboard.type(words["sales"])
    page.keyboard.press("Enter")
    core = added(page, "core")
    form = editor(page, core, "target")
    expect(form.locator("[name=target]")).to_be_focused()
    for _press in range(3):  # the text itself, the reason beside it, and what is behind More
        page.keyboard.press("F2")
    form.locator("[name=kind]").select_option("grow_percent")
    form.locator("[name=baseline]").fill("1000")
    form.locator("[name=growth]").fill(words["growth"])
    page.keyboard.press("Enter")
    expect(cell(page, core, "target")).to_contain_text(words["sentence"])
    page.locator(f"#{core} a.plus").press("Enter")
    page.keyboard.type(words["part"])
    page.keyboard.press("Enter")
    part = added(page, "part")
    cell(page, part, "actions").locator("a.cell").press("Enter")
    page.keyboard.type(words["action"])
    page.keyboard.press("Control+Enter")
    expect(cell(page, part, "actions")).to_contain_text(words["action"])

    # Table 3: a strategy and its task.
    page.goto(f"/plans/{plan.pk}/tracking/")
    page.keyboard.press("n")
    page.keyboard.type(words["strategy"])
    page.keyboard.press("Enter")
    strategy = added(page, "strategy")
    page.locator(f"#{strategy} a.plus").press("Enter")
    page.keyboard.type(words["task"])
    page.keyboard.press("Enter")
    added(page, "task")

    # The key action points to the strategy now.
    page.goto(f"/plans/{plan.pk}/goals/")
    cell(page, part, "actions").locator("a.cell").press("Enter")
    editor(page, part, "actions").get_by_role("button", name=words["strategy"]).click()
    page.keyboard.press("Control+Enter")
    expect(cell(page, part, "actions")).to_have_text(f"{words['action']} → {words['strategy']}")

    # Table 4: the review of the first month.
    page.goto(f"/plans/{plan.pk}/reviews/")
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    review = added(page, "review")
    expect(editor(page, review, "effect").locator("textarea")).to_be_focused()
    page.keyboard.type(words["review"])
    page.keyboard.press("Control+Enter")
    expect(cell(page, review, "effect")).to_have_text(words["review"])

    # The whole plan as a workbook, opened by LibreOffice.
    page.goto(f"/plans/{plan.pk}/")
    page.locator(".menu-more summary").press("Enter")
    with page.expect_download() as download:
        page.locator('.menu-more a[href$="plan.xlsx"]').press("Enter")
    status, goals, tracking, reviews = as_libreoffice_shows(download.value.path().read_bytes(), tmp_path)[:4]
    assert [row[0] for row in status[3:]][1] == words["sales"]
    assert status[4][4] == "16.67%"
    assert [row[0] for row in goals[3:]] == [words["core"]] * 2
    assert goals[4][5] == f"{words['action']} → {words['strategy']}"
    assert [row[2].removeprefix("① ") for row in tracking[3:]] == [words["task"]] * 2
    assert reviews[3][1] == words["review"]
    assert Goal.objects.filter(plan=plan).count() == 2
    assert Task.objects.filter(strategy__plan=plan).count() == 1


def test_own_dates_are_asked_for_only_when_no_period_is_named(demo, window):
    page = window(MANAGER, "/plans/new/")
    expect(page.get_by_label(re.compile("^Start"))).to_be_hidden()
    page.get_by_label("Period", exact=True).select_option("other")
    expect(page.get_by_label(re.compile("^Start"))).to_be_visible()


def test_a_removed_plan_is_brought_back_from_the_notice(demo, window):
    page = window(MANAGER, f"/plans/{demo.push.pk}/settings/")
    page.get_by_role("button", name="Remove plan").click()
    expect(page.locator(".notice")).to_contain_text("Removed “")
    page.locator(".notice").get_by_role("button", name="Undo").click()

    expect(page).to_have_url(re.compile(f"/plans/{demo.push.pk}/$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sales push")


def test_on_a_phone_a_goal_is_added_below_its_core_goal(demo, window):
    page = window(MANAGER, f"/plans/{demo.push.pk}/goals/", viewport={"width": 390, "height": 844})
    page.locator("tr.group a.plus").click()
    page.keyboard.type("Order value +10 %")
    page.keyboard.press("Enter")

    parts = page.locator("tbody tr.sub[data-group]")
    expect(parts).to_have_count(4)
    expect(parts.last).to_contain_text("Order value +10 %")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_two_people_see_each_others_goals_and_reviews(demo, window, settings):
    settings.LIVE_SECONDS = 1
    for address, kind, column, text in (
        ("goals", "core", "due", "2026-12-24"),
        ("reviews", "review", "worked", "a second opinion"),
    ):
        url = f"/plans/{demo.quarter.pk}/{address}/"
        here, there = window(MANAGER, url), window(MANAGER, url)
        row = here.locator(f'tr[id^="{kind}-"]').first.get_attribute("id")
        before = cell(there, row, column).inner_text()
        cell(here, row, column).locator("a.cell").press("Enter")
        field = editor(here, row, column).locator("textarea, input:not([type=hidden])").first
        field.fill(text)
        field.press("Control+Enter")

        expect(cell(there, row, column)).not_to_have_text(before)


def test_tables_2_and_4_work_without_script(demo, window):
    page = window(MANAGER, f"/plans/{demo.quarter.pk}/reviews/", java_script_enabled=False)
    page.locator("tfoot").get_by_role("button", name="Add").click()
    expect(page.locator("tbody.rows tr")).to_have_count(2)

    page.goto(f"/plans/{demo.quarter.pk}/goals/")
    page.locator('tr.sub a[href$="?cell=actions"]').first.click()
    page.get_by_label("Key actions").fill("one\ntwo → Membership points")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("tr.sub").first).to_contain_text("② two → Membership points")
