"""Splits of a pool: the worked examples, and what holds for any."""

from __future__ import annotations

from random import Random

import pytest

from planner.arithmetic.splits import Part, split


def test_three_equal_parts_of_100000():
    assert split(10_000_000, [Part(1)] * 3).amounts == (3_333_334, 3_333_333, 3_333_333)


def test_of_equal_remainders_the_higher_score_gets_the_unit():
    assert split(2, [Part(1), Part(3)]).amounts == (0, 2)


def test_minima_first_and_the_rest_by_score():
    scores, minima = (80, 49, 48, 81, 20), (20_000, 10_000, 12_000, 15_000, 5_000)
    parts = [Part(score, minimum * 100) for score, minimum in zip(scores, minima, strict=True)]
    result = split(8_500_000, parts)
    assert result.amounts == (2_661_870, 1_405_396, 1_597_122, 2_170_144, 665_468)
    assert (sum(result.amounts), result.left, result.missing) == (8_500_000, 0, 0)


def test_what_a_maximum_leaves_goes_to_the_others():
    parts = [Part(20, 1_500_000), Part(16, 1_500_000), Part(8, 500_000, 1_200_000)]
    assert split(8_500_000, parts).amounts == (3_888_889, 3_411_111, 1_200_000)


def test_maxima_may_leave_something_over():
    assert split(100, [Part(5, maximum=30), Part(4, maximum=20)]).left == 50


def test_minima_may_be_more_than_the_pool():
    result = split(100, [Part(5, 70), Part(4, 60)])
    assert (result.amounts, result.missing, result.left) == ((70, 60), 30, 0)


def test_a_score_of_0_gets_its_minimum():
    assert split(100, [Part(0, 10), Part(3)]).amounts == (10, 90)
    assert split(100, [Part(0, 10)]).left == 90


@pytest.mark.parametrize("parts", [[Part(-1)], [Part(1, -1)], [Part(1, 5, 4)]])
def test_what_cannot_be_is_refused(parts):
    with pytest.raises(ValueError, match="not below"):
        split(100, parts)


def test_any_split_is_exact_within_its_limits_and_in_order():
    random = Random(22)
    for _case in range(3000):
        limits = [(0, None), (random.randint(0, 50), None), (0, random.randint(0, 80)), (10, 40)]
        parts = [Part(random.randint(0, 25), *random.choice(limits)) for _ in range(random.randint(0, 7))]
        pool = random.randint(0, 400)
        result = split(pool, parts)
        assert sum(result.amounts) == pool - result.left + result.missing
        for part, amount in zip(parts, result.amounts, strict=True):
            assert part.minimum <= amount <= (pool + 400 if part.maximum is None else part.maximum)
        if result.left:
            # Nobody who could take more was passed over.
            assert all(not p.score or a == p.maximum for p, a in zip(parts, result.amounts, strict=True))
        for one, ones in zip(parts, result.amounts, strict=True):
            for other, others in zip(parts, result.amounts, strict=True):
                if (one.minimum, one.maximum) == (other.minimum, other.maximum) and one.score > other.score:
                    assert ones >= others
