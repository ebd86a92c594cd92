"""What the page of Table 1 says about drivers and segments, from readings in the database."""

from __future__ import annotations

import math
import re
from decimal import Decimal as D
from fractions import Fraction

import pytest
from django.utils import translation

from planner.models import Formula, Metric, PlanMetric
from planner.templatetags.analysis import split_rows, split_total
from tests.planner.diagnose.analysis.pages import analysis, region, words


def test_sales_are_split_into_customers_frequency_and_value(url, plan, shop):
    found = analysis(plan).split
    assert [part.label for part in found.parts] == [
        "Customers",
        "Order count ÷ Customers",
        "Total sales ÷ Order count",
    ]
    assert (found.start, found.end, found.rest) == (1000, 1200, 0)
    assert sum(part.shapley for part in found.parts) == 200 == sum(part.chain for part in found.parts)
    # By chain substitution in their own order: +2 × 2 × 50, 12 × 0.5 × 50, 30 × −10.
    assert [part.chain for part in found.parts] == [200, 300, -300]
    shown, rest = found.rounded_parts()
    assert sum(shown) + rest == 200


def test_the_order_of_chain_substitution_is_chosen(url, plan, shop):
    found = analysis(plan, order="210").split
    # Value first: 20 × −10; then frequency: 10 × 0.5 × 40; then customers: 2 × 2.5 × 40.
    assert [part.chain for part in found.parts] == [200, 200, -200]


def test_the_page_says_the_split_in_words_and_in_a_table(url, shop, manager, as_):
    page = words(as_(manager).get(url))
    assert "Total sales: monthly average up 200 CNY (+20%)." in page
    assert "Main driver: Order count ÷ Customers" in page
    assert "Apr 2026 – Jun 2026" in page
    assert "Total sales ÷ Order count weighs on Total sales" not in page
    assert as_(manager).get(url).content.decode().count('value="Total sales ÷ Order count weighs on') == 1


def test_a_gap_is_split_by_the_drivers_targets(url, plan, read, status, orders):
    """20 orders of 50; 25 orders of 60 are wanted: 1,000 → 1,500, and the plan asks for 1,600."""
    value = Metric.objects.create(
        team=plan.team, name="Average order value", kind="amount", aggregation="ratio",
        numerator=status.sales.metric, denominator=orders,
    )  # fmt: skip
    PlanMetric.objects.filter(pk=status.sales.pk).update(target=1600)
    PlanMetric.objects.create(plan=plan, metric=orders, order=4, target=25)
    PlanMetric.objects.create(plan=plan, metric=value, order=5, target=60)
    read(orders, None, 20, 20, 20)
    read(status.sales.metric, None, 1000, 1000, 1000)
    found = analysis(plan, against="target").split
    assert [(part.label, part.shapley) for part in found.parts] == [
        ("Order count", Fraction(275)),
        ("Average order value", Fraction(225)),
    ]
    assert (found.change, found.rest) == (600, 100)
    assert found.labels() == ("Current", "Target")
    assert "+100 CNY is not covered by the drivers' targets." in found.sentence()


def test_segments_add_up_and_the_rest_is_named(url, plan, read, team, status, viewer, as_):
    east, west, new = (region(team, name) for name in ("East", "West", "New"))
    read(status.sales.metric, None, *[1000] * 3, *[900] * 3)
    read(status.sales.metric, east, *[600] * 3, *[450] * 3)
    read(status.sales.metric, west, *[300] * 3, *[300] * 3)
    read(status.sales.metric, new, *[None] * 3, *[90] * 3)
    (found,) = analysis(plan).breakdowns
    assert [(str(line.key or ""), line.change) for line in found.lines] == [
        ("East", -150), ("New", 90), ("West", 0), ("", -40),
    ]  # fmt: skip
    assert sum(line.change for line in found.lines) == -100
    page = words(as_(viewer).get(url))
    assert "Largest change: East, −150 CNY a month (−15 pp of growth, 150% of the total change)." in page
    assert "New New" in page


def test_a_product_of_the_teams_own(url, plan, read, status, manager, team, as_):
    visits = Metric.objects.create(team=team, name="Visits", kind="count")
    deals = Metric.objects.create(team=team, name="Deals", kind="count")
    read(visits, None, *[100] * 3, *[110] * 3)
    read(deals, None, *[10] * 6)
    read(status.sales.metric, None, *[1000] * 3, *[1100] * 3)
    client = as_(manager)
    said = {
        "result": status.sales.metric.pk, "factor_1": visits.pk, "factor_2": deals.pk, "below_2": visits.pk,
        "factor_3": status.sales.metric.pk, "below_3": deals.pk,
    }  # fmt: skip
    answer = client.post(f"{url}formulas/", said)
    made = Formula.objects.get()
    assert answer["Location"] == f"{url}?product=f{made.pk}#drivers"
    assert made.factors == [[visits.pk, None], [deals.pk, visits.pk], [status.sales.metric.pk, deals.pk]]
    found = analysis(plan).split
    assert found.product.label == "Total sales = Visits × Deals ÷ Visits × Total sales ÷ Deals"
    assert sum(part.shapley for part in found.parts) == found.change == 100

    change = client.get(f"{url}formulas/{made.pk}/").content.decode()
    chosen = re.findall(r'<option value="(\d+)" selected', change)
    assert chosen == [str(pk) for pk in said.values()]
    client.post(f"{url}formulas/{made.pk}/", {**said, "below_2": "", "factor_3": "", "below_3": ""})
    assert Formula.objects.get().factors == [[visits.pk, None], [deals.pk, None]]
    client.post(f"{url}formulas/{made.pk}/remove/")
    assert not Formula.objects.exists()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "This field is required."),
        ({"factor_1": "sales", "factor_2": "orders"}, "A metric can't be a factor of itself."),
        (
            {"factor_1": "orders", "factor_2": "orders", "below_2": "orders"},
            "A metric divided by itself is always 1.",
        ),
        ({"factor_1": "orders", "factor_2": "orders", "below_3": "orders"}, "Choose the metric to divide."),
        (
            {"factor_1": "theirs", "factor_2": "orders"},
            "This option is no longer available. Choose another one.",
        ),
    ],
)
def test_a_formula_that_makes_no_sense_is_refused(url, status, orders, manager, other_team, as_, sent, said):
    theirs = Metric.objects.create(team=other_team, name="Theirs")
    ids = {"sales": status.sales.metric.pk, "orders": orders.pk, "theirs": theirs.pk}
    data = {"result": status.sales.metric.pk, **{name: ids[key] for name, key in sent.items()}}
    answer = as_(manager).post(f"{url}formulas/", data)
    assert answer.status_code == 422
    assert said in words(answer)
    assert not Formula.objects.exists()


def test_a_month_that_one_driver_lacks_is_left_out(url, plan, read, status, orders):
    read(status.sales.metric, None, 1000, 1000, 1000, 1200, 1200, 1500)
    read(orders, None, 10, 10, 10, 12, 12, None)
    found = analysis(plan).split
    assert (found.start, found.end) == (1000, 1200)
    assert found.notes == ("Left out because some drivers have no data: Sep 2026.",)


def test_a_driver_that_comes_from_nothing(url, plan, read, status, orders):
    read(status.sales.metric, None, 0, 0, 0, 500, 500, 500)
    read(orders, None, 0, 0, 0, 10, 10, 10)
    found = analysis(plan).split
    assert [part.shapley for part in found.parts] == [500, 0]
    assert found.rest == 0
    assert "has no data in one of the two periods" in found.notes[0]


def test_a_target_that_is_met_leaves_nothing_to_split(url, plan, read, status, orders, manager, as_):
    read(status.sales.metric, None, *[1200] * 6)
    read(orders, None, *[30] * 6)
    value = Metric.objects.create(team=plan.team, name="Average order value", aggregation="ratio")
    read(value, None, *[40] * 6)
    status.sales.target = 1000
    status.sales.save()
    page = words(as_(manager).get(url, {"against": "target"}))
    assert "This metric has met its target, so there is no gap to break down." in page
    assert analysis(plan, against="target").split is None


def test_a_cost_that_rises_in_a_region_is_no_green_bar(url, plan, read, status, team, viewer, as_):
    status.sales.metric.direction = "lower"
    status.sales.metric.save()
    read(status.sales.metric, None, *[100] * 3, *[150] * 3)
    read(status.sales.metric, region(team, "East"), *[50] * 3, *[100] * 3)
    page = as_(viewer).get(url).content.decode()
    assert (
        'class="bar two bad" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect x="50.0"'
        in page
    )


@pytest.mark.parametrize(
    ("kind", "language", "values", "unit"),
    [
        ("rate", "en", ((0.5, 0.4, 0.5), (0.51614, 0.412912, 0.51614)), "pp"),
        ("amount", "zh-hans", ((100, 100, 100), (103.228, 103.228, 103.228)), "万"),
    ],
)
def test_parts_add_up_to_the_change_as_they_are_shown(
    plan, read, status, team, url, kind, language, values, unit
):
    status.sales.metric.kind = kind
    status.sales.metric.save()
    factors = [Metric.objects.create(team=team, name=f"F{at}", aggregation="average") for at in range(3)]
    for at, factor in enumerate(factors):
        read(factor, None, *[values[0][at]] * 3, *[values[1][at]] * 3)
    before, after = (round(math.prod(each), 6) for each in values)
    read(status.sales.metric, None, *[before] * 3, *[after] * 3)
    status.sales.metric.aggregation = "average"
    status.sales.metric.save()
    Formula.objects.create(
        team=team, result=status.sales.metric, factors=[[factor.pk, None] for factor in factors]
    )
    with translation.override(language):
        split = analysis(plan).split
        parts = [D(re.match(r"\+([\d.]+)", row["shapley"])[1]) for row in split_rows(split)]
        total = D(re.match(r"\+([\d.]+)", split_total(split))[1])
        assert unit in split_total(split)
    assert len(parts) == 3
    assert sum(parts) == total
