"""Readings that wait outside of the metric history until one statement writes them.

A file's readings are put here in pieces, each in a short transaction and without the lock on the team, so that its
other writers wait for the last step alone. Each keeps the reading that was at its place, for comparison.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.models.history import CannotUndo
from planner.models.metrics import FIGURE, Metric, Segment
from planner.models.readings import ImportedReading, Reading, Values, figures, from_text

if TYPE_CHECKING:
    from planner.models.imports import Import
    from planner.models.people import Team, User

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
    """How many readings of a batch are new, change a value, or are the same as what is stored."""

    new: int
    changed: int
    same: int


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


def _differ(left: str, right: str) -> str:
    """The condition that the figures of two readings differ; NULL is a figure like any other."""
    operator = "IS NOT" if connection.vendor == "sqlite" else "IS DISTINCT FROM"
    return "({})".format(" OR ".join(f"{left}{name} {operator} {right}{name}" for name in _FIGURES))


def _text(alias: str) -> str:
    """The expression for a reading as `as_text` writes it (planner/models/readings.py)."""
    pattern = (
        "iif({0} IS NULL, '', rtrim(rtrim(printf('%%.6f', {0}), '0'), '.'))"
        if connection.vendor == "sqlite"
        else "coalesce(trim_scale({0})::text, '')"
    )
    tab = "char(9)" if connection.vendor == "sqlite" else "chr(9)"
    figures = f" || {tab} || ".join(pattern.format(f"{alias}.{name}") for name in _FIGURES)
    return f"{figures} || {tab} || {alias}.source"


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


def find_segments(batch: Batch, team: Team) -> None:
    """Fill in the segments that the team lacked when the batch was made, and has now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE planner_stagedreading AS brought SET segment_id = part.id FROM planner_segment part "
            "WHERE brought.batch_id = %s AND brought.segment_id IS NULL AND part.team_id = %s "
            "AND part.dimension = brought.dimension AND part.name = brought.segment_name",
            [batch.pk, team.pk],
        )


def seen_counts(batch: Batch) -> Counts:
    """What the batch would do to the readings that it was compared with."""
    staged = "planner_stagedreading brought"
    return _counts(batch, staged, "brought.old_value IS NULL", _differ("brought.old_", "brought."))


def counts(batch: Batch) -> Counts:
    """What the batch does to the readings that are stored now."""
    return _counts(batch, _JOINED, "there.id IS NULL", _differ("there.", "brought."))


def _counts(batch: Batch, source: str, is_new: str, is_different: str) -> Counts:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), coalesce(sum(CASE WHEN {is_new} THEN 1 ELSE 0 END), 0), "
            f"coalesce(sum(CASE WHEN {is_different} THEN 1 ELSE 0 END), 0) "
            f"FROM {source} WHERE brought.batch_id = %s",
            [batch.pk],
        )
        total, new, different = cursor.fetchone()
    return Counts(new, different - new, total - different)


def clashes(batch: Batch, *, most: int, is_strict: bool = False) -> list[Clash]:
    """The first places that were changed since the batch was compared.

    One that has the batch's own figures by now is none of them, unless the comparison `is_strict`.
    """
    where = f"brought.batch_id = %s AND {_differ('there.', 'brought.old_')}"
    if not is_strict:
        where += f" AND {_differ('there.', 'brought.')}"
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


def write(batch: Batch, by: User | None) -> None:
    """Write the readings of a batch that differ from the stored ones, over these or into empty places."""
    columns = (*_FIGURES, "source")
    new_values = ", ".join(f"{name} = brought.{name}" for name in columns)
    at_place = " AND ".join(f"there.{name} = brought.{name}" for name in _PLACE)
    differ = _differ("there.", "brought.")
    names = ", ".join((*_PLACE, *columns))
    author_time_batch = [by.pk if by else None, timezone.now(), batch.pk]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE planner_reading AS there SET {new_values}, entered_by_id = %s, entered_at = %s "
            f"FROM planner_stagedreading brought WHERE {at_place} AND brought.batch_id = %s "
            f"AND brought.value IS NOT NULL AND {differ}",
            author_time_batch,
        )
        cursor.execute(
            f"INSERT INTO planner_reading ({names}, entered_by_id, entered_at) "
            f"SELECT {', '.join(f'brought.{name}' for name in (*_PLACE, *columns))}, %s, %s FROM {_JOINED} "
            "WHERE brought.batch_id = %s AND brought.value IS NOT NULL AND there.id IS NULL",
            author_time_batch,
        )


def _delete_without_value(batch: Batch) -> None:
    """Delete the readings in whose place the batch has none."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM planner_reading WHERE id IN (SELECT there.id FROM {_JOINED} "
            "WHERE brought.batch_id = %s AND brought.value IS NULL)",
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
        f"CASE WHEN there.id IS NOT NULL THEN {_text('there')} END, {_text('brought')})"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE planner_import SET before = (SELECT {group}({line}) FROM {_JOINED} "
            f"WHERE brought.batch_id = %s AND {_differ('there.', 'brought.')}) WHERE id = %s",
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
        raise CannotUndo(
            _("The values for %(month)s have been changed since, so this can't be undone.")
            % {"month": f"{clash.month:%Y-%m}"}
        )
    _delete_without_value(batch)
    write(batch, by)
    batch.delete()


def _rows_of(lines: Iterable[Any]) -> Iterator[Row]:
    for metric, month, segment, expected, wanted in lines:
        there, replacement = (None if text is None else from_text(text) for text in (expected, wanted))
        source = replacement.source if replacement else ""
        yield Row(metric, "", month, segment, "", "", *texts_of(replacement), source, *texts_of(there))
