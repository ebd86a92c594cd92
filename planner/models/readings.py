"""The values of metrics by month; planner/models/staging.py writes many of them at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.models.history import CannotUndo
from planner.models.metrics import FIGURE, Metric, Segment

if TYPE_CHECKING:
    from planner.models.people import User

# Metric, month and segment by their ids: a metric has one reading there.
Place = tuple[int, dt.date, int]


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
        return {row[:3]: StoredReading(*row[3:]) for row in rows.iterator() if row[:3] in place_set}

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

    def exchange_typed(self, place: Place, expected: str | None, wanted: str | None, by: User | None) -> None:
        """Replace the typed reading that is expected at a place by another. Raises CannotUndo where it was changed."""
        there = self.at([place]).get(place)
        if _numbers(as_text(there.layer(typed=True) if there else None)) != _numbers(expected):
            raise CannotUndo(changed_since(place[1]))
        self.put_typed(place, from_text(wanted) if wanted else None, by)


def changed_since(month: dt.date) -> str:
    """The sentence for values that cannot be restored."""
    text = _("The values for %(month)s have been changed since, so this can't be undone.")
    return text % {"month": f"{month:%Y-%m}"}


def _numbers(text: str | None) -> list[str]:
    """The figures in the text of a reading, which are before its source."""
    return text.split("\t")[:3] if text else []


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
