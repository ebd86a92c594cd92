"""Pools and allocations: adding and changing them, what is spent, and what each pool holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic import formats
from planner.arithmetic.capacity import Capacity
from planner.changes import Recording
from planner.models import Plan
from planner.models.history import next_order
from strategies.models import PAUSED, Allocation, Pool, Spending, Strategy
from strategies.priority import Ranked, ranking
from strategies.resources.people import Workforce

# Verbs


def add_pool(log: Recording, plan: Plan, name: str, kind: str, amount: Decimal | None = None) -> Pool:
    """Add a pool behind the plan's others; one of people without an amount has what their capacity comes to."""
    pool = Pool(plan=plan, order=next_order(plan.pools), name=name, kind=kind, amount=amount)
    log.save(pool)
    return pool


def change_pool(log: Recording, pool: Pool, values: Mapping[str, Any]) -> Pool:
    for name, value in values.items():
        setattr(pool, name, value)
    log.save(pool)
    return pool


def allocate(
    log: Recording, pool: Pool, strategy: Strategy, amount: Decimal | None = None, **values: Any
) -> Allocation:
    """Give a strategy a part of a pool; `values` are further fields. Raises ValidationError as `change_allocation`."""
    allocation = Allocation(pool=pool, strategy=strategy)
    return change_allocation(log, allocation, {"amount": amount, **values})


def change_allocation(log: Recording, allocation: Allocation, values: Mapping[str, Any]) -> Allocation:
    """Give an allocation these values, by field.

    Raises ValidationError by field: for more to a strategy that is dropped, for dates outside of the plan, and for a
    person or dates where the pool is not one of people.
    """
    before = allocation.amount or Decimal(0)
    for name, value in values.items():
        setattr(allocation, name, value)
    _require_alive(allocation, before)
    if allocation.pool.kind == Pool.Kind.PEOPLE:
        _require_inside(allocation)
    elif allocation.member or allocation.start or allocation.end:
        raise ValidationError({"member": _("Only days of people have a person and dates.")})
    log.save(allocation)
    return allocation


def _require_alive(allocation: Allocation, before: Decimal) -> None:
    is_more = allocation.pk is None or (allocation.amount or 0) > before
    if is_more and allocation.strategy.state == Strategy.State.DROPPED:
        text = _("“%(strategy)s” is dropped and gets nothing more. Set it to active first.")
        raise ValidationError(
            {"amount" if allocation.pk else "strategy": text % {"strategy": allocation.strategy}}
        )


def _require_inside(allocation: Allocation) -> None:
    plan = allocation.pool.plan
    days = [day for day in (allocation.start, allocation.end) if day is not None]
    if any(not plan.start <= day <= plan.end for day in days):
        text = _("These dates are outside the plan: %(dates)s.")
        dates = formats.day_range(plan.start, plan.end, words.language())
        raise ValidationError({"start": text % {"dates": dates}})


def spend(log: Recording, allocation: Allocation, day: dt.date, amount: Decimal, note: str = "") -> Spending:
    """Enter what was spent of an allocation. Raises ValidationError for a day to come or before the plan."""
    plan = allocation.pool.plan
    if amount <= 0:
        raise ValidationError({"amount": _("Enter an amount above 0.")})
    if day > plan.team.today():
        raise ValidationError({"day": _("This day is still to come. Enter the date of the payment.")})
    if day < plan.start:
        text = _("The plan starts on %(day)s. Enter a date from then on.")
        raise ValidationError({"day": text % {"day": words.day(plan.start)}})
    spending = Spending(allocation=allocation, day=day, amount=amount, note=note)
    log.save(spending)
    return spending


# What pools hold


@dataclass(frozen=True, slots=True)
class Share:
    """An allocation with the place of its strategy and what was spent of it, in the unit of the pool."""

    allocation: Allocation
    place: Ranked
    spent: Decimal
    last_spent: dt.date | None

    @property
    def strategy(self) -> Strategy:
        return self.place.strategy

    @property
    def amount(self) -> Decimal:
        return self.allocation.amount or Decimal(0)

    @property
    def is_silent(self) -> bool:
        """Whether its strategy is paused or dropped."""
        return self.strategy.state in PAUSED


@dataclass(frozen=True, slots=True)
class Holding:
    """A pool with its size and its allocations, by the rank of their strategies.

    `capacity` is where the size comes from, for a pool of people without an amount.
    """

    pool: Pool
    size: Fraction
    shares: list[Share] = field(default_factory=list)
    capacity: Capacity | None = None

    @property
    def allocated(self) -> Fraction:
        return sum((Fraction(share.amount) for share in self.shares), Fraction(0))

    @property
    def left(self) -> Fraction:
        """What is not allocated; below 0 where the pool is over-allocated."""
        return self.size - self.allocated

    @property
    def is_over(self) -> bool:
        return self.left < 0

    @property
    def spent(self) -> Decimal:
        return sum((share.spent for share in self.shares), Decimal(0))

    @property
    def last_spent(self) -> dt.date | None:
        return max((share.last_spent for share in self.shares if share.last_spent), default=None)

    def part(self, amount: Decimal | Fraction) -> Fraction | None:
        """An amount as a part of the pool; None where nothing is in it."""
        return Fraction(amount) / self.size if self.size else None


def holdings(plans: Sequence[Plan], forces: Mapping[int, Workforce]) -> dict[int, list[Holding]]:
    """By a plan's id, what its pools hold, in their order; four queries for any number of plans.

    `forces` are the workforces of the plans' teams, from which a pool of people without an amount has its size.
    """
    by_plan: dict[int, list[Holding]] = {plan.pk: [] for plan in plans}
    pools = list(Pool.objects.filter(plan__in=by_plan).order_by("order", "pk"))
    if not pools:
        return by_plan
    plans_by_pk = {plan.pk: plan for plan in plans}
    places = _places(list(by_plan))
    by_pool: dict[int, list[Allocation]] = {}
    present = Allocation.objects.filter(pool__in=pools, strategy__removed_at=None)
    for allocation in present.select_related("member").prefetch_related("spendings"):
        by_pool.setdefault(allocation.pool_id, []).append(allocation)
    for pool in pools:
        plan = pool.plan = plans_by_pk[pool.plan_id]
        shares = [_share(pool, each, places) for each in by_pool.get(pool.pk, ())]
        shares.sort(key=lambda share: (share.place.rank is None, share.place.rank or 0, share.allocation.pk))
        by_plan[plan.pk].append(_holding(pool, plan, forces[plan.team_id], shares))
    return by_plan


def _places(plan_ids: Sequence[int]) -> dict[int, Ranked]:
    """By a strategy's id, its place among those of its plan that are neither paused nor dropped."""
    by_plan: dict[int, list[Strategy]] = {}
    for strategy in Strategy.objects.filter(plan__in=plan_ids):
        by_plan.setdefault(strategy.plan_id, []).append(strategy)
    return {place.strategy.pk: place for strategies in by_plan.values() for place in ranking(strategies)}


def _share(pool: Pool, allocation: Allocation, places: Mapping[int, Ranked]) -> Share:
    allocation.pool, place = pool, places[allocation.strategy_id]
    allocation.strategy = place.strategy
    spendings = list(allocation.spendings.all())
    return Share(
        allocation,
        place,
        spent=sum((each.amount for each in spendings), Decimal(0)),
        last_spent=max((each.day for each in spendings), default=None),
    )


def _holding(pool: Pool, plan: Plan, force: Workforce, shares: list[Share]) -> Holding:
    """A pool of people without an amount has the capacity of the whole plan, as allocations are of the whole plan."""
    if pool.amount is not None:
        return Holding(pool, Fraction(pool.amount), shares)
    capacity = force.total(plan.start, plan.end)
    return Holding(pool, capacity.days, shares, capacity)
