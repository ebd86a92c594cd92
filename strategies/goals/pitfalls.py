"""The pitfalls of goals by themselves: core goals that are incomplete, goals that fail a letter of SMART."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy, ngettext_lazy

from planner import words
from planner.models import Goal, Plan
from planner.pitfalls import Occurrences, Pitfall
from strategies.goals.completeness import incomplete_goals
from strategies.goals.kinds import row_key
from strategies.goals.smart import failing_goals

INCOMPLETE_CORE_GOAL = Pitfall(
    "incomplete_core_goal",
    "goals",
    ngettext_lazy(
        "The core goal “%(names)s” has no baseline, target or due date",
        "%(n)d core goals have no baseline, target or due date: %(names)s",
        "n",
    ),
    gettext_lazy("Without a baseline, target and due date, no strategy for it can be approved."),
    gettext_lazy("Complete"),
)
GOAL_NOT_SMART = Pitfall(
    "goal_not_smart",
    "goals",
    ngettext_lazy("%(names)s fails a letter of SMART", "%(n)d goals fail a letter of SMART: %(names)s", "n"),
    gettext_lazy("Vague goals don't get done."),
    gettext_lazy("View"),
)


def goal_pitfalls(plans: Sequence[Plan]) -> dict[int, dict[Pitfall, Occurrences]]:
    """By a plan's id, how it meets these pitfalls; goals that fail SMART are named with their letters."""
    incomplete, failing = incomplete_goals(plans), failing_goals(plans)
    return {
        plan.pk: {
            INCOMPLETE_CORE_GOAL: _goals_met(
                incomplete[plan.pk], [goal.name for goal in incomplete[plan.pk]]
            ),
            GOAL_NOT_SMART: _goals_met(
                [goal for goal, _letters in failing[plan.pk]],
                [f"{goal.name} ({letters})" for goal, letters in failing[plan.pk]],
            ),
        }
        for plan in plans
    }


def _goals_met(goals: Sequence[Goal], names: Sequence[str]) -> Occurrences:
    """Goals of Table 2, the first of which is shown."""
    row = row_key(goals[0]) if goals else ""
    return Occurrences(len(goals), {"names": words.listed(names)}, row)
