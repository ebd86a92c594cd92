"""Rates among readings: fractions, or per cent (Decision 14 of the method); each metric's are looked at together."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from planner.readings.imports.cells import ReadCell
from planner.readings.imports.values import Figure, rates_of, within_field
from planner.spreadsheets.problems import Problems


def scale_rates(name: str, group: list[ReadCell], new_metrics: dict[str, bool], problems: Problems) -> None:
    """Let the rates of a metric be fractions; refuse a per-cent sign in a metric that is none."""
    is_new = name in new_metrics
    signed = [one for one in group if one.figure.percent]
    if is_new and signed:
        new_metrics[name] = True
    if not group[0].metric.is_rate and not (is_new and signed):
        for one in signed:
            problems.error(
                _("“%(metric)s” is not a rate. Remove the per cent sign.") % {"metric": name},
                one.cell.row,
                one.cell.column,
            )
        return
    rates = rates_of(one.figure for one in group)
    if rates.error:
        odd = next(one for one in group if one.figure.percent != group[0].figure.percent)
        problems.error(rates.error, odd.cell.row, odd.cell.column)
    elif rates.in_percent:
        for one in group:
            one.figure = Figure(within_field(one.figure.value / 100), True)
        problems.warn(
            _("“%(metric)s” was read as percentages: 12 means 12%%.") % {"metric": name}, group[0].cell.row
        )


def check_per_cent(name: str, group: list[ReadCell], problems: Problems) -> None:
    """Refuse rates of a workbook that the file calls per cent but that all lie within 0…1: 8% is stored as 0.08."""
    bare = [one for one in group if one.unit.sign == "%" and not one.cell.value.endswith("%")]
    if any(one.figure.value for one in bare) and all(
        abs(one.figure.value) <= Decimal("0.01") for one in bare
    ):
        problems.error(
            _(
                "%(value)s could mean %(high)s%% or %(value)s%%, because the file gives %(unit)s "
                "as the unit of “%(metric)s”. Add a per cent sign to the values."
            )
            % {
                "value": bare[0].cell.value,
                "high": f"{(bare[0].figure.value * 10_000).normalize():f}",
                "unit": bare[0].unit.words,
                "metric": name,
            },
            bare[0].cell.row,
            bare[0].cell.column,
        )
