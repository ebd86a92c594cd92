"""Removing what somebody else has just changed, in a browser and by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from planner import changes
from planner.models import Plan, User
from strategies.models import Strategy
from tests.browser.conftest import MANAGER, REP
from tests.browser.test_journey import cell

pytestmark = pytest.mark.browser


def change_behind(strategy: Strategy, text: str) -> None:
    """Somebody else changes a row before an open page has heard of it."""
    with changes.recording(strategy.plan.team, plan=strategy.plan, by=User.objects.get(email=REP)) as log:
        strategy.risk = text
        log.save(strategy)


def test_a_row_that_was_changed_is_kept_or_removed_by_keyboard(demo, window, trouble, settings):
    trouble.expect("status of 409")
    settings.LIVE_SECONDS = 600
    strategy = Strategy.objects.filter(plan=demo.quarter).first()
    page = window(MANAGER, demo.tracking)
    remover = page.get_by_role("button", name=f"Remove {strategy.title}")
    change_behind(strategy, "They strike")

    remover.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(re.compile("They strike"))
    expect(dialog.get_by_role("link", name="Keep")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(remover).to_be_focused()

    page.keyboard.press("Enter")
    expect(dialog.get_by_role("link", name="Keep")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(remover).to_be_focused()
    assert Strategy.objects.filter(pk=strategy.pk).exists()

    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    page.keyboard.press("Shift+Tab")
    expect(dialog.get_by_role("button", name="Remove anyway")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f"#strategy-{strategy.pk}")).to_have_count(0)
    expect(page.locator("tbody.rows tr").locator(":focus")).to_have_count(1)
    assert not Strategy.objects.filter(pk=strategy.pk).exists()


def test_what_waits_behind_an_open_cell_was_not_shown(demo, window, trouble, settings):
    """The page knows of the change, but not the row, in which somebody types."""
    trouble.expect("status of 409")
    settings.LIVE_SECONDS = 1
    strategy = Strategy.objects.filter(plan=demo.quarter).first()
    key = f"strategy-{strategy.pk}"
    page = window(MANAGER, demo.tracking)
    cell(page, key, "resources").locator("a.cell").press("Enter")
    page.keyboard.type("two people")
    with page.expect_response(lambda answer: "/changes/" in answer.url and answer.status == 200):
        change_behind(strategy, "They strike")
    page.evaluate("document.activeElement.addEventListener('focusout', (event) => event.stopPropagation())")
    page.locator(f"#{key}").get_by_role("button", name="Remove").click()

    expect(page.get_by_role("dialog")).to_contain_text("They strike")


def test_a_plan_that_was_changed_is_asked_about_on_its_settings_page(demo, window, trouble):
    trouble.expect("status of 409")
    page = window(MANAGER, f"/plans/{demo.quarter.pk}/settings/")
    page.get_by_label("Name").fill("A name that I am typing")
    change_behind(Strategy.objects.filter(plan=demo.quarter).first(), "They strike")
    page.get_by_role("button", name="Remove plan").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("They strike")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Name")).to_have_value("A name that I am typing")
    assert Plan.objects.filter(pk=demo.quarter.pk).exists()

    page.get_by_role("button", name="Remove plan").press("Enter")
    dialog.get_by_role("button", name="Remove anyway").click()
    expect(page).to_have_url(re.compile(r"/$"))
    expect(page.locator(".notice")).to_contain_text("Removed")
    assert not Plan.objects.filter(pk=demo.quarter.pk).exists()
