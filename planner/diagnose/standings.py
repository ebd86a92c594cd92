"""The figures of Table 1: each metric's current value, gap and both gap rates, from the readings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from django.db.models import Q, QuerySet

from planner.arithmetic import gaps
from planner.arithmetic.goals import Way, measure_way
from planner.arithmetic.periods import add_months, full_months_before
from planner.models import Metric, Plan, PlanMetric, Reading, Segment

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
    today = plan.team.today()
    dates = {row.pk: row.baseline_day(today) for row in rows}
    first = add_months(min(dates.values()), -COURSE_MONTHS)
    readings = _of_whole(row.metric_id for row in rows).filter(
        month__gte=first, month__lt=max(dates.values())
    )
    by_metric: dict[int, list[gaps.Point]] = {}
    for reading in readings.order_by("month"):
        point = gaps.Point(reading.month, reading.value, reading.numerator, reading.denominator)
        by_metric.setdefault(reading.metric_id, []).append(point)
    return [_standing(row, dates[row.pk], by_metric.get(row.metric_id, [])) for row in rows]


def _standing(row: PlanMetric, day: dt.date, points: list[gaps.Point]) -> Standing:
    months = full_months_before(day)
    counted_months = set(months)
    computed = gaps.current_value(
        [p for p in points if p.month in counted_months], months, row.metric.aggregation
    )
    current = computed.value if row.override is None else row.override
    target = gaps.scale_target(row.target, row.target_period, row.metric.aggregation)
    last = full_months_before(day, COURSE_MONTHS)
    course = tuple(
        (p.month, p.value) for p in points if p.value is not None and last[0] <= p.month <= last[-1]
    )
    gap = gaps.measure_gap(current, target, row.metric.direction)
    return Standing(row, months, computed, current, target, gap, course)


@dataclass(frozen=True, slots=True)
class OtherMonths:
    """Rows of Table 1 that could look at better months than they do: those before `day`, None for the plan's own."""

    rows: list[PlanMetric]
    months: tuple[dt.date, ...]
    day: dt.date | None

    @property
    def are_newer(self) -> bool:
        return self.day is None


def other_months(plan: Plan, plan_standings: Iterable[Standing]) -> OtherMonths | None:
    """Rows with data before the months they use, or now in the plan's own months; None where there are none.

    At most one query for each case, none where every row has a value.
    """
    plan_standings = list(plan_standings)
    plan_months = full_months_before(plan.baseline_day(plan.team.today()))
    outdated = {
        standing.row.metric_id: standing.row
        for standing in plan_standings
        if standing.months[-1] < plan_months[0] and not standing.is_typed
    }
    if outdated:
        covered = (
            _of_whole(outdated)
            .filter(month__in=plan_months)
            .order_by()
            .values_list("metric", flat=True)
            .distinct()
        )
        if covered_rows := [outdated[metric] for metric in covered]:
            return OtherMonths(covered_rows, plan_months, None)
    without_value = {
        standing.row.metric_id: standing for standing in plan_standings if standing.current is None
    }
    if not without_value:
        return None
    ends: dict[int, dt.date] = {}
    for metric, month in _of_whole(without_value).order_by("month").values_list("metric", "month"):
        if month < without_value[metric].months[0]:
            ends[metric] = month
    if not ends:
        return None
    day = add_months(max(ends.values()), 1)
    months = full_months_before(day)
    return OtherMonths(
        [without_value[metric].row for metric, end in ends.items() if end >= months[0]], months, day
    )


def _of_whole(metrics: Iterable[int]) -> QuerySet[Reading]:
    return Reading.objects.of_whole().filter(metric__in=list(metrics))


@dataclass(frozen=True, slots=True)
class MetricProgress:
    """The progress of a metric: `now` is its level over `months`, the plan's last full ones; None without a reading."""

    standing: Standing
    months: tuple[dt.date, ...]
    now: Decimal | None
    way: Way


def measure_progress(plan: Plan, plan_standings: Sequence[Standing]) -> list[MetricProgress]:
    """The progress of these metrics from the plan's start to their targets (Decision 6 of the method); one query."""
    today = plan.team.today()
    months, passed = plan.months_of_now(today), plan.months_passed(today)
    recent = recent_months(plan, today)
    levels = Levels([Measure(standing.row.metric) for standing in plan_standings], {*months, *recent})
    result = []
    for standing in plan_standings:
        measure = Measure(standing.row.metric)
        now, moves = levels.over(measure, months), levels.moves(measure, recent)
        direction = standing.row.metric.direction
        way = measure_way(now, standing.current, standing.target, direction, passed, moves)
        result.append(MetricProgress(standing, months, now, way))
    return result


def recent_months(plan: Plan, today: dt.date) -> tuple[dt.date, ...]:
    """The months whose last twelve moves are known: thirteen that are full."""
    return full_months_before(plan.closing_day(today), COURSE_MONTHS + 1)


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric in a segment (None: the whole), or that segment's share of the whole."""

    metric: Metric
    segment_id: int | None = None
    is_share: bool = False


class Levels:
    """The levels of some measures over any of some months, which are loaded in one query.

    A ratio of two metrics that has no readings of its own is read from those of the two.
    """

    def __init__(self, measures: Iterable[Measure], months: Iterable[dt.date]) -> None:
        measures, months = set(measures), set(months)
        self._points: dict[tuple[int, int | None], dict[dt.date, gaps.Point]] = {}
        if not measures or not months:
            return
        of_whole = Q(segment__dimension=Segment.Dimension.WHOLE)
        readings = Reading.objects.filter(
            of_whole | Q(segment__in={measure.segment_id for measure in measures if measure.segment_id}),
            metric__in={pk for measure in measures for pk in _read_from(measure.metric)},
            month__in=months,
        ).select_related("segment")
        for reading in readings:
            segment = None if reading.segment.dimension == Segment.Dimension.WHOLE else reading.segment_id
            point = gaps.Point(reading.month, reading.value, reading.numerator, reading.denominator)
            self._points.setdefault((reading.metric_id, segment), {})[reading.month] = point

    def over(self, measure: Measure, months: Iterable[dt.date]) -> Decimal | None:
        """Its level over these months, None without a reading.

        A share is the segment's total ÷ the whole's, over the months in which both have data.
        """
        part = self._points_in(measure.metric, measure.segment_id, months)
        if measure.is_share:
            return _share(part, self._points_in(measure.metric, None, months))
        return gaps.current_value(part.values(), tuple(part), measure.metric.aggregation).value

    def moves(self, measure: Measure, months: Sequence[dt.date]) -> list[Decimal]:
        """Its changes from each of these months to the next, where both have data."""
        values = [self.over(measure, (month,)) for month in months]
        return [
            after - before for before, after in pairwise(values) if before is not None and after is not None
        ]

    def _points_in(
        self, metric: Metric, segment_id: int | None, months: Iterable[dt.date]
    ) -> dict[dt.date, gaps.Point]:
        points = self._points.get((metric.pk, segment_id)) or self._quotients(metric, segment_id)
        return {month: points[month] for month in months if month in points}

    def _quotients(self, metric: Metric, segment_id: int | None) -> dict[dt.date, gaps.Point]:
        """The months of a ratio of two metrics, from what each of the two has."""
        tops, belows = (
            self._points.get((pk or 0, segment_id), {}) for pk in (metric.numerator_id, metric.denominator_id)
        )
        points = {}
        for month in tops.keys() & belows.keys():
            top, below = tops[month].value, belows[month].value
            if top is not None and below:
                points[month] = gaps.Point(month, top / below, top, below)
        return points


def _read_from(metric: Metric) -> list[int]:
    return [pk for pk in (metric.pk, metric.numerator_id, metric.denominator_id) if pk is not None]


def _share(part: dict[dt.date, gaps.Point], whole: dict[dt.date, gaps.Point]) -> Decimal | None:
    months = [month for month in part if month in whole]
    total = sum((whole[month].value or Decimal(0) for month in months), Decimal(0))
    return sum((part[month].value or Decimal(0) for month in months), Decimal(0)) / total if total else None
