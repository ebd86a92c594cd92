"""Which scores the figures suggest."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from planner.arithmetic.goals import Sign
from planner.arithmetic.suggestions import suggest_importance, suggest_urgency

DAY = dt.date(2026, 11, 23)


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
