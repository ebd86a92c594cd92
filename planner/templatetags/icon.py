"""The icon of the product within the page: a page makes one request less for it."""

from __future__ import annotations

from functools import cache
from urllib.parse import quote

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def icon_address() -> str:
    """static/icon.svg as an address that holds the picture itself."""
    return _address()


@cache
def _address() -> str:
    svg = (settings.BASE_DIR / "static" / "icon.svg").read_text(encoding="utf-8").strip()
    return f"data:image/svg+xml,{quote(svg)}"
