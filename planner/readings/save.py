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

from django.db import models

from planner import changes
from planner.models import Batch, Import, Metric, Plan, Reading, Segment, StagedReading, Team, User, staging
from planner.models.readings import as_text
from planner.models.staging import Clash
from planner.readings.imports.gathered import NewReading
from planner.readings.imports.metrics import same_name

# How many values that were changed meanwhile are listed.
MOST_CLASHES = 20


@dataclass(frozen=True, slots=True)
class Saved:
    """The result of saving: how many readings are new, changed, or the same as before.

    `revision` is the revision of the team to undo, None where nothing was written.
    """

    new: int
    changed: int
    same: int
    revision: int | None = field(default=None, compare=False)


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
    """The version of each metric of a team: a metric that is changed gets another."""
    return dict(Metric.objects.filter(team=team).values_list("pk", "version"))


def _rows(plan: Plan, readings: Iterable[NewReading], source: str, used: set[int]) -> Iterator[staging.Row]:
    """The rows to be staged; the ids of the team's metrics that they have are added to `used`."""
    metrics = {same_name(metric.name): metric for metric in Metric.objects.filter(team=plan.team)}
    segments = {
        (segment.dimension, segment.name): segment.pk for segment in Segment.objects.filter(team=plan.team)
    }
    for reading in readings:
        metric, segment = metrics.get(same_name(reading.metric)), segments.get(reading.segment)
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
    _save_segments(plan, batch)
    if is_previewed and (clashes := staging.clashes(batch, most=MOST_CLASHES)):
        raise PreviewOutdated(clashes, [])
    counts = staging.counts(batch)
    if counts.new or counts.changed:
        entry = Import(
            team=plan.team,
            plan=plan,
            kind=kind,
            file_name=file_name[-200:],
            readings=counts.new + counts.changed,
        )
        log.save(entry)
        staging.keep_old(batch, entry)
        staging.write(batch, log.by)
    return Saved(*counts, log.revision if log.changes else None)


def _check_metrics(plan: Plan, batch: Batch) -> None:
    """Raises PreviewOutdated where a metric is not as it was when the file was read: its values may mean another."""
    changed = [[pk, version] for pk, version, _fields in batch.metrics["changed"]]
    then: dict[int, int] = dict((*batch.metrics["versions"], *changed))
    names = [metric.name for metric in Metric.with_removed.filter(pk__in=then) if _is_odd(metric, then)]
    new = {same_name(fields["name"]) for fields in batch.metrics["new"]}
    names += [
        metric.name for metric in Metric.objects.filter(team=plan.team) if same_name(metric.name) in new
    ]
    if names:
        raise PreviewOutdated([], names)


def _is_odd(metric: Metric, versions: Mapping[int, int]) -> bool:
    return metric.removed_at is not None or metric.version != versions[metric.pk]


def _save_metrics(log: changes.Recording, plan: Plan, batch: Batch) -> None:
    """Make the metrics that the team lacks, and change those that are to be changed."""
    made = []
    for fields in batch.metrics["new"]:
        metric = Metric(team=plan.team, **fields)
        log.save(metric)
        made.append(models.When(metric_name=fields["name"], then=metric.pk))
    for pk, _version, fields in batch.metrics["changed"]:
        metric = log.take(Metric.objects.filter(team=plan.team), pk)
        for name, value in fields.items():
            setattr(metric, name, value)
        log.save(metric)
    without = StagedReading.objects.filter(batch=batch, metric=None)
    if made:
        without.update(metric_id=models.Case(*made))
    if names := without.values_list("metric_name", flat=True).distinct():
        raise PreviewOutdated([], list(names))  # renamed while the file was read


def _save_segments(plan: Plan, batch: Batch) -> None:
    """Make the segments that the team still lacks."""
    unknown = StagedReading.objects.filter(batch=batch, segment=None)
    parts = sorted(unknown.values_list("dimension", "segment_name").distinct())
    if not parts:
        return
    Segment.objects.bulk_create(
        (Segment(team=plan.team, dimension=dimension, name=name) for dimension, name in parts),
        ignore_conflicts=True,
    )
    staging.find_segments(batch, plan.team)


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
