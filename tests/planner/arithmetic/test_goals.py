from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.arithmetic.formats import per_cent
from planner.arithmetic.goals import (
    GoalDisagrees,
    GoalKind,
    Sign,
    Way,
    goal_amount,
    goal_baseline,
    goal_target,
    measure_way,
    meets,
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


# The way to a target and its sign (Decisions 17 and 21).

MOVES = (D(1), D(2), D(3), D(4), D(24), D(-50))
FORTY = (D(10), D(20), D(30), D(0), D(40), D(-50))


def way(now, baseline, target, direction="higher", months=(1, 3), moves=()):
    figures = (None if value is None else D(str(value)) for value in (now, baseline, target))
    return measure_way(*figures, direction, months, moves)


@pytest.mark.parametrize(
    ("now", "baseline", "target", "direction", "sign"),
    [
        ("0.155", "0.16", "0.15", "higher", "held"),
        ("0.15", "0.16", "0.15", "higher", "held"),
        ("0.149", "0.16", "0.15", "higher", "behind"),
        ("0.16", "0.15", "0.15", "higher", "held"),
        (395, 380, 400, "lower", "held"),
        (400, 380, 400, "lower", "held"),
        (401, 380, 400, "lower", "behind"),
        (0, 0, 0, "lower", "held"),
        (-1, 0, 0, "higher", "behind"),
        (None, 380, 400, "lower", "no_data"),
    ],
)
def test_a_target_that_the_baseline_meets_is_to_be_held_and_has_no_percentage(
    now, baseline, target, direction, sign
):
    found = way(now, baseline, target, direction)
    assert (found.is_to_hold, found.sign, found.done) == (True, sign, None)


def test_the_direction_of_the_goal_decides_whether_there_is_a_way():
    """16 % to 15 % is a way down for who wants less, and nothing to go for who wants at least so much."""
    assert way("0.155", "0.16", "0.15", "lower").done == D("0.5")
    assert way("0.155", "0.16", "0.15", "higher").done is None


@pytest.mark.parametrize(
    ("now", "months", "sign"),
    [
        (912, (1, 3), "behind"),
        (923, (1, 3), "on_track"),
        (922, (1, 3), "behind"),
        (961, (2, 3), "behind"),
        (962, (2, 3), "on_track"),
        (1000, (3, 3), "on_track"),
        (999, (3, 3), "behind"),
        (1200, (1, 3), "on_track"),
        (884, (0, 3), "on_track"),
        (None, (0, 3), "no_data"),
        (None, (2, 3), "no_data"),
    ],
)
def test_on_track_is_the_share_of_the_way_that_the_full_months_are_of_the_plan(now, months, sign):
    """24 % of 884 → 1,000 after one of three months is behind."""
    assert way(now, 884, 1000, months=months).sign == sign


@pytest.mark.parametrize(("now", "sign"), [(138, "on_track"), ("137.999999", "behind")])
def test_a_third_of_the_way_after_a_third_of_the_months_is_on_track(now, sign):
    assert way(now, 132, 150).sign == sign


def test_absurd_figures_have_a_sign_too():
    most = D(10) ** 14 - 1
    assert way(most, 0, "0.000001").sign == "on_track"
    assert way(-most, 0, "0.000001").sign == "behind"


def test_out_of_reach_says_what_it_needs_and_what_the_best_was():
    found = way(884_000, 880_000, 1_000_000, months=(2, 4), moves=[move * 1000 for move in MOVES])
    assert (found.sign, found.needed, found.best) == ("out_of_reach", 58_000, 24_000)


@pytest.mark.parametrize(
    ("now", "months", "moves", "sign"),
    [
        (920, (2, 4), FORTY, "behind"),  # 40 a month, as the best was
        (919, (2, 4), FORTY, "out_of_reach"),
        (919, (3, 6), FORTY, "behind"),  # 27 a month
        (884, (1, 4), FORTY, "behind"),  # before the half of the plan
        (884, (2, 3), FORTY[1:], "behind"),  # five moves are too few
        (884, (3, 3), FORTY, "behind"),  # no month is left to need anything of
        (884, (2, 4), (D(-1),) * 6, "out_of_reach"),
    ],
)
def test_what_is_out_of_reach_at_this_pace(now, months, moves, sign):
    assert way(now, 880, 1000, months=months, moves=moves).sign == sign


def test_a_cost_is_out_of_reach_by_its_best_fall():
    moves = [D(5), D(-4), D(2), D(1), D(-3), D(0)]
    found = way(470, 500, 400, "lower", months=(6, 12), moves=moves)
    assert (found.sign, found.best) == ("out_of_reach", -4)
    assert round(found.needed, 2) == D("-11.67")
    assert way(420, 500, 400, "lower", months=(6, 12), moves=moves).sign == "on_track"


def test_without_a_target_or_a_start_nothing_is_said():
    assert way(5, 4, None) == way(5, None, 9) == Way()


@given(SMALL, SMALL, SMALL, st.sampled_from(["higher", "lower"]), st.integers(0, 12))
def test_to_hold_and_to_go_are_told_apart_by_the_baseline_alone(now, baseline, target, direction, full):
    found = measure_way(now, baseline, target, direction, (full, 12), MOVES)
    assert found.is_to_hold == meets(baseline, target, direction) == (found.done is None)
    if meets(now, target, direction):
        assert found.sign == (Sign.HELD if found.is_to_hold else Sign.ON_TRACK)
    else:
        assert found.sign in ({Sign.BEHIND} if found.is_to_hold else {*Sign} - {Sign.HELD, Sign.NO_DATA})
        assert found.done is None or found.done < 1


@given(SMALL, SMALL, SMALL, st.integers(0, 12), st.lists(SMALL, max_size=12))
def test_lower_is_higher_in_a_mirror(now, baseline, target, full, moves):
    up = measure_way(now, baseline, target, "higher", (full, 12), moves)
    down = measure_way(-now, -baseline, -target, "lower", (full, 12), [-move for move in moves])
    assert (up.sign, up.done, up.is_to_hold) == (down.sign, down.done, down.is_to_hold)
