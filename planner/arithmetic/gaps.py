"""The arithmetic of gaps and current values.

Numbers in, frozen dataclasses out. Rates are fractions (0.08 is 8 %); amounts are in the metric's own unit.
`None` stands for "not known" and is never read as zero. Nothing is rounded, except that a division keeps
28 significant digits. The enumerations are plain strings: values from the database may be passed as they are.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from enum import StrEnum

from planner.arithmetic.periods import MONTHS_IN, month_start

# Its own context: a caller that changed the thread's precision must not change anybody's figures.
ARITHMETIC = Context(prec=28, rounding=ROUND_HALF_EVEN)


class Direction(StrEnum):
    """Which way a metric is better."""

    HIGHER = "higher"
    LOWER = "lower"


class Basis(StrEnum):
    """What a gap is divided by to give its rate: the target (shortfall) or the current value (uplift)."""

    SHORTFALL = "shortfall"
    UPLIFT = "uplift"


class Aggregation(StrEnum):
    """How a metric adds up over time."""

    SUM = "sum"
    AVERAGE = "average"
    LAST = "last"
    RATIO = "ratio"


class TargetPeriod(StrEnum):
    """The length of time that a target is for."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


NO_TARGET = "no-target"
NO_CURRENT = "no-current"
TARGET_ZERO = "target-zero"
CURRENT_ZERO = "current-zero"


@dataclass(frozen=True, slots=True)
class Gap:
    """The distance to the target (more than 0) or the surplus (0 or less), and its rate on both bases.

    `gap` is in the metric's unit (for rates 0.04 is 4 percentage points), its rates are fractions.
    What is None has its reason as a machine code, else the reason is "".
    """

    gap: Decimal | None
    shortfall: Decimal | None
    uplift: Decimal | None
    shortfall_reason: str = ""
    uplift_reason: str = ""

    @property
    def is_surplus(self) -> bool:
        """Whether the target is reached or passed; False for a gap that is not known."""
        return self.gap is not None and self.gap <= 0

    def rate(self, basis: Basis | str) -> Decimal | None:
        """The gap rate on `basis`, a fraction. Ranking across metrics always asks for the shortfall."""
        return self.shortfall if Basis(basis) == Basis.SHORTFALL else self.uplift

    def reason(self, basis: Basis | str) -> str:
        """Why `rate(basis)` is None: no-target, no-current, target-zero or current-zero; else ""."""
        return self.shortfall_reason if Basis(basis) == Basis.SHORTFALL else self.uplift_reason


def measure_gap(current: Decimal | None, target: Decimal | None, direction: Direction | str) -> Gap:
    """Compare a current value with its target, both in one unit and for periods of one length.

    Decisions 1 and 2 of the planning method: the gap is target − current, or current − target where lower is
    better; shortfall = gap ÷ target and uplift = gap ÷ current. The division is by the base's absolute value,
    so that a rate always has the sign of its gap: from a loss of 100 to a loss of 50, the gap rate is +50 %.
    A base of 0 leaves its rate undefined, with the reason, never an exception and never infinity.
    """
    direction = Direction(direction)
    missing = NO_TARGET if target is None else NO_CURRENT
    if current is None or target is None:
        return Gap(None, None, None, missing, missing)
    with localcontext(ARITHMETIC):
        gap = target - current if direction == Direction.HIGHER else current - target
        return Gap(
            gap=gap,
            shortfall=gap / abs(target) if target else None,
            uplift=gap / abs(current) if current else None,
            shortfall_reason="" if target else TARGET_ZERO,
            uplift_reason="" if current else CURRENT_ZERO,
        )


def default_basis(kind: str) -> Basis:
    """The basis of a row that chose none: uplift for a metric of kind "rate", shortfall for everything else.

    Decision 1 of the planning method.
    """
    return Basis.UPLIFT if kind == "rate" else Basis.SHORTFALL


def basis_that_fits(
    typed_rate: Decimal, gap: Gap, tolerance: Decimal = Decimal("0.005"), *, prefer: Basis | str | None = None
) -> Basis | None:
    """The basis on which `gap` has the rate that somebody typed, or None where neither fits.

    `typed_rate` and `tolerance` are fractions; the default tolerance forgives rounding to whole per cents.
    Where both fit, `prefer` is taken, else the nearer, and the shortfall where both are equally near.
    Decision 1 of the planning method.
    """
    with localcontext(ARITHMETIC):
        distances = {
            basis: abs(rate - typed_rate) for basis in Basis if (rate := gap.rate(basis)) is not None
        }
    fitting = [basis for basis, distance in distances.items() if distance <= tolerance]
    if prefer is not None and prefer in fitting:
        return Basis(prefer)
    return min(fitting, key=distances.__getitem__, default=None)


def scale_target(
    target: Decimal | None, period: TargetPeriod | str, aggregation: Aggregation | str
) -> Decimal | None:
    """The target per month, to compare with a monthly value.

    What adds up over time is divided by the months of its period; a level, average or ratio holds for any
    length of time and stays as it is. None stays None. Decision 4 of the planning method.
    """
    months = MONTHS_IN[TargetPeriod(period)]
    if target is None or months == 1 or Aggregation(aggregation) != Aggregation.SUM:
        return target
    with localcontext(ARITHMETIC):
        return target / months


@dataclass(frozen=True, slots=True)
class Point:
    """One month of one metric: its value, and for a ratio the two totals behind it where they are known."""

    month: date
    value: Decimal | None
    numerator: Decimal | None = None
    denominator: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Current:
    """A metric's current value per month, the months it comes from and those that have no value.

    `from_totals` marks a ratio of totals, as opposed to a mean of monthly ratios.
    """

    value: Decimal | None
    present: tuple[date, ...]
    missing: tuple[date, ...]
    from_totals: bool = False


def current_value(points: Iterable[Point], months: Sequence[date], aggregation: Aggregation | str) -> Current:
    """A metric's current value over `months` (first days), from the points that lie in them.

    Sums and averages give the mean per month that has a value, "last" the value of the latest such month.
    A ratio is numerator total ÷ denominator total where every month present knows both and the denominators
    do not add up to 0, else the mean of the monthly values. A month without a value is missing, not zero.
    Decision 4 of the planning method.

    Raises ValueError when two points lie in one month: the caller decides which of them counts.
    """
    aggregation = Aggregation(aggregation)
    first_days = sorted({month_start(month) for month in months})
    by_month: dict[date, Point] = {}
    for point in points:
        month = month_start(point.month)
        if month in by_month:
            raise ValueError(f"There are two points for {month:%Y-%m}.")
        by_month[month] = point
    points_present = {month: by_month[month] for month in first_days if month in by_month}

    with localcontext(ARITHMETIC):
        if aggregation == Aggregation.RATIO and (totals := _ratio_of_totals(points_present, first_days)):
            return totals
        values = {
            month: value
            for month, point in points_present.items()
            if (value := _value_of(point, aggregation)) is not None
        }
        present, missing = _split(first_days, values)
        if not values:
            return Current(None, present, missing)
        if aggregation == Aggregation.LAST:
            return Current(values[present[-1]], present, missing)
        return Current(sum(values.values(), Decimal(0)) / len(values), present, missing)


def _ratio_of_totals(points: dict[date, Point], months: list[date]) -> Current | None:
    """Numerator total ÷ denominator total, or None where a month that has a value lacks one of the two."""
    numerator = denominator = Decimal(0)
    months_with_totals = set()
    for month, point in points.items():
        if point.numerator is not None and point.denominator is not None:
            numerator += point.numerator
            denominator += point.denominator
            months_with_totals.add(month)
        elif point.value is not None:
            return None
    if not denominator:
        return None
    return Current(numerator / denominator, *_split(months, months_with_totals), from_totals=True)


def _value_of(point: Point, aggregation: Aggregation) -> Decimal | None:
    """The point's own value; for a ratio that has only its two totals, their quotient."""
    if point.value is not None or aggregation != Aggregation.RATIO:
        return point.value
    if point.numerator is None or not point.denominator:
        return None
    return point.numerator / point.denominator


def _split(months: Iterable[date], present: Collection[date]) -> tuple[tuple[date, ...], tuple[date, ...]]:
    return tuple(m for m in months if m in present), tuple(m for m in months if m not in present)
