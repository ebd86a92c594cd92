"""The arithmetic of goals: where they start, how much they grow, where they end, and how far they have come.

Numbers in, numbers out, as in gaps.py. Decision 5 of the planning method: of baseline, growth and target
any one follows from the other two.
"""

from collections.abc import Collection
from decimal import Decimal, localcontext
from enum import StrEnum

from planner.arithmetic.gaps import ARITHMETIC
from planner.arithmetic.quantities import TOO_LARGE


class GoalKind(StrEnum):
    """What a goal promises: a level, more by an amount, more by a percentage, or a share of the whole."""

    REACH = "reach"
    GROW_BY = "grow_by"
    GROW_PERCENT = "grow_percent"
    SHARE = "share"


def progress(now: Decimal | None, baseline: Decimal | None, target: Decimal | None) -> Decimal | None:
    """How far a goal has come, as a fraction: (now − baseline) ÷ (target − baseline), for either direction.

    Negative when things got worse, more than 1 past the target. None where a figure is not known, or where
    baseline and target are equal. Decision 6 of the planning method.
    """
    if now is None or baseline is None or target is None or baseline == target:
        return None
    with localcontext(ARITHMETIC):
        return (now - baseline) / (target - baseline)


def goal_target(kind: GoalKind | str, baseline: Decimal | None, amount: Decimal) -> Decimal:
    """The level that a goal ends at. Decision 5 of the planning method.

    `amount` is the level itself (reach), the share as a fraction (share), the growth in the metric's unit
    (grow by), or the growth as a fraction of the baseline (grow per cent): baseline × (1 + amount).

    Raises ValueError when a growth has no baseline to grow from.
    """
    kind = GoalKind(kind)
    if kind in (GoalKind.REACH, GoalKind.SHARE):
        return amount
    if baseline is None:
        raise ValueError(f"A goal of kind {kind} needs a baseline.")
    with localcontext(ARITHMETIC):
        return baseline + amount if kind == GoalKind.GROW_BY else baseline * (1 + amount)


def goal_amount(kind: GoalKind | str, baseline: Decimal | None, target: Decimal) -> Decimal | None:
    """What a goal promises, from where it starts and ends: the inverse of `goal_target`, in the same units.

    None for a growth without a baseline, and for a percentage of a baseline of 0.
    Decision 5 of the planning method.
    """
    kind = GoalKind(kind)
    if kind in (GoalKind.REACH, GoalKind.SHARE):
        return target
    if baseline is None:
        return None
    with localcontext(ARITHMETIC):
        if kind == GoalKind.GROW_BY:
            return target - baseline
        # target − baseline first: target ÷ baseline − 1 would lose digits where the growth is small.
        return (target - baseline) / baseline if baseline else None


def goal_baseline(kind: GoalKind | str, target: Decimal, amount: Decimal) -> Decimal | None:
    """Where a growth must have started to end at `target`: 150 new customers at +30 % start from 115.38.

    None for a level or a share, which do not depend on the start, and for a "growth" of −100 %.
    Decision 5 of the planning method: any one of baseline, amount and target follows from the other two.
    """
    kind = GoalKind(kind)
    with localcontext(ARITHMETIC):
        if kind == GoalKind.GROW_BY:
            return target - amount
        if kind == GoalKind.GROW_PERCENT and amount != -1:
            return target / (1 + amount)
    return None


class GoalDisagrees(ValueError):
    """Baseline, growth and target were all typed and do not fit together; `target` is the one that would."""

    def __init__(self, target: Decimal) -> None:
        super().__init__(f"Baseline and growth lead to {target}.")
        self.target = target


class GoalTooLarge(ValueError):
    """What is computed has more than the 14 digits before the point that can be stored."""


def settle_goal(
    kind: GoalKind | str,
    baseline: Decimal | None,
    amount: Decimal | None,
    target: Decimal | None,
    typed: Collection[str] = (),
) -> tuple[Decimal | None, Decimal | None]:
    """Baseline and target of a goal from two of its three figures (Decision 5 of the planning method).

    `amount` is the growth as `goal_target` takes it; `typed` names the figures that were typed just now
    ("baseline", "amount", "target"), which win over the stored ones. A level or a share has no growth.
    What is computed is rounded to the 6 decimals that are stored.

    Raises GoalDisagrees when all three were typed and differ by more than 0.5 % of the target (rounding, as in
    "115 + 30 % = 150", is accepted), GoalTooLarge, and ValueError for a growth without baseline and target.
    """
    kind = GoalKind(kind)
    if kind in (GoalKind.REACH, GoalKind.SHARE) or amount is None:
        return baseline, target
    if target is None or ("amount" in typed and "target" not in typed and baseline is not None):
        if baseline is None:
            raise ValueError("A growth needs a baseline or a target.")
        return baseline, _stored(goal_target(kind, baseline, amount))
    if baseline is None or ("amount" in typed and "target" in typed and "baseline" not in typed):
        start = goal_baseline(kind, target, amount)
        return (None if start is None else _stored(start)), target
    if {"amount", "target"} <= set(typed):
        expected = _stored(goal_target(kind, baseline, amount))
        with localcontext(ARITHMETIC):
            if abs(expected - target) > abs(target) * Decimal("0.005"):
                raise GoalDisagrees(expected)
    return baseline, target


def _stored(value: Decimal) -> Decimal:
    if abs(value) >= TOO_LARGE:
        raise GoalTooLarge
    return value.quantize(Decimal("0.000001"), context=ARITHMETIC).normalize(ARITHMETIC)
