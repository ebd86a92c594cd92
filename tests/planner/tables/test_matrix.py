"""A chart of quadrants: each dot lies where its scores say, and none over another."""

from __future__ import annotations

from itertools import product

from planner.tables.matrix import Matrix, Quadrant, Scored, scored


def chart(*things: Scored | None) -> Matrix:
    return Matrix("x", "y", tuple(map(Quadrant, "abcd")), scored(things), "a chart")


def test_nine_of_the_same_scores_stay_within_their_step_and_over_no_other():
    for across, upwards in product(range(1, 6), repeat=2):
        dots = chart(*(Scored(number, "t", "#", across, upwards) for number in range(9))).dots
        assert len({(dot.x, dot.y) for dot in dots}) == 9
        assert all(abs(dot.x - (100 * across - 50)) < 50 - 13 for dot in dots)
        assert all(abs(dot.y - (550 - 100 * upwards)) < 50 - 13 for dot in dots)


def test_the_corners_cover_the_square_and_meet_where_4_begins():
    corners = chart().corners
    assert sum(corner.width * corner.height for corner in corners) == 500 * 500
    assert [corner.quadrant.name for corner in corners] == ["a", "b", "c", "d"]
    assert (corners[1].x, corners[2].y) == (300, 200)


def test_what_is_not_scored_has_no_dot():
    assert chart(None, Scored(2, "t", "#", 1, 1)).dots[0].thing.number == 2
