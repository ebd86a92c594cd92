"""The pitfalls of strategies: too slow alone, without a fallback where it is riskiest, running though not feasible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext_lazy, ngettext_lazy

from planner import stages, words
from planner.arithmetic.feasibility import Verdict
from planner.models import Plan
from planner.pitfalls import Occurrences, Pitfall
from planner.stages import StrategyTask
from strategies.board.decisions import RUNNABLE, fallback_of
from strategies.board.judging import judgement, timing
from strategies.board.table import strategies_with_goals
from strategies.models import Strategy
from strategies.priority import ranking

SLOW_ALONE = Pitfall(
    "slow_strategy_alone",
    "strategies",
    ngettext_lazy(
        "%(names)s takes effect after its goal is due, and no fast strategy is paired with it",
        "%(n)d strategies take effect after their goals are due without a fast one beside them: %(names)s",
        "n",
    ),
    gettext_lazy("A slow strategy needs a fast one beside it, or the goal is missed."),
    gettext_lazy("Pair"),
)
RISKIEST_WITHOUT_FALLBACK = Pitfall(
    "riskiest_without_fallback",
    "strategies",
    gettext_lazy("%(names)s is risky and important, and has no fallback"),
    gettext_lazy("If it fails, time is lost until somebody thinks of another way."),
    gettext_lazy("Choose fallback"),
)
NOT_YET_BUT_ACTIVE = Pitfall(
    "not_yet_but_active",
    "strategies",
    ngettext_lazy(
        "%(names)s is active, but its feasibility is “not yet”",
        "%(n)d strategies are active, but their feasibility is “not yet”: %(names)s",
        "n",
    ),
    gettext_lazy("Work on what cannot be done yet takes time from what can."),
    gettext_lazy("View"),
)


def strategy_pitfalls(plans: Sequence[Plan]) -> dict[int, dict[Pitfall, Occurrences]]:
    """By a plan's id, what of its active strategies meets these pitfalls; a constant number of queries."""
    active = list(strategies_with_goals().filter(plan__in=plans, state=Strategy.State.ACTIVE))
    tasks = stages.tasks_of(active)
    by_plan: dict[int, list[Strategy]] = {plan.pk: [] for plan in plans}
    for strategy in active:
        by_plan[strategy.plan_id].append(strategy)
    return {plan.pk: _met(plan, by_plan[plan.pk], tasks) for plan in plans}


def _met(
    plan: Plan, active: Sequence[Strategy], tasks: Mapping[int, Sequence[StrategyTask]]
) -> dict[Pitfall, Occurrences]:
    return {
        SLOW_ALONE: _found(
            each for each in active if timing(each, plan, tasks[each.pk]).is_late and not has_pair(each)
        ),
        RISKIEST_WITHOUT_FALLBACK: _found(without_fallback(riskiest(active))),
        NOT_YET_BUT_ACTIVE: _found(each for each in active if judgement(each).verdict == Verdict.NOT_YET),
    }


def has_pair(strategy: Strategy) -> bool:
    """Whether a strategy that can run is paired with it."""
    pair = strategy.pair
    return pair is not None and pair.removed_at is None and pair.state in RUNNABLE


def riskiest(active: Sequence[Strategy]) -> list[Strategy]:
    """The strategy of the highest priority that has a risk warning or a condition; none without any such."""
    risky = [place.strategy for place in ranking(active) if place.rank and is_risky(place.strategy)]
    return risky[:1]


def is_risky(strategy: Strategy) -> bool:
    """Whether its text warns of a risk, or one of its scores is below 3."""
    return bool(strategy.risk.strip()) or judgement(strategy).verdict in (
        Verdict.WITH_CONDITIONS,
        Verdict.NOT_YET,
    )


def without_fallback(strategies: Iterable[Strategy]) -> list[Strategy]:
    """Those that nothing takes over for: under competitive change every strategy wants a fallback."""
    return [strategy for strategy in strategies if fallback_of(strategy) is None]


def _found(strategies: Iterable[Strategy]) -> Occurrences:
    found = list(strategies)
    row = f"strategy-{found[0].pk}" if found else ""
    return Occurrences(len(found), {"names": words.listed(each.title for each in found)}, row)
