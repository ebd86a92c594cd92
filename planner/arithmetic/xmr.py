"""The usual range of a figure: the limits of a process behaviour (XmR) chart. Numbers in, a frozen dataclass out.

Wheeler, "Understanding Variation" (1993): mean ± 2.66 × mean moving range. What lies within varies as it usually does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import pairwise

from planner.arithmetic.gaps import ARITHMETIC

# With fewer values there is no usual range.
FEWEST = 5
# 3 ÷ 1.128, as it is printed.
FACTOR = Decimal("2.66")


@dataclass(frozen=True, slots=True)
class Limits:
    """The mean of some values, the mean of the moves from each to the next, and the range that they usually lie in."""

    mean: Decimal
    moving_range: Decimal
    lower: Decimal
    upper: Decimal

    def holds(self, value: Decimal) -> bool:
        """Whether a value lies within the usual range; one beyond it is a signal."""
        return self.lower <= value <= self.upper


def usual_range(values: Sequence[Decimal]) -> Limits | None:
    """The limits of values in the order of time; None for fewer than five.

    The mean moving range divides by the number of moves, one less than that of the values.
    """
    if len(values) < FEWEST:
        return None
    with localcontext(ARITHMETIC):
        mean = sum(values, Decimal(0)) / len(values)
        moves = [abs(after - before) for before, after in pairwise(values)]
        moving_range = sum(moves, Decimal(0)) / len(moves)
        return Limits(mean, moving_range, mean - FACTOR * moving_range, mean + FACTOR * moving_range)
