"""From a bottleneck in focus to three approved strategies in at most 40 interactions: by mouse, by touch, by keyboard.

An interaction is a click, a tap, a key command, or one field that is typed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from playwright.sync_api import Locator, Page, expect

from planner.models import Bottleneck, Goal, Plan
from strategies.models import Strategy
from tests.browser.conftest import MANAGER
from tests.browser.test_new_plan import added, tab_to

pytestmark = pytest.mark.browser

MOST = 40
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@dataclass
class Hands:
    """Somebody at a page, whose interactions are counted."""

    page: Page
    touches: bool = False
    count: int = 0

    def press(self, target: Locator) -> None:
        """A click, or a tap."""
        self.count += 1
        target.tap() if self.touches else target.click()

    def type(self, field: Locator, text: str) -> None:
        self.count += 1
        field.fill(text)

    def write(self, text: str) -> None:
        """Type into the field that has the focus."""
        self.count += 1
        self.page.keyboard.type(text)

    def key(self, name: str) -> None:
        self.count += 1
        self.page.keyboard.press(name)


@pytest.fixture
def start(demo) -> SimpleNamespace:
    """A plan with one bottleneck in focus, and nothing that answers it."""
    plan = Plan.objects.create(
        team=demo.push.team, name="Winter push", start=demo.push.start, end=demo.push.end
    )
    metric = demo.push.team.metrics.get(key="conversion")
    bottleneck = Bottleneck.objects.create(
        plan=plan, kind="conversion", cause="Slow follow-up", metric=metric, in_focus=True, impact=5, ease=4
    )
    return SimpleNamespace(plan=plan, bottleneck=bottleneck, metric=metric)


def three_approved(plan: Plan) -> None:
    """What the flow is for: three strategies in force that nothing is missing of."""
    approved = list(Strategy.objects.filter(plan=plan, state="active"))
    assert len(approved) == 3
    for strategy in approved:
        assert strategy.owner is not None
        assert strategy.goals == list(Goal.objects.filter(plan=plan))
        assert None not in (strategy.importance, strategy.urgency)
        assert None not in (strategy.resources_score, strategy.capability_score, strategy.time_score)
        assert [each.amount > 0 for each in strategy.allocations.all()] == [True]
        tasks = list(strategy.tasks.all())
        assert 1 <= len(tasks) <= 3
        assert all(task.owner and task.start and task.due and task.acceptance for task in tasks)


def set_goal(hands: Hands, start) -> None:
    """A core goal of the bottleneck's metric, from the level that it has to a target, with an owner."""
    page = hands.page
    hands.type(page.locator("tr.adding [name=name]").first, "Conversion rate to 12%")
    hands.page.keyboard.press("Tab")
    hands.write("conversion")
    hands.key("Enter")
    row = added(page, "core")
    if not page.locator(f"#{row} form.editor [name=target]").count():
        hands.press(page.locator(f'#{row} a.cell[href$="?cell=target"]'))
    expect(page.locator(f"#{row} form.editor [name=target]")).to_be_focused()
    hands.write("12")
    hands.key("Tab")  # saves, and opens the owner
    expect(page.locator(f"#{row} form.editor select[name=owner]")).to_have_count(1)
    hands.write("zhou")
    hands.key("Enter")
    expect(page.locator(f"#{row}")).to_contain_text("Zhou Yi")


@pytest.mark.parametrize("options", [{}, PHONE], ids=["mouse", "phone"])
def test_three_strategies_are_approved_in_forty_interactions(demo, start, window, options):
    page = window(MANAGER, f"/plans/{start.plan.pk}/goals/", **options)
    hands = Hands(page, touches=bool(options))
    set_goal(hands, start)

    hands.press(page.locator(".tabs").get_by_role("link", name="Ideas"))
    for number in (1, 2, 3):
        hands.press(page.locator("#ideas tbody button").first)
        expect(page.locator("#ideas tbody").get_by_text("In this plan")).to_have_count(number)
    hands.press(page.locator(".tabs").get_by_role("link", name="Strategies"))
    titles = list(Strategy.objects.filter(plan=start.plan).order_by("order").values_list("pk", flat=True))
    assert len(titles) == 3
    for pk in titles:
        hands.press(page.locator(f'#matrix a[href$="/strategies/{pk}/"]').first)
        for name, step in (
            ("importance", 5), ("urgency", 4), ("resources_score", 4), ("capability_score", 4), ("time_score", 4),
        ):  # fmt: skip
            hands.press(page.locator(f'label:has(input[name="{name}"][value="{step}"])'))
            expect(page.locator(f'input[name="{name}"][value="{step}"]')).to_be_checked()
        hands.press(page.get_by_role("button", name="Approve"))
        expect(page.locator("#standing")).to_contain_text("Active")
        if pk != titles[-1]:
            hands.press(page.locator(".tabs").get_by_role("link", name="Strategies"))
    hands.press(page.locator(".tabs").get_by_role("link", name="Resources"))
    adding = page.locator("tr.adding").first
    hands.type(adding.locator("[name=name]"), "Training")
    hands.type(adding.locator("[name=amount]"), "20000")
    hands.press(adding.get_by_role("button", name="Add"))
    hands.press(page.get_by_role("button", name="Use this split"))
    expect(page.locator("#pools")).to_contain_text("100%")

    three_approved(start.plan)
    assert hands.count <= MOST, hands.count


def test_the_keyboard_alone_leads_there_too(demo, start, window):
    """Moving the focus with Tab is not counted: what acts is."""
    page = window(MANAGER, f"/plans/{start.plan.pk}/goals/")
    hands = Hands(page)
    hands.key("n")
    set_goal(hands, start)
    page.goto(f"/plans/{start.plan.pk}/ideas/")
    for number in (1, 2, 3):
        tab_to(page, "#ideas tbody button")
        hands.key("Enter")
        expect(page.locator("#ideas tbody").get_by_text("In this plan")).to_have_count(number)
    page.goto(f"/plans/{start.plan.pk}/strategies/")
    for pk in Strategy.objects.filter(plan=start.plan).order_by("order").values_list("pk", flat=True):
        tab_to(page, f'#strategy-{pk} a[href$="cell=importance"]')
        for name in ("importance", "urgency", "resources_score", "capability_score", "time_score"):
            if name != "importance":
                expect(page.locator(f"#strategy-{pk} form.editor [name={name}]").first).to_be_focused()
            hands.key("4")
        hands.key("Control+Enter")
    for pk in Strategy.objects.filter(plan=start.plan).order_by("order").values_list("pk", flat=True):
        tab_to(page, f'#strategy-{pk} button[formaction*="state=active"]', most=200)
        hands.key("Enter")
        expect(page.locator(f"#strategy-{pk}")).to_contain_text("Active")
    page.goto(f"/plans/{start.plan.pk}/resources/")
    hands.key("n")
    hands.write("Training")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    hands.write("20000")
    hands.key("Enter")
    expect(page.locator("#splits button").first).to_be_visible()
    tab_to(page, "#splits button", most=120)
    hands.key("Enter")
    expect(page.locator("#pools")).to_contain_text("100%")

    three_approved(start.plan)
    assert hands.count + 3 <= MOST, hands.count  # three pages are opened from the tabs
