"""What strategize adds to a plan of the demo: cuts, effects, lead measures, questions, pools and what they give."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from planner import changes
from planner.models import Leave, Membership
from strategies.models import (
    Allocation,
    LeadMeasure,
    LeadValue,
    Pool,
    Question,
    ServedGoal,
    Spending,
    TargetAnswer,
)

if TYPE_CHECKING:
    from reviews.demo.build import PlanBuilder


class Means(NamedTuple):
    """The figures of one plan, see reviews/demo/figures.py."""

    cuts: Mapping[str, tuple[str, bool]]
    effects: Mapping[str, tuple[int, Sequence[str], str | None, str | None]]
    efforts: Mapping[str, Decimal]
    pools: Sequence[tuple[str, str, Decimal | None]]
    allocations: Sequence[tuple[Any, ...]]
    leads: Sequence[tuple[str, str, int, Sequence[int]]] = ()
    questions: Sequence[tuple[str, str, str, int]] = ()
    spendings: Sequence[tuple[str, str, int, Decimal]] = ()
    answer: tuple[str, Decimal, int] | None = None


def add_means(plan: PlanBuilder, means: Means) -> None:
    """Add these to a plan whose goals and strategies stand."""
    _cuts(plan, means)
    _effects(plan, means)
    _leads(plan, means)
    for strategy, dimension, owner, days in means.questions:
        plan.log.save(
            Question(
                plan=plan.plan,
                strategy=plan.strategies[strategy],
                dimension=dimension,
                owner=plan.team.cast[owner],
                due=plan.team.today + dt.timedelta(days=days),
                **plan.words.questions[strategy]._asdict(),
            )
        )
    _pools(plan, means)
    if means.answer:
        _answer(plan, *means.answer)


def _cuts(plan: PlanBuilder, means: Means) -> None:
    core = plan.goals["core"]
    core.company_goal = plan.words.company_goal
    plan.log.save(core)
    for key, (cut, adds_up) in means.cuts.items():
        goal = plan.goals[key]
        goal.cut, goal.adds_up = cut, adds_up
        plan.log.save(goal)


def _effects(plan: PlanBuilder, means: Means) -> None:
    for key, (lag, goals, fallback, pair) in means.effects.items():
        strategy = plan.strategies[key]
        strategy.effect_lag_days = lag
        strategy.fallback = plan.strategies[fallback] if fallback else None
        strategy.pair = plan.strategies[pair] if pair else None
        plan.log.save(strategy)
        for goal in goals:
            plan.log.save(ServedGoal(strategy=strategy, goal=plan.goals[goal]))


def _leads(plan: PlanBuilder, means: Means) -> None:
    """Lead measures with the values of the last weeks that are over."""
    today = plan.team.today
    monday = today - dt.timedelta(days=today.weekday())
    for strategy, owner, target, values in means.leads:
        member = plan.team.cast[owner]
        measure = LeadMeasure(
            strategy=plan.strategies[strategy],
            owner=member,
            weekly_target=Decimal(target),
            **plan.words.leads[strategy]._asdict(),
        )
        plan.log.save(measure)
        for back, value in enumerate(reversed(values), start=1):
            week = monday - dt.timedelta(weeks=back)
            plan.log.save(LeadValue(measure=measure, week=week, value=Decimal(value), by=member))


def _pools(plan: PlanBuilder, means: Means) -> None:
    pools, allocations = {}, {}
    for order, (key, kind, amount) in enumerate(means.pools, start=1):
        pools[key] = Pool(plan=plan.plan, order=order, kind=kind, name=plan.words.pools[key], amount=amount)
        plan.log.save(pools[key])
    for pool, strategy, amount, minimum, maximum, member in means.allocations:
        allocation = Allocation(
            pool=pools[pool],
            strategy=plan.strategies[strategy],
            amount=amount,
            minimum=minimum,
            maximum=maximum,
            member=plan.team.cast[member] if member else None,
        )
        plan.log.save(allocation)
        allocations[pool, strategy] = allocation
    for pool, strategy, days, amount in means.spendings:
        plan.log.save(
            Spending(
                allocation=allocations[pool, strategy],
                day=plan.team.today - dt.timedelta(days=days),
                amount=amount,
                note=plan.words.spendings[strategy],
            )
        )


def _answer(plan: PlanBuilder, key: str, value: Decimal, days: int) -> None:
    goal = plan.goals[key]
    plan.log.save(
        TargetAnswer(
            goal=goal,
            by=goal.owner,
            made_on=plan.team.today - dt.timedelta(days=days),
            proposed=goal.target,
            value=value,
            reason=plan.words.answer,
        )
    )


def add_leave(
    log: changes.Recording,
    cast: Mapping[str, Membership],
    leaves: Sequence[tuple[str, int, int]],
    today: dt.date,
) -> None:
    """The leave of members, from and to in days from today."""
    for key, first, last in leaves:
        start, end = today + dt.timedelta(days=first), today + dt.timedelta(days=last)
        log.save(Leave(member=cast[key], start=start, end=end))
