"""The strategize stage: its summary and its checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planner import access, words
from planner.arithmetic.shifts import Cut
from planner.models import Goal, Leave, Plan, PlanMetric
from planner.pitfalls import Check, Occurrences, Pitfall, check
from planner.stages import Outside, Page, PlanWay, Stage, Summary
from strategies import pitfalls
from strategies.board.pitfalls import strategy_pitfalls
from strategies.coverage.checks import coverage_pitfalls
from strategies.goals.kinds import CoreKind, row_key
from strategies.goals.pitfalls import goal_pitfalls
from strategies.goals.targets import targets_of
from strategies.ideas.pitfalls import scenario_pitfalls
from strategies.models import (
    Allocation,
    Idea,
    KeyAction,
    LeadMeasure,
    LeadValue,
    Pool,
    Question,
    ServedGoal,
    Spending,
    Strategy,
    TargetAnswer,
)
from strategies.resources.pitfalls import resource_pitfalls
from strategies.steps import next_step
from strategies.thread import STRANDS

# A goal that can be held to account: measured, with an end, a name and a date.
COMPLETE = Q(
    metric__isnull=False, target__isnull=False, due__isnull=False, owner__removed_at=None, owner__isnull=False
)


def _count_goals(plans: Sequence[Plan]) -> dict[int, Mapping[str, Any]]:
    """By a plan's id, how many goals of which sort it has."""
    rows = (
        Goal.objects.filter(plan__in=plans, parent__removed_at=None)
        .values("plan")
        .order_by("plan")
        .annotate(
            n=Count("pk"),
            core=Count("pk", filter=Q(parent=None)),
            complete=Count("pk", filter=COMPLETE),
            unmeasured=Count("pk", filter=Q(metric=None) | Q(target=None)),
            unowned=Count("pk", filter=Q(due=None) | Q(owner=None) | Q(owner__removed_at__isnull=False)),
        )
    )
    return {row["plan"]: row for row in rows}


def _summaries(plans: Sequence[Plan]) -> dict[int, Summary]:
    goals = _count_goals(plans)
    strategies = dict(
        Strategy.objects.running()
        .filter(plan__in=plans)
        .values("plan")
        .order_by("plan")
        .annotate(n=Count("pk"))
        .values_list("plan", "n")
    )
    summaries = {}
    for plan in plans:
        counts, strategy_count = goals.get(plan.pk), strategies.get(plan.pk, 0)
        if counts is None:
            summaries[plan.pk] = Summary(_("No goals yet: set a core goal and measurable sub-goals"))
            continue
        goals_text = ngettext("%(n)d goal", "%(n)d goals", counts["n"]) % {"n": counts["n"]}
        strategies_text = ngettext("%(n)d strategy", "%(n)d strategies", strategy_count) % {
            "n": strategy_count
        }
        summaries[plan.pk] = Summary(
            f"{goals_text} · {strategies_text}", share=counts["complete"] / counts["n"]
        )
    return summaries


def _checks(plans: Sequence[Plan]) -> dict[int, list[Check]]:
    found = [find(plans) for find in FINDERS]
    return {
        plan.pk: check(plan, {pitfall: met for by_plan in found for pitfall, met in by_plan[plan.pk].items()})
        for plan in plans
    }


def _pitfalls_of_goals(plans: Sequence[Plan]) -> dict[int, dict[Pitfall, Occurrences]]:
    """By a plan's id, how it meets the pitfalls of Table 2 and of the gaps that it answers."""
    goals = _count_goals(plans)
    answering_goals = Goal.objects.filter(plan=OuterRef("plan"), metric=OuterRef("metric"))
    gaps: dict[int, list[str]] = {plan.pk: [] for plan in plans}
    rows = PlanMetric.objects.filter(~Exists(answering_goals), plan__in=plans, target__isnull=False)
    for plan, name in rows.order_by("order", "pk").values_list("plan", "metric__name"):
        gaps[plan].append(name)
    return {plan.pk: _pitfalls_met(goals.get(plan.pk, Counter()), gaps[plan.pk]) for plan in plans}


def _pitfalls_met(goals: Mapping[str, int], unanswered: list[str]) -> dict[Pitfall, Occurrences]:
    core = goals["core"]
    return {
        pitfalls.TOO_MANY_CORE_GOALS: Occurrences(core if core > pitfalls.MOST_CORE_GOALS else 0),
        pitfalls.GOAL_WITHOUT_MEASURE: Occurrences(goals["unmeasured"]),
        pitfalls.GOAL_WITHOUT_OWNER: Occurrences(goals["unowned"]),
        pitfalls.GAP_WITHOUT_GOAL: Occurrences(len(unanswered), {"names": words.listed(unanswered)}),
    }


# What looks for the pitfalls of the stage: each says by a plan's id how often the plan meets which, in a constant
# number of queries.
FINDERS: tuple[Callable[[Sequence[Plan]], Mapping[int, Mapping[Pitfall, Occurrences]]], ...] = (
    _pitfalls_of_goals,
    goal_pitfalls,
    strategy_pitfalls,
    coverage_pitfalls,
    scenario_pitfalls,
    resource_pitfalls,
)


def _ways(plans: Sequence[Plan]) -> dict[int, list[PlanWay]]:
    """The ways to the core goals of each plan."""
    cores = Goal.objects.filter(plan__in=plans, parent=None).select_related("metric", "segment")
    ways: dict[int, list[PlanWay]] = {}
    for target in targets_of(plans, cores):
        way = PlanWay(target.goal.name, target.way, target.scale)
        ways.setdefault(target.goal.plan_id, []).append(way)
    return ways


def _outside(plan: Plan, cut: Cut) -> list[Outside]:
    """The goals whose due date would lie outside."""
    url = reverse("goals", args=[plan.pk])
    return [
        Outside(
            _("Goal"),
            f"{goal.name} · {words.day(goal.due)}",
            f"{url}#{row_key(goal)}",
        )
        for goal in Goal.objects.filter(plan=plan, parent__removed_at=None)
        if goal.due and cut.drops(goal.due)
    ]


STAGE = Stage(
    name=gettext_lazy("Strategize"),
    pages=(
        Page("goals", gettext_lazy("Goals")),
        Page("strategies", gettext_lazy("Strategies"), below=("strategy",)),
        Page("resources", gettext_lazy("Resources")),
        Page("ideas", gettext_lazy("Ideas")),
    ),
    summaries=_summaries,
    checks=_checks,
    ways=_ways,
    outside=_outside,
    next_step=next_step,
    tables=(("goals", "strategies.goals.table.GoalsTable"),),
    strands=STRANDS,
    rights={
        Goal: CoreKind.rights,
        KeyAction: access.Rights(access.may_edit_goal),
        Strategy: access.Rights(access.may_edit_strategy),
        ServedGoal: access.Rights(access.may_edit_strategy),
        TargetAnswer: access.Rights(
            access.may_edit_goal,
            add=access.may_take_back_answer,
            remove=access.may_take_back_answer,
            reads=("goal",),
        ),
        Question: access.Rights(access.may_edit_strategy),
        LeadMeasure: access.Rights(access.may_edit_strategy),
        LeadValue: access.Rights(access.may_edit_week, reads=("measure",)),
        Idea: access.Rights(access.may_edit_strategy),
        Pool: access.Rights(access.may_edit_strategy),
        Allocation: access.Rights(access.may_edit_strategy),
        Spending: access.Rights(access.may_edit_strategy),
        Leave: access.Rights(access.may_edit_leave),
    },
)
