"""The course of one figure of a plan, its forecast, and when it reaches its target."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner import words
from planner.arithmetic.goals import meets
from planner.arithmetic.periods import add_months, months_between
from planner.diagnose import charts
from planner.diagnose.analysis.forecasting import Forecast, expected_on, forecast
from planner.diagnose.analysis.history import Series
from planner.diagnose.analysis.volatility import YEARLY_FROM

SHOWN_MONTHS = 36
LONG_HOLE = 6
FEWEST_AHEAD, MOST_AHEAD = 3, 12


@dataclass(frozen=True, slots=True)
class Trend:
    """A series with its forecast and its target per month (None: it has none, or it is a segment)."""

    series: Series
    target: Decimal | None
    forecast: Forecast | None

    @property
    def actual(self) -> list[tuple[dt.date, Decimal]]:
        """The months shown: at most three years, and none before a gap of half a year."""
        months = sorted(self.series.values.items())[-SHOWN_MONTHS:]
        for at in range(len(months) - 1, 0, -1):
            if months[at - 1][0] < add_months(months[at][0], -LONG_HOLE):
                return months[at:]
        return months

    @property
    def sentence(self) -> str:
        return words.together(self.sentences())

    def sentences(self) -> list[str]:
        """The pace and whether it is clear, the month in which the target is met, the season."""
        actual = self.actual
        if self.forecast is None:
            return [_("A trend needs at least two months of data.")] if actual else [_("No data yet.")]
        sentences = [self._pace_sentence(self.forecast)]
        if not self.forecast.has_interval:
            sentences.append(_("A forecast range needs six months of data."))
        if self.target is not None:
            sentences.append(self._target_sentence(actual[-1], self.target))
        if not self.forecast.is_seasonal:
            text = ngettext(
                "Seasonality needs %(needed)d months of data in a row; %(n)d month has data.",
                "Seasonality needs %(needed)d months of data in a row; %(n)d months have data.",
                self.forecast.months,
            )
            sentences.append(text % {"n": self.forecast.months, "needed": YEARLY_FROM})
        else:
            sentences.append(_("The forecast is based on the same month of the previous year."))
        return sentences

    def _pace_sentence(self, forecast: Forecast) -> str:
        scale = self.series.metric.scale
        if forecast.has_interval and not forecast.is_clear:
            signed = {"pace": words.signed(scale, forecast.pace)}
            return _("No clear trend: %(pace)s a month could be chance.") % signed
        if not forecast.pace:
            return _("No change from month to month.")
        text = _("Growing by %(pace)s a month.") if forecast.pace > 0 else _("Falling by %(pace)s a month.")
        return text % {"pace": words.figure(scale, abs(forecast.pace), difference=True)}

    def _target_sentence(self, last: tuple[dt.date, Decimal], target: Decimal) -> str:
        params = {"target": words.figure(self.series.metric.scale, target)}
        if meets(last[1], target, self.series.metric.direction):
            return _("Target of %(target)s met.") % params
        for month, value in expected_on(self.series.values):
            if meets(value, target, self.series.metric.direction):
                text = _("At this pace, the target of %(target)s will be met in %(month)s.")
                return text % {**params, "month": words.month(month)}
        return _("At this pace, the target of %(target)s won't be met.") % params

    def rows(self) -> list[list[str]]:
        """The chart as a table: month, value, and the 80 % range of expected months."""
        metric = self.series.metric
        rows = [
            [words.month(month), words.figure(metric.scale, value), "", ""] for month, value in self.actual
        ]
        for point in self.forecast.points if self.forecast else ():
            bounds = [
                "" if bound is None else words.figure(metric.scale, bound)
                for bound in (point.low, point.high)
            ]
            rows.append([words.month(point.month), words.figure(metric.scale, point.value), *bounds])
        return rows

    def chart(self) -> charts.Chart | None:
        """What plotly.js draws; nothing for fewer than two months."""
        actual = self.actual
        if len(actual) < 2:
            return None
        metric = self.series.metric

        def hover_text(month: dt.date, value: Decimal) -> str:
            return words.labelled(words.month(month), words.figure(metric.scale, value))

        points = self.forecast.points if self.forecast else ()
        return charts.trend_chart(
            [charts.Dot(month, value, hover_text(month, value)) for month, value in actual],
            [
                charts.Dot(
                    point.month, point.value, hover_text(point.month, point.value), point.low, point.high
                )
                for point in points
            ],
            self.target,
            names={
                "actual": self.series.label,
                "expected": _("Forecast"),
                "interval": _("Forecast range (80%)"),
                "target": _("Target"),
            },
            format_value=lambda value: words.figure(metric.scale, value),
            format_month=words.month,
        )


def trend(series: Series, target: Decimal | None, end: dt.date) -> Trend:
    """The trend of a series towards the plan's end, at least three and at most twelve months ahead."""
    values = series.values
    ahead = FEWEST_AHEAD
    if values:
        left = len(months_between(max(values), end)) - 1
        ahead = min(max(left, FEWEST_AHEAD), MOST_AHEAD)
    return Trend(series, target, forecast(values, ahead))
