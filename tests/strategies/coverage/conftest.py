"""A core goal of sales, and the funnel that makes them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import pytest

from planner.models import Formula, Goal, Metric, Reading, Segment


@pytest.fixture
def core(plan, status) -> Goal:
    """Sales from 800,000 to 1,000,000 CNY."""
    return Goal.objects.create(
        plan=plan, name="Q4 sales", metric=status.sales.metric, baseline=800_000, target=1_000_000, unit="CNY"
    )


@pytest.fixture
def funnel(team, core):
    """Sales = leads × conversion × sales per customer: 1,000 × 8 % × 10,000 before the plan."""
    leads = Metric.objects.create(team=team, name="Leads", kind="count")
    rate = Metric.objects.get(team=team, name="Customer conversion rate")
    value = Metric.objects.create(team=team, name="Sales per customer", unit="CNY", aggregation="average")
    whole = Segment.objects.get(team=team, dimension="whole")
    for metric, level in ((leads, 1000), (rate, D("0.08")), (value, 10_000)):
        for month in (7, 8, 9):
            Reading.objects.create(metric=metric, month=dt.date(2026, month, 1), segment=whole, value=level)
    factors = [[leads.pk, None], [rate.pk, None], [value.pk, None]]
    formula = Formula.objects.create(team=team, result=core.metric, factors=factors)
    return formula, leads, rate, value
