"""What a plan's managers should do next on the way from a bottleneck to strategies that fit the resources.

Each step is a constant that says when it is due; the scenario of the plan says which come first, and which are asked
for in that scenario alone. The first that is due is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from planner.arithmetic.feasibility import effect_day
from planner.models import Bottleneck, Goal, Plan
from planner.models.scenarios import put_first, tuning_of
from planner.stages import Step
from strategies.board.decisions import Lack
from strategies.facts import Facts
from strategies.goals.completeness import incomplete_goals
from strategies.goals.kinds import row_key
from strategies.models import Strategy


@dataclass(frozen=True, slots=True)
class Due:
    """That a step is due: of what, and where on its page (what follows in the address); or the click that ends it."""

    name: object = ""
    place: str = ""
    lack: Lack | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A step that may be due. `sentence` may name what it is about as %(name)s; `page` is the name of an address."""

    name: str
    sentence: Any
    verb: Any
    page: str
    finds: Callable[[Facts], Due | None]
    of_plan: bool = True

    def step(self, plan: Plan, due: Due) -> Step:
        if due.lack is not None:
            params = {"name": due.name, "lack": due.lack.text}
            return Step(str(self.sentence) % params, due.lack.verb, due.lack.url)
        url = reverse(self.page, args=[plan.pk] if self.of_plan else [])
        return Step(str(self.sentence) % {"name": due.name}, str(self.verb), f"{url}{due.place}")


def next_step(plan: Plan) -> Step | None:
    """The first step that is due, in the order of the plan's scenario; None where nothing is missing."""
    facts, first = Facts(plan), tuning_of(plan).steps
    asked = [each for each in (*OF_SCENARIOS, *OF_ALL) if each in OF_ALL or each.name in first]
    for each in put_first(asked, first, lambda each: each.name):
        if due := each.finds(facts):
            return each.step(plan, due)
    return None


def _first(things: Iterable[Any], place: Callable[[Any], str] = lambda thing: "") -> Due | None:
    """The first of these things as what a step is due for."""
    return next((Due(thing, place(thing)) for thing in things), None)


def _if(condition: bool) -> Due | None:
    return Due() if condition else None


def _goal_row(goal: Goal) -> str:
    return f"#{row_key(goal)}"


def _of_bottleneck(bottleneck: Bottleneck) -> str:
    return f"?bottleneck={bottleneck.pk}"


# Steps of every scenario.


def _incomplete(facts: Facts) -> Due | None:
    return _first(incomplete_goals([facts.plan])[facts.plan.pk] if facts.core_goals else (), _goal_row)


def _unbroken(facts: Facts) -> Due | None:
    return _first((core for core in facts.core_goals if not facts.parts(core)), _goal_row)


def _proposed_target(facts: Facts) -> Due | None:
    """A goal whose owner has answered its target, which waits for a manager."""
    return _first((goal for goal in facts.goals if goal.pk in facts.goals_with_answer), _goal_row)


def _unanswered(facts: Facts) -> Due | None:
    answered = {strategy.bottleneck_id for strategy in facts.strategies}
    return _first((each for each in facts.bottlenecks if each.pk not in answered), _of_bottleneck)


def _page_of(strategy: Strategy) -> str:
    return f"{strategy.pk}/"


def _lacking(facts: Facts) -> Due | None:
    """The first thing that the first of the proposed strategies lacks."""
    lacking = ((strategy, lack) for strategy in facts.proposed for lack in facts.lacks[strategy.pk])
    return next((Due(strategy, lack=lack) for strategy, lack in lacking), None)


def _unscored(facts: Facts) -> Due | None:
    unscored = (strategy for strategy in facts.strategies if None in (strategy.importance, strategy.urgency))
    return _first(unscored, _page_of)


def _ready(facts: Facts) -> Due | None:
    return _first((strategy for strategy in facts.proposed if not facts.lacks[strategy.pk]), _page_of)


def _over(facts: Facts) -> Due | None:
    return _first(holding.pool for holding in facts.holdings if holding.is_over)


def _unallocated(facts: Facts) -> Due | None:
    held = {share.strategy.pk for holding in facts.holdings for share in holding.shares}
    active = (each for each in facts.strategies if each.state == Strategy.State.ACTIVE)
    return _first(each for each in active if each.pk not in held)


OF_ALL: Sequence[Asked] = (
    Asked(
        "core_goal",
        gettext_lazy("Set the core goal of this plan."),
        gettext_lazy("Add a core goal"),
        "goals",
        lambda facts: _if(not facts.core_goals),
    ),
    Asked(
        "incomplete",
        gettext_lazy("“%(name)s” needs a baseline, a target and a due date."),
        gettext_lazy("Complete it"),
        "goals",
        _incomplete,
    ),
    Asked(
        "sub_goal",
        gettext_lazy("Break “%(name)s” down into sub-goals."),
        gettext_lazy("Add a sub-goal"),
        "goals",
        _unbroken,
    ),
    Asked(
        "target",
        gettext_lazy("The owner of “%(name)s” proposes another target."),
        gettext_lazy("Decide"),
        "goals",
        _proposed_target,
    ),
    Asked(
        "focus",
        gettext_lazy("Choose the two or three bottlenecks that this plan should solve."),
        gettext_lazy("View bottlenecks"),
        "bottlenecks",
        lambda facts: _if(not facts.bottlenecks),
    ),
    Asked(
        "idea",
        gettext_lazy("“%(name)s” is in focus and has no strategy yet."),
        gettext_lazy("Choose an idea"),
        "ideas",
        _unanswered,
    ),
    Asked(
        "lack",
        gettext_lazy("Needed before “%(name)s” is approved: %(lack)s."),
        "",
        "strategies",
        _lacking,
    ),
    Asked(
        "score",
        gettext_lazy("Score importance and urgency of “%(name)s”."),
        gettext_lazy("Score it"),
        "strategies",
        _unscored,
    ),
    Asked(
        "approve",
        gettext_lazy("“%(name)s” can be approved."),
        gettext_lazy("Approve it"),
        "strategies",
        _ready,
    ),
    Asked(
        "over_allocated",
        gettext_lazy("“%(name)s” is over-allocated."),
        gettext_lazy("Reduce"),
        "resources",
        _over,
    ),
    Asked(
        "pool",
        gettext_lazy("Add the budget, people and time that this plan may use."),
        gettext_lazy("Add a pool"),
        "resources",
        lambda facts: _if(not facts.holdings),
    ),
    Asked(
        "allocate",
        gettext_lazy("“%(name)s” has no resources yet."),
        gettext_lazy("Allocate resources"),
        "resources",
        _unallocated,
    ),
)


# Steps that a scenario asks for besides.


def _uncovered(facts: Facts) -> Due | None:
    """Core goals of whose sub-goals none adds up."""
    broken = ((core, facts.parts(core)) for core in facts.core_goals)
    return _first(
        (core for core, parts in broken if parts and not any(part.adds_up for part in parts)), _goal_row
    )


def _unmeasured(facts: Facts) -> Due | None:
    return _if(not any(bottleneck.metric_id for bottleneck in facts.bottlenecks))


def _late_effect(facts: Facts) -> Due | None:
    """Strategies whose effect shows after the plan's end, without a fast one beside them."""
    plan = facts.plan
    start = max(plan.start, plan.team.today())
    late = (
        strategy
        for strategy in facts.strategies
        if strategy.pair_id is None and effect_day(start, strategy.effect_lag_days) > plan.end
    )
    return _first(late, _page_of)


def _bare(facts: Facts) -> Due | None:
    """Strategies from which nothing takes over, but for those that take over themselves."""
    fallbacks = {strategy.fallback_id for strategy in facts.strategies}
    return _first(
        (each for each in facts.strategies if each.fallback_id is None and each.pk not in fallbacks), _page_of
    )


def _without_start(facts: Facts) -> Due | None:
    return _first(facts.rows_without_value, lambda row: f"#metric-{row.pk}")


def _without_milestone(facts: Facts) -> Due | None:
    plan = facts.plan
    return _if(not any(goal.due is not None and goal.due < plan.end for goal in facts.goals))


OF_SCENARIOS: Sequence[Asked] = (
    Asked(
        "coverage",
        gettext_lazy("No sub-goal adds up to “%(name)s” yet."),
        gettext_lazy("Add a sub-goal"),
        "goals",
        _uncovered,
    ),
    Asked(
        "drivers",
        gettext_lazy("Find out what drives the decline."),
        gettext_lazy("See drivers"),
        "diagnose",
        _unmeasured,
    ),
    Asked(
        "slow",
        gettext_lazy("“%(name)s” takes effect after the plan's end: pair it with a fast one."),
        gettext_lazy("Open the strategy"),
        "strategies",
        _late_effect,
    ),
    Asked(
        "starting_value",
        gettext_lazy("%(name)s has no starting value: enter one with its source."),
        gettext_lazy("Enter value"),
        "diagnose",
        _without_start,
    ),
    Asked(
        "research",
        gettext_lazy("Start with research: who buys, and why?"),
        gettext_lazy("Choose an idea"),
        "ideas",
        lambda facts: _if(all(strategy.idea != "research" for strategy in facts.strategies)),
    ),
    Asked(
        "milestone",
        gettext_lazy("Set milestones: sub-goals that are due before the plan's end."),
        gettext_lazy("Add a sub-goal"),
        "goals",
        _without_milestone,
    ),
    Asked(
        "per_head",
        gettext_lazy("Add output per head to Table 1."),
        gettext_lazy("Add metric"),
        "diagnose",
        lambda facts: _if(all(row.metric.key != "per_head" for row in facts.rows)),
    ),
    Asked(
        "first_days",
        gettext_lazy("Enter the first day of newcomers, so that they are compared with the others."),
        gettext_lazy("Open the team page"),
        "team",
        lambda facts: _if(not facts.has_first_days),
        of_plan=False,
    ),
    Asked(
        "outside",
        gettext_lazy("Enter what changed outside among the main problems: who, what, since when."),
        gettext_lazy("Add problem"),
        "diagnose",
        lambda facts: _if(not any(row.problems for row in facts.rows)),
    ),
    Asked(
        "fallback",
        gettext_lazy("“%(name)s” has no fallback."),
        gettext_lazy("Choose a fallback"),
        "strategies",
        _bare,
    ),
    Asked(
        "share",
        gettext_lazy("Add a goal for the share of sales that you defend."),
        gettext_lazy("Add a sub-goal"),
        "goals",
        lambda facts: _if(all(goal.kind != Goal.Kind.SHARE for goal in facts.goals)),
    ),
)
