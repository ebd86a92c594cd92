"""The pitfalls of goals by themselves: core goals that are incomplete, goals that fail a letter of SMART."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy, ngettext_lazy

from planner import words
from planner.models import Goal
from planner.pitfalls import Occurrences, Pitfall

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


def goal_pitfalls(
    incomplete: Sequence[Goal], failing: Sequence[tuple[Goal, str]]
) -> dict[Pitfall, Occurrences]:
    """What of a plan meets these pitfalls; `failing` goals come with their letters."""
    return {
        INCOMPLETE_CORE_GOAL: _goals_met(incomplete, [goal.name for goal in incomplete]),
        GOAL_NOT_SMART: _goals_met(
            [goal for goal, _letters in failing], [f"{goal.name} ({letters})" for goal, letters in failing]
        ),
    }


def _goals_met(goals: Sequence[Goal], names: Sequence[str]) -> Occurrences:
    """Goals of Table 2, the first of which is shown."""
    first = goals[0] if goals else None
    row = "" if first is None else f"{'part' if first.parent_id else 'core'}-{first.pk}"
    return Occurrences(len(goals), {"names": words.listed(names)}, row)
