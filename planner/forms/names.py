"""The forms of a metric's or segment's name: another one, and what it is merged into."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from planner import words
from planner.models import Metric, Segment
from planner.tables.fields import PickField


class NameForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("Files may still use the name it has now."),
    )


class MergeForm(forms.Form):
    """Into which other metric, or segment of the same type, `named` is merged."""

    into = PickField(label=gettext_lazy("Merge into"), empty_label=gettext_lazy("Choose"))
    add = forms.BooleanField(
        label=gettext_lazy("Add the values where both have one for the same month"), required=False
    )

    def __init__(self, data: Any = None, *, named: Any) -> None:
        super().__init__(data)
        self.named = named
        into: Any = self.fields["into"]
        into.offer(self._others)

    def _others(self) -> list[Metric | Segment]:
        others = type(self.named).objects.filter(team=self.named.team_id).exclude(pk=self.named.pk)
        if isinstance(self.named, Segment):
            others = others.filter(dimension=self.named.dimension)
        return words.by_name(others)
