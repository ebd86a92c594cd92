"""One act makes one thing, in a browser: Enter twice on a slow line, a double click, an answer that gets lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from planner.models import Membership, Plan
from strategies.models import Strategy
from tests.browser.conftest import MANAGER

pytestmark = pytest.mark.browser


def test_enter_twice_on_a_slow_line_adds_one_row_and_the_next_one_is_another(demo, window):
    page = window(MANAGER, demo.running)
    before = Strategy.objects.filter(plan=demo.push).count()
    held = []
    page.route("**/rows/?kind=strategy", lambda route: held.append(route), times=1)
    field = page.locator("tfoot input[name=name]")
    field.fill("Fairs")
    field.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    held[0].continue_()
    expect(page.locator("tbody.rows tr.group").filter(has_text="Fairs")).to_have_count(1)
    expect(field).to_have_value("")
    assert Strategy.objects.filter(plan=demo.push).count() == before + 1

    # The same words again, on purpose.
    field.fill("Fairs")
    field.press("Enter")
    expect(page.locator("tbody.rows tr.group").filter(has_text="Fairs")).to_have_count(2)
    assert Strategy.objects.filter(plan=demo.push, title="Fairs").count() == 2


def test_a_double_click_makes_one_plan_and_one_member(demo, window):
    page = window(MANAGER, "/plans/new/")
    page.get_by_label("Name").fill("Twice")
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Create plan").dblclick()
    expect(page).to_have_url(re.compile(r"/plans/\d+/diagnose/$"))
    assert Plan.objects.filter(name="Twice").count() == 1

    page.goto("/team/members/add/")
    page.get_by_label("Name").fill("Anna")
    page.get_by_role("button", name="Add", exact=True).dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anna")
    assert Membership.objects.filter(name="Anna").count() == 1


def test_without_script_a_double_click_makes_one_member(demo, window):
    page = window(MANAGER, "/team/members/add/", java_script_enabled=False)
    page.get_by_label("Name").fill("Anna")
    page.get_by_role("button", name="Add", exact=True).dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anna")
    assert Membership.objects.filter(name="Anna").count() == 1


def test_an_answer_that_gets_lost_is_asked_for_again_and_adds_nothing(demo, window, trouble):
    trouble.expect("ERR_FAILED", "htmx:")
    page = window(MANAGER, demo.running)

    def lose(route) -> None:
        route.fetch()
        route.abort()

    page.route("**/rows/?kind=strategy", lose, times=1)
    field = page.locator("tfoot input[name=name]")
    field.fill("Fairs")
    field.press("Enter")

    expect(page.locator("tbody.rows tr.group").filter(has_text="Fairs")).to_have_count(1, timeout=10_000)
    expect(field).to_have_value("")
    assert Strategy.objects.filter(plan=demo.push, title="Fairs").count() == 1
