"""Dates of a plan moved into the period of its duplicate, and what a shorter period leaves out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.arithmetic.shifts import Cut, Shift

Q4 = date(2026, 10, 1), date(2026, 12, 31)
Q1 = date(2027, 1, 1), date(2027, 3, 31)
FEBRUARY = date(2027, 2, 1), date(2027, 2, 28)
YEAR = date(2027, 1, 1), date(2027, 12, 31)


def is_weekday(day: date) -> bool:
    return day.isoweekday() <= 5


@pytest.mark.parametrize(
    ("new", "day", "moved"),
    [
        (Q1, date(2026, 10, 5), date(2027, 1, 5)),
        (Q1, date(2026, 10, 9), date(2027, 1, 8)),  # Friday to Saturday, so the day before
        (Q1, date(2026, 10, 10), date(2027, 1, 10)),  # a Saturday may be a Sunday
        (Q1, date(2026, 12, 30), date(2027, 3, 31)),
        (Q1, date(2026, 12, 31), date(2027, 3, 31)),
        (Q1, date(2027, 1, 20), date(2027, 3, 31)),
        (Q1, date(2026, 9, 1), date(2027, 1, 1)),
        (FEBRUARY, date(2026, 12, 31), date(2027, 2, 28)),  # a Sunday, but the last day
        (FEBRUARY, date(2026, 11, 16), date(2027, 2, 15)),
        (YEAR, date(2026, 11, 16), date(2027, 7, 5)),
        (Q4, date(2026, 10, 20), date(2026, 10, 20)),
    ],
)
def test_a_day_moves_with_its_period(new, day, moved):
    assert Shift(Q4, new, is_weekday)(day) == moved


def test_a_period_without_workdays_keeps_its_dates():
    assert Shift(Q4, FEBRUARY, lambda day: day.year == 2026)(date(2026, 11, 16)) == date(2027, 2, 15)


def test_a_plan_of_one_day_has_one_day():
    one = date(2026, 10, 1), date(2026, 10, 1)
    assert Shift(one, Q1, is_weekday)(date(2026, 10, 1)) == date(2027, 3, 31)
    assert Shift(Q4, one, is_weekday)(date(2026, 11, 5)) == date(2026, 10, 1)
    assert Shift(one, Q1, is_weekday)(date(2026, 9, 1)) == date(2027, 1, 1)


PERIODS = st.tuples(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(0, 1098)).map(
    lambda drawn: (drawn[0], drawn[0] + timedelta(days=drawn[1]))
)


@given(PERIODS, PERIODS, st.lists(st.integers(-100, 1300), min_size=2, max_size=2))
def test_days_stay_inside_in_their_order_and_on_workdays(old, new, offsets):
    shift = Shift(old, new, is_weekday)
    first, last = (old[0] + timedelta(days=offset) for offset in sorted(offsets))
    assert new[0] <= shift(first) <= new[1]
    assert shift(old[1]) == new[1]
    if is_weekday(first) == is_weekday(last):
        assert shift(first) <= shift(last)
    if is_weekday(first) and first < old[1] and (new[1] - new[0]).days >= 6:
        assert is_weekday(shift(first))


def test_a_cut_drops_what_lay_in_the_old_period_alone():
    cut = Cut(Q4, (date(2026, 10, 15), date(2026, 11, 30)))
    assert cut.drops(date(2026, 12, 1))
    assert cut.drops(date(2026, 10, 14))
    assert cut.drops(None, date(2026, 11, 1), date(2026, 12, 31))
    assert not cut.drops(date(2026, 10, 15), date(2026, 11, 30), None)
    assert not cut.drops(date(2027, 1, 1), date(2026, 9, 30))


@pytest.mark.parametrize(
    ("end", "months", "dropped"),
    [(date(2026, 12, 30), 3, True), (date(2026, 12, 31), 3, False), (date(2026, 11, 30), 1, False),
     (date(2026, 10, 30), 1, True), (date(2026, 11, 30), 12, False)],
)  # fmt: skip
def test_a_cut_drops_a_length_that_no_longer_fits(end, months, dropped):
    assert Cut(Q4, (Q4[0], end)).drops_length(months) == dropped
