"""Amounts of pools: their units, the smallest of them, and amounts as exact texts."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from babel.numbers import get_currency_precision
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner import words
from planner.arithmetic.capacity import Capacity
from planner.arithmetic.exact import Number, decimal
from planner.arithmetic.formats import MINUS
from planner.plans import currency_unit
from strategies.models import Pool


def unit_of(pool: Pool) -> str:
    """What a pool counts in, as it stands behind an amount."""
    if pool.kind == Pool.Kind.BUDGET:
        return currency_unit(pool.plan.team)
    return _("days") if pool.kind == Pool.Kind.PEOPLE else _("h")


def places_of(pool: Pool) -> int:
    """How many decimals the smallest unit of a pool has: those of its currency, or one."""
    return get_currency_precision(pool.plan.team.currency) if pool.kind == Pool.Kind.BUDGET else 1


def number(value: Number, places: int | None = None) -> str:
    """An amount to the cent, never shortened: "38,888.89", "12,000"; with `places`, exactly so many decimals.

    It is what amounts of one pool are added up by, so Chinese has no 万 here.
    """
    exact = decimal(Fraction(value))
    rounded = exact.quantize(Decimal(1).scaleb(-(2 if places is None else places)), rounding=ROUND_HALF_EVEN)
    text = f"{rounded.copy_abs():,f}"
    if places is None and "." in text:
        text = text.rstrip("0").removesuffix(".")
    return MINUS + text if rounded < 0 else text


def text(pool: Pool, value: Number) -> str:
    """An amount with its unit: "12,000 CNY", "5.5 days"."""
    if pool.kind == Pool.Kind.PEOPLE:
        return days_text(value)
    return f"{number(value)} {unit_of(pool)}"


def days_text(value: Number) -> str:
    """Person-days: "1 day", "5.95 days"."""
    days = number(value)
    return ngettext("%(days)s day", "%(days)s days", 1 if days == "1" else 2) % {"days": days}


def smallest(pool: Pool) -> Decimal:
    """The smallest unit of a pool, such as a cent."""
    return Decimal(1).scaleb(-places_of(pool))


def sum_text(capacity: Capacity) -> str:
    """How a capacity comes about: "10 workdays − 1.5 meetings − 0 leave = 8.5 days; × 70% = 5.95 days"."""
    return _(
        "%(workdays)d workdays − %(meetings)s meetings − %(leave)d leave = %(present)s days; "
        "× %(share)s for plans = %(days)s"
    ) % {
        "workdays": capacity.workdays,
        "meetings": number(capacity.meetings),
        "leave": capacity.leave,
        "present": number(capacity.present),
        "share": words.per_cent(capacity.share),
        "days": days_text(capacity.days),
    }
