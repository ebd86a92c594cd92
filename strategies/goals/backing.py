"""What stands behind the targets of a table: their history, their outlook, their answers and their coverage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from planner.models import Plan
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
    """What stands behind these targets of a plan, in two queries; the goals come with their answers."""
    goals = [target.goal for target in figures]
    return Backing(outlooks(plan, goals, today), target_histories(plan.team, goals))
