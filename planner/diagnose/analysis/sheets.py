"""The figures behind the charts as files: exact values, headings in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from planner.arithmetic.exact import decimal
from planner.arithmetic.formats import Scale
from planner.diagnose.analysis.split import Split
from planner.diagnose.analysis.trend import Trend
from planner.spreadsheets.sheets import Heading, Line, Number, Sheet


def trend_sheet(trend: Trend, language: str) -> Sheet:
    """Month by month: the value, and for months to come what is expected with its bounds."""
    scale = Scale(trend.series.metric.is_rate)
    lines = [
        Line((f"{month:%Y-%m}", Number(value, scale), None, None, None)) for month, value in trend.actual
    ]
    for point in trend.forecast.points if trend.forecast else ():
        expected = (Number(value, scale) for value in (point.value, point.low, point.high))
        lines.append(Line((f"{point.month:%Y-%m}", None, *expected)))
    labels = (_("Month"), _("Value"), _("Forecast"), _("Lower bound"), _("Upper bound"))
    return _sheet(trend.series.label, language, labels, lines)


def split_sheet(split: Split, language: str) -> Sheet:
    """Driver by driver: its level before and after, and what it contributed by both methods."""
    lines = []
    for part in split.parts:
        figures = (part.before, part.after, part.shapley, part.chain)
        numbers = (Number(None if figure is None else decimal(figure)) for figure in figures)
        lines.append(Line((part.label, *numbers)))
    if split.rest:
        rest = Number(decimal(split.rest))
        lines.append(Line((_("Unexplained"), None, None, rest, rest)))
    change = Number(decimal(split.change))
    ends = Number(decimal(split.start)), Number(decimal(split.end))
    lines.append(Line((split.metric.name, *ends, change, change)))
    labels = (_("Driver"), *split.labels(), _("Contribution"), _("Contribution (step by step)"))
    return _sheet(split.product.label, language, labels, lines)


def _sheet(title: str, language: str, labels: tuple[str, ...], lines: list[Line]) -> Sheet:
    headings = tuple(Heading(label) for label in labels)
    return Sheet(name=title, title=title, note="", language=language, headings=headings, lines=tuple(lines))
