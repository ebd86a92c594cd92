"""A change split into its drivers: exactly, so that the parts always add up to the whole.

Everything is computed in fractions of whole numbers (`fractions.Fraction`), in which nothing is ever rounded;
`apportioned` rounds for people so that what they see adds up as well.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import factorial, prod
from typing import Generic, TypeVar

from planner.arithmetic.exact import Number

# More factors explain nothing, and each doubles the work.
MOST_FACTORS = 8

Key = TypeVar("Key", bound=Hashable)


def shapley(before: Sequence[Number], after: Sequence[Number]) -> tuple[Fraction, ...]:
    """Split the change of a product into what each factor contributed, whatever order they changed in.

    Each part is the factor's own change, weighed with the mean of the other factors' products over all orders:
    Shapley, "A Value for n-Person Games" (1953), as Shorrocks, "Decomposition procedures for distributional
    analysis" (2013), applies it. The parts add up to product(after) − product(before); a factor that did not
    change has none; before and after exchanged, every part changes its sign.

    Raises ValueError when the two differ in length, or have no factor or more than eight.
    """
    first, last = _fractions(before, after)
    count = len(first)
    parts = []
    for index in range(count):
        others = [other for other in range(count) if other != index]
        weighed = Fraction(0)
        for size in range(count):
            weight = Fraction(factorial(size) * factorial(count - size - 1), factorial(count))
            for changed in combinations(others, size):
                weighed += weight * Fraction(prod(last[o] if o in changed else first[o] for o in others))
        parts.append((last[index] - first[index]) * weighed)
    return tuple(parts)


def chain(
    before: Sequence[Number], after: Sequence[Number], order: Sequence[int] | None = None
) -> tuple[Fraction, ...]:
    """Split the change of a product by chain substitution (连环替代法): one factor after the other is exchanged.

    `order` is the order (indexes of the factors; by default as given), and decides the result: what
    is exchanged later is weighed with the new values of what came before. The parts add up to the whole.

    Raises ValueError as `shapley` does, and for an order that does not name each factor once.
    """
    first, last = _fractions(before, after)
    order = list(range(len(first))) if order is None else list(order)
    if sorted(order) != list(range(len(first))):
        raise ValueError("An order names each factor once.")
    parts = [Fraction(0)] * len(first)
    values = list(first)
    previous: Fraction | int = prod(values)
    for index in order:
        values[index] = last[index]
        parts[index] = Fraction(prod(values) - previous)
        previous = prod(values)
    return tuple(parts)


def _fractions(before: Sequence[Number], after: Sequence[Number]) -> tuple[list[Fraction], list[Fraction]]:
    if len(before) != len(after):
        raise ValueError("Before and after have a different number of factors.")
    if not 1 <= len(before) <= MOST_FACTORS:
        raise ValueError(f"A product has 1 to {MOST_FACTORS} factors here.")
    return [Fraction(value) for value in before], [Fraction(value) for value in after]


@dataclass(frozen=True, slots=True)
class Contribution(Generic[Key]):
    """What one segment contributed to the change of the whole.

    `before` is None for a new segment and `after` for one that vanished: they count as 0. `points` is the change
    ÷ the whole before (a fraction; "percentage points" of the whole's growth), None where that was 0; `share` is
    the change ÷ the whole's change, None where the whole did not change.
    """

    key: Key | None
    before: Number | None
    after: Number | None
    change: Fraction
    points: Fraction | None
    share: Fraction | None


def contributions(
    before: Mapping[Key, Number],
    after: Mapping[Key, Number],
    whole_before: Number,
    whole_after: Number,
) -> list[Contribution[Key]]:
    """What each segment contributed, the largest change first; a last line with the key None is the rest.

    The rest is what the segments leave of the whole's change; there is none where they add up to the whole, both
    before and after.
    """
    whole = Fraction(whole_after) - Fraction(whole_before)

    def line(key: Key | None, first: Number | None, last: Number | None) -> Contribution[Key]:
        change = Fraction(last or 0) - Fraction(first or 0)
        points = change / abs(Fraction(whole_before)) if whole_before else None
        return Contribution(key, first, last, change, points, change / whole if whole else None)

    lines = [line(key, before.get(key), after.get(key)) for key in {**before, **after}]
    lines.sort(key=lambda item: (-abs(item.change), str(item.key)))
    rest = [
        Fraction(whole) - sum((Fraction(value) for value in parts.values()), Fraction(0))
        for whole, parts in ((whole_before, before), (whole_after, after))
    ]
    return [*lines, line(None, *rest)] if any(rest) else lines


def apportioned(parts: Sequence[Fraction], places: int = 0) -> tuple[Decimal, ...]:
    """The parts rounded to `places` decimals so that they add up to the rounded whole.

    The method of the largest remainder: all are rounded down, and those that lost most get one unit more.
    """
    scale = Fraction(10) ** places
    scaled = [part * scale for part in parts]
    floors = [part.numerator // part.denominator for part in scaled]
    missing = round(sum(scaled, Fraction(0))) - sum(floors)
    by_loss = sorted(range(len(parts)), key=lambda index: (floors[index] - scaled[index], index))
    for index in by_loss[:missing]:
        floors[index] += 1
    return tuple(Decimal(value).scaleb(-places) for value in floors)
