"""How a row of Table 1 is typed: the metric, its target, a value of one's own, and its problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner import words
from planner.arithmetic.currencies import foreign_in, has_currency, refusal
from planner.arithmetic.periods import add_months, full_months_before, month_start
from planner.arithmetic.quantities import half_width
from planner.changes import Recording
from planner.diagnose.metrics import METRIC_FIELDS, change_row
from planner.models import Change, Metric, PlanMetric
from planner.plans import add_to_table, new_metric, own_metric, standard_key, standard_metrics
from planner.tables.fields import DayField, QuantityField
from planner.tables.forms import AddForm, RowForm

# How many spans of three months can be chosen.
MONTHS_OFFERED = 24


class StatusForm(RowForm):
    """One metric of the plan: the metric itself (of the team), its target, typed value, basis and problems."""

    name = forms.CharField(label=gettext_lazy("Metric"), max_length=80)
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=30, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Type"), choices=Metric.Kind.choices)
    direction = forms.ChoiceField(label=gettext_lazy("Direction"), choices=Metric.Direction.choices)
    aggregation = forms.ChoiceField(label=gettext_lazy("Aggregation"), choices=Metric.Aggregation.choices)
    override = QuantityField(label=gettext_lazy("Current value"), required=False)
    override_reason = forms.CharField(label=gettext_lazy("Source or reason"), max_length=200, required=False)
    target = QuantityField(label=gettext_lazy("Target"), required=False)
    target_period = forms.ChoiceField(
        label=gettext_lazy("Target period"), choices=PlanMetric.TargetPeriod.choices
    )
    basis = forms.ChoiceField(label=gettext_lazy("Gap rate basis"), choices=PlanMetric.Basis.choices)
    problems = forms.CharField(
        label=gettext_lazy("Main problems"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def prepare(self) -> None:
        self.fields["override_reason"].widget.attrs["placeholder"] = _("Source, such as CRM, June")
        self.fields["problems"].widget.attrs["placeholder"] = _(
            "Which step, which team or region, team feedback"
        )

    def adapt(self) -> None:
        for name in ("override", "target"):
            if name in self.fields:
                self.fields[name].rate = self.obj.metric.is_rate

    def figure_unit(self) -> str:
        unit: str = self.obj.metric.unit
        return unit

    def current(self, name: str) -> Any:
        return getattr(self.obj.metric if name in METRIC_FIELDS else self.obj, name)

    def clean_unit(self) -> str:
        """A unit in another currency would make the metric's figures foreign (Decision 19 of the method)."""
        unit: str = self.cleaned_data["unit"]
        own = self.table.plan.team.currency
        if foreign := foreign_in(unit, own):
            raise ValidationError(refusal(foreign, own))
        return unit

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("override") is None and "override_reason" in cleaned:
            # It goes with its value; that it does is a conflict where somebody else has just reworded it.
            cleaned["override_reason"] = ""
        return cleaned

    def _author(self, name: str) -> str:
        if name not in METRIC_FIELDS:
            return super()._author(name)
        of_metric = Change.objects.filter(model="planner.metric", object_id=self.obj.metric_id, field=name)
        change = of_metric.first()
        return change.by_name if change else ""

    def write(self, log: Recording) -> None:
        change_row(log, self.obj, self.values())


class MonthsForm(forms.Form):
    """The months that the whole of Table 1 looks at, named by the first day after them; empty for the plan's own."""

    as_of = DayField(label=gettext_lazy("Months of the current values"), required=False)

    def __init__(self, data: Any = None, *, table: Any) -> None:
        as_of = table.common_as_of
        super().__init__(data, initial={"as_of": as_of})
        newest = month_start(table.today)
        days = {add_months(newest, -back) for back in range(MONTHS_OFFERED)}
        offered = sorted(days | ({month_start(as_of)} if as_of else set()), reverse=True)
        plans_own = _("The plan's: %(months)s") % {
            "months": words.months(full_months_before(table.plan.baseline_day(table.today)))
        }
        choices = [("", plans_own)]
        choices += [(f"{day:%Y-%m-%d}", words.months(full_months_before(day))) for day in offered]
        self.fields["as_of"].widget = forms.Select(choices=choices)


class AddMetricForm(AddForm):
    """A row of Table 1 begins with a metric's name: one that the team has, or a new one."""

    title = gettext_lazy("Add a metric")
    focus_column = "current"
    name = forms.CharField(label=gettext_lazy("Metric"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("Type"), choices=Metric.Kind.choices)
    direction = forms.ChoiceField(label=gettext_lazy("Direction"), choices=Metric.Direction.choices)

    def prepare(self) -> None:
        self.fields["name"].widget.attrs.update(
            {
                "placeholder": _("Metric name, such as Total sales"),
                "list": "suggestions",
                "autocomplete": "off",
            }
        )

    def begun(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Of what kind it is: as the team or the method has it by this name, else as its figures look."""
        data = super().begun(texts)
        team, name = self.table.plan.team, data["name"]
        metric = own_metric(team, Metric(name=name)) or standard_metrics(team).get(standard_key(name))
        if metric:
            return data | {"kind": metric.kind, "direction": metric.direction}
        return data | {"kind": _kind_of_figures([texts.get("current", ""), texts.get("target", "")])}

    def create(self, log: Recording) -> PlanMetric:
        plan = self.table.plan
        return add_to_table(log, plan, new_metric(plan.team, **self.cleaned_data))


def _kind_of_figures(texts: Iterable[str]) -> str:
    """What these figures count, by the signs around them: a rate, money, else a number of things."""
    shown = half_width(" ".join(texts))
    if "%" in shown:
        return Metric.Kind.RATE.value
    return Metric.Kind.AMOUNT.value if has_currency(shown) else Metric.Kind.COUNT.value
