"""What a metric is the product of: the team's own formulas, and those that its metrics suggest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from planner.models import Formula, Metric, Team
from planner.plans import standard_metrics

# So many factors have all their orders offered; more have their own order and its reverse.
ALL_ORDERS = 4


@dataclass(frozen=True, slots=True)
class Factor:
    """A metric, or a ratio of two; `metric` is the team's metric for that ratio, where there is one."""

    numerator: Metric
    denominator: Metric | None = None
    metric: Metric | None = None

    @property
    def label(self) -> str:
        if self.metric is not None:
            return self.metric.name
        if self.denominator is None:
            return self.numerator.name
        return f"{self.numerator.name} ÷ {self.denominator.name}"

    @property
    def measured(self) -> Metric | None:
        """The team's metric that it is; None for a ratio without one."""
        return self.metric or (self.numerator if self.denominator is None else None)

    @property
    def metrics(self) -> list[Metric]:
        """The metrics that it can be read from."""
        return [each for each in (self.metric, self.numerator, self.denominator) if each is not None]


@dataclass(frozen=True, slots=True)
class Product:
    """A metric as a product of factors: one that the team defined (`formula`), or one that its metrics suggest."""

    key: str
    result: Metric
    factors: tuple[Factor, ...]
    formula: Formula | None = None

    @property
    def label(self) -> str:
        return f"{self.result.name} = {self.factors_label}"

    @property
    def factors_label(self) -> str:
        return " × ".join(factor.label for factor in self.factors)

    @property
    def metrics(self) -> list[Metric]:
        """Every metric that it is computed from, the result first."""
        parts = [
            metric
            for factor in self.factors
            for metric in (factor.numerator, factor.denominator)
            if metric is not None
        ]
        return list({metric.pk: metric for metric in (self.result, *parts)}.values())


def products(team: Team, metrics: Mapping[int, Metric]) -> list[Product]:
    """The team's own formulas, then those that its metrics suggest; `metrics` are the team's, by id."""
    defined = defined_products(Formula.objects.filter(team=team), metrics)
    return [*defined, *_suggested_products(standard_metrics(team), metrics)]


def defined_products(formulas: Iterable[Formula], metrics: Mapping[int, Metric]) -> list[Product]:
    """Formulas as products, those of which all metrics are among `metrics`."""
    return [
        Product(f"f{formula.pk}", metrics[formula.result_id], _factors(formula.factors, metrics), formula)
        for formula in formulas
        if {formula.result_id, *formula.metric_ids} <= set(metrics)
    ]


def _factors(pairs: Sequence[Sequence[int | None]], metrics: Mapping[int, Metric]) -> tuple[Factor, ...]:
    factors = []
    for numerator, denominator in pairs:
        numerator_metric = metrics[numerator or 0]
        denominator_metric = metrics[denominator] if denominator is not None else None
        factors.append(
            Factor(
                numerator_metric,
                denominator_metric,
                _ratio_metric(numerator_metric, denominator_metric, metrics) if denominator_metric else None,
            )
        )
    return tuple(factors)


def _ratio_metric(numerator: Metric, denominator: Metric, metrics: Mapping[int, Metric]) -> Metric | None:
    ids = (numerator.pk, denominator.pk)
    return next(
        (metric for metric in metrics.values() if (metric.numerator_id, metric.denominator_id) == ids), None
    )


def _suggested_products(standard: Mapping[str, Metric], metrics: Mapping[int, Metric]) -> list[Product]:
    """Sales by customers, by leads, and by orders: as far as the team has the metrics."""
    available = {key: metric for key, metric in standard.items() if metric.pk in metrics}
    if "sales" not in available:
        return []
    sales = available["sales"]

    def ratio(top: Metric, below: Metric, key: str = "") -> Factor:
        return Factor(top, below, _ratio_metric(top, below, metrics) or available.get(key))

    result = []
    if "orders" in available and "customers" in available:
        orders, customers = available["orders"], available["customers"]
        by_customers = (Factor(customers), ratio(orders, customers), ratio(sales, orders, "order_value"))
        result.append(Product("customers", sales, by_customers))
    if "leads" in available:
        won = _won_metric(available["leads"], available)
        if won is not None:
            value = ratio(sales, won, "order_value" if won == available.get("orders") else "")
            result.append(
                Product("leads", sales, (Factor(available["leads"]), ratio(won, available["leads"]), value))
            )
    if "orders" in available:
        orders = available["orders"]
        result.append(Product("orders", sales, (Factor(orders), ratio(sales, orders, "order_value"))))
    return result


def _won_metric(leads: Metric, available: Mapping[str, Metric]) -> Metric | None:
    """What leads become: what the team's conversion rate counts, else orders."""
    conversion = available.get("conversion")
    if conversion is not None and conversion.denominator_id == leads.pk and conversion.numerator is not None:
        return conversion.numerator
    return available.get("orders")


def orders(product: Product) -> list[tuple[int, ...]]:
    """The orders of chain substitution that are offered."""
    given_order = tuple(range(len(product.factors)))
    return (
        list(permutations(given_order))
        if len(given_order) <= ALL_ORDERS
        else [given_order, given_order[::-1]]
    )
