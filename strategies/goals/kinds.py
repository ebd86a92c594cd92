"""The two kinds of row of Table 2: core goals, and the sub-goals beneath them."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import Prefetch, QuerySet

from planner import access
from planner.changes import Recording
from planner.models import Goal, Plan
from planner.tables.kinds import RowKind
from planner.tables.shows import ALL, Shows
from strategies.goals.forms import AddCoreForm, AddPartForm, CoreForm, GoalForm, PartForm
from strategies.goals.goals import move_goal
from strategies.models import KeyAction, TargetAnswer

# What a goal shows besides itself: its key actions and their strategies, its owner, and what its figures come from.
SHOWN_BY_GOALS: Shows = {
    "strategies.keyaction": ("key_actions",),
    "strategies.strategy": ("key_actions__strategy",),
    "planner.membership": ALL,
    "planner.metric": ("metric",),
    "planner.segment": ("segment",),
    "planner.bottleneck": ("bottleneck",),
    "strategies.targetanswer": ("answers",),
    "planner.planmetric": ALL,
    "planner.plan": ("plan",),
    "planner.import": ALL,
}


# What the cells of every goal edit, but for the first one.
EDITS = {
    "target": GoalForm.FIGURES,
    "owner": ("owner",),
    "due": ("due",),
    "actions": ("actions",),
}


class CoreKind(RowKind):
    """A core goal, the head of its dimensions."""

    name = "core"
    strand = "goal"
    form: ClassVar[type[GoalForm]] = CoreForm
    add_form = AddCoreForm
    edits = {"core": CoreForm.NAMES, **EDITS}

    moves = True
    rights = access.Rights(access.may_edit_goal, fields={"why_achievable": access.may_answer_target})
    shows = {
        **SHOWN_BY_GOALS,
        # Its sub-goals may cover it: what their figures come from shows as well.
        "planner.goal": ("pk", "parts"),
        "planner.metric": ("metric", "parts__metric"),
        "planner.segment": ("segment", "parts__segment"),
        "planner.planmetric": ALL,
        "planner.formula": ALL,
        "strategies.keyaction": ("key_actions", "parts__key_actions"),
    }

    def objects(self, plan: Plan) -> QuerySet[Goal]:
        return goals_of(plan).filter(parent=None)

    def with_removed(self, plan: Plan) -> QuerySet[Goal]:
        return Goal.with_removed.filter(plan=plan, parent=None)

    def move(self, log: Recording, obj: Goal, step: int) -> None:
        move_goal(log, obj, step)


class PartKind(CoreKind):
    """A dimension of a core goal."""

    name = "part"
    beneath = "core"
    form = PartForm
    edits = {"core": PartForm.NAMES, **EDITS}
    add_form = AddPartForm
    spans = {"core": 2}
    shows = {**SHOWN_BY_GOALS, "planner.goal": ("pk", "parent")}

    def objects(self, plan: Plan) -> QuerySet[Goal]:
        return goals_of(plan).exclude(parent=None)

    def with_removed(self, plan: Plan) -> QuerySet[Goal]:
        return Goal.with_removed.filter(plan=plan).exclude(parent=None)


KINDS: dict[str, RowKind] = {"core": CoreKind(), "part": PartKind()}


def goals_of(plan: Plan) -> QuerySet[Goal]:
    """The plan's goals with all that a row of Table 2 shows."""
    actions = KeyAction.objects.select_related("strategy")
    answers = TargetAnswer.objects.select_related("by", "decided_by")
    goals = Goal.objects.filter(plan=plan, parent__removed_at=None)
    return goals.select_related(
        "plan", "metric", "segment", "owner", "bottleneck", "parent"
    ).prefetch_related(Prefetch("key_actions", queryset=actions), Prefetch("answers", queryset=answers))


def row_key(goal: Goal) -> str:
    """The key of a goal's row."""
    return KINDS["core" if goal.parent_id is None else "part"].key(goal.pk)
