"""Readings from a grid: long (one a row), or wide with months or metrics across."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from django.utils.translation import gettext as _

from planner.arithmetic.currencies import foreign_in, is_foreign, refusal
from planner.arithmetic.names import name_key
from planner.arithmetic.quantities import TOO_LARGE, half_width
from planner.readings.imports.cells import Cell, ReadCell
from planner.readings.imports.gathered import GatheredReadings
from planner.readings.imports.headers import Header
from planner.readings.imports.metrics import KnownMetric, Metrics, split_once
from planner.readings.imports.parts import SEGMENTS, WHOLE, Part, Parts
from planner.readings.imports.rates import Rates, check_per_cent
from planner.readings.imports.rows import ERRORS, broken_cell_message, data_rows, warn_of_totals
from planner.readings.imports.units import NO_UNIT, Unit, split_unit, unit_of, unit_of_note, warn_of_units
from planner.readings.imports.values import Figure, ValueRefused, read_figure, read_month, within_field
from planner.spreadsheets.grids import Grid
from planner.spreadsheets.problems import Problems

# The names of the whole in a column of segments, and those of each dimension before a segment's own, as keys.
WHOLES = {
    "", "all", "whole", "total", "totals", "grandtotal", "overall", "wholeteam",
    "全部", "整体", "合计", "总计", "汇总", "全国",
}  # fmt: skip
DIMENSIONS = {
    "region": "region",
    "地区": "region",
    "区域": "region",
    "productline": "product_line",
    "product_line": "product_line",
    "产品线": "product_line",
    "channel": "channel",
    "saleschannel": "channel",
    "sales_channel": "channel",
    "渠道": "channel",
    "销售渠道": "channel",
    "subteam": "sub_team",
    "sub-team": "sub_team",
    "sub_team": "sub_team",
    "小组": "sub_team",
}


@dataclass(slots=True)
class ParsedReadings:
    """The readings of a file, and the metrics that the team does not have yet, with whether each is a rate."""

    readings: GatheredReadings = field(default_factory=GatheredReadings)
    new_metrics: dict[str, bool] = field(default_factory=dict)
    # The names that are not metrics of the team, and whether not to report them again: those across the top.
    unknown: dict[str, bool] = field(default_factory=dict)
    # The units given in the file in which figures were read.
    units: dict[str, None] = field(default_factory=dict)
    # Those in another currency than the team's: each is an error once.
    foreign_units: set[str] = field(default_factory=set)


def read_readings(
    grid: Grid,
    header: Header,
    metrics: Metrics,
    parts: Parts,
    rates: Rates,
    create: bool,
    problems: Problems,
) -> ParsedReadings:
    """The readings below the header; with `create` a name that is not a metric of the team becomes a new one."""
    parsed = ParsedReadings()
    # Of the readings whose whole column decides what they are: the cells, and the positions.
    open_cells: dict[str, list[tuple[int, ReadCell]]] = {}
    for cell in _cells(grid, header, parts, problems):
        if read_cell := _read(cell, metrics, create, parsed, problems):
            name, figure = read_cell.metric.name, read_cell.figure
            at = parsed.readings.append(name, read_cell.month, cell, figure.value)
            if _is_open(read_cell, parsed):
                open_cells.setdefault(name, []).append((at, read_cell))
    for name, positions in open_cells.items():
        group = [read_cell for _at, read_cell in positions]
        rates.scale(name, group, parsed.new_metrics, problems)
        if grid.sheet is not None:
            check_per_cent(name, group, problems)
        for at, read_cell in positions:
            parsed.readings.set_value(at, read_cell.figure.value, _totals(read_cell))
    for reading, row, column, first_row in parsed.readings.twice():
        problems.error(
            _("“%(metric)s” already has a value for %(month)s, in row %(row)d.")
            % {"metric": reading.metric, "month": f"{reading.month:%Y-%m}", "row": first_row},
            row,
            column,
        )
    warn_of_units(parsed.units, problems)
    return parsed


def _is_open(read_cell: ReadCell, parsed: ParsedReadings) -> bool:
    """Whether the whole column decides what a figure is, or whether it is one: rates, and what may be one."""
    is_rate = read_cell.metric.is_rate or read_cell.metric.name in parsed.new_metrics
    in_percent = read_cell.figure.percent or read_cell.unit.sign == "%"
    return is_rate or in_percent or read_cell.weight is not None


def _cells(grid: Grid, header: Header, parts: Parts, problems: Problems) -> Iterator[Cell]:
    # An error in one of these columns makes the row's value unclear; one in a source or note does not.
    relevant = {at for name, at in header.columns.items() if name not in ("value", "source", "note")}
    units_in_header = (
        split_unit(header.name(field_name))[1]
        for field_name in ("value", "metric")
        if field_name in header.columns
    )
    unit, subtotals = next(filter(None, units_in_header), None) or header.above.unit, []
    is_subtotal = cache(
        lambda name: (
            name_key(name) not in WHOLES and bool(_SUBTOTAL.search(half_width(name).casefold().strip()))
        )
    )
    of_parts = [header.columns[dimension] for dimension in SEGMENTS if dimension in header.columns]
    for row, cells in data_rows(grid, header, ("metric", "month"), problems):
        if grid.broken and (broken := [at for at in relevant if (row - 1, at) in grid.broken]):
            for at in broken:
                problems.error(broken_cell_message(grid.broken[row - 1, at]), row, header.names[at])
        elif any(is_subtotal(cells[at]) for at in of_parts):
            subtotals.append(row)
        elif note_unit := unit_of_note(cells):
            problems.error(
                _(
                    "This line below the table gives the unit %(unit)s. Move it to the header or "
                    "above the table."
                )
                % {"unit": note_unit.words},
                row,
            )
        elif (segment := _segment(cells, header, row, parts, problems)) is not None:
            yield from _cells_of_row(cells, header, row, segment, unit, grid, problems)
    if subtotals:
        warn_of_totals(subtotals, problems)


# Names of rows that add up some of the others: 小计, 华东合计, Subtotal.
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
            problems.error(broken_cell_message(grid.broken[row - 1, column]), row, name)
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
            source=" · ".join(text for text in (get("source"), get("note")) if text)[:120],
            own_unit=own_unit,
            unit=unit,
            currency=get("currency"),
            in_percent=unit.sign == "%" or header.above.in_percent,
        )


def _segment(cells: list[str], header: Header, row: int, parts: Parts, problems: Problems) -> Part | None:
    """The segment of a row; None, and a problem, where there are two, or one of no known dimension."""
    segments = _in_columns_of_dimensions(cells, header, row, parts, problems)
    if segments is None:
        return None
    if "segment" in header.columns:
        text, column = cells[header.columns["segment"]].strip(), header.name("segment")
        if name_key(text) not in WHOLES:
            dimension, _colon, name = half_width(text).partition(":")
            if name_key(dimension) not in DIMENSIONS or not name_key(name):
                problems.error(
                    _("“%(text)s” is not a segment. Use the format “region: East” or “product line: A”.")
                    % {"text": text[:40]},
                    row,
                    column,
                )
                return None
            segments.append((parts.find(DIMENSIONS[name_key(dimension)], name), column))
    if len(segments) > 1:
        problems.error(
            _("A value can have one segment only: a region, a product line, a sales channel or a sub-team."),
            row,
            segments[1][1],
        )
        return None
    return segments[0][0] if segments else WHOLE


def _in_columns_of_dimensions(
    cells: list[str], header: Header, row: int, parts: Parts, problems: Problems
) -> list[tuple[Part, str]] | None:
    """The segments in a row's columns of one dimension each, with the column; None, and a problem, for an error."""
    segments: list[tuple[Part, str]] = []
    for dimension in SEGMENTS:
        if dimension in header.columns:
            name = cells[header.columns[dimension]].strip()
            if name in ERRORS:
                problems.error(broken_cell_message(name), row, header.name(dimension))
                return None
            if name_key(name) not in WHOLES:
                segments.append((parts.find(dimension, name), header.name(dimension)))
    return segments


def _read(
    cell: Cell, metrics: Metrics, create: bool, parsed: ParsedReadings, problems: Problems
) -> ReadCell | None:
    metric_and_unit = _metric_of(cell, metrics, create, parsed, problems)
    if metric_and_unit is None:
        return None
    metric, unit = metric_and_unit
    if _is_foreign(cell, metric, unit, metrics.currency, parsed, problems):
        return None
    try:
        month = read_month(cell.month)
    except ValueRefused as refused:
        problems.error(refused, cell.row, cell.month_column)
        return None
    try:
        if not cell.value:
            raise ValueRefused(_("The value is missing. Enter one or delete the row."))
        text = metric.unit.bare(cell.value) if metric.unit.sign else unit.on(cell.value)
        figure = read_figure(text, metrics.currency)
    except ValueRefused as refused:
        problems.error(refused, cell.row, cell.column)
        return None
    if unit.sign and unit.sign != metric.unit.sign:
        parsed.units[unit.words] = None
    try:
        weight = _weight_of(cell, figure, metrics.currency) if cell.weight else None
    except ValueRefused as refused:
        problems.error(refused, cell.row, cell.weight_column)
        return None
    return ReadCell(cell, metric, month, figure, unit, weight)


def _metric_of(
    cell: Cell, metrics: Metrics, create: bool, parsed: ParsedReadings, problems: Problems
) -> tuple[KnownMetric, Unit] | None:
    """A cell's metric, the team's own or a new one, and the unit of its figure; None, with an error, without."""
    metric, unit = metrics.find(cell.metric)
    unit, why = unit or cell.own_unit, ""
    if metric is not None:
        unit, why = _unit_of(metric, unit, cell)
    elif not cell.metric:
        why = _("The metric is missing.")
    elif not create:
        why = _no_metric(cell.metric, metrics)
    elif unit is None and cell.unit.sign:
        why = _whose_unit(cell)
    if why:
        if not parsed.unknown.get(cell.metric):
            problems.error(why, cell.metric_row, cell.metric_column)
        parsed.unknown[cell.metric] = cell.metric_row != cell.row
        return None
    if metric is not None:
        return metric, unit or NO_UNIT
    name = _first_spelling(split_once(cell.metric)[0] if unit else cell.metric, parsed)
    parsed.new_metrics.setdefault(name, False)
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


def _is_foreign(
    cell: Cell, metric: KnownMetric, unit: Unit, own: str, parsed: ParsedReadings, problems: Problems
) -> bool:
    """Whether a cell's unit, or its row's column of currencies, names another currency: that is an error.

    A unit that the header or a line above the table gives is one error for all cells.
    """
    in_row = cell.currency if metric.is_money and is_foreign(cell.currency, own) else ""
    foreign = in_row or foreign_in(unit.words, own)
    if foreign and foreign not in parsed.foreign_units:
        problems.error(refusal(foreign, own), cell.row, cell.column)
    if foreign and not in_row and unit is not cell.own_unit:
        parsed.foreign_units.add(foreign)
    return bool(foreign)


def _weight_of(cell: Cell, figure: Figure, currency: str) -> Decimal:
    """Raises ValueRefused."""
    weight = read_figure(cell.weight, currency).value
    if weight <= 0:
        raise ValueRefused(_("The weight must be more than 0."))
    if abs(figure.value * weight) >= TOO_LARGE:
        raise ValueRefused(_("The value times the weight is too large. Check both."))
    return weight


def _no_metric(name: str, metrics: Metrics) -> str:
    params = {"name": name[:80], "alike": metrics.closest(name)}
    if params["alike"]:
        return _("The team has no metric “%(name)s”. Did you mean “%(alike)s”?") % params
    return _("The team has no metric “%(name)s”.") % params


def _first_spelling(name: str, parsed: ParsedReadings) -> str:
    """The spelling of a new metric where it appeared first."""
    return next(
        (known_name for known_name in parsed.new_metrics if name_key(known_name) == name_key(name)),
        name[:80],
    )


def _totals(read_cell: ReadCell) -> tuple[Decimal, Decimal] | None:
    """Numerator and denominator, where the cell has a weight."""
    if read_cell.weight is None:
        return None
    return within_field(read_cell.figure.value * read_cell.weight), read_cell.weight
