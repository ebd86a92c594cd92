"""From a file that is dropped to what it says: charts, drivers, bottlenecks, and the history edited in place."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from planner.models import Bottleneck, Reading, Segment, Upload
from tests.browser.conftest import MANAGER, REP

pytestmark = pytest.mark.browser


def drawn(page: Page, chart: str) -> None:
    """Scroll to a chart and wait until it is drawn."""
    figure = page.locator(f'[data-chart="{chart}"]')
    figure.scroll_into_view_if_needed()
    expect(figure.locator("svg.main-svg").first).to_be_visible(timeout=20_000)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_charts_are_drawn_under_the_policy_in_the_readers_theme(demo, window, theme):
    page = window(MANAGER, demo.diagnose, cookies={"theme": theme})
    for chart in ("trend-chart", "drivers-chart"):
        drawn(page, chart)
    sheet, paper = page.evaluate(
        """() => [getComputedStyle(document.querySelector("#trend")).backgroundColor,
                  document.querySelector("#trend .main-svg").style.background]"""
    )
    assert sheet == paper


def test_charts_are_drawn_before_anybody_scrolls_to_them_in_the_room_that_was_kept(demo, window):
    page = window(MANAGER, demo.diagnose)
    figure = page.locator('[data-chart="drivers-chart"]')
    height = "(each) => each.querySelector('.canvas').offsetHeight"
    kept = figure.evaluate(height)
    page.mouse.move(200, 200)
    expect(figure.locator("svg.main-svg").first).to_be_attached(timeout=20_000)
    assert page.evaluate("scrollY") == 0
    assert figure.bounding_box()["y"] > page.viewport_size["height"]
    assert figure.evaluate(height) == kept > 200


def test_no_word_of_a_waterfall_lies_on_another_or_is_cut_on_a_phone(demo, window):
    page = window(MANAGER, demo.diagnose, viewport={"width": 390, "height": 844})
    drawn(page, "drivers-chart")
    boxes = page.evaluate(
        """() => [...document.querySelectorAll('[data-chart="drivers-chart"] svg text')]
             .filter((each) => each.textContent).map((each) => {
               const {left, right, top, bottom} = each.getBoundingClientRect();
               return [each.textContent, left, right, top, bottom];
             })"""
    )
    assert len(boxes) > 10
    for said, left, right, top, bottom in boxes:
        assert 12 < left < right < 378, said
        over = [
            other
            for other, its_left, its_right, its_top, its_bottom in boxes
            if other != said
            and left < its_right
            and its_left < right
            and top < its_bottom
            and its_top < bottom
        ]
        assert not over, said


def test_a_chart_is_saved_as_a_picture(demo, window):
    page = window(MANAGER, demo.diagnose)
    drawn(page, "trend-chart")
    with page.expect_download() as download:
        page.locator("#trend").get_by_role("button", name="Image (PNG)").click()
    assert download.value.suggested_filename == "Total sales.png"
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_another_metric_is_drawn_in_place(demo, window):
    page = window(MANAGER, demo.diagnose)
    drawn(page, "trend-chart")
    page.get_by_role("combobox", name="Metric shown").fill("repurch")
    page.keyboard.press("Enter")
    expect(page.locator("#trend p").first).to_contain_text("pp a month")
    drawn(page, "trend-chart")
    page.get_by_label("Comparison").select_option(label="Gap to target")
    expect(page).to_have_url(re.compile("against=target"))
    expect(page.locator("#drivers p").nth(1)).to_contain_text("gap to target")
    page.reload()  # the address has all that was chosen
    expect(page.locator("#trend p").first).to_contain_text("pp a month")
    expect(page.locator("#drivers p").nth(1)).to_contain_text("gap to target")


def test_a_flag_becomes_a_bottleneck_whose_scores_move_its_dot(demo, window):
    page = window(MANAGER, demo.diagnose)
    page.locator("#flags").get_by_role("button", name="Add as bottleneck").first.click()
    page.get_by_role("radio", name="Too few customers").check()
    page.get_by_role("button", name="Add as bottleneck").click()
    expect(page).to_have_url(re.compile(r"/bottlenecks/#bottleneck-\d+$"))
    made = Bottleneck.objects.latest("pk")
    assert "fell 30%" in made.evidence
    for column, score in (("impact", "5"), ("ease", "1")):
        page.locator(f'#bottleneck-{made.pk} a[href$="?cell={column}"]').click()
        page.locator(f"#bottleneck-{made.pk} form.editor").get_by_role("radio", name=score).check()
        page.keyboard.press("Enter")
        expect(page.locator(f"#bottleneck-{made.pk} form.editor")).to_have_count(0)
    expect(page.locator(f'#quadrants a[href="#bottleneck-{made.pk}"] circle')).to_have_attribute("cx", "50")


def test_views_come_from_other_screens_and_are_merged(demo, window):
    address = f"/plans/{demo.quarter.pk}/bottlenecks/"
    managers, reps = window(MANAGER, address), window(REP, address)
    reps.get_by_placeholder("Your view: what limits our results?").fill("Nobody calls back")
    reps.keyboard.press("Enter")
    row = managers.locator("tr", has_text="Nobody calls back")
    expect(row).to_contain_text("Not merged yet", timeout=15_000)
    row.locator('a[href$="?cell=impact"]').click()
    row.locator("select").select_option(label="New reps answer leads late")
    managers.keyboard.press("Enter")
    expect(row).to_contain_text("Merged into “New reps answer leads late”")
    above = row.evaluate("(each) => each.previousElementSibling.textContent")
    assert "New reps answer leads late" in above


def test_a_value_of_the_history_is_typed_by_keyboard(demo, window):
    page = window(MANAGER, f"/plans/{demo.quarter.pk}/readings/?to=2023-06")
    sales = page.locator("tr", has_text="Total sales")
    link = sales.locator('a[href$="cell=2023-06"]')
    link.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("780000")
    page.keyboard.press("F2")
    page.keyboard.type("CRM, corrected")
    page.keyboard.press("Enter")
    expect(link).to_contain_text("780,000")
    found = Reading.objects.of_whole().get(metric__name="Total sales", month="2023-06-01")
    assert (found.value, found.source) == (780_000, "CRM, corrected")
    page.keyboard.press("Control+z")
    expect(link).to_contain_text("772,000")


def test_a_value_of_a_segment_of_an_earlier_year_is_typed_where_it_is_shown(demo, window):
    region = Segment.objects.get(team=demo.quarter.team, name="Region B")
    page = window(MANAGER, f"/plans/{demo.quarter.pk}/readings/?segment={region.pk}&to=2022-12")
    sales = page.locator("tr", has_text="Total sales")
    link = sales.locator('a[href$="cell=2022-03"]')
    link.click()
    page.keyboard.type("12345")
    page.keyboard.press("Enter")
    expect(link).to_contain_text("12,345")
    (found,) = Reading.objects.filter(month="2022-03-01")
    assert (found.segment, found.value) == (region, 12_345)


def test_on_a_phone_the_running_month_is_typed_and_the_data_used_again(demo, window):
    page = window(MANAGER, f"/plans/{demo.push.pk}/readings/", viewport={"width": 390, "height": 800})
    sales = page.locator("tr", has_text="Total sales")
    last, running = sales.locator("a.cell").nth(10), sales.locator("a.cell").nth(11)
    for link, figure in ((running, "300000"), (last, "950000")):
        link.click()
        page.keyboard.type(figure)
        page.keyboard.press("Enter")
        expect(link).to_contain_text(f"{int(figure):,}")
    expect(sales).to_contain_text("Data: 912,000")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    last.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(last).to_contain_text("912,000")
    expect(running).to_contain_text("300,000")
    expect(sales).not_to_contain_text("Data:")
    page.get_by_role("link", name="Earlier").click()
    expect(page).to_have_url(re.compile(r"\?to=\d{4}-\d{2}$"))


def test_a_file_is_dropped_anywhere_on_the_page(demo, window):
    """The page takes it at once; what the worker makes of it is told in tests/imports."""
    page = window(MANAGER, demo.diagnose)
    dropped = page.evaluate_handle(
        """() => { const all = new DataTransfer();
        all.items.add(new File(["month,metric,value\\n2023-07,Total sales,1\\n"], "july.csv")); return all }"""
    )
    page.dispatch_event("main", "drop", {"dataTransfer": dropped})
    expect(page).to_have_url(re.compile(r"/readings/import/\d+/$"))
    assert Upload.objects.get().file_name == "july.csv"
