"""Which strategy comes first, and which scores are suggested for it. Decisions 1, 21 and 22 of the planning method."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from planner.arithmetic.goals import Sign

T = TypeVar("T")

# The smallest share of the plan's gap from which on an importance is suggested, the highest score first.
SHARES = ((5, Decimal("0.5")), (4, Decimal("0.3")), (3, Decimal("0.15")), (2, Decimal("0.05")))
# The most weeks until the due date with which an urgency is suggested.
WEEKS = ((5, 4), (4, 8), (3, 13), (2, 26))
# How the sign of the way to the goal moves that.
MOVES = {Sign.BEHIND: 1, Sign.OUT_OF_REACH: 2, Sign.ON_TRACK: -1, Sign.HELD: -1}


@dataclass(frozen=True, slots=True)
class Ranked(Generic[T]):
    """A thing with its rank from 1, None without both scores; the score is importance × urgency."""

    thing: T
    rank: int | None
    importance: int | None
    urgency: int | None

    @property
    def score(self) -> int | None:
        return None if self.importance is None or self.urgency is None else self.importance * self.urgency


def rank(things: Iterable[tuple[T, int | None, int | None]]) -> list[Ranked[T]]:
    """Things with importance and urgency, by priority: the higher product first, ties by importance.

    What is still equal keeps its order, and what lacks a score stands behind, without a rank.
    """
    unranked = [Ranked(thing, None, importance, urgency) for thing, importance, urgency in things]
    scored = sorted(
        (each for each in unranked if each.score is not None),
        key=lambda each: (-(each.score or 0), -(each.importance or 0)),
    )
    numbered = [
        Ranked(each.thing, number, each.importance, each.urgency)
        for number, each in enumerate(scored, start=1)
    ]
    return [*numbered, *(each for each in unranked if each.score is None)]


@dataclass(frozen=True, slots=True)
class Tie:
    """Ranks of the same score; `by_importance` where their order says something."""

    ranks: tuple[int, ...]
    score: int
    by_importance: bool


def ties(ranked: Sequence[Ranked[T]]) -> list[Tie]:
    """Every score that several things share, the highest first."""
    by_score: dict[int, list[Ranked[T]]] = {}
    for each in ranked:
        if each.score is not None:
            by_score.setdefault(each.score, []).append(each)
    return [
        Tie(
            tuple(each.rank for each in same if each.rank is not None),
            score,
            len({each.importance for each in same}) > 1,
        )
        for score, same in by_score.items()
        if len(same) > 1
    ]


def suggest_importance(share: Decimal) -> int:
    """The importance of a strategy whose goals carry this share (0 to 1) of the plan's gap."""
    return next((score for score, least in SHARES if share >= least), 1)


def suggest_urgency(today: dt.date, due: dt.date, signs: Iterable[Sign | None]) -> int:
    """The urgency of a strategy whose first goal is due then; `signs` are those of the ways to its goals."""
    weeks = max((due - today).days, 0) / 7
    by_date = next((score for score, most in WEEKS if weeks <= most), 1)
    move = max((MOVES.get(sign, 0) for sign in signs if sign), default=0)
    return min(max(by_date + move, 1), 5)
