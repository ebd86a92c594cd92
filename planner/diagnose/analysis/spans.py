"""The spans of months that are compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from planner.arithmetic.gaps import Aggregation
from planner.arithmetic.periods import add_months, months_between
from planner.diagnose.analysis.history import History, Series


@dataclass(frozen=True, slots=True)
class Span:
    """What is compared: two lists of months, or where `before` is empty the current value with the target."""

    key: str
    label: str
    before: tuple[dt.date, ...]
    after: tuple[dt.date, ...]


TARGET = "target"


def spans(history: History) -> list[Span]:
    """What can be compared at the end of a history, the last quarter with the one before first."""
    if history.last is None:
        return []
    last = history.last
    result = []
    for key, label, length, back in (
        ("quarter", _("Last 3 months vs previous 3"), 3, 3),
        ("quarter-year", _("Last 3 months vs same months last year"), 3, 12),
        ("month", _("Latest month vs previous month"), 1, 1),
        ("month-year", _("Latest month vs same month last year"), 1, 12),
        ("year", _("Last 12 months vs previous 12"), 12, 12),
    ):
        after = months_between(add_months(last, 1 - length), last)
        before = months_between(add_months(after[0], -back), add_months(after[-1], -back))
        result.append(Span(key, label, before, after))
    return result


def level(series: Series | None, months: Sequence[dt.date]) -> Fraction:
    """What a metric stood at over months in which it has a value, exactly where it adds up."""
    assert series is not None  # the caller has looked
    if series.metric.aggregation in (Aggregation.SUM, Aggregation.AVERAGE):
        return sum((Fraction(series.values[month]) for month in months), Fraction(0)) / len(months)
    return Fraction(series.over(months) or 0)
