"""The gap's own trend: for each metric of a watched plan and local day, its level and its distance from the target.

Set-based: one statement a local day and window of months, whatever the number of rows; the database computes, and no
row is loaded. The arithmetic is that of planner/arithmetic/gaps.py, and a test holds the two together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from planner.arithmetic.periods import WORK_AFTER_END, add_months, full_months_before, month_start
from planner.models import GapPoint, Metric, Plan, PlanMetric, Reading, Segment, Team
from planner.pulses import Walls

ONE_DAY = dt.timedelta(days=1)
# What Table 1 shows of it: a point a week.
WEEKS_SHOWN = 26


def refresh_gaps(now: dt.datetime | None = None) -> int:
    """Keep the gaps of this moment, by the local day of each team; returns how many points are new or changed.

    May run twice, late, or in two workers at once: a day has one point, and an equal one is not written again.
    A past day keeps its figures.
    """
    now = now or timezone.now()
    with Walls("planner.diagnose.jobs.refresh_gaps", now) as walls:
        return sum(_refresh_day(day, zones, now, walls) for day, zones in walls.zones_by_day().items())


def _refresh_day(day: dt.date, zones: Sequence[str], now: dt.datetime, walls: Walls) -> int:
    """All teams of one local day at once; one by one where the figures of one of them fit into no column."""
    try:
        return refresh_day(day, zones, now)
    except (DataError, IntegrityError):
        written = 0
        for team in Team.objects.filter(time_zone__in=zones).order_by("pk"):
            with walls.around(team.pk):
                written += refresh_day(day, zones, now, team=team.pk)
        return written


def refresh_day(day: dt.date, zones: Sequence[str], now: dt.datetime, *, team: int | None = None) -> int:
    """Keep the gaps of one local day for the teams in these time zones, or for one team of them alone."""
    written = 0
    for window in _windows(day):
        ends = (window.first_end, window.last_end)
        if Plan.objects.watched(day).filter(team__time_zone__in=zones, end__range=ends).exists():
            written += _write(window, day, zones, now, team)
    return written


def courses(rows: Sequence[int], day: dt.date) -> dict[int, list[GapPoint]]:
    """The kept gaps of these rows of Table 1 over half a year before `day`, a point a week, oldest first; one query."""
    days = [day - dt.timedelta(weeks=back) for back in range(WEEKS_SHOWN)]
    by_row: dict[int, list[GapPoint]] = {}
    points = GapPoint.objects.filter(plan_metric__in=rows, day__in=days, gap__isnull=False)
    for point in points.order_by("day").only("plan_metric", "day", "gap"):
        by_row.setdefault(point.plan_metric_id, []).append(point)
    return by_row


@dataclass(frozen=True, slots=True)
class _Window:
    """Three months, oldest first, the first day after them, and the last days of the plans that they stand for."""

    months: tuple[dt.date, ...]
    after: dt.date
    first_end: dt.date
    last_end: dt.date


def _windows(day: dt.date) -> Iterator[_Window]:
    """The months that count on `day`: the last three before it, or before the end of a plan that is over."""
    after, last_end = month_start(day), dt.date.max
    watched_from = day - WORK_AFTER_END
    while last_end >= watched_from:
        # A plan that ended on the last day of a month has that month behind it.
        first_end = max(after - ONE_DAY, watched_from)
        yield _Window(full_months_before(after), after, first_end, last_end)
        after, last_end = add_months(after, -1), after - 2 * ONE_DAY


def _write(window: _Window, day: dt.date, zones: Sequence[str], now: dt.datetime, team: int | None) -> int:
    day_value, moment = connection.ops.adapt_datefield_value, connection.ops.adapt_datetimefield_value
    first, second, third = (day_value(month) for month in window.months)
    values = {
        "first": first,
        "second": second,
        "third": third,
        "after": day_value(window.after),
        "first_end": day_value(window.first_end),
        "last_end": day_value(window.last_end),
        "day": day_value(day),
        "now": moment(now),
        "team": team,
        "active": Plan.State.ACTIVE,
        "whole": Segment.Dimension.WHOLE,
        "sum": Metric.Aggregation.SUM,
        "last": Metric.Aggregation.LAST,
        "ratio": Metric.Aggregation.RATIO,
        "higher": Metric.Direction.HIGHER,
        "quarter": PlanMetric.TargetPeriod.QUARTER,
        "year": PlanMetric.TargetPeriod.YEAR,
        **{f"zone_{n}": zone for n, zone in enumerate(zones)},
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_statement(len(zones)), values)
        count: int = cursor.rowcount
    return count


def _statement(zones: int) -> str:
    """The statement, for so many time zones. What is compared is what is kept: figures with 6 decimals."""
    tables: dict[str, Any] = {
        "point": GapPoint,
        "row": PlanMetric,
        "plan": Plan,
        "team": Team,
        "metric": Metric,
        "reading": Reading,
        "segment": Segment,
    }
    names = {name: connection.ops.quote_name(model._meta.db_table) for name, model in tables.items()}
    differs = "IS NOT" if connection.vendor == "sqlite" else "IS DISTINCT FROM"
    figures = ("current", "target", "gap", "shortfall", "uplift", "best", "widened_from")
    return _SQL.format(
        **names,
        zones=", ".join(f"%(zone_{n})s" for n in range(zones)),
        differs=" OR ".join(f'kept."{name}" {differs} excluded."{name}"' for name in figures),
    )


# The names of the steps: watched, the rows of Table 1 that count, with the readings of their metrics' three months;
# levels, current value and target per month; gaps; rates; compared, beside the last point before the day; judged.
# INSERT comes first, or Python's sqlite3 counts no rows; "* 1.0" keeps SQLite from whole-number division;
# MATERIALIZED keeps it from computing an expression again at each use.
_SQL = """
INSERT INTO {point} AS kept
    (plan_metric_id, day, "current", target, gap, shortfall, uplift, best, widened_from, widened_at, at)
WITH watched AS (
    SELECT r.id, r.target, r.target_period, r.override, m.aggregation, m.direction, t.gap_threshold,
           COALESCE(r.as_of, p.start) AS as_of,
           CASE WHEN c.id IS NOT NULL THEN %(after)s WHEN b.id IS NOT NULL THEN %(third)s
                WHEN a.id IS NOT NULL THEN %(second)s END AS known_until,
           CASE WHEN a.id IS NULL THEN 0 ELSE 1 END + CASE WHEN b.id IS NULL THEN 0 ELSE 1 END
               + CASE WHEN c.id IS NULL THEN 0 ELSE 1 END AS months,
           CASE WHEN a.numerator IS NULL OR a.denominator IS NULL THEN 0 ELSE 1 END
               + CASE WHEN b.numerator IS NULL OR b.denominator IS NULL THEN 0 ELSE 1 END
               + CASE WHEN c.numerator IS NULL OR c.denominator IS NULL THEN 0 ELSE 1 END AS pairs,
           COALESCE(c.value, b.value, a.value) AS last,
           COALESCE(a.value, 0) + COALESCE(b.value, 0) + COALESCE(c.value, 0) AS total,
           COALESCE(a.numerator, 0) + COALESCE(b.numerator, 0) + COALESCE(c.numerator, 0) AS numerators,
           COALESCE(a.denominator, 0) + COALESCE(b.denominator, 0) + COALESCE(c.denominator, 0) AS denominators
    FROM {row} r
    JOIN {plan} p ON p.id = r.plan_id
    JOIN {team} t ON t.id = p.team_id
    JOIN {metric} m ON m.id = r.metric_id
    LEFT JOIN {segment} s ON s.team_id = m.team_id AND s.dimension = %(whole)s
    LEFT JOIN {reading} a ON a.metric_id = m.id AND a.month = %(first)s AND a.segment_id = s.id
    LEFT JOIN {reading} b ON b.metric_id = m.id AND b.month = %(second)s AND b.segment_id = s.id
    LEFT JOIN {reading} c ON c.metric_id = m.id AND c.month = %(third)s AND c.segment_id = s.id
    WHERE r.removed_at IS NULL AND m.removed_at IS NULL AND p.removed_at IS NULL AND p.state = %(active)s
      AND p."end" >= %(first_end)s AND p."end" <= %(last_end)s AND t.time_zone IN ({zones})
      AND (%(team)s IS NULL OR t.id = %(team)s)
), levels AS MATERIALIZED (
    SELECT id, direction, gap_threshold,
           CASE WHEN override IS NOT NULL AND (known_until IS NULL OR as_of >= known_until) THEN override
                WHEN aggregation = %(last)s THEN last
                WHEN aggregation = %(ratio)s AND pairs = months AND denominators <> 0
                    THEN numerators * 1.0 / denominators
                ELSE total * 1.0 / NULLIF(months, 0) END * 1.0 AS current,
           CASE WHEN aggregation <> %(sum)s THEN target
                WHEN target_period = %(quarter)s THEN target / 3.0
                WHEN target_period = %(year)s THEN target / 12.0
                ELSE target END * 1.0 AS target
    FROM watched
), gaps AS (
    SELECT levels.*, CASE WHEN direction = %(higher)s THEN target - current ELSE current - target END AS gap
    FROM levels
), rates AS MATERIALIZED (
    SELECT id, gap_threshold, ROUND(current, 6) AS current, ROUND(target, 6) AS target, ROUND(gap, 6) AS gap,
           ROUND(gap / NULLIF(ABS(target), 0), 6) AS shortfall, ROUND(gap / NULLIF(ABS(current), 0), 6) AS uplift
    FROM gaps
), compared AS (
    SELECT r.*, CASE WHEN b.target = r.target THEN b.best END AS base
    FROM rates r LEFT JOIN {point} b ON b.plan_metric_id = r.id
        AND b.day = (SELECT MAX(e.day) FROM {point} e WHERE e.plan_metric_id = r.id AND e.day < %(day)s)
), judged AS (
    SELECT compared.*, CASE WHEN ROUND(shortfall - base, 6) >= gap_threshold THEN base END AS widened_from
    FROM compared
)
SELECT id, %(day)s, current, target, gap, shortfall, uplift,
       CASE WHEN base IS NULL OR widened_from IS NOT NULL OR shortfall < base THEN shortfall ELSE base END,
       widened_from, CASE WHEN widened_from IS NOT NULL THEN %(now)s END, %(now)s
FROM judged WHERE true
ORDER BY id
ON CONFLICT (plan_metric_id, day) DO UPDATE SET
    "current" = excluded."current", target = excluded.target, gap = excluded.gap, shortfall = excluded.shortfall,
    uplift = excluded.uplift, best = excluded.best, widened_from = excluded.widened_from, at = excluded.at,
    widened_at = CASE WHEN excluded.widened_from IS NOT NULL THEN COALESCE(kept.widened_at, excluded.widened_at) END
WHERE {differs}
"""
