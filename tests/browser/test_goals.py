"""Table 2 as a tool: goals are moved by keys and buttons, a letter leads to what mends it, targets are agreed."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page, expect

from planner.models import Goal
from strategies.models import TargetAnswer
from tests.browser.conftest import MANAGER, REP
from tests.browser.test_journey import cell, editor

pytestmark = pytest.mark.browser


@pytest.fixture
def address(demo) -> str:
    return f"/plans/{demo.push.pk}/goals/"


def order(page: Page) -> list[str]:
    """The rows of goals in their order on the page."""
    return page.evaluate(
        "() => [...document.querySelectorAll('tbody.rows > tr[data-order]')].map((row) => row.id)"
    )


def photograph(page: Page, name: str) -> None:
    """Leave a picture where PICTURES says, for people who want to look."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


def test_alt_with_an_arrow_moves_a_goal_and_the_focus_goes_along(demo, address, window):
    mine, theirs = window(MANAGER, address), window(REP, address)
    core, first, second, *others = order(mine)
    link = cell(mine, first, "target").locator("a.cell")
    link.focus()
    mine.keyboard.press("Alt+ArrowDown")
    mine.wait_for_function(
        "([a, b]) => document.getElementById(a).previousElementSibling.id === b", arg=[first, second]
    )

    assert order(mine) == [core, second, first, *others]
    expect(link).to_be_focused()
    theirs.wait_for_function(
        "([a, b]) => document.getElementById(a).previousElementSibling.id === b", arg=[first, second]
    )
    mine.keyboard.press("Control+z")
    mine.wait_for_function(
        "([a, b]) => document.getElementById(b).previousElementSibling.id === a", arg=[first, second]
    )


def test_a_button_moves_a_core_goal_with_all_that_is_beneath_it(demo, address, window):
    last = Goal.objects.create(plan=demo.push, name="Second core goal", order=99)
    page = window(MANAGER, address)
    before = order(page)
    row = page.locator(f"#core-{last.pk}")
    row.get_by_role("button", name="Move up").click()
    page.wait_for_function(
        "(id) => !document.getElementById(id).previousElementSibling", arg=f"core-{last.pk}"
    )
    assert order(page) == [before[-1], *before[:-1]]
    # From the second core goal its last sub-goal goes beneath the first.
    page.locator(f"#{before[1]}").get_by_role("button", name="Move up").click()
    expect(page.locator(f"#{before[1]}")).to_have_attribute("data-group", f"core-{last.pk}")
    expect(row).to_contain_text("1 sub-goal")
    assert order(page)[:3] == [f"core-{last.pk}", before[1], before[0]]


def test_a_letter_leads_to_the_field_that_mends_it(demo, address, window):
    goal = Goal.objects.get(plan=demo.push, name__startswith="Repurchase rate")
    Goal.objects.filter(pk=goal.pk).update(cut="")
    page = window(MANAGER, address)
    letters = page.locator(f"#part-{goal.pk} .smart")
    letters.get_by_text("A ?").click()
    photograph(page, "letter")
    expect(letters.get_by_text("is above the best three months")).to_be_visible()
    letters.get_by_text("S !").click()
    expect(letters.get_by_text("is above the best three months")).to_be_hidden()  # one at a time
    letters.get_by_role("link", name="Choose breakdown").click()
    field = editor(page, f"part-{goal.pk}", "core").get_by_label("Breakdown")
    expect(field).to_be_focused()
    field.select_option("customers")
    page.keyboard.press("Control+Enter")
    expect(letters.get_by_text("S", exact=True)).to_be_visible()
    goal.refresh_from_db()
    assert goal.cut == "customers"


def test_escape_closes_a_letter_and_gives_the_focus_back(demo, address, window):
    page = window(MANAGER, address)
    letter = page.locator("details.letter summary").first
    letter.press("Enter")
    expect(page.locator("details.letter[open]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("details.letter[open]")).to_have_count(0)
    expect(letter).to_be_focused()


def test_an_owner_answers_on_a_phone_and_the_manager_accepts(demo, address, window):
    TargetAnswer.objects.all().delete()
    goal = Goal.objects.get(plan=demo.push, owner__user__email=REP)
    rep = window(REP, address, viewport={"width": 390, "height": 844})
    rep.locator(f"#part-{goal.pk}").get_by_role("link", name="Answer this target").click()
    photograph(rep, "answer")
    rep.get_by_label("Target").fill("145")
    rep.get_by_label("Reason").fill("Two weeks are holidays")
    rep.get_by_role("button", name="Save answer").click()
    expect(rep.locator(f"#part-{goal.pk}")).to_contain_text("proposes 145")

    manager = window(MANAGER, address)
    photograph(manager, "proposal")
    manager.get_by_role("button", name="Accept 145").click()
    expect(manager.locator(f"#part-{goal.pk}")).to_contain_text("accepted 145")
    manager.locator(".notice").get_by_role("button", name="Undo").click()
    expect(manager.locator(f"#part-{goal.pk}").get_by_role("button", name="Accept 145")).to_be_visible()
