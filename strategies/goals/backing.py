"""What stands behind the targets of a table: their history, their outlook, their answers and their coverage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from planner.models import Goal, Plan
from strategies.coverage.cuts import coverages
from strategies.goals.agreed import Agreement
from strategies.goals.outlook import Outlook, outlooks
from strategies.goals.revisions import TargetHistory, target_histories
from strategies.goals.targets import Target


@dataclass(frozen=True, slots=True)
class Backing:
    """By a goal's id, what stands behind its target; `covered` are the core goals that their sub-goals cover."""

    outlooks: Mapping[int, Outlook]
    histories: Mapping[int, TargetHistory]
    covered: Collection[int] = ()

    def agreement(self, target: Target) -> Agreement:
        goal = target.goal
        answers = list(goal.answers.all())
        return Agreement(target, answers, self.histories[goal.pk], self.outlooks.get(goal.pk))


def backing_of(plan: Plan, figures: Sequence[Target], today: dt.date) -> Backing:
    """What stands behind these targets of a plan, in a constant number of queries; the goals come with their answers.

    The coverage of core goals is looked at where one of them lies beyond its outlook: nothing else asks for it.
    """
    goals = [target.goal for target in figures]
    found = outlooks(plan, goals, today)
    asks = any(goal.parent_id is None and _lies_beyond(goal, found.get(goal.pk)) for goal in goals)
    covered = covered_goals(plan) if asks else frozenset()
    return Backing(found, target_histories(plan.team, goals), covered)


def _lies_beyond(goal: Goal, outlook: Outlook | None) -> bool:
    if outlook is None or goal.target is None:
        return False
    return not outlook.is_short and outlook.lies_beyond(goal.target, goal.way)


def covered_goals(plan: Plan) -> frozenset[int]:
    """The ids of the core goals that the sub-goals of one of their cuts cover, all of whose figures are known."""
    bars = [bar for core in coverages(plan) for cut in core.cuts for bar in cut.bars]
    return frozenset(
        bar.core.goal.pk for bar in bars if not bar.coverage.uncovered and not bar.coverage.unknown
    )
