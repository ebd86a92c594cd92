"""Cells with the values of readings and their context: before and after they are parsed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from planner.readings.imports.metrics import KnownMetric
from planner.readings.imports.parts import Part
from planner.readings.imports.units import NO_UNIT, Unit
from planner.readings.imports.values import Figure


@dataclass(slots=True)
class Cell:
    """One cell that holds a value, with its metric, month, segment and place (row from 1)."""

    row: int
    column: str
    metric: str
    metric_row: int
    metric_column: str
    month: str
    month_column: str
    value: str
    segment: Part
    weight: str = ""
    weight_column: str = ""
    source: str = ""
    # The unit in the cell's row, and the one that the file gives for all figures, or for all money.
    own_unit: Unit | None = None
    unit: Unit = NO_UNIT
    in_percent: bool = False
    # What the row's column of currencies says.
    currency: str = ""


@dataclass(slots=True)
class ReadCell:
    cell: Cell
    metric: KnownMetric
    month: dt.date
    figure: Figure
    unit: Unit
    weight: Decimal | None = None
