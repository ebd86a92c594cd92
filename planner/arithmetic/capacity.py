"""How many days of work a person has: workdays without holidays, leave and meetings, and the share for plans.

Pure: no clock, no database; exact in fractions of a workday of eight hours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

HOURS_A_DAY = 8
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Routine:
    """What a team's week leaves for plans: its workdays, its meeting, and the share of the rest, from 0 to 1."""

    is_workday: Callable[[dt.date], bool]
    meeting_weekday: int
    meeting_minutes: int
    share: Decimal

    @cached_property
    def meeting(self) -> Fraction:
        """The weekly meeting, in days."""
        return Fraction(self.meeting_minutes, 60 * HOURS_A_DAY)


@dataclass(frozen=True)
class Presence:
    """When a person works: from the first day on, without the leave, with other meetings of so many hours a week."""

    first_day: dt.date | None = None
    leaves: Sequence[tuple[dt.date, dt.date]] = ()
    meeting_hours: Decimal = Decimal(0)

    def has_begun(self, day: dt.date) -> bool:
        return self.first_day is None or day >= self.first_day

    def is_away(self, day: dt.date) -> bool:
        return any(start <= day <= end for start, end in self.leaves)


@dataclass(frozen=True, slots=True)
class Capacity:
    """A person's days in a period, as a sum: workdays − leave − meetings, times the share that plans may use."""

    workdays: int
    leave: int
    meetings: Fraction
    share: Fraction

    @property
    def present(self) -> Fraction:
        return self.workdays - self.leave - self.meetings

    @property
    def days(self) -> Fraction:
        """What plans may use."""
        return self.present * self.share

    @property
    def a_week(self) -> Fraction:
        """The same for a week of five workdays; 0 where there are no workdays."""
        return self.days * 5 / self.workdays if self.workdays else Fraction(0)

    def __add__(self, other: Capacity) -> Capacity:
        """Several people of one team together."""
        return Capacity(
            self.workdays + other.workdays,
            self.leave + other.leave,
            self.meetings + other.meetings,
            self.share,
        )


def capacity_of(routine: Routine, presence: Presence, first: dt.date, last: dt.date) -> Capacity:
    """A person's capacity from `first` to `last`, both included."""
    days = [day for day in _days(first, last) if routine.is_workday(day) and presence.has_begun(day)]
    meetings = _meetings_by_day(routine, presence, first, last)
    return Capacity(
        workdays=len(days),
        leave=sum(presence.is_away(day) for day in days),
        meetings=sum(meetings.values(), Fraction(0)),
        share=Fraction(routine.share),
    )


def capacity_by_day(
    routine: Routine, presence: Presence, first: dt.date, last: dt.date
) -> dict[dt.date, Fraction]:
    """What plans may use of each day on which the person works; the sum is that of `capacity_of`."""
    share = Fraction(routine.share)
    return {
        day: (1 - meetings) * share
        for day, meetings in _meetings_by_day(routine, presence, first, last).items()
    }


def _meetings_by_day(
    routine: Routine, presence: Presence, first: dt.date, last: dt.date
) -> dict[dt.date, Fraction]:
    """The part of each day that goes to meetings, at most the whole day, for the days on which the person works.

    Other meetings spread evenly over the days of the week on which the person works: who is away for some of it has
    them on the others, who is away for all of it has none.
    """
    hours = Fraction(presence.meeting_hours)
    by_day = {}
    for week in _weeks(first, last):
        worked = [
            day
            for day in week
            if routine.is_workday(day) and presence.has_begun(day) and not presence.is_away(day)
        ]
        for day in worked:
            if first <= day <= last:
                own = hours / HOURS_A_DAY / len(worked)
                ours = routine.meeting if day.isoweekday() == routine.meeting_weekday else 0
                by_day[day] = min(Fraction(1), own + ours)
    return by_day


def _weeks(first: dt.date, last: dt.date) -> Iterable[list[dt.date]]:
    """The whole weeks, from Monday on, that have a day from `first` to `last`."""
    monday = first - DAY * first.weekday()
    while monday <= last:
        yield [monday + DAY * number for number in range(7)]
        monday += DAY * 7


def _days(first: dt.date, last: dt.date) -> Iterable[dt.date]:
    return (dt.date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))
