"""Escaping for pieces of HTML that a page makes by the thousand."""

from __future__ import annotations

import html
from typing import Any

from django.utils.safestring import mark_safe

# What stands where nothing is: beside it stands nothing else, so that a cell knows it again.
EMPTY = mark_safe('<span class="none">–</span>')


def esc(value: Any) -> str:
    """The value as HTML: a piece of HTML stays what it is, everything else is escaped.

    What `conditional_escape` does, in a tenth of its time: it passes through three layers for lazy texts, and a
    page of fifty tasks escapes five thousand values.
    """
    return value.__html__() if hasattr(value, "__html__") else html.escape(str(value))
