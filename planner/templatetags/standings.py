"""The figures of Table 1 in words, for pages that show them at a glance."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic import formats
from planner.arithmetic.gaps import Direction
from planner.diagnose import signs
from planner.diagnose.standings import MetricProgress
from planner.stages import PlanWay
from planner.tables import cells

register = template.Library()


def _figure(progress: MetricProgress, value: Decimal | None, *, difference: bool = False) -> formats.Figure:
    scale = progress.standing.row.metric.scale
    return formats.figure(scale, value, language=words.language(), difference=difference)


@register.simple_tag
def progress_figure(progress: MetricProgress) -> Any:
    """The metric's latest level within the plan, else its level at the start."""
    return cells.figure(
        _figure(progress, progress.standing.current if progress.now is None else progress.now)
    )


@register.simple_tag
def progress_text(progress: MetricProgress) -> str:
    """The progress towards the target, in a sentence."""
    target, way = progress.standing.target, progress.way
    if target is None:
        return _("No target yet")
    start, end = _figure(progress, progress.standing.current), _figure(progress, target)
    # The unit once, at the end; in Chinese it may include 万, which the first number needs too.
    has_unit = words.is_chinese() or start.unit != end.unit
    parts = {
        "start": formats.figure_text(start) if has_unit else start.number,
        "target": formats.figure_text(end),
    }
    if progress.standing.current is None and progress.now is None:
        return _("Target %(target)s · no data yet") % parts
    if way.done is not None:
        if way.done >= 1:
            return _("From %(start)s to %(target)s · target met") % parts
        text = _("%(done)s of the way from %(start)s to %(target)s")
        return text % (parts | {"done": words.per_cent(way.done)})
    if way.is_to_hold:
        is_floor = progress.standing.row.metric.direction == Direction.HIGHER
        return (_("Hold at least %(target)s") if is_floor else _("Hold at most %(target)s")) % parts
    if progress.now is None:
        return _("Target %(target)s · no data for this plan yet") % parts
    return _("Target %(target)s") % parts


@register.simple_tag
def progress_bar(progress: MetricProgress) -> Any:
    """The progress as a bar with today's mark; "" where it is unknown."""
    return "" if progress.way.done is None else signs.bar(progress.way, "")


@register.simple_tag
def progress_months(progress: MetricProgress) -> str:
    """The months that the figure comes from: the plan's last full ones, else those of the current value."""
    standing = progress.standing
    if progress.now is not None:
        return words.months(progress.months)
    return (
        words.months(standing.computed.present) if standing.computed.present and not standing.is_typed else ""
    )


@register.simple_tag
def progress_sign(progress: MetricProgress) -> Any:
    """The sign of the way to the target, and why: the share of the way stands above it."""
    way, scale = progress.way, progress.standing.row.metric.scale
    sign = signs.plain_chip(way)
    why = [text for text in (signs.due_text(way), signs.pace_sentence(way, scale)) if text]
    return cells.lines(sign, cells.joined(why)) if why else sign


@register.simple_tag
def plan_way(way: PlanWay) -> Any:
    """The way to a core goal in a line: its sign, why, and a bar with today's mark."""
    why = [way.name, signs.done_and_due(way.way), signs.pace_sentence(way.way, way.scale)]
    text = cells.joined([piece for piece in why if piece])
    return signs.bar(way.way, format_html("{} {}", signs.plain_chip(way.way), text))
