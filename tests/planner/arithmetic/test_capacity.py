"""Capacities: the worked example, and the days of a person as a sum."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from random import Random

from planner.arithmetic.capacity import Presence, Routine, capacity_by_day, capacity_of

MONDAY = dt.date(2026, 11, 30)
FRIDAY = dt.date(2026, 12, 11)
ROUTINE = Routine(
    lambda day: day.isoweekday() <= 5, meeting_weekday=1, meeting_minutes=60, share=Decimal("0.7")
)


def away(*days: int) -> list[tuple[dt.date, dt.date]]:
    return [(MONDAY + dt.timedelta(days=day),) * 2 for day in days]


def test_five_people_for_ten_days():
    """Meetings of 1.5, 1.5, 1.5, 2 and 1.5 days, leave of 0, 2, 0, 0 and 1: 39 days, of which plans may use 27.3."""
    people = [
        Presence(meeting_hours=Decimal(5)),
        Presence(meeting_hours=Decimal(5), leaves=away(2, 3)),
        Presence(meeting_hours=Decimal(5)),
        Presence(meeting_hours=Decimal(7)),
        Presence(meeting_hours=Decimal(5), leaves=away(8)),
    ]
    each = [capacity_of(ROUTINE, person, MONDAY, FRIDAY) for person in people]
    assert [one.meetings for one in each] == [
        Fraction(3, 2),
        Fraction(3, 2),
        Fraction(3, 2),
        2,
        Fraction(3, 2),
    ]
    assert [one.leave for one in each] == [0, 2, 0, 0, 1]
    total = each[0] + each[1] + each[2] + each[3] + each[4]
    assert (total.workdays, total.present, total.days) == (50, 39, Fraction("27.3"))
    assert [one.days for one in each] == [Fraction(text) for text in ("5.95", "4.55", "5.95", "5.6", "5.25")]


def test_a_meeting_on_a_day_of_leave_is_missed():
    person = Presence(leaves=away(0))
    assert capacity_of(ROUTINE, person, MONDAY, FRIDAY).meetings == Fraction(1, 8)


def test_a_week_of_leave_has_no_meetings():
    person = Presence(meeting_hours=Decimal(5), leaves=[(MONDAY, MONDAY + dt.timedelta(days=6))])
    capacity = capacity_of(ROUTINE, person, MONDAY, FRIDAY)
    assert (capacity.workdays, capacity.leave, capacity.meetings) == (10, 5, Fraction(3, 4))


def test_nothing_is_left_of_a_day_full_of_meetings():
    capacity = capacity_of(ROUTINE, Presence(meeting_hours=Decimal(60)), MONDAY, FRIDAY)
    assert (capacity.meetings, capacity.days, capacity.a_week) == (10, 0, 0)


def test_a_newcomer_counts_from_the_first_day():
    newcomer = Presence(first_day=MONDAY + dt.timedelta(days=7))
    capacity = capacity_of(ROUTINE, newcomer, MONDAY, FRIDAY)
    assert (capacity.workdays, capacity.meetings) == (5, Fraction(1, 8))
    assert capacity_of(ROUTINE, newcomer, MONDAY, MONDAY).a_week == 0


def test_days_a_week_are_those_of_five_workdays():
    assert capacity_of(ROUTINE, Presence(meeting_hours=Decimal(5)), MONDAY, FRIDAY).a_week == Fraction(
        "2.975"
    )


def test_the_days_add_up_to_the_capacity():
    random = Random(7)
    for _case in range(300):
        first = MONDAY + dt.timedelta(days=random.randint(0, 20))
        last = first + dt.timedelta(days=random.randint(0, 25))
        start = random.randint(0, 30)
        person = Presence(
            first_day=random.choice([None, MONDAY + dt.timedelta(days=random.randint(0, 30))]),
            leaves=[
                (MONDAY + dt.timedelta(days=start), MONDAY + dt.timedelta(days=start + random.randint(0, 9)))
            ],
            meeting_hours=Decimal(random.randint(0, 600)) / 10,
        )
        by_day = capacity_by_day(ROUTINE, person, first, last)
        assert sum(by_day.values(), Fraction(0)) == capacity_of(ROUTINE, person, first, last).days
        assert all(first <= day <= last and size >= 0 for day, size in by_day.items())
