"""Saves the readings of a file: in one short transaction, all or nothing, and so that it can be undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from planner import changes
from planner.arithmetic.names import name_key
from planner.models import Import, Metric, Plan, Reading, Segment, User
from planner.models.names import by_name
from planner.models.readings import Difference, as_text
from planner.readings.imports.parts import Part, segments_by_place
from planner.readings.imports.readings import NewReading


@dataclass(frozen=True, slots=True)
class Saved:
    """The result of saving: how many readings are new, changed, or the same as before.

    `revision` is the revision of the team to undo, None where nothing was written.
    """

    new: int
    changed: int
    same: int
    revision: int | None = field(default=None, compare=False)


def save(
    plan: Plan,
    readings: Iterable[NewReading],
    *,
    by: User | None,
    kind: str,
    file_name: str,
    new_metrics: Iterable[Metric] = (),
    changed_metrics: Iterable[Metric] = (),
) -> Saved:
    """Save readings of the plan's team; metrics that it lacks come as `new_metrics`, unsaved.

    `changed_metrics` are the team's own, with a changed aggregation or definition.

    A reading without a source gets the file's name as its source. Values that are already stored are not written
    again: importing the same file twice changes nothing and leaves no entry in the history.
    """
    readings = list(readings)
    for reading in readings:
        reading.source = reading.source or file_name[:120]
    with changes.recording(plan.team, by=by, plan=plan) as log:
        for metric in changed_metrics:
            if metric.removed_at is not None:
                log.restore(metric)
            log.save(metric)
        metrics = by_name(Metric.objects.filter(team=plan.team))
        for metric in new_metrics:
            if name_key(metric.name) not in metrics:
                metric.team = plan.team
                log.save(metric)
                metrics[metric.name_key] = metric
        segments = _segments(log, {reading.segment for reading in readings})
        by_place = {
            (metrics[name_key(reading.metric)].pk, reading.month, segments[reading.segment]): reading
            for reading in readings
        }
        difference = Reading.objects.compare_with_stored(by_place)
        if difference.new or difference.changed:
            entry = Import(
                team=plan.team,
                plan=plan,
                kind=kind,
                file_name=file_name[-200:],
                readings=difference.new + difference.changed,
            )
            log.save(entry)
            difference.write(entry, by)
    same = len(by_place) - difference.new - difference.changed
    return Saved(difference.new, difference.changed, same, log.revision if log.changes else None)


def save_typed(
    log: changes.Recording,
    plan: Plan,
    metric: Metric,
    segment: Segment | None,
    month: dt.date,
    existing: Reading | None,
    value: Decimal | None,
    source: str,
) -> None:
    """Save a typed value in the place of the `existing` reading; without a value that is deleted.

    It is recorded as an import of one reading, so that it can be undone.
    """
    segment = segment or Segment.begin(plan.team, Segment.Dimension.WHOLE)
    place = (metric.pk, month, segment.pk)
    new = None
    if value is not None:
        totals = (
            (existing.numerator, existing.denominator)
            if existing and existing.value == value
            else (None, None)
        )
        new = NewReading(metric.name, month, (segment.dimension, segment.name), value, *totals, source)
    label = f"{metric.name} · {segment} · {month:%Y-%m}" if segment.name else f"{metric.name} · {month:%Y-%m}"
    log.save(
        Import(
            team=plan.team,
            plan=plan,
            kind=Import.Kind.TYPED,
            file_name=label[:200],
            readings=1,
            before=[[metric.pk, f"{month}", segment.pk, as_text(existing), as_text(new)]],
        )
    )
    if new is not None:
        Reading.objects.upsert({place: new}, log.by)
    elif existing is not None:
        existing.delete()


def compare(plan: Plan, readings: Iterable[NewReading]) -> Saved:
    """The result that saving these readings would have now."""
    metrics, segments = by_name(Metric.objects.filter(team=plan.team)), segments_by_place(plan.team)
    readings, by_place = list(readings), {}
    for reading in readings:
        metric, segment = metrics.get(name_key(reading.metric)), segments.get(_place(reading.segment))
        if metric is not None and segment is not None:
            by_place[metric.pk, reading.month, segment.pk] = reading
    difference = Difference(by_place)
    same = len(by_place) - difference.new - difference.changed
    return Saved(len(readings) - difference.changed - same, difference.changed, same)


def _segments(log: changes.Recording, parts: set[Part]) -> dict[Part, int]:
    """The ids of these parts; an archived one is restored, and one that the team does not have is made."""
    known = segments_by_place(log.team)
    ids = {}
    for part in sorted(parts):
        segment = known.get(_place(part)) or Segment.begin(log.team, *part)
        if segment.removed_at is not None:
            log.restore(segment)
        ids[part] = segment.pk
    return ids


def _place(part: Part) -> Part:
    dimension, name = part
    return dimension, name_key(name)
