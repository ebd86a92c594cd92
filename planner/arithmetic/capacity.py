"""How many days of work a person has: workdays without holidays, leave and meetings, and the share for plans.

Pure: no clock, no database; exact in fractions of a workday of eight hours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
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
    def _known(self) -> dict[tuple[dt.date, dt.date], list[dt.date]]:
        return {}

    def workdays(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """The workdays from `first` to `last`, looked up once for all members."""
        if (first, last) not in self._known:
            numbers = range(first.toordinal(), last.toordinal() + 1)
            self._known[first, last] = [
                day for day in map(dt.date.fromordinal, numbers) if self.is_workday(day)
            ]
        return self._known[first, last]

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
    days = [day for day in routine.workdays(first, last) if presence.has_begun(day)]
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
    meetings = _meetings_by_day(routine, presence, first, last)
    left = {size: (1 - size) * share for size in set(meetings.values())}
    return {day: left[size] for day, size in meetings.items()}


def _meetings_by_day(
    routine: Routine, presence: Presence, first: dt.date, last: dt.date
) -> dict[dt.date, Fraction]:
    """The part of each day that goes to meetings, at most the whole day, for the days on which the person works.

    Other meetings spread evenly over the days of the week on which the person works: who is away for some of it has
    them on the others, who is away for all of it has none.
    """
    whole_weeks = routine.workdays(first - DAY * first.weekday(), last + DAY * (6 - last.weekday()))
    weeks: dict[int, list[dt.date]] = {}
    for day in whole_weeks:
        if presence.has_begun(day) and not presence.is_away(day):
            weeks.setdefault((day.toordinal() - 1) // 7, []).append(day)
    by_day = {}
    for worked in weeks.values():
        others = min(Fraction(1), Fraction(presence.meeting_hours) / HOURS_A_DAY / len(worked))
        with_ours = min(Fraction(1), others + routine.meeting)
        for day in worked:
            if first <= day <= last:
                by_day[day] = with_ours if day.isoweekday() == routine.meeting_weekday else others
    return by_day
