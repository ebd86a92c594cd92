"""How the rows of Table 2 are typed: a goal's words and figures, and its key actions one a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from planner.arithmetic.names import name_key
from planner.arithmetic.quantities import half_width
from planner.changes import Recording, errors_by_field
from planner.models import Goal, Membership, Metric, Recorded
from planner.tables.fields import DayField, FlagField, ItemsField, PickField, QuantityField
from planner.tables.forms import AddForm, RowForm
from planner.tables.members import MemberField
from planner.web.requests import with_value
from strategies.goals.answers import answer_target
from strategies.goals.goals import FIGURES, Step, add_goal, add_sub_goal, change_goal, settle
from strategies.goals.targets import GROWTHS, growth_of, is_rate, unit_of
from strategies.models import Strategy

ARROW = "→"


class ActionsField(ItemsField):
    """Key actions, one a line; "→ name of a strategy" behind one links it. Cleans to a tuple of Steps.

    An arrow before anything else ("8 % → 12 %") is part of the words.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=200, **kwargs)
        # CharField's own checks measure text, and this cleans to steps.
        self.validators = []
        self.offer(())

    def offer(self, strategies: Iterable[Strategy]) -> None:
        """Set which strategies a step may point to."""
        self.strategies = list(strategies)
        self.by_title = {name_key(strategy.title): strategy.pk for strategy in reversed(self.strategies)}
        self.titles = {strategy.pk: strategy.title for strategy in self.strategies}

    def to_python(self, value: Any) -> Any:
        items = self.items_of(value)
        ProhibitNullCharactersValidator()("".join(items))
        return tuple(map(self._step, items))

    @property
    def insertions(self) -> list[str]:
        """What the editor offers to put behind a line."""
        return [f"{ARROW} {strategy.title}" for strategy in self.strategies]

    def _step(self, item: str) -> Step:
        parts = item.replace("->", ARROW).split(ARROW)
        for index in range(len(parts) - 1, 0, -1):
            title = name_key(ARROW.join(parts[index:]))
            if title in self.by_title and (text := ARROW.join(parts[:index]).strip()):
                return Step(self.checked(text), self.by_title[title])
        return Step(self.checked(item), None)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, tuple):
            return value
        return "\n".join(
            f"{step.text} {ARROW} {self.titles[step.strategy]}" if step.strategy in self.titles else step.text
            for step in value
        )


class GoalForm(RowForm):
    """One goal. Of baseline, growth and target any two give the third."""

    name = forms.CharField(label=gettext_lazy("Goal description"), max_length=120)
    metric = PickField(
        label=gettext_lazy("Metric"), empty_label=gettext_lazy("No metric yet"), required=False
    )
    segment = PickField(label=gettext_lazy("Segment"), empty_label=gettext_lazy("Total"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Type"), choices=Goal.Kind.choices)
    direction = forms.ChoiceField(
        label=gettext_lazy("Direction"),
        choices=[("", gettext_lazy("As the metric")), *Metric.Direction.choices],
        required=False,
    )
    baseline = QuantityField(label=gettext_lazy("Baseline"), required=False)
    growth = QuantityField(
        label=gettext_lazy("Growth"),
        required=False,
        help_text=gettext_lazy("Fill in any two; the third is calculated."),
    )
    target = QuantityField(label=gettext_lazy("Target"), required=False)
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=30, required=False)
    owner = MemberField(
        label=pgettext_lazy("goal", "Owner"), empty_label=gettext_lazy("Not assigned"), required=False
    )
    due = DayField(label=pgettext_lazy("goal", "Due"), required=False)
    actions = ActionsField(label=gettext_lazy("Key actions"))
    parent = PickField(label=gettext_lazy("Core goal"), empty_label=gettext_lazy("No change"), required=False)
    bottleneck = PickField(
        label=gettext_lazy("Bottleneck"), empty_label=gettext_lazy("No bottleneck"), required=False
    )
    company_goal = forms.CharField(
        label=gettext_lazy("Company goal"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Which goal of the company it serves, in one line."),
    )
    cut = forms.ChoiceField(
        label=gettext_lazy("Breakdown"),
        choices=[("", gettext_lazy("Not chosen")), *Goal.Cut.choices],
        required=False,
    )
    adds_up = FlagField(
        label=gettext_lazy("Contribution to the core goal"),
        yes=gettext_lazy("Adds up"),
        no=pgettext_lazy("goal", "Influences"),
        help_text=gettext_lazy("Only parts of one breakdown add up, in the core goal's unit."),
    )
    formula = PickField(
        label=gettext_lazy("Equation"), empty_label=gettext_lazy("Sum of the parts"), required=False
    )
    why = forms.CharField(
        label=gettext_lazy("Reason for a new target"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Required if the target was set before today."),
    )
    why_achievable = forms.CharField(
        label=gettext_lazy("Why it is achievable"), max_length=300, required=False
    )

    beside = frozenset({"why"})
    per_cent_for: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "target": ("kind", Goal.Kind.SHARE),
        "baseline": ("kind", Goal.Kind.SHARE),
        "growth": ("kind", Goal.Kind.SHARE, Goal.Kind.GROW_PERCENT),
    }
    NAMES: ClassVar[tuple[str, ...]] = ("name", "metric", "segment", "bottleneck")
    FIGURES = ("target", "why", "kind", "baseline", "growth", "unit", "direction", "why_achievable")

    def prepare(self) -> None:
        self.fields["metric"].offer(lambda: self.table.metrics)
        self.fields["segment"].offer(lambda: self.table.segments)
        self.fields["owner"].offer_to(self.table)
        self.fields["parent"].offer(lambda: self.table.cores)
        self.fields["bottleneck"].offer(lambda: self.table.bottlenecks)
        self.fields["formula"].offer(lambda: self.table.formulas)
        self.fields["actions"].offer(self.table.strategies)
        self.fields["growth"].widget.attrs["placeholder"] = _("+30% or an amount")
        self.fields["baseline"].widget.attrs["placeholder"] = _("Starting value")
        self.fields["target"].widget.attrs["placeholder"] = _("Value to reach")
        self.fields["unit"].widget.attrs["placeholder"] = _("For example: new customers")
        self.fields["actions"].widget.attrs["placeholder"] = _("One key action per line")

    def adapt(self) -> None:
        kind = self.data.get("kind") or self.obj.kind
        if kind != self.obj.kind and self.data.get("growth") == self.data.get("initial-growth"):
            # An untouched growth belongs to the old kind.
            self.data = with_value(self.data, "growth", "")
        self._set_scales(kind)

    def _set_scales(self, kind: str) -> None:
        """Which figures of a goal of this kind are rates."""
        rate = self._measures_rate()
        for name, (_field, *kinds) in self.per_cent_for.items():
            if name in self.fields:
                self.fields[name].rate = rate or kind in kinds

    def _measures_rate(self) -> bool:
        return self.obj.metric is not None and self.obj.metric.is_rate

    def figure_unit(self) -> str:
        return "%" if self._measures_rate() else unit_of(self.obj)

    def shown_value(self, name: str) -> Any:
        """In the scale of the kind that was shown with it: 18 more is not 18 % once the kind is another."""
        if name not in FIGURES or "kind" not in self.fields:
            return super().shown_value(name)
        self._set_scales(self.data.get("initial-kind") or self.obj.kind)
        try:
            return super().shown_value(name)
        finally:
            self._set_scales(self.data.get("kind") or self.obj.kind)

    def posted(self, name: str, text: str) -> dict[str, str]:
        """A target with a plus sign is the growth of a goal that grows."""
        is_growth = half_width(text).strip().startswith("+") and self.obj.kind in GROWTHS
        return super().posted("growth" if name == "target" and is_growth else name, text)

    def current(self, name: str) -> Any:
        if name == "why":
            return ""
        if name == "growth":
            return growth_of(self.obj)
        if name == "actions":
            return tuple(
                Step(action.text, _present(action.strategy)) for action in self.obj.key_actions.all()
            )
        return super().current(name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "target" in self.fields and not self.errors:
            self._settle(cleaned)
        return cleaned

    def _settle(self, cleaned: dict[str, Any]) -> None:
        """All three are shown, so one that is left empty is computed even where the growth was not touched."""
        figures = {name: cleaned[name] for name in FIGURES}
        typed = [name for name, value in figures.items() if value != self.shown_value(name)]
        try:
            cleaned["baseline"], cleaned["target"] = settle(self.obj, cleaned["kind"], **figures, typed=typed)
        except ValidationError as error:
            self.take_errors(error)

    def write(self, log: Recording) -> None:
        values = self.values()
        values.pop("growth", None)  # settled into the other two
        change_goal(log, self.obj, values)


def _present(strategy: Strategy | None) -> int | None:
    return None if strategy is None or strategy.removed_at else strategy.pk


class CoreForm(GoalForm):
    """A core goal names in one line what it serves."""

    NAMES = (*GoalForm.NAMES, "company_goal")


class PartForm(GoalForm):
    """A sub-goal says how it stands beneath its core goal."""

    NAMES = (*GoalForm.NAMES, "cut", "adds_up", "formula", "parent")


class AddCoreForm(AddForm):
    """A core goal begins with its words and its metric; its baseline is the metric's level."""

    title = gettext_lazy("Add a core goal")
    focus_column = "target"
    name = forms.CharField(label=gettext_lazy("Goal description"), max_length=120)
    metric = PickField(
        label=gettext_lazy("Metric"), empty_label=gettext_lazy("Choose a metric"), required=False
    )

    def prepare(self) -> None:
        self.fields["metric"].offer(lambda: self.table.metrics)
        self.fields["name"].widget.attrs["placeholder"] = _("Core goal, for example: Q3 sales +25%")

    def create(self, log: Recording) -> Goal:
        return add_goal(log, self.table.plan, **self.cleaned_data)


class AddPartForm(AddCoreForm):
    """A dimension of a core goal."""

    title = gettext_lazy("Add a sub-goal")
    beneath = forms.IntegerField(widget=forms.HiddenInput)

    def prepare(self) -> None:
        super().prepare()
        self.fields["name"].widget.attrs["placeholder"] = _("Sub-goal, for example: New customers +30%")

    def create(self, log: Recording) -> Goal:
        values = dict(self.cleaned_data)
        core = self.table.plan.goals.filter(parent=None, pk=values.pop("beneath")).first()
        if core is None:
            raise ValidationError({"name": _("This core goal no longer exists. Reload the page.")})
        return add_sub_goal(log, core, **values)


class AnswerForm(forms.Form):
    """An owner's answer to a target: another number, or the same one with the reason why it is achievable."""

    value = QuantityField(label=gettext_lazy("Target"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("Keep the target unchanged to explain why it is achievable."),
    )

    def __init__(self, data: Any = None, *, goal: Goal) -> None:
        super().__init__(data, initial={"value": goal.target})
        field: Any = self.fields["value"]
        field.rate, field.currency = is_rate(goal.kind, goal.metric), goal.plan.team.currency
        field.help_text = _("In per cent") if field.rate else unit_of(goal)

    def answer(self, log: Recording, goal: Goal, by: Membership) -> Recorded:
        """Write the answer by its verb. Raises ValidationError by field."""
        value, reason = self.cleaned_data["value"], self.cleaned_data["reason"]
        if value == goal.target:
            return change_goal(log, goal, {"why_achievable": reason})
        return answer_target(log, goal, by, value, reason)

    def take_errors(self, error: ValidationError) -> None:
        """Show a rule's sentence beside its field, or above the form where the field is not here."""
        for name, sentences in errors_by_field(error).items():
            self.add_error(name if name in self.fields else None, sentences)
