"""The figures of the diagnosis as templates show them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django import template
from django.utils.html import format_html

from planner import words
from planner.arithmetic.drivers import Contribution
from planner.diagnose.analysis.breakdown import Breakdown, points_of
from planner.diagnose.analysis.split import Split

register = template.Library()


@register.simple_tag
def split_rows(split: Split) -> list[dict[str, Any]]:
    """The table of a split: each driver before and after, its part by both methods, its share."""
    values, rest = split.rounded_parts()
    rows = [
        {
            "part": part,
            "before": part.figures[0],
            "after": part.figures[1],
            "shapley": words.signed(split.metric.scale, value),
            "chain": words.signed(split.metric.scale, chain_value),
            "share": words.per_cent(part.share),
            "is_bad": split.weighs(value),
            "cause": split.cause(part),
            "evidence": split.evidence(part),
        }
        for part, value, chain_value in zip(split.parts, values, split.rounded_chain_parts()[0], strict=True)
    ]
    if rest:
        text = words.signed(split.metric.scale, rest)
        share = split.rest / split.change if split.change else None
        rows.append({"shapley": text, "chain": text, "share": words.per_cent(share)})
    return rows


@register.simple_tag
def split_total(split: Split) -> str:
    """The whole change, which the parts add up to as they are shown."""
    parts, rest = split.rounded_parts()
    return words.signed(split.metric.scale, sum(parts, rest))


@register.simple_tag
def breakdown_rows(breakdown: Breakdown) -> list[dict[str, Any]]:
    """The table of a breakdown: each segment before and after, its change, points of growth and share."""
    metric = breakdown.metric
    return [
        {
            "line": line,
            "before": words.figure(metric.scale, line.before),
            "after": words.figure(metric.scale, line.after),
            "change": words.signed(metric.scale, line.change),
            "points": points_of(line),
            "share": words.per_cent(line.share),
            "bar": _bar(line, breakdown.largest, is_bad=metric.is_worse_by(line.change)),
            "is_bad": metric.is_worse_by(line.change),
            "cause": breakdown.cause(line),
            "evidence": breakdown.evidence(line),
        }
        for line in breakdown.lines
    ]


def _bar(line: Contribution[Any], largest: Fraction, *, is_bad: bool) -> Any:
    """A change as a bar to the right or left of the middle."""
    width = 50 * abs(line.change) / largest if largest else Fraction(0)
    start = 50 if line.change >= 0 else 50 - width
    tone = "bad" if is_bad else "good"
    return format_html(
        '<svg class="bar two {}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect x="{}" width="{}" height="6"/></svg>',
        tone,
        f"{float(start):.1f}",
        f"{float(width):.1f}",
    )
