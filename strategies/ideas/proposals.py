"""How a strategy is proposed: from an idea of the library, from a key action of a goal, or from a bottleneck alone.

A proposed strategy is linked to the bottleneck and its goals and has their owner; its tasks lie on workdays within the
plan, and call for nobody until it is approved (Decision 15 of the method).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import override

from planner.arithmetic.workdays import laid
from planner.changes import Recording
from planner.models import Bottleneck, Goal, Membership, Plan
from planner.stages import TaskSpec, add_tasks
from strategies.ideas.library import start_of_work
from strategies.ideas.method import KnownIdea, SuggestedTask
from strategies.models import KeyAction, Strategy
from strategies.strategies import add_strategy

LONGEST_TITLE = 120


def strategy_from_idea(log: Recording, bottleneck: Bottleneck, idea: KnownIdea) -> Strategy:
    """Propose a strategy with the tasks that an idea suggests, in the team's language.

    Raises ValidationError where the plan has a strategy from this idea already.
    """
    plan = bottleneck.plan
    if Strategy.objects.filter(plan=plan, idea=idea.key).exists():
        raise ValidationError({"idea": _("“%(title)s” is in this plan already.") % {"title": idea.title}})
    with override(plan.team.language):
        strategy = _propose(
            log,
            plan,
            str(idea.title),
            bottleneck,
            goals_of(bottleneck),
            description=str(idea.purpose),
            resources=str(idea.needs),
            effect_lag_days=idea.lag_days,
            idea=idea.key,
        )
        specs = _specs(plan, idea.steps, strategy.owner)
    add_tasks(log, strategy, specs)
    return strategy


def strategy_from_bottleneck(log: Recording, bottleneck: Bottleneck, title: str) -> Strategy:
    """Propose a strategy against a bottleneck that no idea of the library describes."""
    return _propose(log, bottleneck.plan, title, bottleneck, goals_of(bottleneck))


def strategy_from_action(log: Recording, action: KeyAction) -> Strategy:
    """Propose the strategy that carries out a key action, and link the two.

    Raises ValidationError where the key action has its strategy already.
    """
    if action.strategy is not None and action.strategy.removed_at is None:
        sentence = _("“%(text)s” has its strategy already: “%(title)s”.")
        raise ValidationError({"strategy": sentence % {"text": action.text, "title": action.strategy}})
    goal, text = action.goal, action.text
    is_long = len(text) > LONGEST_TITLE
    action.strategy = _propose(
        log,
        goal.plan,
        f"{text[: LONGEST_TITLE - 1]}…" if is_long else text,
        goal.bottleneck or (goal.parent.bottleneck if goal.parent else None),
        [goal],
        description=text if is_long else "",
    )
    log.save(action)
    return action.strategy


def goals_of(bottleneck: Bottleneck) -> list[Goal]:
    """The goals that name a bottleneck, else those of its metric."""
    goals = Goal.objects.filter(plan=bottleneck.plan_id, parent__removed_at=None).select_related("owner")
    of_metric = goals.filter(metric=bottleneck.metric_id) if bottleneck.metric_id else []
    return list(goals.filter(bottleneck=bottleneck)) or list(of_metric)


def _propose(
    log: Recording, plan: Plan, title: str, bottleneck: Bottleneck | None, goals: list[Goal], **values: Any
) -> Strategy:
    present = bottleneck if bottleneck is not None and bottleneck.removed_at is None else None
    state, owner = Strategy.State.PROPOSED, _owner(goals)
    return add_strategy(log, plan, title, goals, bottleneck=present, owner=owner, state=state, **values)


def _owner(goals: Iterable[Goal]) -> Membership | None:
    """Who owns the first of these goals that somebody of the team owns."""
    owners = (goal.owner for goal in goals if goal.owner is not None)
    return next((owner for owner in owners if owner.removed_at is None), None)


def _specs(plan: Plan, tasks: Sequence[SuggestedTask], owner: Membership | None) -> list[TaskSpec]:
    """The tasks one after the other on the team's workdays, from today or the plan's start to its end."""
    workdays = plan.team.calendar.workdays(start_of_work(plan), plan.end)
    spans = dict(enumerate(laid([task.days for task in tasks], workdays)))
    dates = [spans.get(number, (None, None)) for number in range(len(tasks))]
    return [
        TaskSpec(str(task.description), owner, start, due, str(task.acceptance))
        for task, (start, due) in zip(tasks, dates, strict=True)
    ]
