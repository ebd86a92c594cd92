"""Metric history: a year of months, in total or for one segment, edited in place."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from planner import changes
from planner.models import Change, Import, Metric, Reading, Segment

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
        row = f"{url}rows/metric-{(metric or status.sales.metric).pk}/?to=2026-09{query}"
        sent = {"cell": month, f"value-{month}": figure, f"source-{month}": said}
        sent |= {f"initial-{name}-{month}": text for name, text in initial.items()}
        return as_(manager).post(row, sent, **HTMX)

    return post


def test_a_year_up_to_the_newest_reading(url, status, viewer, as_):
    read(status, "2026-09", 800_000, source="CRM, September")
    read(status, "2025-10", 500_000)
    read(status, "2025-09", 4321)
    read(status, "2026-09", "0.125", metric=status.rate.metric)
    page = words(as_(viewer).get(url).content.decode())

    assert "Oct 2025 – Sep 2026" in page
    assert "800,000 CRM, September" in page
    assert "500,000 No source" in page
    assert "12.5%" in page
    assert "4,321" not in page
    earlier = as_(viewer).get(f"{url}?to=2025-09").content.decode()
    assert "4,321" in earlier
    assert "800,000" not in earlier


def test_a_plan_that_is_over_shows_its_own_year(url, plan, status, viewer, as_):
    read(status, "2026-09", 800_000)
    read(status, "2027-09", 900_000)
    assert "Oct 2025 – Sep 2026" in words(as_(viewer).get(url).content.decode())


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


def test_a_value_of_a_segment(type_in, team, status):
    east = Segment.objects.create(team=team, dimension="region", name="East")
    type_in("2026-09", "300,000", query=f"&segment={east.pk}")
    assert Reading.objects.get().segment == east
    assert Change.objects.get(model="planner.import", field="").label == "Total sales · East · 2026-09"


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
