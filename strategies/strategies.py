"""How a strategy begins and which goals it serves: by a table, a meeting, a library of ideas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from planner.changes import Recording
from planner.models import Goal, Plan
from planner.models.history import next_order
from strategies.models import ServedGoal, Strategy


def add_strategy(
    log: Recording, plan: Plan, title: str, goals: Iterable[Goal] = (), **values: Any
) -> Strategy:
    """Add a strategy behind the plan's others, which serves these goals; `values` are further fields of it."""
    strategy = Strategy(plan=plan, order=next_order(plan.strategies), title=title, **values)
    log.save(strategy)
    serve(log, strategy, goals)
    return strategy


def serve(log: Recording, strategy: Strategy, goals: Iterable[Goal]) -> None:
    """Make these the goals that a strategy serves; a link that stays keeps its place."""
    links = {link.goal_id: link for link in ServedGoal.objects.filter(strategy=strategy)}
    for goal in goals:
        if links.pop(goal.pk, None) is None:
            log.save(ServedGoal(strategy=strategy, goal=goal))
    for link in links.values():
        log.remove(link)
