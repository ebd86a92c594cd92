"""Saves the readings of a file: in one short transaction, all or nothing, and so that it can be undone.

They are staged first, without any lock (planner/models/staging.py); the preview shows what was staged, and the saving
writes what the preview has shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from planner import changes, words
from planner.arithmetic.collation import sort_key
from planner.arithmetic.names import name_key
from planner.arithmetic.periods import month_start
from planner.models import Batch, Import, Metric, Plan, Reading, Segment, StagedReading, Team, User, staging
from planner.models.names import by_name
from planner.models.readings import ImportedReading, Values, as_text
from planner.models.staging import Clash
from planner.plans import whole_of
from planner.readings.imports.gathered import NewReading
from planner.readings.imports.parts import Part, segments_by_place

# How many values that were changed meanwhile are listed.
MOST_CLASHES = 20
# How many segments that a file brings get their ids by one statement.
MOST_PARTS = 200


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


class PreviewOutdated(Exception):
    """Saving would not do what the preview said, because values or metrics were changed meanwhile."""

    def __init__(self, clashes: list[Clash], metrics: list[str]) -> None:
        super().__init__()
        self.clashes, self.metrics = clashes, metrics


def stage(
    plan: Plan,
    readings: Iterable[NewReading],
    *,
    file_name: str,
    new_metrics: Iterable[Metric] = (),
    changed_metrics: Iterable[Metric] = (),
    versions: Mapping[int, int] | None = None,
    is_compared: bool = True,
) -> Batch:
    """Stage readings of the plan's team; metrics that it lacks come as `new_metrics`, unsaved.

    `changed_metrics` are the team's own, with a changed aggregation or definition; `versions` those of the team's
    metrics when the file was begun to be read (default: now). A reading without a source gets the file's name as its
    source. Where `is_compared`, each is compared with the stored one.
    """
    batch = Batch.objects.create()
    versions = metric_versions(plan.team) if versions is None else versions
    used: set[int] = set()
    rows = _rows(plan, readings, file_name[:120], used)
    staging.fill(batch, rows, is_compared=is_compared)
    batch.metrics = {
        "versions": [[pk, versions.get(pk)] for pk in used],
        "new": [_as_json(metric) for metric in new_metrics],
        "changed": [[metric.pk, versions.get(metric.pk), _as_json(metric)] for metric in changed_metrics],
    }
    batch.save(update_fields=["metrics"])
    return batch


def metric_versions(team: Team) -> dict[int, int]:
    """The version of each metric of a team, archived ones too: a metric that is changed gets another."""
    return dict(Metric.with_removed.filter(team=team).values_list("pk", "version"))


def _rows(plan: Plan, readings: Iterable[NewReading], source: str, used: set[int]) -> Iterator[staging.Row]:
    """The rows to be staged; the ids of the team's metrics that they have are added to `used`."""
    metrics = by_name(Metric.objects.filter(team=plan.team))
    segments = {place: segment.pk for place, segment in segments_by_place(plan.team).items()}
    for reading in readings:
        metric, segment = metrics.get(name_key(reading.metric)), segments.get(_place(reading.segment))
        if metric is not None:
            used.add(metric.pk)
        metric_id, metric_name = (metric.pk, "") if metric else (None, reading.metric)
        dimension, name = ("", "") if segment else reading.segment
        where = (metric_id, metric_name, f"{reading.month}", segment, dimension, name)
        yield staging.Row(*where, *staging.texts_of(reading), reading.source or source)


def _as_json(metric: Metric) -> dict[str, Any]:
    return {
        item.attname: item.value_from_object(metric)
        for item in metric.recorded_fields()
        if item.name != "team"
    }


def save_batch(
    log: changes.Recording,
    plan: Plan,
    batch: Batch,
    *,
    kind: str,
    file_name: str,
    is_previewed: bool = True,
) -> Saved:
    """Save what was staged, within `log`. Values that are already stored are not written again: importing the same
    file twice changes nothing and leaves no entry in the history.

    Raises PreviewOutdated where a metric was changed since, or, where somebody has seen a preview, a value.
    """
    _check_metrics(plan, batch)
    _save_metrics(log, plan, batch)
    _save_segments(log, plan, batch)
    if is_previewed and (clashes := staging.clashes(batch, most=MOST_CLASHES)):
        raise PreviewOutdated(clashes, [])
    counts = staging.counts(batch)
    if changing := counts.new + counts.changed + counts.kept:
        entry = Import(
            team=plan.team,
            plan=plan,
            kind=kind,
            file_name=file_name[-200:],
            readings=changing,
        )
        log.save(entry)
        staging.keep_old(batch, entry)
        staging.write(batch, log.by)
    revision = log.revision if log.changes else None
    return Saved(counts.new, counts.changed, counts.same, revision, counts.kept)


def _check_metrics(plan: Plan, batch: Batch) -> None:
    """Raises PreviewOutdated where a metric is not as it was when the file was read: its values may mean another."""
    changed = [[pk, version] for pk, version, _fields in batch.metrics["changed"]]
    then: dict[int, int] = dict((*batch.metrics["versions"], *changed))
    restored = {pk for pk, _version, _fields in batch.metrics["changed"]}
    names = [
        metric.name
        for metric in Metric.with_removed.filter(pk__in=then)
        if metric.version != then[metric.pk] or (metric.removed_at is not None and metric.pk not in restored)
    ]
    new = {name_key(fields["name"]) for fields in batch.metrics["new"]}
    names += Metric.objects.filter(team=plan.team, name_key__in=new).values_list("name", flat=True)
    if names:
        raise PreviewOutdated([], names)


def _save_metrics(log: changes.Recording, plan: Plan, batch: Batch) -> None:
    """Make the metrics that the team lacks, and change those that are to be changed."""
    made = []
    for fields in batch.metrics["new"]:
        metric = Metric(team=plan.team, **fields)
        log.save(metric)
        made.append(models.When(metric_name=fields["name"], then=metric.pk))
    for pk, _version, fields in batch.metrics["changed"]:
        metric = log.take(Metric.with_removed.filter(team=plan.team), pk)
        if metric.removed_at is not None:
            log.restore(metric)
            made.append(models.When(metric_name=fields["name"], then=metric.pk))
        for name, value in fields.items():
            setattr(metric, name, value)
        log.save(metric)
    without = StagedReading.objects.filter(batch=batch, metric=None)
    if made:
        without.update(metric_id=models.Case(*made))
    if names := without.values_list("metric_name", flat=True).distinct():
        raise PreviewOutdated([], list(names))  # renamed while the file was read


def _save_segments(log: changes.Recording, plan: Plan, batch: Batch) -> None:
    """Make the segments that the team still lacks, and restore the archived ones."""
    staged = StagedReading.objects.filter(batch=batch)
    unknown = staged.filter(segment=None)
    parts = sorted(unknown.values_list("dimension", "segment_name").distinct())
    if parts:
        known = segments_by_place(plan.team)
        Segment.objects.bulk_create(
            (
                Segment(team=plan.team, dimension=part[0], name=part[1])
                for part in parts
                if _place(part) not in known
            ),
            ignore_conflicts=True,
        )
        known = segments_by_place(plan.team)
        for start in range(0, len(parts), MOST_PARTS):
            ids = (
                models.When(dimension=part[0], segment_name=part[1], then=known[_place(part)].pk)
                for part in parts[start : start + MOST_PARTS]
            )
            unknown.update(segment_id=models.Case(*ids))
    for segment in Segment.with_removed.filter(pk__in=staged.values("segment")).exclude(removed_at=None):
        log.restore(segment)


def _place(part: Part) -> Part:
    dimension, name = part
    return dimension, name_key(name)


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
    """Stage readings and save them at once, without a preview; see `stage` for its arguments.

    Raises PlanClosed, and PreviewOutdated where a metric was changed just now.
    """
    batch = stage(
        plan,
        readings,
        file_name=file_name,
        new_metrics=new_metrics,
        changed_metrics=changed_metrics,
        is_compared=False,
    )
    try:
        with changes.recording(plan.team, by=by, plan=plan) as log:
            return save_batch(log, plan, batch, kind=kind, file_name=file_name, is_previewed=False)
    finally:
        batch.delete()


def try_out(
    plan: Plan,
    readings: Iterable[NewReading],
    *,
    file_name: str,
    new_metrics: Iterable[Metric] = (),
    changed_metrics: Iterable[Metric] = (),
) -> Saved:
    """The result that saving these readings would have now; see `stage` for the arguments. Nothing is kept."""
    new, changed = list(new_metrics), list(changed_metrics)
    batch = stage(plan, readings, file_name=file_name, new_metrics=new, changed_metrics=changed)
    try:
        return count(batch)
    finally:
        batch.delete()


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


def count(batch: Batch) -> Saved:
    """The result that saving what was staged would have now."""
    counts = staging.counts(batch)
    return Saved(counts.new, counts.changed, counts.same, kept=counts.kept)


def covered_by(batch: Batch) -> list[Covered]:
    """The typed values that would stay on top of what was staged."""
    places = staging.covered(batch)
    metrics = Metric.objects.in_bulk({metric for metric, *_rest in places})
    segments = Segment.objects.in_bulk({segment for _metric, _month, segment, *_rest in places})
    covered = [
        Covered(metrics[metric], segments[segment], month, typed, imported)
        for metric, month, segment, typed, imported in places
    ]
    return sorted(
        covered, key=lambda each: (sort_key(each.metric.name), sort_key(str(each.segment)), each.month)
    )
