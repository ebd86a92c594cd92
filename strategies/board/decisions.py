"""What is decided about a strategy: approve, pause, drop, propose again (Decision 15 of the method), and its fallback.

Who decided, when and why stands in the change log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from planner import stages, words
from planner.changes import Recording
from planner.models import Change, Goal, Plan
from strategies.goals import completeness
from strategies.goals.targets import Target, targets
from strategies.models import LeadMeasure, Strategy

State = Strategy.State
# Those that can be chosen as a fallback, or paired with.
RUNNABLE = (State.PROPOSED, State.ACTIVE, State.PAUSED)
# By the present state, those that a decision on the strategy's page can lead to.
NEXT: Mapping[str, tuple[str, ...]] = {
    State.PROPOSED: (State.ACTIVE, State.DROPPED),
    State.ACTIVE: (State.PAUSED, State.DROPPED),
    State.PAUSED: (State.ACTIVE, State.PROPOSED, State.DROPPED),
    State.DROPPED: (State.PROPOSED,),
    State.STANDARDISED: (),
}
_LABEL = Strategy._meta.label_lower


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that a strategy needs before it can be approved, and the click that adds it."""

    name: str
    text: str
    verb: str
    url: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One change of the state of a strategy, from the change log."""

    change: Change
    state: str
    why: str


def lacks(strategy: Strategy) -> list[Lack]:
    """What a strategy lacks before it can be approved; none where all is there."""
    return lacks_of(strategy.plan, [strategy])[strategy.pk]


def lacks_of(plan: Plan, strategies: Sequence[Strategy]) -> dict[int, list[Lack]]:
    """By a strategy's id, what it lacks before it can be approved; a constant number of queries."""
    goals = {goal.pk: goal for strategy in strategies for goal in strategy.goals}
    figures = {target.goal.pk: target for target in targets(plan, goals.values(), plan.team.today())}
    measured = set(LeadMeasure.objects.filter(strategy__in=strategies).values_list("strategy", flat=True))
    tasks = stages.tasks_of(strategies)
    return {
        strategy.pk: _lacks(
            strategy,
            [figures[goal.pk] for goal in strategy.goals],
            has_lead=strategy.pk in measured,
            has_standard=any(task.acceptance.strip() for task in tasks[strategy.pk]),
        )
        for strategy in strategies
    }


def _lacks(strategy: Strategy, served: Sequence[Target], *, has_lead: bool, has_standard: bool) -> list[Lack]:
    plan, own = strategy.plan, reverse("strategy", args=[strategy.plan_id, strategy.pk])
    found = []
    if strategy.owner is None or strategy.owner.removed_at is not None:
        found.append(Lack("owner", _("An owner"), _("Assign"), f"{own}#owner"))
    incomplete = [target.goal for target in served if completeness.lacks(target)]
    complete = [target.goal for target in served if target.goal not in incomplete]
    if incomplete and not complete:
        found.append(_completing(plan, incomplete))
    elif not has_lead and not any(goal.metric_id and goal.target is not None for goal in complete):
        found.append(_measuring(plan, own, complete))
    if not has_standard:
        url = f"{reverse('tracking', args=[plan.pk])}#strategy-{strategy.pk}"
        found.append(Lack("task", _("A task with an acceptance standard"), _("Add task"), url))
    return found


def _completing(plan: Plan, goals: Sequence[Goal]) -> Lack:
    text = _("A complete goal: “%(name)s” needs a baseline, a target and a due date") % {"name": goals[0]}
    return Lack("goal", text, _("Complete goal"), f"{reverse('goals', args=[plan.pk])}#core-{goals[0].pk}")


def _measuring(plan: Plan, own: str, goals: Sequence[Goal]) -> Lack:
    if not goals:
        return Lack(
            "goal", _("A goal that can be measured, or a lead measure"), _("Link goal"), f"{own}#goals"
        )
    text = _("A metric and a target for “%(name)s”, or a lead measure") % {"name": goals[0]}
    key = f"{'part' if goals[0].parent_id else 'core'}-{goals[0].pk}"
    return Lack("goal", text, _("Set target"), f"{reverse('goals', args=[plan.pk])}#{key}")


def approve(log: Recording, strategy: Strategy, why: str = "") -> Strategy:
    """Make a proposed or paused strategy active. Raises ValidationError beside `state` for what it lacks."""
    if strategy.state == State.DROPPED:
        raise ValidationError(
            {"state": _("This strategy is dropped. Propose it again before you approve it.")}
        )
    if strategy.state != State.ACTIVE and (missing := lacks(strategy)):
        named = words.listed((lack.text for lack in missing), most=None)
        raise ValidationError(
            {"state": _("Before approval, this strategy needs: %(what)s.") % {"what": named}}
        )
    return _set_state(log, strategy, State.ACTIVE, why)


def pause(log: Recording, strategy: Strategy, why: str) -> Strategy:
    """Pause a strategy for a reason; its tasks are silent until it is approved again."""
    return _set_state(log, strategy, State.PAUSED, _reason(why))


def drop(log: Recording, strategy: Strategy, why: str) -> Strategy:
    """Drop a strategy for a reason. It is nobody's fallback any more."""
    _set_state(log, strategy, State.DROPPED, _reason(why))
    for other in Strategy.objects.filter(plan=strategy.plan_id, fallback=strategy):
        other.fallback = None
        log.save(other)
    return strategy


def propose(log: Recording, strategy: Strategy, why: str = "") -> Strategy:
    """Propose a strategy again."""
    return _set_state(log, strategy, State.PROPOSED, why)


def standardise(log: Recording, strategy: Strategy, why: str = "") -> Strategy:
    """Keep what the strategy does as a standard of the team."""
    return _set_state(log, strategy, State.STANDARDISED, why)


VERBS = {
    State.ACTIVE: approve,
    State.PAUSED: pause,
    State.DROPPED: drop,
    State.PROPOSED: propose,
    State.STANDARDISED: standardise,
}


def change_state(log: Recording, strategy: Strategy, state: str, why: str = "") -> Strategy:
    """Decide that a strategy has this state from now on, by the verb that leads there."""
    return VERBS[State(state)](log, strategy, why)


def choose_fallback(log: Recording, strategy: Strategy, fallback: Strategy | None) -> Strategy:
    """Say which strategy takes over if this one fails. Raises ValidationError for a dropped one, and for a loop."""
    if fallback is not None and fallback.state not in RUNNABLE:
        text = _("“%(name)s” is %(state)s, so it cannot be a fallback. Choose another one.")
        params = {"name": fallback, "state": str(fallback.get_state_display()).lower()}
        raise ValidationError({"fallback": text % params})
    strategy.fallback = fallback
    log.save(strategy)
    return strategy


def pair(log: Recording, strategy: Strategy, fast: Strategy | None) -> Strategy:
    """Pair a slow strategy with a fast one, which shows results until the slow one does."""
    if fast is not None and fast.pk == strategy.pk:
        raise ValidationError({"pair": _("A strategy cannot be paired with itself. Choose another one.")})
    strategy.pair = fast
    log.save(strategy)
    return strategy


def decisions(history: Iterable[Change], strategy: Strategy) -> list[Decision]:
    """What was decided about a strategy, the last first, from its `history`, the last change first."""
    own = [change for change in history if (change.model, change.object_id) == (_LABEL, strategy.pk)]
    found = [Decision(change, _label(change.new), change.why) for change in own if change.field == "state"]
    first = found[-1].change.old if found else strategy.state
    begun = [change for change in own if change.action == Change.Action.ADD]
    return [*found, *(Decision(change, _label(first), change.why) for change in begun)]


def _label(state: Any) -> str:
    return str(State(state).label) if state in State.values else str(state)


def _reason(why: str) -> str:
    if not why.strip():
        raise ValidationError({"reason": _("Enter a reason: it stays in the history.")})
    return why.strip()


def _set_state(log: Recording, strategy: Strategy, state: str, why: str) -> Strategy:
    log.why = why or log.why
    strategy.state = state
    log.save(strategy)
    return strategy


def fallback_of(strategy: Strategy) -> Strategy | None:
    """The present fallback of a strategy."""
    fallback = strategy.fallback
    return None if fallback is None or fallback.removed_at is not None else fallback
