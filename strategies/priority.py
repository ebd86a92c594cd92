"""The order of strategies: importance × urgency, ties by importance (Decision 22 of the method)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from strategies.models import PAUSED, Strategy


@dataclass(frozen=True, slots=True)
class Ranked:
    """A strategy with its place, 1 for the first; `score` is importance × urgency.

    Both are None without the two scores. `tie` says what decided between this one and the one before it, where both
    have the same score: "importance" or, where that is the same too, "position" in the plan.
    """

    strategy: Strategy
    rank: int | None
    score: int | None
    tie: str = ""


def score_of(strategy: Strategy) -> int | None:
    """Importance × urgency, from 1 to 25; None where one of them is not scored."""
    if strategy.importance is None or strategy.urgency is None:
        return None
    return strategy.importance * strategy.urgency


def ranked(strategies: Iterable[Strategy]) -> list[Ranked]:
    """The strategies by priority, each with a place of its own; those without scores last, without a place."""
    places: list[Ranked] = []
    for strategy in sorted(strategies, key=_key):
        score = score_of(strategy)
        before = places[-1] if places else None
        tie = ""
        if before is not None and score is not None and before.score == score:
            tie = "position" if before.strategy.importance == strategy.importance else "importance"
        places.append(Ranked(strategy, None if score is None else len(places) + 1, score, tie))
    return places


def ranking(strategies: Iterable[Strategy]) -> list[Ranked]:
    """The strategies of one plan: those that run or may, by priority, then the paused and dropped without a place."""
    strategies = list(strategies)
    stopped = [strategy for strategy in strategies if strategy.state in PAUSED]
    running = ranked(strategy for strategy in strategies if strategy.state not in PAUSED)
    return [*running, *(Ranked(strategy, None, None) for strategy in sorted(stopped, key=_key))]


def _key(strategy: Strategy) -> tuple[int, int, int, int]:
    return -(score_of(strategy) or 0), -(strategy.importance or 0), strategy.order, strategy.pk or 0
