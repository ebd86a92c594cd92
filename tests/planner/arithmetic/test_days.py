"""Days as people and programs write them."""

import datetime as dt

import pytest

from planner.arithmetic.days import DateOrder, parts_with_year_last, read_day, read_day_of

OCTOBER_1 = dt.date(2026, 10, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-01", "2026/10/1", "2026.10.1", "2026年10月1日", "2026 年 10 月 1 号", "20261001", "46296",
        "1-Oct-2026", "1 October 2026", "Oct 1, 2026", "2026-10-01 00:00:00", "2026/10/1 9:30 AM",
    ],
)  # fmt: skip
def test_a_day_is_read_as_it_is_written(text):
    assert read_day(text, DateOrder.YMD) == OCTOBER_1


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "2026-02-30", "0026-10-01", "2926-10-01", "Q4"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  # the sentence is the caller's
        read_day(text, DateOrder.YMD)


def test_where_the_year_is_last_the_order_decides():
    assert read_day("1/10/2026", DateOrder.DMY) == OCTOBER_1
    assert read_day("10/1/2026", DateOrder.MDY) == OCTOBER_1
    assert parts_with_year_last("1/10/2026") == (1, 10)
    assert parts_with_year_last("2026/1/10") is None


@pytest.mark.parametrize("text", ["1 Oct", "Oct 1", "1-Oct", "October 1", "10月1日", "10 月 1 号"])
def test_a_day_without_a_year_is_one_of_the_year_that_is_given(text):
    assert read_day_of(text, 2026) == OCTOBER_1


@pytest.mark.parametrize("text", ["10/1", "1.10", "30 Feb", "2 days", "10月"])
def test_a_day_that_could_be_something_else_is_not_read_without_its_year(text):
    with pytest.raises(ValueError):  # noqa: PT011  # the sentence is the caller's
        read_day_of(text, 2026)
