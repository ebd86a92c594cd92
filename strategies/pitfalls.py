"""What Table 2 lacks: goals without a measure or an owner, gaps without a goal."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, ngettext_lazy

from planner.pitfalls import Pitfall

MOST_CORE_GOALS = 3

TOO_MANY_CORE_GOALS = Pitfall(
    "too_many_core_goals",
    "goals",
    gettext_lazy("%(n)d core goals"),
    gettext_lazy("A plan that wants everything gets none of it: three at the most."),
    gettext_lazy("Narrow down"),
)
GOAL_WITHOUT_MEASURE = Pitfall(
    "goal_without_measure",
    "goals",
    ngettext_lazy("%(n)d goal has no metric or no target", "%(n)d goals have no metric or no target", "n"),
    gettext_lazy("What is not measured cannot be reached."),
    gettext_lazy("Set target"),
)
GOAL_WITHOUT_OWNER = Pitfall(
    "goal_without_owner",
    "goals",
    ngettext_lazy("%(n)d goal has no owner or no date", "%(n)d goals have no owner or no date", "n"),
    gettext_lazy("A goal of everybody is a goal of nobody."),
    gettext_lazy("Assign"),
)
GAP_WITHOUT_GOAL = Pitfall(
    "gap_without_goal",
    "goals",
    ngettext_lazy("No goal answers the gap of %(names)s", "No goal answers the gaps of %(names)s", "n"),
    gettext_lazy("A gap that no goal speaks of will be there next quarter."),
    gettext_lazy("Add goal"),
)
