"""The readings that a plan's diagnosis looks at: its metrics, in total and by segment, four years back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Max

from planner.arithmetic import gaps
from planner.arithmetic.collation import sort_key
from planner.arithmetic.periods import add_months
from planner.models import Metric, Plan, Reading, Segment

MONTHS = 48
# The whole of a metric, among its segments.
WHOLE = None
Key = tuple[int, int | None]


@dataclass(slots=True)
class Series:
    """One metric in one segment (None: the whole), month by month."""

    metric: Metric
    segment: Segment | None
    points: dict[dt.date, gaps.Point] = field(default_factory=dict)
    # The source of each month with a value, "" where it has none.
    sources: dict[dt.date, str] = field(default_factory=dict)

    @property
    def values(self) -> dict[dt.date, Decimal]:
        return {month: point.value for month, point in self.points.items() if point.value is not None}

    def over(self, months: Collection[dt.date]) -> Decimal | None:
        """Its level over these months, by the metric's own rule (Decision 4 of the method)."""
        points = [self.points[month] for month in months if month in self.points]
        return gaps.current_value(points, sorted(months), self.metric.aggregation).value

    @property
    def label(self) -> str:
        return f"{self.metric.name} · {self.segment}" if self.segment else self.metric.name


@dataclass(frozen=True, slots=True)
class History:
    """Series by metric and segment. `due` is the plan's last full month, `last` the newest known.

    `last` is None where there is no reading at all by then.
    """

    series: Mapping[Key, Series]
    due: dt.date
    last: dt.date | None

    def of(self, metric_id: int, segment_id: int | None = WHOLE) -> Series | None:
        return self.series.get((metric_id, segment_id))

    def segments(self, metric_id: int) -> list[Series]:
        """The parts of a metric, by dimension and name."""
        parts = [
            (series.segment.dimension, sort_key(series.segment.name), series)
            for (metric, _segment), series in self.series.items()
            if metric == metric_id and series.segment is not None
        ]
        return [series for _dimension, _name, series in sorted(parts, key=lambda part: part[:2])]


def load(plan: Plan, metrics: Collection[Metric]) -> History:
    """The readings of these metrics up to the last full month as the plan is looked at, in three queries."""
    due = add_months(plan.closing_day(plan.team.today()), -1)
    readings = Reading.objects.filter(metric__in=metrics, month__lte=due, segment__removed_at=None)
    last = readings.aggregate(last=Max("month"))["last"] if metrics else None
    series: dict[Key, Series] = {(metric.pk, WHOLE): Series(metric, None) for metric in metrics}
    if last is None:
        return History(series, due, None)
    segments = {segment.pk: segment for segment in Segment.objects.filter(team=plan.team_id)}
    by_id = {metric.pk: metric for metric in metrics}
    rows = readings.filter(month__gt=add_months(last, -MONTHS)).order_by(
        "metric", "segment__dimension", "segment__name", "month"
    )
    for metric, segment, month, value, numerator, denominator, source in rows.values_list(
        "metric", "segment", "month", "value", "numerator", "denominator", "source"
    ):
        part = None if segments[segment].dimension == Segment.Dimension.WHOLE else segments[segment]
        key = (metric, part.pk if part else WHOLE)
        series_found = series.get(key)
        if series_found is None:
            series_found = series[key] = Series(by_id[metric], part)
        series_found.points[month] = gaps.Point(month, value, numerator, denominator)
        series_found.sources[month] = source
    return History(series, due, last)
