"""What this stage has on the thread from metric to task: goals and strategies."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy

from planner.diagnose.thread import measured_above
from planner.models import Goal, Plan
from planner.stages import Knot, Strand
from strategies.goals.kinds import row_key
from strategies.models import KeyAction, ServedGoal, Strategy


def _goals(plan: Plan) -> list[Knot]:
    """The goals, each core goal before its sub-goals, and through them their bottlenecks."""
    goals = Goal.objects.filter(plan=plan, parent__removed_at=None).order_by("order", "pk")
    through: dict[int, list[tuple[str, int]]] = {}
    for goal in goals:
        if goal.parent_id is not None and goal.bottleneck_id is not None:
            through.setdefault(goal.parent_id, []).append(("bottleneck", goal.bottleneck_id))
    in_order = sorted(goals, key=lambda goal: goal.parent_id is not None)
    return [_goal(goal, plan, through.get(goal.pk, ())) for goal in in_order]


def _goal(goal: Goal, plan: Plan, through: Iterable[tuple[str, int]]) -> Knot:
    above = measured_above(goal.metric_id)
    if goal.bottleneck_id is not None:
        above += (("bottleneck", goal.bottleneck_id),)
    if goal.parent_id is not None:
        above += (("goal", goal.parent_id),)
    url = f"{reverse('goals', args=[plan.pk])}?thread=goal-{goal.pk}#{row_key(goal)}"
    return Knot(goal.pk, goal.name, url, above, tuple(through))


def _strategies(plan: Plan) -> list[Knot]:
    """The strategies, each below the goals that it serves or carries out a key action of, and its bottleneck."""
    above: dict[int, set[tuple[str, int]]] = {}
    links: tuple[QuerySet[ServedGoal] | QuerySet[KeyAction], ...] = (
        ServedGoal.objects.filter(strategy__plan=plan),
        KeyAction.objects.filter(strategy__plan=plan),
    )
    for rows in links:
        for of, goal in rows.values_list("strategy", "goal"):
            above.setdefault(of, set()).add(("goal", goal))
    knots = []
    for strategy in Strategy.objects.filter(plan=plan).order_by("order", "pk"):
        places = sorted(above.get(strategy.pk, ()))
        if strategy.bottleneck_id is not None:
            places.append(("bottleneck", strategy.bottleneck_id))
        url = reverse("strategy", args=[plan.pk, strategy.pk])
        note = str(strategy.get_state_display()) if strategy.is_silent else ""
        knots.append(Knot(strategy.pk, strategy.title, url, tuple(places), note=note))
    return knots


STRANDS = (
    Strand(
        "goal",
        pgettext_lazy("thread", "Goal"),
        gettext_lazy("No goal"),
        "goals",
        _goals,
        frozenset({"planner.goal"}),
    ),
    Strand(
        "strategy",
        pgettext_lazy("thread", "Strategy"),
        gettext_lazy("No strategy"),
        "strategies",
        _strategies,
        frozenset({"strategies.strategy", "strategies.servedgoal", "strategies.keyaction"}),
    ),
)
