"""What the jobs work on: 500 teams with 100,000 targets, 1,000,000 tasks and 10,000 people, made by the database.

The rows of one team lie beside each other, as they do where people make them.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, models

from planner.arithmetic.periods import full_months_before
from planner.models import Membership, Metric, Plan, PlanMetric, Reading, Segment, Team, User
from strategies.models import Strategy
from tracking.models import Task

TEAMS = 500
ZONE = "UTC"


class Sizes:
    """How many of each; a tenth in a quick run."""

    def __init__(self, *, quick: bool) -> None:
        part = 10 if quick else 1
        self.targets, self.tasks, self.people = 100_000 // part, 1_000_000 // part, 10_000 // part


def make(sizes: Sizes, now: dt.datetime) -> None:
    """Fill an empty database: rows come from series of numbers, so that it takes seconds."""
    day = now.date()
    months = full_months_before(day)
    start, end = _quoted(day - dt.timedelta(days=30)), _quoted(day + dt.timedelta(days=60))
    team = f"1 + (n - 1) / {sizes.targets // TEAMS}"
    _series(Team, TEAMS, name="'Team ' || n", time_zone=f"'{ZONE}'", workdays="'[1,2,3,4,5,6,7]'")
    _series(Plan, TEAMS, team=team, name="'Plan ' || n", start=start, end=end)
    _series(Segment, TEAMS, team="n", dimension="'whole'")
    over_time = "CASE n % 4 WHEN 0 THEN 'sum' WHEN 1 THEN 'ratio' WHEN 2 THEN 'last' ELSE 'average' END"
    directions = "CASE n % 5 WHEN 0 THEN 'lower' ELSE 'higher' END"
    _series(Metric, sizes.targets, team=team, name="'m' || n", aggregation=over_time, direction=directions)
    _series(
        PlanMetric, sizes.targets, plan=team, metric="n", target="1000 + n % 900",
        target_period="CASE n % 8 WHEN 0 THEN 'year' WHEN 4 THEN 'quarter' ELSE 'month' END",
    )  # fmt: skip
    for at, month in enumerate(months):
        metric = f"(n - {at * sizes.targets})"
        _series(
            Reading, sizes.targets, first=at * sizes.targets, metric=metric,
            segment=team.replace("n", metric), month=_quoted(month), value=f"700 + n * {at + 3} % 400",
            numerator="n % 90 + 1", denominator="n % 70 + 100",
        )  # fmt: skip
    _series(User, sizes.people, email="'p' || n || '@example.com'", name="'P' || n", password="'!'")
    each = sizes.people // TEAMS
    _series(Membership, sizes.people, team=f"1 + (n - 1) / {each}", user="n", name="'P' || n", role="'rep'")
    _series(Strategy, 4 * TEAMS, plan="1 + (n - 1) / 4", title="'Strategy ' || n")
    strategy = f"(n - 1) / {sizes.tasks // (4 * TEAMS)}"
    _series(
        Task, sizes.tasks, strategy=f"1 + {strategy}", description="'Call customers, list ' || n",
        owner=f"1 + {strategy} / 4 * {each} + n % {each}", due=_days_from(day, "n / 7 % 100 - 10"),
        status="CASE n % 4 WHEN 0 THEN 'done' WHEN 1 THEN 'in_progress' ELSE 'not_started' END",
        percent="CASE n % 4 WHEN 0 THEN 100 WHEN 1 THEN 40 ELSE 0 END",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _series(model: type[models.Model], count: int, *, first: int = 0, **columns: str) -> None:
    """Insert `count` rows whose ids are first + 1 …; each column is an expression of n, the id, or the default."""
    values = {}
    for field in model._meta.concrete_fields:
        column = str(field.column)
        if field.primary_key:
            values[column] = "n"
        elif field.name in columns:
            values[column] = columns[field.name]
        else:
            values[column] = _literal(field)
    names = ", ".join(connection.ops.quote_name(name) for name in values)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) WITH RECURSIVE series(n) AS (SELECT {first + 1} UNION ALL "
            f"SELECT n + 1 FROM series WHERE n < {first + count}) SELECT {', '.join(values.values())} FROM series"
        )


def _literal(field: Any) -> str:
    """The default of a field as SQL; a moment that is set by itself is now."""
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return "CURRENT_TIMESTAMP"
    value = field.get_db_prep_save(field.get_default(), connection) if not field.is_relation else None
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE") if connection.vendor == "postgresql" else str(int(value))
    if isinstance(value, (int, float)):
        return str(value)
    raw = getattr(value, "dumps", None)  # psycopg wraps JSON
    text = raw(value.obj) if raw else str(value)
    return "'" + text.replace("'", "''") + "'"


def _quoted(day: dt.date) -> str:
    return f"DATE '{day}'" if connection.vendor == "postgresql" else f"'{day}'"


def _days_from(day: dt.date, offset: str) -> str:
    if connection.vendor == "postgresql":
        return f"DATE '{day}' + ({offset})"
    return f"date('{day}', ({offset}) || ' days')"
