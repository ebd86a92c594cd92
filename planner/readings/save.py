"""Saves what a file brought: in one short transaction, all or nothing, and so that it can be taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from planner import changes
from planner.models import Import, Metric, Plan, Reading, Segment, User
from planner.models.readings import Difference, as_text
from planner.readings.imports.cells import Part
from planner.readings.imports.metrics import same_name
from planner.readings.imports.readings import NewReading


@dataclass(frozen=True, slots=True)
class Saved:
    """What a saving came to: readings that are new, that changed, and that stood there already.

    `revision` is the team's that undoes it, None where nothing was written.
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

    `changed_metrics` are the team's own, with another rule or definition than they had.

    A reading without a source has the file for one. What stands there already is not written again: the same file
    twice changes nothing, and leaves no trace.
    """
    readings = list(readings)
    for each in readings:
        each.source = each.source or file_name[:120]
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
        wanted = {
            (metrics[same_name(each.metric)].pk, each.month, segments[each.segment]): each
            for each in readings
        }
        found = Reading.objects.differing(wanted)
        if found.new or found.changed:
            done = Import(
                team=plan.team,
                plan=plan,
                kind=kind,
                file_name=file_name[-200:],
                readings=found.new + found.changed,
            )
            log.save(done)
            found.write(done, by)
    same = len(wanted) - found.new - found.changed
    return Saved(found.new, found.changed, same, log.revision if log.changes else None)


def put_typed(
    log: changes.Recording,
    plan: Plan,
    metric: Metric,
    segment: Segment | None,
    month: dt.date,
    there: Reading | None,
    value: Decimal | None,
    source: str,
) -> None:
    """Put what somebody typed in the place of one reading, `there`; without a value it goes.

    It is an import of one reading by hand: a line of history that can be undone.
    """
    segment = (
        segment
        or Segment.objects.get_or_create(team=plan.team, dimension=Segment.Dimension.WHOLE, name="")[0]
    )
    place = (metric.pk, month, segment.pk)
    new = None
    if value is not None:
        totals = (there.numerator, there.denominator) if there and there.value == value else (None, None)
        new = NewReading(metric.name, month, (segment.dimension, segment.name), value, *totals, source)
    said = f"{metric.name} · {segment} · {month:%Y-%m}" if segment.name else f"{metric.name} · {month:%Y-%m}"
    log.save(
        Import(
            team=plan.team,
            plan=plan,
            kind=Import.Kind.TYPED,
            file_name=said[:200],
            readings=1,
            before=[[metric.pk, f"{month}", segment.pk, as_text(there), as_text(new)]],
        )
    )
    if new is not None:
        Reading.objects.upsert({place: new}, log.by)
    elif there is not None:
        there.delete()


def compare(plan: Plan, readings: Iterable[NewReading]) -> Saved:
    """What saving these readings would come to now."""
    metrics = {
        same_name(name): pk for pk, name in Metric.objects.filter(team=plan.team).values_list("pk", "name")
    }
    segments = {(each.dimension, each.name): each.pk for each in Segment.objects.filter(team=plan.team)}
    readings, known = list(readings), {}
    for each in readings:
        metric, segment = metrics.get(same_name(each.metric)), segments.get(each.segment)
        if metric is not None and segment is not None:
            known[metric, each.month, segment] = each
    found = Difference(known)
    same = len(known) - found.new - found.changed
    return Saved(len(readings) - found.changed - same, found.changed, same)


def _segments(plan: Plan, wanted: set[Part]) -> dict[Part, int]:
    dimensions = {dimension for dimension, _name in wanted}
    mine = Segment.objects.filter(team=plan.team, dimension__in=dimensions)
    found = {(each.dimension, each.name): each.pk for each in mine}
    for dimension, name in sorted(wanted - set(found)):
        made = Segment.objects.get_or_create(team=plan.team, dimension=dimension, name=name)[0]
        found[dimension, name] = made.pk
    return found
