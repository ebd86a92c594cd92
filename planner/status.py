"""What Table 1 says of a plan: each metric's current value, gap and both gap rates, from the readings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from planner import gaps
from planner.models import Plan, PlanMetric, Reading, Segment
from planner.periods import add_months, full_months_before

COURSE_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """One row of Table 1 in figures.

    `computed` is what the readings give, `current` what counts: the typed value where there is one.
    `target` is the target per month, comparable with the current value. `course` is the last months' values.
    """

    row: PlanMetric
    months: tuple[dt.date, ...]
    computed: gaps.Current
    current: Decimal | None
    target: Decimal | None
    gap: gaps.Gap
    course: tuple[tuple[dt.date, Decimal], ...]

    @property
    def rate(self) -> Decimal | None:
        """The gap rate on the row's own basis."""
        return self.gap.rate(self.row.basis)

    @property
    def is_typed(self) -> bool:
        return self.row.override is not None


def standings(plan: Plan, rows: Iterable[PlanMetric]) -> list[Standing]:
    """The figures of these rows of Table 1, in two queries: the readings of a year before each row's date."""
    rows = list(rows)
    if not rows:
        return []
    dates = {row.pk: row.as_of or plan.start for row in rows}
    first = add_months(min(dates.values()), -COURSE_MONTHS)
    readings = Reading.objects.filter(
        metric__in=[row.metric_id for row in rows],
        segment__dimension=Segment.Dimension.WHOLE,
        month__gte=first,
        month__lt=max(dates.values()),
    ).order_by("month")
    by_metric: dict[int, list[gaps.Point]] = {}
    for reading in readings:
        point = gaps.Point(reading.month, reading.value, reading.numerator, reading.denominator)
        by_metric.setdefault(reading.metric_id, []).append(point)
    return [_standing(row, dates[row.pk], by_metric.get(row.metric_id, [])) for row in rows]


def _standing(row: PlanMetric, as_of: dt.date, points: list[gaps.Point]) -> Standing:
    months = full_months_before(as_of)
    wanted = set(months)
    computed = gaps.current_value([p for p in points if p.month in wanted], months, row.metric.aggregation)
    current = computed.value if row.override is None else row.override
    target = gaps.scale_target(row.target, row.target_period, row.metric.aggregation)
    last = full_months_before(as_of, COURSE_MONTHS)
    course = tuple(
        (p.month, p.value) for p in points if p.value is not None and last[0] <= p.month <= last[-1]
    )
    gap = gaps.measure_gap(current, target, row.metric.direction)
    return Standing(row, months, computed, current, target, gap, course)
