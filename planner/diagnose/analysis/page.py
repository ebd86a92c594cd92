"""What the page of Table 1 shows beneath it: completeness, flags, the trend and the drivers, as its address asks."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic.gaps import Aggregation
from planner.diagnose.analysis.breakdown import Breakdown, breakdowns
from planner.diagnose.analysis.completeness import Completeness
from planner.diagnose.analysis.flags import OLDER_MONTHS, RECENT_MONTHS, Flag, completeness, flags, reasons
from planner.diagnose.analysis.history import WHOLE, History, Series, load
from planner.diagnose.analysis.products import Product, orders, products
from planner.diagnose.analysis.spans import TARGET, Span, spans
from planner.diagnose.analysis.split import Split, split, split_gap
from planner.diagnose.analysis.trend import Trend, trend
from planner.diagnose.standings import OtherMonths, Standing, other_months, standings
from planner.models import Metric, Plan

MOST_FLAGS = 8
Choice = dict[str, Any]


def _choice(value: str, label: Any, chosen: bool) -> Choice:
    return {"value": value, "label": label, "chosen": chosen}


class Analysis:
    """The analysis of one plan; every part is worked out when it is asked for, from the same readings."""

    def __init__(self, plan: Plan, params: QueryDict, rows: list[Standing] | None = None) -> None:
        """`rows` are those of Table 1 in figures, where they are known already."""
        self.plan, self.params = plan, params
        self._rows = rows

    @cached_property
    def metrics(self) -> dict[int, Metric]:
        """The team's metrics by id."""
        return {each.pk: each for each in Metric.objects.filter(team=self.plan.team_id)}

    @cached_property
    def standings(self) -> list[Standing]:
        if self._rows is not None:
            return self._rows
        return standings(self.plan, self.plan.metrics.select_related("metric", "plan"))

    @cached_property
    def other_months(self) -> OtherMonths | None:
        """Where Table 1 could better look."""
        return other_months(self.plan, self.standings)

    @property
    def other_months_words(self) -> str:
        return words.months(self.other_months.months) if self.other_months else ""

    @cached_property
    def of_plan(self) -> list[Metric]:
        return [each.row.metric for each in self.standings]

    @cached_property
    def products(self) -> list[Product]:
        """The products whose result the plan looks at first."""
        mine = {metric.pk for metric in self.of_plan}
        return sorted(products(self.plan.team, self.metrics), key=lambda each: each.result.pk not in mine)

    @cached_property
    def history(self) -> History:
        wanted = {metric.pk: metric for metric in self.of_plan}
        for product in self.products:
            wanted |= {metric.pk: metric for metric in product.metrics}
        return load(self.plan, list(wanted.values()))

    @property
    def is_empty(self) -> bool:
        return self.history.last is None

    @property
    def is_known(self) -> bool:
        return self.history.last is not None

    # Completeness

    @cached_property
    def completeness(self) -> Completeness[Any]:
        return completeness(self.history, self.of_plan)

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
        found = {}
        for metric in self.of_plan:
            for each in (self.history.of(metric.pk), *self.history.segments(metric.pk)):
                if each is not None:
                    found[f"{metric.pk}-{each.segment.pk if each.segment else ''}"] = each
        return found

    @property
    def trend_choices(self) -> list[Choice]:
        chosen = self.params.get("trend", "")
        return [_choice(key, each.label, key == chosen) for key, each in self._series.items()]

    @cached_property
    def trend(self) -> Trend | None:
        if not self._series:
            return None
        series = self._series.get(self.params.get("trend", "")) or next(iter(self._series.values()))
        targets = {each.row.metric_id: each.target for each in self.standings}
        target = targets.get(series.metric.pk) if series.segment is WHOLE else None
        return trend(series, target, self.plan.end)

    # The drivers

    @property
    def product_choices(self) -> list[Choice]:
        return [_choice(each.key, each.label, each == self.product) for each in self.products]

    @cached_property
    def product(self) -> Product | None:
        """The one that is asked for, else the first that can be worked out."""
        asked = next((each for each in self.products if each.key == self.params.get("product")), None)
        if asked is not None:
            return asked
        span = next(iter(self.spans), None)
        workable = (each for each in self.products if span and split(each, span, self.history))
        return next(workable, next(iter(self.products), None))

    @cached_property
    def spans(self) -> list[Span]:
        return spans(self.history)

    @cached_property
    def span(self) -> Span | None:
        asked = self.params.get("against", "")
        return next((each for each in self.spans if each.key == asked), next(iter(self.spans), None))

    @property
    def against_target(self) -> bool:
        return self.params.get("against") == TARGET

    @property
    def is_target_reached(self) -> bool:
        """Whether what is left to the target is asked for, and is nothing."""
        result = self.product.result.pk if self.product else None
        own = next((each for each in self.standings if each.row.metric_id == result), None)
        return self.against_target and own is not None and own.gap.is_surplus

    @property
    def span_choices(self) -> list[Choice]:
        shown = [
            _choice(each.key, each.label, not self.against_target and each == self.span)
            for each in self.spans
        ]
        return [*shown, _choice(TARGET, _("Gap to target"), self.against_target)]

    @cached_property
    def order(self) -> tuple[int, ...] | None:
        """The order of chain substitution that is asked for."""
        if self.product is None:
            return None
        offered = orders(self.product)
        asked = self.params.get("order", "")
        return next((each for each in offered if "".join(map(str, each)) == asked), offered[0])

    @property
    def order_choices(self) -> list[Choice]:
        if self.product is None:
            return []
        labels = [each.label for each in self.product.factors]
        return [
            _choice("".join(map(str, each)), " → ".join(labels[index] for index in each), each == self.order)
            for each in orders(self.product)
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
            metric = next((each for each in self.of_plan if each.aggregation == Aggregation.SUM), None)
        return breakdowns(metric, self.span, self.history) if metric else []
