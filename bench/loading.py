"""100,000 readings into PostgreSQL: our saving, with comparison and history, against COPY with ON CONFLICT.

Once into empty places and once over other values. Each pair starts from the same state of the table.
"""

from __future__ import annotations

import datetime as dt
import io
import time
from collections.abc import Callable
from decimal import Decimal
from statistics import median
from typing import Any

ROUNDS = 5
METRICS, SEGMENTS = 20, 50
Say = Callable[[str], object]

COPY = "COPY brought (metric_id, month, segment_id, value, source) FROM STDIN"
OVER = """
    INSERT INTO planner_reading (metric_id, month, segment_id, value, source, entered_at)
    SELECT metric_id, month, segment_id, value, source, now() FROM brought
    ON CONFLICT (metric_id, month, segment_id) DO UPDATE
    SET value = excluded.value, source = excluded.source, entered_at = excluded.entered_at
"""


def run(quick: bool, say: Say) -> None:
    """Save in turn, and say the ratios."""
    from django.core.management import call_command

    from planner.models import Import, Metric, Plan, Reading, Segment, Team

    call_command("migrate", verbosity=0, interactive=False)
    months = [dt.date(2000 + n // 12, n % 12 + 1, 1) for n in range(10 if quick else 100)]
    team = Team.objects.create(name="East")
    plan = Plan.objects.create(team=team, name="Q4", start=dt.date(2026, 10, 1), end=dt.date(2026, 12, 31))
    metrics = [Metric.objects.create(team=team, name=f"M{n}") for n in range(METRICS)]
    parts = [Segment.objects.create(team=team, dimension="region", name=f"R{n}") for n in range(SEGMENTS)]
    found: dict[tuple[str, str], list[float]] = {}
    for turn in range(ROUNDS):
        for what, way in (("ours", _ours), ("plain", _plain)):
            for state in ("new", "changed"):
                if state == "new":
                    Reading.objects.all().delete()
                    Import.objects.all().delete()
                places = [(metric, month, part) for metric in metrics for month in months for part in parts]
                values = [Decimal(n + turn + (state == "changed")) / 100 for n in range(len(places))]
                _tidy()
                prepared = way(plan, list(zip(places, values, strict=True)))
                began = time.perf_counter()
                prepared()
                found.setdefault((state, what), []).append(time.perf_counter() - began)
                if Reading.objects.count() != len(places):
                    say("VOID: not every reading arrived.\n")
                    return
    say(f"\nsaving {len(months) * METRICS * SEGMENTS:,} readings\n")
    for state, words in (("new", "all of them new"), ("changed", "all of them changed")):
        ours, plain = (median(found[state, what]) for what in ("ours", "plain"))
        say(f"  {words:<28} {ours:9.2f} s to {plain:.2f} s: {ours / plain:.2f}  goal 1.50 or less\n")


def _tidy() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE planner_reading")


def _ours(plan: Any, readings: list[tuple[Any, Decimal]]) -> Callable[[], object]:
    from planner.readings.imports.readings import NewReading
    from planner.readings.save import save

    new = [
        NewReading(metric.name, month, (part.dimension, part.name), value)
        for (metric, month, part), value in readings
    ]
    return lambda: save(plan, new, by=None, kind="readings", file_name="East.csv")


def _plain(_plan: Any, readings: list[tuple[Any, Decimal]]) -> Callable[[], object]:
    from django.db import connection, transaction

    text = io.StringIO()
    for (metric, month, part), value in readings:
        text.write(f"{metric.pk}\t{month}\t{part.pk}\t{value}\tEast.csv\n")

    def write() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMPORARY TABLE brought ON COMMIT DROP AS "
                "SELECT metric_id, month, segment_id, value, source FROM planner_reading WITH NO DATA"
            )
            with cursor.copy(COPY) as copy:
                copy.write(text.getvalue())
            cursor.execute(OVER)

    return write
