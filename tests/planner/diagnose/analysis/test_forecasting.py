"""Where a series goes at today's pace, and how sure that is."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.diagnose.analysis.forecasting import T_80, expected_on, forecast, t_80
from tests.planner.diagnose.analysis.test_volatility import series


def test_a_straight_line_goes_on_and_is_sure():
    found = forecast(series(100, 110, 120, 130, 140, 150), 2)
    assert found.pace == 10
    assert [(each.value, each.low, each.high) for each in found.points] == [(160,) * 3, (170,) * 3]
    assert (found.is_clear, found.is_seasonal) == (True, False)
    assert found.points[0].month == dt.date(2023, 7, 1)


def test_the_interval_of_a_line_is_that_of_the_textbook():
    """x 0…5, y 1 3 2 5 4 6: slope 31/35, s² = 0.942857, Sxx 17.5, t(4) = 1.533; the next month 6.6 ± 2.03."""
    (point,) = forecast(series(1, 3, 2, 5, 4, 6), 1).points
    error = (D("3.7714285714") / 4).sqrt()
    half = D("1.533") * error * (1 + D(1) / 6 + D("3.5") ** 2 / D("17.5")).sqrt()
    assert round(point.value, 6) == D("6.6")
    assert round(point.high - point.value, 6) == round(half, 6) == round(point.value - point.low, 6)


def test_fewer_than_six_months_have_a_pace_alone():
    found = forecast(series(100, 90, 130), 2)
    assert found.pace == 15
    assert [(each.value, each.low) for each in found.points] == [(145, None), (160, None)]
    assert not found.has_interval
    assert not found.is_clear


def test_a_hole_is_time_that_passed():
    assert forecast(series(100, None, None, 130), 1).pace == 10


@pytest.mark.parametrize("values", [(), (5,)])
def test_one_month_goes_nowhere(values):
    assert forecast(series(*values), 3) is None


def test_noise_is_no_clear_pace():
    assert not forecast(series(100, 104, 99, 103, 98, 102), 1).is_clear


def test_two_years_know_the_season():
    """Every month 12 more than the year before: December comes again, and a month is 1 more than it was."""
    year = [100] * 11 + [300]
    found = forecast(series(*year, *[value + 12 for value in year]), 12)
    assert found.is_seasonal
    assert found.pace == 1
    assert [each.value for each in found.points] == [124] * 11 + [324]


def test_the_interval_of_a_season_is_that_of_twelve_changes():
    """Changes 0…11: mean 5.5, s² = 13, t(11) = 1.363; a new one lies in 5.5 ± 1.363 × s × √(1 + 1/12) = ± 5.115."""
    found = forecast(series(*[100] * 12, *range(100, 112)), 14)
    assert found.pace == D("5.5") / 12
    half = D("1.363") * D(13).sqrt() * (1 + D(1) / 12).sqrt()
    assert round(half, 3) == D("5.115")
    for point, value in zip(
        found.points, [*(n + D("105.5") for n in range(12)), D(111), D(112)], strict=True
    ):
        assert point.value == value
        assert round(point.high - value, 12) == round(value - point.low, 12) == round(half, 12)


@pytest.mark.parametrize(
    ("low", "high", "is_clear"),
    [
        # Mean 1 with a spread s: clear while 1 > 1.363 × s ÷ √12, that is s < 2.5415.
        ("-1.43", "3.43", True),  # s = 2.43 × √(12/11) = 2.538
        ("-1.44", "3.44", False),  # s = 2.44 × √(12/11) = 2.548
    ],
)
def test_a_pace_is_clear_where_its_own_interval_leaves_out_nothing(low, high, is_clear):
    changes = [D(low), D(high)] * 6
    found = forecast(series(*[100] * 12, *[100 + change for change in changes]), 1)
    assert found.pace == D(1) / 12
    assert found.is_clear is is_clear


def test_a_slope_is_clear_beyond_t_times_its_error():
    """y = slope × x with errors +e −e −e +e +e −e …: s² = 8 e² ÷ 6, Sxx 42, t(6) = 1.440, so slope > 0.2566 e."""
    errors = [1, -1, -1, 1, 1, -1, -1, 1]

    def line(slope):
        return forecast(series(*[100 + D(slope) * x + error for x, error in enumerate(errors)]), 1)

    assert line("0.2566").is_clear
    assert not line("0.2565").is_clear
    assert line("-0.2566").is_clear


def test_a_hole_in_two_years_refuses_the_season():
    year = [100] * 12
    assert not forecast(series(*year, 100, None, *year[2:]), 1).is_seasonal


def test_what_was_never_negative_does_not_become_so():
    found = forecast(series(60, 50, 40, 30, 20, 10), 3)
    assert [each.value for each in found.points] == [0, 0, 0]
    assert forecast(series(-60, -50, -40, -30, -20, 10), 3).points[0].value > 10


def test_what_is_expected_goes_on_for_ten_years():
    line = [value for _month, value in expected_on(series(*range(100, 160, 5)))]
    assert line[:2] == [D(160), D(165)]
    assert (line[12], line[119]) == (D(220), D(755))
    year = [*[100] * 11, 200]
    seasonal = [value for _month, value in expected_on(series(*year, *[each + 12 for each in year]))]
    assert (seasonal[0], seasonal[11], seasonal[12], seasonal[23]) == (124, 224, 136, 236)
    assert list(expected_on(series(5))) == []


def test_students_t():
    assert (t_80(1), t_80(4), t_80(30), t_80(400)) == (D("3.078"), D("1.533"), D("1.310"), D("1.282"))
    with pytest.raises(ValueError, match=r"degree"):
        t_80(0)


def share_below(t: float, freedom: int) -> float:
    """Student's t distribution function, from its density by Simpson's rule."""
    factor = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(
        freedom * math.pi
    )
    steps = 1000

    def density(x: float) -> float:
        return factor * (1 + x * x / freedom) ** (-(freedom + 1) / 2)

    weights = (4 if n % 2 else 2 for n in range(1, steps))
    inner = sum(weight * density(t * n / steps) for n, weight in zip(range(1, steps), weights, strict=True))
    return 0.5 + t / steps / 3 * (density(0) + inner + density(t))


def test_every_quantile_of_the_table_leaves_a_tenth_above_it():
    for freedom, t in enumerate(T_80, start=1):
        assert share_below(float(t) - 0.0006, freedom) < 0.9 < share_below(float(t) + 0.0006, freedom)
    assert len(T_80) == 30


@given(st.lists(st.decimals(0, 10**9, places=2), min_size=6, max_size=40), st.integers(1, 14))
def test_the_interval_holds_the_forecast(values, ahead):
    found = forecast(series(*values), ahead)
    assert len(found.points) == ahead
    assert all(each.low <= each.value <= each.high for each in found.points)
