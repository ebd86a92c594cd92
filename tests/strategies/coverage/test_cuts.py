"""Coverage on the page of goals: the bar of each cut, its sentence, what only influences, and what it lacks."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal as D
from html import unescape

import pytest

from planner import changes
from planner.models import Goal, Metric, Reading, Segment
from strategies.coverage.cuts import coverages


@pytest.fixture
def line(team):
    """line("A") is a product line."""
    return lambda name: Segment.objects.create(team=team, dimension="product_line", name=name)


@pytest.fixture
def part(core):
    """part(name, …) is a sub-goal of the core goal."""

    def make(name: str, **values) -> Goal:
        return Goal.objects.create(plan=core.plan, parent=core, name=name, **values)

    return make


@pytest.fixture
def line_a(core, part, line) -> Goal:
    """Product line A from 40 % to 50 % of sales."""
    share = {"kind": "share", "baseline": D("0.4"), "target": D("0.5")}
    return part("A to 50%", metric=core.metric, segment=line("A"), cut="lines", adds_up=True, **share)


def section(client, plan) -> str:
    """The text of the part of the page that is about coverage."""
    page = client.get(f"/plans/{plan.pk}/goals/").content.decode()
    html = page[page.index('<div id="coverage"') :]
    html = html[: html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def bars(plan) -> list:
    return [bar for core in coverages(plan) for cut in core.cuts for bar in cut.bars]


def test_the_demos_example_covers_18_of_20(plan, line_a, part, manager, as_):
    part(
        "New customers",
        metric=Metric.objects.create(team=plan.team, name="New", kind="count"),
        cut="customers",
    )
    rate = Metric.objects.create(team=plan.team, name="Repurchase rate", kind="rate")
    part("Repurchase", metric=rate, cut="customers")

    text = section(as_(manager), plan)
    assert "Coverage of Q4 sales +200,000 CNY needed." in text
    assert "If “A to 50%” is met: 180,000 of 200,000 CNY; 20,000 not covered." in text
    assert "50% × 1,000,000 CNY − 40% × 800,000 CNY" in text
    assert "New customers – a number is not an amount of CNY" in text
    assert "Repurchase – a rate can't be added to amounts" in text
    [bar] = bars(plan)
    assert (bar.coverage.covered, bar.coverage.uncovered) == (180_000, 20_000)


def test_nothing_is_added_across_cuts(plan, core, line_a, part, team):
    east = Segment.objects.create(team=team, dimension="region", name="East")
    part("East", metric=core.metric, segment=east, cut="regions", adds_up=True, baseline=1, target=50_001)

    assert [bar.coverage.uncovered for bar in bars(plan)] == [20_000, 150_000]


def test_a_part_without_a_figure_is_named_and_not_counted(plan, line_a, part, line, manager, as_):
    part("B", metric=line_a.metric, segment=line("B"), cut="lines", adds_up=True, target=1)

    text = section(as_(manager), plan)
    assert "180,000 of 200,000 CNY; 20,000 not covered. Not known yet, and not counted: B." in text
    assert "B – It has no baseline yet" in text


def test_one_segment_counts_once(plan, line_a, part, manager, as_):
    part(
        "A again",
        metric=line_a.metric,
        segment=line_a.segment,
        cut="lines",
        adds_up=True,
        baseline=1,
        target=9,
    )

    assert "A again – “A to 50%” already counts for it" in section(as_(manager), plan)
    assert bars(plan)[0].coverage.covered == 180_000


def test_a_region_is_no_part_of_the_product_lines(plan, core, part, team, manager, as_):
    east = Segment.objects.create(team=team, dimension="region", name="East")
    part("East", metric=core.metric, segment=east, cut="lines", adds_up=True, baseline=1, target=5)

    assert "East – East does not belong to this breakdown" in section(as_(manager), plan)
    assert bars(plan) == []


def test_a_core_goal_that_falls_is_covered_by_what_falls(plan, part, core, manager, as_):
    Metric.objects.filter(pk=core.metric_id).update(direction="lower", name="Returns")
    Goal.objects.filter(pk=core.pk).update(baseline=500, target=400)
    part("Faults", unit="CNY", cut="other", adds_up=True, baseline=100, target=40)
    part("Freight", unit="CNY", cut="other", adds_up=True, baseline=100, target=110)

    text = section(as_(manager), plan)
    assert "If all are met: 50 of 100 CNY; 50 not covered." in text
    assert "Faults −60 CNY" in text
    assert "Freight +10 CNY" in text


def test_more_than_is_needed_is_surplus(plan, core, part, manager, as_):
    part("Fairs", unit="CNY", cut="other", adds_up=True, baseline=0, target=230_000)
    part("Web", unit="CNY", cut="other", adds_up=True, baseline=0, target=20_000)

    assert "all of 200,000 CNY, and 50,000 more than needed." in section(as_(manager), plan)


def test_an_incomplete_core_goal_says_what_it_lacks(plan, core, line_a, manager, as_):
    Goal.objects.filter(pk=core.pk).update(target=None)

    assert "Coverage needs a baseline and a target of the core goal." in section(as_(manager), plan)


# Steps of a funnel


def test_steps_of_a_funnel_share_what_their_product_grows_by(plan, part, funnel, manager, as_):
    formula, leads, rate, _value = funnel
    step = {"cut": "funnel", "adds_up": True, "formula": formula}
    part("More leads", metric=leads, target=1100, **step)
    part("Convert better", metric=rate, target=D("0.09"), **step)

    [bar] = bars(plan)
    assert bar.coverage.covered == 1100 * 900 - 800_000  # 190,000
    assert bar.coverage.uncovered == 10_000
    text = section(as_(manager), plan)
    assert "Adds up: Total sales = Leads × Customer conversion rate × Sales per customer" in text
    assert "If all are met: 190,000 of 200,000 CNY; 10,000 not covered." in text


def test_what_a_formula_starts_beside_the_baseline_is_a_line_of_its_own(
    plan, core, part, funnel, manager, as_
):
    formula, leads, _rate, _value = funnel
    Goal.objects.filter(pk=core.pk).update(baseline=790_000)
    part("More leads", metric=leads, target=1250, cut="funnel", adds_up=True, formula=formula)

    [bar] = bars(plan)
    assert (bar.coverage.covered, bar.coverage.uncovered) == (210_000, 0)
    assert "Difference at the start +10,000 CNY" in section(as_(manager), plan)


def test_a_goal_that_is_no_factor_is_not_counted(plan, part, funnel, status, manager, as_):
    formula, leads, _rate, _value = funnel
    step = {"cut": "funnel", "adds_up": True, "formula": formula}
    part(
        "Leads in the east",
        metric=leads,
        segment=Segment.objects.create(team=plan.team, dimension="region", name="East"),
        target=2,
        **step,
    )
    part("Sales", metric=status.sales.metric, target=2, **step)

    text = section(as_(manager), plan)
    assert "Leads in the east – it is for East only, the formula for the total" in text
    assert "Sales – it is not a factor of Total sales = Leads" in text


# What a cut lacks


@pytest.fixture
def line_b(line, status):
    """Product line B sold 480,000 a month before the plan."""
    segment = line("B")
    for month in (7, 8, 9):
        Reading.objects.create(
            metric=status.sales.metric, month=dt.date(2026, month, 1), segment=segment, value=480_000
        )
    return segment


def test_one_click_adds_the_sub_goal_that_covers_the_rest(plan, core, line_a, line_b, manager, as_):
    client = as_(manager)
    assert "Add a sub-goal for B: 480,000 CNY → 500,000 CNY" in section(client, plan)

    answer = client.post(f"/plans/{plan.pk}/goals/{core.pk}/cover/", {"cut": "lines", "segment": line_b.pk})
    made = Goal.objects.get(name="B")
    assert answer.url == f"/plans/{plan.pk}/goals/#part-{made.pk}"
    assert (made.parent, made.metric, made.segment, made.cut, made.adds_up) == (
        core,
        core.metric,
        line_b,
        "lines",
        True,
    )
    assert (made.baseline, made.target) == (480_000, 500_000)
    assert [bar.coverage.uncovered for bar in bars(plan)] == [0]
    assert "Add a sub-goal for" not in section(client, plan)


def test_of_two_that_lack_neither_gets_a_target(plan, core, line_a, line_b, line, manager, as_):
    line("C")

    text = section(as_(manager), plan)
    assert "Add a sub-goal for B Add a sub-goal for C" in text


def test_a_segment_that_lacks_nothing_is_refused(plan, core, line_a, manager, as_):
    answer = as_(manager).post(
        f"/plans/{plan.pk}/goals/{core.pk}/cover/",
        {"cut": "lines", "segment": line_a.segment_id},
        follow=True,
    )
    assert "This breakdown already has a sub-goal for it." in answer.content.decode()
    assert Goal.objects.count() == 2


def test_a_viewer_reads_coverage_without_buttons(plan, core, line_a, line_b, viewer, as_):
    text = section(as_(viewer), plan)
    assert "20,000 not covered" in text
    assert "Add a sub-goal" not in text


def test_open_pages_follow_what_others_change(plan, core, line_a, manager, viewer, as_):
    with changes.recording(plan.team, plan=plan, by=manager) as log:
        line_a.name = "A to one half"
        log.save(line_a)
    html = as_(viewer).get(f"/plans/{plan.pk}/goals/changes/?since=0").content.decode()
    assert "If “A to one half” is met" in html[html.index('<div id="coverage"') :]
