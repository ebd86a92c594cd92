"""Figures for plotly.js as plain dictionaries: the content of a chart; its style is the stylesheet's.

Colours are the names of the stylesheet's variables ("--accent"); static/js/charts.js puts in what they stand for in
the reader's theme. Labels come ready in the reader's language. Plotly itself is not loaded: it draws in the browser.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from planner.arithmetic.periods import months_between

Chart = dict[str, Any]
Formatter = Callable[[Decimal], str]

# About so many marks on an axis.
MARKS = 6
MOST_DATES = 8
# Where all bars end this close to each other, an axis from 0 would hide their difference.
CLOSE = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Dot:
    """A month of a line: its value and its hover text; a forecast has bounds."""

    month: dt.date
    value: Decimal
    text: str
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A step of a waterfall: a level where `is_level`, else a change of the level before."""

    label: str
    value: Decimal
    text: str
    is_level: bool = False


def trend_chart(
    actual: Sequence[Dot],
    expected: Sequence[Dot],
    target: Decimal | None,
    *,
    names: dict[str, str],
    format_value: Formatter,
    format_month: Callable[[dt.date], str],
) -> Chart:
    """A line of actual values, a dashed one of the forecast with its interval, and the target.

    `names` are the legend's labels for actual, expected, interval and target.
    """
    data: list[Chart] = []
    bounded = [dot for dot in expected if dot.low is not None and dot.high is not None]
    if bounded:
        start = actual[-1]
        months = [start.month, *(dot.month for dot in bounded)]
        highs = [start.value, *(dot.high for dot in bounded)]
        lows = [start.value, *(dot.low for dot in bounded)]
        edge: Chart = {"type": "scatter", "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
        data.append({**edge, "x": _days(months), "y": _floats(highs), "showlegend": False})
        data.append(
            {
                **edge,
                "x": _days(months),
                "y": _floats(lows),
                "fill": "tonexty",
                "fillcolor": "--accent-wash",
                "name": names["interval"],
            }
        )
    data.append(_line(actual, names["actual"], {"color": "--accent", "width": 2.5}, "lines+markers"))
    if expected and actual:
        start = Dot(actual[-1].month, actual[-1].value, "")
        data.append(
            _line([start, *expected], names["expected"], {"color": "--accent", "dash": "dot", "width": 2})
        )
    values = [dot.value for dot in (*actual, *expected)]
    values += [bound for dot in bounded for bound in (dot.low, dot.high) if bound is not None]
    months = [dot.month for dot in (*actual, *expected)]
    if target is not None and months:
        values.append(target)
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": _days([months[0], months[-1]]),
                "y": _floats([target, target]),
                "line": {"color": "--warn", "dash": "dash", "width": 1.5},
                "name": names["target"],
                "hoverinfo": "skip",
            }
        )
    return {
        "data": data,
        "layout": {
            **_plain(),
            "height": 320,
            "hovermode": "x unified",
            "xaxis": {**_axis(), "type": "date", "showgrid": False, **_dates(months, format_month)},
            "yaxis": {**_axis(), **_marks(values, format_value)},
            "legend": {"orientation": "h", "x": 0, "y": -0.14, "yanchor": "top"},
        },
    }


def waterfall_chart(bars: Sequence[Bar], *, format_value: Formatter, lower_is_better: bool = False) -> Chart:
    """From one level to another, a bar for each step; rising is good unless lower is better."""
    good, bad = {"marker": {"color": "--good"}}, {"marker": {"color": "--bad"}}
    levels, level = [], Decimal(0)
    for bar in bars:
        level = bar.value if bar.is_level else level + bar.value
        levels.append(level)
    return {
        "data": [
            {
                "type": "waterfall",
                "orientation": "h",
                "y": [bar.label for bar in bars],
                "x": _floats([bar.value for bar in bars]),
                "measure": ["absolute" if bar.is_level else "relative" for bar in bars],
                "text": [bar.text for bar in bars],
                "textposition": "outside",
                "cliponaxis": False,
                "hoverinfo": "skip",
                "connector": {"line": {"color": "--rule-2", "width": 1}},
                "increasing": bad if lower_is_better else good,
                "decreasing": good if lower_is_better else bad,
                "totals": {"marker": {"color": "--ink-3"}},
            }
        ],
        "layout": {
            **_plain(),
            "height": 44 * len(bars) + 60,
            "showlegend": False,
            "waterfallgap": 0.35,
            "xaxis": {
                **_axis(),
                **_marks(levels, format_value, room=Decimal("0.18"), from_zero=not _is_close(levels)),
            },
            "yaxis": {
                "autorange": "reversed",
                "automargin": True,
                "fixedrange": True,
                "ticks": "",
                "ticksuffix": "  ",
            },
        },
    }


def begins_at_zero(levels: Sequence[Decimal]) -> bool:
    """Whether a waterfall through these levels shows them from 0 on."""
    return not _is_close(levels)


def _is_close(levels: Sequence[Decimal]) -> bool:
    low, high = min(levels, default=Decimal(0)), max(levels, default=Decimal(0))
    return low > 0 and low > high * CLOSE


def _line(dots: Sequence[Dot], name: str, line: Chart, mode: str = "lines") -> Chart:
    """A line through the dots; it breaks where months are missing."""
    by_month = {dot.month: dot for dot in dots}
    months = months_between(min(by_month), max(by_month)) if by_month else ()
    dots_or_gaps = [by_month.get(month) for month in months]
    return {
        "type": "scatter",
        "mode": mode,
        "x": _days(months),
        "y": _floats([dot.value if dot else None for dot in dots_or_gaps]),
        "customdata": [dot.text if dot else "" for dot in dots_or_gaps],
        "hovertemplate": "%{customdata}<extra></extra>",
        "name": name,
        "line": line,
        "marker": {"color": "--accent", "size": 5},
        "connectgaps": False,
    }


def _plain() -> Chart:
    return {
        "paper_bgcolor": "--sheet",
        "plot_bgcolor": "--sheet",
        "font": {"color": "--ink", "size": 13},
        "hoverlabel": {"bgcolor": "--sheet", "bordercolor": "--rule-2", "font": {"color": "--ink"}},
        "margin": {"l": 8, "r": 16, "t": 12, "b": 8},
        "dragmode": False,
    }


def _axis() -> Chart:
    return {
        "automargin": True,
        "fixedrange": True,
        "gridcolor": "--rule",
        "linecolor": "--rule-2",
        "zerolinecolor": "--rule-2",
        "tickfont": {"color": "--ink-2"},
    }


def _dates(months: Sequence[dt.date], format_month: Callable[[dt.date], str]) -> Chart:
    """Marks at about eight of the months from the first to the last, in words."""
    all_months = months_between(min(months), max(months)) if months else ()
    step = max(1, -(-len(all_months) // MOST_DATES))
    shown_months = list(all_months[::-1][::step])[::-1]
    ticks = {"tickvals": _days(shown_months), "ticktext": [format_month(month) for month in shown_months]}
    return {"tickmode": "array", "tickangle": 0, **ticks}


def _marks(
    values: Sequence[Decimal],
    format_value: Formatter,
    *,
    room: Decimal = Decimal("0.06"),
    from_zero: bool = False,
) -> Chart:
    """Round marks over the values, and the range that the axis shows."""
    if not values:
        return {}
    low, high = min(values), max(values)
    if from_zero:
        low, high = min(low, Decimal(0)), max(high, Decimal(0))
    span = (high - low) or abs(high) or Decimal(1)
    bottom, top = low - span * room, high + span * room
    if low >= 0:
        bottom = max(bottom, Decimal(0))
    step = _round_step((top - bottom) / MARKS)
    first = -(-bottom // step) if bottom >= 0 else bottom // step
    marks = [step * (first + n) for n in range(3 * MARKS)]
    marks = [mark for mark in marks if bottom <= mark <= top]
    return {
        "tickmode": "array",
        "tickvals": _floats(marks),
        "ticktext": [format_value(mark) for mark in marks],
        "range": _floats([bottom, top]),
    }


def _round_step(rough: Decimal) -> Decimal:
    """The next 1, 2 or 5 times a power of ten."""
    power = Decimal(1).scaleb(rough.adjusted())
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)


def _days(months: Sequence[dt.date]) -> list[str]:
    return [month.isoformat() for month in months]


def _floats(values: Sequence[Decimal | None]) -> list[float | None]:
    """Decimals as a browser draws them."""
    return [None if value is None else float(value) for value in values]
