"""What a core goal cannot do without: from where, to where, by when. It is saved without them, and named until then."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django.utils.translation import gettext as _

from planner.models import Goal, Plan
from strategies.goals.targets import Target, targets_of


class Lack(StrEnum):
    """What a core goal is missing; the value is the field."""

    BASELINE = "baseline"
    TARGET = "target"
    DUE = "due"


def lacks(target: Target) -> list[Lack]:
    """What a core goal is missing to say from where to where it goes by when; nothing for a sub-goal.

    A baseline that nobody typed is the level of its metric, where that is known.
    """
    if target.goal.parent_id is not None:
        return []
    values = {Lack.BASELINE: target.baseline, Lack.TARGET: target.goal.target, Lack.DUE: target.goal.due}
    return [lack for lack, value in values.items() if value is None]


def lack_text(lack: Lack) -> str:
    """What is missing, in words."""
    return {
        Lack.BASELINE: _("no baseline (from)"),
        Lack.TARGET: _("no target (to)"),
        Lack.DUE: _("no due date (by when)"),
    }[lack]


def incomplete_goals(plans: Iterable[Plan]) -> dict[int, list[Goal]]:
    """By a plan's id, the core goals that lack something, in three queries for any number of plans."""
    plans = list(plans)
    incomplete: dict[int, list[Goal]] = {plan.pk: [] for plan in plans}
    cores = Goal.objects.filter(plan__in=plans, parent=None).select_related("metric", "segment")
    for target in targets_of(plans, cores):
        if lacks(target):
            incomplete[target.goal.plan_id].append(target.goal)
    return incomplete


def is_incomplete(goal: Goal) -> bool:
    """Whether a goal is a core goal that lacks something: no strategy that serves only such goals is approved."""
    return bool(lacks(targets_of([goal.plan], [goal])[0]))
