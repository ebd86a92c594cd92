"""Puts readings into the table: which of them differ, what stood in their places, and the writing itself.

Many of them PostgreSQL copies and compares; few of them, and any number elsewhere, are compared here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from planner.models import Import, Reading, User
from planner.readings.imports.readings import NewReading

# So many are inserted by one statement; more than these are copied where that is possible.
BATCH = 2_000
# Metric, month and segment by their ids: where one reading stands.
Place = tuple[int, dt.date, int]


class Standing(NamedTuple):
    """What stands at a place: the reading's id and what it says."""

    pk: int
    value: Decimal
    numerator: Decimal | None
    denominator: Decimal | None
    source: str


def standing(wanted: Iterable[Place]) -> dict[Place, Standing]:
    """What stands at these places now; a place where nothing stands is left out."""
    wanted = set(wanted)
    if not wanted:
        return {}
    months = [month for _metric, month, _segment in wanted]
    found = Reading.objects.filter(
        metric__in={metric for metric, _month, _segment in wanted}, month__range=(min(months), max(months))
    )
    columns = ("metric_id", "month", "segment_id", "pk", "value", "numerator", "denominator", "source")
    rows = found.order_by().values_list(*columns).iterator(BATCH)
    return {row[:3]: Standing(*row[3:]) for row in rows if row[:3] in wanted}


def figures(reading: Any) -> tuple[Decimal | None, ...]:
    """What makes two readings the same; where they come from does not."""
    return reading.value, reading.numerator, reading.denominator


def as_text(reading: Any) -> str | None:
    """A reading, or None for none, as an import keeps it: value, numerator, denominator and source, with tabs."""
    if reading is None:
        return None
    said = ("" if each is None else f"{each.normalize():f}" for each in figures(reading))
    return "\t".join((*said, reading.source))


class Differing:
    """The readings that differ from what stands in their places: `new` is how many of them take an empty one."""

    def __init__(self, wanted: Mapping[Place, NewReading]) -> None:
        self._there = standing(wanted)
        self._readings = {
            place: each
            for place, each in wanted.items()
            if place not in self._there or figures(self._there[place]) != figures(each)
        }
        self.changed = sum(place in self._there for place in self._readings)
        self.new = len(self._readings) - self.changed

    def write(self, done: Import, by: User | None) -> None:
        """Put them in their places, and what stood there into the import."""
        done.before = [
            [place[0], f"{place[1]}", place[2], as_text(self._there.get(place)), as_text(each)]
            for place, each in self._readings.items()
        ]
        done.save(update_fields=["before"])
        put(self._readings, by)


class DifferingCopied:
    """The same of very many readings: PostgreSQL is given all of them at once, and compares."""

    def __init__(self, wanted: Mapping[Place, NewReading]) -> None:
        with connection.cursor() as cursor:
            _copy(cursor, wanted)
            cursor.execute(
                "DELETE FROM brought USING planner_reading there WHERE "
                f"{_AT_ITS_PLACE} AND (there.value, there.numerator, there.denominator) "
                "IS NOT DISTINCT FROM (brought.value, brought.numerator, brought.denominator)"
            )
            cursor.execute(
                "SELECT count(*) - count(there.id), count(there.id) "
                "FROM brought LEFT JOIN planner_reading there USING (metric_id, month, segment_id)"
            )
            self.new, self.changed = cursor.fetchone()

    def write(self, done: Import, by: User | None) -> None:
        """Put them in their places, and what stood there into the import."""
        there, brought = (
            f"concat(trim_scale({name}.value), E'\\t', trim_scale({name}.numerator), E'\\t', "
            f"trim_scale({name}.denominator), E'\\t', {name}.source)"
            for name in ("there", "brought")
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE planner_import SET before = (SELECT jsonb_agg(jsonb_build_array("
                "  brought.metric_id, brought.month::text, brought.segment_id, "
                f" CASE WHEN there.id IS NOT NULL THEN {there} END, {brought})) "
                "FROM brought LEFT JOIN planner_reading there USING (metric_id, month, segment_id)) WHERE id = %s",
                [done.pk],
            )
            _write_copied(cursor, self.new + self.changed, by)


def differing(wanted: Mapping[Place, NewReading]) -> Differing | DifferingCopied:
    """Compare readings with what stands in their places; to be written in the same transaction."""
    return (DifferingCopied if _are_copied(wanted) else Differing)(wanted)


def put(readings: Mapping[Place, NewReading], by: User | None) -> None:
    """Write readings over what stands in their places; in a transaction."""
    if _are_copied(readings):
        with connection.cursor() as cursor:
            _copy(cursor, readings)
            _write_copied(cursor, len(readings), by)
        return
    now = timezone.now()
    rows = (
        Reading(
            metric_id=metric,
            month=month,
            segment_id=segment,
            value=each.value,
            numerator=each.numerator,
            denominator=each.denominator,
            source=each.source,
            entered_by=by,
            entered_at=now,
        )
        for (metric, month, segment), each in readings.items()
    )
    Reading.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["metric", "month", "segment"],
        update_fields=["value", "numerator", "denominator", "source", "entered_by", "entered_at"],
    )


def _are_copied(readings: Mapping[Place, NewReading]) -> bool:
    return connection.vendor == "postgresql" and len(readings) > BATCH


_COLUMNS = "metric_id, month, segment_id, value, numerator, denominator, source"
_AT_ITS_PLACE = " AND ".join(
    f"there.{name} = brought.{name}" for name in ("metric_id", "month", "segment_id")
)
# What stands for itself in the text that PostgreSQL copies.
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _copy(cursor: Any, readings: Mapping[Place, NewReading]) -> None:
    """Copy readings into the table `brought`, which this transaction alone sees."""
    cursor.execute("DROP TABLE IF EXISTS pg_temp.brought")
    cursor.execute(
        f"CREATE TEMPORARY TABLE brought ON COMMIT DROP AS SELECT {_COLUMNS} FROM planner_reading WITH NO DATA"
    )
    with cursor.copy(f"COPY brought ({_COLUMNS}) FROM STDIN") as copy:
        lines = _lines(readings)
        while piece := "".join(islice(lines, BATCH)):
            copy.write(piece)
    cursor.execute("ANALYZE brought")


def _lines(readings: Mapping[Place, NewReading]) -> Iterator[str]:
    escaped = lru_cache(lambda text: text.translate(_ESCAPED))
    for (metric, month, segment), each in readings.items():
        over, under = ("\\N" if total is None else total for total in (each.numerator, each.denominator))
        yield f"{metric}\t{month}\t{segment}\t{each.value}\t{over}\t{under}\t{escaped(each.source)}\n"


def _write_copied(cursor: Any, count: int, by: User | None) -> None:
    """Write the `count` readings that were copied.

    Who else writes readings of the team waits meanwhile for the lock on its row (planner/changes.py).
    """
    entered = [by and by.pk, timezone.now()]
    said = ", ".join(f"{name} = brought.{name}" for name in ("value", "numerator", "denominator", "source"))
    cursor.execute(
        f"UPDATE planner_reading there SET {said}, entered_by_id = %s, entered_at = %s FROM brought "
        f"WHERE {_AT_ITS_PLACE}",
        entered,
    )
    if cursor.rowcount < count:  # those of them that were there conflict now, and are as they should be
        cursor.execute(
            f"INSERT INTO planner_reading ({_COLUMNS}, entered_by_id, entered_at) "
            f"SELECT {_COLUMNS}, %s, %s FROM brought ON CONFLICT (metric_id, month, segment_id) DO NOTHING",
            entered,
        )
    cursor.execute("DROP TABLE brought")
