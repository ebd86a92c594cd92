"""What was found in an uploaded file, in plain values: its page shows it, and the upload keeps it as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from decimal import Decimal
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic import formats
from planner.arithmetic.formats import Scale
from planner.models import Metric, Plan, Segment
from planner.models.staging import Clash
from planner.readings.imports.parts import WHOLE
from planner.readings.imports.pipeline import Parsed
from planner.readings.save import Covered, PreviewOutdated, Saved
from planner.spreadsheets.problems import MOST, Problem

MONTHS_SHOWN = 6
# How many typed values that stay on top of a file's are listed.
COVERED_SHOWN = 20
# How many names that are not metrics of the team are asked about.
NAMES_ASKED = 20
# Metric, month, segment, and the figure when the file was previewed, now, and in the file; as texts.
ClashRow = tuple[str, str, str, str, str, str]
# A name and its value. A mapping would not keep its order in the database.
Pair = tuple[str, str]
D = TypeVar("D", bound="Months | Saved | Problem | Findings")


@dataclass(frozen=True, slots=True)
class Months:
    """The preview of the last months, in total: for each metric its figures with the names of their months."""

    names: list[str] = field(default_factory=list)
    rows: list[tuple[str, list[Pair]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in a file; the defaults are those of a file that was not read, or could not be.

    `counted` is the result that saving would have, or had. `more` is the number of errors that are not listed.
    `covered` are typed values that stay on top of the file's: where, the value that was typed, the file's.
    """

    kind: str | None = None
    encoding: str = ""
    date_order: str | None = None
    sheets: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    # The first rows, each cell beside its header; the headers themselves come first.
    sample: list[list[Pair]] = field(default_factory=list)
    # Names that are not metrics of the team, each with the most similar one of its metrics.
    unknown: list[Pair] = field(default_factory=list)
    # Metrics whose rates can be read in two ways, each with what was chosen or, where it is asked, is proposed.
    rates: list[Pair] = field(default_factory=list)
    new_metrics: list[str] = field(default_factory=list)
    definitions: list[Pair] = field(default_factory=list)
    readings: int = 0
    counted: Saved | None = None
    covered: list[tuple[str, str, str]] = field(default_factory=list)
    covered_more: int = 0
    months: Months = field(default_factory=Months)
    errors: list[Problem] = field(default_factory=list)
    more: int = 0
    warnings: list[Problem] = field(default_factory=list)
    # What somebody changed between the preview and the saving.
    clashes: list[ClashRow] = field(default_factory=list)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Findings:
        """What `as_json` wrote, in any release: missing fields get their defaults, unknown ones are ignored."""
        findings = _read(cls, data)
        return replace(
            findings,
            counted=_read(Saved, findings.counted) if isinstance(findings.counted, Mapping) else None,
            months=_read(Months, findings.months) if isinstance(findings.months, Mapping) else Months(),
            errors=[_read(Problem, problem) for problem in findings.errors],
            warnings=[_read(Problem, problem) for problem in findings.warnings],
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def with_single_error(self, message: str) -> Findings:
        """The same findings with one error and no warnings."""
        return replace(self, errors=[Problem(message)], more=0, warnings=[], clashes=[])

    def outdated_by(self, outdated: PreviewOutdated) -> Findings:
        """The same findings with what was changed since they were made."""
        if outdated.metrics:
            message = _("Metrics were changed after the preview: %(names)s. Nothing was saved.") % {
                "names": words.listed(outdated.metrics)
            }
        else:
            message = _("Values were changed after the preview. Nothing was saved.")
        return replace(self.with_single_error(message), clashes=_clash_rows(outdated.clashes))


def _read(type_: type[D], data: Any) -> D:
    names = {item.name for item in fields(type_)}
    return type_(**{name: value for name, value in data.items() if name in names})


def _clash_rows(clashes: list[Clash]) -> list[ClashRow]:
    metrics = Metric.objects.in_bulk({clash.metric_id for clash in clashes})
    segments = Segment.objects.in_bulk({clash.segment_id for clash in clashes})
    language, rows = words.language(), []
    for clash in clashes:
        metric, month = metrics[clash.metric_id], formats.month(clash.month, language)
        then, now, brought = (
            words.figure(metric.scale, value) for value in (clash.old, clash.now, clash.brought)
        )
        rows.append((metric.name, month, str(segments[clash.segment_id]), then, now, brought))
    return rows


def findings_of(
    parsed: Parsed, plan: Plan, counted: Saved | None, covered: Sequence[Covered] = ()
) -> Findings:
    """What a file would add to the history of a plan's team, with `counted` readings; in the reader's language.

    `covered` are the typed values that would stay on top of the file's.
    """
    problems = parsed.problems
    return Findings(
        kind=parsed.kind,
        encoding=parsed.encoding,
        date_order=parsed.date_order,
        sheets=parsed.sheets,
        headers=list(parsed.headers),
        columns=parsed.columns,
        sample=[list(zip(parsed.sample[0], row, strict=True)) for row in parsed.sample],
        unknown=list(parsed.unknown.items())[:NAMES_ASKED],
        rates=list(parsed.rates.items()),
        new_metrics=[metric.name for metric in parsed.new_metrics],
        definitions=list(parsed.definitions.items()),
        readings=len(parsed.readings),
        counted=counted,
        covered=[_covered_texts(each) for each in covered[:COVERED_SHOWN]],
        covered_more=max(len(covered) - COVERED_SHOWN, 0),
        months=_months(parsed, plan),
        errors=problems.errors[:MOST],
        more=problems.unlisted,
        warnings=problems.warnings,
    )


def _covered_texts(covered: Covered) -> tuple[str, str, str]:
    part = f" · {covered.segment}" if covered.segment.name else ""
    typed, imported = (
        words.figure(covered.metric.scale, value) for value in (covered.typed, covered.imported)
    )
    return f"{covered.metric.name}{part} · {words.month(covered.month)}", typed, imported


def _months(parsed: Parsed, plan: Plan) -> Months:
    """The last months of each metric; where there are several, their total comes first."""
    totals: dict[str, dict[dt.date, Decimal]] = {}
    for reading in parsed.readings:
        if reading.segment == WHOLE:
            totals.setdefault(reading.metric, {})[reading.month] = reading.value
    months = sorted({month for values in totals.values() for month in values})
    metrics = {
        metric.name: metric for metric in (*Metric.objects.filter(team=plan.team), *parsed.new_metrics)
    }
    language = words.language()
    names = [formats.month(month, language) for month in months[-MONTHS_SHOWN:]]
    if len(months) > 1:
        names = [_("Total of %(n)d months") % {"n": len(months)}, *names]
    rows = []
    for name, values in totals.items():
        scale = Scale(metrics[name].is_rate)
        figures = [values.get(month) for month in months[-MONTHS_SHOWN:]]
        if len(months) > 1:
            adds_up = metrics[name].aggregation == Metric.Aggregation.SUM
            figures = [sum(values.values(), Decimal(0)) if adds_up else None, *figures]
        texts = (words.figure(scale, value) for value in figures)
        rows.append((name, list(zip(names, texts, strict=True))))
    return Months(names, rows)
