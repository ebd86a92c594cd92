"""A plan's period beside another: dates moved into that of a duplicate, and what a shorter one leaves out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from planner.arithmetic.periods import months_passed

# Quarters of the calendar are up to 2 days longer than others, months up to 3: their dates keep their distance.
ALIKE = 3


@dataclass(frozen=True, slots=True)
class Shift:
    """Moves days of the old period into the new one, never outside of it, and never one before another that follows it.

    The old last day, and what lies behind it, becomes the new last day. Periods of about the same length keep the
    distance to the first day, others the proportion. What was on a workday comes to the nearest one.
    """

    old: tuple[date, date]
    new: tuple[date, date]
    is_workday: Callable[[date], bool]

    def __call__(self, day: date) -> date:
        if day >= self.old[1]:
            return self.new[1]
        moved = min(self.new[0] + timedelta(days=self._distance(day)), self.new[1])
        if self.is_workday(day) and not self.is_workday(moved):
            return self._nearest_workday(moved)
        return moved

    def _distance(self, day: date) -> int:
        """How many days after the first one it is moved to."""
        days = max((day - self.old[0]).days, 0)
        old_length, new_length = ((end - start).days for start, end in (self.old, self.new))
        if not days or abs(old_length - new_length) <= ALIKE:
            return days
        return (2 * days * new_length + old_length) // (2 * old_length)

    def _nearest_workday(self, day: date) -> date:
        """The earlier of two that are as near; the day itself where the period has none."""
        for distance in range(1, (self.new[1] - self.new[0]).days + 1):
            for moved in (day - timedelta(days=distance), day + timedelta(days=distance)):
                if self.new[0] <= moved <= self.new[1] and self.is_workday(moved):
                    return moved
        return day


@dataclass(frozen=True, slots=True)
class Cut:
    """The period of a plan and the one that it is to have instead."""

    old: tuple[date, date]
    new: tuple[date, date]

    def drops(self, *days: date | None) -> bool:
        """Whether any of these days lies in the old period and not in the new one."""
        return any(
            self.old[0] <= day <= self.old[1] and not self.new[0] <= day <= self.new[1]
            for day in days
            if day is not None
        )

    def drops_length(self, months: int) -> bool:
        """Whether so many whole months lie in the old period and not in the new one."""
        old, new = (months_passed(end, start, end)[1] for start, end in (self.old, self.new))
        return old >= months > new
