"""Merges two metrics, or two segments, of a team into one: their values, and all that names them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from planner.arithmetic.names import name_key
from planner.changes import Recording
from planner.models import Formula, Import, Metric, PlanMetric, Reading, Recorded, Segment
from planner.models.names import Named
from planner.models.readings import ImportedReading, Place, StoredReading, Values, as_text, imported_of

# Metric, month, segment, the old reading as text or None, and the new one: a line of `Import.before`.
Line = tuple[int, str, int, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Clash:
    """A month in which both have a value: of the metric, in the segment."""

    metric: Metric
    segment: Segment
    month: dt.date

    @property
    def adds_up(self) -> bool:
        return self.metric.aggregation == Metric.Aggregation.SUM


def clashes(source: Named, target: Named) -> list[Clash]:
    """The months in which both have a value."""
    moved = _moved(source, target)
    stored = {
        (reading.metric_id, reading.month, reading.segment_id): reading
        for reading in _readings_of(target).select_related("metric", "segment")
    }
    both = [stored[place] for _reading, place in moved if place in stored]
    return [Clash(reading.metric, reading.segment, reading.month) for reading in both]


def merge(log: Recording, source: Named, target: Named, *, add: bool = False) -> None:
    """Give all that `source` has to `target`, which answers to its names from then on, and archive it.

    With `add`, values of one month are added, where the metric is a sum. Raises ValidationError where the two are
    not alike, or where a month has two values that may not be added.
    """
    _check(source, target, add)
    _take_over_readings(log, source, target)
    _take_over_links(log, source, target)
    key = getattr(source, "key", "")
    if isinstance(source, Metric) and isinstance(target, Metric) and key and not target.key:
        source.key = ""
        log.save(source)
        target.key = key
    target.answer_to(source.name, *source.old_names)
    log.save(target)
    log.remove(source)


def _check(source: Named, target: Named, add: bool) -> None:
    if source == target:
        raise ValidationError(_("Choose another one to merge into."))
    if isinstance(source, Metric) and isinstance(target, Metric):
        if _rules_of(source) != _rules_of(target):
            raise ValidationError(
                _("The two metrics differ in type, unit, direction or aggregation, so they can't be merged.")
            )
        rows = PlanMetric.objects.filter(metric=source, plan__removed_at=None)
        if row := rows.filter(plan__metrics__metric=target, plan__metrics__removed_at=None).first():
            raise ValidationError(
                _("Table 1 of “%(plan)s” has both metrics. Remove one of the rows first.")
                % {"plan": row.plan}
            )
    elif source.dimension != target.dimension or source.dimension == Segment.Dimension.WHOLE:  # type: ignore[attr-defined]  # both are segments
        raise ValidationError(_("Only segments of one type can be merged."))
    both = clashes(source, target)
    if any(not (add and clash.adds_up) for clash in both):
        raise ValidationError(_("Both have values for the same months."))


def _rules_of(metric: Metric) -> tuple[str, ...]:
    return metric.kind, name_key(metric.unit), metric.direction, metric.aggregation


def _readings_of(named: Named) -> Any:
    return Reading.objects.filter(**{"metric" if isinstance(named, Metric) else "segment": named})


def _moved(source: Named, target: Named) -> Iterator[tuple[Reading, tuple[int, dt.date, int]]]:
    """Each reading of the source, with the place that it gets."""
    for reading in _readings_of(source).order_by("pk"):
        metric = target.pk if isinstance(target, Metric) else reading.metric_id
        segment = target.pk if isinstance(target, Segment) else reading.segment_id
        yield reading, (metric, reading.month, segment)


def _take_over_readings(log: Recording, source: Named, target: Named) -> None:
    """Move the readings: the typed ones, then the imported ones, which may lie beneath them.

    An Import of each kind keeps what was there before, so that it can be undone.
    """
    moved = list(_moved(source, target))
    stored = Reading.objects.at(place for _reading, place in moved)
    for kind, lines_of in ((Import.Kind.TYPED, _typed_lines), (Import.Kind.MERGED, _imported_lines)):
        lines = [line for reading, place in moved for line in lines_of(reading, place, stored.get(place))]
        if lines:
            label = f"{source} → {target}"[:200]
            entry = Import(team=log.team, kind=kind, file_name=label, readings=len(moved), before=lines)
            log.save(entry)
            entry.on_restored(log.by)


def _typed_lines(reading: Reading, place: Place, there: StoredReading | None) -> Iterator[Line]:
    """How the typed layers of both places change: where either was typed, their sum counts as typed."""
    if reading.is_typed:
        yield _line(_place_of(reading), reading, None)
    before = there.layer(typed=True) if there else None
    if reading.is_typed or before:
        yield _line(place, before, _sum(there, reading))


def _imported_lines(reading: Reading, place: Place, there: StoredReading | None) -> Iterator[Line]:
    """How the imported layers of both places change."""
    own = imported_of(reading) if reading.is_typed else reading
    if own is not None:
        before = there.layer(typed=False) if there else None
        yield _line(_place_of(reading), own, None)
        yield _line(place, before, _sum(before, own))


def _place_of(reading: Reading) -> Place:
    return reading.metric_id, reading.month, reading.segment_id


def _line(place: Place, old: Values | None, new: Values | None) -> Line:
    metric, month, segment = place
    return metric, f"{month}", segment, as_text(old), as_text(new)


def _sum(first: Values | None, second: Values | None) -> Values | None:
    """Two values as one, with both of their sources; the other where there is one alone."""
    if first is None or second is None:
        return first or second
    sources = dict.fromkeys(text for text in (first.source, second.source) if text)
    return ImportedReading(first.value + second.value, None, None, " · ".join(sources)[:120])


def _take_over_links(log: Recording, source: Named, target: Named) -> None:
    """Let everything that names the source name the target: goals, bottlenecks, rows, ratios and formulas."""
    for relation in type(source)._meta.get_fields(include_hidden=True):
        model = relation.related_model
        if not (relation.auto_created and isinstance(model, type) and issubclass(model, Recorded)):
            continue
        name = relation.field.name  # type: ignore[union-attr]  # every relation from another model has its field
        for obj in model.with_removed.filter(**{name: source}).order_by("pk"):
            setattr(obj, name, target)
            log.save(obj)
    if isinstance(source, Metric):
        for formula in Formula.with_removed.filter(team=source.team_id).order_by("pk"):
            if source.pk in formula.metric_ids:
                formula.factors = [
                    [target.pk if pk == source.pk else pk for pk in factor] for factor in formula.factors
                ]
                log.save(formula)
