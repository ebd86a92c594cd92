"""How a strategy begins, whoever adds it: a table, a meeting, a library of ideas."""

from __future__ import annotations

from typing import Any

from planner.changes import Recording
from planner.models import Plan
from planner.models.history import next_order
from strategies.models import Strategy


def add_strategy(log: Recording, plan: Plan, title: str, **values: Any) -> Strategy:
    """Add a strategy behind the plan's others; `values` are further fields of it."""
    strategy = Strategy(plan=plan, order=next_order(plan.strategies), title=title, **values)
    log.save(strategy)
    return strategy
