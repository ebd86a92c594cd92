"""Sharp moves and outliers of one series of months. Numbers in, frozen dataclasses out; nothing is rounded.

A month without a value is left out, never read as zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from planner.arithmetic.gaps import ARITHMETIC
from planner.arithmetic.periods import add_months

# From so many months on, a month is compared with the same month of the year before.
YEARLY_FROM = 24
# With fewer values there is no normal range.
FEWEST = 6
# Iglewicz and Hoaglin, "How to Detect and Handle Outliers" (1993): the modified z-score, its bound, and the
# factor for the mean absolute deviation, which replaces a median absolute deviation of 0.
BOUND = Decimal("3.5")
OF_MEDIAN = Decimal("0.6745")
OF_MEAN = Decimal("1.253314")


@dataclass(frozen=True, slots=True)
class Move:
    """A month that lies beyond the threshold from its base.

    `change` is in the series' unit, `rate` is change ÷ |base| as a fraction, None where the base is 0.
    `is_yearly` if the base is the same month a year before, else it is the month before.
    """

    month: date
    value: Decimal
    base_month: date
    base: Decimal
    change: Decimal
    rate: Decimal | None
    is_yearly: bool


@dataclass(frozen=True, slots=True)
class Outlier:
    """A month far outside of what is usual: its modified z-score, and the median that it is compared with.

    Where `is_yearly`, what was judged is the change against the same month a year before, and so is `median`.
    """

    month: date
    value: Decimal
    median: Decimal
    score: Decimal
    is_yearly: bool


def is_yearly(series: Mapping[date, Decimal]) -> bool:
    """Whether the history is long enough to compare with the same month last year: 24 months with a value."""
    return len(series) >= YEARLY_FROM


def moves(series: Mapping[date, Decimal], threshold: Decimal) -> list[Move]:
    """The months that moved by more than `threshold` (a fraction of the base), oldest first.

    The base is the month before, from 24 months on the same month of the year before, where that has a value; a
    month without a base is not judged. From 0 to anything else is a move without a rate.
    """
    if not series:
        return []
    yearly, second_year = is_yearly(series), add_months(min(series), 12)
    result = []
    with localcontext(ARITHMETIC):
        for month, value in sorted(series.items()):
            is_of_year = yearly and (month < second_year or add_months(month, -12) in series)
            base_month = add_months(month, -12 if is_of_year else -1)
            base = series.get(base_month)
            if base is None or value == base:
                continue
            rate = (value - base) / abs(base) if base else None
            if rate is None or abs(rate) > threshold:
                result.append(Move(month, value, base_month, base, value - base, rate, is_of_year))
    return result


def outliers(series: Mapping[date, Decimal]) -> list[Outlier]:
    """The months whose modified z-score is beyond 3.5, oldest first; none where fewer than six can be judged.

    Judged are the values; from 24 months on their differences to the same month of the year before, so that
    a season is not taken for an outlier.
    """
    yearly = is_yearly(series)
    judged = dict(series)
    if yearly:
        judged = {
            month: value - series[base]
            for month, value in series.items()
            if (base := add_months(month, -12)) in series
        }
    if len(judged) < FEWEST:
        return []
    scores = modified_z_scores(judged)
    middle = median(list(judged.values()))
    return [
        Outlier(month, series[month], middle, scores[month], yearly)
        for month in sorted(judged)
        if abs(scores[month]) > BOUND
    ]


def modified_z_scores(values: Mapping[date, Decimal]) -> dict[date, Decimal]:
    """0.6745 × (value − median) ÷ MAD; where MAD is 0, (value − median) ÷ (1.253314 × mean absolute deviation).

    Where both are 0 all values are alike, and every score is 0. Iglewicz and Hoaglin (1993).
    """
    with localcontext(ARITHMETIC):
        middle = median(list(values.values()))
        distances = [abs(value - middle) for value in values.values()]
        mad = median(distances)
        if mad:
            return {key: OF_MEDIAN * (value - middle) / mad for key, value in values.items()}
        mean = sum(distances, Decimal(0)) / len(distances)
        if not mean:
            return dict.fromkeys(values, Decimal(0))
        return {key: (value - middle) / (OF_MEAN * mean) for key, value in values.items()}


def median(values: list[Decimal]) -> Decimal:
    """The middle value, or the mean of the two middle ones. Raises ValueError for no values."""
    if not values:
        raise ValueError("There is no median of no values.")
    ordered, half = sorted(values), len(values) // 2
    if len(ordered) % 2:
        return ordered[half]
    with localcontext(ARITHMETIC):
        return (ordered[half - 1] + ordered[half]) / 2
