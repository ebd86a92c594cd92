"""Fractions that are rounded when they are kept."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from planner.arithmetic.exact import decimal


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        (Fraction(1, 3), 6, "0.333333"),
        (Fraction(-2, 3), 6, "-0.666667"),
        (Fraction(2, 3), 2, "0.67"),
        (Fraction(5, 10**7), 6, "0"),
        (Fraction(15, 10**7), 6, "0.000002"),
        (Fraction(1234), 0, "1234"),
    ],
)
def test_a_fraction_has_so_many_decimals_and_halves_go_to_the_even_one(value, places, rounded):
    assert decimal(value, places) == Decimal(rounded)


def test_a_fraction_has_six_decimals_unless_it_is_said():
    assert decimal(Fraction(1, 7)) == Decimal("0.142857")
