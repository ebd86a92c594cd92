"""The figures of Table 1 in words, for pages that show them at a glance."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from planner import formats
from planner.status import Standing
from planner.tables import cells

register = template.Library()


def _figure(standing: Standing, value: Decimal | None, *, difference: bool = False) -> formats.Figure:
    metric = standing.row.metric
    language = get_language() or "en"
    return formats.figure(
        value, rate=metric.is_rate, unit=metric.unit, language=language, difference=difference
    )


@register.simple_tag
def standing_figure(standing: Standing) -> Any:
    return cells.figure(_figure(standing, standing.current))


@register.simple_tag
def standing_words(standing: Standing) -> str:
    """How far a metric is from its target, in a sentence."""
    gap = standing.gap.gap
    if standing.target is None:
        return _("no target yet")
    target = _figure(standing, standing.target)
    words = {"target": f"{target.number} {target.unit}".strip()}
    if gap is None:
        return _("target %(target)s · no value yet") % words
    if standing.gap.is_surplus:
        return _("target %(target)s · reached") % words
    left = _figure(standing, gap, difference=True)
    return _("target %(target)s · still to go: %(left)s") % {
        **words,
        "left": f"{left.number} {left.unit}".strip(),
    }
