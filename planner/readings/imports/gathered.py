"""The readings of a file in columns: a large file has a million of them, each an object would take its memory."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, overload

from planner.readings.imports.cells import Cell
from planner.readings.imports.parts import Part


@dataclass(slots=True)
class NewReading:
    """One reading in a file: `segment` is a dimension and a name, the whole is ("whole", "")."""

    metric: str
    month: dt.date
    segment: Part
    value: Decimal
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    source: str = ""


class _Codes:
    """A column with few different values: each is kept once, its rows by a number."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._code_by_value: dict[Any, int] = {}
        self.rows = array("I")

    def append(self, value: Any) -> None:
        code = self._code_by_value.setdefault(value, len(self.values))
        if code == len(self.values):
            self.values.append(value)
        self.rows.append(code)

    def __getitem__(self, at: int) -> Any:
        return self.values[self.rows[at]]


class GatheredReadings(Sequence[NewReading]):
    """The readings of a file in the order of its cells, and where each of them is."""

    def __init__(self) -> None:
        self._metrics, self._months, self._segments = _Codes(), _Codes(), _Codes()
        self._sources, self._columns, self._rows = _Codes(), _Codes(), array("I")
        self._values: list[Decimal] = []
        # Numerator and denominator by position, where they are known.
        self._totals: dict[int, tuple[Decimal, Decimal]] = {}

    def append(self, metric: str, month: dt.date, cell: Cell, value: Decimal) -> int:
        """Add the reading of a cell; returns its position."""
        self._metrics.append(metric)
        self._months.append(month)
        self._segments.append(cell.segment)
        self._sources.append(cell.source)
        self._columns.append(cell.column)
        self._rows.append(cell.row)
        self._values.append(value)
        return len(self._values) - 1

    def set_value(self, at: int, value: Decimal, totals: tuple[Decimal, Decimal] | None) -> None:
        """Set what is known only when the whole column has been read."""
        self._values[at] = value
        if totals:
            self._totals[at] = totals

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, at: int) -> NewReading: ...
    @overload
    def __getitem__(self, at: slice) -> list[NewReading]: ...
    def __getitem__(self, at: int | slice) -> NewReading | list[NewReading]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        where = (self._metrics[at], self._months[at], self._segments[at])
        over, under = self._totals.get(at, (None, None))
        return NewReading(*where, self._values[at], over, under, self._sources[at])

    def __iter__(self) -> Iterator[NewReading]:
        return (self[at] for at in range(len(self)))

    def twice(self) -> Iterator[tuple[NewReading, int, str, int]]:
        """The readings whose metric, month and segment one before has: with row and column, and that one's row."""
        keys = (self._metrics.rows, self._months.rows, self._segments.rows)
        sizes = (len(self._months.values), len(self._segments.values))
        packed = array("Q", ((a * sizes[0] + b) * sizes[1] + c for a, b, c in zip(*keys, strict=True)))
        if len(set(packed)) == len(packed):
            return
        first: dict[int, int] = {}
        for at, key in enumerate(packed):
            before = first.setdefault(key, at)
            if before != at:
                yield self[at], self._rows[at], self._columns[at], self._rows[before]
