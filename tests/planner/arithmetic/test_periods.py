from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.arithmetic.periods import (
    add_months,
    as_of,
    full_months_before,
    full_months_within,
    month_start,
    months_between,
    parse_month,
)

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
APRIL, MAY, JUNE, JULY = (date(2023, month, 1) for month in (4, 5, 6, 7))


def test_a_month_is_its_first_day():
    assert month_start(date(2024, 2, 29)) == date(2024, 2, 1)


def test_months_are_added_across_the_year():
    assert add_months(date(2023, 11, 1), 3) == date(2024, 2, 1)
    assert add_months(date(2023, 12, 1), 1) == date(2024, 1, 1)


def test_months_are_taken_away_across_the_year():
    assert add_months(date(2023, 1, 1), -1) == date(2022, 12, 1)
    assert add_months(date(2023, 2, 1), -14) == date(2021, 12, 1)


@pytest.mark.parametrize("day", [date(2023, 7, 1), date(2023, 7, 15), date(2023, 7, 31)])
def test_a_month_that_is_not_over_is_no_full_month(day):
    assert full_months_before(day) == (APRIL, MAY, JUNE)


def test_full_months_reach_back_into_last_year():
    assert full_months_before(date(2023, 1, 31), 2) == (date(2022, 11, 1), date(2022, 12, 1))


def test_no_full_months_at_all_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="count must be at least 1, not 0"):
        full_months_before(JULY, 0)


def test_months_between_include_both_ends():
    assert months_between(date(2023, 4, 30), date(2023, 7, 1)) == (APRIL, MAY, JUNE, JULY)
    assert months_between(date(2022, 12, 5), date(2023, 1, 2)) == (date(2022, 12, 1), date(2023, 1, 1))


def test_there_are_no_months_back_in_time():
    assert months_between(JULY, JUNE) == ()


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2023, 6, 1), date(2023, 6, 1)),
        (date(2023, 8, 9), date(2023, 8, 9)),
        (date(2023, 9, 30), date(2023, 9, 30)),
        (date(2024, 1, 1), date(2023, 9, 30)),
    ],
)
def test_a_plan_is_looked_at_as_of_today_or_its_end(today, expected):
    assert as_of(today, date(2023, 7, 1), date(2023, 9, 30)) == expected


def test_a_plan_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="ends"):
        as_of(JULY, JUNE, MAY)


@pytest.mark.parametrize(
    "text",
    ["2023-07", "2023-7", "2023/7", "2023/07", " 2023年7月 ", "2023 年 7 月", "2023年07月", "２０２３年７月"],
)
def test_a_month_is_read_however_it_is_usually_written(text):
    assert parse_month(text) == JULY


@pytest.mark.parametrize(
    "text", ["2023-13", "2023-00", "202307", "23-07", "2023-07-01", "2023-7月", "July", "0023-07", "2023-0⑦"]
)
def test_what_is_no_month_is_refused_with_its_text(text):
    with pytest.raises(ValueError, match="is not a month") as refusal:
        parse_month(text)
    assert str(refusal.value) == (
        f"“{text}” is not a month. Enter year and month, such as 2023-07 or 2023年7月."
    )


def test_a_missing_month_is_asked_for():
    with pytest.raises(ValueError, match="is missing") as refusal:
        parse_month("  ")
    assert str(refusal.value) == "The month is missing. Enter year and month, such as 2023-07 or 2023年7月."


@given(DAYS, st.integers(-500, 500))
def test_adding_months_and_taking_them_away_comes_back(day, n):
    assert add_months(add_months(day, n), -n) == month_start(day)


@given(DAYS, st.integers(1, 60))
def test_full_months_are_consecutive_and_end_before_the_month_of_the_day(day, count):
    months = full_months_before(day, count)
    assert len(months) == count
    assert months == months_between(months[0], months[-1])
    assert add_months(months[-1], 1) == month_start(day)


@given(DAYS)
def test_a_month_that_is_written_is_read_back(day):
    assert parse_month(f"{day:%Y-%m}") == month_start(day)
    assert parse_month(f"{day.year}年{day.month}月") == month_start(day)


@given(DAYS, DAYS, DAYS)
def test_as_of_is_never_after_today_nor_after_the_end(today, one, other):
    start, end = min(one, other), max(one, other)
    assert as_of(today, start, end) in (today, end)
    assert as_of(today, start, end) <= today
    assert as_of(today, start, end) <= end


def test_the_months_of_a_plan_that_are_over_begin_with_its_first_whole_month():
    assert full_months_within(date(2023, 4, 1), date(2023, 7, 2)) == (APRIL, MAY, JUNE)
    assert full_months_within(date(2023, 4, 2), date(2023, 7, 31)) == (MAY, JUNE)
    assert full_months_within(date(2023, 7, 1), date(2023, 7, 31)) == ()
    assert full_months_within(date(2023, 7, 1), date(2023, 6, 1)) == ()
