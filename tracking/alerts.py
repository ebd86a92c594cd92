"""Raises what tasks call for, by the local day of each team: one set-based statement a kind and day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import DateField, DateTimeField, Exists, OuterRef, QuerySet, Value
from django.utils import timezone

from planner.models import Team
from planner.pulses import Walls
from tracking.models import Alert, Task

# A task is due soon from this many days before.
SOON = dt.timedelta(days=2)


def raise_alerts(now: dt.datetime | None = None) -> int:
    """Raise the alerts of this moment; returns how many are new. Twice, late or by two at once makes no difference."""
    now = now or timezone.now()
    with Walls("tracking.jobs.raise_alerts", now) as walls:
        return sum(raise_day(day, zones, now) for day, zones in walls.zones_by_day().items())


def raise_day(day: dt.date, zones: Sequence[str], now: dt.datetime) -> int:
    """Raise the alerts of one local day for the teams in these time zones."""
    tasks = Task.objects.watched(day).filter(strategy__plan__team__time_zone__in=zones)
    raised = _insert(tasks.filter(due__range=(day, day + SOON)), Alert.Kind.DUE_SOON, day, now)
    raised += _insert(tasks.filter(due__lt=day), Alert.Kind.OVERDUE, day, now)
    graces = Team.objects.filter(time_zone__in=zones).order_by().values_list("grace_days", flat=True)
    for grace in graces.distinct():
        late = tasks.filter(strategy__plan__team__grace_days=grace, due__lt=day - dt.timedelta(days=grace))
        raised += _insert(late, Alert.Kind.ESCALATED, day, now)
    return raised


def _insert(tasks: QuerySet[Task], kind: str, day: dt.date, now: dt.datetime) -> int:
    """INSERT … SELECT, leaving out what was raised before: the database does it, no task is loaded."""
    raised_before = Alert.objects.filter(task=OuterRef("pk"), kind=kind, due=OuterRef("due"))
    rows = (
        tasks.exclude(Exists(raised_before))
        .order_by("pk")  # two at once take the same way through the rows
        .values_list(
            "pk",
            "strategy__plan__team",
            Value(kind),
            "due",
            Value(day, output_field=DateField()),
            Value(now, output_field=DateTimeField()),
        )
    )
    select, params = rows.query.sql_with_params()
    table = connection.ops.quote_name(Alert._meta.db_table)
    columns = "task_id, team_id, kind, due, day, raised_at"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({columns}) {select} ON CONFLICT DO NOTHING", params)
        count: int = cursor.rowcount
    return count
