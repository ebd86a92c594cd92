"""Rates among readings: fractions, or per cent (Decision 14 of the method), decided for each metric as a whole."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from planner.readings.imports.cells import ReadCell
from planner.readings.imports.values import Figure, rates_of, within_field
from planner.spreadsheets.problems import Problems


def scale_rates(name: str, group: list[ReadCell], new_metrics: dict[str, bool], problems: Problems) -> None:
    """Turn the rates of a metric into fractions; refuse a per-cent sign in a metric that is not a rate."""
    is_new = name in new_metrics
    signed = [read_cell for read_cell in group if read_cell.figure.percent]
    if is_new and signed:
        new_metrics[name] = True
    if not group[0].metric.is_rate and not (is_new and signed):
        for read_cell in signed:
            problems.error(
                _("“%(metric)s” is not a rate. Remove the per cent sign.") % {"metric": name},
                read_cell.cell.row,
                read_cell.cell.column,
            )
        return
    rates = rates_of(read_cell.figure for read_cell in group)
    if rates.error:
        odd = next(read_cell for read_cell in group if read_cell.figure.percent != group[0].figure.percent)
        problems.error(rates.error, odd.cell.row, odd.cell.column)
    elif rates.in_percent:
        for read_cell in group:
            read_cell.figure = Figure(within_field(read_cell.figure.value / 100), True)
        problems.warn(
            _("“%(metric)s” was read as percentages: 12 means 12%%.") % {"metric": name}, group[0].cell.row
        )


def check_per_cent(name: str, group: list[ReadCell], problems: Problems) -> None:
    """Refuse rates of a workbook whose unit is per cent but that all lie within 0…1: Excel stores 8% as 0.08."""
    bare_cells = [
        read_cell
        for read_cell in group
        if read_cell.unit.sign == "%" and not read_cell.cell.value.endswith("%")
    ]
    if any(read_cell.figure.value for read_cell in bare_cells) and all(
        abs(read_cell.figure.value) <= Decimal("0.01") for read_cell in bare_cells
    ):
        problems.error(
            _(
                "%(value)s could mean %(high)s%% or %(value)s%%, because the file gives %(unit)s "
                "as the unit of “%(metric)s”. Add a per cent sign to the values."
            )
            % {
                "value": bare_cells[0].cell.value,
                "high": f"{(bare_cells[0].figure.value * 10_000).normalize():f}",
                "unit": bare_cells[0].unit.words,
                "metric": name,
            },
            bare_cells[0].cell.row,
            bare_cells[0].cell.column,
        )
