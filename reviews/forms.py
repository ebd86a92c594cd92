"""How the rows of Table 4 are typed: a period, and four lists of one item a line."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from planner.changes import Recording
from planner.tables import written
from planner.tables.fields import ItemsField
from planner.tables.forms import AddForm, RowForm
from reviews.models import Review, period_in_words, period_name
from reviews.reviews import add_review


class PeriodField(forms.ChoiceField):
    """A month or a quarter of the plan: cleans to (kind, first month)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=pgettext_lazy("review", "Period"), **kwargs)
        self.periods: dict[str, tuple[str, dt.date]] = {}

    def offer(self, periods: list[tuple[str, dt.date]]) -> None:
        """Set which periods may be chosen."""
        self.periods = {f"{kind}:{start:%Y-%m}": (kind, start) for kind, start in periods}
        self.choices = [(key, period_label(*period)) for key, period in self.periods.items()]

    def key_of(self, text: str) -> str:
        """The key of the period that is called so: 2023-07, 2023-07 (monthly), July 2023."""
        names = [
            (key, name(*period))
            for name in (period_name, period_in_words)
            for key, period in self.periods.items()
        ]
        return written.choice(self.choices, text, also=names)

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        if str(value) not in self.periods:
            raise ValidationError(_("This option is no longer available. Choose another one."))
        return self.periods[str(value)]

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)

    def prepare_value(self, value: Any) -> Any:
        return f"{value[0]}:{value[1]:%Y-%m}" if isinstance(value, tuple) else value


def period_label(kind: str, start: dt.date) -> str:
    """2023-07 (monthly)"""
    label = str(Review.Kind(kind).label).lower()
    return _("%(period)s (%(kind)s)") % {"period": period_name(kind, start), "kind": label}


class ReviewForm(RowForm):
    """One review."""

    period = PeriodField()
    effect = ItemsField(label=gettext_lazy("Effect of the strategies (key metrics)"), max_length=3000)
    worked = ItemsField(label=gettext_lazy("What worked"), max_length=3000)
    improve = ItemsField(label=gettext_lazy("To improve"), max_length=3000)
    adjustments = ItemsField(label=gettext_lazy("Next adjustments"), max_length=3000)

    def prepare(self) -> None:
        self.fields["period"].offer(self.table.periods)
        self.fields["effect"].widget.attrs["placeholder"] = _("One per line, for example: conversion 8% → 9%")
        self.fields["worked"].widget.attrs["placeholder"] = _("What should become routine, one per line")
        self.fields["improve"].widget.attrs["placeholder"] = _("What fell short and where, one per line")
        self.fields["adjustments"].widget.attrs["placeholder"] = _("What changes, who does it and by when")

    def posted(self, name: str, text: str) -> dict[str, str]:
        return {name: self.fields[name].key_of(text)} if name == "period" else super().posted(name, text)

    def current(self, name: str) -> Any:
        return (self.obj.kind, self.obj.start) if name == "period" else super().current(name)

    def describe(self, name: str, value: Any) -> str:
        return period_label(*value) if name == "period" else super().describe(name, value)

    def put(self, name: str, value: Any) -> None:
        if name == "period":
            self.obj.kind, self.obj.start = value
        else:
            super().put(name, value)


class AddReviewForm(AddForm):
    """A review begins with its period; the next one that is missing is offered first."""

    title = gettext_lazy("Add a review")
    focus_column = "effect"
    period = PeriodField()

    def prepare(self) -> None:
        self.fields["period"].offer(self.table.missing)
        # Each is added once: the script takes it out of the list then.
        self.fields["period"].widget.attrs["data-once"] = ""

    def posted(self, name: str, text: str) -> dict[str, str]:
        return {name: self.fields[name].key_of(text)}

    def create(self, log: Recording) -> Review:
        return add_review(log, self.table.plan, *self.cleaned_data["period"])
