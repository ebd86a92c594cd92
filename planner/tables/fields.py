"""What is typed in a cell: the fields that forms of tables share, each cleaning to what the objects hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from planner import words
from planner.arithmetic.days import FIRST_YEAR, LAST_YEAR
from planner.arithmetic.items import split_items
from planner.arithmetic.quantities import QuantityError, edit_text, parse_quantity

# Lines that are pasted into a field of one line come with spaces between them: 800 850 900 is no 800,850,900.
_SEVERAL = re.compile(r"[0-9][ \t\r\n]+[0-9]")


class QuantityField(forms.CharField):
    """A figure as people type it: 1,200 · 80万 · 100w · 1.5m · 8%. Cleans to a Decimal, or None when empty.

    The form sets `currency`, the code of the team's money, and `rate`: of a rate a bare number is per cent (Decision 14
    of the method), whose sign stands behind the field and not in it.
    """

    currency = ""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # CharField's own checks measure text, and this cleans to a number.
        self.validators = []
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off", "maxlength": 40})
        self.rate = False

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        if _SEVERAL.search(text):
            raise ValidationError(
                _("“%(text)s” could be several numbers. Enter one, without spaces.") % {"text": text[:40]}
            )
        try:
            quantity = parse_quantity(text, currency=self.currency, rate=self.rate, typed=True)
        except QuantityError as error:
            raise ValidationError(str(error)) from error
        if quantity.percent and not self.rate:
            raise ValidationError(_("This value is not a rate. Enter it without a per cent sign."))
        return quantity.value

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        return edit_text(value, rate=self.rate, language=words.language()).removesuffix("%")


class DayField(forms.DateField):
    """A plain date of a year that people plan for, typed in the browser's own date picker."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "error_messages", {"invalid": gettext_lazy("Enter a valid date, such as 2026-10-01.")}
        )
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def to_python(self, value: Any) -> Any:
        day = super().to_python(value)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(
                _("Choose a date between %(first)d and %(last)d.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
            )
        return day


class DayRangeInput(forms.MultiWidget):
    """The two dates of a range; read and written as one text too, 2026-07-01/2026-07-15."""

    def __init__(self) -> None:
        day = DayField.widget
        super().__init__({"from": day, "to": day})

    def decompress(self, value: Any) -> list[str]:
        first, _slash, last = (value or "").partition("/")
        return [first, last]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        if name in data:
            return data.get(name)
        first, last = super().value_from_datadict(data, files, name)
        return f"{first or ''}/{last or ''}" if first or last else ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        label = context["widget"]["attrs"].get("aria-label")
        ends = (pgettext("range of days", "From"), pgettext("range of days", "To"))
        for part, end in zip(context["widget"]["subwidgets"], ends, strict=True):
            part["attrs"]["aria-label"] = f"{label}: {end}" if label else end
        return context


class DayRangeField(forms.Field):
    """From a day to a day: cleans to the two dates, or None when empty."""

    widget = DayRangeInput

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        first, _slash, last = str(value).partition("/")
        if not first or not last:
            raise ValidationError(_("Enter both dates, or leave both empty."))
        start, end = DayField().clean(first), DayField().clean(last)
        if end < start:
            raise ValidationError(_("The end date is before the start date. Choose a later one."))
        return start, end

    def prepare_value(self, value: Any) -> Any:
        return "/".join(day.isoformat() for day in value) if isinstance(value, tuple) else value


class PickField(forms.ChoiceField):
    """One of a table's own objects, such as an owner: cleans to the object, or None when empty."""

    def __init__(self, *, empty_label: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.empty_label = empty_label
        self._objects: Callable[[], Iterable[Any]] = tuple

    def offer(self, objects: Callable[[], Iterable[Any]]) -> None:
        """Set the function that returns the options: it is called when the field is shown or read."""
        self._objects = objects
        self.choices = self._choice_pairs

    @property
    def options(self) -> dict[str, Any]:
        return {str(obj.pk): obj for obj in self._objects()}

    def _choice_pairs(self) -> list[tuple[str, Any]]:
        names = words.told_apart(self._objects())
        return [("", self.empty_label), *((str(pk), name) for pk, name in names.items())]

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        if str(value) not in self.options:
            raise ValidationError(_("This option is no longer available. Choose another one."))
        return self.options[str(value)]

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)

    def prepare_value(self, value: Any) -> Any:
        return str(value.pk) if isinstance(value, models.Model) else value


class StepSelect(forms.RadioSelect):
    """Steps to choose among, each with a line that says what it means."""

    lines: Sequence[Any] = ()

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, label, *args, **kwargs)
        if self.lines:
            option["line"] = self.lines[int(value) - 1] if value else NO_SCORE
        return option


NO_SCORE = gettext_lazy("Not scored")
SCORES = [("", "–"), *((str(score), str(score)) for score in range(1, 6))]


class ScoreField(forms.ChoiceField):
    """A score from 1 to 5, or none yet: cleans to an int or None.

    `lines` say what each of the five steps means, 1 first.
    """

    widget = StepSelect

    def __init__(self, *, lines: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(choices=SCORES, required=False, **kwargs)
        self.widget.lines = lines

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if text and text not in dict(SCORES):
            raise ValidationError(_("Scores are whole numbers from 1 to 5."))
        return int(text) if text else None

    def valid_value(self, value: Any) -> bool:
        return isinstance(value, int)

    def prepare_value(self, value: Any) -> Any:
        return "" if value is None else str(value)


class FlagField(forms.ChoiceField):
    """One of two choices, the first of which says yes: cleans to a bool."""

    def __init__(self, *, yes: Any, no: Any, **kwargs: Any) -> None:
        super().__init__(choices=(("1", yes), ("", no)), required=False, widget=forms.RadioSelect, **kwargs)

    def to_python(self, value: Any) -> Any:
        return super().to_python(value) == "1"

    def valid_value(self, value: Any) -> bool:
        return isinstance(value, bool)

    def prepare_value(self, value: Any) -> Any:
        return ("1" if value else "") if isinstance(value, bool) else value


class ItemsField(forms.CharField):
    """A list, one item a line, with or without ①, 1. or a dash before each: cleans to the items, one a line.

    No item is longer than `longest`, where that is given.
    """

    widget = forms.Textarea(attrs={"rows": 4})

    def __init__(self, *, longest: int | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)
        self.longest = longest

    def to_python(self, value: Any) -> Any:
        return "\n".join(map(self.checked, self.items_of(value)))

    def items_of(self, value: Any) -> tuple[str, ...]:
        """What was typed, without markers."""
        return split_items(super().to_python(value) or "")

    def checked(self, item: str) -> str:
        """The item; ValidationError where it is too long."""
        if self.longest is not None and len(item) > self.longest:
            raise ValidationError(
                _("“%(text)s…” is longer than %(limit)d characters. Split it into two lines.")
                % {"text": item[:40], "limit": self.longest}
            )
        return item
