"""Exact numbers: fractions that are rounded only when they are shown."""

from decimal import Decimal
from fractions import Fraction

Number = Decimal | Fraction | int


def decimal(value: Fraction, places: int = 6) -> Decimal:
    """A fraction as a decimal of at most `places` decimals, halves to the even neighbour."""
    return Decimal(round(value * 10**places)).scaleb(-places)
