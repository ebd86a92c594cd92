"""Rows of Table 1 changed without a form."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from planner import changes
from planner.diagnose.metrics import change_row
from planner.models import Change, Metric, Reading


@pytest.fixture
def record(plan, manager):
    """record() is an open recording of the plan by its manager."""
    return lambda: changes.recording(plan.team, plan=plan, by=manager)


@pytest.fixture
def readings(status):
    """Sales of 800,000 in each of the three months before the plan."""
    for month in (7, 8, 9):
        Reading.objects.create(
            metric=status.sales.metric, month=dt.date(2026, month, 1), segment=status.whole, value=800_000
        )


def test_the_metric_and_its_row_are_written_together(record, status):
    with record() as log:
        change_row(
            log, status.sales, {"name": "Sales", "target": Decimal(900_000), "target_period": "quarter"}
        )

    status.sales.refresh_from_db()
    assert (status.sales.metric.name, status.sales.target) == ("Sales", 900_000)
    assert [(each.model, each.field) for each in Change.objects.order_by("pk")] == [
        ("planner.metric", "old_names"),
        ("planner.metric", "name"),
        ("planner.planmetric", "target"),
        ("planner.planmetric", "target_period"),
    ]


def test_a_value_against_the_readings_says_why(record, status, readings):
    with pytest.raises(ValidationError) as refused, record() as log:
        change_row(log, status.sales, {"override": Decimal(900_000)})
    said = "The data gives 800,000. Enter a source or reason for using another value."
    assert changes.errors_by_field(refused.value) == {"override_reason": [said]}
    assert not Change.objects.exists()

    with record() as log:
        change_row(log, status.sales, {"override": Decimal(900_000), "override_reason": "CRM"})
    status.sales.refresh_from_db()
    assert (status.sales.override, status.sales.override_reason) == (900_000, "CRM")


def test_a_reason_is_not_taken_from_a_value_that_needs_it(record, status, readings):
    with record() as log:
        change_row(log, status.sales, {"override": Decimal(900_000), "override_reason": "CRM"})
    with pytest.raises(ValidationError), record() as log:
        change_row(log, status.sales, {"override_reason": ""})


def test_a_value_as_the_readings_have_it_or_before_there_are_any_needs_no_reason(record, status, readings):
    status.rate.refresh_from_db()
    with record() as log:
        change_row(log, status.sales, {"override": Decimal(800_000)})
        change_row(log, status.rate, {"override": Decimal("0.08")})

    status.rate.refresh_from_db()
    assert (status.rate.override, status.rate.override_reason) == (Decimal("0.08"), "")


def test_what_else_changes_asks_for_no_reason(record, status, readings):
    type(status.sales).objects.filter(pk=status.sales.pk).update(override=1)
    status.sales.refresh_from_db()
    with record() as log:
        change_row(log, status.sales, {"problems": "slow"})

    assert [each.field for each in Change.objects.all()] == ["problems"]


def test_a_reason_goes_with_its_value(record, status):
    with record() as log:
        change_row(log, status.sales, {"override": Decimal(900_000), "override_reason": "CRM"})
    with record() as log:
        change_row(log, status.sales, {"override": None})

    status.sales.refresh_from_db()
    assert (status.sales.override, status.sales.override_reason) == (None, "")


def test_a_name_that_the_team_has_is_refused(record, status, team):
    Metric.objects.create(team=team, name="Visits")
    with (
        pytest.raises(ValidationError, match="The team already has a metric with this name"),
        record() as log,
    ):
        change_row(log, status.sales, {"name": "Visits"})
