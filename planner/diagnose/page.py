"""The page of Table 1: the table, and beneath it the analysis."""

from __future__ import annotations

from functools import cached_property

from planner import access
from planner.diagnose.analysis.page import Analysis
from planner.diagnose.forms import MonthsForm
from planner.diagnose.table import StatusTable
from planner.tables.page import TablePage
from planner.web.live import Piece

# What the analysis is worked out from.
ANALYSED = frozenset(
    {
        "planner.import",
        "planner.sourcecheck",
        "planner.metric",
        "planner.segment",
        "planner.planmetric",
        "planner.formula",
        "planner.plan",
    }
)


class DiagnosePage(TablePage[StatusTable]):
    template = "diagnose/diagnose.html"
    around = tuple(Piece(name, ANALYSED) for name in ("months", "flags", "trend", "drivers", "known"))

    @property
    def months_form(self) -> MonthsForm | None:
        """The setting of the months of the whole table, for who may change it; None for an empty table."""
        may_set = access.may_diagnose(self.table.member) and self.table.standings
        return MonthsForm(table=self.table) if may_set else None

    @cached_property
    def analysis(self) -> Analysis:
        """The analysis with the choices of the address."""
        return Analysis(self.plan, self.params, self.table.standings)
