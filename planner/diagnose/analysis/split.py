"""A change of a figure, or its gap, split into its drivers, in sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic.drivers import apportioned, chain, shapley
from planner.arithmetic.exact import decimal
from planner.arithmetic.formats import PLAIN
from planner.arithmetic.gaps import Direction
from planner.diagnose import charts
from planner.diagnose.analysis.history import History, Series
from planner.diagnose.analysis.products import Factor, Product
from planner.diagnose.analysis.spans import TARGET, Span, level
from planner.diagnose.standings import Standing
from planner.models import Metric


@dataclass(frozen=True, slots=True)
class Part:
    """What one factor contributed, by both methods; `share` is that of Shapley in the whole change."""

    label: str
    metric: Metric | None
    before: Fraction | None
    after: Fraction | None
    shapley: Fraction
    chain: Fraction
    share: Fraction | None

    @property
    def figures(self) -> tuple[str, str]:
        """Before and after, as people read them."""
        return _format(self.metric, self.before), _format(self.metric, self.after)


@dataclass(frozen=True, slots=True)
class Split:
    """The change of a product from `start` to `end`, per month, in parts that add up to it with the `rest`."""

    product: Product
    span: Span
    start: Fraction
    end: Fraction
    parts: tuple[Part, ...]
    rest: Fraction
    notes: tuple[str, ...] = ()

    @property
    def change(self) -> Fraction:
        return self.end - self.start

    @property
    def metric(self) -> Metric:
        return self.product.result

    @property
    def places(self) -> int:
        """With how many decimals its parts are shown."""
        return words.places_of_parts(self.metric.scale, self.change, self.start)

    def rounded_parts(self) -> tuple[list[Decimal], Decimal]:
        """The parts of Shapley and the rest, rounded for people so that they add up to the rounded change."""
        return self._round([part.shapley for part in self.parts])

    def rounded_chain_parts(self) -> tuple[list[Decimal], Decimal]:
        """The same by chain substitution."""
        return self._round([part.chain for part in self.parts])

    def _round(self, parts: list[Fraction]) -> tuple[list[Decimal], Decimal]:
        rounded = apportioned([*parts, self.rest], self.places)
        return list(rounded[:-1]), rounded[-1]

    def sentence(self) -> str:
        """What changed, by how much, and the main driver."""
        metric, change = self.metric, self.change
        params: dict[str, Any] = {
            "what": metric.name,
            "change": words.figure(metric.scale, abs(change), difference=True),
            "rate": words.signed_per_cent(change / abs(self.start) if self.start else None),
        }
        if not change:
            return _("%(what)s did not change.") % params
        if self.span.key == TARGET:
            first = _("%(what)s: gap to target %(change)s a month.") % params
        elif change > 0:
            first = _("%(what)s: monthly average up %(change)s (%(rate)s).") % params
        else:
            first = _("%(what)s: monthly average down %(change)s (%(rate)s).") % params
        return words.together([first, self._main_sentence()])

    def _main_sentence(self) -> str:
        main = max(self.parts, key=lambda part: part.shapley if self.change > 0 else -part.shapley)
        values, rest = self.rounded_parts()
        value = values[self.parts.index(main)]
        if (value > 0) != (self.change > 0) or not value:
            return ""
        params = {
            "factor": main.label,
            "part": words.signed(self.metric.scale, value),
            "share": words.per_cent(main.share),
        }
        first = _("Main driver: %(factor)s, %(part)s (%(share)s of the change).") % params
        if self.span.key == TARGET and rest:
            params = {"rest": words.signed(self.metric.scale, rest)}
            remark = (
                _("%(rest)s is not covered by the drivers' targets.")
                if (rest > 0) == (self.change > 0)
                else _("The drivers' targets add up to more than is needed (%(rest)s).")
            )
            return words.together([first, remark % params])
        return first

    def weighs(self, value: Decimal) -> bool:
        """Whether a part of this size needs work: it goes the wrong way, or is missing to the target."""
        if self.span.key == TARGET:
            return value != 0 and (value > 0) == (self.change > 0)
        return self.metric.is_worse_by(value)

    def cause(self, part: Part) -> str:
        """The title of a bottleneck made from a driver."""
        return _("%(factor)s weighs on %(what)s") % {"factor": part.label, "what": self.metric.name}

    def evidence(self, part: Part) -> str:
        """What a driver contributed, in one sentence."""
        value = self.rounded_parts()[0][self.parts.index(part)]
        first, last = self.labels()
        params = {
            "factor": part.label,
            "part": words.signed(self.metric.scale, value),
            "what": self.metric.name,
            "before": words.labelled(first, part.figures[0]),
            "after": words.labelled(last, part.figures[1]),
        }
        return (
            _("%(factor)s contributed %(part)s to the change in %(what)s (%(before)s; %(after)s).") % params
        )

    def chart(self) -> charts.Chart:
        """What plotly.js draws: a waterfall from before to after."""
        metric = self.metric
        values, rest = self.rounded_parts()
        bars = [
            charts.Bar(self.labels()[0], decimal(self.start), words.figure(metric.scale, self.start), True)
        ]
        bars += [
            charts.Bar(part.label, value, words.signed(metric.scale, value))
            for part, value in zip(self.parts, values, strict=True)
        ]
        if rest:
            bars.append(charts.Bar(_("Unexplained"), rest, words.signed(metric.scale, rest)))
        bars.append(
            charts.Bar(self.labels()[1], decimal(self.end), words.figure(metric.scale, self.end), True)
        )
        return charts.waterfall_chart(
            bars,
            format_value=lambda value: words.figure(metric.scale, value),
            lower_is_better=metric.direction == Direction.LOWER,
        )

    @property
    def begins_at_zero(self) -> bool:
        """Whether the chart's axis does; where all levels are close to each other it does not."""
        levels, level = [decimal(self.start)], decimal(self.start)
        for value in self.rounded_parts()[0]:
            level += value
            levels.append(level)
        return charts.begins_at_zero([*levels, decimal(self.end)])

    def labels(self) -> tuple[str, str]:
        """The labels of before and after: months, or the current value and the target."""
        if self.span.key == TARGET:
            return _("Current"), _("Target")
        return words.months(self.span.before), words.months(self.span.after)


def _format(metric: Metric | None, value: Fraction | None) -> str:
    return words.figure(PLAIN if metric is None else metric.scale, value)


def split(product: Product, span: Span, history: History, order: Sequence[int] | None = None) -> Split | None:
    """Split the change between two spans of months; None where one of the metrics has no value in one of them.

    Only months count in which every metric of the product has a value.
    """
    series = {metric.pk: history.of(metric.pk) for metric in product.metrics}
    if any(one_series is None for one_series in series.values()):
        return None
    common_months = set.intersection(*({*one_series.values} for one_series in series.values() if one_series))
    before, after = (
        [month for month in months if month in common_months] for months in (span.before, span.after)
    )
    if not before or not after:
        return None
    notes = []
    missing = [month for month in (*span.before, *span.after) if month not in common_months]
    if missing:
        notes.append(
            _("Left out because some drivers have no data: %(months)s.")
            % {"months": words.listed(map(words.month, missing), most=None)}
        )
    firsts, lasts = [], []
    for factor in product.factors:
        first, last = (_factor_level(factor, series, months) for months in (before, after))
        if first is None or last is None:
            notes.append(
                _("%(factor)s has no data in one of the two periods and is treated as unchanged.")
                % {"factor": factor.label}
            )
        firsts.append(first)
        lasts.append(last)
    start, end = (level(series[product.result.pk], months) for months in (before, after))
    compared = Span(span.key, span.label, tuple(before), tuple(after))
    return _build(product, compared, (start, end), (firsts, lasts), notes, order)


def split_gap(
    product: Product, history: History, standings: Sequence[Standing], order: Sequence[int] | None = None
) -> Split | None:
    """Split a gap of Table 1: each factor from its current value to the target it has; None without a gap.

    A target that is reached leaves no gap. A factor without a target stays as it is; what the targets leave, or
    promise too much, is the rest.
    """
    by_metric = {standing.row.metric_id: standing for standing in standings}
    standing = by_metric.get(product.result.pk)
    if standing is None or standing.current is None or standing.target is None or standing.gap.is_surplus:
        return None
    series = {metric.pk: history.of(metric.pk) for metric in product.metrics}
    months = [
        month
        for month in standing.months
        if all(one_series is not None and month in one_series.values for one_series in series.values())
    ]
    if not months:
        return None
    firsts: list[Fraction | None] = []
    lasts: list[Fraction | None] = []
    without_target = []
    for factor in product.factors:
        current = _factor_level(factor, series, months)
        target = _factor_target(factor, by_metric)
        if target is None:
            without_target.append(factor.label)
        firsts.append(current)
        lasts.append(current if target is None else target)
    notes = []
    if without_target:
        text = _("No target set, current value used: %(names)s.")
        notes.append(text % {"names": words.listed(without_target, most=None)})
    if standing.is_typed:
        notes.append(
            _(
                "The current value was entered by hand; the drivers don't explain how it differs "
                "from the data."
            )
        )
    span = Span(TARGET, _("Gap to target"), (), tuple(months))
    ends = Fraction(standing.current), Fraction(standing.target)
    return _build(product, span, ends, (firsts, lasts), notes, order)


def _build(
    product: Product,
    span: Span,
    ends: tuple[Fraction, Fraction],
    levels: tuple[Sequence[Fraction | None], Sequence[Fraction | None]],
    notes: Sequence[str],
    order: Sequence[int] | None,
) -> Split:
    start, end = ends
    pairs = list(zip(*levels, strict=True))
    # A ratio without a value (division by 0) counts as unchanged; its denominator changed.
    firsts = [first if first is not None else last or Fraction(0) for first, last in pairs]
    lasts = [last if last is not None else first or Fraction(0) for first, last in pairs]
    fair, chained = shapley(firsts, lasts), chain(firsts, lasts, order)
    change = end - start
    parts = tuple(
        Part(
            factor.label,
            factor.measured,
            first,
            last,
            by_value,
            by_order,
            by_value / change if change else None,
        )
        for factor, (first, last), by_value, by_order in zip(
            product.factors, pairs, fair, chained, strict=True
        )
    )
    return Split(product, span, start, end, parts, change - sum(fair, Fraction(0)), tuple(notes))


def _factor_level(
    factor: Factor, series: Mapping[int, Series | None], months: Sequence[dt.date]
) -> Fraction | None:
    top = level(series[factor.numerator.pk], months)
    if factor.denominator is None:
        return top
    below = level(series[factor.denominator.pk], months)
    return top / below if below else None


def _factor_target(factor: Factor, by_metric: Mapping[int, Standing]) -> Fraction | None:
    """The target per month of a factor: its own, or that of its numerator ÷ that of its denominator."""

    def target(metric: Metric | None) -> Fraction | None:
        standing = by_metric.get(metric.pk) if metric is not None else None
        return None if standing is None or standing.target is None else Fraction(standing.target)

    if factor.denominator is None:
        return target(factor.numerator)
    own_target = target(factor.metric)
    if own_target is not None:
        return own_target
    top, below = target(factor.numerator), target(factor.denominator)
    return top / below if top is not None and below else None
