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
from planner.models.readings import Difference, ImportedReading, Values, as_text
from planner.plans import whole_of
from planner.readings.imports.cells import Part
from planner.readings.imports.metrics import same_name
from planner.readings.imports.readings import NewReading


@dataclass(frozen=True, slots=True)
class Saved:
    """The result of saving: how many readings are new, changed, or the same as before.

    `kept` are typed values, among the same, that cover another imported one now. `revision` is the revision of the
    team to undo, None where nothing was written.
    """

    new: int
    changed: int
    same: int
    revision: int | None = field(default=None, compare=False)
    kept: int = 0


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
        if count := difference.new + difference.changed + difference.kept:
            entry = Import(
                team=plan.team,
                plan=plan,
                kind=kind,
                file_name=file_name[-200:],
                readings=count,
            )
            log.save(entry)
            difference.write(entry, by)
    same = len(by_place) - difference.new - difference.changed
    revision = log.revision if log.changes else None
    return Saved(difference.new, difference.changed, same, revision, difference.kept)


def save_typed(
    log: changes.Recording,
    plan: Plan,
    metric: Metric,
    segment: Segment | None,
    month: dt.date,
    value: Decimal | None,
    source: str,
) -> None:
    """Save a typed value, over the imported one where there is one; without a value that one shows again.

    Without a typed value, the imported one is removed, or gets another source. It is recorded as an import of one
    reading, so that it can be undone. Raises ValidationError for a month that has not started by the team's date.
    """
    _check_started(plan, month)
    segment = segment or whole_of(plan.team)
    place = (metric.pk, month, segment.pk)
    there = Reading.objects.at([place]).get(place)
    typed, imported = (there and there.layer(typed=layer) for layer in (True, False))
    is_imported = value is not None and imported is not None and imported.value == value
    old = typed or imported if is_imported or value is None else typed
    new = None if value is None or (is_imported and typed) else _by_hand(value, source, old)
    kind = Import.Kind.TYPED if typed or (value is not None and not is_imported) else Import.Kind.EDITED
    label = f"{metric.name} · {segment} · {month:%Y-%m}" if segment.name else f"{metric.name} · {month:%Y-%m}"
    entry = Import(
        team=plan.team,
        plan=plan,
        kind=kind,
        file_name=label[:200],
        readings=1,
        before=[[metric.pk, f"{month}", segment.pk, as_text(old), as_text(new)]],
    )
    log.save(entry)
    entry.on_restored(log.by)


def _by_hand(value: Decimal, source: str, old: Values | None) -> ImportedReading:
    """A value with its source; it keeps the totals of the old reading where that has the same value."""
    is_same = old is not None and old.value == value
    totals = (old.numerator, old.denominator) if old is not None and is_same else (None, None)
    return ImportedReading(value, *totals, source)


def _check_started(plan: Plan, month: dt.date) -> None:
    running = month_start(plan.team.today())
    if month > running:
        raise ValidationError(
            _("%(month)s has not started yet. You can enter values up to %(last)s.")
            % {"month": words.month(month), "last": words.month(running)}
        )


@dataclass(frozen=True, slots=True)
class Covered:
    """A typed value that stays on top of a file's: where, what was typed, and what the file gives."""

    metric: Metric
    segment: Segment
    month: dt.date
    typed: Decimal
    imported: Decimal


def compare(plan: Plan, readings: Iterable[NewReading]) -> tuple[Saved, list[Covered]]:
    """The result that saving these readings would have now, and the typed values that would stay on top of them."""
    metrics = {same_name(metric.name): metric for metric in Metric.objects.filter(team=plan.team)}
    segments = {
        (segment.dimension, segment.name): segment for segment in Segment.objects.filter(team=plan.team)
    }
    readings, by_place = list(readings), {}
    for reading in readings:
        metric, segment = metrics.get(same_name(reading.metric)), segments.get(reading.segment)
        if metric is not None and segment is not None:
            by_place[metric.pk, reading.month, segment.pk] = reading
    difference = Difference(by_place)
    same = len(by_place) - difference.new - difference.changed
    covered = [
        Covered(
            metrics[same_name(by_place[place].metric)],
            segments[by_place[place].segment],
            place[1],
            typed.value,
            imported.value,
        )
        for place, typed, imported in difference.covered()
    ]
    saved = Saved(len(readings) - difference.changed - same, difference.changed, same, kept=difference.kept)
    return saved, sorted(covered, key=lambda each: (each.metric.name, str(each.segment), each.month))


def _segments(plan: Plan, parts: set[Part]) -> dict[Part, int]:
    dimensions = {dimension for dimension, _name in parts}
    segments = Segment.objects.filter(team=plan.team, dimension__in=dimensions)
    ids = {(segment.dimension, segment.name): segment.pk for segment in segments}
    for dimension, name in sorted(parts - set(ids)):
        segment = Segment.objects.get_or_create(team=plan.team, dimension=dimension, name=name)[0]
        ids[dimension, name] = segment.pk
    return ids
