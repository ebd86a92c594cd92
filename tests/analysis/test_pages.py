"""What the page of Table 1 says beneath it, from readings in the database."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
from decimal import Decimal as D
from fractions import Fraction

import pytest
from django.http import QueryDict
from django.utils import translation

from planner.analysis.page import Analysis
from planner.models import Formula, Metric, PlanMetric, Reading, Segment
from planner.periods import add_months
from tests.conftest import join

HTMX = {"HTTP_HX_REQUEST": "true"}
SEPTEMBER = dt.date(2026, 9, 1)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def url(plan, monkeypatch):
    """Table 1 as it is on 20 October: September is the last month that is over."""
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: dt.date(2026, 10, 20))
    return f"/plans/{plan.pk}/diagnose/"


@pytest.fixture
def read(status):
    """read(metric, segment, values) puts values into the months up to September; None leaves a month out."""

    def put(metric: Metric, segment: Segment | None, *values, source: str = "CRM", last=SEPTEMBER) -> None:
        Reading.objects.bulk_create(
            Reading(
                metric=metric,
                segment=segment or status.whole,
                month=add_months(last, at + 1 - len(values)),
                value=D(str(value)),
                source=source,
            )
            for at, value in enumerate(values)
            if value is not None
        )

    return put


@pytest.fixture
def orders(team) -> Metric:
    return Metric.objects.create(team=team, name="Order count", kind="count")


@pytest.fixture
def customers(team) -> Metric:
    return Metric.objects.create(team=team, name="Customers", kind="count")


def region(team, name: str) -> Segment:
    return Segment.objects.create(team=team, dimension="region", name=name)


def words(answer) -> str:
    page = re.sub(r"<script.*?</script>", " ", answer.content.decode(), flags=re.DOTALL)
    return html.unescape(" ".join(re.sub("<[^>]+>", " ", page).split()))


def analysis(plan, **params: str) -> Analysis:
    query = QueryDict(mutable=True)
    query.update(params)
    return Analysis(plan, query)


# What moved


def test_a_region_that_drops_is_flagged_in_one_sentence(url, read, team, status, viewer, as_):
    read(status.sales.metric, None, 900, 910, 905, 900, 640)
    read(status.sales.metric, region(team, "East"), 300, 310, 305, 310, 217)
    page = words(as_(viewer).get(url))
    assert "Total sales · East fell by 30% in Sep 2026 against the month before (310 CNY → 217 CNY)." in page
    assert "Total sales fell by 29% in Sep 2026" in page


def test_the_threshold_is_the_teams(url, plan, read, team, status):
    read(status.sales.metric, None, 900, 900, 810)
    assert not analysis(plan).flags
    team.volatility_threshold = D("0.09")
    team.save()
    plan.team.refresh_from_db()
    assert [flag.sentence for flag in analysis(plan).flags] == [
        "Total sales fell by 10% in Sep 2026 against the month before (900 CNY → 810 CNY)."
    ]


def test_good_news_comes_after_bad_and_is_no_bottleneck(url, plan, read, team, status, manager, as_):
    read(status.sales.metric, None, 900, 900, 900)
    read(status.sales.metric, region(team, "East"), 300, 300, 500)
    read(status.sales.metric, region(team, "West"), 600, 600, 400)
    flags = analysis(plan).flags
    assert [(flag.series.label, flag.is_bad) for flag in flags] == [
        ("Total sales · West", True),
        ("Total sales · East", False),
    ]
    page = as_(manager).get(url).content.decode()
    assert page.count('value="Total sales · West falls sharply"') == 1
    assert "East rises sharply" not in page
    assert "for the better" in page


def test_a_cost_that_rises_is_bad(url, plan, read, team):
    cost = Metric.objects.create(team=team, name="Cost", kind="cost", direction="lower", aggregation="ratio")
    PlanMetric.objects.create(plan=plan, metric=cost, order=3)
    read(cost, None, 400, 400, 500)
    assert [flag.is_bad for flag in analysis(plan).flags] == [True]


def test_an_outlier_says_what_is_usual(url, plan, read, status):
    read(status.sales.metric, None, 100, 102, 98, 101, 99, 100, 103, 97, 130)
    (flag,) = analysis(plan).flags
    assert flag.sentence.endswith(
        "Total sales is unusual in Sep 2026: 130 CNY, usually 100 CNY (modified z-score 10.1)."
    )


def test_older_moves_are_told_on_demand(url, read, status, viewer, as_):
    read(status.sales.metric, None, 100, 200, 200, 200, 200, 200)
    client = as_(viewer)
    assert "Nothing moved sharply in this time." in words(client.get(url))
    assert "Total sales rose by 100% in May 2026" in words(client.get(f"{url}?flags=year"))


def test_with_two_years_it_is_the_same_month_last_year(url, plan, read, status):
    year = [100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 300]
    read(status.sales.metric, None, *year, *year[:11], 150)
    (flag,) = analysis(plan).flags
    assert flag.sentences[0] == (
        "Total sales fell by 50% in Sep 2026 against the same month last year (300 CNY → 150 CNY)."
    )


def test_in_chinese_it_is_said_as_people_say_it(url, read, team, status, viewer, as_):
    read(status.sales.metric, None, 900_000, 900_000, 630_000)
    client = as_(viewer)
    client.cookies["django_language"] = "zh-hans"
    assert "2026年9月 Total sales环比下降 30%（90万CNY → 63万CNY）。" in words(client.get(url))


# Completeness


def test_the_score_says_its_reasons(url, plan, read, team, status, viewer, as_):
    """12 cells of sales (one missing, six without a source) and 6 of the rate, none of them there."""
    read(status.sales.metric, None, *[100] * 6, source="")
    Reading.objects.filter(month=dt.date(2026, 6, 1)).delete()
    read(status.sales.metric, None, *[100] * 6, last=dt.date(2026, 3, 1))
    found = analysis(plan)
    assert (found.completeness.expected, found.completeness.present) == (18, 11)
    assert found.completeness.score == D("8.5") / 18
    page = words(as_(viewer).get(url))
    assert "47%" in page
    assert "6 months of Customer conversion rate have no value." in page
    assert "No value of Total sales for Jun 2026." in page
    assert "5 values have no source and count half." in page


def test_figures_that_ended_long_ago_say_so(url, plan, read, status):
    read(status.sales.metric, None, *[100] * 12, last=dt.date(2024, 12, 1))
    read(status.rate.metric, None, *[0.1] * 12, last=dt.date(2024, 12, 1))
    found = analysis(plan)
    assert found.score == "100%"
    assert found.reasons == ["The figures end in Dec 2024; Sep 2026 is over as well."]


def test_few_months_are_told(url, plan, read, status):
    read(status.sales.metric, None, 100, 100)
    assert "Only 2 months are known; six are needed." in analysis(plan).reasons


# The trend


def test_the_trend_says_when_the_target_is_reached(url, plan, read, status):
    read(status.sales.metric, None, *[700_000 + 10_000 * n for n in range(12)])
    assert analysis(plan).trend.sentence == (
        "Pace: +10,000 CNY a month. At this pace the target of 1,000,000 CNY is reached in 19 months. "
        "A season cannot be told from 12 months; it takes 24 without a hole."
    )


def test_a_fall_never_reaches_it(url, plan, read, status):
    read(status.sales.metric, None, *[900_000 - 10_000 * n for n in range(6)])
    assert "At this pace the target of 1,000,000 CNY is not reached." in analysis(plan).trend.sentence


def test_a_segment_has_a_trend_without_a_target(url, plan, read, team, status):
    east = region(team, "East")
    read(status.sales.metric, None, 1, 2, 3)
    read(status.sales.metric, east, 3, 3, 3)
    found = analysis(plan, trend=f"{status.sales.metric.pk}-{east.pk}").trend
    assert found.series.segment == east
    assert found.target is None
    assert "Six months are needed" in found.sentence


def test_figures_of_the_chart_are_exact(url, read, status, viewer, as_):
    read(status.sales.metric, None, "100.123456", 110)
    answer = as_(viewer).get(f"{url}trend.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["Month", "Value", "Expected", "At least", "At most"]
    assert rows[1][:2] == ["2026-08", "100.123456"]
    assert rows[3][:3] == ["2026-10", "", "119.876544"]
    assert as_(viewer).get(f"{url}drivers.csv").status_code == 404
    assert as_(viewer).get(f"{url}else.csv").status_code == 404


# The drivers


@pytest.fixture
def shop(read, status, orders, customers):
    """Customers 10 → 12, orders per customer 2 → 2.5, order value 50 → 40: sales 1,000 → 1,200 a month."""
    read(customers, None, *[10] * 3, *[12] * 3)
    read(orders, None, *[20] * 3, *[30] * 3)
    read(status.sales.metric, None, *[1000] * 3, *[1200] * 3)


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
    shown, rest = found.shown()
    assert sum(shown) + rest == 200


def test_the_order_of_chain_substitution_is_chosen(url, plan, shop):
    found = analysis(plan, order="210").split
    # Value first: 20 × −10; then frequency: 10 × 0.5 × 40; then customers: 2 × 2.5 × 40.
    assert [part.chain for part in found.parts] == [200, 200, -200]


def test_the_page_says_the_split_in_words_and_in_a_table(url, shop, manager, as_):
    page = words(as_(manager).get(url))
    assert "Total sales rose by 200 CNY a month (+20%)." in page
    assert "Most of it is Order count ÷ Customers" in page
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
    assert "No target of a driver explains +100 CNY." in found.sentence()


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
    assert "Most changed in East: −150 CNY a month, −15 pp, 150% of the change." in page
    assert "New new" in page


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
    client.post(f"{url}formulas/{made.pk}/remove/")
    assert not Formula.objects.exists()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "This field is required."),
        ({"factor_1": "sales", "factor_2": "orders"}, "A metric is no factor of itself."),
        (
            {"factor_1": "orders", "factor_2": "orders", "below_2": "orders"},
            "A metric divided by itself is always 1.",
        ),
        ({"factor_1": "orders", "factor_2": "orders", "below_3": "orders"}, "Choose what is divided."),
        ({"factor_1": "theirs", "factor_2": "orders"}, "This cannot be chosen here any more: choose again."),
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
    assert found.notes == ("Left out, for not every driver has a value: Sep 2026.",)


def test_a_driver_that_comes_from_nothing(url, plan, read, status, orders):
    read(status.sales.metric, None, 0, 0, 0, 500, 500, 500)
    read(orders, None, 0, 0, 0, 10, 10, 10)
    found = analysis(plan).split
    assert [part.shapley for part in found.parts] == [500, 0]
    assert found.rest == 0
    assert "has no value in one of the two" in found.notes[0]


def test_without_figures_the_page_asks_for_a_file(url, manager, viewer, as_):
    page = as_(manager).get(url).content.decode()
    assert "Drop a file here, or choose one" in page
    assert "There are no figures yet" in page
    assert 'class="drop"' not in as_(viewer).get(url).content.decode()


def test_parts_are_asked_for_by_themselves(url, shop, viewer, as_):
    page = as_(viewer).get(f"{url}?against=month", HTTP_HX_TARGET="drivers", **HTMX).content.decode()
    assert page.lstrip().startswith('<section id="drivers"')
    assert 'id="trend"' not in page


def test_viewers_are_offered_no_bottleneck(url, read, status, viewer, as_):
    read(status.sales.metric, None, 900, 900, 500)
    assert "Make it a bottleneck" not in as_(viewer).get(url).content.decode()


def test_strangers_see_none_of_it(url, shop, other_team, as_):
    client = as_(join(other_team, "Stan", "manager"))
    for part in ("trend.csv", "drivers.csv", "formulas/"):
        assert client.get(url + part).status_code == 404


def test_the_number_of_queries_does_not_grow(
    url, read, team, status, shop, viewer, as_, django_assert_max_num_queries
):
    for number in range(5):
        segment = region(team, f"R{number}")
        read(status.sales.metric, segment, *[100 + number] * 30)
    client = as_(viewer)
    client.get(url)
    with django_assert_max_num_queries(24):
        client.get(url)


@pytest.mark.parametrize("page", ["diagnose/", "readings/", "bottlenecks/"])
def test_the_table_is_asked_for_by_itself(url, shop, plan, manager, as_, page):
    answer = as_(manager).get(f"/plans/{plan.pk}/{page}?q=x", HTTP_HX_TARGET="grid", **HTMX)
    assert answer.content.decode().lstrip().startswith('<section id="table"')
