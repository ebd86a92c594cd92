"""The history of the figures: a year of months, in total or for one segment."""

from __future__ import annotations

import datetime as dt
import re

from django.db import connection
from django.test.utils import CaptureQueriesContext

from planner.models import Metric, Reading, Segment


def read(status, month: str, value, segment=None, **more) -> None:
    metric = more.pop("metric", status.sales.metric)
    Reading.objects.create(
        metric=metric, segment=segment or status.whole, month=dt.date.fromisoformat(f"{month}-01"), value=value, **more
    )  # fmt: skip


def words(page: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", page).replace("\xa0", " ").split())


def test_a_year_up_to_the_newest_reading(plan, status, viewer, as_):
    read(status, "2026-09", 800_000, source="CRM, September")
    read(status, "2025-10", 500_000)
    read(status, "2025-09", 4321)
    read(status, "2026-09", "0.125", metric=status.rate.metric)
    page = as_(viewer).get(f"/plans/{plan.pk}/readings/").content.decode()

    assert "Oct 2025 – Sep 2026" in words(page)
    assert "800,000" in page
    assert 'title="CRM, September"' in page
    assert "500,000" in page
    assert 'title="no source given"' in page
    assert "12.5%" in page
    assert "4,321" not in page
    earlier = as_(viewer).get(f"/plans/{plan.pk}/readings/?to=2025-09").content.decode()
    assert "4,321" in earlier
    assert "800,000" not in earlier


def test_one_segment_at_a_time(plan, team, status, viewer, as_, other_team):
    east = Segment.objects.create(team=team, dimension="region", name="East")
    of_others = Segment.objects.create(team=other_team, dimension="region", name="Elsewhere")
    read(status, "2026-09", 800_000)
    read(status, "2026-09", 300_000, east)
    browser = as_(viewer)
    page = browser.get(f"/plans/{plan.pk}/readings/?segment={east.pk}").content.decode()
    assert "300,000" in page
    assert "800,000" not in page
    assert "800,000" in browser.get(f"/plans/{plan.pk}/readings/?segment={of_others.pk}").content.decode()
    assert "800,000" in browser.get(f"/plans/{plan.pk}/readings/?segment=x&to=never").content.decode()


def test_table_1_leads_there(plan, status, viewer, as_):
    assert (
        f'href="/plans/{plan.pk}/readings/"'
        in as_(viewer).get(f"/plans/{plan.pk}/diagnose/").content.decode()
    )


def test_the_number_of_queries_does_not_grow(plan, team, status, viewer, as_):
    browser = as_(viewer)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            browser.get(f"/plans/{plan.pk}/readings/")
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
