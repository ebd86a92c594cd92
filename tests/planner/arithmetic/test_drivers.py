"""A change split into its drivers: the parts add up, and nobody is favoured."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction
from itertools import permutations
from math import factorial, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.arithmetic.drivers import (
    MOST_FACTORS,
    apportioned,
    chain,
    contributions,
    shapley,
)
from planner.arithmetic.exact import decimal


def test_two_factors_share_what_they_did_together():
    """10 × 5 to 12 × 6: 22 more; each order gives the joint 2 to the other, Shapley halves it."""
    assert shapley([10, 5], [12, 6]) == (Fraction(11), Fraction(11))
    assert chain([10, 5], [12, 6]) == (Fraction(10), Fraction(12))
    assert chain([10, 5], [12, 6], order=[1, 0]) == (Fraction(12), Fraction(10))


def test_a_factor_that_comes_from_zero():
    assert sum(shapley([0, 5, 2], [3, 5, 2])) == 30
    assert shapley([0, 5, 2], [3, 5, 2]) == (Fraction(30), 0, 0)


FACTOR = st.decimals(-(10**6), 10**6, places=3)
PAIRS = st.lists(st.tuples(FACTOR, FACTOR), min_size=1, max_size=5)


def split(pairs) -> tuple[list[D], list[D]]:
    return [first for first, _last in pairs], [last for _first, last in pairs]


def change(before, after) -> Fraction:
    return prod(map(Fraction, after)) - prod(map(Fraction, before))


@given(PAIRS)
def test_the_parts_add_up_exactly(pairs):
    before, after = split(pairs)
    assert sum(shapley(before, after)) == change(before, after)
    assert sum(chain(before, after)) == change(before, after)


@given(PAIRS)
def test_a_factor_that_did_not_change_has_no_part(pairs):
    before, after = split(pairs)
    before, after = [*before, D(7)], [*after, D(7)]
    assert shapley(before, after)[-1] == 0
    assert chain(before, after)[-1] == 0


@given(PAIRS, st.randoms())
def test_the_order_of_the_factors_does_not_matter(pairs, random):
    order = list(range(len(pairs)))
    random.shuffle(order)
    parts = shapley(*split(pairs))
    assert shapley(*split([pairs[index] for index in order])) == tuple(parts[index] for index in order)


@given(PAIRS)
def test_two_factors_alike_have_the_same_part(pairs):
    parts = shapley(*split([pairs[0], pairs[0], *pairs[1:4]]))
    assert parts[0] == parts[1]


@given(PAIRS)
def test_backwards_every_part_changes_its_sign(pairs):
    before, after = split(pairs)
    assert shapley(after, before) == tuple(-part for part in shapley(before, after))


@given(st.lists(st.tuples(FACTOR, FACTOR), min_size=1, max_size=4))
def test_shapley_is_the_mean_of_all_chains(pairs):
    before, after = split(pairs)
    chains = [chain(before, after, order) for order in permutations(range(len(pairs)))]
    means = tuple(sum(parts) / factorial(len(pairs)) for parts in zip(*chains, strict=True))
    assert shapley(before, after) == means


@pytest.mark.parametrize(
    ("before", "after"), [([], []), ([1], [1, 2]), ([1] * (MOST_FACTORS + 1), [1] * (MOST_FACTORS + 1))]
)
def test_what_is_no_product_is_refused(before, after):
    with pytest.raises(ValueError, match=r"factors"):
        shapley(before, after)


@pytest.mark.parametrize("order", [[0], [0, 0], [1, 2]])
def test_an_order_names_each_factor_once(order):
    with pytest.raises(ValueError, match=r"each factor once"):
        chain([1, 2], [3, 4], order)


def test_segments_in_points_and_shares():
    """1,000 to 900: East lost 150, West won 50; in points −15 and +5, of the change 150 % and −50 %."""
    found = contributions({"East": D(600), "West": D(400)}, {"East": D(450), "West": D(450)}, D(1000), D(900))
    assert [(each.key, each.change, each.points, each.share) for each in found] == [
        ("East", -150, Fraction(-15, 100), Fraction(3, 2)),
        ("West", 50, Fraction(5, 100), Fraction(-1, 2)),
    ]


def test_new_and_vanished_segments_count_as_nothing_on_the_other_side():
    found = contributions({"Old": D(10)}, {"New": D(15)}, D(10), D(15))
    assert {each.key: (each.before, each.after, each.change) for each in found} == {
        "New": (None, D(15), Fraction(15)),
        "Old": (D(10), None, Fraction(-10)),
    }


def test_what_the_segments_leave_is_the_rest():
    found = contributions({"East": D(60)}, {"East": D(70)}, D(100), D(130))
    assert [(each.key, each.change) for each in found] == [("East", 10), (None, 20)]
    # Nothing changes in what is left, but it is there all the same.
    assert [each.key for each in contributions({"East": D(60)}, {"East": D(70)}, D(100), D(110))] == [
        "East",
        None,
    ]


def test_a_whole_that_stands_still_or_comes_from_nothing_has_no_shares():
    still = contributions({"East": D(6), "West": D(4)}, {"East": D(4), "West": D(6)}, D(10), D(10))
    assert [each.share for each in still] == [None, None]
    assert [each.points for each in contributions({}, {"East": D(4)}, D(0), D(4))] == [None]


SEGMENTS = st.dictionaries(st.sampled_from("abcdef"), FACTOR, max_size=6)


@given(SEGMENTS, SEGMENTS, FACTOR, FACTOR)
def test_segments_and_their_rest_add_up(before, after, whole_before, whole_after):
    found = contributions(before, after, whole_before, whole_after)
    assert sum(each.change for each in found) == Fraction(whole_after) - Fraction(whole_before)


@given(st.lists(st.fractions(-1000, 1000, max_denominator=999), max_size=8), st.integers(0, 3))
def test_what_people_see_adds_up_too(parts, places):
    shown = apportioned(parts, places)
    assert Fraction(sum(shown)) == Fraction(round(sum(parts, Fraction(0)) * 10**places), 10**places)
    assert all(
        abs(Fraction(each) - part) < Fraction(1, 10**places) for each, part in zip(shown, parts, strict=True)
    )


def test_thirds_are_rounded_to_a_hundred():
    assert apportioned([Fraction(100, 3)] * 3) == (D(34), D(33), D(33))


def test_a_fraction_as_a_decimal():
    assert decimal(Fraction(1, 3)) == D("0.333333")
