"""100,000 readings into PostgreSQL, into empty places and over other values: our saving against COPY."""

import datetime as dt
import io
import sys
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from itertools import product
from pathlib import Path

from django.db import connection, transaction

from bench.measure import race, say, say_ratio, seconds
from planner.models import Import, Metric, Plan, Reading, Segment, Team
from planner.readings.imports.gathered import NewReading
from planner.readings.save import save

COLUMNS = "metric_id, month, segment_id, value, source"
CREATE = f"CREATE TEMPORARY TABLE brought ON COMMIT DROP AS SELECT {COLUMNS} FROM planner_reading LIMIT 0"
UPSERT = f"""
    INSERT INTO planner_reading ({COLUMNS}, entered_at) SELECT {COLUMNS}, now() FROM brought
    ON CONFLICT (metric_id, month, segment_id) DO UPDATE
    SET value = excluded.value, source = excluded.source, entered_at = excluded.entered_at
"""
Work = Callable[[], object]
Values = list[tuple[tuple[Metric, dt.date, Segment], Decimal]]


def run(_folder: Path, *, quick: bool) -> None:
    months = [dt.date(2000 + n // 12, n % 12 + 1, 1) for n in range(10 if quick else 100)]
    team = Team.objects.create(name="East")
    plan = Plan.objects.create(team=team, name="Q4", start=dt.date(2026, 10, 1), end=dt.date(2026, 12, 31))
    metrics = [Metric.objects.create(team=team, name=f"M{n}") for n in range(20)]
    parts = [Segment.objects.create(team=team, dimension="region", name=f"R{n}") for n in range(50)]
    places = list(product(metrics, months, parts))

    def clock(prepare: Callable[[Plan, Values], Work], is_new: bool) -> float:
        Reading.objects.all().delete()
        Import.objects.all().delete()
        first, second = ([(place, Decimal(n + at) / 100) for n, place in enumerate(places)] for at in (0, 1))
        if not is_new:
            prepare(plan, first)()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE planner_reading")
        duration = seconds(prepare(plan, second))
        if Reading.objects.count() != len(places):
            sys.exit("VOID: not every reading arrived.")
        return duration

    say(f"\nsaving {len(places):,} readings: ours ÷ COPY and ON CONFLICT")
    for label, is_new in (("all of them new", True), ("all of them changed", False)):
        clocks = {"ours": partial(clock, _ours, is_new), "plain": partial(clock, _plain, is_new)}
        samples = race(clocks)
        say_ratio(label, samples["ours"], samples["plain"], "s", 1.50)


def _ours(plan: Plan, readings: Values) -> Work:
    new = [NewReading(m.name, month, (p.dimension, p.name), value) for (m, month, p), value in readings]
    return lambda: save(plan, new, by=None, kind="readings", file_name="East.csv")


def _plain(_plan: Plan, readings: Values) -> Work:
    text = io.StringIO()
    for (metric, month, part), value in readings:
        text.write(f"{metric.pk}\t{month}\t{part.pk}\t{value}\tEast.csv\n")

    def write() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(CREATE)
            with cursor.copy(f"COPY brought ({COLUMNS}) FROM STDIN") as copy:
                copy.write(text.getvalue())
            cursor.execute(UPSERT)

    return write
