"""The forecast of a series at today's pace, with its interval. Numbers in, frozen dataclasses out.

A month without a value is left out, never read as zero.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from planner.arithmetic.gaps import ARITHMETIC
from planner.arithmetic.periods import add_months
from planner.diagnose.analysis.volatility import YEARLY_FROM

# Fewer months have a pace, but no interval.
FEWEST = 6
# The pace of today is that of the last year.
LOOK_BACK = 12
# The forecast ends after ten years.
FARTHEST = 120
# Student's t for a two-sided interval of 80 %, by degrees of freedom from 1 on; beyond them the normal 1.282.
T_80 = tuple(
    Decimal(value)
    for value in (
        *("3.078", "1.886", "1.638", "1.533", "1.476", "1.440", "1.415", "1.397", "1.383", "1.372"),
        *("1.363", "1.356", "1.350", "1.345", "1.341", "1.337", "1.333", "1.330", "1.328", "1.325"),
        *("1.323", "1.321", "1.319", "1.318", "1.316", "1.315", "1.314", "1.313", "1.311", "1.310"),
    )
)
T_NORMAL = Decimal("1.282")


@dataclass(frozen=True, slots=True)
class Expected:
    """The forecast of a month; `low` and `high` are the 80 % interval, None without one."""

    month: date
    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """The pace per month in the series' unit, the months to come, and how they were found.

    `is_seasonal` where each month follows the same month of the year before. `is_clear` where the pace differs from
    0 (its own 80 % interval does not contain 0).
    """

    pace: Decimal
    points: tuple[Expected, ...]
    months: int
    is_seasonal: bool = False
    is_clear: bool = False

    @property
    def has_interval(self) -> bool:
        return any(point.low is not None for point in self.points)


def forecast(series: Mapping[date, Decimal], ahead: int) -> Forecast | None:
    """The `ahead` months after the last one at today's pace; None where fewer than two months are known.

    From six months on the least-squares line through the last twelve months goes on, with its prediction interval
    of 80 % (Draper and Smith, "Applied Regression Analysis", 1.4), and its slope is the pace; fewer have only the
    mean step from the first to the last. From 24 months without a hole each month is that of the year before plus
    the mean yearly change, with the spread of those changes; a twelfth of it is the pace. What was never negative
    is not expected to be.
    """
    values = sorted(series.items())
    if len(values) < 2:
        return None
    floor = Decimal(0) if all(value >= 0 for _month, value in values) else None
    with localcontext(ARITHMETIC):
        recent = _indexed(values)
        last_month, last = values[-1]
        months = [add_months(last_month, step) for step in range(1, ahead + 1)]
        seasonal = _is_seasonal(series, last_month)
        if seasonal:
            pace, clear, points = _seasonal(series, last_month, months)
        elif len(recent) >= FEWEST:
            pace, clear, points = _line(recent, months)
        else:
            (first_x, first), (last_x, _last) = recent[0], recent[-1]
            pace, clear = (last - first) / (last_x - first_x), False
            points = [Expected(month, last + pace * step) for step, month in enumerate(months, start=1)]
    return Forecast(pace, tuple(_floored(point, floor) for point in points), len(values), seasonal, clear)


def expected_on(series: Mapping[date, Decimal]) -> Iterator[tuple[date, Decimal]]:
    """What each of the next ten years' months is expected at: the forecast, going on as its last year does."""
    base_forecast = forecast(series, LOOK_BACK)
    if base_forecast is None:
        return
    year = [point.value for point in base_forecast.points]
    with localcontext(ARITHMETIC):
        for ahead in range(FARTHEST):
            years, at = divmod(ahead, LOOK_BACK)
            if base_forecast.is_seasonal:
                value = year[at] + base_forecast.pace * LOOK_BACK * years
            else:
                value = year[-1] + base_forecast.pace * (ahead + 1 - LOOK_BACK) if years else year[at]
            yield add_months(base_forecast.points[0].month, ahead), value


def t_80(freedom: int) -> Decimal:
    """Student's t for an interval of 80 % with this many degrees of freedom. Raises ValueError below 1."""
    if freedom < 1:
        raise ValueError("An interval needs at least one degree of freedom.")
    return T_80[freedom - 1] if freedom <= len(T_80) else T_NORMAL


Indexed = list[tuple[int, Decimal]]


def _indexed(values: Sequence[tuple[date, Decimal]]) -> Indexed:
    """The last year as (months after its first month, value)."""
    last = values[-1][0]
    first = add_months(last, 1 - LOOK_BACK)
    recent = [(month, value) for month, value in values if month >= first]
    recent = recent if len(recent) > 1 else list(values[-2:])
    start = recent[0][0]
    return [((m.year - start.year) * 12 + m.month - start.month, value) for m, value in recent]


def _fit(points: Indexed) -> tuple[Decimal, Decimal, Decimal, Decimal, Decimal]:
    """Slope, mean x, mean y, the sum of squares of x, and the standard error of the residuals."""
    count = Decimal(len(points))
    mean_x = sum((Decimal(x) for x, _y in points), Decimal(0)) / count
    mean_y = sum((y for _x, y in points), Decimal(0)) / count
    squares = sum(((x - mean_x) ** 2 for x, _y in points), Decimal(0))
    slope = sum(((x - mean_x) * (y - mean_y) for x, y in points), Decimal(0)) / squares
    left = sum(((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in points), Decimal(0))
    error = (left / (count - 2)).sqrt() if count > 2 else Decimal(0)
    return slope, mean_x, mean_y, squares, error


def _line(points: Indexed, months: Sequence[date]) -> tuple[Decimal, bool, list[Expected]]:
    slope, mean_x, mean_y, squares, error = _fit(points)
    t = t_80(len(points) - 2)
    expected = []
    for x, month in enumerate(months, start=points[-1][0] + 1):
        value = mean_y + slope * (x - mean_x)
        half = t * error * (1 + Decimal(1) / len(points) + (x - mean_x) ** 2 / squares).sqrt()
        expected.append(Expected(month, value, value - half, value + half))
    return slope, abs(slope) > t * error / squares.sqrt(), expected


def _is_seasonal(series: Mapping[date, Decimal], last: date) -> bool:
    return all(add_months(last, -back) in series for back in range(YEARLY_FROM))


def _seasonal(
    series: Mapping[date, Decimal], last: date, months: Sequence[date]
) -> tuple[Decimal, bool, list[Expected]]:
    changes = []
    for back in range(LOOK_BACK):
        month = add_months(last, -back)
        changes.append(series[month] - series[add_months(month, -12)])
    count = Decimal(len(changes))
    mean = sum(changes, Decimal(0)) / count
    spread = (sum(((change - mean) ** 2 for change in changes), Decimal(0)) / (count - 1)).sqrt()
    t = t_80(len(changes) - 1)
    half = t * spread * (1 + 1 / count).sqrt()
    values: dict[date, Decimal] = {}
    for month in months:
        year_before = add_months(month, -12)
        values[month] = (series[year_before] if year_before in series else values[year_before]) + mean
    points = [Expected(month, value, value - half, value + half) for month, value in values.items()]
    return mean / LOOK_BACK, abs(mean) > t * spread / count.sqrt(), points


def _floored(point: Expected, floor: Decimal | None) -> Expected:
    if floor is None:
        return point
    low = None if point.low is None else max(point.low, floor)
    high = None if point.high is None else max(point.high, floor)
    return Expected(point.month, max(point.value, floor), low, high)
