"""Windows of days: the worked examples, and random cases against every subset of the work."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, pairwise
from random import Random

from planner.arithmetic.windows import Work, overfull

MONDAY = dt.date(2026, 11, 30)
ONE = Fraction(1)


def day(number: int) -> dt.date:
    return MONDAY + dt.timedelta(days=number)


def work(key: str, days: str, start: int, due: int) -> Work[str]:
    return Work(key, Decimal(days), day(start), day(due))


WEEK = {day(number): ONE for number in range(5)}


def test_work_fits_although_an_even_spread_overloads_a_day():
    assert overfull([work("A", "2", 0, 3), work("B", "1", 1, 1)], WEEK) == []


def test_a_window_is_too_small_although_the_week_has_room():
    [window] = overfull([work("A", "3", 0, 2), work("B", "1", 1, 1)], WEEK)
    assert (window.first, window.last) == (day(0), day(2))
    assert (window.work, window.capacity, window.over) == (4, 3, 1)
    assert window.keys == ("A", "B")


def test_the_worst_of_windows_that_overlap_stands_for_them():
    nested = [work("A", "3", 0, 2), work("B", "1", 1, 1), work("C", "1", 1, 1)]
    [window] = overfull(nested, WEEK)
    assert (window.first, window.last, window.over) == (day(0), day(2), 2)
    # What is over only because of one day is that day.
    [window] = overfull([work("B", "3", 1, 1), work("A", "1", 0, 1)], WEEK)
    assert (window.first, window.last, window.over, window.keys) == (day(1), day(1), 2, ("B",))


def test_windows_that_do_not_overlap_are_each_named():
    found = overfull([work("A", "2", 4, 4), work("B", "1.5", 0, 0)], WEEK)
    assert [(window.first, window.over) for window in found] == [(day(0), Fraction(1, 2)), (day(4), 1)]


def test_days_without_capacity_hold_nothing():
    [window] = overfull([work("A", "0.5", 5, 6)], WEEK)
    assert (window.capacity, window.over) == (0, Fraction(1, 2))
    assert overfull([], WEEK) == []


def fits(works: list[Work[int]], capacity: dict[dt.date, Fraction]) -> bool:
    """Hall's condition itself: every subset of the work has room in the days that it may use together."""
    for size in range(1, len(works) + 1):
        for subset in combinations(works, size):
            days = {each for each in capacity if any(one.start <= each <= one.due for one in subset)}
            if sum(Fraction(one.days) for one in subset) > sum(capacity[each] for each in days):
                return False
    return True


def test_random_cases_against_every_subset():
    random = Random(20261130)
    overfull_cases = 0
    for _case in range(5000):
        length = random.randint(1, 15)
        capacity = {day(number): Fraction(random.choice([0, 5, 7, 7, 10]), 10) for number in range(length)}
        works = []
        for key in range(random.randint(0, 6)):
            start = random.randrange(length)
            due = random.randrange(start, length)
            works.append(Work(key, Decimal(random.randint(1, 30)) / 10, day(start), day(due)))
        windows = overfull(works, capacity)
        assert (not windows) == fits(works, capacity)
        overfull_cases += bool(windows)
        worst = max(
            sum(Fraction(one.days) for one in works if first <= one.start and one.due <= last)
            - sum(size for each, size in capacity.items() if first <= each <= last)
            for first in capacity
            for last in capacity
            if first <= last
        )
        assert max((window.over for window in windows), default=Fraction(0)) == max(worst, Fraction(0))
        for window in windows:
            inside = [one for one in works if window.first <= one.start and one.due <= window.last]
            assert sorted(window.keys) == [one.key for one in inside]
            assert window.work == sum(Fraction(one.days) for one in inside)
        assert all(before.last < after.first for before, after in pairwise(windows))
    assert 1000 < overfull_cases < 4000
