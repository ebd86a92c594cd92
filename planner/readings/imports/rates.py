"""Rates among readings: fractions, or per cent (Decision 14 of the method), decided for each metric as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from statistics import median

from django.utils.translation import gettext as _

from planner.arithmetic.formats import RATE
from planner.arithmetic.names import name_key
from planner.readings.imports.cells import ReadCell
from planner.readings.imports.values import Figure, within_field
from planner.spreadsheets.problems import Problems
from planner.words import figure

# A column whose median differs from that of the known values by more than this factor is asked about.
FAR = 3


class RateScale(StrEnum):
    """What a bare number in a column of rates is: 8 in per cent, or 0.08 as a fraction."""

    PER_CENT = "per-cent"
    FRACTIONS = "fractions"

    def value_of(self, number: Decimal) -> Decimal:
        """The fraction that a bare number is."""
        return within_field(number / 100) if self is RateScale.PER_CENT else number


class Rates:
    """How the rates of each metric in a file are written.

    `known` has the median of the values that a metric has already, `chosen` what a person chose for a metric, or,
    under "", for all of them; both by the keys of their names.
    """

    def __init__(self, known: Mapping[str, Decimal], chosen: Mapping[str, RateScale]) -> None:
        self._known, self.chosen = known, chosen
        # For each metric with bare numbers: how they were read, or are proposed to be.
        self.taken: dict[str, RateScale] = {}
        self.asked: set[str] = set()

    def scale(
        self, name: str, group: list[ReadCell], new_metrics: dict[str, bool], problems: Problems
    ) -> None:
        """Turn the rates of a metric into fractions; refuse a per-cent sign in a metric that is not a rate."""
        signed = [read_cell for read_cell in group if read_cell.figure.percent]
        if name in new_metrics and signed:
            new_metrics[name] = True
        if not group[0].metric.is_rate and not (name in new_metrics and signed):
            for read_cell in signed:
                problems.error(
                    _("“%(metric)s” is not a rate. Remove the per cent sign.") % {"metric": name},
                    read_cell.cell.row,
                    read_cell.cell.column,
                )
        elif not signed:
            self._scale_bare(name, group, problems)
        elif len(signed) < len(group):
            odd = next(cell for cell in group if cell.figure.percent != group[0].figure.percent)
            problems.error(
                _("Some rates have a per cent sign and others don't. Use one format for all of them."),
                odd.cell.row,
                odd.cell.column,
            )
        # Else the sign was parsed with each of them: they are fractions already.

    def _scale_bare(self, name: str, group: list[ReadCell], problems: Problems) -> None:
        numbers = [read_cell.figure.value for read_cell in group]
        chosen = self.chosen.get(name_key(name)) or self.chosen.get("")
        scale = chosen or (
            RateScale.PER_CENT if any(abs(number) > 1 for number in numbers) else RateScale.FRACTIONS
        )
        known = self._known.get(name_key(name))
        if chosen is None and known and is_far(_middle(map(scale.value_of, numbers)), known):
            # What was taken for fractions is likely in per cent; numbers beyond 1 can hardly be anything else.
            self.taken[name] = RateScale.PER_CENT
            self.asked.add(name)
            first = group[0]
            problems.error(
                _question(name, first.cell.value, first.figure.value, known),
                first.cell.row,
                first.cell.column,
                option="--rates per-cent, --rates fractions",
            )
            return
        self.taken[name] = scale
        for read_cell in group:
            read_cell.figure = Figure(scale.value_of(read_cell.figure.value), True)
        said = (
            _("“%(metric)s” was read as percentages: 12 means 12%%.")
            if scale is RateScale.PER_CENT
            else _("“%(metric)s” was read as fractions: 0.12 means 12%%.")
        )
        problems.warn(said % {"metric": name}, group[0].cell.row)


def is_far(read: Decimal, known: Decimal) -> bool:
    """Whether the median of a column is more than three times, or less than a third of, that of the known values."""
    if not read or not known:
        return False
    return abs(read) > FAR * abs(known) or FAR * abs(read) < abs(known)


def _middle(values: Iterable[Decimal]) -> Decimal:
    return median(abs(value) for value in values)


def _question(name: str, text: str, number: Decimal, known: Decimal) -> str:
    per_cent, fraction = (
        figure(RATE, scale.value_of(number)) for scale in (RateScale.PER_CENT, RateScale.FRACTIONS)
    )
    return _(
        "“%(metric)s”: %(text)s could mean %(per_cent)s or %(fraction)s. Its values so far are about %(known)s. "
        "Choose how its rates are written."
    ) % {
        "metric": name,
        "text": text,
        "per_cent": per_cent,
        "fraction": fraction,
        "known": figure(RATE, known),
    }


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
