"""Whether work fits into days: Hall's condition for work that can be divided at will.

Work fits if and only if for every pair of days s ≤ e the work that lies wholly from s to e is at most the capacity of
these days (P. Hall, On representatives of subsets, 1935, in its form for flows). An even spread would say less: two
days of work from Monday to Thursday leave room for one that must be done on Tuesday.

Pure: work and capacities in person-days, no clock, no database.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import Generic, TypeVar

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Work(Generic[K]):
    """Work of so many person-days that has to lie from `start` to `due`, both included; `key` says whose it is."""

    key: K
    days: Decimal | Fraction
    start: dt.date
    due: dt.date


@dataclass(frozen=True, slots=True)
class Window(Generic[K]):
    """Days that more work is forced into than they can take: the keys of that work, by start."""

    first: dt.date
    last: dt.date
    work: Fraction
    capacity: Fraction
    keys: tuple[K, ...]

    @property
    def over(self) -> Fraction:
        """By how many person-days."""
        return self.work - self.capacity


def overfull(works: Sequence[Work[K]], capacity: Mapping[dt.date, Fraction]) -> list[Window[K]]:
    """The windows that do not hold the work which must lie in them, by date; none where everything fits.

    Of windows that overlap there is the one that is over by most, the shortest of several. Days that `capacity` does
    not name have none. Only the starts and ends of work can bound a window that is worst.
    """
    found: list[Window[K]] = []
    for _over, _length, start, end in sorted(_candidates(works, capacity)):
        first, last = dt.date.fromordinal(start), dt.date.fromordinal(end)
        if all(last < window.first or window.last < first for window in found):
            found.append(_window(works, capacity, first, last))
    return sorted(found, key=lambda window: window.first)


def _candidates(
    works: Sequence[Work[K]], capacity: Mapping[dt.date, Fraction]
) -> Iterable[tuple[int, int, int, int]]:
    """Every window that is too small, such that the worst comes first: by how much it is over, negative, its length,
    and the numbers of its first and last day.

    It counts in whole numbers, for speed: in parts of the smallest share of a day that occurs.
    """
    sizes = [Fraction(work.days) for work in works]
    parts = math.lcm(*{size.denominator for size in (*sizes, *capacity.values())})
    starts = sorted({work.start for work in works})
    ends = sorted({work.due for work in works})
    place = {day: index for index, day in enumerate(ends)}
    until = _capacity_until(capacity, {*starts, *ends}, parts)
    starting: dict[dt.date, list[tuple[int, int]]] = {day: [] for day in starts}
    for work, size in zip(works, sizes, strict=True):
        starting[work.start].append((place[work.due], _in_parts(size, parts)))
    due = [0] * len(ends)
    last_days = [(day.toordinal(), until[day][1]) for day in ends]
    for first in reversed(starts):
        for index, units in starting[first]:
            due[index] += units
        start, before = first.toordinal(), until[first][0]
        for (end, held), work_until in zip(last_days, accumulate(due), strict=True):
            if end >= start and (over := work_until - held + before) > 0:
                yield -over, end - start, start, end


def _in_parts(size: Fraction, parts: int) -> int:
    return size.numerator * (parts // size.denominator)


def _capacity_until(
    capacity: Mapping[dt.date, Fraction], days: set[dt.date], parts: int
) -> dict[dt.date, tuple[int, int]]:
    """For each of these days, the sum of all capacity before it and up to its end, in parts of a day."""
    sums: dict[dt.date, tuple[int, int]] = {}
    total = 0
    for day in sorted({*capacity, *days}):
        before, total = total, total + (_in_parts(capacity[day], parts) if day in capacity else 0)
        if day in days:
            sums[day] = before, total
    return sums


def _window(
    works: Sequence[Work[K]], capacity: Mapping[dt.date, Fraction], first: dt.date, last: dt.date
) -> Window[K]:
    inside = [work for work in works if first <= work.start and work.due <= last]
    inside.sort(key=lambda work: (work.start, work.due))
    return Window(
        first,
        last,
        work=sum((Fraction(work.days) for work in inside), Fraction(0)),
        capacity=sum((size for day, size in capacity.items() if first <= day <= last), Fraction(0)),
        keys=tuple(work.key for work in inside),
    )
