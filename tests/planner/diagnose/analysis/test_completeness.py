"""How much of the history is there."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

from planner.arithmetic.periods import add_months, months_between
from planner.diagnose.analysis.completeness import Backing, complete, cover, expected_months

JUNE = dt.date(2023, 6, 1)


def backing(has_source: bool) -> Backing:
    return Backing.CONFIRMED if has_source else Backing.NO_SOURCE


def test_at_least_six_months_are_expected_and_at_most_twelve():
    assert expected_months(JUNE, None) == months_between(dt.date(2023, 1, 1), JUNE)
    assert expected_months(JUNE, dt.date(2023, 5, 1)) == months_between(dt.date(2023, 1, 1), JUNE)
    assert expected_months(JUNE, dt.date(2022, 10, 1)) == months_between(dt.date(2022, 10, 1), JUNE)
    assert expected_months(JUNE, dt.date(2016, 1, 1)) == months_between(dt.date(2022, 7, 1), JUNE)


def test_everything_there_with_sources_is_one():
    months = expected_months(JUNE, None)
    found = complete({"sales": cover(months, dict.fromkeys(months, Backing.CONFIRMED))})
    assert (found.score, found.present, found.is_short) == (D(1), 6, False)


def test_missing_months_and_values_without_a_source_count():
    """6 + 6 cells: two missing, two without a source count half: (10 − 1) ÷ 12."""
    months = expected_months(JUNE, None)
    whole = cover(months, {month: backing(month != JUNE) for month in months})
    holed = cover(months, {month: backing(month != months[0]) for month in months[:4]})
    found = complete({"sales": whole, "orders": holed})
    assert found.score == D("0.75")
    assert (found.expected, found.present, found.unsourced) == (12, 10, 2)
    assert holed.missing == (dt.date(2023, 5, 1), JUNE)


def test_fewer_than_six_months_are_short():
    months = expected_months(JUNE, None)
    few = complete({"sales": cover(months, {add_months(JUNE, -n): Backing.CONFIRMED for n in range(5)})})
    assert few.is_short
    assert few.months == 5


def test_nothing_expected_has_no_score():
    assert complete({}).score is None


def test_a_value_with_a_source_that_nobody_confirmed_counts_three_quarters():
    """6 cells: one missing, one without a source, two not confirmed: (0.5 + 2 × 0.75 + 2) ÷ 6."""
    months = expected_months(JUNE, None)
    known = dict(
        zip(months, [Backing.NO_SOURCE, *[Backing.UNCONFIRMED] * 2, *[Backing.CONFIRMED] * 2], strict=False)
    )
    found = complete({"sales": cover(months, known)})
    assert found.score == D(4) / 6
    assert (found.present, found.unsourced, found.unconfirmed) == (5, 1, 2)
