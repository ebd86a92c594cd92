"""From a target backwards: a slider moves, the result follows, the rest is solved, and one click takes it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from planner.models import Goal
from tests.browser.conftest import MANAGER

pytestmark = pytest.mark.browser


@pytest.fixture
def core(demo) -> Goal:
    return demo.push.goals.get(parent=None)


@pytest.fixture
def page(core, window):
    return window(MANAGER, f"/plans/{core.plan_id}/goals/{core.pk}/backwards/?product=leads")


def test_a_target_becomes_sub_goals_by_keys_alone(page, core, trouble):
    # A newer value ends the question of an older one.
    trouble.expect("htmx:sendAbort", "htmx:afterRequest")
    outcome = page.locator("#outcome")
    expect(outcome).to_contain_text("Move a factor to see what it brings.")
    leads, rate = (
        page.get_by_role("slider", name="Leads"),
        page.get_by_label("Customer conversion rate").nth(1),
    )
    leads.focus()
    for _press in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("spinbutton", name="Leads")).to_have_value("1470")
    expect(outcome).to_contain_text("1,470 × 9%")
    rate = page.get_by_role("spinbutton", name="Customer conversion rate")
    rate.fill("10")
    expect(page.get_by_role("slider", name="Customer conversion rate")).to_have_value("10")
    expect(outcome).to_contain_text("1,470 × 10%")
    expect(outcome).to_contain_text("not covered")

    page.get_by_label("Lock").nth(0).check()
    page.get_by_label("Lock").nth(1).check()
    page.get_by_role("button", name="Solve the rest").focus()
    page.keyboard.press("Enter")
    expect(outcome).to_contain_text("1,470 × 10% × 6,803 CNY")
    expect(outcome).not_to_contain_text("not covered")
    expect(page.get_by_role("spinbutton", name="Leads")).to_have_value("1470")

    page.get_by_role("button", name="Take these 3 sub-goals").press("Enter")
    page.wait_for_url(re.compile(r"/goals/#coverage$"))
    expect(page.locator("#coverage")).to_contain_text("Steps of the funnel")
    assert set(core.parts.filter(cut="funnel").values_list("target", flat=True)) >= {1470, 6803}
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#coverage")).not_to_contain_text("Steps of the funnel")
    assert not core.parts.filter(cut="funnel").exists()


def test_what_is_being_computed_cannot_be_taken_yet(page):
    page.get_by_role("spinbutton", name="Leads").fill("1500")
    take = page.get_by_role("button", name=re.compile("Take"))
    expect(take).to_be_enabled()
    page.route("**/backwards/?*", lambda route: None)
    page.get_by_role("spinbutton", name="Leads").fill("1600")
    expect(take).to_be_disabled()


def test_it_works_on_a_phone_without_script(core, window):
    page = window(
        MANAGER,
        f"/plans/{core.plan_id}/goals/{core.pk}/backwards/?product=leads",
        viewport={"width": 390, "height": 844},
        java_script_enabled=False,
    )
    page.get_by_label("Lock").nth(0).check()
    page.get_by_role("button", name="Solve the rest").click()
    take = page.get_by_role("button", name="Take these 2 sub-goals")
    expect(take).to_be_visible()
    take.click()
    assert core.parts.filter(cut="funnel").count() == 2
