"""The jobs against one statement written by hand on the same data, and what they take of memory."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from django.core.management import call_command
from django.db import connection, models, transaction

from bench import jobs_data
from bench.jobs_data import Sizes
from bench.measure import ratio, spread
from bench.report import Say, shown
from planner.arithmetic.periods import full_months_before
from planner.diagnose.gap_history import refresh_gaps
from planner.models import GapPoint, Notice
from planner.notices import ledger, post
from tracking.alerts import raise_alerts
from tracking.models import Alert

ROUNDS = 5
MEGABYTE = 1 << 20


def run(quick: bool, say: Say) -> None:
    """Measure everything on the database of the settings, which is empty."""
    call_command("migrate", verbosity=0, interactive=False)
    began, now = time.monotonic(), dt.datetime.now(dt.UTC).replace(hour=9)
    sizes = Sizes(quick=quick)
    jobs_data.make(sizes, now)
    say(f"data made in {time.monotonic() - began:.0f} s\n")
    by_hand = ByHand(now)
    _compare(
        say,
        f"keeping the gaps of {sizes.targets:,} targets",
        GapPoint,
        lambda: refresh_gaps(now),
        by_hand.gaps,
        "plan_metric_id, day, current, target, gap, shortfall, uplift",
    )
    _compare(
        say,
        f"raising the alerts of {sizes.tasks:,} tasks",
        Alert,
        lambda: raise_alerts(now),
        by_hand.alerts,
        "task_id, team_id, kind, due, day",
    )
    raise_alerts(now)
    _compare(
        say,
        f"scanning {sizes.tasks:,} tasks again",
        None,
        lambda: raise_alerts(now),
        by_hand.alerts,
        "",
    )
    _digests(say, sizes.people, now)


def _compare(
    say: Say,
    what: str,
    model: type[models.Model] | None,
    ours: Callable[[], int],
    bare: Callable[[], int],
    columns: str,
) -> None:
    """Rounds of both and of their twins in an order of chance; `model` is emptied before each, unless it is None."""
    if model is not None and not _same_rows(model, ours, bare, columns):
        say(f"VOID: {what}: the statement by hand writes other rows. Bring bench/jobs.py up to date.\n")
        return
    things = {"ours": ours, "ours twin": ours, "bare": bare, "bare twin": bare}
    samples: dict[str, list[float]] = {name: [] for name in things}
    chance = random.Random(20_261_125)
    growth = 0.0
    for number in count():
        order = list(things)
        chance.shuffle(order)
        for name in order:
            _empty(model)
            before = _resident(reset=True)
            began = time.perf_counter()
            things[name]()
            taken = (time.perf_counter() - began) * 1000
            if number:  # the first round warms up
                samples[name].append(taken)
            if name.startswith("ours"):
                growth = max(growth, _resident(peak=True) - before)
        if number == ROUNDS:
            break
    control = ratio(samples["ours twin"], samples["ours"])
    say(f"\n{what}\n")
    for name in ("ours", "bare"):
        found = spread(samples[name])
        say(f"  {name:<28} {found.middle:9.0f} ms ({found.first:.0f}–{found.third:.0f})\n")
    say(f"  {'ours ÷ ours':<28} {shown(control)}{'' if control.is_quiet else '  not quiet'}\n")
    say(f"  {'ours ÷ by hand':<28} {shown(ratio(samples['ours'], samples['bare']))}  goal 1.50 or less\n")
    say(f"  {'memory of this process':<28} {growth / MEGABYTE:9.1f} MB more at its peak\n")


def _same_rows(
    model: type[models.Model], ours: Callable[[], int], bare: Callable[[], int], columns: str
) -> bool:
    found = []
    for run_it in (ours, bare):
        _empty(model)
        run_it()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {columns} FROM {_table(model)} ORDER BY {columns}")
            found.append(hash(tuple(cursor.fetchall())))
    return found[0] == found[1]


def _empty(model: type[models.Model] | None) -> None:
    if model is not None:
        with connection.cursor() as cursor:
            truncate = "TRUNCATE" if connection.vendor == "postgresql" else "DELETE FROM"
            cursor.execute(f"{truncate} {_table(model)}")


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table


def _digests(say: Say, people: int, now: dt.datetime) -> None:
    """One run of digests: the hour's decision, then every mail built and handed to a server that takes all."""
    queue: list[int] = []
    begun = time.perf_counter()
    before = _resident(reset=True)
    ledger.decide(now, queue.append)
    decided = time.perf_counter() - begun
    of_decision = _resident(peak=True) - before
    for pk in queue[: people // 10]:
        post.send(pk, lambda: now)
    tenth = _resident(reset=True)
    for pk in queue[people // 10 :]:
        post.send(pk, lambda: now)
    sent = Notice.objects.filter(state="sent").count()
    say(f"\n{people:,} people at their hour\n")
    say(f"  {'decided':<28} {decided:9.1f} s, {of_decision / MEGABYTE:.1f} MB more at its peak\n")
    say(f"  {'built and handed over':<28} {sent:9,} in {time.perf_counter() - begun - decided:.0f} s\n")
    growth = (_resident(peak=True) - tenth) / MEGABYTE
    say(f"  {'memory from the first tenth':<28} {growth:9.1f} MB more at its peak\n")


def _resident(*, peak: bool = False, reset: bool = False) -> float:
    """The memory of this process in bytes, now or at its highest since the last reset (Linux; elsewhere 0)."""
    try:
        if reset:
            Path("/proc/self/clear_refs").write_text("5")
        wanted = "VmHWM:" if peak else "VmRSS:"
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next(float(line.split()[1]) * 1024 for line in lines if line.startswith(wanted))


class ByHand:
    """What somebody would write who needs nothing but these rows."""

    def __init__(self, now: dt.datetime) -> None:
        self.now, self.day = now, now.date()

    def gaps(self) -> int:
        first, second, third = full_months_before(self.day)
        return self._execute(
            _GAPS,
            {"day": self.day, "now": self.now, "first": first, "second": second, "third": third,
             "after": self.day.replace(day=1), "watched": self.day - dt.timedelta(days=30)},
        )  # fmt: skip

    def alerts(self) -> int:
        days = {f"in_{n}": self.day + dt.timedelta(days=n) for n in (2, -3, -30)}
        return self._execute(
            _ALERTS,
            {"day": self.day, "now": self.now, "soon": days["in_2"], "grace": days["in_-3"],
             "watched": days["in_-30"]},
        )  # fmt: skip

    def _execute(self, statement: str, values: dict[str, dt.date | dt.datetime]) -> int:
        adapted = {
            name: connection.ops.adapt_datetimefield_value(value)
            if isinstance(value, dt.datetime)
            else connection.ops.adapt_datefield_value(value)
            for name, value in values.items()
        }
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, adapted)
            return cursor.rowcount


_GAPS = """
INSERT INTO planner_gappoint (plan_metric_id, day, current, target, gap, shortfall, uplift, at)
SELECT id, %(day)s, ROUND(now, 6), ROUND(target, 6), ROUND(gap, 6), ROUND(gap / target, 6), ROUND(gap / now, 6), %(now)s
FROM (
    SELECT id, now, target, CASE direction WHEN 'higher' THEN target - now ELSE now - target END AS gap
    FROM (
        SELECT r.id, m.direction,
               CASE m.aggregation WHEN 'last' THEN k.last WHEN 'ratio' THEN k.ratio ELSE k.mean END * 1.0 AS now,
               r.target / CASE WHEN m.aggregation <> 'sum' THEN 1.0 WHEN r.target_period = 'year' THEN 12.0
                               WHEN r.target_period = 'quarter' THEN 3.0 ELSE 1.0 END AS target
        FROM planner_planmetric r
        JOIN planner_plan p ON p.id = r.plan_id
        JOIN planner_metric m ON m.id = r.metric_id
        JOIN (
            SELECT g.metric_id, AVG(g.value) AS mean, SUM(g.numerator) * 1.0 / SUM(g.denominator) AS ratio,
                   MAX(CASE WHEN g.month = %(third)s THEN g.value END) AS last
            FROM planner_reading g JOIN planner_segment s ON s.id = g.segment_id
            WHERE s.dimension = 'whole' AND g.month >= %(first)s AND g.month < %(after)s
            GROUP BY g.metric_id
        ) k ON k.metric_id = m.id
        WHERE p.state = 'active' AND p."end" >= %(watched)s AND r.removed_at IS NULL
    ) a
) b
WHERE true
ON CONFLICT (plan_metric_id, day) DO UPDATE SET current = excluded.current, target = excluded.target,
    gap = excluded.gap, shortfall = excluded.shortfall, uplift = excluded.uplift
"""
_OPEN = """
    FROM tracking_task t JOIN strategies_strategy s ON s.id = t.strategy_id JOIN planner_plan p ON p.id = s.plan_id
    WHERE t.status IN ('not_started', 'in_progress') AND t.removed_at IS NULL AND s.removed_at IS NULL
      AND s.state NOT IN ('paused', 'dropped') AND p.state = 'active' AND p.removed_at IS NULL
      AND p."end" >= %(watched)s
"""
_ALERTS = f"""
INSERT INTO tracking_alert (task_id, team_id, kind, due, day, raised_at)
SELECT t.id, p.team_id, 'due_soon', t.due, %(day)s, %(now)s {_OPEN} AND t.due BETWEEN %(day)s AND %(soon)s
UNION ALL
SELECT t.id, p.team_id, 'overdue', t.due, %(day)s, %(now)s {_OPEN} AND t.due < %(day)s
UNION ALL
SELECT t.id, p.team_id, 'escalated', t.due, %(day)s, %(now)s {_OPEN} AND t.due < %(grace)s
ON CONFLICT DO NOTHING
"""
