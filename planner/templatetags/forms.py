"""What forms carry besides their fields, and options besides their names."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from planner.arithmetic.collation import search_keys
from planner.web.submissions import KEY, new_key

register = template.Library()


@register.simple_tag
def form_key() -> SafeString:
    """The key of one form on one page, by which it makes one thing however often it is sent."""
    return format_html('<input type="hidden" name="{}" value="{}">', KEY, new_key())


@register.simple_tag
def keys_of(label: Any) -> SafeString | str:
    """The attribute by which an option of a list is found besides its name; "" for one without Chinese characters."""
    keys = search_keys(str(label))
    return format_html(' data-keys="{}"', keys) if keys else ""
