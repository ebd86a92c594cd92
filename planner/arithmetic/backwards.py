"""From a target backwards: what the factors of a product must become so that the product meets it."""

from collections.abc import Collection, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil, floor, prod

from planner.arithmetic.exact import decimal
from planner.arithmetic.gaps import ARITHMETIC, Direction


def solve(
    levels: Sequence[Decimal],
    places: Sequence[int],
    kept: Collection[int],
    target: Decimal,
    direction: Direction | str,
) -> tuple[Decimal, ...] | None:
    """The factors of a product that meets `target`: those in `kept` (by index) as they are, the others changed alike.

    The others grow by one percentage and are rounded to their `places`. The one of them with the most digits takes up
    what the rounding leaves, rounded itself to the side on which the product meets the target.

    None where there is no such product: all are kept, one is 0, or the target has another sign.
    """
    free = [index for index in range(len(levels)) if index not in kept]
    values = [Fraction(level) for level in levels]
    product = prod(values, start=Fraction(1))
    if not free or not product or Fraction(target) / product <= 0:
        return None
    growth = _root(Fraction(target) / product, len(free))
    for index in free:
        values[index] = _rounded(values[index] * growth, places[index])
    last = max(free, key=lambda index: abs(values[index]) * 10 ** places[index])
    others = prod((value for index, value in enumerate(values) if index != last), start=Fraction(1))
    rounds_up = (Direction(direction) == Direction.HIGHER) == (others > 0)
    scale = Fraction(10) ** places[last]
    exact = Fraction(target) / others * scale
    values[last] = (ceil(exact) if rounds_up else floor(exact)) / scale
    return tuple(
        decimal(value, max(places[index], 0)) if index in free else levels[index]
        for index, value in enumerate(values)
    )


def _root(value: Fraction, degree: int) -> Fraction:
    with localcontext(ARITHMETIC):
        return Fraction((Decimal(value.numerator) / Decimal(value.denominator)) ** (Decimal(1) / degree))


def _rounded(value: Fraction, places: int) -> Fraction:
    """To `places` decimals; one unit at least, for a factor of 0 would end the product."""
    scale = Fraction(10) ** places
    return (round(value * scale) or (1 if value > 0 else -1)) / scale
