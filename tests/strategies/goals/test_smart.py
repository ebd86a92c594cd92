"""SMART is computed: each letter with the figure that passed or failed it, and the click that mends it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from planner.arithmetic.periods import full_months_before
from planner.diagnose.analysis.forecasting import Expected
from planner.models import Bottleneck, Goal, Metric, PlanMetric, Reading, Segment
from strategies.goals.backing import backing_of
from strategies.goals.outlook import Best, Outlook, look_out
from strategies.goals.smart import Verdict, failing_goals, judge
from strategies.goals.targets import targets
from strategies.models import KeyAction

DAY = dt.date(2026, 10, 2)
MONTHS = full_months_before(DAY, 12)


@pytest.fixture(autouse=True)
def on_2_october(monkeypatch):
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: DAY)


@pytest.fixture
def bottleneck(plan) -> Bottleneck:
    return Bottleneck.objects.create(plan=plan, kind="value", cause="No second contact", in_focus=True)


@pytest.fixture
def sales(status) -> Metric:
    """Sales of about 80 a month, whose best three months are May to July with 86 on average."""
    values = (80, 79, 81, 80, 78, 82, 80, 85, 86, 87, 81, 80)
    for month, value in zip(MONTHS, values, strict=True):
        Reading.objects.create(metric=status.sales.metric, month=month, segment=status.whole, value=value)
    PlanMetric.objects.filter(pk=status.sales.pk).update(target=100)
    return status.sales.metric


@pytest.fixture
def core(plan, sales) -> Goal:
    core = Goal.objects.create(
        plan=plan, name="Sales", metric=sales, target=83, due=plan.end, company_goal="Grow by a quarter"
    )
    KeyAction.objects.create(goal=core, text="Call everybody")
    return core


@pytest.fixture
def part(plan, core, sales, bottleneck) -> Goal:
    part = Goal.objects.create(
        plan=plan, parent=core, name="Repeat", metric=sales, target=82, due=plan.end, cut="customers",
        bottleneck=bottleneck,
    )  # fmt: skip
    KeyAction.objects.create(goal=part, text="Write to them")
    return part


def verdicts(goal: Goal) -> dict[str, Verdict]:
    goals = list(
        Goal.objects.filter(plan=goal.plan).select_related(
            "plan", "metric", "segment", "bottleneck", "parent"
        )
    )
    figures = targets(goal.plan, goals, DAY)
    (target,) = [each for each in figures if each.goal == goal]
    backing = backing_of(goal.plan, figures, DAY)
    parts = [each for each in figures if each.goal.parent == goal]
    found = judge(target, parts, backing.outlooks.get(goal.pk), backing.covered)
    return {verdict.letter: verdict for verdict in found}


def states(goal: Goal) -> str:
    """The letters with what they come to: S M A R T, and ! for failed, ? for questioned, – for unknown."""
    marks = {"passed": "", "failed": "!", "questioned": "?", "unknown": "–"}
    return "".join(f"{letter}{marks[verdict.state]}" for letter, verdict in verdicts(goal).items())


def test_a_goal_that_names_everything_passes_every_letter(core, part):
    assert states(core) == states(part) == "SMART"
    found = verdicts(part)
    assert found["S"].sentences == ("Breakdown: Customers.", "1 key action: Write to them.")
    assert found["M"].sentences == (
        "Metric: Total sales.", "Unit: CNY.", "Baseline: 82.67 CNY.", "Target: 82 CNY.",
    )  # fmt: skip
    assert found["R"].sentences == ("Serves “Sales” and the bottleneck “No second contact”.",)
    assert found["T"].sentences == ("Due 31 Dec 2026, within the plan.",)
    assert verdicts(core)["S"].sentences[0] == "Broken down into 1 sub-goal."
    assert not any(verdict.mends for verdict in found.values())


@pytest.mark.parametrize(
    ("change", "expected", "fault", "cell"),
    [
        ({"cut": ""}, "S!MART", "cut", "core"),
        ({"metric": None}, "SM!A–RT", "metric", "core"),
        ({"target": None}, "SM!A–RT", "target", "target"),
        ({"bottleneck": None}, "SMAR!T", "bottleneck", "core"),
        ({"due": None}, "SMART!", "due", "due"),
        ({"due": dt.date(2027, 1, 1)}, "SMART!", "outside", "due"),
        ({"due": dt.date(2026, 9, 30)}, "SMART!", "outside", "due"),
        ({"target": 500}, "SMA?RT", "achievable", "target"),
    ],
)
def test_a_letter_says_what_it_lacks_and_where_that_is_mended(
    part, change: dict[str, Any], expected, fault, cell
):
    Goal.objects.filter(pk=part.pk).update(**change)
    part.refresh_from_db()
    assert states(part) == expected
    (verdict,) = [each for each in verdicts(part).values() if fault in each.faults]
    assert cell in [mend.cell for mend in verdict.mends]


def test_a_segment_names_a_dimension_too(part, team):
    line = Segment.objects.create(team=team, dimension="product_line", name="Product A")
    Goal.objects.filter(pk=part.pk).update(cut="", segment=line)
    part.refresh_from_db()
    assert verdicts(part)["S"].sentences[0] == "Breakdown: Product A."


def test_without_a_key_action_nothing_is_specific(core, part):
    KeyAction.objects.filter(goal=core).delete()
    assert states(core) == "SMART"  # one of its sub-goal
    KeyAction.objects.all().delete()
    assert (states(core)[:2], states(part)[:2]) == ("S!", "S!")


def test_a_unit_is_needed_but_for_rates(part, status):
    Metric.objects.filter(pk=status.sales.metric_id).update(unit="")
    assert states(part)[:3] == "SM!"
    Metric.objects.filter(pk=status.sales.metric_id).update(kind="rate")
    assert states(part)[:2] == "SM"


def test_a_bottleneck_out_of_focus_is_served_by_nobody(part, bottleneck):
    Bottleneck.objects.update(in_focus=False)
    verdict = verdicts(part)["R"]
    assert verdict.sentences == ("The bottleneck “No second contact” is not in focus.",)
    assert verdict.mends[0].url.endswith(f"#bottleneck-{bottleneck.pk}")


def test_a_core_goal_names_the_company_goal_that_it_serves(core):
    Goal.objects.filter(pk=core.pk).update(company_goal="")
    core.refresh_from_db()
    assert states(core) == "SMAR!T"


# Achievable: the best three months in a row, the usual range and the forecast.


def test_the_best_three_months_and_the_forecast_are_read_from_the_history(core):
    (target,) = targets(core.plan, [core], DAY)
    outlook = backing_of(core.plan, [target], DAY).outlooks[core.pk]
    assert outlook.best == Best(MONTHS[7:10], D(86))
    assert outlook.months == 12
    assert (round(outlook.usual.mean, 2), round(outlook.usual.moving_range, 2)) == (D("81.58"), D("2.36"))
    assert outlook.expected.month == dt.date(2026, 12, 1)


@pytest.mark.parametrize(
    ("target", "direction", "beyond"),
    [
        (86, "higher", False),
        (87, "higher", False),
        (90, "higher", True),
        (86, "lower", False),
        (70, "lower", True),
    ],
)
def test_beyond_is_beyond_both_the_best_months_and_the_forecast(target, direction, beyond):
    best = Best(MONTHS[:3], D(86))
    expected = Expected(MONTHS[-1], D(82), D(75), D(88))
    assert Outlook(12, best, None, expected).lies_beyond(D(target), direction) is beyond


def test_a_target_beyond_both_is_questioned_until_its_owner_answers(core):
    Goal.objects.filter(pk=core.pk).update(target=120)
    core.refresh_from_db()
    verdict = verdicts(core)["A"]
    assert verdict.state == "questioned"
    assert verdict.sentences == (
        "120 CNY is above the best three months (May 2026 – Jul 2026) and above the 80% forecast for Dec 2026.",
    )
    Goal.objects.filter(pk=core.pk).update(why_achievable="A new channel opens")
    core.refresh_from_db()
    assert verdicts(core)["A"].sentences[1] == "The owner answers: “A new channel opens”"
    assert states(core) == "SMART"


def test_or_until_its_parts_that_add_up_cover_it(core, part):
    Goal.objects.filter(pk=core.pk).update(target=120, baseline=80)
    Goal.objects.filter(pk=part.pk).update(target=119, baseline=80, adds_up=True)
    core.refresh_from_db()
    assert states(core) == "SMA?RT"
    Goal.objects.filter(pk=part.pk).update(target=120)
    assert verdicts(core)["A"].sentences[1] == "The sub-goals that add up cover it."
    assert states(core) == "SMART"


@pytest.mark.parametrize("months", [0, 1, 5])
def test_under_six_months_it_is_unknown(core, months):
    Reading.objects.filter(month__lt=MONTHS[12 - months] if months else DAY).delete()
    Goal.objects.filter(pk=core.pk).update(target=1000)
    core.refresh_from_db()
    assert verdicts(core)["A"].state == "unknown"
    assert f"Unknown: {months} month" in verdicts(core)["A"].sentences[0]


def test_a_month_that_is_over_has_no_forecast():
    course = dict(zip(MONTHS, map(D, range(12)), strict=True))
    assert look_out(course, None, MONTHS[-1]).expected is None
    assert look_out(course, None, dt.date(2026, 10, 31)).expected.month == dt.date(2026, 10, 1)
    assert look_out(course, None, dt.date(2200, 1, 1)).expected is None
    assert look_out({}, None, DAY) == Outlook(0)


@pytest.mark.parametrize(("target", "state"), [(60, "questioned"), (80, "passed")])
def test_a_cost_is_questioned_below_its_best_months(core, sales, target, state):
    Metric.objects.filter(pk=sales.pk).update(direction="lower")
    Goal.objects.filter(pk=core.pk).update(target=target)
    core.refresh_from_db()
    assert verdicts(core)["A"].state == state


# The page and plan health


def test_the_letters_stand_under_the_name_and_open_to_what_mends_them(core, part, plan, manager, rep, as_):
    Goal.objects.filter(pk=part.pk).update(cut="", target=500)
    page = as_(manager).get(f"/plans/{plan.pk}/goals/").content.decode()
    row = page.partition(f'<tr id="part-{part.pk}"')[2].partition("</tr>")[0]

    assert row.count('<details class="letter"') == 5
    assert 'aria-label="Specific: failed">S !</summary>' in row
    assert 'aria-label="Achievable: questioned">A ?</summary>' in row
    assert 'aria-label="Measurable: passed">M</summary>' in row
    assert (
        f'href="rows/part-{part.pk}/?cell=core#cut" data-cell="core" data-field="cut">Choose breakdown</a>'
        in row
    )
    assert "Usual range" in row
    read = as_(rep).get(f"/plans/{plan.pk}/goals/").content.decode()
    assert "S !</summary>" in read
    assert "Choose breakdown" not in read


def test_what_fails_is_listed_with_its_letters(core, part, plan):
    assert failing_goals([plan]) == {plan.pk: []}
    Goal.objects.update(company_goal="", cut="", due=None)
    assert failing_goals([plan]) == {plan.pk: [(core, "R"), (part, "S")]}


def test_letters_of_a_long_table_cost_no_more_queries(core, part, plan, manager, as_):
    client = as_(manager)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/plans/{plan.pk}/goals/")
        return len(queries)

    Goal.objects.update(target=1000)
    asked()
    one = asked()
    for number in range(5):
        Goal.objects.create(plan=plan, name=f"g{number}", metric=core.metric, target=1000)
        Goal.objects.create(plan=plan, parent=core, name=f"p{number}", metric=core.metric, target=1000)
    assert asked() == one
