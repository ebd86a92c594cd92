"""How bottlenecks and views of causes are typed, merged, and begun from the data."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.changes import Recording
from planner.diagnose.bottlenecks.bottlenecks import (
    add_bottleneck,
    add_view,
    bottleneck_from,
    bottleneck_of_view,
    merge_view,
)
from planner.models import Bottleneck, CauseView, Metric, Plan, Segment
from planner.tables import written
from planner.tables.fields import FlagField, PickField, ScoreField
from planner.tables.forms import AddForm, RowForm

# What the steps of the two scores mean, 1 first.
IMPACT = (
    gettext_lazy("Hardly affects the results"),
    gettext_lazy("Explains a small part of the gap"),
    gettext_lazy("Explains a clear part of the gap"),
    gettext_lazy("Explains a large part of the gap"),
    gettext_lazy("Explains most of the gap"),
)
EASE = (
    gettext_lazy("Needs outside help or more time than this plan has"),
    gettext_lazy("Takes most of this plan and help from other departments"),
    gettext_lazy("Takes about a month, with some support"),
    gettext_lazy("Takes a few weeks with our own team"),
    gettext_lazy("Done within a week with what we have"),
)


class BottleneckForm(RowForm):
    """One bottleneck."""

    cause = forms.CharField(label=gettext_lazy("Cause"), max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("Type"), choices=Bottleneck.Kind.choices)
    step = forms.CharField(label=gettext_lazy("Funnel step"), max_length=80, required=False)
    metric = PickField(
        label=gettext_lazy("Metric"), empty_label=gettext_lazy("No metric yet"), required=False
    )
    segment = PickField(
        label=gettext_lazy("Segment"), empty_label=gettext_lazy("No segment yet"), required=False
    )
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    impact = ScoreField(label=gettext_lazy("Impact (5 = highest)"), lines=IMPACT)
    ease = ScoreField(label=gettext_lazy("Ease (5 = easiest)"), lines=EASE)
    in_focus = FlagField(
        label=gettext_lazy("In focus"), yes=gettext_lazy("In focus"), no=gettext_lazy("Not in focus")
    )

    def prepare(self) -> None:
        self.fields["metric"].offer(lambda: self.table.metrics)
        self.fields["segment"].offer(lambda: self.table.segments)
        self.fields["cause"].widget.attrs["list"] = "suggestions"
        self.fields["step"].widget.attrs["placeholder"] = _("For example, first response")
        self.fields["evidence"].widget.attrs["placeholder"] = _("Which metric, which segment, whose feedback")

    def posted(self, name: str, text: str) -> dict[str, str]:
        """Where it is stands in one cell: a step, a metric and a segment, a dot between them."""
        if name != "step":
            return super().posted(name, text)
        found: dict[str, str] = {}
        for part in filter(None, map(str.strip, text.split("·"))):
            found |= self._place(part, found)
        return found

    def _place(self, part: str, found: Mapping[str, str]) -> dict[str, str]:
        for name in ("metric", "segment"):
            if name not in found:
                with suppress(ValidationError):
                    return super().posted(name, part)
        return {"step": f"{found['step']} · {part}" if "step" in found else written.one_line(part)}


class AddBottleneckForm(AddForm):
    """A bottleneck begins with its cause and its kind."""

    title = gettext_lazy("Add a bottleneck")
    focus_column = "place"
    cause = forms.CharField(label=gettext_lazy("Cause"), max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("Type"), choices=Bottleneck.Kind.choices)

    def prepare(self) -> None:
        attrs = {
            "placeholder": _("Cause, such as slow follow-up"),
            "list": "suggestions",
            "autocomplete": "off",
        }
        self.fields["cause"].widget.attrs.update(attrs)

    def begun(self, texts: Mapping[str, str]) -> dict[str, str]:
        data = super().begun(texts)
        return data | {"kind": self.table.kind_of_cause(data["cause"]) or data["kind"]}

    def create(self, log: Recording) -> Bottleneck:
        return add_bottleneck(log, self.table.plan, **self.cleaned_data)


class NewBottleneck:
    """The choice to make a new bottleneck of a view, among those it can be merged into."""

    pk = "new"

    def __str__(self) -> str:
        return _("New bottleneck")


NEW_BOTTLENECK = NewBottleneck()


class IntoField(PickField):
    """The bottleneck that a view is merged into: one of the plan's, a new one of its own, or none yet."""

    def prepare_value(self, value: Any) -> Any:
        return value.pk if value is NEW_BOTTLENECK else super().prepare_value(value)


class ViewForm(RowForm):
    """A view of a cause, and the bottleneck that it is merged into."""

    text = forms.CharField(label=gettext_lazy("Cause"), max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("Type"), choices=Bottleneck.Kind.choices)
    bottleneck = IntoField(
        label=gettext_lazy("Merge into"), empty_label=gettext_lazy("Not merged yet"), required=False
    )

    def prepare(self) -> None:
        self.fields["bottleneck"].offer(lambda: [NEW_BOTTLENECK, *self.table.ranked])

    def put(self, name: str, value: Any) -> None:
        if name != "bottleneck":
            super().put(name, value)

    def write(self, log: Recording) -> None:
        """Save the text first: a new bottleneck takes it."""
        values = self.values()
        super().write(log)
        if values.get("bottleneck") is NEW_BOTTLENECK:
            bottleneck_of_view(log, self.obj)
        elif "bottleneck" in values:
            merge_view(log, self.obj, values["bottleneck"])


class AddViewForm(AddForm):
    """What somebody sees as a cause, in the retrospective meeting."""

    title = gettext_lazy("Add your view of the cause")
    text = forms.CharField(label=gettext_lazy("Cause"), max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("Type"), choices=Bottleneck.Kind.choices)

    def prepare(self) -> None:
        self.fields["text"].widget.attrs.update(
            {"placeholder": _("Your view: what limits our results?"), "autocomplete": "off"}
        )

    def begun(self, texts: Mapping[str, str]) -> dict[str, str]:
        data = super().begun(texts)
        return data | {"kind": self.table.kind_of_cause(data["text"]) or data["kind"]}

    def create(self, log: Recording) -> CauseView:
        return add_view(log, self.table.plan, self.table.member, **self.cleaned_data)


class EvidenceForm(forms.Form):
    """A bottleneck as the diagnosis proposes it: what, of which metric and segment, and what shows it.

    Its kind is that of the metric. Where the metric has none, or there is no metric (a driver that is a ratio of two
    others), the person chooses, and the metric keeps the choice.
    """

    kind = forms.ChoiceField(
        label=gettext_lazy("Type"),
        choices=Bottleneck.Kind.choices,
        required=False,
        widget=forms.RadioSelect(attrs={"required": True}),
    )
    cause = forms.CharField(label=gettext_lazy("Cause"), max_length=200)
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    metric = forms.ModelChoiceField(Metric.objects.none(), required=False, widget=forms.HiddenInput)
    segment = forms.ModelChoiceField(Segment.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, plan: Plan) -> None:
        super().__init__(data)
        self.plan = plan
        fields: dict[str, Any] = self.fields
        fields["metric"].queryset = Metric.objects.filter(team=plan.team)
        fields["segment"].queryset = Segment.objects.filter(team=plan.team)

    @property
    def kind_or_default(self) -> str:
        """The chosen kind, else that of the metric; "" where neither is set."""
        metric = self.cleaned_data["metric"]
        return self.cleaned_data["kind"] or (metric.bottleneck if metric else "")

    def existing(self) -> Bottleneck | None:
        """The bottleneck already made from this evidence."""
        fields = {name: self.cleaned_data[name] for name in ("cause", "evidence")}
        return Bottleneck.objects.filter(plan=self.plan, **fields).first()

    def create(self, log: Recording) -> tuple[Bottleneck, bool]:
        """The bottleneck, and whether it is new."""
        return bottleneck_from(log, self.plan, **self.cleaned_data | {"kind": self.kind_or_default})
