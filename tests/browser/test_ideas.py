"""From a bottleneck to proposed strategies with their tasks, counted in clicks; nothing is typed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from planner import changes
from planner.models import Bottleneck
from planner.stages import TaskSpec
from strategies.models import Pool, Strategy, TargetAnswer
from tests.browser.conftest import MANAGER
from tracking.models import Task
from tracking.tasks import add_task

pytestmark = pytest.mark.browser
SPEC = TaskSpec("Ask two partners", acceptance="Two answers")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


class Hand:
    """Somebody's clicks and keys on a page, counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def click(self, role: str, name: str) -> None:
        self.count += 1
        self.page.get_by_role(role, name=name).first.click()


@pytest.mark.parametrize(
    "options", [{}, PHONE, {"java_script_enabled": False}], ids=["desk", "phone", "no script"]
)
def test_an_idea_becomes_a_strategy_with_tasks_in_three_clicks_and_no_typed_character(demo, window, options):
    bottleneck = Bottleneck.objects.filter(plan=demo.push, in_focus=True, kind="conversion").get()
    page = window(MANAGER, f"/plans/{demo.push.pk}/bottlenecks/", **options)
    hand, before = Hand(page), set(Strategy.objects.values_list("pk", flat=True))
    hand.click("link", f"Ideas against “{bottleneck.cause}”")
    hand.click("button", "Add “Product training” to the plan")

    expect(page.get_by_text("Added “Product training” as a proposed strategy.")).to_be_visible()
    strategy = Strategy.objects.exclude(pk__in=before).get()
    assert hand.count <= 3
    assert (strategy.bottleneck, strategy.state) == (bottleneck, "proposed")
    assert Task.objects.filter(strategy=strategy).exclude(acceptance="").count() == 3
    expect(page.get_by_role("button", name="Add “Product training” to the plan")).to_have_count(0)
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_role("button", name="Add “Product training” to the plan")).to_be_visible()
    assert not Strategy.objects.filter(pk=strategy.pk).exists()


def test_three_strategies_with_nine_tasks_take_four_clicks(demo, window):
    page = window(MANAGER, f"/plans/{demo.push.pk}/bottlenecks/")
    hand, before = Hand(page), Strategy.objects.count()
    hand.click("link", "Ideas against “Nobody answers leads over lunch and in the evening”")
    for title in ("One follow-up procedure", "Product training", "Follow-up reminders in the CRM"):
        hand.click("button", f"Add “{title}” to the plan")
        expect(page.get_by_text(f"Added “{title}” as a proposed strategy.")).to_be_visible()

    assert (hand.count, Strategy.objects.count() - before) == (4, 3)


def test_an_idea_is_added_by_keyboard_alone(demo, window):
    page = window(MANAGER, f"/plans/{demo.push.pk}/ideas/")
    page.get_by_role("button", name="Add “Product training” to the plan").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Added “Product training” as a proposed strategy.")).to_be_visible()


def test_a_key_action_becomes_a_strategy_in_one_click(demo, window):
    page = window(MANAGER, f"/plans/{demo.push.pk}/goals/")
    page.get_by_role("button", name="Make a strategy of “training on product A”").click()

    expect(page.get_by_text("Added “training on product A” as a proposed strategy.")).to_be_visible()
    expect(page.get_by_text("→ training on product A")).to_be_visible()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_role("button", name="Make a strategy of “training on product A”")).to_be_visible()


def test_an_open_page_shows_the_next_step_that_others_leave(demo, window):
    """A proposed strategy lacks a task, until somebody gives it one; what the pools hold comes before that."""
    Pool.objects.filter(plan=demo.push).update(amount=10**9)
    TargetAnswer.objects.update(outcome="kept")
    page = window(MANAGER, f"/plans/{demo.push.pk}/goals/")
    expect(page.locator("#next")).to_contain_text("Needed before “Sales partners in region B” is approved")
    with changes.recording(demo.push.team, plan=demo.push, by=None) as log:
        add_task(log, Strategy.objects.get(title="Sales partners in region B"), SPEC)

    expect(page.locator("#next")).not_to_contain_text("Needed before", timeout=15_000)
