"""What three scores say together, and when an effect can be expected."""

from __future__ import annotations

import datetime as dt
from random import Random

import pytest

from planner.arithmetic.feasibility import Judgement, Verdict, effect_day, judge, months_later, time_score

D = dt.date


@pytest.mark.parametrize(
    ("scores", "verdict", "names"),
    [
        ((3, 3, 3), Verdict.FEASIBLE, ()),
        ((5, 3, 4), Verdict.FEASIBLE, ()),
        ((3, 3, 2), Verdict.WITH_CONDITIONS, ("time",)),
        ((2, 5, 2), Verdict.WITH_CONDITIONS, ("resources", "time")),
        ((1, 2, 5), Verdict.NOT_YET, ("resources",)),
        ((None, 1, None), Verdict.NOT_YET, ("capability",)),
        ((3, None, 4), None, ("capability",)),
        ((2, None, 4), None, ("capability",)),
        ((None, None, None), None, ("resources", "capability", "time")),
    ],
)
def test_the_lowest_score_decides(scores, verdict, names):
    named = dict(zip(("resources", "capability", "time"), scores, strict=True))
    assert judge(named) == Judgement(verdict, names)


@pytest.mark.parametrize(
    ("start", "lag", "day"),
    [
        (D(2023, 7, 10), 90, D(2023, 10, 10)),  # the picture: 10 Jul + 3 months = 10 Oct
        (D(2023, 7, 10), 14, D(2023, 7, 24)),
        (D(2023, 7, 10), 0, D(2023, 7, 10)),
        (D(2023, 7, 10), 45, D(2023, 8, 24)),
        (D(2026, 11, 30), 90, D(2027, 2, 28)),
        (D(2026, 12, 31), 360, D(2027, 12, 31)),
    ],
)
def test_months_are_months_of_the_calendar(start, lag, day):
    assert effect_day(start, lag) == day


@pytest.mark.parametrize(
    ("lag", "due", "score"),
    [
        (14, D(2023, 7, 24), 5),
        (14, D(2023, 7, 23), 2),  # fast, and still too late
        (30, D(2023, 8, 24), 4),
        (30, D(2023, 8, 23), 3),
        (30, D(2023, 8, 10), 3),
        (30, D(2023, 8, 9), 2),
        (90, D(2023, 9, 30), 2),
        (90, D(2023, 9, 10), 2),
        (90, D(2023, 9, 9), 1),
    ],
)
def test_dates_suggest_the_step_that_the_rubric_describes(lag, due, score):
    assert time_score(D(2023, 7, 10), lag, due) == score


def test_more_time_never_lowers_the_score():
    random = Random(13)
    for _case in range(500):
        start = D(2026, 1, 1) + dt.timedelta(days=random.randrange(400))
        lag, due = random.randrange(200), start + dt.timedelta(days=random.randrange(300))
        later = due + dt.timedelta(days=random.randrange(60))
        assert 1 <= time_score(start, lag, due) <= time_score(start, lag, later) <= 5


def test_some_months_later_is_a_day_of_that_month():
    random = Random(14)
    for _case in range(500):
        day, months = D(2024, 1, 1) + dt.timedelta(days=random.randrange(1500)), random.randrange(40)
        later = months_later(day, months)
        assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
        assert later.day == day.day or (later + dt.timedelta(days=1)).day == 1
