"""What was found in a file that somebody brought, in plain values: what its page shows, and what is kept till then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from decimal import Decimal
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic import formats
from planner.arithmetic.formats import Scale
from planner.models import Metric, Plan
from planner.readings.imports.pipeline import Parsed
from planner.readings.imports.readings import WHOLE
from planner.readings.save import Saved, compare
from planner.spreadsheets.problems import MOST, Problem

MONTHS_SHOWN = 6
# So many names that are no metric of the team are asked about.
NAMES_ASKED = 20
# A name and what stands for it. A mapping would not keep its order in the database.
Pair = tuple[str, str]
D = TypeVar("D", bound="Months | Saved | Problem | Findings")


@dataclass(frozen=True, slots=True)
class Months:
    """The last months that would result, in total: by metric, its figures beside the names of their months."""

    names: list[str] = field(default_factory=list)
    rows: list[tuple[str, list[Pair]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything is unknown of a file that could not be read, or not yet.

    `counted` is what saving would come to; once saved, what it came to. `more` errors are not listed.
    """

    kind: str | None = None
    encoding: str = ""
    date_order: str | None = None
    sheets: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    # The first rows, each cell beside its header; the headers themselves come first.
    sample: list[list[Pair]] = field(default_factory=list)
    # Names that are no metric of the team, and the one of its metrics that is most like each.
    unknown: list[Pair] = field(default_factory=list)
    new_metrics: list[str] = field(default_factory=list)
    definitions: list[Pair] = field(default_factory=list)
    readings: int = 0
    counted: Saved | None = None
    months: Months = field(default_factory=Months)
    errors: list[Problem] = field(default_factory=list)
    more: int = 0
    warnings: list[Problem] = field(default_factory=list)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Findings:
        """What `as_json` wrote, this release's or another's: what is missing is not known, what is strange is left."""
        found = _read(cls, kept)
        return replace(
            found,
            counted=_read(Saved, found.counted) if isinstance(found.counted, Mapping) else None,
            months=_read(Months, found.months) if isinstance(found.months, Mapping) else Months(),
            errors=[_read(Problem, each) for each in found.errors],
            warnings=[_read(Problem, each) for each in found.warnings],
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def given_up(self, why: str) -> Findings:
        """The same with one error and nothing else that is wrong."""
        return replace(self, errors=[Problem(why)], more=0, warnings=[])


def _read(made: type[D], kept: Any) -> D:
    known = {each.name for each in fields(made)}
    return made(**{name: value for name, value in kept.items() if name in known})


def findings_of(parsed: Parsed, plan: Plan, saved: Saved | None = None) -> Findings:
    """What a file would bring, or has brought, into the history of a plan's team; in the reader's language."""
    problems, counted = parsed.problems, saved
    if parsed.is_accepted and saved is None:
        counted = compare(plan, parsed.readings)
    return Findings(
        kind=parsed.kind,
        encoding=parsed.encoding,
        date_order=parsed.date_order,
        sheets=parsed.sheets,
        headers=list(parsed.headers),
        columns=parsed.columns,
        sample=[list(zip(parsed.sample[0], row, strict=True)) for row in parsed.sample],
        unknown=list(parsed.unknown.items())[:NAMES_ASKED],
        new_metrics=[metric.name for metric in parsed.new_metrics],
        definitions=list(parsed.definitions.items()),
        readings=len(parsed.readings),
        counted=counted,
        months=_months(parsed, plan),
        errors=problems.errors[:MOST],
        more=problems.unlisted,
        warnings=problems.warnings,
    )


def _months(parsed: Parsed, plan: Plan) -> Months:
    """Where there are several months, the sum of all stands before the last of them."""
    whole: dict[str, dict[dt.date, Decimal]] = {}
    for reading in parsed.readings:
        if reading.segment == WHOLE:
            whole.setdefault(reading.metric, {})[reading.month] = reading.value
    months = sorted({month for values in whole.values() for month in values})
    metrics = {each.name: each for each in (*Metric.objects.filter(team=plan.team), *parsed.new_metrics)}
    language = words.language()
    names = [formats.month(month, language) for month in months[-MONTHS_SHOWN:]]
    if len(months) > 1:
        names = [_("Total of %(n)d months") % {"n": len(months)}, *names]
    rows = []
    for name, values in whole.items():
        scale = Scale(metrics[name].is_rate)
        figures = [values.get(month) for month in months[-MONTHS_SHOWN:]]
        if len(months) > 1:
            adds_up = metrics[name].aggregation == Metric.Aggregation.SUM
            figures = [sum(values.values(), Decimal(0)) if adds_up else None, *figures]
        shown = (words.figure(scale, each) for each in figures)
        rows.append((name, list(zip(names, shown, strict=True))))
    return Months(names, rows)
