"""The arithmetic of goals: where they start, how much they grow, where they end, and how far they have come.

Numbers in, numbers out, as in gaps.py. Decision 5 of the planning method: of baseline, growth and target
any one follows from the other two.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from planner.arithmetic.gaps import ARITHMETIC, Direction
from planner.arithmetic.quantities import TOO_LARGE

# With fewer monthly moves than this, nothing is out of reach (Decision 21 of the planning method).
FEWEST_MOVES = 6
# A third has no last digit: 6 of 18 to go after one of three months is on track.
NO_DIFFERENCE = Decimal("1e-12")


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


class Sign(StrEnum):
    """What is said of the way to a target."""

    NO_DATA = "no_data"
    HELD = "held"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    OUT_OF_REACH = "out_of_reach"


@dataclass(frozen=True, slots=True)
class Way:
    """How far a figure has come on its way to a target.

    `is_to_hold`: the baseline already meets the target, so there is no way to go. `done` is the share of the way, None
    where it is to be held or cannot be computed, and `due` the share that is due by now: the plan's full months ÷ all
    its months. `sign` is None where there is no target or no baseline to start from. `needed` is the move a month that
    is still needed and `best` the best one so far, both only where the target is out of reach.
    """

    is_to_hold: bool = False
    done: Decimal | None = None
    due: Decimal | None = None
    sign: Sign | None = None
    needed: Decimal | None = None
    best: Decimal | None = None


def meets(value: Decimal, target: Decimal, direction: Direction | str) -> bool:
    """Whether a value is at the target or on its better side."""
    return value >= target if Direction(direction) == Direction.HIGHER else value <= target


def measure_way(
    now: Decimal | None,
    baseline: Decimal | None,
    target: Decimal | None,
    direction: Direction | str,
    months: tuple[int, int],
    moves: Sequence[Decimal] = (),
) -> Way:
    """The way to a target: Decisions 6, 17 and 21 of the planning method.

    `months` are how many months of the plan are full, and how many it has; `moves` the changes from month to month of
    the last twelve. A target that the baseline already meets is to be held. A target is out of reach from the half of
    the plan on, when what is still to go per remaining month is more than the best of at least six moves.
    """
    if target is None:
        return Way()
    is_to_hold = baseline is not None and meets(baseline, target, direction)
    if now is None:
        return Way(is_to_hold, sign=Sign.NO_DATA)
    if is_to_hold:
        return Way(is_to_hold, sign=Sign.HELD if meets(now, target, direction) else Sign.BEHIND)
    done = progress(now, baseline, target)
    if done is None:
        return Way()
    full, all_months = months
    with localcontext(ARITHMETIC):
        ahead = done * all_months - full
        due = Decimal(full) / all_months if all_months else None
    if ahead >= -NO_DIFFERENCE:
        return Way(done=done, due=due, sign=Sign.ON_TRACK)
    left = all_months - full
    if 2 * full >= all_months and left and len(moves) >= FEWEST_MOVES:
        best = max(moves) if Direction(direction) == Direction.HIGHER else min(moves)
        with localcontext(ARITHMETIC):
            needed = (target - now) / left
        if not meets(best, needed, direction):
            return Way(done=done, due=due, sign=Sign.OUT_OF_REACH, needed=needed, best=best)
    return Way(done=done, due=due, sign=Sign.BEHIND)


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
