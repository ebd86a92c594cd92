"""What the scenario of a plan puts first: constants that pages, checks and suggestions ask. None forbids anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _

from planner.models.plans import Plan

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tuning:
    """What is different in one scenario.

    `about` is for who chooses it, `first` what comes first in its plans, with the reason. The others name what they
    put first: `metrics` by the keys of standard_metrics(), `checks` by the names of pitfalls, `steps` by the names of
    next steps, `ideas` by their keys in the library. With `prefers_fast`, ideas with an early effect come first;
    without `expects_history`, nothing is missed before a metric's first value; with `wants_milestones`, some goal is
    due before the plan's end, with `wants_fallbacks`, every active strategy has one.
    """

    about: Any
    first: Any
    metrics: tuple[str, ...]
    checks: tuple[str, ...]
    steps: tuple[str, ...]
    ideas: tuple[str, ...] = ()
    prefers_fast: bool = False
    expects_history: bool = True
    wants_milestones: bool = False
    wants_fallbacks: bool = False


TUNINGS = {
    Plan.Scenario.TARGET: Tuning(
        about=_("A high target for a new period: get the path and resources clear."),
        first=_(
            "coverage of the core goal and resources come first: a high target needs a path and the means."
        ),
        metrics=("sales", "conversion", "repurchase", "acquisition"),
        checks=("uncovered_gap", "over_allocated_pool", "overloaded_person", "inverted_allocation"),
        steps=("core_goal", "incomplete", "sub_goal", "coverage", "over_allocated", "pool"),
        ideas=("referral", "follow_up", "bundles", "goal_board"),
    ),
    Plan.Scenario.DECLINE: Tuning(
        about=_("Sales or conversion below expectations: find the bottleneck fast."),
        first=_(
            "drivers of the decline and strategies that take effect within the plan come first: time is short."
        ),
        metrics=("sales", "orders", "conversion", "order_value"),
        checks=("slow_strategy_alone", "metric_without_problem", "vague_bottleneck"),
        steps=("drivers", "slow"),
        prefers_fast=True,
    ),
    Plan.Scenario.NEW: Tuning(
        about=_("Part of the business has no history yet: the roll-out schedule matters."),
        first=_(
            "research and milestones come first: no history is expected, starting values are entered by hand."
        ),
        metrics=("sales", "new_customers", "conversion", "acquisition"),
        checks=("no_starting_value", "values_without_source", "no_milestone"),
        steps=("starting_value", "research", "milestone"),
        ideas=("research", "partnerships"),
        expects_history=False,
        wants_milestones=True,
    ),
    Plan.Scenario.EFFECTIVENESS: Tuning(
        about=_("New starters ramp up slowly, experienced reps are tired: start with the team."),
        first=_(
            "output per head, newcomers, training, incentives and coaching come first: results depend on people."
        ),
        metrics=("sales", "per_head", "conversion", "orders"),
        checks=("overloaded_person", "task_without_owner"),
        steps=("per_head", "first_days"),
        ideas=("coaching", "skills_training", "incentives", "product_training", "goal_board"),
    ),
    Plan.Scenario.COMPETITION: Tuning(
        about=_("A competitor changes price or policy: defend or win back share."),
        first=_(
            "what changed outside and a fallback for each strategy come first: competitors can move again."
        ),
        metrics=("sales", "conversion", "order_value", "repurchase"),
        checks=("metric_without_problem", "strategy_without_fallback", "riskiest_without_fallback"),
        steps=("outside", "fallback", "share"),
        ideas=("bundles", "membership", "customer_care", "follow_up"),
        wants_fallbacks=True,
    ),
}


def tuning_of(plan: Plan) -> Tuning:
    return TUNINGS[Plan.Scenario(plan.scenario)]


def put_first(things: Iterable[T], names: tuple[str, ...], name_of: Callable[[T], str]) -> list[T]:
    """The things whose names are in `names` in that order, then the others as they stood."""
    rank = {name: number for number, name in enumerate(names)}
    return sorted(things, key=lambda thing: rank.get(name_of(thing), len(rank)))
