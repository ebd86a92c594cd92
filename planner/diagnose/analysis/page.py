"""What the page of Table 1 shows beneath it: completeness, flags, the trend and the drivers, as its address asks."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic.gaps import Aggregation
from planner.diagnose.analysis.breakdown import Breakdown, breakdowns
from planner.diagnose.analysis.completeness import FEWEST_MONTHS, Completeness
from planner.diagnose.analysis.flags import OLDER_MONTHS, RECENT_MONTHS, Flag, completeness, flags, reasons
from planner.diagnose.analysis.history import WHOLE, History, Series, load
from planner.diagnose.analysis.products import Product, orders, products
from planner.diagnose.analysis.spans import TARGET, Span, spans
from planner.diagnose.analysis.split import Split, split, split_gap
from planner.diagnose.analysis.trend import Trend, trend
from planner.diagnose.standings import OtherMonths, Standing, other_months, standings
from planner.models import Metric, Plan
from planner.models.scenarios import tuning_of
from planner.readings.sources import confirmed_names

MOST_FLAGS = 8
Choice = dict[str, Any]


def _choice(value: str, label: Any, chosen: bool) -> Choice:
    return {"value": value, "label": label, "chosen": chosen}


class Analysis:
    """The analysis of one plan; every part is computed on demand from the same readings."""

    def __init__(self, plan: Plan, params: QueryDict, rows: list[Standing] | None = None) -> None:
        """`rows` are the standings of Table 1, if already computed."""
        self.plan, self.params = plan, params
        self._rows = rows

    @cached_property
    def metrics(self) -> dict[int, Metric]:
        """The team's metrics by id."""
        return {metric.pk: metric for metric in Metric.objects.filter(team=self.plan.team_id)}

    @cached_property
    def standings(self) -> list[Standing]:
        if self._rows is not None:
            return self._rows
        return standings(self.plan, self.plan.metrics.select_related("metric", "plan"))

    @cached_property
    def other_months(self) -> OtherMonths | None:
        """Months with better data than those that Table 1 uses."""
        return other_months(self.plan, self.standings)

    @property
    def other_months_text(self) -> str:
        return words.months(self.other_months.months) if self.other_months else ""

    @cached_property
    def plan_metrics(self) -> list[Metric]:
        return [standing.row.metric for standing in self.standings]

    @cached_property
    def products(self) -> list[Product]:
        """The products whose result the plan looks at first."""
        plan_metric_ids = {metric.pk for metric in self.plan_metrics}
        return sorted(
            products(self.plan.team, self.metrics),
            key=lambda product: product.result.pk not in plan_metric_ids,
        )

    @cached_property
    def history(self) -> History:
        metrics = {metric.pk: metric for metric in self.plan_metrics}
        for product in self.products:
            metrics |= {metric.pk: metric for metric in product.metrics}
        return load(self.plan, list(metrics.values()))

    @property
    def is_empty(self) -> bool:
        return self.history.last is None

    @property
    def is_known(self) -> bool:
        return self.history.last is not None

    # Completeness

    @cached_property
    def completeness(self) -> Completeness[Any]:
        fewest = FEWEST_MONTHS if tuning_of(self.plan).expects_history else 0
        return completeness(self.history, self.plan_metrics, confirmed_names(self.plan), fewest=fewest)

    @property
    def score(self) -> str:
        return words.per_cent(self.completeness.score)

    @property
    def reasons(self) -> list[str]:
        return reasons(self.completeness, self.history)

    # Flags

    @property
    def threshold(self) -> str:
        return words.per_cent(self.plan.team.volatility_threshold)

    @property
    def flag_months(self) -> int:
        return OLDER_MONTHS if self.params.get("flags") == "year" else RECENT_MONTHS

    @cached_property
    def flags(self) -> list[Flag]:
        return flags(self.history, self.plan.team.volatility_threshold, self.flag_months)

    @property
    def first_flags(self) -> list[Flag]:
        return self.flags[:MOST_FLAGS]

    @property
    def more_flags(self) -> list[Flag]:
        return self.flags[MOST_FLAGS:]

    @property
    def flag_choices(self) -> list[Choice]:
        year = self.flag_months == OLDER_MONTHS
        return [
            _choice("", _("Last 3 months"), not year),
            _choice("year", _("Last 12 months"), year),
        ]

    # The trend

    @cached_property
    def _series(self) -> dict[str, Series]:
        """What a trend can be shown of: the plan's metrics, each with its segments."""
        by_key = {}
        for metric in self.plan_metrics:
            for series in (self.history.of(metric.pk), *self.history.segments(metric.pk)):
                if series is not None:
                    by_key[f"{metric.pk}-{series.segment.pk if series.segment else ''}"] = series
        return by_key

    @property
    def trend_choices(self) -> list[Choice]:
        chosen = self.params.get("trend", "")
        return [_choice(key, series.label, key == chosen) for key, series in self._series.items()]

    @cached_property
    def trend(self) -> Trend | None:
        if not self._series:
            return None
        series = self._series.get(self.params.get("trend", "")) or next(iter(self._series.values()))
        targets = {standing.row.metric_id: standing.target for standing in self.standings}
        target = targets.get(series.metric.pk) if series.segment is WHOLE else None
        return trend(series, target, self.plan.end)

    # The drivers

    @property
    def product_choices(self) -> list[Choice]:
        return [_choice(product.key, product.label, product == self.product) for product in self.products]

    @cached_property
    def product(self) -> Product | None:
        """The requested one, else the first that can be computed."""
        requested = next(
            (product for product in self.products if product.key == self.params.get("product")), None
        )
        if requested is not None:
            return requested
        span = next(iter(self.spans), None)
        workable = (product for product in self.products if span and split(product, span, self.history))
        return next(workable, next(iter(self.products), None))

    @cached_property
    def spans(self) -> list[Span]:
        return spans(self.history)

    @cached_property
    def span(self) -> Span | None:
        key = self.params.get("against", "")
        return next((span for span in self.spans if span.key == key), next(iter(self.spans), None))

    @property
    def against_target(self) -> bool:
        return self.params.get("against") == TARGET

    @property
    def is_target_reached(self) -> bool:
        """Whether the gap to target is requested and the target is met."""
        result = self.product.result.pk if self.product else None
        standing = next((standing for standing in self.standings if standing.row.metric_id == result), None)
        return self.against_target and standing is not None and standing.gap.is_surplus

    @property
    def span_choices(self) -> list[Choice]:
        choices = [
            _choice(span.key, span.label, not self.against_target and span == self.span)
            for span in self.spans
        ]
        return [*choices, _choice(TARGET, _("Gap to target"), self.against_target)]

    @cached_property
    def order(self) -> tuple[int, ...] | None:
        """The requested order of chain substitution."""
        if self.product is None:
            return None
        order_options = orders(self.product)
        requested = self.params.get("order", "")
        return next(
            (order for order in order_options if "".join(map(str, order)) == requested), order_options[0]
        )

    @property
    def order_choices(self) -> list[Choice]:
        if self.product is None:
            return []
        labels = [factor.label for factor in self.product.factors]
        return [
            _choice(
                "".join(map(str, order)), " → ".join(labels[index] for index in order), order == self.order
            )
            for order in orders(self.product)
        ]

    @cached_property
    def split(self) -> Split | None:
        if self.product is None:
            return None
        if self.against_target:
            return split_gap(self.product, self.history, self.standings, self.order)
        return split(self.product, self.span, self.history, self.order) if self.span else None

    @cached_property
    def breakdowns(self) -> list[Breakdown]:
        """By segment: of the product's result, else of the plan's first metric that adds up."""
        if self.span is None or self.against_target:
            return []
        metric = self.product.result if self.product else None
        if metric is None:
            metric = next(
                (metric for metric in self.plan_metrics if metric.aggregation == Aggregation.SUM), None
            )
        return breakdowns(metric, self.span, self.history) if metric else []
