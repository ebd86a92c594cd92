"""What the page of Table 1 says beneath it, from readings in the database."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal as D

import pytest

from planner import changes
from planner.models import Metric, PlanMetric, Reading, SourceCheck
from tests.conftest import join
from tests.planner.diagnose.analysis.pages import analysis, region, words

HTMX = {"HTTP_HX_REQUEST": "true"}
SEPTEMBER = dt.date(2026, 9, 1)


# Unusual changes


def test_a_region_that_drops_is_flagged_in_one_sentence(url, read, team, status, viewer, as_):
    read(status.sales.metric, None, 900, 910, 905, 900, 640)
    read(status.sales.metric, region(team, "East"), 300, 310, 305, 310, 217)
    page = words(as_(viewer).get(url))
    assert "Total sales · East fell 30% month on month in Sep 2026 (310 CNY → 217 CNY)." in page
    assert "Total sales fell 29% month on month in Sep 2026" in page


def test_the_threshold_is_the_teams(url, plan, read, team, status):
    read(status.sales.metric, None, 900, 900, 810)
    assert not analysis(plan).flags
    team.volatility_threshold = D("0.09")
    team.save()
    plan.team.refresh_from_db()
    assert [flag.sentence for flag in analysis(plan).flags] == [
        "Total sales fell 10% month on month in Sep 2026 (900 CNY → 810 CNY)."
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
    assert page.count('value="Total sales · West fell sharply"') == 1
    assert "East rose sharply" not in page
    assert "Improved" in page


def test_a_cost_that_rises_is_bad(url, plan, read, team):
    cost = Metric.objects.create(team=team, name="Cost", kind="cost", direction="lower", aggregation="ratio")
    PlanMetric.objects.create(plan=plan, metric=cost, order=3)
    read(cost, None, 400, 400, 500)
    assert [flag.is_bad for flag in analysis(plan).flags] == [True]


def test_an_outlier_says_what_is_usual(url, plan, read, status):
    read(status.sales.metric, None, 100, 102, 98, 101, 99, 100, 103, 97, 130)
    (flag,) = analysis(plan).flags
    assert flag.sentence.endswith(
        "Total sales was unusual in Sep 2026: 130 CNY (usually 100 CNY; far outside the normal range)."
    )


def test_older_moves_are_told_on_demand(url, read, status, viewer, as_):
    read(status.sales.metric, None, 100, 200, 200, 200, 200, 200)
    client = as_(viewer)
    assert "No unusual changes in this period." in words(client.get(url))
    assert "Total sales rose 100% month on month in May 2026" in words(client.get(f"{url}?flags=year"))


def test_with_two_years_it_is_the_same_month_last_year(url, plan, read, status):
    year = [100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 300]
    read(status.sales.metric, None, *year, *year[:11], 150)
    (flag,) = analysis(plan).flags
    assert flag.sentences[0] == "Total sales fell 50% year on year in Sep 2026 (300 CNY → 150 CNY)."


def test_in_chinese_it_is_said_as_people_say_it(url, read, team, status, viewer, as_):
    read(status.sales.metric, None, 900_000, 900_000, 630_000)
    client = as_(viewer)
    client.cookies["django_language"] = "zh-hans"
    assert "2026年9月，Total sales环比下降 30%（90 万 CNY → 63 万 CNY）。" in words(client.get(url))


@pytest.mark.parametrize(
    ("values", "cause"),
    [
        ((100, 101, 99, 100, 102, 98, 100, 101, 50, 55), "Total sales is unusually low"),
        ((100, 101, 99, 100, 102, 98, 100, 101, 150, 130), "Total sales is unusually high"),
        (
            (*[1000] * 12, *[1100, 1101] * 5, 1100, 1020),
            "Unusual year-on-year change in Total sales",
        ),
    ],
)
def test_an_outlier_that_hardly_moved_is_not_said_to_move(url, plan, read, status, values, cause):
    read(status.sales.metric, None, *values)
    assert (
        next(flag.cause for flag in analysis(plan).flags if flag.month == SEPTEMBER and not flag.move)
        == cause
    )


def test_after_a_hole_the_month_before_is_the_base_again(url, plan, read, status):
    read(status.sales.metric, None, *[100, 101] * 12, *[None] * 15, 100, 101, 100, 101, 100, 101, 100, 50)
    assert "fell 50% month on month in Sep 2026" in analysis(plan).flags[0].sentence


# Completeness


@pytest.fixture
def confirmed(team, manager) -> SourceCheck:
    """CRM was confirmed five days ago."""
    at = dt.datetime(2026, 10, 15, tzinfo=dt.UTC)
    return SourceCheck.objects.create(team=team, source="CRM", by=manager, at=at)


def test_a_source_that_is_not_confirmed_lowers_the_score(url, plan, read, status, team, viewer, as_):
    status.rate.delete()
    read(status.sales.metric, None, *[100] * 3, *[None] * 3)
    read(status.sales.metric, None, *[100] * 3, source="ERP")
    assert analysis(plan).score == "75%"
    at = dt.datetime(2026, 10, 15, tzinfo=dt.UTC)
    SourceCheck.objects.create(team=team, source="CRM", at=at)
    found = analysis(plan)
    assert found.completeness.score == D("5.25") / 6
    assert found.reasons == ["3 values have a source that is not confirmed and count as three quarters."]
    assert f'href="/plans/{plan.pk}/readings/#sources"' in as_(viewer).get(url).content.decode()
    SourceCheck.objects.update(at=at - dt.timedelta(days=40))
    assert analysis(plan).score == "75%"


def test_the_score_says_its_reasons(url, plan, read, team, status, viewer, as_, confirmed):
    """12 cells of sales (one missing, six without a source) and 6 of the rate, none of them there."""
    read(status.sales.metric, None, *[100] * 6, source="")
    Reading.objects.filter(month=dt.date(2026, 6, 1)).delete()
    read(status.sales.metric, None, *[100] * 6, last=dt.date(2026, 3, 1))
    found = analysis(plan)
    assert (found.completeness.expected, found.completeness.present) == (18, 11)
    assert found.completeness.score == D("8.5") / 18
    page = words(as_(viewer).get(url))
    assert "47%" in page
    assert "Customer conversion rate: no data for 6 months." in page
    assert "Total sales: no data for Jun 2026." in page
    assert "5 values have no source and count as half." in page


def test_data_that_ended_long_ago_says_so(url, plan, read, status, confirmed):
    read(status.sales.metric, None, *[100] * 12, last=dt.date(2024, 12, 1))
    read(status.rate.metric, None, *[0.1] * 12, last=dt.date(2024, 12, 1))
    found = analysis(plan)
    assert found.score == "100%"
    assert found.reasons == ["The data ends in Dec 2024. Add data up to Sep 2026."]


def test_few_months_are_told(url, plan, read, status):
    read(status.sales.metric, None, 100, 100)
    assert "Only 2 of the last 6 months have data; six are needed." in analysis(plan).reasons


# Data from long ago


def test_table_1_offers_the_last_months_that_have_data(url, plan, read, status, team, manager, viewer, as_):
    rate = Metric.objects.create(team=team, name="Repurchase rate", kind="rate", aggregation="last")
    bare = Metric.objects.create(team=team, name="Leads", kind="count")
    for order, metric in enumerate((rate, bare), start=2):
        PlanMetric.objects.create(plan=plan, metric=metric, order=order)
    read(status.sales.metric, None, 10, 20, 30, 60, last=dt.date(2020, 6, 1))
    read(rate, None, "0.25", last=dt.date(2020, 5, 1))
    offer = "Their latest data is for Apr 2020 – Jun 2020."
    assert f"{offer} Use Apr 2020 – Jun 2020" in words(as_(manager).get(url))
    seen = words(as_(viewer).get(url))
    assert offer in seen
    assert "Use Apr 2020" not in seen

    page = words(as_(manager).post(f"{url}months/", follow=True))
    assert "Table 1 now uses Apr 2020 – Jun 2020. Undo" in page
    assert offer not in page
    found = {each.row.metric.name: each for each in analysis(plan).standings}
    assert (found["Total sales"].current, found["Repurchase rate"].current) == (D(110) / 3, D("0.25"))
    assert found["Leads"].row.as_of is None
    assert as_(manager).post(f"{url}months/").status_code == 302
    team.refresh_from_db()
    changes.undo(team, team.revision, by=manager)
    assert offer in words(as_(viewer).get(url))


def test_once_the_plans_own_months_have_data_they_are_offered_again(url, plan, read, status, manager, as_):
    read(status.sales.metric, None, 10, last=dt.date(2020, 6, 1))
    as_(manager).post(f"{url}months/")
    read(status.sales.metric, None, 90)
    offer = "Data for Jul 2026 – Sep 2026 is now available; some rows of Table 1 still use earlier months."
    assert offer in words(as_(manager).get(url))
    page = words(as_(manager).post(f"{url}months/", follow=True))
    assert offer not in page
    assert "Table 1 now uses Jul 2026 – Sep 2026. Undo" in page
    assert analysis(plan).standings[0].current == 90


def test_a_typed_value_is_left_where_it_is(url, plan, read, status):
    status.sales.override, status.sales.as_of = 80, dt.date(2026, 4, 1)
    status.sales.save()
    read(status.sales.metric, None, 90, 90, 90)
    assert analysis(plan).other_months is None


def test_only_rows_with_data_in_the_offered_months_are_offered_them(url, plan, read, status, orders):
    PlanMetric.objects.create(plan=plan, metric=orders, order=2)
    read(status.sales.metric, None, 1, last=dt.date(2026, 5, 1))
    read(status.sales.metric, None, 1, last=dt.date(2026, 10, 1))
    read(orders, None, 1, last=dt.date(2020, 5, 1))
    found = analysis(plan).other_months
    assert ([row.metric.name for row in found.rows], found.day) == (["Total sales"], dt.date(2026, 6, 1))


def test_nothing_earlier_is_offered_where_data_stands_or_only_comes_later(url, plan, read, status):
    read(status.sales.metric, None, 10, last=dt.date(2026, 12, 1))
    assert analysis(plan).other_months is None
    read(status.sales.metric, None, 10)
    assert analysis(plan).other_months is None


def test_the_head_of_table_1_says_the_months_where_all_metrics_share_them(
    url, plan, read, status, orders, viewer, as_
):
    PlanMetric.objects.create(plan=plan, metric=orders, order=2, as_of=dt.date(2020, 7, 1))
    assert "Current values: Jul 2026 – Sep 2026" in words(as_(viewer).get(url))
    read(orders, None, 5, last=dt.date(2020, 6, 1))
    assert "Current values: Apr 2020 – Jun 2020" in words(as_(viewer).get(url))
    read(status.sales.metric, None, 10)
    assert "Current values: Jul 2026 – Sep 2026, unless a row says otherwise" in words(as_(viewer).get(url))


# The trend


def test_the_trend_says_when_the_target_is_met(url, plan, read, status):
    read(status.sales.metric, None, *[700_000 + 10_000 * n for n in range(12)])
    assert analysis(plan).trend.sentence == (
        "Growing by 10,000 CNY a month. At this pace, the target of 1,000,000 CNY "
        "will be met in Apr 2028. Seasonality needs 24 months of data in a row; 12 "
        "months have data."
    )


def test_a_fall_never_meets_it(url, plan, read, status):
    read(status.sales.metric, None, *[900_000 - 10_000 * n for n in range(6)])
    assert "At this pace, the target of 1,000,000 CNY won't be met." in analysis(plan).trend.sentence
    assert analysis(plan).trend.sentence.startswith("Falling by 10,000 CNY a month.")


@pytest.mark.parametrize(
    ("second", "pace"),
    [
        (1, "No change from month to month."),
        (3, "Growing by 2 CNY a month."),
        (0, "Falling by 1 CNY a month."),
    ],
)
def test_the_pace_says_where_it_goes(plan, read, status, second, pace):
    read(status.sales.metric, None, 1, second)
    assert analysis(plan).trend.sentence.startswith(f"{pace} A forecast range needs six months of data.")


def test_a_segment_has_a_trend_without_a_target(url, plan, read, team, status):
    east = region(team, "East")
    read(status.sales.metric, None, 1, 2, 3)
    read(status.sales.metric, east, 3, 3, 3)
    found = analysis(plan, trend=f"{status.sales.metric.pk}-{east.pk}").trend
    assert found.series.segment == east
    assert found.target is None
    assert "A forecast range needs six months of data." in found.sentence


def test_values_of_the_chart_are_exact(url, read, status, viewer, as_):
    read(status.sales.metric, None, "100.123456", 110)
    answer = as_(viewer).get(f"{url}trend.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["Month", "Value", "Forecast", "Lower bound", "Upper bound"]
    assert rows[1][:2] == ["2026-08", "100.123456"]
    assert rows[3][:3] == ["2026-10", "", "119.876544"]
    assert as_(viewer).get(f"{url}drivers.csv").status_code == 404
    assert as_(viewer).get(f"{url}else.csv").status_code == 404


def test_without_data_the_page_asks_for_a_file(url, manager, viewer, as_):
    page = as_(manager).get(url).content.decode()
    assert "Drop a file here or choose one" in page
    assert "No data yet. Import" in page
    assert 'class="drop"' not in as_(viewer).get(url).content.decode()


def test_parts_are_asked_for_by_themselves(url, shop, viewer, as_):
    page = as_(viewer).get(f"{url}?against=month", HTTP_HX_TARGET="drivers", **HTMX).content.decode()
    assert page.lstrip().startswith('<section id="drivers"')
    assert 'id="trend"' not in page


def test_viewers_are_offered_no_bottleneck(url, read, status, viewer, as_):
    read(status.sales.metric, None, 900, 900, 500)
    assert "Add as bottleneck" not in as_(viewer).get(url).content.decode()


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
