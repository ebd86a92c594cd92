"""The page of the strategies: above their table the matrix of importance and urgency, with the ranking."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from planner.tables.matrix import Matrix, Quadrant, Scored, scored
from planner.web.live import Piece
from strategies.board.judging import judgement, tie_sentences, verdict_chip
from strategies.board.table import StrategiesTable, rank_numeral, url_of
from strategies.ideas.page import IDEAS, NEWCOMERS, OffersIdeas
from strategies.models import PAUSED, Strategy
from strategies.priority import Ranked

QUADRANTS = (
    Quadrant(pgettext_lazy("priority", "Schedule")),
    Quadrant(pgettext_lazy("priority", "Do first"), "first"),
    Quadrant(pgettext_lazy("priority", "Later"), "never"),
    Quadrant(pgettext_lazy("priority", "Keep small")),
)


class StrategiesPage(OffersIdeas[StrategiesTable]):
    template = "strategies/strategies.html"
    around = (
        Piece(
            "matrix",
            frozenset({"strategies.strategy", "strategies.servedgoal", "planner.goal", "planner.plan"}),
            at_once=True,
        ),
        NEWCOMERS,
        IDEAS,
    )

    @property
    def matrix(self) -> Matrix:
        return Matrix(
            across=_("Urgency"),
            upwards=_("Importance"),
            quadrants=QUADRANTS,
            things=scored(map(_scored, self.table.ranked)),
            label=_("Importance on the vertical axis, urgency on the horizontal axis"),
        )

    @property
    def ranking(self) -> list[dict[str, Any]]:
        """The strategies by priority, each with its numeral, its score and its verdict."""
        return [
            {
                "strategy": each.strategy,
                "numeral": rank_numeral(each),
                "url": url_of(each.strategy),
                "ranked": each,
                "is_stopped": each.strategy.state in PAUSED,
                "verdict": verdict_chip(judgement(each.strategy)),
            }
            for each in self.table.ranked
            if each.strategy.state != Strategy.State.DROPPED
        ]

    @property
    def ties(self) -> list[str]:
        """Why strategies of the same score stand in this order."""
        return tie_sentences(self.table.ranked)


def _scored(ranked: Ranked) -> Scored | None:
    strategy = ranked.strategy
    if ranked.rank is None or strategy.importance is None or strategy.urgency is None:
        return None
    return Scored(
        ranked.rank,
        strategy.title,
        url_of(strategy),
        across=strategy.urgency,
        upwards=strategy.importance,
        is_filled=strategy.state == Strategy.State.ACTIVE,
    )
