"""The strategies in a browser: the chart follows a score at once, scores of a page save on click and by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from strategies.models import Question, Strategy
from tests.browser.conftest import MANAGER
from tests.browser.test_journey import cell, editor

pytestmark = pytest.mark.browser


@pytest.fixture
def strategy(demo) -> Strategy:
    """The one of the running plan that is proposed."""
    return Strategy.objects.get(plan=demo.push, state="proposed")


def test_the_chart_follows_a_score_with_the_answer_to_its_save(demo, strategy, window):
    page = window(MANAGER, f"/plans/{demo.push.pk}/strategies/")
    page.route("**/changes/**", lambda route: None)  # nothing else tells the page what is new
    cell(page, f"strategy-{strategy.pk}", "importance").locator("a.cell").focus()
    for score in ("5", "2"):
        with page.expect_response(f"**/rows/strategy-{strategy.pk}/") as answer:
            page.keyboard.press(score)
        assert 'id="matrix"' in answer.value.text()
        expect(page.locator(f'#matrix a[href$="/{strategy.pk}/"] circle')).to_have_attribute(
            "cy", str(550 - 100 * int(score))
        )
        page.keyboard.press("Escape")
        cell(page, f"strategy-{strategy.pk}", "importance").locator("a.cell").focus()


def test_three_digits_score_the_feasibility_of_a_strategy(demo, strategy, window):
    page = window(MANAGER, f"/plans/{demo.push.pk}/strategies/")
    cell(page, f"strategy-{strategy.pk}", "feasibility").locator("a.cell").focus()
    page.keyboard.press("F2")
    for digit in "452":
        page.keyboard.press(digit)
    with page.expect_response(lambda answer: f"strategy-{strategy.pk}" in answer.url):
        editor(page, f"strategy-{strategy.pk}", "feasibility").get_by_role("button", name="Save").click()
    strategy.refresh_from_db()
    assert (strategy.resources_score, strategy.capability_score, strategy.time_score) == (4, 5, 2)


@pytest.fixture
def card(demo, strategy, window) -> Page:
    return window(MANAGER, f"/plans/{demo.push.pk}/strategies/{strategy.pk}/")


def saves(card: Page):
    return card.expect_response(lambda answer: answer.url.endswith("/set/") and answer.status == 204)


def test_a_score_is_saved_on_click_and_the_verdict_follows(card, strategy):
    for name in ("resources_score", "capability_score", "time_score"):
        with saves(card):
            card.locator(f"#{name}-4").check(force=True)
    expect(card.locator("#outlook header")).to_contain_text("Feasible")
    with saves(card):
        card.locator("#time_score-2").check(force=True)
    expect(card.locator("#outlook header")).to_contain_text("With conditions")
    strategy.refresh_from_db()
    assert strategy.time_score == 2


def test_the_arrows_score_too_and_the_focus_stays(card, strategy):
    Strategy.objects.filter(pk=strategy.pk).update(importance=2)
    card.reload()
    card.locator("#importance-2").focus()
    for _press in range(2):
        with saves(card):
            card.keyboard.press("ArrowRight")
    expect(card.locator("#importance-4")).to_be_focused()
    strategy.refresh_from_db()
    assert strategy.importance == 4


def test_an_answer_that_is_being_typed_outlasts_what_others_change(card, demo, strategy, window):
    question = Question.objects.create(plan=demo.push, strategy=strategy, text="Who pays?")
    card.reload()
    field = card.get_by_label("Answer to “Who pays?”")
    field.fill("Finance does")
    card.locator("h1").click()
    other = window(MANAGER, f"/plans/{demo.push.pk}/strategies/{strategy.pk}/")
    other.get_by_text("Ask a question").click()
    other.get_by_label("What is missing?").fill("Who prints?")
    with card.expect_response(lambda answer: "/changes/" in answer.url and answer.status == 200):
        other.get_by_role("button", name="Ask", exact=True).click()
    expect(field).to_have_value("Finance does")
    field.press("Enter")
    expect(card.locator("#missing")).to_contain_text("Answered")
    expect(card.locator("#missing")).to_contain_text("Who prints?")
    question.refresh_from_db()
    assert question.answer == "Finance does"


def test_approval_shows_what_lacks_and_the_click_opens_the_place(card, strategy):
    Strategy.objects.filter(pk=strategy.pk).update(owner=None)
    card.reload()
    approve = card.get_by_role("button", name="Approve")
    expect(approve).to_be_disabled()
    card.get_by_role("link", name="Assign").click()
    expect(card.locator("#owner").get_by_role("combobox")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_pages_fit_a_phone(demo, strategy, window, language):
    for path in ("", f"{strategy.pk}/"):
        page = window(
            MANAGER,
            f"/plans/{demo.push.pk}/strategies/{path}",
            cookies={"django_language": language},
            viewport={"width": 390, "height": 844},
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
