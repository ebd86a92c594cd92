"""The figures of Table 1 in words, for pages that show them at a glance."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic import formats
from planner.diagnose.standings import MetricProgress
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
    target = progress.standing.target
    if target is None:
        return _("No target yet")
    start, end = _figure(progress, progress.standing.current), _figure(progress, target)
    # The unit once, at the end; in Chinese it may include 万, which the first number needs too.
    has_unit = words.is_chinese() or start.unit != end.unit
    parts = {
        "start": formats.figure_text(start) if has_unit else start.number,
        "target": formats.figure_text(end),
        "done": words.per_cent(progress.done),
    }
    if progress.standing.current is None and progress.now is None:
        return _("Target %(target)s · no data yet") % parts
    if progress.done is not None:
        if progress.done >= 1:
            return _("From %(start)s to %(target)s · target met") % parts
        return _("%(done)s of the way from %(start)s to %(target)s") % parts
    if progress.now is None and not progress.standing.gap.is_surplus:
        return _("Target %(target)s · no data for this plan yet") % parts
    return (
        _("Target %(target)s · met") % parts
        if progress.standing.gap.is_surplus
        else _("Target %(target)s") % parts
    )


@register.simple_tag
def progress_bar(progress: MetricProgress) -> Any:
    """The progress as a bar; "" where it is unknown."""
    return "" if progress.done is None else cells.share_bar(progress.done, "")
