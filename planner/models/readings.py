"""The values of metrics by month; planner/models/staging.py writes many of them at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from planner.models.metrics import FIGURE, Metric, Segment

if TYPE_CHECKING:
    from planner.models.people import User

# Metric, month and segment by their ids: a metric has one reading there.
Place = tuple[int, dt.date, int]


class Values(Protocol):
    """The values of a reading: of a row of the table, or of a line of a file."""

    value: Decimal
    numerator: Decimal | None
    denominator: Decimal | None
    source: str


class ImportedReading(NamedTuple):
    """A reading as an import keeps it."""

    value: Decimal
    numerator: Decimal | None
    denominator: Decimal | None
    source: str


def figures(reading: Any) -> tuple[Decimal | None, ...]:
    """The figures by which two readings are compared; their source is not."""
    return reading.value, reading.numerator, reading.denominator


def as_text(reading: Values | None) -> str | None:
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
    def upsert(self, readings: Mapping[Place, Any], by: User | None) -> None:
        """Write readings to their places, over any that are there; in a transaction."""
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
            update_conflicts=True,
            unique_fields=["metric", "month", "segment"],
            update_fields=["value", "numerator", "denominator", "source", "entered_by", "entered_at"],
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
        ]

    def __str__(self) -> str:
        return f"{self.metric_id} {self.month:%Y-%m} {self.value}"
