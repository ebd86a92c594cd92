"""What a metric is the product of: the team's own formulas, and those that its metrics suggest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from planner.models import Formula, Metric, Team
from planner.plans import standard_metrics

# So many factors have all their orders offered; more have their own order and its reverse.
ALL_ORDERS = 4


@dataclass(frozen=True, slots=True)
class Factor:
    """A metric, or a ratio of two; `metric` is the one of the team that stands for the ratio, where there is one."""

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


@dataclass(frozen=True, slots=True)
class Product:
    """A metric as a product of factors: one that the team defined (`formula`), or one that its metrics suggest."""

    key: str
    result: Metric
    factors: tuple[Factor, ...]
    formula: Formula | None = None

    @property
    def label(self) -> str:
        return f"{self.result.name} = {' × '.join(each.label for each in self.factors)}"

    @property
    def metrics(self) -> list[Metric]:
        """Every metric that it is computed from, the result first."""
        parts = [each for f in self.factors for each in (f.numerator, f.denominator) if each is not None]
        return list({each.pk: each for each in (self.result, *parts)}.values())


def products(team: Team, metrics: Mapping[int, Metric]) -> list[Product]:
    """The team's own formulas, then those that its metrics suggest; `metrics` are the team's, by id."""
    own = [
        Product(f"f{each.pk}", metrics[each.result_id], _factors(each.factors, metrics), each)
        for each in Formula.objects.filter(team=team)
        if {each.result_id, *each.metric_ids} <= set(metrics)
    ]
    return [*own, *_suggested(standard_metrics(team), metrics)]


def _factors(pairs: Sequence[Sequence[int | None]], metrics: Mapping[int, Metric]) -> tuple[Factor, ...]:
    found = []
    for numerator, denominator in pairs:
        top = metrics[numerator or 0]
        below = metrics[denominator] if denominator is not None else None
        found.append(Factor(top, below, _standing_for(top, below, metrics) if below else None))
    return tuple(found)


def _standing_for(numerator: Metric, denominator: Metric, metrics: Mapping[int, Metric]) -> Metric | None:
    wanted = (numerator.pk, denominator.pk)
    return next((e for e in metrics.values() if (e.numerator_id, e.denominator_id) == wanted), None)


def _suggested(standard: Mapping[str, Metric], metrics: Mapping[int, Metric]) -> list[Product]:
    """Sales by customers, by leads, and by orders: as far as the team has the metrics."""
    has = {key: metric for key, metric in standard.items() if metric.pk in metrics}
    if "sales" not in has:
        return []
    sales = has["sales"]

    def ratio(top: Metric, below: Metric, known_as: str = "") -> Factor:
        return Factor(top, below, _standing_for(top, below, metrics) or has.get(known_as))

    found = []
    if "orders" in has and "customers" in has:
        orders, customers = has["orders"], has["customers"]
        by_customers = (Factor(customers), ratio(orders, customers), ratio(sales, orders, "order_value"))
        found.append(Product("customers", sales, by_customers))
    if "leads" in has:
        won = _won_of(has["leads"], has)
        if won is not None:
            value = ratio(sales, won, "order_value" if won == has.get("orders") else "")
            found.append(Product("leads", sales, (Factor(has["leads"]), ratio(won, has["leads"]), value)))
    if "orders" in has:
        orders = has["orders"]
        found.append(Product("orders", sales, (Factor(orders), ratio(sales, orders, "order_value"))))
    return found


def _won_of(leads: Metric, has: Mapping[str, Metric]) -> Metric | None:
    """What leads become: what the team's conversion rate counts, else orders."""
    conversion = has.get("conversion")
    if conversion is not None and conversion.denominator_id == leads.pk and conversion.numerator is not None:
        return conversion.numerator
    return has.get("orders")


def orders(product: Product) -> list[tuple[int, ...]]:
    """The orders of chain substitution that are offered."""
    own = tuple(range(len(product.factors)))
    return list(permutations(own)) if len(own) <= ALL_ORDERS else [own, own[::-1]]
