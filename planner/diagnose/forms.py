"""How a row of Table 1 is typed: the metric, its target, a value of one's own, and its problems."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner import words
from planner.arithmetic.quantities import edit_text
from planner.changes import Recording
from planner.diagnose.standings import standings
from planner.models import Change, Metric, Plan, PlanMetric
from planner.plans import add_to_table, standard_metrics
from planner.tables.forms import AddForm, DayField, QuantityField, RowForm

METRIC_FIELDS = ("name", "unit", "kind", "direction", "aggregation")


class StatusForm(RowForm):
    """One metric of the plan: the metric itself (of the team), its target, typed value, basis and problems."""

    name = forms.CharField(label=gettext_lazy("Metric"), max_length=80)
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=30, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Metric.Kind.choices)
    direction = forms.ChoiceField(label=gettext_lazy("Direction"), choices=Metric.Direction.choices)
    aggregation = forms.ChoiceField(label=gettext_lazy("Over time"), choices=Metric.Aggregation.choices)
    override = QuantityField(label=gettext_lazy("Current value"), required=False)
    override_reason = forms.CharField(label=gettext_lazy("Source or reason"), max_length=200, required=False)
    as_of = DayField(
        label=gettext_lazy("As of"),
        required=False,
        help_text=gettext_lazy(
            "The three full months before this day count; empty: before the plan's start."
        ),
    )
    target = QuantityField(label=gettext_lazy("Target"), required=False)
    target_period = forms.ChoiceField(
        label=gettext_lazy("The target is a"), choices=PlanMetric.TargetPeriod.choices
    )
    basis = forms.ChoiceField(label=gettext_lazy("Gap rate is a share"), choices=PlanMetric.Basis.choices)
    problems = forms.CharField(
        label=gettext_lazy("Main problems"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def prepare(self) -> None:
        self.fields["override_reason"].widget.attrs["placeholder"] = _("Source, such as CRM, June")
        self.fields["problems"].widget.attrs["placeholder"] = _(
            "Which step, which team or region, what people say"
        )

    def adapt(self) -> None:
        for name in ("override", "target"):
            if name in self.fields:
                self.fields[name].rate = self.obj.metric.is_rate

    def current(self, name: str) -> Any:
        return getattr(self.obj.metric if name in METRIC_FIELDS else self.obj, name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        typed, reason = cleaned.get("override"), cleaned.get("override_reason", "")
        if "override" in self.fields and typed is not None and not reason:
            computed = standings(self.table.plan, [self.obj])[0].computed.value
            if computed is not None and computed != typed:
                shown = edit_text(computed, rate=self.obj.metric.is_rate, language=words.language())
                said = _("The readings give %(value)s. Say why another value counts, or where it comes from.")
                self.add_error("override_reason", said % {"value": shown})
        if typed is None and "override_reason" in cleaned:
            cleaned["override_reason"] = ""
        return cleaned

    def _author(self, name: str) -> str:
        if name not in METRIC_FIELDS:
            return super()._author(name)
        of_metric = Change.objects.filter(model="planner.metric", object_id=self.obj.metric_id, field=name)
        change = of_metric.first()
        return change.by_name if change else ""

    def write(self, log: Recording) -> None:
        for name in self.typed():
            setattr(self.obj.metric if name in METRIC_FIELDS else self.obj, name, self.cleaned_data[name])
        log.save(self.obj.metric)
        log.save(self.obj)


class AddMetricForm(AddForm):
    """A row of Table 1 begins with a metric's name: one that the team has, or a new one."""

    title = gettext_lazy("Add a metric")
    then = "current"
    name = forms.CharField(label=gettext_lazy("Metric"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Metric.Kind.choices)
    direction = forms.ChoiceField(label=gettext_lazy("Direction"), choices=Metric.Direction.choices)

    def prepare(self) -> None:
        self.fields["name"].widget.attrs.update(
            {
                "placeholder": _("Name of the metric, such as Total sales"),
                "list": "suggestions",
                "autocomplete": "off",
            }
        )

    def create(self, log: Recording) -> PlanMetric:
        plan = self.table.plan
        return add_to_table(log, plan, self._new_metric(plan, self.cleaned_data["name"]))

    def _new_metric(self, plan: Plan, name: str) -> Metric:
        kind = self.cleaned_data["kind"]
        over_time = {
            Metric.Kind.RATE: Metric.Aggregation.RATIO,
            Metric.Kind.COST: Metric.Aggregation.RATIO,
        }.get(kind, Metric.Aggregation.SUM)
        money = kind in (Metric.Kind.AMOUNT, Metric.Kind.COST)
        standard = {each.name.casefold(): each for each in standard_metrics(plan.team).values()}
        known = standard.get(name.casefold())
        return Metric(
            team=plan.team,
            name=name,
            kind=kind,
            unit=currency_unit(plan) if money else "",
            direction=self.cleaned_data["direction"],
            aggregation=over_time,
            bottleneck=known.bottleneck if known else "",
        )


def currency_unit(plan: Plan) -> str:
    """The team's money as a unit: people in China read 元 rather than CNY."""
    chinese = plan.team.language == "zh-hans"
    return "元" if chinese and plan.team.currency == "CNY" else plan.team.currency
