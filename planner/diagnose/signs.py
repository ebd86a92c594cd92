"""The signs of the way to a target, as goals, Table 1 and lists show them (Decisions 17 and 21 of the method)."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from planner import words
from planner.arithmetic.formats import Scale
from planner.arithmetic.goals import Sign, Way
from planner.tables import cells

LABELS = {
    Sign.NO_DATA: pgettext_lazy("sign", "No data yet"),
    Sign.HELD: pgettext_lazy("sign", "Held"),
    Sign.ON_TRACK: pgettext_lazy("sign", "On track"),
    Sign.BEHIND: pgettext_lazy("sign", "Behind"),
    Sign.OUT_OF_REACH: pgettext_lazy("sign", "Out of reach at this pace"),
}
TONES = {
    Sign.NO_DATA: "off",
    Sign.HELD: "good",
    Sign.ON_TRACK: "good",
    Sign.BEHIND: "warn",
    Sign.OUT_OF_REACH: "bad",
}
# The colour of a bar says no more than its sign does.
BARS: dict[Sign | None, str] = {Sign.BEHIND: "warn", Sign.OUT_OF_REACH: "bad"}


def chip(way: Way, scale: Scale) -> Any:
    """The sign, which opens to why it is so; "" where there is no way to speak of."""
    sign = plain_chip(way)
    return cells.tip(sign, lines) if sign and (lines := why(way, scale)) else sign


def plain_chip(way: Way) -> Any:
    """The sign alone, where the reasons stand beside it."""
    return cells.chip(TONES[way.sign], LABELS[way.sign]) if way.sign else mark_safe("")


def why(way: Way, scale: Scale) -> list[str]:
    """Why the sign is what it is, in figures: one sentence a line."""
    pieces = [done_and_due(way), pace_sentence(way, scale)]
    return [piece for piece in pieces if piece]


def done_and_due(way: Way) -> str:
    """How much of the way is done, and how much of the plan's months are full: "24% of the way, 33% of the time"."""
    if way.done is None:
        return ""
    shares = {"done": words.per_cent(way.done), "due": due_text(way)}
    if way.due is None:
        return _("%(done)s of the way") % shares
    return _("%(done)s of the way, %(due)s") % shares


def due_text(way: Way) -> str:
    """How much of the plan's months are full: "33% of the time"; "" where there is no share of a way to compare."""
    return "" if way.due is None else _("%(due)s of the time") % {"due": words.per_cent(way.due)}


def pace_sentence(way: Way, scale: Scale) -> str:
    """Why a target is out of reach: "Needs +58,000 CNY a month; the best so far was +24,000 CNY."; else ""."""
    if way.needed is None:
        return ""
    moves = {"needed": words.signed(scale, way.needed), "best": words.signed(scale, way.best)}
    return _("Needs %(needed)s a month; the best so far was %(best)s.") % moves


def bar(way: Way, label: Any) -> Any:
    """The way as a bar with today's mark; the label alone where no share of it is known."""
    if way.done is None:
        return cells.small(label) if label else mark_safe("")
    return cells.share_bar(way.done, label, today=way.due, tone=BARS.get(way.sign, "") if way.sign else "")
