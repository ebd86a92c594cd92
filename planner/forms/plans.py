"""How a plan begins, is renamed and is duplicated."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner import words
from planner.arithmetic import formats
from planner.arithmetic.periods import add_months, month_start
from planner.models import Metric, Plan, Team
from planner.models.plans import check_length
from planner.models.scenarios import TUNINGS
from planner.plans import standard_metrics
from planner.tables.fields import DayField
from planner.web.requests import with_value

OTHER = "other"


def periods(today: dt.date) -> dict[str, tuple[dt.date, dt.date]]:
    """The periods that teams plan for, by name: the next quarter first."""
    quarter = add_months(today, -((today.month - 1) % 3))

    def span(first: dt.date, months: int) -> tuple[dt.date, dt.date]:
        return first, add_months(first, months) - dt.timedelta(days=1)

    return {
        "next-quarter": span(add_months(quarter, 3), 3),
        "this-quarter": span(quarter, 3),
        "next-month": span(add_months(today, 1), 1),
        "this-month": span(month_start(today), 1),
        "next-year": span(dt.date(today.year + 1, 1, 1), 12),
        "this-year": span(dt.date(today.year, 1, 1), 12),
    }


class SpanForm(forms.Form):
    """What lasts from a day to a day."""

    start = DayField(label=gettext_lazy("Start"))
    end = DayField(label=gettext_lazy("End"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and end < start:
            self.add_error(
                "end", _("The plan ends before it starts. Choose an end date on or after the start.")
            )
        elif start and end:
            try:
                check_length(start, end)
            except ValidationError as error:
                self.add_error(None, error)
        return cleaned


class PlanForm(SpanForm):
    """Scenario, name and period, and the first metrics: those that the scenario suggests."""

    scenario = forms.ChoiceField(
        label=gettext_lazy("Why are you planning?"), choices=Plan.Scenario.choices, widget=forms.RadioSelect
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    period = forms.ChoiceField(label=gettext_lazy("Period"))
    metrics = forms.MultipleChoiceField(
        label=gettext_lazy("Metrics to start with"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, team: Team, scenario: str = "") -> None:
        chosen = Plan.Scenario(scenario if scenario in Plan.Scenario.values else Plan.Scenario.TARGET)
        self.periods = periods(team.today())
        start, end = self.periods["next-quarter"]
        initial = {
            "scenario": chosen,
            "name": _("Q%(quarter)d %(year)d") % {"quarter": (start.month + 2) // 3, "year": start.year},
            "period": "next-quarter",
            "start": start,
            "end": end,
            "metrics": TUNINGS[chosen].metrics,
        }
        super().__init__(data, initial=initial)
        self.fields["start"].required = self.fields["end"].required = False
        self.fields["name"].widget.attrs["autofocus"] = True
        names = {
            "next-quarter": _("Next quarter"),
            "this-quarter": _("This quarter"),
            "next-month": _("Next month"),
            "this-month": _("This month"),
            "next-year": _("Next year"),
            "this-year": _("This year"),
        }
        language = words.language()
        period: Any = self.fields["period"]
        # Who posts two days need not name a period.
        period.required = data is None or "period" in data
        period.choices = [
            *(
                (key, f"{names[key]} · {formats.day_range(*span, language)}")
                for key, span in self.periods.items()
            ),
            (OTHER, _("Custom dates")),
        ]
        self.offered: dict[str, Metric] = dict(standard_metrics(team))
        standard_ids = {metric.pk for metric in self.offered.values()}
        for metric in words.by_name(Metric.objects.filter(team=team).exclude(pk__in=standard_ids - {None})):
            self.offered[f"metric-{metric.pk}"] = metric
        metrics: Any = self.fields["metrics"]
        metrics.choices = [(key, metric.name) for key, metric in self.offered.items()]

    def scenarios(self) -> list[dict[str, Any]]:
        """The choices of the scenario, each with what is different in it."""
        chosen = self["scenario"].value()
        return [
            {
                "value": scenario.value,
                "label": scenario.label,
                "about": TUNINGS[scenario].about,
                "chosen": scenario.value == chosen,
            }
            for scenario in Plan.Scenario
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if (period := cleaned.pop("period", "")) in self.periods:
            cleaned["start"], cleaned["end"] = self.periods[period]
            for name in ("start", "end"):
                self.errors.pop(name, None)
        for name in ("start", "end"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("Enter a date."))
        if "metrics" in cleaned:
            cleaned["metrics"] = [self.offered[key] for key in cleaned["metrics"]]
        return cleaned


class PlanSettingsForm(SpanForm):
    """A plan's name, scenario, period and state; `version` is the one on the page, to find conflicts."""

    field_order = ("name", "scenario", "start", "end", "state")
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    scenario = forms.ChoiceField(label=gettext_lazy("Scenario"), choices=Plan.Scenario.choices)
    state = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=[(state.value, state.label) for state in (Plan.State.DRAFT, Plan.State.ACTIVE)],
        help_text=gettext_lazy("Draft plans send no reminders."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, plan: Plan) -> None:
        names = ("name", "scenario", "start", "end", "state", "version")
        super().__init__(data, initial={name: getattr(plan, name) for name in names})

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, by field of the plan."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    @property
    def period(self) -> str:
        """The period that was typed, as the button that saves it all the same names it."""
        return f"{self.cleaned_data['start']}/{self.cleaned_data['end']}"

    @property
    def is_confirmed(self) -> bool:
        """Whether this very period is to be saved although it leaves something out."""
        return bool(self.data.get("confirmed") == self.period)

    def show_version(self, version: int) -> None:
        """Show the form that was refused again, as one of the plan as it is now."""
        self.data = with_value(self.data, "version", version)


class CopyForm(SpanForm):
    """Under which name and in which period a plan is duplicated: by default the period that follows it."""

    field_order = ("name", "start", "end")
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)

    def __init__(self, data: Any = None, *, plan: Plan) -> None:
        start = plan.end + dt.timedelta(days=1)
        end = start + (plan.end - plan.start)
        if plan.start.day == 1 and start.day == 1:
            months = (plan.end.year - plan.start.year) * 12 + plan.end.month - plan.start.month + 1
            end = add_months(start, months) - dt.timedelta(days=1)
        name = _("%(name)s (copy)") % {"name": plan.name[:110]}
        super().__init__(data, initial={"name": name, "start": start, "end": end})
