from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.arithmetic.periods import (
    add_months,
    as_of,
    baseline_day,
    closing_day,
    full_months_before,
    full_months_within,
    month_start,
    months_between,
    months_of_now,
    months_passed,
    parse_month,
    work_day,
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


# A plan made in advance, running, and over (Decision 13).


@pytest.mark.parametrize(
    ("today", "months"),
    [
        (date(2026, 11, 27), (8, 9, 10)),
        (date(2026, 11, 30), (8, 9, 10)),
        (date(2026, 12, 1), (9, 10, 11)),
        (date(2027, 1, 1), (10, 11, 12)),
        (date(2027, 2, 15), (10, 11, 12)),
        (date(2028, 1, 1), (10, 11, 12)),
    ],
)
def test_a_baseline_moves_on_until_the_plan_starts(today, months):
    found = full_months_before(baseline_day(today, date(2027, 1, 1)))
    assert found == tuple(date(2026, month, 1) for month in months)


YEAR = date(2026, 1, 1), date(2026, 12, 31)
MID_MONTH = date(2026, 10, 15), date(2027, 1, 14)
TEN_DAYS = date(2026, 10, 5), date(2026, 10, 14)
QUARTER = date(2026, 10, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("today", "plan", "months", "passed"),
    [
        (date(2026, 6, 30), YEAR, (3, 4, 5), (5, 12)),
        (date(2026, 12, 31), YEAR, (9, 10, 11), (11, 12)),
        (date(2027, 1, 1), YEAR, (10, 11, 12), (12, 12)),
        (date(2030, 5, 5), YEAR, (10, 11, 12), (12, 12)),
        (date(2025, 5, 5), YEAR, (), (0, 12)),
        (date(2026, 10, 31), QUARTER, (), (0, 3)),
        (date(2026, 11, 1), QUARTER, (10,), (1, 3)),
        (date(2026, 11, 30), MID_MONTH, (), (0, 2)),
        (date(2026, 12, 1), MID_MONTH, (11,), (1, 2)),
        (date(2027, 6, 1), MID_MONTH, (11, 12), (2, 2)),
        (date(2026, 10, 31), TEN_DAYS, (), (0, 0)),
        (date(2027, 10, 31), TEN_DAYS, (), (0, 0)),
    ],
)
def test_now_is_read_from_the_last_full_months_of_the_plan(today, plan, months, passed):
    assert months_of_now(today, *plan) == tuple(date(2026, month, 1) for month in months)
    assert months_passed(today, *plan) == passed


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2026, 12, 1), date(2026, 12, 1)),
        (date(2027, 1, 30), date(2027, 1, 30)),
        (date(2027, 1, 31), date(2027, 1, 30)),
        (date(2029, 1, 31), date(2027, 1, 30)),
    ],
)
def test_lateness_counts_to_30_days_after_the_end(today, day):
    assert work_day(today, date(2026, 12, 31)) == day


def is_full(month: date, today: date, end: date) -> bool:
    """The rule as it is written: from the day after its last day on, which lies in the plan."""
    last = add_months(month, 1) - timedelta(days=1)
    return today >= last + timedelta(days=1) and last <= end


PLANS = st.tuples(DAYS, st.integers(0, 1100)).map(
    lambda drawn: (drawn[0], min(drawn[0] + timedelta(days=drawn[1]), date(2199, 12, 31)))
)
# Around a plan: from four years before its start to four years after.
AROUND = st.integers(-1500, 2600)


def day_near(start: date, offset: int) -> date:
    return date.fromordinal(max(start.toordinal() + offset, date(1890, 1, 1).toordinal()))


@given(PLANS, AROUND)
def test_now_never_has_a_month_that_is_not_full_or_not_the_plans(plan, offset):
    start, end = plan
    today = day_near(start, offset)
    full = [month for month in months_between(start, end) if month >= start and is_full(month, today, end)]
    assert list(months_of_now(today, start, end)) == full[-3:]
    assert months_passed(today, start, end)[0] == len(full)
    assert months_passed(today, start, end)[0] <= months_passed(today, start, end)[1]


@given(PLANS, AROUND)
def test_a_baseline_is_three_full_months_that_are_not_the_plans(plan, offset):
    start, _end = plan
    today = day_near(start, offset)
    months = full_months_before(baseline_day(today, start))
    assert len(months) == 3
    assert all(is_full(month, today, date.max) for month in months)
    assert add_months(months[-1], 1) <= start
    # None is left out: the month behind them is not over, or is the one that the plan starts in.
    behind = add_months(months[-1], 1)
    assert not is_full(behind, today, date.max) or behind == month_start(start)


@given(PLANS, AROUND)
def test_baseline_and_now_never_share_a_month_and_the_last_full_month_is_that_of_now(plan, offset):
    start, end = plan
    today = day_near(start, offset)
    now = months_of_now(today, start, end)
    assert not {*now} & {*full_months_before(baseline_day(today, start))}
    if now:
        assert full_months_before(closing_day(today, end), len(now)) == now


@given(PLANS, AROUND)
def test_lateness_counts_on_and_then_stands_still(plan, offset):
    start, end = plan
    today = day_near(start, offset)
    assert work_day(today, end) == min(today, end + timedelta(days=30))
