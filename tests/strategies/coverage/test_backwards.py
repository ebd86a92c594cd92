"""Backwards from a core goal: factors are tried, solved for the target, and taken as sub-goals."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal as D
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from planner.models import Change, Formula, Goal, Metric, Reading, Segment
from strategies.coverage.cuts import coverages

HTMX = {"HX-Request": "true", "HX-Target": "outcome"}


@pytest.fixture
def url(plan, core, funnel) -> str:
    return f"/plans/{plan.pk}/goals/{core.pk}/backwards/"


def text_of(answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def fields(answer) -> dict[str, str]:
    """What the form of the result would take."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.content.decode()))


def tried(formula, *values, **more) -> dict:
    return {"product": f"f{formula.pk}", **{f"v{n}": value for n, value in enumerate(values)}, **more}


def test_factors_begin_where_they_stand(url, manager, as_):
    answer = as_(manager).get(url)
    html, text = answer.content.decode(), text_of(answer)

    assert "Total sales = Leads × Customer conversion rate × Sales per customer" in text
    assert re.findall(r'<input type="number" name="v\d" value="([^"]*)"', html) == ["1000", "8", "10000"]
    assert re.findall(r'type="range"[^>]* max="([^"]*)" step="([^"]*)"', html) == [
        ("2000", "1"), ("16", "0.1"), ("20000", "1")
    ]  # fmt: skip
    assert "1,000 × 8% × 10,000 CNY = 800,000 CNY" in text
    assert "Move a factor to see what it brings." in text


def test_what_is_tried_is_computed_by_the_server(url, funnel, manager, as_):
    answer = as_(manager).get(url, tried(funnel[0], 1100, 9, 10_000), headers=HTMX)

    text = text_of(answer)
    assert answer.content.decode().lstrip().startswith('<section id="outcome"')
    assert "1,100 × 9% × 10,000 CNY = 990,000 CNY" in text
    assert "190,000 of 200,000 CNY; 10,000 not covered." in text
    assert "Take these 2 sub-goals" in text


def test_the_rest_is_solved_so_that_the_target_is_met(url, funnel, manager, as_):
    answer = as_(manager).get(url, tried(funnel[0], 1000, 10, 10_000, lock1="on", lock2="on", solve=1))

    assert "1,000 × 10% × 10,000 CNY = 1,000,000 CNY" in text_of(answer)
    assert "all of 200,000 CNY" in text_of(answer)
    answer = as_(manager).get(url, tried(funnel[0], 1000, 8, 10_000, lock2="on", solve=1))
    values = [D(value) for value in re.findall(r'name="v\d" value="([^"]*)" min', answer.content.decode())]
    assert values[2] == 10_000
    assert values[0] * values[1] / 100 * values[2] >= 1_000_000
    assert "not covered" not in text_of(answer)


@pytest.mark.parametrize(
    "locks", [{"lock0": "on", "lock1": "on", "lock2": "on"}, {"lock0": "on", "lock2": "on"}]
)
def test_what_cannot_be_solved_is_said(url, core, funnel, manager, as_, locks):
    """All locked, or a rate that would have to be 1,250 %."""
    Goal.objects.filter(pk=core.pk).update(target=125_000_000)
    answer = as_(manager).get(url, tried(funnel[0], 1000, 8, 10_000, solve=1, **locks))

    assert "These factors can't reach the target: unlock one, or change a value." in text_of(answer)


@pytest.mark.parametrize("value", ["", "many", "-1", "101", "1e99", "NaN"])
def test_what_is_no_figure_is_said_beside_its_factor(url, funnel, manager, as_, value):
    answer = as_(manager).get(url, tried(funnel[0], 1000, value, 10_000))

    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert "Take th" not in text_of(answer)


def test_one_click_takes_the_sub_goals_in_one_revision(url, plan, core, funnel, manager, as_):
    formula, leads, _rate, _value = funnel
    client = as_(manager)
    shown = client.get(url, tried(formula, 1250, 8, 10_000), headers=HTMX)
    answer = client.post(f"{url}take/", fields(shown), follow=True)

    [goal] = core.parts.all()
    assert (goal.name, goal.metric, goal.kind) == ("Leads to 1,250", leads, "reach")
    assert (goal.baseline, goal.target, goal.due) == (1000, 1250, plan.end)
    assert (goal.cut, goal.adds_up, goal.formula) == ("funnel", True, formula)
    assert len({change.revision for change in Change.objects.all()}) == 1
    assert "If “Leads to 1,250” is met" not in text_of(answer)
    assert "all of 200,000 CNY." in text_of(answer)
    [bar] = [bar for each in coverages(plan) for cut in each.cuts for bar in cut.bars]
    assert (bar.coverage.covered, bar.coverage.uncovered, bar.coverage.surplus) == (200_000, 0, 0)

    undo = re.search(r"/plans/\d+/undo/\d+/", answer.content.decode())[0]
    client.post(undo)
    assert not core.parts.exists()


def test_a_sub_goal_that_is_there_gets_the_new_target(url, plan, core, funnel, manager, as_):
    formula, leads, _rate, _value = funnel
    part = Goal.objects.create(
        plan=plan, parent=core, name="More leads", metric=leads, baseline=1000, target=1100, cut="funnel"
    )
    client = as_(manager)
    assert re.search(r'name="v0" value="1100"', client.get(url).content.decode())

    client.post(f"{url}take/", fields(client.get(url, tried(formula, 1200, 8, 10_000))))
    part.refresh_from_db()
    assert (part.name, part.target, part.formula, part.adds_up) == ("More leads", 1200, formula, True)
    assert Goal.objects.count() == 2
    assert Change.objects.get(field="target").why == "Worked backwards from “Q4 sales”."


def test_a_core_goal_that_changed_since_takes_nothing(url, core, funnel, manager, as_):
    client = as_(manager)
    sent = fields(client.get(url, tried(funnel[0], 1250, 8, 10_000)))
    Goal.objects.filter(pk=core.pk).update(target=2_000_000, version=core.version + 1)

    answer = client.post(f"{url}take/", sent, follow=True)
    assert "Nothing was saved: the goal or its formula has changed." in text_of(answer)
    assert not core.parts.exists()


def test_the_reps_and_viewers_have_no_such_page(url, rep, viewer, as_):
    assert [as_(user).get(url).status_code for user in (rep, viewer)] == [403, 403]


# What the team lacks


def test_without_a_formula_it_says_so_with_the_link(plan, core, url, manager, as_):
    Formula.objects.all().delete()
    Metric.objects.filter(in_plans=None).delete()

    answer = as_(manager).get(url)
    assert "The team has no formula for this metric yet" in text_of(answer)
    assert f'href="/plans/{plan.pk}/diagnose/formulas/"' in answer.content.decode()


def test_a_factor_without_values_is_named(url, funnel, manager, as_):
    Reading.objects.filter(metric=funnel[1]).delete()

    assert "No values in the three months before the plan: Leads." in text_of(as_(manager).get(url))


def test_a_core_goal_without_a_target_is_asked_for_it(url, core, manager, as_):
    Goal.objects.filter(pk=core.pk).update(target=None)

    assert "The core goal needs a baseline and a target first." in text_of(as_(manager).get(url))


def test_a_formula_that_is_only_suggested_is_saved_with_a_metric_for_its_quotient(
    plan, status, team, manager, as_
):
    """Sales = leads × (orders ÷ leads) × (sales ÷ orders), with no metric yet for the two quotients."""
    sales, whole = status.sales.metric, status.whole
    status.rate.delete()
    Metric.objects.filter(name="Customer conversion rate").delete()
    leads, orders = (
        Metric.objects.create(team=team, name=name, key=key, kind="count")
        for name, key in (("Leads", "leads"), ("Order count", "orders"))
    )
    for metric, level in ((sales, 800_000), (leads, 1000), (orders, 80)):
        for month in (7, 8, 9):
            Reading.objects.create(metric=metric, month=dt.date(2026, month, 1), segment=whole, value=level)
    core = Goal.objects.create(plan=plan, name="Sales", metric=sales, baseline=800_000, target=1_000_000)
    client, url = as_(manager), f"/plans/{plan.pk}/goals/{core.pk}/backwards/"
    shown = client.get(url, {"product": "leads", "v0": 1000, "v1": "0.08", "v2": 12_500})
    client.post(f"{url}take/", fields(shown))

    [goal] = core.parts.all()
    assert goal.metric.name == "Total sales ÷ Order count"
    assert (goal.metric.numerator, goal.metric.denominator, goal.metric.aggregation) == (
        sales,
        orders,
        "ratio",
    )
    assert (goal.baseline, goal.target, goal.unit) == (10_000, 12_500, "CNY")
    assert goal.formula.factors == [[leads.pk, None], [orders.pk, leads.pk], [sales.pk, orders.pk]]
    [bar] = [bar for each in coverages(plan) for cut in each.cuts for bar in cut.bars]
    assert (bar.coverage.uncovered, bar.coverage.surplus) == (0, 0)
    Goal.objects.filter(pk=goal.pk).update(baseline=None)
    assert [bar.coverage.uncovered for each in coverages(plan) for cut in each.cuts for bar in cut.bars] == [
        0
    ]


def test_more_goals_and_segments_ask_no_more(url, plan, core, team, manager, as_):
    client = as_(manager)
    client.get(url)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return len(queries)

    before = asked()
    for number in range(3):
        Segment.objects.create(team=team, dimension="region", name=f"R{number}")
        Goal.objects.create(plan=plan, parent=core, name=f"g{number}", metric=core.metric)
    assert asked() == before
