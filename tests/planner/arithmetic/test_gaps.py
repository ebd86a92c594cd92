from datetime import date
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.arithmetic.formats import per_cent
from planner.arithmetic.gaps import (
    Aggregation,
    Basis,
    Current,
    Direction,
    Gap,
    Point,
    TargetPeriod,
    basis_that_fits,
    current_value,
    default_basis,
    measure_gap,
    scale_target,
)

D = Decimal
HIGHER, LOWER = Direction.HIGHER, Direction.LOWER
APRIL, MAY, JUNE = months = tuple(date(2023, month, 1) for month in (4, 5, 6))
FIGURES = st.decimals(D("-99999999999999"), D("99999999999999"), places=6)
SMALL = st.decimals(D("-1000000"), D("1000000"), places=6)

# metric, kind, current, target, direction, gap, printed rate, shortfall in per mille
TABLE_1 = [
    ("total sales", "amount", D("800000"), D("1000000"), HIGHER, D("200000"), "20%", "200"),
    ("conversion rate", "rate", D("0.08"), D("0.12"), HIGHER, D("0.04"), "50%", "333"),
    ("repurchase rate", "rate", D("0.15"), D("0.20"), HIGHER, D("0.05"), "33%", "250"),
    ("acquisition cost", "amount", D("500"), D("400"), LOWER, D("100"), "25%", "250"),
]


@pytest.mark.parametrize(
    ("metric", "kind", "current", "target", "direction", "gap", "printed", "per_mille"), TABLE_1
)
def test_the_demo_prints_20_50_33_and_25_per_cent_and_ranks_by_20_33_25_and_25(
    metric, kind, current, target, direction, gap, printed, per_mille
):
    measured = measure_gap(current, target, direction)
    assert measured.gap == gap, metric
    assert per_cent(measured.rate(default_basis(kind)), "en") == printed
    assert round(measured.shortfall * 1000) == D(per_mille)


def test_the_shortfall_is_the_gap_over_the_target_and_the_uplift_over_the_current_value():
    assert measure_gap(D(80), D(100), HIGHER) == Gap(D(20), D("0.2"), D("0.25"))
    assert measure_gap(D(500), D(400), LOWER) == Gap(D(100), D("0.25"), D("0.2"))


def test_a_target_that_is_passed_is_a_surplus():
    measured = measure_gap(D(125), D(100), HIGHER)
    assert measured == Gap(D(-25), D("-0.25"), D("-0.2"))
    assert measured.is_surplus


def test_a_cost_below_its_target_is_a_surplus():
    assert measure_gap(D(320), D(400), LOWER) == Gap(D(-80), D("-0.2"), D("-0.25"))


def test_a_target_that_is_just_reached_is_a_surplus_of_nothing():
    measured = measure_gap(D(100), D(100), HIGHER)
    assert measured == Gap(D(0), D(0), D(0))
    assert measured.is_surplus


def test_a_target_of_zero_has_no_shortfall_rate_and_says_why():
    measured = measure_gap(D(5), D(0), LOWER)
    assert measured == Gap(D(5), None, D(1), "target-zero", "")
    assert measured.reason(Basis.SHORTFALL) == "target-zero"
    assert measured.reason(Basis.UPLIFT) == ""


def test_a_current_value_of_zero_has_no_uplift_rate_and_says_why():
    measured = measure_gap(D(0), D(5), HIGHER)
    assert measured == Gap(D(5), D(1), None, "", "current-zero")
    assert measured.rate("uplift") is None
    assert measured.reason("uplift") == "current-zero"


def test_nothing_against_nothing_has_a_gap_of_zero_and_no_rates():
    assert measure_gap(D(0), D(0), HIGHER) == Gap(D(0), None, None, "target-zero", "current-zero")


def test_without_a_target_there_is_no_gap_and_no_surplus():
    measured = measure_gap(D(5), None, HIGHER)
    assert measured == Gap(None, None, None, "no-target", "no-target")
    assert not measured.is_surplus


def test_without_a_current_value_there_is_no_gap():
    assert measure_gap(None, D(5), LOWER) == Gap(None, None, None, "no-current", "no-current")


def test_a_missing_target_is_named_before_a_missing_value():
    assert measure_gap(None, None, HIGHER).reason(Basis.UPLIFT) == "no-target"


def test_a_loss_that_has_to_shrink_is_still_to_go_on_both_bases():
    assert measure_gap(D(-100), D(-50), HIGHER) == Gap(D(50), D(1), D("0.5"))


def test_directions_and_bases_may_come_from_the_database_as_text():
    assert measure_gap(D(500), D(400), "lower").rate("shortfall") == D("0.25")


def test_a_direction_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="sideways"):
        measure_gap(D(1), D(2), "sideways")


def test_rates_are_by_default_uplifts_and_all_else_shortfalls():
    assert [default_basis(kind) for kind in ("rate", "amount", "count", "")] == [
        Basis.UPLIFT,
        Basis.SHORTFALL,
        Basis.SHORTFALL,
        Basis.SHORTFALL,
    ]


@pytest.mark.parametrize(
    ("typed", "basis"),
    [
        ("0.5", Basis.UPLIFT),
        ("0.333", Basis.SHORTFALL),
        ("0.33", Basis.SHORTFALL),
        ("0.4", None),
        ("-0.5", None),
    ],
)
def test_a_typed_rate_tells_its_basis_or_fits_neither(typed, basis):
    assert basis_that_fits(D(typed), measure_gap(D("0.08"), D("0.12"), HIGHER)) == basis


def test_a_rate_half_a_point_off_just_fits_and_a_little_more_does_not():
    gap = measure_gap(D(80), D(100), HIGHER)
    assert basis_that_fits(D("0.205"), gap) == Basis.SHORTFALL
    assert basis_that_fits(D("0.2051"), gap) is None


def test_where_both_bases_fit_the_nearer_is_taken_unless_one_is_preferred():
    gap = measure_gap(D(98), D(100), HIGHER)
    assert basis_that_fits(D("0.0204"), gap) == Basis.UPLIFT
    assert basis_that_fits(D("0.02"), gap) == Basis.SHORTFALL
    assert basis_that_fits(D("0.02"), gap, prefer=Basis.UPLIFT) == Basis.UPLIFT
    assert basis_that_fits(D("0.02"), gap, prefer="uplift") == Basis.UPLIFT


def test_a_preferred_basis_that_does_not_fit_is_not_taken():
    assert basis_that_fits(D("0.2"), measure_gap(D(80), D(100), HIGHER), prefer="uplift") == Basis.SHORTFALL


def test_a_gap_of_zero_fits_a_typed_zero():
    assert basis_that_fits(D(0), measure_gap(D(5), D(5), HIGHER)) == Basis.SHORTFALL


def test_a_gap_without_rates_fits_nothing():
    assert basis_that_fits(D(0), measure_gap(None, D(5), HIGHER)) is None


def test_only_what_adds_up_is_scaled_to_a_month():
    assert scale_target(D(1200), TargetPeriod.YEAR, Aggregation.SUM) == D(100)
    assert scale_target(D(1200), TargetPeriod.QUARTER, Aggregation.SUM) == D(400)
    assert scale_target(D(1200), "month", "sum") == D(1200)
    for level in (Aggregation.AVERAGE, Aggregation.LAST, Aggregation.RATIO):
        assert scale_target(D("0.12"), TargetPeriod.YEAR, level) == D("0.12")


def test_no_target_stays_no_target():
    assert scale_target(None, TargetPeriod.YEAR, Aggregation.SUM) is None


def points(*values):
    return [
        Point(month, None if value is None else D(value)) for month, value in zip(months, values, strict=True)
    ]


@pytest.mark.parametrize("aggregation", [Aggregation.SUM, Aggregation.AVERAGE])
def test_sums_and_averages_stand_at_their_mean_per_month(aggregation):
    current = current_value(points("790000", "800000", "810000"), months, aggregation)
    assert current == Current(D(800000), months, (), False)


def test_a_last_value_is_that_of_the_latest_month_that_has_one():
    current = current_value(points("5", "7", None), months, Aggregation.LAST)
    assert current == Current(D(7), (APRIL, MAY), (JUNE,), False)


def test_a_missing_month_is_not_zero():
    assert current_value(points("6", None, "9"), months, "sum") == Current(D("7.5"), (APRIL, JUNE), (MAY,))


def test_months_outside_the_question_do_not_count():
    assert current_value(points("1", "2", "6"), (JUNE,), Aggregation.SUM) == Current(D(6), (JUNE,), ())


def test_no_points_at_all_give_no_value():
    assert current_value([], months, Aggregation.RATIO) == Current(None, (), months)


def test_the_order_of_points_and_months_does_not_matter():
    shuffled = points("5", "6", "7")[::-1]
    assert current_value(shuffled, months[::-1], "last") == Current(D(7), months, ())


def ratio(month, numerator, denominator, value=None):
    return Point(month, value, D(numerator), D(denominator))


def test_a_ratio_is_total_over_total_and_not_the_mean_of_ratios():
    conversion = [ratio(APRIL, 10, 100, D("0.1")), ratio(MAY, 60, 300, D("0.2"))]
    current = current_value(conversion, months, Aggregation.RATIO)
    assert current == Current(D("0.175"), (APRIL, MAY), (JUNE,), True)


def test_a_ratio_with_a_total_missing_falls_back_to_the_mean():
    conversion = [ratio(APRIL, 10, 100, D("0.1")), Point(MAY, D("0.2"), None, D(300))]
    current = current_value(conversion, months, Aggregation.RATIO)
    assert current == Current(D("0.15"), (APRIL, MAY), (JUNE,), False)


def test_a_ratio_given_as_totals_only_counts_in_the_mean_as_well():
    conversion = [ratio(APRIL, 10, 100), Point(MAY, D("0.2"))]
    assert current_value(conversion, months, Aggregation.RATIO).value == D("0.15")


def test_a_month_without_leads_adds_nothing_to_a_ratio_of_totals():
    conversion = [ratio(APRIL, 10, 100), ratio(MAY, 0, 0)]
    assert current_value(conversion, months, "ratio") == Current(D("0.1"), (APRIL, MAY), (JUNE,), True)


def test_a_ratio_whose_denominators_are_zero_has_no_value():
    assert current_value([ratio(APRIL, 0, 0)], months, "ratio") == Current(None, (), months, False)


def test_two_points_in_one_month_are_refused():
    with pytest.raises(ValueError, match="two points for 2023-04"):
        current_value([Point(APRIL, D(1)), Point(date(2023, 4, 9), D(2))], months, "sum")


def test_the_precision_of_the_calling_thread_does_not_matter():
    with localcontext(prec=3):
        assert measure_gap(D("800001"), D("1000000"), HIGHER).gap == D("199999")
        assert current_value(points("800001", "800003", None), months, "sum").value == D("800002")


@given(FIGURES, FIGURES)
def test_the_directions_mirror_each_other(current, target):
    higher, lower = measure_gap(current, target, HIGHER), measure_gap(current, target, LOWER)
    assert higher.gap == -lower.gap
    assert (higher.shortfall is None) == (lower.shortfall is None) == (target == 0)
    assert (higher.uplift is None) == (lower.uplift is None) == (current == 0)
    if target:
        assert higher.shortfall == -lower.shortfall
    assert higher.reason(Basis.UPLIFT) == lower.reason(Basis.UPLIFT)


@given(FIGURES, FIGURES, st.sampled_from(Direction))
def test_every_rate_has_the_sign_of_its_gap_and_none_is_infinite(current, target, direction):
    measured = measure_gap(current, target, direction)
    for basis in Basis:
        rate = measured.rate(basis)
        assert (rate is None) == (measured.reason(basis) != "")
        if rate is not None:
            assert rate.is_finite()
            assert (rate > 0) == (measured.gap > 0)
    assert measured.is_surplus == (measured.gap <= 0)


@given(SMALL, SMALL)
def test_a_rate_as_it_was_measured_fits_its_basis(current, target):
    measured = measure_gap(current, target, HIGHER)
    for basis in Basis:
        if (rate := measured.rate(basis)) is not None:
            assert basis_that_fits(rate, measured, prefer=basis) == basis


@given(st.lists(SMALL | st.none(), min_size=3, max_size=3), st.sampled_from(Aggregation))
def test_every_month_is_either_present_or_missing_and_the_value_lies_among_the_values(values, aggregation):
    current = current_value([Point(m, v) for m, v in zip(months, values, strict=True)], months, aggregation)
    assert sorted(current.present + current.missing) == list(months)
    known = [value for value in values if value is not None]
    assert (current.value is None) == (not known)
    if known:
        assert min(known) <= current.value <= max(known)
