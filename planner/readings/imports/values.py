"""Parses cells: days, months and figures, each by one strict rule.

A column is inspected as a whole before its cells are parsed: a single cell does not show whether 01/02 is in January
or February, or whether 0.5 is a fraction or per cent.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.utils.translation import gettext as _

from planner.arithmetic.days import DateOrder, in_range, month_named, parts_with_year_last, read_day
from planner.arithmetic.periods import month_start
from planner.arithmetic.quantities import DECIMAL_PLACES, QuantityError, half_width, parse_quantity

_MONTH = re.compile(r"(\d{4}) ?(?:[-/.] ?(\d{1,2})|年 ?(\d{1,2}) ?月(?:份)?)")
# What spreadsheets make of the number 2023.10.
_OCTOBER = re.compile(r"\d{4}\.1")
_COMPACT_MONTH = re.compile(r"(\d{4})(\d{2})")
_NAMED_MONTH = re.compile(r"([A-Za-z]{3,9})\.?[- ,/]+(\d{4})|(\d{4})[- ,/]+([A-Za-z]{3,9})\.?")


class ValueRefused(ValueError):
    """A cell that cannot be parsed; the message is a translated sentence."""


class UnsureMonth(ValueRefused):
    """A cell that is a month, but it is unclear which."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a column by their text, and the errors of the others; `order` was detected or chosen.

    `unsure` are the texts that may begin with the month or with the day, where it is not known which.
    """

    days: Mapping[str, dt.date]
    refused: Mapping[str, str]
    order: DateOrder | None
    unsure: frozenset[str] = frozenset()


def read_days(texts: Iterable[str], order: DateOrder | None = None) -> Days:
    """Read a column of days; each different text once.

    Where the year is last, the whole column decides whether the day or the month is first. Where both fit and none
    was chosen, it is ambiguous and the month is taken to be first.
    """
    plain = {text: half_width(text).strip() for text in set(texts)}
    firsts, seconds, open_texts = set(), set(), set()
    for text, short in plain.items():
        if parts := parts_with_year_last(short):
            firsts.add(parts[0])
            seconds.add(parts[1])
            open_texts.add(text)
    found_order = order if order in (DateOrder.MDY, DateOrder.DMY) else None
    if found_order is None and firsts:
        if max(firsts) > 12:
            found_order = DateOrder.DMY
        elif max(seconds) > 12:
            found_order = DateOrder.MDY
    days, refused = {}, {}
    for text, short in plain.items():
        try:
            days[text] = read_day(short, found_order or DateOrder.MDY)
        except ValueError:
            refused[text] = _("“%(text)s” is not a date. Use the format 2023-07-15.") % {
                "text": text.strip()[:40]
            }
    return Days(
        days, refused, found_order, frozenset() if found_order else frozenset(open_texts & days.keys())
    )


@lru_cache(maxsize=10_000)
def read_month(text: str) -> dt.date:
    """The first day of the month in a cell, which may have a month or a day.

    Raises ValueRefused with a sentence.
    """
    short = half_width(text).strip()
    if _OCTOBER.fullmatch(short):
        raise UnsureMonth(
            _("“%(text)s” could be January or October. Enter 2023-01 or 2023-10.") % {"text": short}
        )
    try:
        if match := _MONTH.fullmatch(short):
            return month_start(in_range(dt.date(int(match[1]), int(match[2] or match[3]), 1)))
        if match := _NAMED_MONTH.fullmatch(short):
            name, year = (match[1], match[2]) if match[1] else (match[4], match[3])
            return in_range(dt.date(int(year), month_named(name), 1))
        if match := _COMPACT_MONTH.fullmatch(short):
            return in_range(dt.date(int(match[1]), int(match[2]), 1))
        if parts_with_year_last(short):
            raise ValueError(short)  # 01/02/2023: only a whole column of days could tell
        return month_start(read_day(short, DateOrder.YMD))
    except ValueError:
        if not short:
            raise ValueRefused(_("The month is missing.")) from None
        raise ValueRefused(
            _("“%(text)s” is not a month. Use the format 2023-07 or 2023年7月.") % {"text": short[:40]}
        ) from None


@dataclass(frozen=True, slots=True)
class Figure:
    """The figure in a cell, and whether it had a per-cent sign (it is a fraction then)."""

    value: Decimal
    percent: bool


def read_figure(text: str, currency: str) -> Figure:
    """Parse a figure by the one strict rule for all; `currency` is the code of the team's money.

    Raises ValueRefused with a sentence, also for another currency.
    """
    try:
        quantity = parse_quantity(without_float_tail(text), currency=currency)
    except QuantityError as error:
        raise ValueRefused(str(error)) from None
    return Figure(quantity.value, quantity.percent)


_LONG_DECIMALS = re.compile(r"-?\d{1,14}\.\d{7,}")


def without_float_tail(text: str) -> str:
    """A number that a program has written with all its binary digits, 0.30000000000000004, as it was meant: 0.3.

    Only where it has at most 6 decimals once rounded to 15 significant digits: others stay as they are.
    """
    short = text.strip()
    if not _LONG_DECIMALS.fullmatch(short):
        return text
    rounded = Decimal(f"{float(short):.15g}")
    exponent = rounded.as_tuple().exponent
    return f"{rounded:f}" if isinstance(exponent, int) and -exponent <= DECIMAL_PLACES else text


def within_field(value: Decimal) -> Decimal:
    """A value with the 6 decimals that are stored, halves to the even neighbour."""
    return round(value, DECIMAL_PLACES)
