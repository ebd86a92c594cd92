"""How a plan begins."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.models import Plan, Team
from planner.periods import add_months
from planner.tables.forms import DayField


class PlanForm(forms.Form):
    """A scenario, a name and a period: by default the team's next quarter."""

    scenario = forms.ChoiceField(label=gettext_lazy("Scenario"), choices=Plan.Scenario.choices)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    start = DayField(label=gettext_lazy("Start"))
    end = DayField(label=gettext_lazy("End"))

    def __init__(self, data: Any = None, *, team: Team) -> None:
        today = team.today()
        first = add_months(today, 3 - (today.month - 1) % 3)
        last = add_months(first, 3)
        super().__init__(data, initial={"start": first, "end": last.fromordinal(last.toordinal() - 1)})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and end < start:
            self.add_error("end", _("The plan ends before it starts: choose an end on or after the start."))
        return cleaned
