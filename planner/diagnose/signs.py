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


def chip(way: Way) -> Any:
    """The sign; "" where there is no way to speak of."""
    return cells.chip(TONES[way.sign], LABELS[way.sign]) if way.sign else mark_safe("")


def pace_sentence(way: Way, scale: Scale) -> str:
    """Why a target is out of reach: "Needs +58,000 CNY a month; the best so far was +24,000 CNY."; else ""."""
    if way.needed is None:
        return ""
    moves = {"needed": words.signed(scale, way.needed), "best": words.signed(scale, way.best)}
    return _("Needs %(needed)s a month; the best so far was %(best)s.") % moves
