"""The team's readings as a file that an import reads again: names as programs know them, exact values."""

from __future__ import annotations

from django.utils.translation import gettext as _

from planner import words
from planner.models import Plan, Reading, Segment
from planner.spreadsheets.sheets import Heading, Line, Number, Sheet

HEADINGS = (
    Heading("month", width=10),
    Heading("metric", width=28),
    Heading("segment", width=24),
    Heading("value", width=18, number=Number(None)),
)


def readings_sheet(plan: Plan) -> Sheet:
    """Every reading of the plan's team, by metric, segment and month; the whole has no segment."""
    found = (
        Reading.objects.filter(metric__team=plan.team, metric__removed_at=None)
        .select_related("metric", "segment")
        .order_by("metric__name", "metric", "segment__dimension", "segment__name", "month")
    )
    lines = (
        Line(
            (
                f"{each.month:%Y-%m}",
                each.metric.name,
                segment_text(each.segment),
                Number(each.value, each.metric.scale),
            )
        )
        for each in found.iterator(chunk_size=2_000)
    )
    return Sheet(
        name=_("Readings"),
        title=_("Readings"),
        note=plan.team.name,
        language=words.language(),
        headings=HEADINGS,
        lines=tuple(lines),
    )


def segment_text(segment: Segment) -> str:
    """A segment as files name it: "region: East"; the whole is ""."""
    if segment.dimension == Segment.Dimension.WHOLE:
        return ""
    return f"{segment.dimension.replace('_', ' ')}: {segment.name}"
