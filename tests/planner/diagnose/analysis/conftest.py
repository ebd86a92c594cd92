"""Readings for the diagnosis, on a day that stands still."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import pytest
from django.utils import translation

from planner.arithmetic.periods import add_months
from planner.models import Metric, Reading, Segment

SEPTEMBER = dt.date(2026, 9, 1)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def url(plan, monkeypatch):
    """Table 1 as it is on 20 October: September is the last month that is over."""
    day = dt.date(2026, 10, 20)
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: now.date() if now else day)
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


@pytest.fixture
def shop(read, status, orders, customers):
    """Customers 10 → 12, orders per customer 2 → 2.5, order value 50 → 40: sales 1,000 → 1,200 a month."""
    read(customers, None, *[10] * 3, *[12] * 3)
    read(orders, None, *[20] * 3, *[30] * 3)
    read(status.sales.metric, None, *[1000] * 3, *[1200] * 3)
