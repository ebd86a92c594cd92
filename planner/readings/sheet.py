"""The team's readings as a file that can be imported again: machine-readable names, exact values."""

from __future__ import annotations

from django.utils.translation import gettext as _

from planner import words
from planner.models import Plan, Reading, Segment
from planner.spreadsheets.sheets import Column, Number, Sheet, line_of

COLUMNS: tuple[Column[Reading], ...] = (
    Column("month", width=10, value_of=lambda reading: f"{reading.month:%Y-%m}"),
    Column("metric", width=28, value_of=lambda reading: reading.metric.name),
    Column("segment", width=24, value_of=lambda reading: segment_text(reading.segment)),
    Column(
        "value",
        width=18,
        number=Number(None),
        value_of=lambda reading: Number(reading.value, reading.metric.scale),
    ),
)


def readings_sheet(plan: Plan) -> Sheet:
    """Every reading of the plan's team, by metric, segment and month; the whole has no segment."""
    readings = (
        Reading.objects.filter(metric__team=plan.team, metric__removed_at=None)
        .select_related("metric", "segment")
        .order_by("metric__name", "metric", "segment__dimension", "segment__name", "month")
    )
    return Sheet(
        name=_("Metric values"),
        title=_("Metric values"),
        note=plan.team.name,
        language=words.language(),
        headings=COLUMNS,
        lines=tuple(line_of(COLUMNS, reading) for reading in readings.iterator(chunk_size=2_000)),
    )


def segment_text(segment: Segment) -> str:
    """A segment as files name it: "region: East"; the whole is ""."""
    if segment.dimension == Segment.Dimension.WHOLE:
        return ""
    return f"{segment.dimension.replace('_', ' ')}: {segment.name}"
