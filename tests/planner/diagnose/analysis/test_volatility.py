"""Sharp moves and outliers of a series of months."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.arithmetic.periods import add_months
from planner.diagnose.analysis.volatility import modified_z_scores, moves, outliers

JANUARY = dt.date(2023, 1, 1)
FIFTH = D("0.2")


def series(*values: str | int | None, start: dt.date = JANUARY) -> dict[dt.date, D]:
    return {add_months(start, n): D(value) for n, value in enumerate(values) if value is not None}


def test_a_region_that_loses_thirty_per_cent_in_a_month_has_moved():
    (move,) = moves(series(300, 310, 217), FIFTH)
    assert (move.month, move.base_month) == (dt.date(2023, 3, 1), dt.date(2023, 2, 1))
    assert (move.change, move.rate, move.is_yearly) == (D(-93), D("-0.3"), False)


def test_exactly_the_threshold_is_not_beyond_it():
    assert moves(series(100, 120), FIFTH) == []
    assert len(moves(series(100, "120.000001"), FIFTH)) == 1


def test_a_month_after_a_hole_is_not_judged():
    assert moves(series(100, None, 300), FIFTH) == []


def test_from_nothing_to_something_is_a_move_without_a_rate():
    (move,) = moves(series(0, 5), FIFTH)
    assert (move.change, move.rate) == (D(5), None)
    assert moves(series(0, 0), FIFTH) == []


def test_a_loss_that_grows_falls():
    (move,) = moves(series(-100, -150), FIFTH)
    assert move.rate == D("-0.5")


def test_with_two_years_the_same_month_last_year_is_the_base():
    """December is three times November every year: no move; the last one lost half against the year before."""
    year = [100] * 11 + [300]
    found = moves(series(*year, *year[:11], 150), FIFTH)
    assert [(each.month, each.base_month, each.rate) for each in found] == [
        (dt.date(2024, 12, 1), dt.date(2023, 12, 1), D("-0.5"))
    ]
    assert found[0].is_yearly
    # A month fewer, and the month before is the base.
    assert [each.is_yearly for each in moves(series(*year, *year[:11]), FIFTH)] == [False, False]


def test_an_outlier_by_median_and_mad():
    """Median 100, MAD 2: M of 130 is 0.6745 × 30 ÷ 2 = 10.1175."""
    (found,) = outliers(series(98, 99, 100, 101, 102, 103, 130, 97, 96))
    assert (found.month, found.median, found.score) == (dt.date(2023, 7, 1), D(100), D("10.1175"))


def test_without_a_mad_the_mean_absolute_deviation_stands_in():
    """Nine of ten alike: MAD 0, mean deviation 5, M = 50 ÷ (1.253314 × 5)."""
    (found,) = outliers(series(*[100] * 9, 150))
    assert round(found.score, 4) == round(D(50) / (D("1.253314") * 5), 4)


def test_the_bound_is_three_and_a_half():
    # Median 0, MAD 2: M = 0.6745 × 10.37 ÷ 2 = 3.4973, and 3.5007 for 10.38.
    plain = [-4, -2, -2, 0, 0, 2, 2]
    assert outliers(series(*plain, "10.37")) == []
    assert len(outliers(series(-4, -2, -2, 0, 2, 2, "10.38"))) == 1


@pytest.mark.parametrize("values", [(), (5,), (1, 1, 1, 1, 900)])
def test_fewer_than_six_values_have_no_usual_range(values):
    assert outliers(series(*values)) == []


def test_a_season_is_no_outlier():
    year = [100 + n % 3 for n in range(11)] + [900]
    assert outliers(series(*year, *[value + n % 2 for n, value in enumerate(year)])) == []


FIGURES = st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1, max_size=30)


@given(FIGURES, st.decimals(-(10**6), 10**6, places=2))
def test_scores_do_not_depend_on_where_zero_is(values, shift):
    plain = modified_z_scores(series(*values))
    shifted = modified_z_scores(series(*[value + shift for value in values]))
    assert [round(plain[key], 12) for key in plain] == [round(shifted[key], 12) for key in plain]


@given(FIGURES)
def test_turned_upside_down_scores_change_their_sign(values):
    plain = modified_z_scores(series(*values))
    turned = modified_z_scores(series(*[-value for value in values]))
    assert [-plain[key] for key in plain] == [turned[key] for key in plain]
