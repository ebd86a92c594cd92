"""Table 1 as people meet it: its figures, its cells, its errors, its conflicts, with and without script."""

from __future__ import annotations

import datetime as dt
import html
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from planner import changes
from planner.models import Change, Metric, Plan, PlanMetric, Reading

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def url(plan):
    return f"/plans/{plan.pk}/diagnose/"


@pytest.fixture
def rate_url(url, status):
    return f"{url}rows/metric-{status.rate.pk}/"


@pytest.fixture
def readings(status):
    """July to September: sales 80万 a month on average; conversion 8 % from totals, not from the mean of months."""
    for month, value in ((7, 780_000), (8, 800_000), (9, 820_000)):
        Reading.objects.create(
            metric=status.sales.metric, month=dt.date(2026, month, 1), segment=status.whole, value=value
        )
    for month, won, leads in ((7, 10, 100), (8, 10, 200), (9, 4, 0)):
        Reading.objects.create(
            metric=status.rate.metric, month=dt.date(2026, month, 1), segment=status.whole,
            value=Decimal(won) / (leads or 1), numerator=won, denominator=leads,
        )  # fmt: skip


def test_the_table_prints_current_gap_and_rate(readings, url, manager, as_):
    page = as_(manager).get(url).content.decode()

    assert '<span class="fig">800,000</span><span class="unit">CNY</span>' in page
    assert '<span class="fig">200,000</span><span class="unit">CNY</span>' in page
    assert '<span class="fig">20%</span>' in page
    assert '<span class="fig">8%</span>' in page
    assert '<span class="fig">4</span><span class="unit">pp</span>' in page
    assert '<span class="fig">50%</span>' in page
    assert "Shortfall rate = gap ÷ target: 33.3%" in page


def test_in_chinese_figures_count_in_wan(readings, url, manager, as_):
    client = as_(manager)
    client.cookies["django_language"] = "zh-hans"
    page = client.get(url).content.decode()

    assert '<span class="fig">80</span><span class="unit">万 CNY</span>' in page
    assert "年度目标值" in page
    assert "当前值（近3个月平均）" in page


def test_a_target_is_typed_as_people_type_it(rate_url, status, manager, as_):
    client = as_(manager)
    answer = client.post(rate_url, {"cell": "target", "target": "１５％", "target_period": "month"}, **HTMX)

    assert answer.status_code == 200
    status.rate.refresh_from_db()
    assert status.rate.target == Decimal("0.15")
    assert answer.content.decode().count("<tr") == 1
    assert len(answer.content) < 3000
    assert answer.headers["X-Revision"] == "1"


def test_wan_is_understood(url, status, manager, as_):
    row = f"{url}rows/metric-{status.sales.pk}/"
    as_(manager).post(row, {"cell": "target", "target": "95.5万", "target_period": "month"}, **HTMX)

    status.sales.refresh_from_db()
    assert status.sales.target == Decimal(955_000)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("12o", "is not a number"),
        ("$12", "CNY"),
        ("¥12", "is not a percentage"),
        ("8 12", "could be several numbers"),
        ("NaN", "is not a number"),
        ("1e3", "is not a number"),
    ],
)
def test_what_cannot_be_read_stays_with_a_sentence_beside_it(rate_url, status, manager, as_, typed, sentence):
    answer = as_(manager).post(
        rate_url, {"cell": "target", "target": typed, "target_period": "month"}, **HTMX
    )

    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    assert f'value="{typed}"' in page
    status.rate.refresh_from_db()
    assert status.rate.target == Decimal("0.12")
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("typed", "stored"), [("12", "0.12"), ("1", "0.01"), ("0.5", "0.005"), ("0", "0"), ("8%", "0.08")]
)
def test_a_bare_number_of_a_rate_is_per_cent(rate_url, status, manager, as_, typed, stored):
    PlanMetric.objects.filter(pk=status.rate.pk).update(target="0.2")
    as_(manager).post(rate_url, {"cell": "target", "target": typed, "target_period": "month"}, **HTMX)
    status.rate.refresh_from_db()
    assert status.rate.target == Decimal(stored)


def test_a_rate_shows_its_per_cent_sign_and_opens_as_it_was_saved(rate_url, status, manager, as_, plan):
    client = as_(manager)
    page = client.get(reverse("diagnose", args=[plan.pk])).content.decode()
    row = page[page.index(f'id="metric-{status.rate.pk}"') :]
    assert 'data-v="[&quot;12&quot;,&quot;month&quot;]" data-units="%"' in row[: row.index("</tr>")]
    sales = page[page.index(f'id="metric-{status.sales.pk}"') :]
    assert 'data-units="CNY"' in sales[: sales.index("</tr>")]

    form = client.get(rate_url, {"cell": "target"}).content.decode()
    assert 'value="12"' in form
    assert 'data-unit="%"' in form
    before = Change.objects.count()
    client.post(
        rate_url, {"cell": "target", "target": "12%", "initial-target": "12%", "target_period": "month"}
    )
    assert Change.objects.count() == before


@pytest.mark.parametrize(
    ("typed", "named"), [("$800", "$"), ("€800", "€ (EUR)"), ("800 USD", "USD"), ("800美元", "美元 (USD)")]
)
def test_another_currency_is_refused_and_both_are_named(status, plan, manager, as_, typed, named):
    url = reverse("diagnose-row", args=[plan.pk, f"metric-{status.sales.pk}"])
    answer = as_(manager).post(url, {"cell": "target", "target": typed, "target_period": "month"}, **HTMX)
    assert answer.status_code == 422
    page = html.unescape(answer.content.decode())
    assert named in page
    assert "CNY" in page
    status.sales.refresh_from_db()
    assert status.sales.target == 1_000_000


def test_the_unit_of_a_metric_is_not_another_currency(status, plan, manager, as_):
    url = reverse("diagnose-row", args=[plan.pk, f"metric-{status.sales.pk}"])
    answer = as_(manager).post(
        url, {"cell": "metric", "unit": "USD", "initial-unit": status.sales.metric.unit}, **HTMX
    )
    assert answer.status_code == 422
    assert "CNY" in answer.content.decode()
    assert Metric.objects.get(pk=status.sales.metric_id).unit == status.sales.metric.unit


@pytest.mark.parametrize("typed", ["800 850 900", "800\t850", "800\n850\n900", "80万 90万", "0.5 0.8"])
def test_pasted_lines_never_become_one_number(status, plan, manager, as_, typed):
    url = reverse("diagnose-row", args=[plan.pk, f"metric-{status.sales.pk}"])
    answer = as_(manager).post(url, {"cell": "target", "target": typed, "target_period": "month"}, **HTMX)
    assert answer.status_code == 422
    status.sales.refresh_from_db()
    assert status.sales.target == 1_000_000


def test_a_conflict_shows_both_values_and_saves_neither(rate_url, status, plan, manager, rep, as_):
    opened = {
        "cell": "target",
        "initial-target": "12%",
        "initial-target_period": "month",
        "target_period": "month",
    }
    with changes.recording(plan.team, plan=plan, by=rep) as log:
        status.rate.target = Decimal("0.2")
        log.save(status.rate)

    answer = as_(manager).post(rate_url, {**opened, "target": "15%"}, **HTMX)

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "20%" in page
    assert "15%" in page
    assert "Rick" in page
    status.rate.refresh_from_db()
    assert status.rate.target == Decimal("0.2")

    again = as_(manager).post(rate_url, {**opened, "initial-target": "20%", "target": "15%"}, **HTMX)
    assert again.status_code == 200
    status.rate.refresh_from_db()
    assert status.rate.target == Decimal("0.15")


def test_edits_of_different_cells_both_stand(rate_url, status, plan, manager, rep, as_):
    with changes.recording(plan.team, plan=plan, by=rep) as log:
        status.rate.problems = "slow answers"
        log.save(status.rate)

    sent = {"cell": "target", "initial-target": "12%", "initial-target_period": "month"}
    as_(manager).post(rate_url, {**sent, "target": "15%", "target_period": "month"}, **HTMX)

    status.rate.refresh_from_db()
    assert (status.rate.target, status.rate.problems) == (Decimal("0.15"), "slow answers")


def test_a_cell_left_as_it_was_does_not_overwrite_anything(rate_url, status, plan, manager, rep, as_):
    with changes.recording(plan.team, plan=plan, by=rep) as log:
        status.rate.target = Decimal("0.2")
        log.save(status.rate)

    sent = {"cell": "target", "initial-target": "12%", "initial-target_period": "month"}
    answer = as_(manager).post(rate_url, {**sent, "target": "12%", "target_period": "month"}, **HTMX)

    assert answer.status_code == 200
    status.rate.refresh_from_db()
    assert status.rate.target == Decimal("0.2")


def test_a_typed_value_beside_readings_says_why(readings, rate_url, status, manager, as_):
    client = as_(manager)
    refused = client.post(rate_url, {"cell": "current", "override": "9%", "override_reason": ""}, **HTMX)
    assert refused.status_code == 422
    assert "The data gives 8%" in refused.content.decode()

    taken = client.post(
        rate_url, {"cell": "current", "override": "9%", "override_reason": "CRM, recount"}, **HTMX
    )
    assert taken.status_code == 200
    assert "Entered by hand · CRM, recount" in taken.content.decode()


def test_a_first_value_needs_no_readings(rate_url, status, manager, as_):
    as_(manager).post(rate_url, {"cell": "current", "override": "8%", "override_reason": ""}, **HTMX)

    status.rate.refresh_from_db()
    assert status.rate.override == Decimal("0.08")


def test_a_current_value_typed_over_the_data_offers_that(
    readings, url, rate_url, status, manager, viewer, as_, plan
):
    client = as_(manager)
    client.post(rate_url, {"cell": "current", "override": "9%", "override_reason": "CRM, recount"}, **HTMX)
    page = client.get(f"{url}?q=rate").content.decode()
    assert "Data: 8%" in page
    assert "Data: 8%" in as_(viewer).get(url).content.decode()
    assert 'form="using"' not in as_(viewer).get(url).content.decode()
    (address,) = re.findall(r'form="using" formaction="([^"]*)"', page)

    client.post(rate_url, {"cell": "current", "override": "10%", "override_reason": "CRM"}, **HTMX)
    refused = client.post(html.unescape(address), follow=True)
    assert "Someone changed “Customer conversion rate” in the meantime." in refused.content.decode()
    status.rate.refresh_from_db()
    assert status.rate.override == Decimal("0.1")

    (address,) = re.findall(
        r'form="using" formaction="([^"]*)"', client.get(f"{url}?q=rate").content.decode()
    )
    answer = client.post(html.unescape(address), follow=True)
    assert answer.redirect_chain[-1][0] == f"{url}?q=rate#metric-{status.rate.pk}"
    status.rate.refresh_from_db()
    assert (status.rate.override, status.rate.override_reason) == (None, "")
    assert "Data: 8%" not in client.get(url).content.decode()
    changes.undo(plan.team, Change.objects.latest("revision").revision, by=manager, plan=plan)
    status.rate.refresh_from_db()
    assert (status.rate.override, status.rate.override_reason) == (Decimal("0.1"), "CRM")


def test_an_annual_target_of_what_adds_up_is_scaled_to_a_month(readings, url, status, manager, as_):
    row = f"{url}rows/metric-{status.sales.pk}/"
    answer = as_(manager).post(
        row, {"cell": "target", "target": "12,000,000", "target_period": "year"}, **HTMX
    )

    page = answer.content.decode()
    assert "1,000,000 CNY a month" in page
    assert '<span class="fig">20%</span>' in page


def test_a_surplus_is_never_painted_as_a_problem(readings, url, status, manager, as_):
    PlanMetric.objects.filter(pk=status.sales.pk).update(target=500_000)
    page = as_(manager).get(url).content.decode()

    assert "Surplus" in page
    assert 'class="bar good"' in page


def test_a_target_of_zero_gives_a_reason_and_no_rate(readings, url, status, manager, as_):
    PlanMetric.objects.filter(pk=status.sales.pk).update(target=0)

    assert "Can&#x27;t be calculated (target is 0)" in as_(manager).get(url).content.decode()


def test_sorting_compares_by_the_share_of_the_target(readings, url, status, manager, as_):
    page = as_(manager).get(f"{url}?sort=-rate").content.decode()

    assert page.index(f'id="metric-{status.rate.pk}"') < page.index(f'id="metric-{status.sales.pk}"')


def test_a_metric_that_the_team_has_is_used_again(url, plan, team, manager, as_):
    known = Metric.objects.create(team=team, name="Orders", kind="count")
    sent = {"name": "orders", "kind": "count", "direction": "higher"}
    answer = as_(manager).post(f"{url}rows/?kind=metric", sent, **HTMX)

    assert answer.status_code == 200
    assert plan.metrics.get(metric=known).basis == "shortfall"
    assert Metric.objects.filter(team=team, name__iexact="orders").count() == 1


@pytest.mark.parametrize(("name", "bottleneck"), [("repurchase RATE", "value"), ("Visits", "")])
def test_a_metric_of_the_method_says_which_kind_of_bottleneck_it_speaks_of(
    url, team, manager, as_, name, bottleneck
):
    sent = {"name": name, "kind": "rate", "direction": "higher"}
    as_(manager).post(f"{url}rows/?kind=metric", sent, **HTMX)

    assert Metric.objects.get(team=team).bottleneck == bottleneck


def test_a_metric_is_added_once(url, plan, status, manager, as_):
    sent = {"name": "Total sales", "kind": "amount", "direction": "higher"}
    answer = as_(manager).post(f"{url}rows/?kind=metric", sent, **HTMX)

    assert answer.status_code == 422
    assert "is already in the table" in answer.content.decode()
    assert plan.metrics.count() == 2


def test_removing_offers_undo_and_undo_brings_the_row_back(url, plan, status, manager, as_):
    client = as_(manager)
    answer = client.post(f"{url}rows/metric-{status.rate.pk}/remove/", **HTMX)
    assert "data-gone" in answer.content.decode()
    assert f"/plans/{plan.pk}/undo/1/" in answer.headers["HX-Trigger"]

    assert client.post(f"/plans/{plan.pk}/undo/1/", **HTMX).status_code == 204
    assert plan.metrics.count() == 2


def test_without_script_a_cell_is_a_page_with_a_form(rate_url, url, status, manager, as_):
    client = as_(manager)
    page = client.get(f"{rate_url}?cell=target").content.decode()
    assert 'name="initial-target" value="12"' in page

    answer = client.post(rate_url, {"cell": "target", "target": "15%", "target_period": "month"})
    assert answer.status_code == 302
    assert answer.url.startswith(url)


def test_an_open_page_gets_the_rows_that_others_changed(url, status, plan, rep, manager, as_):
    client = as_(rep)
    assert client.get(f"{url}changes/?since=0").status_code == 204
    row = f"{url}rows/metric-{status.rate.pk}/"
    as_(manager).post(row, {"cell": "problems", "problems": "slow"}, **HTMX)

    answer = client.get(f"{url}changes/?since=0")
    assert answer.content.decode().count("<tr") == 1
    assert "slow" in answer.content.decode()
    assert client.get(f"{url}changes/?since={answer.headers['X-Revision']}").status_code == 204


def test_a_viewer_sees_no_way_to_edit(url, status, viewer, as_):
    page = as_(viewer).get(url).content.decode()

    assert 'class="cell"' not in page
    assert "remove/" not in page


def test_what_people_type_is_escaped(url, status, manager, as_):
    row = f"{url}rows/metric-{status.rate.pk}/"
    as_(manager).post(row, {"cell": "problems", "problems": "<script>alert(1)</script>"}, **HTMX)

    page = as_(manager).get(url).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_page_asks_as_often_for_three_rows_as_for_one(
    url, plan, team, status, manager, as_, django_assert_num_queries
):
    client = as_(manager)
    client.get(url)
    PlanMetric.objects.filter(pk=status.rate.pk).delete()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for name in ("a", "b"):
        PlanMetric.objects.create(plan=plan, metric=Metric.objects.create(team=team, name=name))
    with django_assert_num_queries(len(one)):
        client.get(url)


@pytest.fixture
def spring(status):
    """April to June: sales 60万 a month, conversion 5 %."""
    for month in (4, 5, 6):
        day = dt.date(2026, month, 1)
        for row, value in ((status.sales, 600_000), (status.rate, "0.05")):
            Reading.objects.create(metric=row.metric, month=day, segment=status.whole, value=value)


def shown(client, url: str) -> str:
    page = re.sub("<[^>]+>", " ", client.get(url).content.decode().replace("\xa0", " "))
    return " ".join(page.split())


def test_one_setting_of_the_months_is_that_of_all_rows(
    readings, spring, url, plan, status, team, manager, as_
):
    client = as_(manager)
    page = client.get(url).content.decode()
    assert '<option value="" selected>The plan&#x27;s: Jul 2026 – Sep 2026</option>' in page
    assert '<option value="2026-07-01">Apr 2026 – Jun 2026</option>' in page
    assert "as_of" not in client.get(f"{url}rows/metric-{status.sales.pk}/?cell=current").content.decode()

    other = Plan.objects.create(team=team, name="Q1", start=plan.start, end=plan.end)
    theirs = PlanMetric.objects.create(plan=other, metric=status.sales.metric)
    answer = client.post(f"{url}as-of/", {"as_of": "2026-07-01"}, follow=True)
    assert "Table 1 now uses Apr 2026 – Jun 2026." in answer.content.decode()
    assert set(plan.metrics.values_list("as_of", flat=True)) == {dt.date(2026, 7, 1)}
    theirs.refresh_from_db()
    assert theirs.as_of is None
    page = shown(client, url)
    assert "Current values: Apr 2026 – Jun 2026" in page
    assert "600,000" in page
    client.post(
        f"{url}rows/",
        {"name": "Visits", "kind": "count", "direction": "higher"},
        query_params={"kind": "metric"},
    )
    assert plan.metrics.latest("pk").as_of == dt.date(2026, 7, 1)

    client.post(f"{url}as-of/", {"as_of": ""})
    assert set(plan.metrics.values_list("as_of", flat=True)) == {None}
    changes.undo(team, Change.objects.latest("revision").revision, by=manager, plan=plan)
    assert set(plan.metrics.values_list("as_of", flat=True)) == {dt.date(2026, 7, 1)}


def test_a_row_that_looks_at_other_months_says_so(readings, spring, url, plan, status, manager, as_):
    Metric.objects.create(team=plan.team, name="Third", kind="count")
    PlanMetric.objects.create(
        plan=plan, metric=Metric.objects.get(name="Third"), order=3, as_of=dt.date(2026, 7, 1)
    )
    client = as_(manager)
    PlanMetric.objects.filter(pk=status.sales.pk).update(as_of=dt.date(2026, 7, 1))
    page = shown(client, url)
    assert "Current values: Apr 2026 – Jun 2026, unless a row says otherwise" in page
    assert "8% Jul 2026 – Sep 2026" in page
    assert "600,000 CNY Apr" not in page


@pytest.mark.parametrize("day", ["July", "2026-13-01", "1066-07-01"])
def test_months_that_make_no_sense_are_refused(url, plan, status, manager, as_, day):
    page = as_(manager).post(f"{url}as-of/", {"as_of": day}, follow=True).content.decode()
    assert "Enter a valid date, such as 2026-10-01." in page or "Choose a date between 1990 and 2199." in page
    assert set(plan.metrics.values_list("as_of", flat=True)) == {None}
