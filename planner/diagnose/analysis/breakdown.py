"""What the segments of a metric contributed to its change, in sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic.drivers import Contribution, contributions
from planner.arithmetic.exact import Number
from planner.arithmetic.formats import RATE
from planner.arithmetic.gaps import Aggregation
from planner.diagnose.analysis.history import History, Series
from planner.diagnose.analysis.spans import Span, level
from planner.models import Metric, Segment


@dataclass(frozen=True, slots=True)
class Breakdown:
    """What the segments of one dimension contributed to the change of a metric, per month."""

    metric: Metric
    dimension: str
    span: Span
    lines: tuple[Contribution[Segment], ...]

    @property
    def label(self) -> str:
        return str(Segment.Dimension(self.dimension).label)

    def labels(self) -> tuple[str, str]:
        """The months before and after."""
        return words.months(self.span.before), words.months(self.span.after)

    @property
    def largest(self) -> Fraction:
        return max((abs(line.change) for line in self.lines), default=Fraction(0))

    def cause(self, line: Contribution[Segment]) -> str:
        """What a segment did, as the first words of a bottleneck."""
        return _cause_text(line.change) % {"what": self.metric.name, "segment": line.key or ""}

    def evidence(self, line: Contribution[Segment]) -> str:
        """What a segment contributed, in one sentence."""
        params = {
            "what": self.metric.name,
            "segment": line.key or "",
            "before": words.figure(self.metric.scale, line.before),
            "after": words.figure(self.metric.scale, line.after),
            "from": words.months(self.span.before),
            "to": words.months(self.span.after),
            "share": words.per_cent(line.share),
        }
        return (
            _(
                "%(what)s, %(segment)s: %(before)s a month in %(from)s, %(after)s a month in "
                "%(to)s; %(share)s of the total change."
            )
            % params
        )

    def sentence(self) -> str:
        """Which segment contributed most, in points of growth and as a share."""
        by_segment = [line for line in self.lines if line.key is not None and line.change]
        if not by_segment:
            return ""
        main = by_segment[0]
        params = {
            "segment": main.key,
            "change": words.signed(self.metric.scale, main.change),
            "points": _points(main.points),
            "share": words.per_cent(main.share),
        }
        if main.share is None or main.points is None:
            return _("Largest change: %(segment)s, %(change)s a month.") % params
        return (
            _(
                "Largest change: %(segment)s, %(change)s a month (%(points)s of growth, "
                "%(share)s of the total change)."
            )
            % params
        )


def _cause_text(change: Fraction) -> str:
    return _("%(what)s fell in %(segment)s") if change < 0 else _("%(what)s rose in %(segment)s")


def points_of(line: Contribution[Segment]) -> str:
    """What a segment contributed to the growth of the whole, in percentage points."""
    return _points(line.points)


def _points(points: Fraction | None) -> str:
    if points is None:
        return "–"
    return words.signed(RATE, Fraction(round(points * 1000), 1000))


def breakdowns(metric: Metric, span: Span, history: History) -> list[Breakdown]:
    """By each dimension that has readings; only for a metric that is summed."""
    whole = history.of(metric.pk)
    if metric.aggregation != Aggregation.SUM or whole is None:
        return []
    before, after = (
        [month for month in months if month in whole.values] for months in (span.before, span.after)
    )
    if not before or not after:
        return []
    by_dimension: dict[str, list[Series]] = {}
    for series in history.segments(metric.pk):
        if series.segment is not None:
            by_dimension.setdefault(series.segment.dimension, []).append(series)
    compared = Span(span.key, span.label, tuple(before), tuple(after))
    result = []
    for dimension, parts in by_dimension.items():
        firsts, lasts = (_means(parts, months) for months in (before, after))
        if firsts or lasts:
            ends = level(whole, before), level(whole, after)
            result.append(Breakdown(metric, dimension, compared, tuple(contributions(firsts, lasts, *ends))))
    return result


def _means(parts: Sequence[Series], months: Sequence[dt.date]) -> dict[Segment, Number]:
    """The mean of each segment per month; a missing month counts as 0, a segment without values is left out."""
    means: dict[Segment, Number] = {}
    for series in parts:
        values = [series.values[month] for month in months if month in series.values]
        if values and series.segment is not None:
            means[series.segment] = sum(map(Fraction, values), Fraction(0)) / len(months)
    return means
