"""Metric history: a year of months, in total or for one segment, edited in place."""

from __future__ import annotations

import datetime as dt
import html
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from planner import changes
from planner.diagnose.standings import standings
from planner.models import Change, Import, Metric, Reading, Segment
from tests.conftest import TODAY

HTMX = {"HTTP_HX_REQUEST": "true"}


def read(status, month: str, value, segment=None, **more) -> Reading:
    metric = more.pop("metric", status.sales.metric)
    return Reading.objects.create(
        metric=metric, segment=segment or status.whole, month=dt.date.fromisoformat(f"{month}-01"), value=value, **more
    )  # fmt: skip


def words(page: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", page).replace("\xa0", " ").split())


@pytest.fixture
def url(plan):
    return f"/plans/{plan.pk}/readings/"


@pytest.fixture
def type_in(url, status, manager, as_):
    """type_in(month, value, source) types in a cell of total sales, as the manager."""

    def post(month: str, figure: str, said: str = "", metric=None, query: str = "", **initial: str):
        period = query if "&to=" in query else f"&to=2026-10{query}"
        row = f"{url}rows/metric-{(metric or status.sales.metric).pk}/?{period}"
        sent = {"cell": month, f"value-{month}": figure, f"source-{month}": said}
        sent |= {f"initial-{name}-{month}": text for name, text in initial.items()}
        return as_(manager).post(row, sent, **HTMX)

    return post


@pytest.fixture(autouse=True)
def on_a_november_day(monkeypatch):
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: TODAY)


def headings(page: str) -> list[str]:
    return [words(each) for each in re.findall('<th scope="col".*?</th>', page, re.DOTALL)][1:-1]


def editable(page: str) -> set[str]:
    """The months whose cells open an editor."""
    return set(re.findall(r"[?;]cell=([0-9]{4}-[0-9]{2})", page))


def test_a_year_with_its_values_and_sources(url, status, viewer, as_):
    read(status, "2026-09", 800_000, source="CRM, September")
    read(status, "2025-12", 500_000)
    read(status, "2025-11", 4321)
    read(status, "2026-09", "0.125", metric=status.rate.metric)
    page = words(as_(viewer).get(url).content.decode())

    assert "Dec 2025 – Nov 2026" in page
    assert "800,000 CRM, September" in page
    assert "500,000 No source" in page
    assert "12.5%" in page
    assert "4,321" not in page
    earlier = as_(viewer).get(f"{url}?to=2025-11").content.decode()
    assert "4,321" in earlier
    assert "800,000" not in earlier


@pytest.mark.parametrize("newest", [None, "2024-05", "2026-09", "2026-11", "2027-03"])
def test_the_month_that_has_ended_and_the_running_one_are_the_last(url, status, manager, as_, newest):
    if newest:
        read(status, newest, 700_000)
    page = as_(manager).get(url).content.decode()

    assert headings(page)[-2:] == ["Oct 2026", "Nov 2026 (in progress)"]
    assert {"2026-10", "2026-11"} <= editable(page)
    assert "Nov 2026 is in progress and is not counted yet." in words(page)


def test_on_the_first_day_of_a_month_that_one_is_running(url, status, manager, as_, monkeypatch):
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: dt.date(2026, 12, 1))
    page = as_(manager).get(url).content.decode()
    assert headings(page)[-2:] == ["Nov 2026", "Dec 2026 (in progress)"]


def test_a_plan_that_is_over_shows_them_too(url, plan, status, manager, as_):
    type(plan).objects.update(start=dt.date(2023, 7, 1), end=dt.date(2023, 9, 30))
    assert "2026-10" in editable(as_(manager).get(url).content.decode())


def test_the_running_month_is_kept_and_not_counted(type_in, plan, status, team, manager, as_):
    for month in ("2026-07", "2026-08", "2026-09"):
        read(status, month, 600_000, source="CRM")
    assert type_in("2026-11", "900,000", "so far", query="&to=2026-11").status_code == 200
    assert Reading.objects.get(month=dt.date(2026, 11, 1)).value == 900_000
    row = words(as_(manager).get(f"/plans/{plan.pk}/readings/").content.decode())
    assert "900,000 In progress, not counted yet Entered by hand so far" in row
    (standing, _rate) = standings(plan, plan.metrics.select_related("metric", "plan"))
    assert standing.current == 600_000


def test_the_line_of_the_months_leaves_the_running_one_out(url, status, viewer, as_):
    """Two full months make a line; a full one and a part of one would make a drop."""
    read(status, "2026-10", 600_000)
    read(status, "2026-11", 20_000)
    assert 'class="spark"' not in as_(viewer).get(url).content.decode()
    read(status, "2026-09", 500_000)
    assert 'class="spark"' in as_(viewer).get(url).content.decode()


@pytest.mark.parametrize("who", ["empty", "with values"])
def test_every_earlier_year_can_be_reached_and_entered(url, status, manager, as_, who):
    if who == "with values":
        read(status, "2026-10", 1)
    client, seen, page = as_(manager), [], ""
    address = url
    for _step in range(15):
        page = client.get(address).content.decode()
        seen.append(headings(page)[0])
        address = url + html.unescape(re.search(r'href="(\?[^"]*)" rel="prev"', page)[1])
    assert seen[:3] == ["Dec 2025", "Dec 2024", "Dec 2023"]
    assert seen[-1] == "Dec 2011"
    assert "2011-12" in editable(page)
    later = url + html.unescape(re.search(r'href="(\?[^"]*)" rel="next"', page)[1])
    assert headings(client.get(later).content.decode())[0] == "Dec 2012"


def test_the_steps_keep_the_segment_and_end_with_the_running_month(url, team, status, viewer, as_):
    east = Segment.objects.create(team=team, dimension="region", name="East")
    page = as_(viewer).get(f"{url}?segment={east.pk}&to=2026-03").content.decode()
    (later,) = re.findall(r'href="(\?[^"]*)" rel="next"', page)
    assert html.unescape(later) == f"?segment={east.pk}&to=2026-11"
    assert 'rel="next"' not in as_(viewer).get(url).content.decode()


def test_months_that_a_file_brought_ahead_are_shown_and_cannot_be_typed(url, status, manager, as_, type_in):
    read(status, "2027-03", 123_456)
    address = re.search(r'href="(\?[^"]*)" rel="next"', as_(manager).get(url).content.decode())[1]
    ahead = as_(manager).get(url + html.unescape(address))
    assert "123,456" in ahead.content.decode()
    assert max(editable(ahead.content.decode())) == "2026-11"
    answer = type_in("2026-12", "900,000", query="&to=2026-12")
    assert answer.status_code == 422
    assert "Dec 2026 has not started yet. You can enter values up to Nov 2026." in words(
        answer.content.decode()
    )
    assert not Reading.objects.filter(month=dt.date(2026, 12, 1)).exists()


def test_a_metric_of_no_plan_can_be_entered_too(url, team, status, manager, as_, type_in, other_team):
    visits = Metric.objects.create(team=team, name="Visits", kind="count")
    Metric.objects.create(team=other_team, name="Secret count", kind="count")
    page = as_(manager).get(url).content.decode()
    assert f'id="metric-{visits.pk}"' in page
    assert "Secret count" not in page
    assert type_in("2026-10", "12", metric=visits).status_code == 200


def test_one_segment_at_a_time(url, team, status, viewer, as_, other_team):
    east = Segment.objects.create(team=team, dimension="region", name="East")
    of_others = Segment.objects.create(team=other_team, dimension="region", name="Elsewhere")
    read(status, "2026-09", 800_000)
    read(status, "2026-09", 300_000, east)
    browser = as_(viewer)
    page = browser.get(f"{url}?segment={east.pk}").content.decode()
    assert "300,000" in page
    assert "800,000" not in page
    assert "800,000" in browser.get(f"{url}?segment={of_others.pk}").content.decode()
    assert "800,000" in browser.get(f"{url}?segment=x&to=never").content.decode()
    assert ">Region: East</option>" in page
    browser.cookies["django_language"] = "zh-hans"
    assert ">区域：East</option>" in browser.get(url).content.decode()


def test_table_1_leads_there(plan, status, viewer, as_):
    assert (
        f'href="/plans/{plan.pk}/readings/"'
        in as_(viewer).get(f"/plans/{plan.pk}/diagnose/").content.decode()
    )


def test_a_value_is_typed_with_its_source(type_in, status, manager):
    answer = type_in("2026-09", "80万", "CRM, September")
    assert answer.status_code == 200
    assert "800,000" in answer.content.decode()
    (found,) = Reading.objects.all()
    assert (found.value, found.source, found.entered_by) == (Decimal(800_000), "CRM, September", manager)
    assert (found.segment, found.month) == (status.whole, dt.date(2026, 9, 1))
    change = Change.objects.get(model="planner.import", field="")
    assert change.label == "Total sales · 2026-09"


def test_a_typed_zero_is_a_value(type_in, plan, status, manager):
    read(status, "2026-09", 700_000, source="CRM")
    answer = type_in("2026-09", "0", "CRM")
    assert answer.status_code == 200
    assert Reading.objects.get().value == 0
    opened = type_in("2026-08", "-", "CRM")  # refused: the row as it stands comes back
    assert opened.status_code == 422
    assert Reading.objects.get().value == 0
    changes.undo(plan.team, Change.objects.latest("revision").revision, by=manager, plan=plan)
    assert Reading.objects.get().value == 700_000


def test_a_value_of_a_segment(type_in, team, status):
    east = Segment.objects.create(team=team, dimension="region", name="East")
    type_in("2026-09", "300,000", query=f"&segment={east.pk}")
    assert Reading.objects.get().segment == east
    assert Change.objects.get(model="planner.import", field="").label == "Total sales · East · 2026-09"


def test_without_script_a_cell_of_a_segment_and_an_earlier_year_is_that_cell(url, team, status, manager, as_):
    east = Segment.objects.create(team=team, dimension="region", name="East")
    client, address = as_(manager), f"{url}?segment={east.pk}&to=2024-12"
    (link,) = re.findall(
        rf'href="(rows/metric-{status.sales.metric_id}/[^"]*cell=2024-03)"',
        client.get(address).content.decode(),
    )
    page = client.get(url + html.unescape(link)).content.decode()
    action = html.unescape(re.search(r'class="editor[^>]*action="([^"]*)"', page, re.DOTALL)[1])
    answer = client.post(action, {"cell": "2024-03", "value-2024-03": "5", "source-2024-03": "CRM"})
    assert answer.url == f"{address}#metric-{status.sales.metric_id}"
    found = Reading.objects.get()
    assert (found.segment, found.month) == (east, dt.date(2024, 3, 1))


def test_what_was_typed_can_be_undone(type_in, plan, status, manager):
    read(status, "2026-09", 700_000, source="CRM")
    type_in("2026-09", "800,000", "by phone")
    changes.undo(plan.team, Change.objects.latest("revision").revision, by=manager, plan=plan)
    found = Reading.objects.get()
    assert (found.value, found.source) == (Decimal(700_000), "CRM")


def test_an_emptied_cell_takes_the_reading_away_and_undo_brings_it_back(type_in, plan, status, manager):
    read(status, "2026-09", 700_000, source="CRM")
    assert type_in("2026-09", "", "").status_code == 200
    assert not Reading.objects.exists()
    changes.undo(plan.team, Change.objects.latest("revision").revision, by=manager, plan=plan)
    assert Reading.objects.get().value == 700_000


def test_a_value_that_was_typed_over_an_imported_one_offers_that(type_in, url, status, manager, viewer, as_):
    read(status, "2026-09", 700_000, source="CRM")
    read(status, "2026-08", 650_000, source="CRM")
    type_in("2026-09", "800,000", "by phone")
    page = words(as_(manager).get(url).content.decode())
    assert "800,000 Entered by hand by phone" in page
    assert "Data: 700,000 Use it" in page
    assert "Data: 650,000" not in page
    seen = words(as_(viewer).get(url).content.decode())
    assert "Data: 700,000" in seen
    assert "Use it" not in seen


def use_button(page: str) -> str:
    (address,) = re.findall(r'form="using" formaction="([^"]*)"', page)
    return html.unescape(address)


def test_the_imported_value_is_used_again(type_in, plan, url, status, manager, as_):
    read(status, "2026-09", "0.08", metric=status.rate.metric, numerator=8, denominator=100, source="CRM")
    type_in("2026-09", "12%", "by phone", metric=status.rate.metric)
    client = as_(manager)
    address = use_button(client.get(f"{url}?to=2026-10").content.decode())
    answer = client.post(address, follow=True)
    assert answer.redirect_chain[-1][0] == f"{url}?to=2026-10#metric-{status.rate.metric_id}"
    found = Reading.objects.get()
    assert (found.value, found.numerator, found.denominator, found.source) == (Decimal("0.08"), 8, 100, "CRM")
    assert (found.is_typed, found.imported_value) == (False, None)
    changes.undo(plan.team, Change.objects.latest("revision").revision, by=manager, plan=plan)
    found.refresh_from_db()
    assert (found.value, found.source, found.is_typed) == (Decimal("0.12"), "by phone", True)
    assert (found.imported_value, found.imported_source) == (Decimal("0.08"), "CRM")


def test_used_twice_the_data_is_used_once(type_in, url, status, manager, as_):
    read(status, "2026-09", 700_000, source="CRM")
    type_in("2026-09", "800,000", "by phone")
    client = as_(manager)
    address = use_button(client.get(url).content.decode())
    for _click in range(2):
        page = client.post(address, follow=True)
        assert "“Total sales · Sep 2026” now uses the data." in words(page.content.decode())
    assert Import.objects.count() == 2
    assert Reading.objects.get().value == 700_000


def test_a_value_that_was_typed_anew_meanwhile_is_not_replaced(type_in, url, status, manager, as_):
    read(status, "2026-09", 700_000, source="CRM")
    type_in("2026-09", "800,000", "by phone")
    client = as_(manager)
    address = use_button(client.get(url).content.decode())
    type_in("2026-09", "900,000", "by letter")
    page = client.post(address, follow=True).content.decode()
    assert "Someone changed “Total sales · Sep 2026” in the meantime. Nothing was saved." in words(page)
    assert Reading.objects.get().value == 900_000


def test_the_same_value_from_a_later_file_is_not_offered(type_in, url, status, manager, as_):
    read(status, "2026-09", 700_000, source="CRM")
    type_in("2026-09", "800,000", "by phone")
    Reading.objects.update(imported_value=800_000)
    page = words(as_(manager).get(url).content.decode())
    assert "800,000 Entered by hand by phone" in page
    assert "Use it" not in page


def test_clearing_a_typed_value_shows_the_imported_one(type_in, status):
    read(status, "2026-09", 700_000, source="CRM")
    type_in("2026-09", "800,000", "by phone")
    type_in("2026-09", "850,000", "by phone")
    type_in("2026-09", "", "")
    found = Reading.objects.get()
    assert (found.value, found.source, found.is_typed) == (Decimal(700_000), "CRM", False)
    type_in("2026-09", "", "")
    assert not Reading.objects.exists()


def test_typing_the_imported_value_again_takes_the_typed_one_away(type_in, status):
    read(status, "2026-09", 700_000, source="CRM")
    type_in("2026-09", "800,000", "by phone")
    type_in("2026-09", "700,000", "by phone")
    found = Reading.objects.get()
    assert (found.value, found.source, found.is_typed) == (Decimal(700_000), "CRM", False)


def test_another_source_alone_makes_no_typed_value(type_in, plan, status, manager):
    read(status, "2026-09", 700_000, source="x")
    type_in("2026-09", "700,000", "CRM")
    found = Reading.objects.get()
    assert (found.source, found.is_typed, found.imported_value) == ("CRM", False, None)
    changes.undo(plan.team, Change.objects.latest("revision").revision, by=manager, plan=plan)
    assert Reading.objects.get().source == "x"


def test_a_rate_is_typed_in_per_cent_and_loses_totals_that_no_longer_fit(type_in, status):
    read(status, "2026-09", "0.08", metric=status.rate.metric, numerator=8, denominator=100)
    type_in("2026-09", "12", metric=status.rate.metric)
    found = Reading.objects.get()
    assert (found.value, found.numerator, found.denominator) == (Decimal("0.12"), None, None)


def test_only_a_new_source_keeps_the_totals(type_in, status):
    read(status, "2026-09", "0.08", metric=status.rate.metric, numerator=8, denominator=100)
    type_in("2026-09", "8%", "CRM", metric=status.rate.metric)
    found = Reading.objects.get()
    assert (found.source, found.numerator, found.denominator) == ("CRM", 8, 100)


def test_somebody_elses_value_is_never_lost(type_in, status, rep):
    read(status, "2026-09", 750_000, entered_by=rep)
    answer = type_in("2026-09", "800,000", value="700,000", source="")
    assert answer.status_code == 409
    page = words(answer.content.decode())
    assert "Rick entered" in page
    assert "750,000" in page
    assert Reading.objects.get().value == 750_000


def test_what_is_no_figure_is_refused_and_kept(type_in):
    answer = type_in("2026-09", "much", "CRM")
    assert answer.status_code == 422
    assert 'value="much"' in answer.content.decode()
    assert not Reading.objects.exists()


def test_nothing_typed_changes_nothing(type_in, status, team):
    read(status, "2026-09", 700_000, source="CRM")
    type_in("2026-09", "700,000", "CRM")
    team.refresh_from_db()
    assert team.revision == 0
    assert not Import.objects.exists()


def test_metrics_of_strangers_are_not_found(type_in, other_team):
    theirs = Metric.objects.create(team=other_team, name="Theirs")
    assert type_in("2026-09", "1", metric=theirs).status_code == 404


def test_typed_values_are_no_files(type_in, url, manager, as_):
    type_in("2026-09", "800,000")
    assert 'id="files"' not in as_(manager).get(url).content.decode()


def test_others_see_what_was_typed(type_in, url, status, viewer, as_):
    type_in("2026-09", "800,000", "CRM")
    answer = as_(viewer).get(f"{url}changes/?since=0&to=2026-09", **HTMX)
    assert f'id="metric-{status.sales.metric_id}"' in answer.content.decode()


def test_the_number_of_queries_does_not_grow(url, team, status, viewer, as_):
    browser = as_(viewer)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get(url)
        return len(queries)

    read(status, "2026-09", 1)
    asked()
    few = asked()
    for number in range(8):
        metric = Metric.objects.create(team=team, name=f"m{number}")
        for month in ("2026-07", "2026-08"):
            read(status, month, number, metric=metric)
        Segment.objects.create(team=team, dimension="region", name=f"R{number}")
    assert asked() == few
