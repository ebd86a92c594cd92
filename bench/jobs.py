"""The jobs against one statement each on the same data, as somebody writes it who needs nothing but these rows."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.db import connection, models, transaction

from bench import data
from bench.measure import race, ratio, say, say_ratio, seconds
from planner.arithmetic.periods import full_months_before
from planner.diagnose.gap_history import refresh_gaps
from planner.models import GapPoint
from tracking.alerts import raise_alerts
from tracking.models import Alert

Work = Callable[[], object]
GAPS = """
INSERT INTO planner_gappoint (plan_metric_id, day, current, target, gap, shortfall, uplift, at)
SELECT id, %(day)s, ROUND(now, 6), ROUND(target, 6), ROUND(gap, 6), ROUND(gap / target, 6), ROUND(gap / now, 6), %(now)s
FROM (SELECT id, now, target, CASE direction WHEN 'higher' THEN target - now ELSE now - target END AS gap FROM (
    SELECT r.id, m.direction,
           CASE m.aggregation WHEN 'last' THEN k.last WHEN 'ratio' THEN k.ratio ELSE k.mean END * 1.0 AS now,
           r.target / CASE WHEN m.aggregation <> 'sum' THEN 1.0 WHEN r.target_period = 'year' THEN 12.0
                           WHEN r.target_period = 'quarter' THEN 3.0 ELSE 1.0 END AS target
    FROM planner_planmetric r JOIN planner_plan p ON p.id = r.plan_id JOIN planner_metric m ON m.id = r.metric_id
    JOIN (
        SELECT g.metric_id, AVG(g.value) AS mean, SUM(g.numerator) * 1.0 / SUM(g.denominator) AS ratio,
               MAX(CASE WHEN g.month = %(third)s THEN g.value END) AS last
        FROM planner_reading g JOIN planner_segment s ON s.id = g.segment_id
        WHERE s.dimension = 'whole' AND g.month >= %(first)s AND g.month < %(after)s GROUP BY g.metric_id
    ) k ON k.metric_id = m.id
    WHERE p.state = 'active' AND p."end" >= %(watched)s AND r.removed_at IS NULL
) a) b WHERE true
ON CONFLICT (plan_metric_id, day) DO UPDATE SET current = excluded.current, target = excluded.target,
    gap = excluded.gap, shortfall = excluded.shortfall, uplift = excluded.uplift
"""
OPEN = """
    FROM tracking_task t JOIN strategies_strategy s ON s.id = t.strategy_id JOIN planner_plan p ON p.id = s.plan_id
    WHERE t.status IN ('not_started', 'in_progress') AND t.removed_at IS NULL AND s.removed_at IS NULL
      AND s.state NOT IN ('proposed', 'paused', 'dropped') AND p.state = 'active' AND p.removed_at IS NULL
      AND p."end" >= %(watched)s
"""
ALERTS = f"""
INSERT INTO tracking_alert (task_id, team_id, kind, due, day, raised_at)
SELECT t.id, p.team_id, 'due_soon', t.due, %(day)s, %(now)s {OPEN} AND t.due BETWEEN %(day)s AND %(soon)s
UNION ALL
SELECT t.id, p.team_id, 'overdue', t.due, %(day)s, %(now)s {OPEN} AND t.due < %(day)s
UNION ALL
SELECT t.id, p.team_id, 'escalated', t.due, %(day)s, %(now)s {OPEN} AND t.due < %(grace)s
ON CONFLICT DO NOTHING
"""


def run(_folder: Path, *, quick: bool) -> None:
    now = dt.datetime.now(dt.UTC).replace(hour=9)
    targets, tasks = (10_000, 100_000) if quick else (100_000, 1_000_000)
    say(f"data made in {seconds(lambda: data.make_teams(targets, tasks, now)):.0f} s")
    day, months = now.date(), full_months_before(now.date())
    days = {"day": day, "first": months[0], "third": months[2], "after": day.replace(day=1)}
    days |= {name: day + dt.timedelta(n) for name, n in {"soon": 2, "grace": -3, "watched": -30}.items()}
    gaps, alerts = (partial(_execute, statement, days, now) for statement in (GAPS, ALERTS))
    columns = "plan_metric_id, day, current, target, gap, shortfall, uplift"
    _compare(f"keeping the gaps of {targets:,} targets", GapPoint, columns, lambda: refresh_gaps(now), gaps)
    columns = "task_id, team_id, kind, due, day"
    _compare(f"raising the alerts of {tasks:,} tasks", Alert, columns, lambda: raise_alerts(now), alerts)


def _compare(what: str, model: type[models.Model], columns: str, ours: Work, bare: Work) -> None:
    """Both, and ours once more, into an empty table, and where the rows are there already."""
    table, rows = model._meta.db_table, []

    def afresh(work: Work) -> float:
        with connection.cursor() as cursor:
            cursor.execute(f"{'TRUNCATE' if connection.vendor == 'postgresql' else 'DELETE FROM'} {table}")
        return seconds(work)

    for work in (ours, bare):
        afresh(work)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {columns} FROM {table} ORDER BY {columns}")
            rows.append(hash(tuple(cursor.fetchall())))
    if rows[0] != rows[1]:
        say(f"VOID: {what}: the statement by hand writes other rows. Bring bench/jobs.py up to date.")
        return
    say(f"\n{what}: ours ÷ one statement by hand")
    for start, clock in (("from nothing", afresh), ("once more", seconds)):
        clocks = {"ours": partial(clock, ours), "twin": partial(clock, ours), "bare": partial(clock, bare)}
        samples = race(clocks, warm_up=1)
        say_ratio(start, samples["ours"], samples["bare"], "s", 1.50)
        say(f"  {'ours ÷ itself':<42} {ratio(samples['twin'], samples['ours']):.2f}")


def _execute(statement: str, days: dict[str, dt.date], now: dt.datetime) -> None:
    adapted = {name: connection.ops.adapt_datefield_value(day) for name, day in days.items()}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, {**adapted, "now": connection.ops.adapt_datetimefield_value(now)})
