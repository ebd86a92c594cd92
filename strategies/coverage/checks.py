"""What hangs loose between the gaps and the strategies of plans, and which core goals are not covered.

For many plans at once, in a constant number of queries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic.periods import full_months_before
from planner.diagnose.analysis.products import Product, defined_products
from planner.diagnose.standings import Levels
from planner.models import Bottleneck, Formula, Goal, Metric, Plan, PlanMetric
from planner.pitfalls import Occurrences, Pitfall
from strategies.coverage import pitfalls
from strategies.coverage.bars import ShownBar
from strategies.coverage.cuts import Breakdown, CoreCoverage, goals_with_figures, measures_of
from strategies.goals.targets import Target, targets_of
from strategies.models import KeyAction, ServedGoal, Strategy


def coverage_pitfalls(plans: Sequence[Plan]) -> dict[int, dict[Pitfall, Occurrences]]:
    """By a plan's id, how it meets the pitfalls of coverage."""
    goals: dict[int, list[Goal]] = {plan.pk: [] for plan in plans}
    for goal in goals_with_figures(plans):
        goals[goal.plan_id].append(goal)
    uncovered = _uncovered(plans, goals)
    links = _links(plans)
    return {plan.pk: uncovered[plan.pk] | _loose(goals[plan.pk], links[plan.pk]) for plan in plans}


# What hangs loose


@dataclass(slots=True)
class Links:
    """What of one plan is linked: ids of goals and bottlenecks with strategies, and what needs them."""

    goals: set[int] = field(default_factory=set)
    bottlenecks: set[int] = field(default_factory=set)
    in_focus: list[Bottleneck] = field(default_factory=list)
    # The metrics with a target, and those that bottlenecks with a strategy are about.
    gaps: dict[int, str] = field(default_factory=dict)
    answered_metrics: set[int] = field(default_factory=set)


def _links(plans: Sequence[Plan]) -> dict[int, Links]:
    """The links of each plan; what is dropped answers nothing."""
    links = {plan.pk: Links() for plan in plans}
    strategies = Strategy.objects.filter(plan__in=plans).exclude(state=Strategy.State.DROPPED)
    for rows in (
        ServedGoal.objects.filter(strategy__in=strategies),
        KeyAction.objects.filter(strategy__in=strategies),
    ):
        for plan, goal in rows.values_list("strategy__plan", "goal"):
            links[plan].goals.add(goal)
    for plan, of, metric in strategies.exclude(bottleneck=None).values_list(
        "plan", "bottleneck", "bottleneck__metric"
    ):
        links[plan].bottlenecks.add(of)
        links[plan].answered_metrics.add(metric)
    for bottleneck in Bottleneck.objects.filter(plan__in=plans, in_focus=True).order_by("order", "pk"):
        links[bottleneck.plan_id].in_focus.append(bottleneck)
    targets = PlanMetric.objects.filter(plan__in=plans, target__isnull=False).order_by("order", "pk")
    for plan, metric, name in targets.values_list("plan", "metric", "metric__name"):
        links[plan].gaps[metric] = name
    return links


def _loose(goals: Sequence[Goal], links: Links) -> dict[Pitfall, Occurrences]:
    answered = {goal.pk for goal in goals if goal.pk in links.goals}
    answered |= {goal.parent_id for goal in goals if goal.pk in answered and goal.parent_id is not None}
    measured = {goal.metric_id for goal in goals}
    answered_metrics = links.answered_metrics | {goal.metric_id for goal in goals if goal.pk in answered}
    # Gaps without any goal are a pitfall of their own.
    gaps = {metric: name for metric, name in links.gaps.items() if metric in measured - answered_metrics}
    parents = {goal.parent_id for goal in goals}
    without = [
        goal
        for goal in goals
        if goal.pk not in answered and goal.pk not in parents and goal.metric_id not in gaps
    ]
    aimed_at = {goal.bottleneck_id for goal in goals}
    unanswered = [each for each in links.in_focus if each.pk not in links.bottlenecks | aimed_at]
    of_gaps = [goal for goal in goals if goal.metric_id in gaps]
    return {
        pitfalls.GAP_WITHOUT_STRATEGY: Occurrences(
            len(gaps), {"names": words.listed(gaps.values())}, _row(of_gaps)
        ),
        pitfalls.GOAL_WITHOUT_STRATEGY: Occurrences(len(without), _first(without), _row(without)),
        pitfalls.UNANSWERED_BOTTLENECK: Occurrences(
            len(unanswered), _first(unanswered), "ideas" if unanswered else ""
        ),
    }


def _first(things: Sequence[object]) -> dict[str, str]:
    return {"name": str(things[0])} if things else {}


def _row(goals: Sequence[Goal]) -> str:
    """The row of the first of these goals in Table 2."""
    return f"{'part' if goals[0].parent_id else 'core'}-{goals[0].pk}" if goals else ""


# What is not covered


def _uncovered(
    plans: Sequence[Plan], goals: Mapping[int, Sequence[Goal]]
) -> dict[int, dict[Pitfall, Occurrences]]:
    """The core goals that no cut covers although the parts of one add up."""
    adding = [plan for plan in plans if any(goal.adds_up for goal in goals[plan.pk])]
    coverages = {plan.pk: each for plan, each in zip(adding, _coverages(adding, goals), strict=True)}
    met = {}
    for plan in plans:
        bars = [bar for each in coverages.get(plan.pk, ()) if (bar := _best_bar(each)) and bar.rest > 0]
        texts = [
            _("%(rest)s of “%(name)s”") % {"rest": bar.size(bar.rest), "name": bar.core.goal} for bar in bars
        ]
        row = f"coverage-{bars[0].core.goal.pk}" if bars else ""
        met[plan.pk] = {pitfalls.UNCOVERED_GAP: Occurrences(len(bars), {"names": words.listed(texts)}, row)}
    return met


def _best_bar(coverage: CoreCoverage) -> ShownBar | None:
    """The bar that leaves least of a core goal; None where none is known."""
    bars = [ShownBar(bar) for cut in coverage.cuts for bar in cut.bars if not bar.coverage.unknown]
    return min(bars, key=lambda bar: bar.rest, default=None)


def _coverages(
    plans: Sequence[Plan], goals: Mapping[int, Sequence[Goal]]
) -> Iterable[Sequence[CoreCoverage]]:
    if not plans:
        return []
    products = _products_of({plan.team_id for plan in plans})
    months = {plan.pk: full_months_before(plan.baseline_day(plan.team.today())) for plan in plans}
    figures: dict[int, list[Target]] = {plan.pk: [] for plan in plans}
    for target in targets_of(plans, [goal for plan in plans for goal in goals[plan.pk]]):
        figures[target.goal.plan_id].append(target)
    measures = [
        measure for plan in plans for measure in measures_of(goals[plan.pk], products.get(plan.team_id, ()))
    ]
    levels = Levels(measures, {month for of_plan in months.values() for month in of_plan})
    return [
        Breakdown(figures[plan.pk], products.get(plan.team_id, ()), levels, months[plan.pk]).coverages()
        for plan in plans
    ]


def _products_of(teams: Iterable[int]) -> dict[int, list[Product]]:
    """The formulas that teams have defined, by the team's id."""
    metrics: dict[int, dict[int, Metric]] = {team: {} for team in teams}
    for metric in Metric.objects.filter(team__in=metrics):
        metrics[metric.team_id][metric.pk] = metric
    formulas: dict[int, list[Formula]] = {}
    for formula in Formula.objects.filter(team__in=metrics):
        formulas.setdefault(formula.team_id, []).append(formula)
    return {team: defined_products(of_team, metrics[team]) for team, of_team in formulas.items()}
