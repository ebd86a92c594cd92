"""What moved sharply in the figures of a plan, and how much of the history is there: each in one sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner import words
from planner.arithmetic.collation import sort_key
from planner.arithmetic.periods import add_months
from planner.diagnose.analysis.completeness import (
    FEWEST_MONTHS,
    Backing,
    Completeness,
    complete,
    cover,
    expected_months,
)
from planner.diagnose.analysis.history import History, Series
from planner.diagnose.analysis.volatility import Move, Outlier, moves, outliers
from planner.models import Metric

# Recent moves are shown; older ones on demand.
RECENT_MONTHS = 3
OLDER_MONTHS = 12
# Up to this many months are listed by name.
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
        """How far it is from what it is compared with; its sign is the direction."""
        if self.move:
            return self.move.change
        return self.outlier.score if self.outlier else Decimal(0)

    @property
    def is_bad(self) -> bool:
        """Whether the metric got worse."""
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
        sentences = [_move_sentence(self.series, self.move)] if self.move else []
        return [*sentences, _outlier_sentence(self.series, self.outlier)] if self.outlier else sentences

    @property
    def sentence(self) -> str:
        return words.together(self.sentences)

    @property
    def cause(self) -> str:
        """The title of a bottleneck made from it."""
        params = {"what": self.series.label}
        if self.move:
            return (_("%(what)s fell sharply") if self.change < 0 else _("%(what)s rose sharply")) % params
        if self.outlier and self.outlier.is_yearly:
            return _("Unusual year-on-year change in %(what)s") % params
        return (
            _("%(what)s is unusually low") if self.change < 0 else _("%(what)s is unusually high")
        ) % params


def _move_sentence(series: Series, move: Move) -> str:
    metric = series.metric
    params = {
        "what": series.label,
        "month": words.month(move.month),
        "base": words.month(move.base_month),
        "from": words.figure(metric.scale, move.base),
        "to": words.figure(metric.scale, move.value),
        "rate": words.per_cent(None if move.rate is None else abs(move.rate)),
    }
    if move.rate is None:
        return _("%(what)s: from %(from)s in %(base)s to %(to)s in %(month)s.") % params
    if move.is_yearly:
        return (
            _("%(what)s rose %(rate)s year on year in %(month)s (%(from)s → %(to)s).")
            if move.change > 0
            else _("%(what)s fell %(rate)s year on year in %(month)s (%(from)s → %(to)s).")
        ) % params
    return (
        _("%(what)s rose %(rate)s month on month in %(month)s (%(from)s → %(to)s).")
        if move.change > 0
        else _("%(what)s fell %(rate)s month on month in %(month)s (%(from)s → %(to)s).")
    ) % params


def _outlier_sentence(series: Series, outlier: Outlier) -> str:
    params = {
        "what": series.label,
        "month": words.month(outlier.month),
        "value": words.figure(series.metric.scale, outlier.value),
        "median": words.figure(series.metric.scale, outlier.median, difference=outlier.is_yearly),
    }
    if outlier.is_yearly:
        return (
            _(
                "Unusual year-on-year change in %(what)s in %(month)s (usually %(median)s; far "
                "outside the normal range)."
            )
            % params
        )
    return (
        _("%(what)s was unusual in %(month)s: %(value)s (usually %(median)s; far outside the normal range).")
        % params
    )


def flags(history: History, threshold: Decimal, months: int = RECENT_MONTHS) -> list[Flag]:
    """The flags of the last `months` of the history, the worst first."""
    if history.last is None:
        return []
    first = add_months(history.last, 1 - months)
    flagged = []
    for series in history.series.values():
        values = series.values
        moves_by_month = {move.month: move for move in moves(values, threshold) if move.month >= first}
        outliers_by_month = {outlier.month: outlier for outlier in outliers(values) if outlier.month >= first}
        for month in sorted({*moves_by_month, *outliers_by_month}):
            flagged.append(Flag(series, month, moves_by_month.get(month), outliers_by_month.get(month)))
    return sorted(flagged, key=lambda flag: (*flag.weight, -flag.month.toordinal(), flag.series.label))


def completeness(
    history: History, metrics: Iterable[Metric], confirmed: Collection[str], *, fewest: int = FEWEST_MONTHS
) -> Completeness[tuple[int, int | None]]:
    """How much of the last months is there, up to the plan's day; where that is nothing, up to the newest reading.

    `confirmed` are the names of the sources that were confirmed in time, `fewest` is how many months there should be
    at least.
    """
    ids = {metric.pk for metric in metrics}
    own_series = {key: series for key, series in history.series.items() if key[0] in ids}
    last = history.due
    if history.last is not None and history.last <= add_months(history.due, -OLDER_MONTHS):
        last = history.last
    coverages = {}
    for key, series in own_series.items():
        expected = expected_months(last, min(series.sources, default=None), fewest)
        backings = {month: _backing(source, confirmed) for month, source in series.sources.items()}
        coverages[key] = cover(expected, backings)
    return complete(coverages, fewest)


def _backing(source: str, confirmed: Collection[str]) -> Backing:
    if not source:
        return Backing.NO_SOURCE
    return Backing.CONFIRMED if source in confirmed else Backing.UNCONFIRMED


def _missing_sentence(months: tuple[dt.date, ...], labels: list[str]) -> str:
    """Of which series months are missing: named where they are few."""
    labels_text = words.listed(labels, most=NAMED)
    if len(months) <= NAMED:
        params = {"what": labels_text, "months": words.listed(map(words.month, months), most=NAMED)}
        return _("%(what)s: no data for %(months)s.") % params
    count = ngettext("%(what)s: no data for %(n)d month.", "%(what)s: no data for %(n)d months.", len(months))
    return count % {"what": labels_text, "n": len(months)}


def reasons(completeness: Completeness[tuple[int, int | None]], history: History) -> list[str]:
    """Why the score is not 100 %, each reason in one sentence."""
    sentences = []
    if history.last is not None and history.last < history.due:
        ends = {"month": words.month(history.last), "due": words.month(history.due)}
        sentences.append(_("The data ends in %(month)s. Add data up to %(due)s.") % ends)
    if completeness.is_short:
        text = ngettext(
            "Only %(n)d of the last %(all)d months has data; six are needed.",
            "Only %(n)d of the last %(all)d months have data; six are needed.",
            completeness.months,
        )
        sentences.append(
            text
            % {
                "n": completeness.months,
                "all": max(len(coverage.expected) for coverage in completeness.by_series.values()),
            }
        )
    holes: dict[tuple[dt.date, ...], list[str]] = {}
    for key, coverage in completeness.by_series.items():
        missing = tuple(
            month for month in coverage.missing if history.last is not None and month <= history.last
        )
        if missing:
            holes.setdefault(missing, []).append(history.series[key].label)
    for missing, labels in sorted(holes.items(), key=lambda hole: (-len(hole[0]) * len(hole[1]), hole[1])):
        sentences.append(_missing_sentence(missing, sorted(labels, key=sort_key)))
    if completeness.unsourced:
        text = ngettext(
            "%(n)d value has no source and counts as half.",
            "%(n)d values have no source and count as half.",
            completeness.unsourced,
        )
        sentences.append(text % {"n": completeness.unsourced})
    if completeness.unconfirmed:
        text = ngettext(
            "%(n)d value has a source that is not confirmed and counts as three quarters.",
            "%(n)d values have a source that is not confirmed and count as three quarters.",
            completeness.unconfirmed,
        )
        sentences.append(text % {"n": completeness.unconfirmed})
    return sentences
