"""Figures as a browser takes them: what is pasted, and the per-cent sign of a rate."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from planner.models import PlanMetric
from tests.browser.conftest import MANAGER
from tests.browser.test_journey import CONVERSION, SALES, cell, editor

pytestmark = pytest.mark.browser


def paste(page: Page, text: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+V")


def target_of(name: str, plan) -> object:
    return PlanMetric.objects.get(plan=plan, metric__name=name).target


@pytest.mark.parametrize("lines", ["800\r\n850\r\n900\r\n", "800\t850", "800\n850"])
def test_lines_that_are_pasted_never_become_one_number(demo, window, lines):
    page, row = window(MANAGER, demo.diagnose), demo.metric(SALES)
    before = target_of(SALES, demo.quarter)
    cell(page, row, "target").locator("a.cell").press("Enter")
    field = editor(page, row, "target").get_by_label("Target", exact=True)
    field.fill("7")
    paste(page, lines)

    expect(page.get_by_text("Not pasted: this field takes one number.")).to_be_visible()
    expect(field).to_have_value("7")
    page.keyboard.press("Escape")
    assert target_of(SALES, demo.quarter) == before


def test_one_cell_of_a_spreadsheet_is_pasted_without_its_line_break(demo, window):
    page, row = window(MANAGER, demo.diagnose), demo.metric(SALES)
    cell(page, row, "target").locator("a.cell").press("Enter")
    field = editor(page, row, "target").get_by_label("Target", exact=True)
    field.fill("")
    paste(page, "950,000\r\n")
    expect(field).to_have_value("950,000")


def test_the_sign_of_a_rate_stands_behind_its_figure(demo, window):
    page, row = window(MANAGER, demo.diagnose), demo.metric(CONVERSION)
    cell(page, row, "target").locator("a.cell").press("Enter")
    field = editor(page, row, "target").get_by_label("Target", exact=True)
    expect(field).to_have_value("12")
    expect(editor(page, row, "target").locator(".affix")).to_have_text("%")
    field.fill("14")
    field.press("Enter")
    expect(cell(page, row, "target")).to_contain_text("14%")
