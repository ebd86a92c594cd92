"""Changes of a row of Table 1 and its metric; and what a formula needs: itself, and a metric for each factor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic.quantities import edit_text
from planner.changes import Recording
from planner.diagnose.analysis.products import Factor, Product
from planner.diagnose.standings import standings
from planner.models import Formula, Metric, Plan, PlanMetric, Team
from planner.plans import own_metric

# Fields of the metric itself; all others are those of its row.
METRIC_FIELDS = ("name", "unit", "kind", "direction", "aggregation")
# The fields that set the current value of a row.
CURRENT_FIELDS = ("override", "override_reason")


def change_row(log: Recording, row: PlanMetric, values: Mapping[str, Any]) -> PlanMetric:
    """Give a row of Table 1 and its metric these values, by field.

    A typed value that differs from the readings needs a source or reason; without a value the reason is cleared.
    Raises ValidationError by field.
    """
    for name, value in values.items():
        if name == "name":
            row.metric.rename(value)
        else:
            setattr(row.metric if name in METRIC_FIELDS else row, name, value)
    if row.override is None:
        row.override_reason = ""
    log.save(row.metric)
    log.save(row)  # rejects an invalid figure before it is compared
    if row.override is not None and not row.override_reason and not values.keys().isdisjoint(CURRENT_FIELDS):
        _check_against_the_readings(row)
    return row


def set_months(log: Recording, plan: Plan, as_of: dt.date | None) -> None:
    """Let the whole of Table 1 look at the three full months before a day; with None at the plan's own."""
    for pk in plan.metrics.values_list("pk", flat=True):
        row = log.take(plan.metrics.all(), pk)
        row.as_of = as_of
        log.save(row)


def formula_of(log: Recording, team: Team, product: Product) -> Formula:
    """The formula of a product: the team's own, or one made of what its metrics suggest."""
    if product.formula is not None:
        return product.formula
    factors = [_pair(factor) for factor in product.factors]
    formula = Formula(team=team, result=product.result, factors=factors)
    log.save(formula)
    return formula


def _pair(factor: Factor) -> list[int | None]:
    """A factor as formulas keep it: by its own metric where nothing else says that this is the ratio of the two."""
    metric, top, below = factor.metric, factor.numerator, factor.denominator
    if metric is None or below is None or (metric.numerator_id, metric.denominator_id) == (top.pk, below.pk):
        return [top.pk, below.pk if below else None]
    return [metric.pk, None]


def metric_of(log: Recording, team: Team, factor: Factor) -> Metric:
    """The metric that a factor is: the team's, or a new one for the ratio of its two metrics."""
    if factor.measured is not None:
        return factor.measured
    top = factor.numerator
    ratio = Metric(
        team=team,
        name=factor.label[:80],
        unit=top.unit,
        kind=Metric.Kind.AMOUNT,
        aggregation=Metric.Aggregation.RATIO,
        numerator=top,
        denominator=factor.denominator,
    )
    existing = own_metric(team, ratio)
    if existing is not None and existing.removed_at is None:
        return existing
    log.save(ratio)
    return ratio


def _check_against_the_readings(row: PlanMetric) -> None:
    computed = standings(row.plan, [row])[0].computed.value
    if computed is not None and computed != row.override:
        value = edit_text(computed, rate=row.metric.is_rate, language=words.language())
        message = _("The data gives %(value)s. Enter a source or reason for using another value.")
        raise ValidationError({"override_reason": message % {"value": value}})
