"""How far the parts of a core goal cover it.

Parts add up within one cut only (by product lines, or by regions, or by steps of a funnel), and only in the core goal's
unit; nothing is added across cuts. Everything is computed in fractions, so that within a cut

    parts + uncovered − surplus = target − baseline of the core goal

holds exactly. `None` stands for "not known" and is never read as zero.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from planner.arithmetic.drivers import shapley
from planner.arithmetic.exact import Number
from planner.arithmetic.gaps import Direction

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Coverage(Generic[Key]):
    """One cut of a core goal, in the core goal's unit; what leads to the target is positive, for either direction.

    `needed` lies between the core goal's baseline and its target: negative where the target is to be held and is met
    by more than that. `parts` are what each known part brings, negative for one that leads away from the target;
    `unknown` are the parts of which a figure is missing.
    """

    needed: Fraction
    parts: tuple[tuple[Key, Fraction], ...]
    unknown: tuple[Key, ...] = ()

    @property
    def covered(self) -> Fraction:
        return sum((amount for _key, amount in self.parts), Fraction(0))

    @property
    def uncovered(self) -> Fraction:
        """What the parts leave; an unknown part may cover some of it."""
        return max(self.needed - self.covered, Fraction(0))

    @property
    def surplus(self) -> Fraction:
        return max(self.covered - self.needed, Fraction(0))


def cover(
    baseline: Number | None,
    target: Number | None,
    direction: Direction | str,
    parts: Iterable[tuple[Key, Fraction | None]],
) -> Coverage[Key] | None:
    """The coverage of a core goal by the parts of one cut: what each adds to it, with the sign that it has there.

    A part that lowers acquisition cost by 60 adds −60, and covers 60 of a core goal that lowers it by 100. None where
    the core goal lacks a figure.
    """
    if baseline is None or target is None:
        return None
    sign = 1 if Direction(direction) == Direction.HIGHER else -1
    parts = list(parts)
    return Coverage(
        sign * (Fraction(target) - Fraction(baseline)),
        tuple((key, sign * amount) for key, amount in parts if amount is not None),
        tuple(key for key, amount in parts if amount is None),
    )


def amount_of_part(baseline: Number | None, target: Number | None) -> Fraction | None:
    """What a part adds in the core goal's unit: target − baseline."""
    if baseline is None or target is None:
        return None
    return Fraction(target) - Fraction(baseline)


def amount_of_share(
    baseline: Number | None,
    target: Number | None,
    whole_baseline: Number | None,
    whole_target: Number | None,
) -> Fraction | None:
    """What a part adds whose goal is a share of the core goal, both as fractions.

    share target × whole target − share baseline × whole baseline: from 40 % of 80 to 50 % of 100 adds 18.
    """
    if baseline is None or target is None or whole_baseline is None or whole_target is None:
        return None
    return Fraction(target) * Fraction(whole_target) - Fraction(baseline) * Fraction(whole_baseline)


def amounts_of_steps(
    baselines: Sequence[Number | None], targets: Sequence[Number | None]
) -> tuple[Fraction | None, ...]:
    """What the factors of a product add to it, each going from its baseline to its target (Shapley, see drivers.py).

    They sum to product(targets) − product(baselines). While a figure of one is missing, none is known, for each is
    weighed with the others.
    """
    before = [value for value in baselines if value is not None]
    after = [value for value in targets if value is not None]
    if len(before) < len(baselines) or len(after) < len(targets):
        return (None,) * len(baselines)
    return shapley(before, after)
