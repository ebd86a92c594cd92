"""Which periods a plan looks back on, and how the review of one begins."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from planner.arithmetic.periods import add_months, month_start, months_between
from planner.changes import Recording
from planner.models import Plan
from reviews.models import Review


def periods_of(plan: Plan) -> list[tuple[str, dt.date]]:
    """The months of a plan, and after each third one the quarter that they are."""
    return periods_between(plan.start, plan.end)


def periods_between(start: dt.date, end: dt.date) -> list[tuple[str, dt.date]]:
    """What a plan from `start` to `end` looks back on, see `periods_of`."""
    months = months_between(month_start(start), end)
    periods: list[tuple[str, dt.date]] = []
    for number, month in enumerate(months, start=1):
        periods.append((Review.Kind.MONTH.value, month))
        if number % 3 == 0:
            periods.append((Review.Kind.QUARTER.value, add_months(month, -2)))
    return periods


def add_review(log: Recording, plan: Plan, kind: str, start: dt.date, **texts: str) -> Review:
    """Begin the review of a period of the plan; `texts` are lists, one item a line.

    Raises ValidationError where the plan has no such period (beside `period`), or the period its review already.
    """
    if (kind, start) not in periods_of(plan):
        raise ValidationError({"period": _("A review is of a month or a quarter of the plan.")})
    review = Review(plan=plan, kind=kind, start=start, **texts)
    log.save(review)
    return review
