"""How strategies are typed: in the cells of their table, and on the page of one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.arithmetic.items import split_items
from planner.arithmetic.names import name_key
from planner.changes import Recording
from planner.models import Goal
from planner.tables.fields import DayField, PickField, QuantityField, ScoreField
from planner.tables.forms import AddForm, RowForm
from planner.tables.members import MemberField
from strategies.board import rubrics
from strategies.board.decisions import choose_fallback, pair
from strategies.models import Question, Strategy
from strategies.strategies import add_strategy, serve

SCORES = ("importance", "urgency", "resources_score", "capability_score", "time_score")


class GoalsField(forms.CharField):
    """Goals by their names, one a line: cleans to a tuple of their ids, in this order."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        # CharField's own checks measure text, and this cleans to ids.
        self.validators = []
        self.offer(())

    def offer(self, goals: Iterable[Goal]) -> None:
        """Set the goals that can be named."""
        self.goals = list(goals)
        self.by_name = {name_key(goal.name): goal.pk for goal in reversed(self.goals)}
        self.names = {goal.pk: goal.name for goal in self.goals}

    @property
    def insertions(self) -> list[str]:
        """What the editor offers to add, each on a line of its own."""
        return [f"\n{goal.name}" for goal in self.goals]

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in (super().to_python(value) or "").splitlines()]
        return tuple(dict.fromkeys(pk for line in lines if line for pk in self._pks(line)))

    def _pks(self, line: str) -> list[int]:
        """What a line names: one goal, or several that a file numbers ① ②."""
        if name_key(line) in self.by_name:
            return [self.by_name[name_key(line)]]
        items = split_items(line)
        unknown = [item for item in items if name_key(item) not in self.by_name]
        if unknown:
            text = _("No goal of this plan is called “%(name)s”. Choose one of the list.")
            raise ValidationError(text % {"name": unknown[0][:80]})
        return [self.by_name[name_key(item)] for item in items]

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, tuple):
            return value
        return "\n".join(self.names[pk] for pk in value if pk in self.names)


class StrategyForm(RowForm):
    """A strategy: what it is for, how it is scored, and what stands in for it."""

    beside = frozenset({"bottleneck", "capability_score", "time_score", "feasibility_note"})

    title = forms.CharField(label=gettext_lazy("Strategy"), max_length=120)
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    goals = GoalsField(label=gettext_lazy("Goals it serves"))
    bottleneck = PickField(
        label=gettext_lazy("Bottleneck"), empty_label=gettext_lazy("No bottleneck linked"), required=False
    )
    owner = MemberField(label=gettext_lazy("Owner"), empty_label=gettext_lazy("Not assigned"), required=False)
    importance = ScoreField(label=gettext_lazy("Importance (5 = highest)"), lines=rubrics.IMPORTANCE)
    urgency = ScoreField(label=gettext_lazy("Urgency (5 = most urgent)"), lines=rubrics.URGENCY)
    resources_score = ScoreField(label=gettext_lazy("Resources (5 = all there)"), lines=rubrics.RESOURCES)
    capability_score = ScoreField(label=gettext_lazy("Capability (5 = routine)"), lines=rubrics.CAPABILITY)
    time_score = ScoreField(label=gettext_lazy("Time (5 = fastest)"), lines=rubrics.TIME)
    feasibility_note = forms.CharField(
        label=gettext_lazy("Note"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    effect_lag_days = forms.IntegerField(
        label=gettext_lazy("Effect lag in days"),
        min_value=0,
        max_value=1096,
        widget=forms.NumberInput(attrs={"min": 0, "max": 1096, "inputmode": "numeric"}),
    )
    fallback = PickField(
        label=gettext_lazy("Fallback"), empty_label=gettext_lazy("No fallback"), required=False
    )
    pair = PickField(
        label=gettext_lazy("Paired with"), empty_label=gettext_lazy("Not paired"), required=False
    )

    def prepare(self) -> None:
        self.fields["goals"].offer(self.table.goals)
        self.fields["bottleneck"].offer(lambda: self.table.bottlenecks)
        self.fields["owner"].offer_to(self.table)
        for name in ("fallback", "pair"):
            self.fields[name].offer(lambda: self.table.runnable)
        self.fields["description"].widget.attrs["placeholder"] = _("What is done, in a sentence or two")
        self.fields["goals"].widget.attrs["placeholder"] = _("One goal per line")
        self.fields["feasibility_note"].widget.attrs["placeholder"] = _("What the scores depend on")

    def current(self, name: str) -> Any:
        return tuple(goal.pk for goal in self.obj.goals) if name == "goals" else super().current(name)

    def put(self, name: str, value: Any) -> None:
        if name not in ("goals", "fallback", "pair"):
            super().put(name, value)

    def write(self, log: Recording) -> None:
        values = self.values()
        super().write(log)
        if "goals" in values:
            by_pk = {goal.pk: goal for goal in self.table.goals}
            serve(log, self.obj, [by_pk[pk] for pk in values["goals"]])
        if "fallback" in values:
            choose_fallback(log, self.obj, values["fallback"])
        if "pair" in values:
            pair(log, self.obj, values["pair"])


class AddStrategyForm(AddForm):
    """A strategy begins with its name, as proposed (Decision 15 of the method)."""

    title = gettext_lazy("Add a strategy")
    focus_column = "goals"
    name = forms.CharField(label=gettext_lazy("Strategy"), max_length=120)

    def prepare(self) -> None:
        self.fields["name"].widget.attrs["placeholder"] = _("Strategy name, such as Membership points")

    def create(self, log: Recording) -> Strategy:
        return add_strategy(log, self.table.plan, self.cleaned_data["name"], state=Strategy.State.PROPOSED)


class DecisionForm(forms.Form):
    """What is decided, and why."""

    state = forms.ChoiceField(choices=Strategy.State.choices)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, required=False)


class QuestionForm(forms.Form):
    """What is missing, asked of another department."""

    all_optional = True
    text = forms.CharField(label=gettext_lazy("What is missing?"), max_length=300)
    dimension = forms.ChoiceField(
        label=gettext_lazy("Concerns"),
        choices=[("", gettext_lazy("In general")), *Question.Dimension.choices],
        required=False,
    )
    department = forms.CharField(label=gettext_lazy("Asked of (department)"), max_length=80, required=False)
    owner = PickField(
        label=gettext_lazy("Who gets the answer"), empty_label=gettext_lazy("Not assigned"), required=False
    )
    due = DayField(label=gettext_lazy("By"), required=False)

    def __init__(self, data: Any = None, *, table: Any) -> None:
        super().__init__(data, auto_id="ask_%s")
        fields: dict[str, Any] = self.fields
        fields["owner"].offer(lambda: table.members)
        fields["text"].widget.attrs["placeholder"] = _("For example: who builds it from 21 July?")


class AnswerForm(forms.Form):
    """What another department answered: the question is closed with it."""

    answer = forms.CharField(label=gettext_lazy("Answer"), max_length=300)


class LeadForm(forms.Form):
    """What the team can do each week."""

    all_optional = True
    name = forms.CharField(label=gettext_lazy("What the team does each week"), max_length=120)
    weekly_target = QuantityField(label=gettext_lazy("Target per week"))
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=30, required=False)
    owner = PickField(label=gettext_lazy("Owner"), empty_label=gettext_lazy("Not assigned"), required=False)

    def __init__(self, data: Any = None, *, table: Any, initial: Any = None) -> None:
        super().__init__(data, initial=initial, auto_id="lead_%s")
        fields: dict[str, Any] = self.fields
        fields["owner"].offer(lambda: table.members)
        fields["weekly_target"].currency = table.plan.team.currency
        fields["name"].widget.attrs["placeholder"] = _("For example: customers asked to join")
        fields["unit"].widget.attrs["placeholder"] = _("For example: customers")


class WeekForm(forms.Form):
    """What was done in one week, named by any of its days."""

    all_optional = True
    week = DayField(label=gettext_lazy("Week of"))
    value = QuantityField(label=gettext_lazy("Done"))

    def __init__(self, data: Any = None, *, table: Any, initial: Any = None) -> None:
        super().__init__(data, initial=initial, auto_id="week_%s")
        fields: dict[str, Any] = self.fields
        fields["value"].currency = table.plan.team.currency
