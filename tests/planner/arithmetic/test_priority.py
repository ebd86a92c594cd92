"""Which strategy comes first, and which scores are suggested."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random

import pytest

from planner.arithmetic.goals import Sign
from planner.arithmetic.priority import Tie, rank, suggest_importance, suggest_urgency, ties

DAY = dt.date(2026, 11, 23)


def test_the_product_decides_then_the_importance_then_the_order():
    things = [("a", 3, 4), ("b", 4, 3), ("c", None, 5), ("d", 5, 5), ("e", 3, 4), ("f", 3, None)]
    assert [(each.thing, each.rank) for each in rank(things)] == [
        ("d", 1), ("b", 2), ("a", 3), ("e", 4), ("c", None), ("f", None),
    ]  # fmt: skip


def test_ties_say_whether_importance_decided():
    ranked = rank([("a", 3, 4), ("b", 4, 3), ("c", 2, 2), ("d", 2, 2), ("e", 1, 1)])
    assert ties(ranked) == [Tie((1, 2), 12, True), Tie((3, 4), 4, False)]


def test_a_higher_score_never_stands_below_a_lower_one():
    random = Random(22)
    for _case in range(300):
        scores = [None, 1, 2, 3, 4, 5]
        things = [(n, random.choice(scores), random.choice(scores)) for n in range(random.randrange(12))]
        ranked = rank(things)
        known = [each for each in ranked if each.score is not None]
        assert ranked[: len(known)] == known
        assert [each.rank for each in known] == list(range(1, len(known) + 1))
        order = [(-each.score, -each.importance) for each in known]
        assert order == sorted(order)


@pytest.mark.parametrize(
    ("share", "score"), [("1", 5), ("0.5", 5), ("0.49", 4), ("0.3", 4), ("0.15", 3), ("0.05", 2), ("0", 1)]
)
def test_the_share_of_the_gap_suggests_the_importance(share, score):
    assert suggest_importance(Decimal(share)) == score


@pytest.mark.parametrize(
    ("weeks", "signs", "score"),
    [
        (12, [Sign.NO_DATA], 3),  # the picture: due in 12 weeks, no data yet
        (12, [], 3),
        (12, [None], 3),
        (12, [Sign.ON_TRACK], 2),
        (12, [Sign.ON_TRACK, Sign.BEHIND], 4),
        (12, [Sign.OUT_OF_REACH], 5),
        (4, [Sign.BEHIND], 5),
        (-3, [], 5),
        (30, [Sign.HELD], 1),
    ],
)
def test_pace_and_due_date_suggest_the_urgency(weeks, signs, score):
    assert suggest_urgency(DAY, DAY + dt.timedelta(weeks=weeks), signs) == score
