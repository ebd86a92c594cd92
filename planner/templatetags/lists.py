"""Lists of names as people of the page's language write them."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from planner import words
from planner.arithmetic.items import circled

register = template.Library()


register.filter(circled)


@register.filter
def listed(names: Iterable[object]) -> str:
    """Mon, Tue · 周一、周二"""
    return words.listed(names, most=None)
