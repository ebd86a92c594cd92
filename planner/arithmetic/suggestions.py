"""Which importance and urgency are suggested for a strategy. Decisions 1 and 21 of the planning method."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from planner.arithmetic.goals import Sign

# The smallest share of the plan's gap from which on an importance is suggested, the highest score first.
SHARES = ((5, Decimal("0.5")), (4, Decimal("0.3")), (3, Decimal("0.15")), (2, Decimal("0.05")))
# The most weeks until the due date with which an urgency is suggested.
WEEKS = ((5, 4), (4, 8), (3, 13), (2, 26))
# How the sign of the way to the goal moves that.
MOVES = {Sign.BEHIND: 1, Sign.OUT_OF_REACH: 2, Sign.ON_TRACK: -1, Sign.HELD: -1}


def suggest_importance(share: Decimal) -> int:
    """The importance of a strategy whose goals carry this share (0 to 1) of the plan's gap."""
    return next((score for score, least in SHARES if share >= least), 1)


def suggest_urgency(today: dt.date, due: dt.date, signs: Iterable[Sign | None]) -> int:
    """The urgency of a strategy whose first goal is due then; `signs` are those of the ways to its goals."""
    weeks = max((due - today).days, 0) / 7
    by_date = next((score for score, most in WEEKS if weeks <= most), 1)
    move = max((MOVES.get(sign, 0) for sign in signs if sign), default=0)
    return min(max(by_date + move, 1), 5)
