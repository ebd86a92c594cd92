"""What people write in spreadsheets and on pages, as a field of a form is sent it.

Each raises ValidationError with a sentence for a text that names nothing here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import override

from planner import words
from planner.arithmetic.days import DateOrder, parts_with_year_last, read_day, read_day_of
from planner.arithmetic.names import name_key
from planner.arithmetic.quantities import half_width

# How many choices an error names.
MOST_NAMED = 7


def choice(choices: Any, text: str, also: Iterable[tuple[Any, Any]] = ()) -> str:
    """The value of the choice that is called so in either language, or whose value is written out.

    `also` are further names of choices, which no error lists.
    """
    choices, wanted = list(choices), name_key(text)
    pairs = [*choices, *also]
    for language, _name in settings.LANGUAGES:
        with override(language):
            for value, label in pairs:
                if name_key(str(label)) == wanted:
                    return str(value)
    for value, _label in pairs:
        if value != "" and name_key(str(value)) == wanted:
            return str(value)
    named = words.listed((label for _value, label in choices), MOST_NAMED)
    raise ValidationError(
        _("“%(text)s” is not one of the choices: %(choices)s.") % {"text": text[:40], "choices": named}
    )


def pick(objects: Iterable[Any], empty_label: Any, text: str) -> str:
    """The id of the object of that name, "" for what stands for none; who shares a name is told apart by more."""
    objects, wanted = list(objects), name_key(text)
    labels = words.told_apart(objects)
    exact = [pk for pk, label in labels.items() if name_key(label) == wanted]
    if len(exact) == 1:
        return str(exact[0])
    namesakes = [obj.pk for obj in objects if name_key(str(obj)) == wanted]
    if len(namesakes) == 1:
        return str(namesakes[0])
    if namesakes:
        named = words.listed((labels[pk] for pk in namesakes), MOST_NAMED)
        raise ValidationError(
            _("“%(text)s” could be %(choices)s. Write which one.") % {"text": text[:40], "choices": named}
        )
    return _none_of(empty_label, wanted, text)


def _none_of(empty_label: Any, wanted: str, text: str) -> str:
    for language, _name in settings.LANGUAGES:
        with override(language):
            if name_key(str(empty_label)) == wanted:
                return ""
    raise ValidationError(_("“%(text)s” is not in the list of this column.") % {"text": text[:40]})


def day(text: str, start: dt.date, end: dt.date, today: dt.date) -> str:
    """A day in ISO form; one without a year is the one from `start` to `end`, else of the year of `today`.

    It is asked which is the month in 1/2/2026.
    """
    short = half_width(text).strip()
    parts = parts_with_year_last(short)
    if parts and parts[0] != parts[1] and max(parts) <= 12:
        raise ValidationError(
            _("“%(text)s” could be two dates: day or month first. Write it as 2026-10-01.")
            % {"text": short[:40]}
        )
    order = DateOrder.DMY if parts and parts[0] > 12 else DateOrder.MDY
    with suppress(ValueError):
        return read_day(short, order).isoformat()
    found = []
    for year in (start.year, end.year, today.year):
        with suppress(ValueError):
            found.append(read_day_of(short, year))
    if found:
        return next((each for each in found if start <= each <= end), found[-1]).isoformat()
    raise ValidationError(
        _("“%(text)s” is not a date. Use the format 2023-07-15.") % {"text": text.strip()[:40]}
    )


def figure(text: str, unit: str) -> str:
    """A figure without the unit that a page shows behind it."""
    short = text.strip()
    rest = short[: -len(unit)].strip() if unit and name_key(short).endswith(name_key(unit)) else short
    return rest or short


def one_line(text: str) -> str:
    """Words for a field of one line: its line breaks are spaces."""
    return " ".join(text.split("\n")) if "\n" in text else text
