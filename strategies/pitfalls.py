"""The pitfalls of Table 2: goals without a measure or an owner, gaps without a goal."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, ngettext_lazy

from planner.pitfalls import Pitfall

MOST_CORE_GOALS = 3

TOO_MANY_CORE_GOALS = Pitfall(
    "too_many_core_goals",
    "goals",
    gettext_lazy("More than three core goals (%(n)d)"),
    gettext_lazy("With more than three, people and budget are spread too thin."),
    gettext_lazy("Narrow down"),
)
GOAL_WITHOUT_MEASURE = Pitfall(
    "goal_without_measure",
    "goals",
    ngettext_lazy(
        "%(n)d goal is missing a metric or a target", "%(n)d goals are missing a metric or a target", "n"
    ),
    gettext_lazy("Without a metric and a target, progress can't be measured."),
    gettext_lazy("Set target"),
)
GOAL_WITHOUT_OWNER = Pitfall(
    "goal_without_owner",
    "goals",
    ngettext_lazy(
        "%(n)d goal is missing an owner or a due date", "%(n)d goals are missing an owner or a due date", "n"
    ),
    gettext_lazy("Without an owner and a due date, nobody follows it up."),
    gettext_lazy("Assign"),
)
GAP_WITHOUT_GOAL = Pitfall(
    "gap_without_goal",
    "goals",
    ngettext_lazy(
        "%(names)s has a target but no goal", "%(n)d metrics have targets but no goal: %(names)s", "n"
    ),
    gettext_lazy("Without a goal, any gap will still be there next quarter."),
    gettext_lazy("Add goal"),
)
