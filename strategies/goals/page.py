"""The page of Table 2: the table, and beneath it how far the sub-goals cover each core goal."""

from __future__ import annotations

from functools import cached_property

from planner.tables.page import TablePage
from planner.web.live import Piece
from strategies.coverage.shown import ShownCoverage, shown_coverages
from strategies.goals.table import GoalsTable

# What coverage is worked out from.
COVERED = frozenset(
    {
        "planner.goal",
        "planner.metric",
        "planner.segment",
        "planner.planmetric",
        "planner.formula",
        "planner.import",
        "planner.plan",
    }
)


class GoalsPage(TablePage[GoalsTable]):
    template = "strategies/goals.html"
    around = (Piece("coverage", COVERED),)

    @cached_property
    def coverages(self) -> list[ShownCoverage]:
        """The core goals that have sub-goals."""
        return shown_coverages(self.plan)
