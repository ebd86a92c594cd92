"""Saves the readings of a file: in one short transaction, all or nothing, and so that it can be undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from planner import changes, words
from planner.arithmetic.periods import month_start
from planner.models import Import, Metric, Plan, Reading, Segment, User
from planner.models.readings import Difference, as_text
from planner.readings.imports.cells import Part
from planner.readings.imports.metrics import same_name
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
        metrics = {same_name(metric.name): metric for metric in Metric.objects.filter(team=plan.team)}
        for metric in new_metrics:
            if same_name(metric.name) not in metrics:
                metric.team = plan.team
                log.save(metric)
                metrics[same_name(metric.name)] = metric
        for metric in changed_metrics:
            log.save(metric)
        segments = _segments(plan, {reading.segment for reading in readings})
        by_place = {
            (metrics[same_name(reading.metric)].pk, reading.month, segments[reading.segment]): reading
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

    It is recorded as an import of one reading, so that it can be undone. Raises ValidationError for a month that has
    not started by the team's date.
    """
    running = month_start(plan.team.today())
    if month > running:
        raise ValidationError(
            _("%(month)s has not started yet. You can enter values up to %(last)s.")
            % {"month": words.month(month), "last": words.month(running)}
        )
    segment = (
        segment
        or Segment.objects.get_or_create(team=plan.team, dimension=Segment.Dimension.WHOLE, name="")[0]
    )
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
    metrics = {
        same_name(name): pk for pk, name in Metric.objects.filter(team=plan.team).values_list("pk", "name")
    }
    segments = {
        (segment.dimension, segment.name): segment.pk for segment in Segment.objects.filter(team=plan.team)
    }
    readings, by_place = list(readings), {}
    for reading in readings:
        metric, segment = metrics.get(same_name(reading.metric)), segments.get(reading.segment)
        if metric is not None and segment is not None:
            by_place[metric, reading.month, segment] = reading
    difference = Difference(by_place)
    same = len(by_place) - difference.new - difference.changed
    return Saved(len(readings) - difference.changed - same, difference.changed, same)


def _segments(plan: Plan, parts: set[Part]) -> dict[Part, int]:
    dimensions = {dimension for dimension, _name in parts}
    segments = Segment.objects.filter(team=plan.team, dimension__in=dimensions)
    ids = {(segment.dimension, segment.name): segment.pk for segment in segments}
    for dimension, name in sorted(parts - set(ids)):
        segment = Segment.objects.get_or_create(team=plan.team, dimension=dimension, name=name)[0]
        ids[dimension, name] = segment.pk
    return ids
