"""What moved sharply in the figures of a plan, and how much of the history is there: each in one sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner import words
from planner.arithmetic.periods import add_months
from planner.diagnose.analysis.completeness import Completeness, complete, cover, expected_months
from planner.diagnose.analysis.history import History, Series
from planner.diagnose.analysis.volatility import Move, Outlier, moves, outliers
from planner.models import Metric

# Whoever plans looks at what is recent; older moves are told on demand.
RECENT_MONTHS = 3
OLDER_MONTHS = 12
# So many months are named one by one.
NAMED = 4


@dataclass(frozen=True, slots=True)
class Flag:
    """A month of one series that moved sharply, lies far outside of the usual, or both."""

    series: Series
    month: dt.date
    move: Move | None
    outlier: Outlier | None

    @property
    def change(self) -> Decimal:
        """How far it is from what it is held against; its sign says the direction."""
        if self.move:
            return self.move.change
        return self.outlier.score if self.outlier else Decimal(0)

    @property
    def is_bad(self) -> bool:
        """Whether it went where the metric should not go."""
        return self.series.metric.is_worse_by(self.change)

    @property
    def weight(self) -> tuple[bool, bool, Decimal]:
        """Bad ones before good ones, outliers before mere moves, the largest first."""
        rate = self.move.rate if self.move else None
        size = abs(rate) if rate is not None else Decimal(10)
        return (not self.is_bad, self.outlier is None, -size)

    @property
    def sentences(self) -> list[str]:
        """What moved, by how much, against what."""
        said = [_moved(self.series, self.move)] if self.move else []
        return [*said, _outlying(self.series, self.outlier)] if self.outlier else said

    @property
    def sentence(self) -> str:
        return words.together(self.sentences)

    @property
    def cause(self) -> str:
        """What it is about, as the first words of a bottleneck."""
        said = {"what": self.series.label}
        if self.move:
            return (_("%(what)s fell sharply") if self.change < 0 else _("%(what)s rose sharply")) % said
        if self.outlier and self.outlier.is_yearly:
            return _("Unusual year-on-year change in %(what)s") % said
        return (_("%(what)s is unusually low") if self.change < 0 else _("%(what)s is unusually high")) % said


def _moved(series: Series, move: Move) -> str:
    metric = series.metric
    said = {
        "what": series.label,
        "month": words.month(move.month),
        "base": words.month(move.base_month),
        "from": words.figure(metric.scale, move.base),
        "to": words.figure(metric.scale, move.value),
        "rate": words.per_cent(None if move.rate is None else abs(move.rate)),
    }
    if move.rate is None:
        return _("%(what)s: from %(from)s in %(base)s to %(to)s in %(month)s.") % said
    if move.is_yearly:
        return (
            _("%(what)s rose %(rate)s year on year in %(month)s (%(from)s → %(to)s).")
            if move.change > 0
            else _("%(what)s fell %(rate)s year on year in %(month)s (%(from)s → %(to)s).")
        ) % said
    return (
        _("%(what)s rose %(rate)s month on month in %(month)s (%(from)s → %(to)s).")
        if move.change > 0
        else _("%(what)s fell %(rate)s month on month in %(month)s (%(from)s → %(to)s).")
    ) % said


def _outlying(series: Series, found: Outlier) -> str:
    said = {
        "what": series.label,
        "month": words.month(found.month),
        "value": words.figure(series.metric.scale, found.value),
        "median": words.figure(series.metric.scale, found.median, difference=found.is_yearly),
    }
    if found.is_yearly:
        return (
            _(
                "Unusual year-on-year change in %(what)s in %(month)s (usually %(median)s; far "
                "outside the normal range)."
            )
            % said
        )
    return (
        _("%(what)s was unusual in %(month)s: %(value)s (usually %(median)s; far outside the normal range).")
        % said
    )


def flags(history: History, threshold: Decimal, months: int = RECENT_MONTHS) -> list[Flag]:
    """The flags of the last `months` of the history, the worst first."""
    if history.last is None:
        return []
    first = add_months(history.last, 1 - months)
    found = []
    for series in history.series.values():
        values = series.values
        moved = {each.month: each for each in moves(values, threshold) if each.month >= first}
        outlying = {each.month: each for each in outliers(values) if each.month >= first}
        for month in sorted({*moved, *outlying}):
            found.append(Flag(series, month, moved.get(month), outlying.get(month)))
    return sorted(found, key=lambda flag: (*flag.weight, -flag.month.toordinal(), flag.series.label))


def completeness(history: History, metrics: Iterable[Metric]) -> Completeness[tuple[int, int | None]]:
    """How much of the last months is there, up to the plan's day; where that is nothing, up to the newest reading."""
    ids = {metric.pk for metric in metrics}
    mine = {key: each for key, each in history.series.items() if key[0] in ids}
    last = history.due
    if history.last is not None and history.last <= add_months(history.due, -OLDER_MONTHS):
        last = history.last
    covers = {}
    for key, series in mine.items():
        expected = expected_months(last, min(series.sourced, default=None))
        covers[key] = cover(expected, series.sourced)
    return complete(covers)


def _missing(months: tuple[dt.date, ...], labels: list[str]) -> str:
    """Of which series months are missing: named where they are few."""
    what = words.listed(labels, most=NAMED)
    if len(months) <= NAMED:
        named = {"what": what, "months": words.listed(map(words.month, months), most=NAMED)}
        return _("%(what)s: no data for %(months)s.") % named
    count = ngettext("%(what)s: no data for %(n)d month.", "%(what)s: no data for %(n)d months.", len(months))
    return count % {"what": what, "n": len(months)}


def reasons(found: Completeness[tuple[int, int | None]], history: History) -> list[str]:
    """Why the score is not 100 %, each reason in one sentence."""
    said = []
    if history.last is not None and history.last < history.due:
        ends = {"month": words.month(history.last), "due": words.month(history.due)}
        said.append(_("The data ends in %(month)s. Add data up to %(due)s.") % ends)
    if found.is_short:
        short = ngettext(
            "Only %(n)d of the last %(all)d months has data; six are needed.",
            "Only %(n)d of the last %(all)d months have data; six are needed.",
            found.months,
        )
        said.append(
            short % {"n": found.months, "all": max(len(each.expected) for each in found.by_series.values())}
        )
    holes: dict[tuple[dt.date, ...], list[str]] = {}
    for key, each in found.by_series.items():
        missing = tuple(month for month in each.missing if history.last is not None and month <= history.last)
        if missing:
            holes.setdefault(missing, []).append(history.series[key].label)
    for missing, labels in sorted(holes.items(), key=lambda each: (-len(each[0]) * len(each[1]), each[1])):
        said.append(_missing(missing, sorted(labels)))
    if found.unsourced:
        nameless = ngettext(
            "%(n)d value has no source and counts as half.",
            "%(n)d values have no source and count as half.",
            found.unsourced,
        )
        said.append(nameless % {"n": found.unsourced})
    return said
