"""How a pool is split by scores: minima first, the rest by score, rounded by the method of largest remainders.

Whole numbers of the smallest unit in and out (cents, for money in yuan), so that the sum is exact. The method is that
of Hamilton and Hare: each part gets its quota rounded down, and the units that are left go to the largest remainders;
of equal ones the higher score has it, then the earlier part. With the same limits a higher score therefore never gets
less than a lower one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """What takes part in a split: its score, not below 0, and its limits in units; no `maximum` is none."""

    score: int
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """What each part gets, in units and in the order of the parts.

    `left` is what the maxima leave over, `missing` by how much the minima exceed the pool: then each gets its minimum,
    and the sum is the pool with what is missing.
    """

    amounts: tuple[int, ...]
    left: int = 0
    missing: int = 0


def split(pool: int, parts: Sequence[Part]) -> Split:
    """Split a pool of so many units. Raises ValueError for a maximum below its minimum and for what is below 0."""
    if pool < 0 or any(min(part.score, part.minimum) < 0 for part in parts):
        raise ValueError("what is split, scores and minima are not below 0")
    if any(part.maximum is not None and part.maximum < part.minimum for part in parts):
        raise ValueError("a maximum is not below its minimum")
    minima = sum(part.minimum for part in parts)
    if minima > pool:
        return Split(tuple(part.minimum for part in parts), missing=minima - pool)
    full = _full_parts(pool, parts)
    sharing = [index for index, part in enumerate(parts) if index not in full and part.score]
    amounts = [part.minimum for part in parts]
    for index in full:
        amounts[index] = parts[index].maximum or 0
    shares = _largest_remainders(pool - sum(amounts), [parts[index].score for index in sharing])
    for index, share in zip(sharing, shares, strict=True):
        amounts[index] += share
    return Split(tuple(amounts), left=pool - sum(amounts))


def _full_parts(pool: int, parts: Sequence[Part]) -> set[int]:
    """The parts whose share of the rest would reach their maximum: what they leave goes to the others by score."""
    full: set[int] = set()
    while True:
        sharing = [index for index in range(len(parts)) if index not in full]
        scores = sum(parts[index].score for index in sharing)
        held = sum(parts[index].maximum or 0 for index in full)
        rest = pool - held - sum(parts[index].minimum for index in sharing)
        reached = {
            index
            for index in sharing
            if (top := parts[index].maximum) is not None
            and rest * parts[index].score >= (top - parts[index].minimum) * scores
            and parts[index].score
        }
        if not reached:
            return full
        full |= reached


def _largest_remainders(units: int, scores: Sequence[int]) -> list[int]:
    """So many units by score."""
    total = sum(scores)
    if not total:
        return [0] * len(scores)
    shares = [units * score // total for score in scores]
    order = sorted(
        range(len(scores)), key=lambda index: (-(units * scores[index] % total), -scores[index], index)
    )
    for index in order[: units - sum(shares)]:
        shares[index] += 1
    return shares
