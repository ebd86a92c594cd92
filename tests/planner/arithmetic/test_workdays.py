"""Which days a team works."""

from __future__ import annotations

import datetime as dt
from random import Random

import pytest

from planner.arithmetic.workdays import Calendar, countries, laid

WEEK = [1, 2, 3, 4, 5]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("country", "date", "works"),
    [
        ("", "2026-11-25", True),
        ("", "2026-11-28", False),
        ("CN", "2024-02-12", False),  # Spring Festival
        ("CN", "2024-02-04", True),  # a Sunday that makes up for it
        ("CN", "2024-02-18", True),
        ("CN", "2025-01-26", True),
        ("CN", "2025-02-08", True),
        ("CN", "2026-10-05", False),
        ("CN", "2026-11-28", False),
        ("DE", "2026-12-25", False),
        ("US", "2026-11-26", False),
        ("US", "2026-11-27", True),
        ("XX", "2026-12-25", True),  # a country that nobody knows has its weekdays
    ],
)
def test_a_country_has_holidays_and_make_up_workdays(country, date, works):
    assert Calendar(weekdays=WEEK, country=country).is_workday(day(date)) is works


def test_what_people_typed_wins():
    typed = Calendar(
        weekdays=WEEK,
        country="CN",
        holidays=[day("2026-11-25"), day("2026-11-28")],
        extra_workdays=[day("2026-11-28"), day("2026-10-05")],
    )

    assert not typed.is_workday(day("2026-11-25"))
    assert typed.is_workday(day("2026-11-28"))
    assert typed.is_workday(day("2026-10-05"))


def test_the_days_that_are_not_as_their_weekday_says_have_a_reason():
    found = Calendar(weekdays=WEEK, country="CN", language="zh-hans").exceptions(
        day("2024-02-01"), day("2024-02-18")
    )

    assert [each.day.isoformat() for each in found if each.works] == ["2024-02-04", "2024-02-18"]
    assert "春节" in {each.name for each in found if not each.works}


def test_the_last_day_of_a_span_is_the_last_that_is_looked_at():
    calendar = Calendar(weekdays=WEEK, country="CN")
    assert calendar.exceptions(day("2024-02-05"), day("2024-02-17"))[-1].day < day("2024-02-18")
    assert calendar.exceptions(day("2024-02-05"), day("2024-02-18"))[-1].day == day("2024-02-18")


def test_countries_are_named_in_the_readers_language():
    assert dict(countries("en"))["CN"] == "China"
    assert dict(countries("zh-hans"))["CN"] == "中国"
    assert [name for _code, name in countries("en")][:3] == ["Afghanistan", "Åland Islands", "Albania"]
    assert [name for _code, name in countries("zh-hans")][:3] == ["阿尔巴尼亚", "阿尔及利亚", "阿富汗"]


def test_the_workdays_of_a_span():
    days = Calendar(weekdays=WEEK, holidays=[day("2026-11-24")]).workdays(
        day("2026-11-20"), day("2026-11-25")
    )
    assert days == [day("2026-11-20"), day("2026-11-23"), day("2026-11-25")]


@pytest.mark.parametrize(
    ("lengths", "count", "spans"),
    [
        ([3, 2, 5], 20, [(0, 2), (3, 4), (5, 9)]),
        ([3, 2, 5], 10, [(0, 2), (3, 4), (5, 9)]),
        ([4, 10, 6], 10, [(0, 1), (2, 6), (7, 9)]),  # half as long
        ([1, 20, 1], 11, [(0, 0), (0, 9), (10, 10)]),
        ([5, 5, 5], 1, [(0, 0), (0, 0), (0, 0)]),
        ([5, 5, 5], 0, []),
    ],
)
def test_work_is_laid_one_after_the_other_and_shortened_where_days_are_few(lengths, count, spans):
    days = [day("2026-11-23") + dt.timedelta(days=number) for number in range(count)]
    assert laid(lengths, days) == [(days[first], days[last]) for first, last in spans]


def test_laid_work_stays_within_its_days_in_order_whatever_its_lengths():
    random = Random(7)
    for _case in range(500):
        days = [day("2026-11-23") + dt.timedelta(days=number) for number in range(random.randint(1, 30))]
        spans = laid([random.randint(1, 20) for _piece in range(random.randint(1, 3))], days)
        assert all(days[0] <= first <= last <= days[-1] for first, last in spans)
        assert sorted(spans) == spans
