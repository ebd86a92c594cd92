from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.arithmetic.formats import per_cent
from planner.arithmetic.goals import (
    GoalDisagrees,
    GoalKind,
    goal_amount,
    goal_baseline,
    goal_target,
    progress,
    settle_goal,
)

D = Decimal
SMALL = st.decimals(D("-1000000"), D("1000000"), places=6)


@pytest.mark.parametrize(
    ("now", "expected"), [("450", "0.5"), ("550", "-0.5"), ("400", "1"), ("500", "0"), ("350", "1.5")]
)
def test_progress_on_a_cost_counts_downwards(now, expected):
    assert progress(D(now), D(500), D(400)) == D(expected)


def test_progress_on_a_rate_counts_upwards():
    assert progress(D("0.09"), D("0.08"), D("0.12")) == D("0.25")


def test_there_is_no_progress_towards_where_one_started_or_with_a_figure_missing():
    assert progress(D(5), D(5), D(5)) is None
    assert progress(None, D(5), D(6)) is None
    assert progress(D(5), None, D(6)) is None
    assert progress(D(5), D(5), None) is None


def test_the_target_of_a_goal_follows_from_its_kind():
    assert goal_target(GoalKind.REACH, D("0.15"), D("0.20")) == D("0.20")
    assert goal_target(GoalKind.GROW_BY, D(120), D(30)) == D(150)
    assert goal_target(GoalKind.GROW_PERCENT, D(800000), D("0.25")) == D(1000000)
    assert goal_target("share", D("0.4"), D("0.5")) == D("0.5")


def test_a_level_needs_no_baseline_but_a_growth_does():
    assert goal_target(GoalKind.REACH, None, D(7)) == D(7)
    with pytest.raises(ValueError, match="needs a baseline"):
        goal_target(GoalKind.GROW_BY, None, D(7))


def test_150_new_customers_at_30_per_cent_more_start_from_115():
    baseline = goal_baseline(GoalKind.GROW_PERCENT, D(150), D("0.3"))
    assert round(baseline, 4) == D("115.3846")
    assert per_cent(goal_amount(GoalKind.GROW_PERCENT, round(baseline, 6), D(150)), "en") == "30%"
    assert round(goal_target(GoalKind.GROW_PERCENT, baseline, D("0.3")), 6) == D(150)


def test_the_amount_of_a_goal_follows_from_where_it_starts_and_ends():
    assert goal_amount(GoalKind.REACH, D(1), D(4)) == D(4)
    assert goal_amount(GoalKind.SHARE, D("0.4"), D("0.5")) == D("0.5")
    assert goal_amount(GoalKind.GROW_BY, D(120), D(150)) == D(30)
    assert goal_amount(GoalKind.GROW_PERCENT, D(120), D(150)) == D("0.25")


def test_a_growth_from_nowhere_or_from_zero_has_no_percentage():
    assert goal_amount(GoalKind.GROW_PERCENT, D(0), D(150)) is None
    assert goal_amount(GoalKind.GROW_PERCENT, None, D(150)) is None
    assert goal_amount(GoalKind.GROW_BY, None, D(150)) is None


def test_a_baseline_is_told_by_growths_only():
    assert goal_baseline(GoalKind.GROW_BY, D(150), D(30)) == D(120)
    assert goal_baseline(GoalKind.REACH, D(150), D(150)) is None
    assert goal_baseline(GoalKind.SHARE, D("0.5"), D("0.5")) is None
    assert goal_baseline(GoalKind.GROW_PERCENT, D(0), D(-1)) is None


@given(SMALL, SMALL)
def test_progress_runs_from_zero_to_one(baseline, target):
    if baseline == target:
        assert progress(target, baseline, target) is None
    else:
        assert progress(baseline, baseline, target) == 0
        assert progress(target, baseline, target) == 1


@given(st.sampled_from(GoalKind), SMALL.filter(bool), SMALL)
def test_amount_and_target_of_a_goal_lead_back_to_each_other(kind, baseline, target):
    again = goal_target(kind, baseline, goal_amount(kind, baseline, target))
    assert round(again, 6) == target


@given(st.sampled_from([GoalKind.GROW_BY, GoalKind.GROW_PERCENT]), SMALL, st.decimals(0, 10, places=4))
def test_a_growth_from_the_baseline_it_tells_ends_at_the_target(kind, target, amount):
    baseline = goal_baseline(kind, target, amount)
    assert round(goal_target(kind, baseline, amount), 6) == target


@pytest.mark.parametrize(
    ("kind", "baseline", "amount", "target", "typed", "settled"),
    [
        ("grow_percent", "115", "0.3", None, ("amount",), ("115", "149.5")),
        ("grow_percent", "115", "0.3", "140", ("amount",), ("115", "149.5")),
        ("grow_percent", "115", "0.3", "150", ("target",), ("115", "150")),
        ("grow_percent", "100", "0.3", "150", ("amount", "target"), ("115.384615", "150")),
        ("grow_percent", None, "0.3", "150", ("amount", "target"), ("115.384615", "150")),
        ("grow_percent", "115", "0.3", "150", ("baseline", "amount", "target"), ("115", "150")),
        ("grow_percent", "115", None, "150", ("baseline", "target"), ("115", "150")),
        ("grow_by", "132", "18", None, ("amount",), ("132", "150")),
        ("grow_by", None, "18", "150", ("amount", "target"), ("132", "150")),
        ("reach", "0.15", None, "0.2", ("target",), ("0.15", "0.2")),
        ("share", None, "0.5", "0.5", ("target",), (None, "0.5")),
        ("grow_percent", None, None, None, (), (None, None)),
    ],
)
def test_the_third_figure_of_a_goal_follows_from_the_two_that_were_typed(
    kind, baseline, amount, target, typed, settled
):
    figures = [None if each is None else Decimal(each) for each in (baseline, amount, target)]

    assert settle_goal(kind, *figures, typed) == tuple(
        None if each is None else Decimal(each) for each in settled
    )


def test_three_figures_that_do_not_fit_are_refused_with_the_one_that_would():
    with pytest.raises(GoalDisagrees) as refused:
        settle_goal(
            "grow_percent", Decimal(100), Decimal("0.3"), Decimal(150), ("baseline", "amount", "target")
        )
    assert refused.value.target == Decimal(130)


def test_a_growth_that_stands_alone_is_refused():
    with pytest.raises(ValueError, match="a baseline or a target"):
        settle_goal("grow_by", None, Decimal(18), None, ("amount",))
