"""The course of one figure of a plan, where it goes at today's pace, and when it reaches its target."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner import words
from planner.arithmetic.gaps import Direction
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
    found: Forecast | None

    @property
    def known(self) -> list[tuple[dt.date, Decimal]]:
        """The months that are shown: three years at most, and nothing from before a hole of half a year."""
        shown = sorted(self.series.values.items())[-SHOWN_MONTHS:]
        for at in range(len(shown) - 1, 0, -1):
            if shown[at - 1][0] < add_months(shown[at][0], -LONG_HOLE):
                return shown[at:]
        return shown

    @property
    def sentence(self) -> str:
        return words.together(self.sentences())

    def sentences(self) -> list[str]:
        """The pace, whether it is told apart from noise, the target's date at this pace, the season."""
        known = self.known
        if self.found is None:
            return [_("A trend needs at least two months of data.")] if known else [_("No data yet.")]
        said = [self._pace(self.found)]
        if not self.found.has_interval:
            said.append(_("A forecast range needs six months of data."))
        if self.target is not None:
            said.append(self._reaching(known[-1], self.target))
        if not self.found.is_seasonal:
            short = ngettext(
                "Seasonality needs %(needed)d months of data in a row; %(n)d month has data.",
                "Seasonality needs %(needed)d months of data in a row; %(n)d months have data.",
                self.found.months,
            )
            said.append(short % {"n": self.found.months, "needed": YEARLY_FROM})
        else:
            said.append(_("The forecast is based on the same month of the previous year."))
        return said

    def _pace(self, found: Forecast) -> str:
        scale = self.series.metric.scale
        if found.has_interval and not found.is_clear:
            signed = {"pace": words.signed(scale, found.pace)}
            return _("No clear trend: %(pace)s a month could be chance.") % signed
        if not found.pace:
            return _("No change from month to month.")
        said = _("Growing by %(pace)s a month.") if found.pace > 0 else _("Falling by %(pace)s a month.")
        return said % {"pace": words.figure(scale, abs(found.pace), difference=True)}

    def _reaching(self, last: tuple[dt.date, Decimal], target: Decimal) -> str:
        named = {"target": words.figure(self.series.metric.scale, target)}
        if self._is_reached(last[1], target):
            return _("Target of %(target)s met.") % named
        for month, value in expected_on(self.series.values):
            if self._is_reached(value, target):
                said = _("At this pace, the target of %(target)s will be met in %(month)s.")
                return said % {**named, "month": words.month(month)}
        return _("At this pace, the target of %(target)s won't be met.") % named

    def _is_reached(self, value: Decimal, target: Decimal) -> bool:
        return value >= target if self.series.metric.direction == Direction.HIGHER else value <= target

    def rows(self) -> list[list[str]]:
        """The chart as a table: month, value, and of expected months what four of five lie between."""
        metric = self.series.metric
        rows = [
            [words.month(month), words.figure(metric.scale, value), "", ""] for month, value in self.known
        ]
        for each in self.found.points if self.found else ():
            bounds = [
                "" if bound is None else words.figure(metric.scale, bound) for bound in (each.low, each.high)
            ]
            rows.append([words.month(each.month), words.figure(metric.scale, each.value), *bounds])
        return rows

    def chart(self) -> charts.Chart | None:
        """What plotly.js draws; nothing for fewer than two months."""
        known = self.known
        if len(known) < 2:
            return None
        metric = self.series.metric

        def said(month: dt.date, value: Decimal) -> str:
            return words.labelled(words.month(month), words.figure(metric.scale, value))

        points = self.found.points if self.found else ()
        return charts.trend_chart(
            [charts.Dot(month, value, said(month, value)) for month, value in known],
            [
                charts.Dot(each.month, each.value, said(each.month, each.value), each.low, each.high)
                for each in points
            ],
            self.target,
            names={
                "known": self.series.label,
                "expected": _("Forecast"),
                "interval": _("Forecast range (80%)"),
                "target": _("Target"),
            },
            written=lambda value: words.figure(metric.scale, value),
            month=words.month,
        )


def trend(series: Series, target: Decimal | None, end: dt.date) -> Trend:
    """The trend of a series towards the plan's end, at least three and at most twelve months ahead."""
    values = series.values
    ahead = FEWEST_AHEAD
    if values:
        left = len(months_between(max(values), end)) - 1
        ahead = min(max(left, FEWEST_AHEAD), MOST_AHEAD)
    return Trend(series, target, forecast(values, ahead))
