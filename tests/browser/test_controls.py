"""The controls that every stage shares: each in a cell, on a phone, and without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from planner.models import Bottleneck
from tests.browser.conftest import MANAGER
from tests.browser.test_journey import cell, editor

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
