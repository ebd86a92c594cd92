"""From a target back to the factors: their rounded product meets it."""

from __future__ import annotations

from decimal import Decimal as D
from math import prod
from random import Random

import pytest

from planner.arithmetic.backwards import solve

# 1,000 leads × 8 % × 10,000 a customer = 800,000.
LEVELS = (D(1000), D("0.08"), D(10_000))
PLACES = (0, 3, 0)


def test_all_free_factors_grow_alike():
    leads, conversion, value = solve(LEVELS, PLACES, (), D(1_000_000), "higher")
    assert (leads, conversion) == (1077, D("0.086"))  # each by 7.7 %
    assert leads * conversion * value >= 1_000_000 > leads * conversion * (value - 1)


def test_a_kept_factor_stays_as_it_is():
    assert solve(LEVELS, PLACES, {1, 2}, D(1_000_000), "higher") == (1250, D("0.08"), 10_000)


def test_a_value_that_was_tried_is_the_start_for_the_rest():
    levels = (D(1000), D("0.1"), D(10_000))
    assert solve(levels, PLACES, {1, 2}, D(1_000_000), "higher") == (1000, D("0.1"), 10_000)


def test_the_product_of_a_cost_ends_at_its_target_or_below():
    orders, cost = solve((D(40), D("12.5")), (0, 2), {0}, D(333), "lower")
    assert (orders, cost) == (40, D("8.32"))  # 332.8


@pytest.mark.parametrize(
    ("levels", "kept", "target"),
    [
        (LEVELS, {0, 1, 2}, D(1_000_000)),
        ((D(0), D("0.08"), D(10_000)), (), D(1_000_000)),
        (LEVELS, (), D(0)),
        (LEVELS, (), D(-5)),
    ],
)
def test_there_is_not_always_such_a_product(levels, kept, target):
    assert solve(levels, PLACES, kept, target, "higher") is None


@pytest.mark.parametrize("direction", ["higher", "lower"])
def test_a_thousand_random_products_meet_their_target(direction):
    random = Random(7)
    for _product in range(1000):
        count = random.randint(2, 6)
        places = [random.randint(0, 4) for _factor in range(count)]
        levels = [D(random.randint(1, 10**6)).scaleb(-digits) for digits in places]
        kept = set(random.sample(range(count), random.randint(0, count - 1)))
        target = D(random.randint(1, 10**9)).scaleb(-random.randint(0, 3))
        values = solve(levels, places, kept, target, direction)
        assert all(value == round(value, digits) for value, digits in zip(values, places, strict=True))
        assert all(values[index] == levels[index] for index in kept)
        product = prod(values)
        if direction == "higher":
            assert product >= target
        else:
            assert product <= target
