"""Adding and changing goals with their key actions; two of the three figures give the third."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic import goals
from planner.arithmetic.quantities import edit_text
from planner.changes import Recording
from planner.models import Goal, Metric, Plan
from planner.models.history import next_order
from strategies.goals.revisions import asks_for_reason
from strategies.goals.targets import GROWTHS, is_rate, level_before
from strategies.models import KeyAction

FIGURES = ("baseline", "growth", "target")
# Values that are not fields of a goal to be set: a growth is computed from the other two, key actions have rows of
# their own, the reason for a new target stands in the log, and who moves beneath another core goal goes by a verb.
DERIVED = ("growth", "actions", "why", "parent")


class Step(NamedTuple):
    """A key action as it is typed: its words, and the id of the strategy it points to."""

    text: str
    strategy: int | None = None


def add_goal(log: Recording, plan: Plan, name: str, metric: Metric | None = None, **values: Any) -> Goal:
    """Add a core goal behind the plan's goals, due at its end and starting at its metric's level unless `values` say
    otherwise; they are as those of `change_goal`."""
    goal = Goal(plan=plan, parent=values.pop("parent", None), order=next_order(plan.goals), due=plan.end)
    return change_goal(log, goal, {"name": name, "metric": metric, **values})


def add_sub_goal(log: Recording, core: Goal, name: str, metric: Metric | None = None, **values: Any) -> Goal:
    """Add a dimension of a core goal, as `add_goal` does. Raises ValidationError for a dimension of a dimension."""
    if core.parent_id is not None:
        raise ValidationError({"parent": _("A sub-goal belongs to a core goal, not to another sub-goal.")})
    return add_goal(log, core.plan, name, metric, parent=core, **values)


def change_goal(log: Recording, goal: Goal, values: Mapping[str, Any]) -> Goal:
    """Give a goal these values, by field; `actions` are its key actions as Steps.

    With a `growth`, in the unit of its kind, baseline and target are settled, see `settle`. A new metric brings its
    unit, and its level as the baseline, where the goal has none. A target that was set on an earlier day is revised:
    `why` says the reason (Decision 8 of the method). Raises ValidationError by field.
    """
    was = copy.copy(goal)
    for name, value in values.items():
        if name not in DERIVED:
            setattr(goal, name, value)
    if "metric" in values:
        start_at_the_level(goal)
    if goal.kind in GROWTHS and values.get("growth") is not None:
        typed = [name for name in FIGURES if name in values]
        goal.baseline, goal.target = settle(
            goal, goal.kind, goal.baseline, values["growth"], goal.target, typed
        )
    _save_with_reason(log, goal, was, values.get("why") or "")
    if (core := values.get("parent")) is not None and core != goal.parent:
        move_beneath(log, goal, core)
    if "actions" in values:
        write_actions(log, goal, values["actions"])
    return goal


def _save_with_reason(log: Recording, goal: Goal, was: Goal, why: str) -> None:
    """Save a goal as it is now; the reason stands beside each change of a target, and of that alone."""
    kept = log.why
    if goal.target != was.target:
        if not (why or log.why) and asks_for_reason(was):
            raise ValidationError({"why": _("Enter a reason: this target was set before today.")})
        log.why = why or log.why
    log.save(goal)
    log.why = kept


def move_goal(log: Recording, goal: Goal, step: int) -> Goal:
    """Move a goal one place up (−1) or down (1) among its neighbours.

    A sub-goal that is the first or the last of its core goal goes to the core goal before or after.
    """
    siblings = _siblings(goal)
    at = siblings.index(goal) + step
    if 0 <= at < len(siblings):
        siblings.remove(goal)
        siblings.insert(at, goal)
        _write_order(log, siblings)
        return goal
    if goal.parent is None:
        return goal
    cores = list(Goal.objects.filter(plan=goal.plan_id, parent=None))
    beside = cores.index(goal.parent) + step
    return move_beneath(log, goal, cores[beside], at_end=step < 0) if 0 <= beside < len(cores) else goal


def move_beneath(log: Recording, goal: Goal, core: Goal, *, at_end: bool = True) -> Goal:
    """Make a goal the first or the last sub-goal of a core goal. Raises ValidationError beside `parent`."""
    if core.pk == goal.pk:
        raise ValidationError({"parent": _("A goal can't be its own sub-goal.")})
    if core.parent_id is not None:
        raise ValidationError({"parent": _("A sub-goal belongs to a core goal, not to another sub-goal.")})
    if Goal.objects.filter(parent=goal.pk).exists():
        raise ValidationError(
            {"parent": _("This core goal has sub-goals. Move them to another core goal first.")}
        )
    siblings = [part for part in Goal.objects.filter(parent=core) if part != goal]
    goal.parent = core
    siblings.insert(len(siblings) if at_end else 0, goal)
    _write_order(log, siblings)
    log.save(goal)
    return goal


def _siblings(goal: Goal) -> list[Goal]:
    """The goals that stand beside a goal, and itself, in their order."""
    found = Goal.objects.filter(plan=goal.plan_id, parent=goal.parent_id).order_by("order", "pk")
    return [goal if sibling.pk == goal.pk else sibling for sibling in found]


def _write_order(log: Recording, goals: Sequence[Goal]) -> None:
    """Let goals stand in this order: they exchange their positions, or get new ones where two are alike."""
    orders = sorted(goal.order for goal in goals)
    if len(set(orders)) < len(orders):
        orders = list(range(1, len(goals) + 1))
    for goal, order in zip(goals, orders, strict=True):
        if goal.order != order:
            goal.order = order
            log.save(goal)


def settle(
    goal: Goal,
    kind: str,
    baseline: Decimal | None,
    growth: Decimal | None,
    target: Decimal | None,
    typed: Collection[str],
) -> tuple[Decimal | None, Decimal | None]:
    """Baseline and target of a goal, of which one may follow from the growth (Decision 5 of the method).

    `typed` names the figures that somebody gives now: they win over those that the goal had. A growth without a typed
    baseline is one of the metric's level, which is not stored as the baseline, so that it moves on until the plan
    starts. Raises ValidationError beside `target` for three that do not fit together, beside `growth` for a growth
    alone.
    """
    given_names = {"amount" if name == "growth" else name for name in typed}
    start = baseline
    if baseline is None and (target is None or given_names == {"amount"}):
        start = level_before(goal, goal.plan.team.today())
    try:
        settled, target = goals.settle_goal(kind, start, growth, target, given_names)
    except goals.GoalDisagrees as error:
        text = _(
            "Baseline and growth give a target of %(target)s. Clear one of the three to have it calculated."
        )
        target_text = edit_text(error.target, rate=is_rate(kind, goal.metric), language=words.language())
        raise ValidationError({"target": text % {"target": target_text}}) from error
    except goals.GoalTooLarge as error:
        text = _("This growth gives a value of more than 14 digits. Check the numbers.")
        raise ValidationError({"growth": text}) from error
    except ValueError as error:
        text = _("Enter a baseline or a target.")
        raise ValidationError({"growth": text}) from error
    return (baseline if settled == start else settled), target


def start_at_the_level(goal: Goal) -> None:
    """Take the unit of the goal's metric, and once its plan has started its level before it as the baseline."""
    metric = goal.metric
    if metric is None:
        return
    goal.unit = goal.unit or ("" if goal.kind == Goal.Kind.SHARE else metric.unit)
    today = goal.plan.team.today()
    if goal.baseline is None and goal.plan.start <= today:
        goal.baseline = level_before(goal, today)


def write_actions(log: Recording, goal: Goal, steps: Iterable[Step]) -> None:
    """Make a goal's key actions these; one whose words stayed keeps its identity, and so its history."""
    existing = list(KeyAction.objects.filter(goal=goal))
    by_text = {action.text: action for action in reversed(existing)}
    steps = list(steps)
    matched = [by_text.pop(step.text, None) for step in steps]
    unmatched = [action for action in existing if action not in matched]
    for order, (step, action) in enumerate(zip(steps, matched, strict=True), start=1):
        action = action or (unmatched.pop(0) if unmatched else KeyAction(goal=goal))
        action.order, action.text, action.strategy_id = order, step.text, step.strategy
        log.save(action)
    for action in unmatched:
        log.remove(action)
