"""Figures, periods and lists as texts in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from planner.arithmetic import formats
from planner.arithmetic.collation import sort_key
from planner.arithmetic.exact import Number, decimal
from planner.arithmetic.formats import MINUS, Scale
from planner.arithmetic.names import name_key
from planner.arithmetic.quantities import WAN


def language() -> str:
    return get_language() or "en"


def is_chinese() -> bool:
    return language().startswith("zh")


def _decimal(value: Number | None) -> Decimal | None:
    return value if value is None or isinstance(value, Decimal) else decimal(Fraction(value))


def figure(scale: Scale, value: Number | None, *, difference: bool = False) -> str:
    """A value as one text, with its unit; a `difference` of rates in percentage points."""
    value_and_unit = formats.figure(scale, _decimal(value), language=language(), difference=difference)
    return formats.figure_text(value_and_unit)


def signed(scale: Scale, value: Number | None) -> str:
    """A change, with its sign."""
    text = figure(scale, value, difference=True)
    return f"+{text}" if value is not None and value > 0 else text


def places_of_parts(scale: Scale, whole: Number, level: Number) -> int:
    """With how many decimals the parts of a `whole` change are shown, from a `level`, so that they add up as shown.

    In Chinese what is counted in 万 has two decimals of these.
    """
    if scale.is_rate:
        return 3
    if is_chinese() and abs(Fraction(whole)) >= WAN:
        return -2
    return 0 if abs(Fraction(whole)) >= 100 or Fraction(level) >= 1000 else 2


def per_cent(rate: Number | None) -> str:
    """A share in whole per cents."""
    return formats.per_cent(_decimal(rate), language())


def signed_per_cent(rate: Number | None) -> str:
    """A growth in whole per cents, with its sign."""
    text = per_cent(rate)
    return f"+{text}" if rate is not None and rate > 0 and not text.startswith(MINUS) else text


def day(date: dt.date | None) -> str:
    """A day with its year; "" for none."""
    return formats.day(date, language()) if date else ""


def month(date: dt.date) -> str:
    return formats.month(date, language())


def quarter(date: dt.date) -> str:
    return formats.quarter(date, language())


def months(dates: list[dt.date] | tuple[dt.date, ...]) -> str:
    """One month, or from the first to the last."""
    return month(dates[0]) if len(dates) == 1 else f"{month(dates[0])} – {month(dates[-1])}"


def lag(days: int) -> str:
    """A time until something takes effect: in months of 30 days or in weeks where it is whole ones, else in days."""
    if days and days % 30 == 0:
        return ngettext("%(n)d month", "%(n)d months", days // 30) % {"n": days // 30}
    if days and days % 7 == 0:
        return ngettext("%(n)d week", "%(n)d weeks", days // 7) % {"n": days // 7}
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def labelled(label: object, value: object) -> str:
    """What a value is, before it: "Region: East", "区域：华东"."""
    return _("%(name)s: %(value)s") % {"name": label, "value": value}


def together(sentences: list[str]) -> str:
    """Sentences one after the other; Chinese ones need no space between them."""
    return ("" if is_chinese() else " ").join(sentence for sentence in sentences if sentence)


def listed(names: Iterable[object], most: int | None = 3) -> str:
    """Names one after the other, at most `most` of them: "A, B, C and 2 more", "甲、乙、丙等 5 个".

    None lists them all, for lists to choose from or to look up.
    """
    all_names = [str(name) for name in names]
    texts = all_names[:most]
    rest = len(all_names) - len(texts)
    if is_chinese():
        text = "、".join(texts)
        return f"{text}{' ' if text[-1:].isascii() else ''}等 {len(all_names)} 个" if rest else text
    return ", ".join(texts) + (f" and {rest} more" if rest else "")


def by_name(objects: Iterable[Any]) -> list[Any]:
    """Objects by their names, as people look for them: numbers by value, letters, Chinese by pinyin."""
    return sorted(
        objects, key=lambda obj: (sort_key(str(obj), is_person=getattr(obj, "is_person", False)), obj.pk)
    )


def told_apart(objects: Iterable[Any]) -> Mapping[int, str]:
    """By their ids, what objects are called in one list; beside a name that several have stands their `beside`."""
    objects = list(objects)
    counts = Counter(name_key(str(obj)) for obj in objects)
    result = {}
    for obj in objects:
        beside = str(getattr(obj, "beside", "")) if counts[name_key(str(obj))] > 1 else ""
        result[obj.pk] = _("%(name)s (%(beside)s)") % {"name": obj, "beside": beside} if beside else str(obj)
    return result


def called(obj: Any, names: Mapping[int, str]) -> str:
    """What an object is called among `names`, else by itself; "" for None."""
    return "" if obj is None else names.get(obj.pk, str(obj))
