"""Raises what tasks call for, by the local day of each team: one set-based statement a kind and day."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.db.models import DateField, QuerySet, Value
from django.utils import timezone

from planner.models import Team
from tracking.models import Alert, Task

# A task is due soon from this many days before.
SOON = dt.timedelta(days=2)


def raise_alerts(now: dt.datetime | None = None) -> int:
    """Raise the alerts of this moment; returns how many are new. Twice, late or by two at once makes no difference."""
    now = now or timezone.now()
    return sum(_raise_for(day, teams) for day, teams in _teams_by_day(now).items())


def _teams_by_day(now: dt.datetime) -> dict[dt.date, list[Team]]:
    """The teams by their local day: there are three at most at any moment."""
    found: dict[dt.date, list[Team]] = {}
    for team in Team.objects.all().iterator():
        found.setdefault(team.today(now), []).append(team)
    return found


def _raise_for(day: dt.date, teams: list[Team]) -> int:
    by_grace: dict[int, list[int]] = {}
    for team in teams:
        by_grace.setdefault(team.grace_days, []).append(team.pk)
    everybody = [team.pk for team in teams]
    tasks = Task.objects.watched(day)
    raised = _insert(tasks.filter(due__range=(day, day + SOON)), Alert.Kind.DUE_SOON, everybody, day)
    raised += _insert(tasks.filter(due__lt=day), Alert.Kind.OVERDUE, everybody, day)
    for grace, ids in by_grace.items():
        late = tasks.filter(due__lt=day - dt.timedelta(days=grace))
        raised += _insert(late, Alert.Kind.ESCALATED, ids, day)
    return raised


def _insert(tasks: QuerySet[Task], kind: str, teams: list[int], day: dt.date) -> int:
    """INSERT … SELECT, leaving out what was raised before: the database does it, no task is loaded."""
    rows = (
        tasks.filter(strategy__plan__team__in=teams)
        .order_by()
        .values_list("pk", "strategy__plan__team", Value(kind), "due", Value(day, output_field=DateField()))
    )
    select, params = rows.query.sql_with_params()
    table = connection.ops.quote_name(Alert._meta.db_table)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (task_id, team_id, kind, due, day) {select} ON CONFLICT DO NOTHING", params
        )
        return cursor.rowcount
