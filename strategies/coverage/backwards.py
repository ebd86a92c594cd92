"""From a core goal backwards: what the factors of a formula must become, tried and taken as sub-goals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic.backwards import solve
from planner.arithmetic.exact import decimal
from planner.arithmetic.goals import Way
from planner.arithmetic.periods import full_months_before
from planner.diagnose.analysis.products import Factor, Product, products
from planner.diagnose.standings import Levels, Measure
from planner.models import Goal, Metric, Plan
from strategies.coverage.bars import ShownBar
from strategies.coverage.cuts import Bar, Step, cover_in, goals_with_figures, level_of
from strategies.coverage.levers import Lever, LeversForm, Slider, name_of
from strategies.goals.targets import Target, targets


class Backwards:
    """A core goal, the formula that is tried, and what comes of it."""

    def __init__(self, plan: Plan, core: Goal, params: QueryDict) -> None:
        self.plan, self.goal, self.params = plan, core, params
        figures = targets(plan, goals_with_figures([plan]), plan.team.today())
        self.core = next(target for target in figures if target.goal == core)
        self.parts = [target for target in figures if target.goal.parent_id == core.pk]

    @cached_property
    def products(self) -> list[Product]:
        """The formulas of the core goal's metric, those of the team first."""
        metrics = {metric.pk: metric for metric in Metric.objects.filter(team=self.plan.team_id)}
        found = products(self.plan.team, metrics)
        return [product for product in found if product.result.pk == self.goal.metric_id]

    @cached_property
    def product(self) -> Product | None:
        """The formula that is asked for, else the first whose factors are all known, else the first."""
        asked = [product for product in self.products if product.key == self.params.get("product")]
        known = [product for product in self.products if None not in self._levels_of(product)]
        return next(iter([*asked, *known, *self.products]), None)

    @cached_property
    def _months(self) -> tuple[dt.date, ...]:
        return full_months_before(self.plan.baseline_day(self.plan.team.today()))

    @cached_property
    def _levels(self) -> Levels:
        metrics = [m for product in self.products for factor in product.factors for m in factor.metrics]
        return Levels(map(Measure, metrics), self._months)

    def _levels_of(self, product: Product) -> list[Decimal | None]:
        return [level_of(factor, self._levels, self._months) for factor in product.factors]

    @property
    def lack(self) -> str:
        """Why nothing can be tried; "" where it can."""
        if self.core.baseline is None or self.goal.target is None:
            return _("The core goal needs a baseline and a target first.")
        if self.product is None:
            return _("The team has no formula for this metric yet: which factors multiply to it?")
        unknown = [
            factor.label
            for factor, level in zip(self.product.factors, self._levels_of(self.product), strict=True)
            if level is None and self._existing(factor) is None
        ]
        if unknown:
            return _("No values in the three months before the plan: %(names)s.") % {
                "names": words.listed(unknown, most=None)
            }
        return ""

    def _existing(self, factor: Factor) -> Target | None:
        """The sub-goal that a factor has as a step of the funnel, with a baseline."""
        metric = factor.measured
        for part in self.parts:
            goal = part.goal
            is_step = goal.cut in ("", Goal.Cut.FUNNEL) and goal.segment_id is None
            if metric is not None and is_step and goal.metric_id == metric.pk and part.baseline is not None:
                return part
        return None

    @cached_property
    def levers(self) -> list[Lever]:
        if self.product is None or self.lack:
            return []
        levers = []
        for index, factor in enumerate(self.product.factors):
            existing, level = self._existing(factor), self._levels_of(self.product)[index]
            baseline = existing.baseline if existing is not None else level
            levers.append(Lever(index, factor, round(baseline or Decimal(0), 6), existing))
        return levers

    # What is tried

    @cached_property
    def form(self) -> LeversForm:
        """What was sent; where the rest is to be solved, with what solves it."""
        is_sent = any(lever.name in self.params for lever in self.levers)
        form = LeversForm(self.params if is_sent else None, self.levers)
        if not self.params.get("solve") or not is_sent or not form.is_valid():
            return form
        solved = self._solved(form)
        if solved is None:
            return form
        data = self.params.copy()
        for lever, value in zip(self.levers, solved, strict=True):
            data[lever.name] = f"{lever.shown(value):f}"
        return LeversForm(data, self.levers)

    def _solved(self, form: LeversForm) -> tuple[Decimal, ...] | None:
        kept = {lever.index for lever in self.levers if form.cleaned_data[f"lock{lever.index}"]}
        places = [lever.places for lever in self.levers]
        target = self.goal.target or Decimal(0)
        solved = solve(self._typed(form), places, kept, target, self.goal.way)
        pairs = zip(self.levers, solved or (), strict=False)
        return None if any(lever.scale.is_rate and value > 1 for lever, value in pairs) else solved

    def _typed(self, form: LeversForm) -> list[Decimal]:
        return [lever.stored(form.cleaned_data[lever.name]) for lever in self.levers]

    @cached_property
    def values(self) -> list[Decimal] | None:
        """What is tried, as it would be stored; None while something typed is no figure."""
        if not self.form.is_bound:
            return [lever.start for lever in self.levers]
        return self._typed(self.form) if self.form.is_valid() else None

    @property
    def is_stuck(self) -> bool:
        """Whether the rest was to be solved, and cannot be."""
        is_valid = self.form.is_bound and self.form.is_valid()
        return bool(self.params.get("solve")) and is_valid and self._solved(self.form) is None

    @property
    def sliders(self) -> list[Slider]:
        rows = []
        for lever in self.levers:
            value = self.values[lever.index] if self.values is not None else lever.start
            most = lever.shown(max(round(2 * lever.baseline, lever.places), value, lever.start))
            step = lever.shown(Decimal(1).scaleb(-lever.places))
            field, lock = self.form[lever.name], self.form[f"lock{lever.index}"]
            rows.append(Slider(lever, field, lock, f"{most:f}", f"{step:f}"))
        return rows

    @property
    def product_choices(self) -> list[dict[str, Any]]:
        chosen = self.product.key if self.product else ""
        return [
            {"value": each.key, "label": each.label, "chosen": each.key == chosen} for each in self.products
        ]

    # What comes of it

    @property
    def changed(self) -> list[tuple[Lever, Decimal]]:
        """The factors that become sub-goals: those that move, or have a sub-goal already."""
        pairs = zip(self.levers, self.values or (), strict=False)
        return [
            (lever, value)
            for lever, value in pairs
            if lever.existing is not None or value != round(lever.baseline, lever.places)
        ]

    @cached_property
    def bar(self) -> ShownBar | None:
        """How the sub-goals would cover the core goal."""
        if self.values is None or self.product is None:
            return None
        goals = {lever.index: self._as_target(lever, value) for lever, value in self.changed}
        steps = [
            Step(lever.factor, lever.baseline, goals[lever.index].goal.target, goals[lever.index])
            if lever.index in goals
            else Step(lever.factor, lever.baseline, lever.baseline, None)
            for lever in self.levers
        ]
        coverage = cover_in(self.core, steps)
        if coverage is None:
            return None
        parts = tuple(step.part for step in steps if step.part is not None)
        return ShownBar(Bar(self.core, parts, coverage, self.product, tuple(steps)), self.product.label)

    def _as_target(self, lever: Lever, value: Decimal) -> Target:
        """A sub-goal as it would be; one that there is not yet has an id below 0."""
        goal = Goal(
            pk=lever.existing.goal.pk if lever.existing else -1 - lever.index,
            plan=self.plan,
            name=name_of(lever, value),
            metric=lever.factor.measured,
            target=value,
        )
        return Target(goal, lever.baseline, (), value, None, (), None, Way())

    @property
    def result(self) -> str:
        """What the factors multiply to."""
        total = prod((Fraction(value) for value in self.values or ()), start=Fraction(1))
        return words.figure(self.core.scale, decimal(total))

    @property
    def sums(self) -> list[str]:
        return [lever.text(value) for lever, value in zip(self.levers, self.values or (), strict=False)]

    @property
    def taken(self) -> Mapping[str, str]:
        """What is sent when these sub-goals are taken."""
        pairs = zip(self.levers, self.values or (), strict=False)
        fields = {lever.name: f"{lever.shown(value):f}" for lever, value in pairs}
        return {
            "product": self.product.key if self.product else "",
            "shown": str(self.goal.version),
            **fields,
        }
