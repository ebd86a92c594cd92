"""How much of the history is there: a score with its reasons, shown with every conclusion drawn from it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from enum import Enum
from typing import Generic, TypeVar

from planner.arithmetic.gaps import ARITHMETIC
from planner.arithmetic.periods import add_months, months_between

# The method needs at least half a year; gaps older than a year are ignored.
FEWEST_MONTHS = 6
MOST_MONTHS = 12


class Backing(Enum):
    """How far a value can be checked, with what it counts."""

    NO_SOURCE = Decimal("0.5")
    UNCONFIRMED = Decimal("0.75")
    CONFIRMED = Decimal(1)


Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Coverage:
    """The data of one series: its expected months, those without a value, and the backing of each value."""

    expected: tuple[date, ...]
    missing: tuple[date, ...]
    backings: tuple[Backing, ...]

    @property
    def present(self) -> int:
        return len(self.expected) - len(self.missing)


@dataclass(frozen=True, slots=True)
class Completeness(Generic[Key]):
    """The score of several series, a fraction: what the present cells count ÷ expected cells.

    A value without a source counts half, one whose source nobody has confirmed in time three quarters. `months` is
    how many of the expected months have any value at all. None as a score where nothing is expected.
    """

    score: Decimal | None
    expected: int
    present: int
    unsourced: int
    unconfirmed: int
    months: int
    fewest: int = FEWEST_MONTHS
    by_series: Mapping[Key, Coverage] = field(default_factory=dict)

    @property
    def is_short(self) -> bool:
        """Whether fewer months are known than there should be at least."""
        return self.months < self.fewest


def expected_months(last: date, first_known: date | None, fewest: int = FEWEST_MONTHS) -> tuple[date, ...]:
    """The months up to `last` that should have a value: since the first known one, `fewest` to 12 months."""
    length = 0 if first_known is None else len(months_between(first_known, last))
    count = min(max(length, fewest), MOST_MONTHS)
    return months_between(add_months(last, 1 - count), last)


def cover(expected: Sequence[date], known: Mapping[date, Backing]) -> Coverage:
    """The coverage of one series; `known` maps each month with a value to its backing."""
    missing = tuple(month for month in expected if month not in known)
    return Coverage(tuple(expected), missing, tuple(known[month] for month in expected if month in known))


def complete(by_series: Mapping[Key, Coverage], fewest: int = FEWEST_MONTHS) -> Completeness[Key]:
    """The score over all series, cell by cell; with less than `fewest` months it is short."""
    coverages = list(by_series.values())
    expected = sum(len(coverage.expected) for coverage in coverages)
    count = Counter(backing for coverage in coverages for backing in coverage.backings)
    with localcontext(ARITHMETIC):
        counted = sum(backing.value * number for backing, number in count.items())
        score = Decimal(counted) / expected if expected else None
    return Completeness(
        score,
        expected,
        count.total(),
        count[Backing.NO_SOURCE],
        count[Backing.UNCONFIRMED],
        len(_known_months(coverages)),
        fewest,
        by_series,
    )


def _known_months(coverages: Iterable[Coverage]) -> set[date]:
    return {month for coverage in coverages for month in coverage.expected if month not in coverage.missing}
