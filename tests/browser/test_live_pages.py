"""What others change reaches open pages in their pieces as well: a plan's home, the quadrants, the analysis."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from planner.models import Bottleneck
from strategies.models import Strategy
from tests.browser.conftest import MANAGER, REP
from tests.browser.test_journey import cell, editor

pytestmark = pytest.mark.browser


def test_a_plans_home_follows_a_strategy_that_is_paused(demo, window):
    strategy = Strategy.objects.filter(
        plan=demo.push, tasks__due__lt=demo.push.team.today(), state="active"
    ).first()
    home, table = window(REP, f"/plans/{demo.push.pk}/"), window(MANAGER, f"/plans/{demo.push.pk}/tracking/")
    late = home.locator("#overview .loop .late").first
    before = late.text_content()

    cell(table, f"strategy-{strategy.pk}", "strategy").locator("a.cell").click()
    form = editor(table, f"strategy-{strategy.pk}", "strategy")
    form.locator("summary").click()
    form.get_by_label("Status").select_option("paused")
    form.get_by_label("Reason for pausing or dropping").fill("No budget")
    form.get_by_role("button", name="Save").click()

    expect(late).not_to_have_text(re.compile(f"^{re.escape(before)}$"))


def test_the_quadrants_follow_a_score_in_both_windows(demo, window):
    address = f"/plans/{demo.push.pk}/bottlenecks/"
    mine, theirs = window(MANAGER, address), window(REP, address)
    last = Bottleneck.objects.filter(plan=demo.push, impact=2).get()
    cell(mine, f"bottleneck-{last.pk}", "impact").locator("a.cell").click()
    mine.get_by_role("radio", name="5 ").check(force=True)
    mine.keyboard.press("Enter")

    for page in (mine, theirs):
        dot = page.locator(f'#quadrants a[href="#bottleneck-{last.pk}"] circle')
        expect(dot).to_have_attribute("cy", "50")


def test_a_choice_that_is_open_is_not_taken_away(demo, window):
    """A piece in which somebody chooses waits until they have left it."""
    address = f"/plans/{demo.push.pk}/diagnose/"
    mine, theirs = window(MANAGER, address), window(MANAGER, address)
    period = mine.locator("#flags select")
    period.focus()
    row = theirs.locator("tr[id^=metric-]").first.get_attribute("id")
    with mine.expect_response(lambda answer: "/changes/" in answer.url and answer.status == 200):
        cell(theirs, row, "target").locator("a.cell").press("Enter")
        theirs.keyboard.type("900000")
        theirs.keyboard.press("Enter")
    expect(period).to_be_focused()
