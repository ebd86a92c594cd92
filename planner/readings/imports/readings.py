"""Readings from a grid: long (one a row), or wide with months or metrics across."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from django.utils.translation import gettext as _

from planner.arithmetic.quantities import TOO_LARGE, half_width
from planner.readings.imports.cells import Cell, Part, ReadCell
from planner.readings.imports.headers import Header
from planner.readings.imports.metrics import KnownMetric, Metrics, same_name, split_once
from planner.readings.imports.rates import check_per_cent, scale_rates
from planner.readings.imports.rows import ERRORS, data_rows, say_totals, why_broken
from planner.readings.imports.units import NO_UNIT, Unit, say_units, split_unit, unit_of, unit_of_note
from planner.readings.imports.values import Figure, ValueRefused, read_figure, read_month, within_field
from planner.spreadsheets.grids import Grid
from planner.spreadsheets.problems import Problems

WHOLE = ("whole", "")
REGION, PRODUCT_LINE = "region", "product_line"
# What people call the whole in a column of segments.
WHOLES = {
    "", "all", "whole", "total", "totals", "grand total", "overall", "whole team",
    "全部", "整体", "合计", "总计", "汇总", "全国",
}  # fmt: skip
DIMENSIONS = {
    "region": REGION,
    "地区": REGION,
    "区域": REGION,
    "product line": PRODUCT_LINE,
    "product_line": PRODUCT_LINE,
    "productline": PRODUCT_LINE,
    "产品线": PRODUCT_LINE,
    "sub-team": "sub_team",
    "sub_team": "sub_team",
    "小组": "sub_team",
}


@dataclass(slots=True)
class NewReading:
    """One reading that a file brings: `segment` is a dimension and a name, the whole is ("whole", "")."""

    metric: str
    month: dt.date
    segment: Part
    value: Decimal
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    source: str = ""


@dataclass(slots=True)
class ReadingsFound:
    """The readings of a file, and the metrics that the team does not have yet, with whether each is a rate."""

    readings: list[NewReading] = field(default_factory=list)
    new_metrics: dict[str, bool] = field(default_factory=dict)
    # The names that are no metric of the team, and whether that is said: of names across the top, once.
    unknown: dict[str, bool] = field(default_factory=dict)
    # The units that the file says, in which figures were read.
    units: dict[str, None] = field(default_factory=dict)


def read_readings(
    grid: Grid, header: Header, known: Metrics, create: bool, problems: Problems
) -> ReadingsFound:
    """The readings below the header; with `create` a name that is no metric of the team is a new one."""
    found = ReadingsFound()
    read: list[ReadCell] = []
    for cell in _cells(grid, header, problems):
        if one := _read(cell, known, create, found, problems):
            read.append(one)
    by_metric: dict[str, list[ReadCell]] = {}
    for one in read:
        by_metric.setdefault(one.metric.name, []).append(one)
    for name, group in by_metric.items():
        scale_rates(name, group, found.new_metrics, problems)
        if grid.sheet is not None:
            check_per_cent(name, group, problems)
    _check_twice(read, problems)
    say_units(found.units, problems)
    found.readings = [_reading(one) for one in read]
    return found


def _cells(grid: Grid, header: Header, problems: Problems) -> Iterator[Cell]:
    # What these columns say decides what a value is; without a source or a note it is the same.
    telling = {at for name, at in header.columns.items() if name not in ("value", "source", "note")}
    said = (split_unit(header.name(each))[1] for each in ("value", "metric") if each in header.columns)
    unit, subtotals = next(filter(None, said), None) or header.above.unit, []
    is_subtotal = cache(
        lambda name: same_name(name) not in WHOLES and bool(_SUBTOTAL.search(same_name(name)))
    )
    parts = [header.columns[each] for each in (REGION, PRODUCT_LINE) if each in header.columns]
    for row, cells in data_rows(grid, header, ("metric", "month"), problems):
        if grid.broken and (broken := [at for at in telling if (row - 1, at) in grid.broken]):
            for at in broken:
                problems.error(why_broken(grid.broken[row - 1, at]), row, header.names[at])
        elif any(is_subtotal(cells[at]) for at in parts):
            subtotals.append(row)
        elif noted := unit_of_note(cells):
            problems.error(
                _(
                    "This line below the table gives the unit %(unit)s. Move it to the header or "
                    "above the table."
                )
                % {"unit": noted.words},
                row,
            )
        elif (segment := _segment(cells, header, row, problems)) is not None:
            yield from _cells_of_row(cells, header, row, segment, unit, grid, problems)
    if subtotals:
        say_totals(subtotals, problems)


# What adds up some of the other rows: 小计, 华东合计, Subtotal.
_SUBTOTAL = re.compile(r"(?:合计|小计|总计|汇总|\b(?:sub-?)?totals?)$")


def _cells_of_row(
    cells: list[str],
    header: Header,
    row: int,
    segment: Part,
    unit: Unit,
    grid: Grid,
    problems: Problems,
) -> Iterator[Cell]:
    def get(name: str) -> str:
        return cells[header.columns[name]].strip() if name in header.columns else ""

    def label(name: str) -> str:
        return header.name(name) if name in header.columns else name

    if not header.months and not header.metrics:
        places = {header.columns["value"]: (get("metric"), get("month"))}
    elif header.months:
        places = {column: (get("metric"), month) for column, month in header.months.items()}
    else:
        places = {column: (metric, get("month")) for column, metric in header.metrics.items()}
    is_long = "value" in header.columns
    own_unit = unit_of(get("unit")) if "unit" in header.columns else None
    for column, (metric, month) in places.items():
        value, name = cells[column].strip(), header.names[column]
        if (row - 1, column) in grid.broken:
            problems.error(why_broken(grid.broken[row - 1, column]), row, name)
            continue
        if not value and not is_long:
            continue  # a month or metric without a value in a wide table: missing, not zero
        yield Cell(
            row=row,
            column=name,
            metric=metric,
            metric_row=header.row + 1 if header.metrics else row,
            metric_column=name if header.metrics else label("metric"),
            month=month,
            month_column=name if header.months else label("month"),
            value=value,
            segment=segment,
            weight=get("weight"),
            weight_column=label("weight"),
            source=" · ".join(each for each in (get("source"), get("note")) if each)[:120],
            own_unit=own_unit,
            unit=unit,
            in_percent=unit.sign == "%" or header.above.in_percent,
        )


def _segment(cells: list[str], header: Header, row: int, problems: Problems) -> Part | None:
    """The segment of a row; None, and a problem, where there are two, or one of no known dimension."""
    found = _in_columns_of_dimensions(cells, header, row, problems)
    if found is None:
        return None
    if "segment" in header.columns:
        text, column = cells[header.columns["segment"]].strip(), header.name("segment")
        if same_name(text) not in WHOLES:
            dimension, _colon, name = half_width(text).partition(":")
            if same_name(dimension) not in DIMENSIONS or not name.strip():
                problems.error(
                    _("“%(text)s” is not a segment. Use the format “region: East” or “product line: A”.")
                    % {"text": text[:40]},
                    row,
                    column,
                )
                return None
            found.append(((DIMENSIONS[same_name(dimension)], name.strip()[:80]), column))
    if len(found) > 1:
        problems.error(_("A value can have a region or a product line, not both."), row, found[1][1])
        return None
    return found[0][0] if found else WHOLE


def _in_columns_of_dimensions(
    cells: list[str], header: Header, row: int, problems: Problems
) -> list[tuple[Part, str]] | None:
    """The segments in a row's columns of one dimension each, with the column; None, and a problem, for an error."""
    found: list[tuple[Part, str]] = []
    for dimension in (REGION, PRODUCT_LINE):
        if dimension in header.columns:
            name = cells[header.columns[dimension]].strip()
            if name in ERRORS:
                problems.error(why_broken(name), row, header.name(dimension))
                return None
            if same_name(name) not in WHOLES:
                found.append(((dimension, name[:80]), header.name(dimension)))
    return found


def _read(
    cell: Cell, known: Metrics, create: bool, found: ReadingsFound, problems: Problems
) -> ReadCell | None:
    told = _metric_of(cell, known, create, found, problems)
    if told is None:
        return None
    metric, unit = told
    try:
        month = read_month(cell.month)
    except ValueRefused as refused:
        problems.error(refused, cell.row, cell.month_column)
        return None
    try:
        if not cell.value:
            raise ValueRefused(_("The value is missing. Enter one or delete the row."))
        figure = read_figure(metric.unit.bare(cell.value) if metric.unit.sign else unit.on(cell.value))
    except ValueRefused as refused:
        problems.error(refused, cell.row, cell.column)
        return None
    if unit.sign and unit.sign != metric.unit.sign:
        found.units[unit.words] = None
    try:
        weight = _weight_of(cell, figure) if cell.weight else None
    except ValueRefused as refused:
        problems.error(refused, cell.row, cell.weight_column)
        return None
    return ReadCell(cell, metric, month, figure, unit, weight)


def _metric_of(
    cell: Cell, known: Metrics, create: bool, found: ReadingsFound, problems: Problems
) -> tuple[KnownMetric, Unit] | None:
    """A cell's metric, the team's own or a new one, and the unit of its figure; None, and a problem, without."""
    metric, unit = known.named(cell.metric)
    unit, why = unit or cell.own_unit, ""
    if metric is not None:
        unit, why = _unit_of(metric, unit, cell)
    elif not cell.metric:
        why = _("The metric is missing.")
    elif not create:
        why = _no_metric(cell.metric, known)
    elif unit is None and cell.unit.sign:
        why = _whose_unit(cell)
    if why:
        if not found.unknown.get(cell.metric):
            problems.error(why, cell.metric_row, cell.metric_column)
        found.unknown[cell.metric] = cell.metric_row != cell.row
        return None
    if metric is not None:
        return metric, unit or NO_UNIT
    name = _first_spelling(split_once(cell.metric)[0] if unit else cell.metric, found)
    found.new_metrics.setdefault(name, False)
    return KnownMetric(name, False), unit or NO_UNIT


def _unit_of(metric: KnownMetric, unit: Unit | None, cell: Cell) -> tuple[Unit, str]:
    """The unit of a figure of the team's own metric, and why it is not taken in it: "" where it is."""
    if metric.is_rate:
        in_percent = unit.sign == "%" if unit else cell.in_percent
        return (unit or Unit("%", "%")) if in_percent else NO_UNIT, ""
    is_unclear = unit is None and not metric.is_money and cell.unit.sign and not cell.unit.is_money
    unit = unit or (cell.unit if metric.is_money else NO_UNIT)
    if is_unclear:
        return unit, _whose_unit(cell)
    if metric.unit.sign and unit is not NO_UNIT and unit.sign != metric.unit.sign:
        names = {"name": metric.name, "own": metric.unit.words, "unit": unit.words}
        return unit, _(
            "“%(name)s” is in %(own)s, but the file has it in %(unit)s. Enter it in %(own)s."
        ) % names
    return unit, ""


def _whose_unit(cell: Cell) -> str:
    return _(
        "The unit of “%(name)s” is unclear, because the file says %(unit)s. Add the unit "
        "in brackets after the name."
    ) % {
        "name": cell.metric[:80],
        "unit": cell.unit.words,
    }


def _weight_of(cell: Cell, figure: Figure) -> Decimal:
    """Raises ValueRefused."""
    weight = read_figure(cell.weight).value
    if weight <= 0:
        raise ValueRefused(_("The weight must be more than 0."))
    if abs(figure.value * weight) >= TOO_LARGE:
        raise ValueRefused(_("The value times the weight is too large. Check both."))
    return weight


def _no_metric(name: str, known: Metrics) -> str:
    said = {"name": name[:80], "alike": known.like(name)}
    if said["alike"]:
        return _("The team has no metric “%(name)s”. Did you mean “%(alike)s”?") % said
    return _("The team has no metric “%(name)s”.") % said


def _first_spelling(name: str, found: ReadingsFound) -> str:
    """The way in which a new metric was written first."""
    return next((each for each in found.new_metrics if same_name(each) == same_name(name)), name[:80])


def _check_twice(read: list[ReadCell], problems: Problems) -> None:
    first: dict[tuple[str, dt.date, Part], int] = {}
    for one in read:
        key = (one.metric.name, one.month, one.cell.segment)
        if key in first:
            problems.error(
                _("“%(metric)s” already has a value for %(month)s, in row %(row)d.")
                % {"metric": one.metric.name, "month": f"{one.month:%Y-%m}", "row": first[key]},
                one.cell.row,
                one.cell.column,
            )
        else:
            first[key] = one.cell.row


def _reading(one: ReadCell) -> NewReading:
    numerator = denominator = None
    if one.weight is not None:
        numerator, denominator = within_field(one.figure.value * one.weight), one.weight
    return NewReading(
        one.metric.name,
        one.month,
        one.cell.segment,
        one.figure.value,
        numerator,
        denominator,
        one.cell.source,
    )
