"""Coverage of a core goal: parts + uncovered − surplus are exactly what it needs, in each cut by itself."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction
from math import prod
from random import Random

import pytest

from planner.arithmetic.coverage import (
    amount_of_part,
    amount_of_share,
    amounts_of_steps,
    cover,
)


def test_the_demos_product_line_covers_18_of_20():
    amount = amount_of_share(D("0.40"), D("0.50"), D(80), D(100))
    coverage = cover(D(80), D(100), "higher", [("A", amount)])
    assert (amount, coverage.needed, coverage.covered) == (18, 20, 18)
    assert (coverage.uncovered, coverage.surplus) == (2, 0)


def test_a_part_adds_what_lies_between_its_baseline_and_its_target():
    assert amount_of_part(D("115.5"), D(150)) == D("34.5")


def test_what_lies_beyond_the_target_is_surplus():
    coverage = cover(80, 100, "higher", [("A", Fraction(18)), ("B", Fraction(5))])
    assert (coverage.uncovered, coverage.surplus) == (0, 3)


def test_a_cost_that_goes_down_is_covered_by_parts_that_go_down():
    coverage = cover(500, 400, "lower", [("ads", Fraction(-60)), ("fairs", Fraction(10))])
    assert coverage.needed == 100
    assert coverage.parts == (("ads", 60), ("fairs", -10))
    assert coverage.uncovered == 50


def test_a_part_that_falls_counts_negatively():
    coverage = cover(80, 100, "higher", [("A", Fraction(25)), ("B", Fraction(-10))])
    assert (coverage.covered, coverage.uncovered, coverage.surplus) == (15, 5, 0)


def test_a_goal_to_be_held_needs_nothing():
    coverage = cover(80, 75, "higher", [("A", Fraction(-2))])
    assert (coverage.needed, coverage.covered, coverage.uncovered, coverage.surplus) == (-5, -2, 0, 3)


def test_a_part_without_a_figure_is_unknown_and_not_zero():
    coverage = cover(80, 100, "higher", [("A", Fraction(18)), ("B", None)])
    assert coverage.parts == (("A", 18),)
    assert coverage.unknown == ("B",)


@pytest.mark.parametrize(("baseline", "target"), [(None, 100), (80, None)])
def test_a_core_goal_without_a_figure_has_no_coverage(baseline, target):
    assert cover(baseline, target, "higher", [("A", Fraction(18))]) is None


@pytest.mark.parametrize("missing", range(4))
def test_a_share_needs_all_four_figures(missing):
    figures = [D("0.4"), D("0.5"), D(80), D(100)]
    figures[missing] = None
    assert amount_of_share(*figures) is None


def test_steps_of_a_funnel_add_what_their_product_grows_by():
    """Leads 1000 → 1200 at 8 % → 10 % and 1,000 a customer: from 80,000 to 120,000."""
    parts = amounts_of_steps([1000, D("0.08"), 1000], [1200, D("0.10"), 1000])
    assert sum(parts) == 40_000
    assert parts == (18_000, 22_000, 0)


def test_one_unknown_step_leaves_all_unknown():
    assert amounts_of_steps([1000, None], [1200, D("0.1")]) == (None, None)
    assert amounts_of_steps([1000, D("0.1")], [1200, None]) == (None, None)


def figure(random: Random) -> D | None:
    """A figure as it can be stored, sometimes none."""
    return (
        None if random.random() < 0.1 else D(random.randint(-(10**12), 10**12)).scaleb(-random.randint(0, 6))
    )


def random_cut(random: Random, baseline: D, target: D) -> list[tuple[int, Fraction | None]]:
    """Levels, shares, or the steps of a funnel."""
    count, kind = random.randint(0, 6), random.choice(["levels", "shares", "steps"])
    pairs = [(figure(random), figure(random)) for _number in range(count)]
    if kind == "levels":
        amounts = [amount_of_part(*pair) for pair in pairs]
    elif kind == "shares":
        amounts = [amount_of_share(*pair, baseline, target) for pair in pairs]
    else:
        amounts = list(amounts_of_steps(*map(list, zip(*pairs, strict=True)))) if pairs else []
        if pairs and None not in amounts:
            before, after = ([Fraction(value) for value in side] for side in zip(*pairs, strict=True))
            assert sum(amounts) == prod(after) - prod(before)
    return list(enumerate(amounts))


@pytest.mark.parametrize("seed", range(10))
def test_every_cut_of_a_thousand_random_trees_adds_up_by_itself(seed):
    random = Random(seed)
    for _tree in range(100):
        baseline, target = (D(random.randint(-(10**12), 10**12)).scaleb(-3) for _end in range(2))
        direction = random.choice(["higher", "lower"])
        sign = 1 if direction == "higher" else -1
        for _cut in range(random.randint(1, 4)):
            cut = random_cut(random, baseline, target)
            coverage = cover(baseline, target, direction, cut)
            known = [sign * amount for _key, amount in cut if amount is not None]
            assert [amount for _key, amount in coverage.parts] == known
            assert sum(known) + coverage.uncovered - coverage.surplus == sign * (
                Fraction(target) - Fraction(baseline)
            )
            assert coverage.uncovered >= 0 <= coverage.surplus
            assert not (coverage.uncovered and coverage.surplus)
            assert len(coverage.parts) + len(coverage.unknown) == len(cut)
