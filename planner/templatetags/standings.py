"""The figures of Table 1 in words, for pages that show them at a glance."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic import formats
from planner.diagnose.standings import Reached
from planner.tables import cells

register = template.Library()


def _figure(each: Reached, value: Decimal | None, *, difference: bool = False) -> formats.Figure:
    scale = each.standing.row.metric.scale
    return formats.figure(scale, value, language=words.language(), difference=difference)


@register.simple_tag
def reached_figure(each: Reached) -> Any:
    """Where the metric stands: its latest level within the plan, else where the plan began."""
    return cells.figure(_figure(each, each.standing.current if each.now is None else each.now))


@register.simple_tag
def reached_words(each: Reached) -> str:
    """What the figure means against the target, in a sentence."""
    target = each.standing.target
    if target is None:
        return _("No target yet")
    start, end = _figure(each, each.standing.current), _figure(each, target)
    # The unit once, at the end; in Chinese it may hold 万, which the first number needs too.
    has_unit = words.is_chinese() or start.unit != end.unit
    parts = {
        "start": formats.joined(start) if has_unit else start.number,
        "target": formats.joined(end),
        "done": words.per_cent(each.done),
    }
    if each.standing.current is None and each.now is None:
        return _("Target %(target)s · no data yet") % parts
    if each.done is not None:
        if each.done >= 1:
            return _("From %(start)s to %(target)s · target met") % parts
        return _("%(done)s of the way from %(start)s to %(target)s") % parts
    if each.now is None and not each.standing.gap.is_surplus:
        return _("Target %(target)s · no data for this plan yet") % parts
    return (
        _("Target %(target)s · met") % parts
        if each.standing.gap.is_surplus
        else _("Target %(target)s") % parts
    )


@register.simple_tag
def reached_bar(each: Reached) -> Any:
    """The way as a bar; nothing where it is not known."""
    return "" if each.done is None else cells.share_bar(each.done, "")
