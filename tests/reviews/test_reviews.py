"""Reviews begun without a form: of a period of the plan, and one of each."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from planner import changes
from planner.models import Change
from reviews.models import Review
from reviews.reviews import add_review, periods_of

OCTOBER, NOVEMBER, DECEMBER = (dt.date(2026, month, 1) for month in (10, 11, 12))


@pytest.fixture
def record(plan, manager):
    """record() is an open recording of the plan by its manager."""
    return lambda: changes.recording(plan.team, plan=plan, by=manager)


def test_a_plan_looks_back_on_its_months_and_then_on_the_quarter_that_they_are(plan):
    months = [("month", OCTOBER), ("month", NOVEMBER), ("month", DECEMBER)]
    assert periods_of(plan) == [*months, ("quarter", OCTOBER)]


def test_a_review_begins_with_its_period_and_what_is_said_of_it(record, plan):
    with record() as log:
        made = add_review(log, plan, "quarter", OCTOBER, worked="referrals\nfollow-ups")

    made.refresh_from_db()
    assert (made.plan, made.kind, made.start, made.worked, made.improve) == (
        plan, "quarter", OCTOBER, "referrals\nfollow-ups", "",
    )  # fmt: skip
    change = Change.objects.get()
    assert (change.action, change.model, change.label) == ("add", "reviews.review", "2026 Q4")


@pytest.mark.parametrize(
    ("kind", "start"),
    [
        ("month", dt.date(2027, 1, 1)),
        ("quarter", NOVEMBER),
        ("week", OCTOBER),
        ("month", dt.date(2026, 10, 2)),
    ],
)
def test_what_is_no_period_of_the_plan_is_refused(record, plan, kind, start):
    with pytest.raises(ValidationError) as refused, record() as log:
        add_review(log, plan, kind, start)

    said = {"period": ["A review is of a month or a quarter of the plan."]}
    assert changes.errors_by_field(refused.value) == said
    assert not Change.objects.exists()


def test_a_period_is_reviewed_once(record, plan):
    with record() as log:
        add_review(log, plan, "month", OCTOBER)
    with pytest.raises(ValidationError, match="This period already has a review"), record() as log:
        add_review(log, plan, "month", OCTOBER)

    assert Review.objects.count() == 1
