"""The suggested split of a budget by priority, and allocations that stand against the order of priority."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from planner.arithmetic.splits import Part, split
from planner.changes import Recording
from planner.models import Plan
from strategies.models import Allocation, Pool, Strategy
from strategies.priority import Ranked, ranked
from strategies.resources.amounts import smallest
from strategies.resources.people import workforces
from strategies.resources.pools import Holding, Share, allocate, change_allocation, holdings


@dataclass(frozen=True, slots=True)
class Suggested:
    """What a strategy would get of a pool: `share` is what it has now, None where it has no allocation yet.

    `floor` is the least that it gets: its minimum, and what was spent; without a score it keeps what it has.
    """

    place: Ranked
    share: Share | None
    floor: Decimal
    amount: Decimal

    @property
    def now(self) -> Decimal:
        return self.share.amount if self.share else Decimal(0)

    @property
    def maximum(self) -> Decimal | None:
        return self.share.allocation.maximum if self.share else None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A split of a budget: its parts by rank, what the maxima leave over, and what the minima lack."""

    holding: Holding
    parts: list[Suggested]
    left: Decimal
    missing: Decimal

    @property
    def is_new(self) -> bool:
        """Whether it can be taken, and would change something."""
        return not self.missing and any(part.amount != part.now for part in self.parts)

    @property
    def total(self) -> Decimal:
        return sum((part.amount for part in self.parts), Decimal(0))

    @property
    def score(self) -> int:
        return sum(part.place.score or 0 for part in self.parts)


def suggestion(holding: Holding, strategies: Sequence[Strategy]) -> Suggestion | None:
    """The split of a budget by importance × urgency: minima first, the rest by score (Decision 22 of the method).

    It is among the strategies that have an allocation of it, else among all of the `strategies` that are scored. None
    for other pools, and where nothing is scored.
    """
    pool = holding.pool
    rows: list[tuple[Ranked, Share | None]] = [(share.place, share) for share in holding.shares]
    rows = rows or [(place, None) for place in ranked(strategies) if place.score is not None]
    if pool.kind != Pool.Kind.BUDGET or not any(place.score for place, _share in rows):
        return None
    unit = smallest(pool)
    floors = [_floor(place, share) for place, share in rows]
    result = split(
        _units(pool.amount or Decimal(0), unit),
        [_part(place, share, floor, unit) for (place, share), floor in zip(rows, floors, strict=True)],
    )
    return Suggestion(
        holding,
        [
            Suggested(place, share, floor, amount * unit)
            for (place, share), floor, amount in zip(rows, floors, result.amounts, strict=True)
        ],
        left=result.left * unit,
        missing=result.missing * unit,
    )


def suggestion_of(plan: Plan, pool: Pool) -> Suggestion | None:
    """The split of one budget of a plan, as it stands now."""
    held = holdings([plan], workforces([plan.team]))[plan.pk]
    return suggestion(next(each for each in held if each.pool == pool), running(plan))


def running(plan: Plan) -> list[Strategy]:
    """What a budget is split among, where nothing of it is allocated."""
    return list(Strategy.objects.running().filter(plan=plan))


def _floor(place: Ranked, share: Share | None) -> Decimal:
    if share is None:
        return Decimal(0)
    if share.is_silent:
        return share.spent
    least = max(share.allocation.minimum or Decimal(0), share.spent)
    return least if place.score else max(least, share.amount)


def _part(place: Ranked, share: Share | None, floor: Decimal, unit: Decimal) -> Part:
    """What is not scored, paused or dropped gets its floor; what was spent may be more than the maximum."""
    least = _units(floor, unit)
    top = share.allocation.maximum if share else None
    maximum = None if top is None else max(least, _units(top, unit))
    return Part(place.score or 0, least, maximum)


def _units(amount: Decimal, unit: Decimal) -> int:
    return int((amount / unit).to_integral_value(rounding=ROUND_DOWN))


def use_split(log: Recording, pool: Pool, suggested: Suggestion) -> None:
    """Give each strategy what is suggested for it, in one revision."""
    for part in suggested.parts:
        if part.share is None:
            allocate(log, pool, part.place.strategy, part.amount)
        elif part.amount != part.now:
            allocation = log.take(Allocation.objects.filter(pool=pool), part.share.allocation.pk)
            change_allocation(log, allocation, {"amount": part.amount})


@dataclass(frozen=True, slots=True)
class Inversion:
    """A strategy that holds more of a budget than one of higher priority."""

    lower: Share
    higher: Share


def inversions(holding: Holding) -> list[Inversion]:
    """The strategies that hold more of a budget than one of higher priority, one line each, with the first of these.

    Not those with a reason, nor where limits explain it: the lower one has no more than its minimum and what was
    spent, or the higher one has its maximum.
    """
    if holding.pool.kind != Pool.Kind.BUDGET:
        return []
    scored = [share for share in holding.shares if share.place.rank is not None]
    found = []
    for index, lower in enumerate(scored):
        if lower.allocation.reason or lower.amount <= _floor(lower.place, lower):
            continue
        less = (share for share in scored[:index] if share.amount < lower.amount and not _is_full(share))
        if (higher := next(less, None)) is not None:
            found.append(Inversion(lower, higher))
    return found


def _is_full(share: Share) -> bool:
    return share.allocation.maximum is not None and share.amount >= share.allocation.maximum
