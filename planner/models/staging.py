"""Readings that wait outside of the metric history until one statement writes them.

A file's readings are put here in pieces, each in a short transaction and without the lock on the team, so that its
other writers wait for the last step alone. Each keeps the reading that was at its place, for comparison.

What is brought is imported: where somebody typed a value, it is laid beneath, and the typed one stays on top.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection, models
from django.utils import timezone

from planner.models.history import CannotUndo
from planner.models.metrics import FIGURE, Metric, Segment
from planner.models.readings import ImportedReading, Reading, Values, changed_since, figures, from_text

if TYPE_CHECKING:
    from planner.models.imports import Import
    from planner.models.people import User

# How many readings one transaction puts here.
PIECE = 5_000
# `Import.before`: metric, month, segment, the old reading as text or None, and the new one.
Lines = Iterable[tuple[int, str, int, str | None, str | None]]
# Value, numerator and denominator of a reading, as they are put here.
Triple = tuple[str | None, str | None, str | None]


class Row(NamedTuple):
    """A reading as it is put here. Without a value, the one at its place is to be deleted."""

    metric_id: int | None
    # The name of a metric that the team lacks yet.
    metric_name: str
    month: str
    segment_id: int | None
    # Dimension and name of a segment that the team lacks yet.
    dimension: str
    segment_name: str
    value: str | None
    numerator: str | None
    denominator: str | None
    source: str
    old_value: str | None = None
    old_numerator: str | None = None
    old_denominator: str | None = None


class Batch(models.Model):
    """The readings of one file, with the metrics that it adds or changes (planner/readings/save.py writes these)."""

    created_at = models.DateTimeField(auto_now_add=True)
    metrics = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.pk}"


class StagedReading(models.Model):
    """One reading of a batch; `old_…` are the figures at its place when it was put here."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="readings")
    metric = models.ForeignKey(
        Metric, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    metric_name = models.CharField(max_length=80, blank=True)
    month = models.DateField()
    segment = models.ForeignKey(
        Segment, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    dimension = models.CharField(max_length=12, blank=True)
    segment_name = models.CharField(max_length=80, blank=True)
    value = models.DecimalField(null=True, **FIGURE)
    numerator = models.DecimalField(null=True, **FIGURE)
    denominator = models.DecimalField(null=True, **FIGURE)
    source = models.CharField(max_length=120, blank=True)
    old_value = models.DecimalField(null=True, **FIGURE)
    old_numerator = models.DecimalField(null=True, **FIGURE)
    old_denominator = models.DecimalField(null=True, **FIGURE)

    def __str__(self) -> str:
        return f"{self.metric_id or self.metric_name} {self.month:%Y-%m} {self.value}"


class Counts(NamedTuple):
    """How many readings of a batch are new, change a value, or change nothing that is shown.

    `kept` of these are typed values, which get another imported one beneath.
    """

    new: int
    changed: int
    same: int
    kept: int


class Clash(NamedTuple):
    """A place that somebody changed since the batch was compared: the figure then, now, and in the batch."""

    metric_id: int
    month: dt.date
    segment_id: int
    old: Decimal | None
    now: Decimal | None
    brought: Decimal | None


_FIGURES = ("value", "numerator", "denominator")
_PLACE = ("metric_id", "month", "segment_id")
_JOINED = "planner_stagedreading brought LEFT JOIN planner_reading there ON " + " AND ".join(
    f"there.{name} = brought.{name}" for name in _PLACE
)


# The figures of a stored reading, as templates of their names: those that are shown, those of its imported layer
# (NULL where there is none), and those that what is brought is compared with: a typed one that covers none counts too.
_SHOWN = "there.{}"
_LAYER = "CASE WHEN there.is_typed THEN there.imported_{0} ELSE there.{0} END"
_COMPARED = "CASE WHEN there.imported_value IS NULL THEN there.{0} ELSE there.imported_{0} END"
_BROUGHT, _OLD = "brought.{}", "brought.old_{}"


def _differ(left: str, right: str) -> str:
    """The condition that the figures of two readings differ; NULL is a figure like any other."""
    operator = "IS NOT" if connection.vendor == "sqlite" else "IS DISTINCT FROM"
    pairs = ((left.format(name), right.format(name)) for name in _FIGURES)
    return "({})".format(" OR ".join(f"({first}) {operator} ({second})" for first, second in pairs))


def _text(reading: str) -> str:
    """The expression for a reading as `as_text` writes it (planner/models/readings.py)."""
    pattern = (
        "iif({0} IS NULL, '', rtrim(rtrim(printf('%%.6f', {0}), '0'), '.'))"
        if connection.vendor == "sqlite"
        else "coalesce(trim_scale({0})::text, '')"
    )
    tab = "char(9)" if connection.vendor == "sqlite" else "chr(9)"
    figures = f" || {tab} || ".join(pattern.format(f"({reading.format(name)})") for name in _FIGURES)
    return f"{figures} || {tab} || ({reading.format('source')})"


def texts_of(reading: Values | ImportedReading | None) -> Triple:
    """The figures of a reading as they are put here: both databases read the same numbers from them."""
    if reading is None:
        return None, None, None
    value, numerator, denominator = (
        None if figure is None else f"{figure:.6f}" for figure in figures(reading)
    )
    return value, numerator, denominator


def fill(batch: Batch, rows: Iterable[Row], *, is_compared: bool = True) -> None:
    """Put readings into a batch; where `is_compared`, each with what is at its place now."""
    rows = iter(rows)
    while piece := list(islice(rows, PIECE)):
        with connection.cursor() as cursor:
            after = StagedReading.objects.filter(batch=batch).aggregate(last=models.Max("pk"))["last"] or 0
            _insert(cursor, batch, piece)
            if is_compared:
                old, there = (
                    ", ".join(f"{prefix}{name}" for name in _FIGURES) for prefix in ("old_", "there.")
                )
                place = " AND ".join(f"there.{name} = planner_stagedreading.{name}" for name in _PLACE)
                cursor.execute(
                    f"UPDATE planner_stagedreading SET ({old}) = "
                    f"(SELECT {there} FROM planner_reading there WHERE {place}) WHERE batch_id = %s AND id > %s",
                    [batch.pk, after],
                )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE planner_stagedreading")  # else it plans as for a handful of rows


def _insert(cursor: Any, batch: Batch, rows: Iterable[Row]) -> None:
    columns = ", ".join(("batch_id", *Row._fields))
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY planner_stagedreading ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row((batch.pk, *row))
        return
    marks = ", ".join(["%s"] * (1 + len(Row._fields)))
    cursor.executemany(
        f"INSERT INTO planner_stagedreading ({columns}) VALUES ({marks})", [(batch.pk, *row) for row in rows]
    )


def counts(batch: Batch) -> Counts:
    """What the batch does to the readings that are stored now."""
    different = _differ(_COMPARED, _BROUGHT)
    conditions = ("there.id IS NULL", different, f"there.is_typed AND {different}")
    sums = ", ".join(f"coalesce(sum(CASE WHEN {each} THEN 1 ELSE 0 END), 0)" for each in conditions)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), {sums} FROM {_JOINED} WHERE brought.batch_id = %s", [batch.pk])
        total, new, differing, kept = cursor.fetchone()
    return Counts(new, differing - new - kept, total - differing + kept, kept)


def covered(batch: Batch) -> list[tuple[int, dt.date, int, Decimal, Decimal]]:
    """Metric, month, segment, the value that was typed and the one brought, where these differ: the typed one stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT brought.id, there.id FROM {_JOINED} WHERE brought.batch_id = %s AND there.is_typed "
            f"AND {_differ(_SHOWN, _BROUGHT)} AND {_differ(_COMPARED, _BROUGHT)}",
            [batch.pk],
        )
        pks = dict(cursor.fetchall())
    typed = dict(Reading.objects.filter(pk__in=pks.values()).values_list("pk", "value"))
    return [
        (row.metric_id, row.month, row.segment_id, typed[pks[row.pk]], row.value)
        for row in StagedReading.objects.filter(pk__in=pks).order_by("month", "pk")
        if row.metric_id is not None and row.segment_id is not None and row.value is not None
    ]


def clashes(batch: Batch, *, most: int, is_strict: bool = False) -> list[Clash]:
    """The first places that were changed since the batch was compared.

    One that has the batch's own figures by now is none of them, unless the comparison `is_strict`: then the imported
    layer is compared, and not what is shown.
    """
    where = f"brought.batch_id = %s AND {_differ(_LAYER if is_strict else _SHOWN, _OLD)}"
    if not is_strict:
        where += f" AND {_differ(_SHOWN, _BROUGHT)}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT brought.id, there.id FROM {_JOINED} WHERE {where} LIMIT %s", [batch.pk, most])
        pks = dict(cursor.fetchall())
    now = dict(Reading.objects.filter(pk__in=[pk for pk in pks.values() if pk]).values_list("pk", "value"))
    staged = StagedReading.objects.filter(pk__in=pks).order_by("month", "pk")
    return [
        Clash(row.metric_id, row.month, row.segment_id, row.old_value, now.get(pks[row.pk]), row.value)
        for row in staged
        if row.metric_id is not None and row.segment_id is not None
    ]


def write(batch: Batch, by: User | None, *, is_compared: bool = True) -> None:
    """Write the readings of a batch: over stored ones, beneath typed ones, or as new ones.

    Where `is_compared`, those that have the figures of the stored ones are left out.
    """
    columns = (*_FIGURES, "source")
    at_place = " AND ".join(f"there.{name} = brought.{name}" for name in _PLACE)
    changed = (
        f"FROM planner_stagedreading brought WHERE {at_place} AND brought.batch_id = %s "
        f"AND brought.value IS NOT NULL{f' AND {_differ(_COMPARED, _BROUGHT)}' if is_compared else ''}"
    )
    new_values, beneath = (
        ", ".join(f"{prefix}{name} = brought.{name}" for name in columns) for prefix in ("", "imported_")
    )
    names = ", ".join((*_PLACE, *columns))
    author_time_batch = [by.pk if by else None, timezone.now(), batch.pk]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE planner_reading AS there SET {beneath} {changed} AND there.is_typed", [batch.pk]
        )
        cursor.execute(
            f"UPDATE planner_reading AS there SET {new_values}, entered_by_id = %s, entered_at = %s "
            f"{changed} AND NOT there.is_typed",
            author_time_batch,
        )
        cursor.execute(
            f"INSERT INTO planner_reading ({names}, entered_by_id, entered_at) "
            f"SELECT {', '.join(f'brought.{name}' for name in (*_PLACE, *columns))}, %s, %s FROM {_JOINED} "
            "WHERE brought.batch_id = %s AND brought.value IS NOT NULL AND there.id IS NULL",
            author_time_batch,
        )


def _delete_without_value(batch: Batch) -> None:
    """Delete the readings in whose place the batch has none; of a typed one, what lies beneath it."""
    here = f"(SELECT there.id FROM {_JOINED} WHERE brought.batch_id = %s AND brought.value IS NULL)"
    empty = ", ".join(f"imported_{name} = NULL" for name in _FIGURES)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM planner_reading WHERE NOT is_typed AND id IN {here}", [batch.pk])
        cursor.execute(
            f"UPDATE planner_reading SET {empty}, imported_source = '' WHERE is_typed AND id IN {here}",
            [batch.pk],
        )


def keep_old(batch: Batch, import_: Import) -> None:
    """Write into an import what its batch is about to change, as `Import.before` has it."""
    array, group, month = (
        ("json_array", "json_group_array", "brought.month")
        if connection.vendor == "sqlite"
        else ("jsonb_build_array", "jsonb_agg", "brought.month::text")
    )
    line = (
        f"{array}(brought.metric_id, {month}, brought.segment_id, "
        f"CASE WHEN ({_LAYER.format('value')}) IS NOT NULL THEN {_text(_LAYER)} END, {_text(_BROUGHT)})"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE planner_import SET before = (SELECT {group}({line}) FROM {_JOINED} "
            f"WHERE brought.batch_id = %s AND {_differ(_COMPARED, _BROUGHT)}) WHERE id = %s",
            [batch.pk, import_.pk],
        )


def revert(lines: Lines, by: User | None) -> None:
    """Restore the readings from before an import. Raises CannotUndo where one was changed since."""
    _exchange(((*place, brought, old) for *place, old, brought in lines), by)


def apply(lines: Lines, by: User | None) -> None:
    """Write the readings of a reverted import again. Raises CannotUndo where one was changed since."""
    _exchange(lines, by)


def _exchange(lines: Iterable[Any], by: User | None) -> None:
    """Replace the expected (first) text of each place by the second: all of them, or none by CannotUndo."""
    batch = Batch.objects.create()
    fill(batch, _rows_of(lines), is_compared=False)
    for clash in clashes(batch, most=1, is_strict=True):
        raise CannotUndo(changed_since(clash.month))
    _delete_without_value(batch)
    write(batch, by, is_compared=False)
    batch.delete()


def _rows_of(lines: Iterable[Any]) -> Iterator[Row]:
    for metric, month, segment, expected, wanted in lines:
        there, replacement = (None if text is None else from_text(text) for text in (expected, wanted))
        source = replacement.source if replacement else ""
        yield Row(metric, "", month, segment, "", "", *texts_of(replacement), source, *texts_of(there))
