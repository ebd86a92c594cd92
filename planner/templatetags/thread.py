"""The band of the thread on the page of one object: {% thread plan strategy %}."""

from __future__ import annotations

from typing import Any

from django import template

from planner import stages
from planner.models import Plan, Recorded

register = template.Library()


@register.inclusion_tag("plans/thread.html")
def thread(plan: Plan, obj: Recorded) -> dict[str, Any]:
    """What an object follows from and what follows from it, from metric to task."""
    return {"page": {"thread": stages.thread(plan, obj)}}
