"""The order of strategies."""

from __future__ import annotations

from strategies.models import Strategy
from strategies.priority import ranked


def _strategy(title: str, importance: int | None, urgency: int | None, order: int = 1) -> Strategy:
    return Strategy(title=title, importance=importance, urgency=urgency, order=order)


def _places(*strategies: Strategy) -> list[tuple[str, int | None, int | None, str]]:
    return [(each.strategy.title, each.rank, each.score, each.tie) for each in ranked(strategies)]


def test_the_product_of_the_scores_decides() -> None:
    assert _places(_strategy("low", 4, 2), _strategy("high", 5, 5)) == [
        ("high", 1, 25, ""),
        ("low", 2, 8, ""),
    ]


def test_importance_decides_between_equal_products() -> None:
    assert _places(_strategy("urgent", 4, 5), _strategy("important", 5, 4)) == [
        ("important", 1, 20, ""),
        ("urgent", 2, 20, "importance"),
    ]


def test_the_position_in_the_plan_decides_between_equal_scores() -> None:
    assert _places(_strategy("second", 4, 4, order=2), _strategy("first", 4, 4)) == [
        ("first", 1, 16, ""),
        ("second", 2, 16, "position"),
    ]


def test_what_is_not_scored_stands_last_without_a_place() -> None:
    assert _places(_strategy("half", 5, None, order=1), _strategy("low", 1, 1, order=2)) == [
        ("low", 1, 1, ""),
        ("half", None, None, ""),
    ]
