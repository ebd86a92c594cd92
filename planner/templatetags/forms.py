"""What forms carry besides their fields."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from planner.web.submissions import KEY, new_key

register = template.Library()


@register.simple_tag
def form_key() -> SafeString:
    """The key of one form on one page, by which it makes one thing however often it is sent."""
    return format_html('<input type="hidden" name="{}" value="{}">', KEY, new_key())
