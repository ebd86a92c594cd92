"""How the figures of the diagnosis are written, in the reader's language."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import get_language

from planner.arithmetic import formats
from planner.arithmetic.exact import Number, decimal
from planner.arithmetic.formats import MINUS, Scale


def language() -> str:
    return get_language() or "en"


def _decimal(value: Number | None) -> Decimal | None:
    return value if value is None or isinstance(value, Decimal) else decimal(Fraction(value))


def figure(scale: Scale, value: Number | None, *, difference: bool = False) -> str:
    """A value as one text, with its unit; a `difference` of rates in percentage points."""
    shown = formats.figure(scale, _decimal(value), language=language(), difference=difference)
    return formats.joined(shown, language())


def signed(scale: Scale, value: Number | None) -> str:
    """A change, with its sign."""
    said = figure(scale, value, difference=True)
    return f"+{said}" if value is not None and value > 0 else said


def per_cent(rate: Number | None) -> str:
    """A share in whole per cents."""
    return formats.per_cent(_decimal(rate), language())


def signed_per_cent(rate: Number | None) -> str:
    """A growth in whole per cents, with its sign."""
    said = per_cent(rate)
    return f"+{said}" if rate is not None and rate > 0 and not said.startswith(MINUS) else said


def month(date: dt.date) -> str:
    return formats.month(date, language())


def months(dates: list[dt.date] | tuple[dt.date, ...]) -> str:
    """One month, or from the first to the last."""
    return month(dates[0]) if len(dates) == 1 else f"{month(dates[0])} – {month(dates[-1])}"


def together(sentences: list[str]) -> str:
    """Sentences one after the other; Chinese ones need no space between them."""
    return ("" if language().startswith("zh") else " ").join(each for each in sentences if each)
