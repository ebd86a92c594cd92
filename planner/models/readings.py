"""The values of metrics by month, and how many of them are written and reverted at once.

PostgreSQL gets many readings by COPY and compares them itself; few of them, and any number on other databases, are
compared here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from django.conf import settings
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.models.history import CannotUndo
from planner.models.metrics import FIGURE, Metric, Segment

if TYPE_CHECKING:
    from planner.models.imports import Import
    from planner.models.people import User

# How many are inserted by one statement; more than these are written by COPY where that is possible.
BATCH = 2_000
# How many typed readings get another imported one beneath by one statement.
PIECE = 200
# Metric, month and segment by their ids: a metric has one reading there.
Place = tuple[int, dt.date, int]
# `Import.before`: metric, month, segment, the old reading as text or None, and the new one.
Lines = Iterable[tuple[int, str, int, str | None, str | None]]


class Values(Protocol):
    """The values of a reading: of a row of the table, or of a line of a file."""

    @property
    def value(self) -> Decimal: ...
    @property
    def numerator(self) -> Decimal | None: ...
    @property
    def denominator(self) -> Decimal | None: ...
    @property
    def source(self) -> str: ...


class StoredReading(NamedTuple):
    """A reading in the database."""

    pk: int
    value: Decimal
    numerator: Decimal | None
    denominator: Decimal | None
    source: str
    is_typed: bool
    imported_value: Decimal | None
    imported_numerator: Decimal | None
    imported_denominator: Decimal | None
    imported_source: str

    def layer(self, typed: bool) -> Values | None:
        """The reading that was typed, or the imported one, whether it is shown or beneath; None where there is none."""
        return self if typed == self.is_typed else imported_of(self)


class ImportedReading(NamedTuple):
    """A reading as an import keeps it."""

    value: Decimal
    numerator: Decimal | None
    denominator: Decimal | None
    source: str


def imported_of(reading: Any) -> ImportedReading | None:
    """The imported reading beneath a typed one."""
    if reading.imported_value is None:
        return None
    names = (f"imported_{name}" for name in ImportedReading._fields)
    return ImportedReading(*(getattr(reading, name) for name in names))


def beneath(imported: Values | None) -> dict[str, Any]:
    """The fields of a reading that keep an imported one beneath it; None empties them."""
    return {
        f"imported_{name}": getattr(imported, name) if imported else empty
        for name, empty in zip(ImportedReading._fields, (None, None, None, ""), strict=True)
    }


def figures(reading: Any) -> tuple[Decimal | None, ...]:
    """The figures by which two readings are compared; their source is not."""
    return reading.value, reading.numerator, reading.denominator


def as_text(reading: Values | StoredReading | None) -> str | None:
    """A reading, or None, as an import keeps it: value, numerator, denominator and source, separated by tabs."""
    if reading is None:
        return None
    texts = ("" if number is None else f"{number.normalize():f}" for number in figures(reading))
    return "\t".join((*texts, reading.source))


def from_text(text: str) -> ImportedReading:
    """The reading that `as_text` wrote down."""
    *numbers, source = text.split("\t", 3)
    value, numerator, denominator = (Decimal(number) if number else None for number in numbers)
    return ImportedReading(value or Decimal(0), numerator, denominator, source)


class ReadingQuerySet(models.QuerySet["Reading"]):
    def of_whole(self) -> ReadingQuerySet:
        """Those of the whole business, not of one of its segments."""
        return self.filter(segment__dimension=Segment.Dimension.WHOLE)


# Named: django-stubs knows the types of a class made at run time by its name alone.
_ReadingManager = models.Manager.from_queryset(ReadingQuerySet)


class ReadingManager(_ReadingManager["Reading"]):
    def at(self, places: Iterable[Place]) -> dict[Place, StoredReading]:
        """The readings at these places now; a place without one is left out."""
        place_set = set(places)
        if not place_set:
            return {}
        months = [month for _metric, month, _segment in place_set]
        readings = self.filter(
            metric__in={metric for metric, _month, _segment in place_set},
            month__range=(min(months), max(months)),
        )
        rows = readings.order_by().values_list("metric_id", "month", "segment_id", *StoredReading._fields)
        return {row[:3]: StoredReading(*row[3:]) for row in rows.iterator(BATCH) if row[:3] in place_set}

    def compare_with_stored(self, readings: Mapping[Place, Values]) -> Difference | CopiedDifference:
        """The readings that differ from those at their places; to be written in the same transaction."""
        return (CopiedDifference if _are_copied(readings) else Difference)(readings)

    def upsert(self, readings: Mapping[Place, Any], by: User | None) -> None:
        """Write imported readings to their places, over any that are there; in a transaction.

        Places with a typed reading are for `lay_beneath`.
        """
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
                value=reading.value,
                numerator=reading.numerator,
                denominator=reading.denominator,
                source=reading.source,
                entered_by=by,
                entered_at=now,
            )
            for (metric, month, segment), reading in readings.items()
        )
        self.bulk_create(
            rows,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["metric", "month", "segment"],
            update_fields=["value", "numerator", "denominator", "source", "entered_by", "entered_at"],
        )

    def lay_beneath(self, imported: Mapping[int, Values | None]) -> None:
        """Put imported readings beneath the typed ones of these ids; None takes them away."""
        rows = [Reading(pk=pk, **beneath(reading)) for pk, reading in imported.items()]
        self.bulk_update(rows, list(beneath(None)), batch_size=PIECE)

    def put_typed(self, place: Place, typed: Values | None, by: User | None) -> None:
        """Write a typed reading over what is at a place; with None, show the imported one again, if there is one."""
        stored = self.at([place]).get(place)
        imported = stored.layer(typed=False) if stored else None
        shown = typed or imported
        metric, month, segment = place
        if shown is None:
            self.filter(metric=metric, month=month, segment=segment).delete()
            return
        values = {name: getattr(shown, name) for name in ImportedReading._fields}
        values |= beneath(imported if typed else None) | {"is_typed": typed is not None, "entered_by": by}
        self.update_or_create(metric_id=metric, month=month, segment_id=segment, defaults=values)

    def revert(self, lines: Lines, by: User | None, *, typed: bool) -> None:
        """Restore the readings from before an import. Raises CannotUndo where one changed since."""
        self._exchange({place: (brought, old) for place, (old, brought) in _sides(lines).items()}, by, typed)

    def apply(self, lines: Lines, by: User | None, *, typed: bool) -> None:
        """Write the readings of a reverted import again. Raises CannotUndo where one changed since."""
        self._exchange(_sides(lines), by, typed)

    def _exchange(
        self, sides: Mapping[Place, tuple[str | None, str | None]], by: User | None, typed: bool
    ) -> None:
        """Replace the expected (first) text of each place by the second; all of them or, by CannotUndo, none.

        Either the typed readings are exchanged or the imported ones, wherever those lie beneath a typed one.
        """
        stored = self.at(sides)
        for place, (expected, _wanted) in sides.items():
            there = stored.get(place)
            if _numbers(as_text(there.layer(typed) if there else None)) != _numbers(expected):
                raise CannotUndo(
                    _("The values for %(month)s have been changed since, so this can't be undone.")
                    % {"month": f"{place[1]:%Y-%m}"}
                )
        wanted = {place: replacement for place, (_expected, replacement) in sides.items()}
        if typed:
            for place, text in wanted.items():
                self.put_typed(place, from_text(text) if text else None, by)
        else:
            self._put_imported(wanted, stored, by)

    def _put_imported(
        self, wanted: Mapping[Place, str | None], stored: Mapping[Place, StoredReading], by: User | None
    ) -> None:
        readings = {place: from_text(text) if text else None for place, text in wanted.items()}
        typed = {place: there.pk for place, there in stored.items() if there.is_typed}
        self.lay_beneath({pk: readings[place] for place, pk in typed.items()})
        deleted_pks = [
            stored[place].pk for place, reading in readings.items() if not reading and place not in typed
        ]
        for start in range(0, len(deleted_pks), BATCH):
            self.filter(pk__in=deleted_pks[start : start + BATCH]).delete()
        self.upsert(
            {place: reading for place, reading in readings.items() if reading and place not in typed}, by
        )


class Reading(models.Model):
    """The value of one metric in one month for one segment, with its source."""

    metric = models.ForeignKey(Metric, models.CASCADE, related_name="readings")
    month = models.DateField(gettext_lazy("month"))
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="readings")
    value = models.DecimalField(gettext_lazy("value"), **FIGURE)
    numerator = models.DecimalField(gettext_lazy("numerator"), null=True, blank=True, **FIGURE)
    denominator = models.DecimalField(gettext_lazy("denominator"), null=True, blank=True, **FIGURE)
    source = models.CharField(gettext_lazy("source"), max_length=120, blank=True)
    # Whether a person typed the value; beneath it lies the one that a file brought, if there is one.
    is_typed = models.BooleanField(default=False, db_default=False)
    imported_value = models.DecimalField(null=True, blank=True, **FIGURE)
    imported_numerator = models.DecimalField(null=True, blank=True, **FIGURE)
    imported_denominator = models.DecimalField(null=True, blank=True, **FIGURE)
    imported_source = models.CharField(max_length=120, blank=True, default="", db_default="")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    entered_at = models.DateTimeField(auto_now=True)

    objects = ReadingManager()

    class Meta:
        ordering = ["metric", "segment", "month"]
        constraints = [
            models.UniqueConstraint(
                fields=["metric", "month", "segment"],
                name="one_reading_per_month",
                violation_error_message=gettext_lazy("This month already has a value. Change that one."),
            ),
            models.CheckConstraint(
                condition=models.Q(month__day=1),
                name="reading_is_of_a_month",
                violation_error_message=gettext_lazy("Enter a month as its first day, such as 2026-10-01."),
            ),
            models.CheckConstraint(
                condition=models.Q(is_typed=True) | models.Q(imported_value=None),
                name="imported_lies_beneath_typed",
                violation_error_message=gettext_lazy("Only a value entered by hand covers an imported one."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric_id} {self.month:%Y-%m} {self.value}"

    @property
    def covered(self) -> ImportedReading | None:
        """The imported reading beneath this one, if it has other figures."""
        imported = imported_of(self)
        return imported if imported and figures(imported) != figures(self) else None


class Difference:
    """The imported readings that differ from those at their places: `new` is how many of them take an empty one.

    A typed reading stays on top: `kept` is how many get an imported one beneath, or another than before.
    """

    def __init__(self, readings: Mapping[Place, Values]) -> None:
        self._stored = Reading.objects.at(readings)
        self._readings = {
            place: reading for place, reading in readings.items() if self._is_other(place, reading)
        }
        typed = {place for place in self._readings if place in self._stored and self._stored[place].is_typed}
        self.kept = len(typed)
        self.changed = sum(place in self._stored for place in self._readings) - self.kept
        self.new = len(self._readings) - self.changed - self.kept
        self._typed = typed

    def _is_other(self, place: Place, reading: Values) -> bool:
        """Whether a reading differs from the imported one at its place, or from a typed one that covers none."""
        there = self._stored.get(place)
        return there is None or figures(there.layer(typed=False) or there) != figures(reading)

    def covered(self) -> Iterator[tuple[Place, StoredReading, Values]]:
        """The typed readings that stay on top, each with the imported one, where their figures differ."""
        for place in self._typed:
            there, reading = self._stored[place], self._readings[place]
            if figures(there) != figures(reading):
                yield place, there, reading

    def write(self, import_: Import, by: User | None) -> None:
        """Write them to their places, and the old imported readings into the import."""
        import_.before = [
            [place[0], f"{place[1]}", place[2], as_text(self._imported(place)), as_text(reading)]
            for place, reading in self._readings.items()
        ]
        import_.save(update_fields=["before"])
        Reading.objects.lay_beneath({self._stored[place].pk: self._readings[place] for place in self._typed})
        Reading.objects.upsert(
            {place: reading for place, reading in self._readings.items() if place not in self._typed}, by
        )

    def _imported(self, place: Place) -> Values | None:
        there = self._stored.get(place)
        return there.layer(typed=False) if there else None


class CopiedDifference:
    """The same for very many readings: PostgreSQL gets all of them at once and compares them."""

    def __init__(self, readings: Mapping[Place, Values]) -> None:
        with connection.cursor() as cursor:
            _copy(cursor, readings)
            cursor.execute(
                f"DELETE FROM brought USING planner_reading there WHERE {_AT_ITS_PLACE} AND "
                "CASE WHEN there.imported_value IS NULL THEN (there.value, there.numerator, there.denominator) "
                "ELSE (there.imported_value, there.imported_numerator, there.imported_denominator) END "
                "IS NOT DISTINCT FROM (brought.value, brought.numerator, brought.denominator)"
            )
            cursor.execute(
                "SELECT count(*) - count(there.id), count(*) FILTER (WHERE NOT there.is_typed), "
                "count(*) FILTER (WHERE there.is_typed) "
                "FROM brought LEFT JOIN planner_reading there USING (metric_id, month, segment_id)"
            )
            self.new, self.changed, self.kept = cursor.fetchone()

    def write(self, import_: Import, by: User | None) -> None:
        """Write them to their places, and the old imported readings into the import."""
        old, covered, brought = (
            f"concat(trim_scale({name}value), E'\\t', trim_scale({name}numerator), E'\\t', "
            f"trim_scale({name}denominator), E'\\t', {name}source)"
            for name in ("there.", "there.imported_", "brought.")
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE planner_import SET before = (SELECT jsonb_agg(jsonb_build_array("
                "  brought.metric_id, brought.month::text, brought.segment_id, "
                f" CASE WHEN there.imported_value IS NOT NULL THEN {covered} WHEN NOT there.is_typed THEN {old} END, "
                f" {brought})) "
                "FROM brought LEFT JOIN planner_reading there USING (metric_id, month, segment_id)) WHERE id = %s",
                [import_.pk],
            )
            names = ("value", "numerator", "denominator", "source")
            imported = ", ".join(f"imported_{name} = brought.{name}" for name in names)
            at_typed = f"WHERE {_AT_ITS_PLACE} AND there.is_typed"
            cursor.execute(f"UPDATE planner_reading there SET {imported} FROM brought {at_typed}")
            cursor.execute(f"DELETE FROM brought USING planner_reading there {at_typed}")
            _write_copied(cursor, self.new + self.changed, by)


def _sides(lines: Lines) -> dict[Place, tuple[str | None, str | None]]:
    """By place, what was there before an import and what it brought."""
    return {
        (metric, dt.date.fromisoformat(month), segment): (old, brought)
        for metric, month, segment, old, brought in lines
    }


def _numbers(text: str | None) -> list[str]:
    """The figures in the text of a reading, which are before its source."""
    return text.split("\t")[:3] if text else []


def _are_copied(readings: Mapping[Place, Any]) -> bool:
    return connection.vendor == "postgresql" and len(readings) > BATCH


_COLUMNS = "metric_id, month, segment_id, value, numerator, denominator, source"
_AT_ITS_PLACE = " AND ".join(
    f"there.{name} = brought.{name}" for name in ("metric_id", "month", "segment_id")
)
# How the text that PostgreSQL copies writes its own separators.
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _copy(cursor: Any, readings: Mapping[Place, Values]) -> None:
    """Copy readings into the temporary table `brought`, which only this transaction sees."""
    cursor.execute("DROP TABLE IF EXISTS pg_temp.brought")
    cursor.execute(
        f"CREATE TEMPORARY TABLE brought ON COMMIT DROP AS SELECT {_COLUMNS} FROM planner_reading WITH NO DATA"
    )
    with cursor.copy(f"COPY brought ({_COLUMNS}) FROM STDIN") as copy:
        lines = _lines(readings)
        while piece := "".join(islice(lines, BATCH)):
            copy.write(piece)
    cursor.execute("ANALYZE brought")


def _lines(readings: Mapping[Place, Values]) -> Iterator[str]:
    escaped = lru_cache(lambda text: text.translate(_ESCAPED))
    for (metric, month, segment), reading in readings.items():
        over, under = (
            "\\N" if total is None else total for total in (reading.numerator, reading.denominator)
        )
        yield f"{metric}\t{month}\t{segment}\t{reading.value}\t{over}\t{under}\t{escaped(reading.source)}\n"


def _write_copied(cursor: Any, count: int, by: User | None) -> None:
    """Write the `count` readings that were copied.

    Other writers of the team's readings wait meanwhile for the lock on the team (planner/changes.py).
    """
    author_and_time = [by and by.pk, timezone.now()]
    new_values = ", ".join(
        f"{name} = brought.{name}" for name in ("value", "numerator", "denominator", "source")
    )
    cursor.execute(
        f"UPDATE planner_reading there SET {new_values}, entered_by_id = %s, entered_at = %s FROM brought "
        f"WHERE {_AT_ITS_PLACE}",
        author_and_time,
    )
    if cursor.rowcount < count:  # those that were updated conflict now, and are skipped
        cursor.execute(
            f"INSERT INTO planner_reading ({_COLUMNS}, entered_by_id, entered_at) "
            f"SELECT {_COLUMNS}, %s, %s FROM brought ON CONFLICT (metric_id, month, segment_id) DO NOTHING",
            author_and_time,
        )
    cursor.execute("DROP TABLE brought")
