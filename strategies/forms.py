"""How the rows of Table 2 are typed: a goal's words and figures, and its key actions one a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from planner import words
from planner.arithmetic import goals
from planner.arithmetic.items import split_items
from planner.arithmetic.periods import full_months_before
from planner.arithmetic.quantities import edit_text
from planner.changes import Recording
from planner.diagnose.standings import Asked, levels
from planner.models import Goal
from planner.models.history import next_order
from planner.tables.forms import AddForm, DayField, PickField, QuantityField, RowForm
from planner.web.requests import with_value
from strategies.models import KeyAction, Strategy
from strategies.targets import GROWTHS, growth_of, is_rate

ARROW = "→"


class Step(NamedTuple):
    """A key action as it is typed: its words, and the id of the strategy it points to."""

    text: str
    strategy: int | None


class ActionsField(forms.CharField):
    """Key actions, one a line; "→ name of a strategy" behind one links it. Cleans to a tuple of Steps.

    An arrow before anything else ("8 % → 12 %") is part of the words.
    """

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        # CharField's own checks measure text, and this cleans to steps.
        self.validators = []
        self.offer(())

    def offer(self, strategies: Iterable[Strategy]) -> None:
        """Set which strategies a step may point to."""
        self.strategies = list(strategies)
        self.by_title = {each.title.casefold(): each.pk for each in reversed(self.strategies)}
        self.titles = {each.pk: each.title for each in self.strategies}

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value) or ""
        ProhibitNullCharactersValidator()(typed)
        steps = tuple(self._step(item) for item in split_items(typed))
        for step in steps:
            if len(step.text) > 200:
                raise ValidationError(
                    _("“%(text)s…” is longer than 200 characters: make it two actions.")
                    % {"text": step.text[:40]}
                )
        return steps

    @property
    def insertions(self) -> list[str]:
        """What the editor offers to put behind a line."""
        return [f"{ARROW} {each.title}" for each in self.strategies]

    def _step(self, item: str) -> Step:
        parts = item.replace("->", ARROW).split(ARROW)
        for at in range(len(parts) - 1, 0, -1):
            title = ARROW.join(parts[at:]).strip().casefold()
            if title in self.by_title and (text := ARROW.join(parts[:at]).strip()):
                return Step(text, self.by_title[title])
        return Step(item, None)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, tuple):
            return value
        return "\n".join(
            f"{step.text} {ARROW} {self.titles[step.strategy]}" if step.strategy in self.titles else step.text
            for step in value
        )


class GoalForm(RowForm):
    """One goal. Of baseline, growth and target any two give the third."""

    name = forms.CharField(label=gettext_lazy("Goal in words"), max_length=120)
    metric = PickField(label=gettext_lazy("Metric"), nobody=gettext_lazy("No metric yet"), required=False)
    segment = PickField(label=gettext_lazy("Part of it"), nobody=gettext_lazy("The whole"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Goal.Kind.choices)
    baseline = QuantityField(label=gettext_lazy("Baseline"), required=False)
    growth = QuantityField(
        label=gettext_lazy("Growth"),
        required=False,
        help_text=gettext_lazy("Two of the three are enough: the third is computed."),
    )
    target = QuantityField(label=gettext_lazy("Target"), required=False)
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=30, required=False)
    owner = PickField(label=pgettext_lazy("goal", "Owner"), nobody=gettext_lazy("Nobody yet"), required=False)
    due = DayField(label=pgettext_lazy("goal", "Due"), required=False)
    actions = ActionsField(label=gettext_lazy("Key actions"))

    NAMES = ("name", "metric", "segment")
    FIGURES = ("kind", "baseline", "growth", "target", "unit")
    # What is computed from other fields, or kept in rows of its own.
    DERIVED = ("growth", "actions")

    def prepare(self) -> None:
        self.fields["metric"].offer(lambda: self.table.metrics)
        self.fields["segment"].offer(lambda: self.table.segments)
        self.fields["owner"].offer(lambda: self.table.members)
        self.fields["actions"].offer(self.table.strategies)
        self.fields["growth"].widget.attrs["placeholder"] = _("+30% or an amount")
        self.fields["baseline"].widget.attrs["placeholder"] = _("Where it starts")
        self.fields["target"].widget.attrs["placeholder"] = _("Where it ends")
        self.fields["unit"].widget.attrs["placeholder"] = _("Such as new customers")
        self.fields["actions"].widget.attrs["placeholder"] = _("One action a line")

    def adapt(self) -> None:
        kind = self.data.get("kind") or self.obj.kind
        if kind != self.obj.kind and self.data.get("growth") == self.data.get("initial-growth"):
            # A growth that only stood there was of the old kind.
            self.data = with_value(self.data, "growth", "")
        rate = is_rate(kind, self.obj.metric)
        for name in ("baseline", "target"):
            if name in self.fields:
                self.fields[name].rate = rate
        if "growth" in self.fields:
            self.fields["growth"].rate = rate or kind == Goal.Kind.GROW_PERCENT

    def current(self, name: str) -> Any:
        if name == "growth":
            return growth_of(self.obj)
        if name == "actions":
            return tuple(Step(each.text, _present(each.strategy)) for each in self.obj.key_actions.all())
        return super().current(name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "target" in self.fields and not self.errors:
            self._settle(cleaned)
        return cleaned

    def _settle(self, cleaned: dict[str, Any]) -> None:
        growth = cleaned["growth"] if cleaned["kind"] in GROWTHS else None
        typed = {
            {"growth": "amount"}.get(name, name)
            for name in ("baseline", "growth", "target")
            if cleaned[name] != self.shown(name)
        }
        try:
            cleaned["baseline"], cleaned["target"] = goals.settle_goal(
                cleaned["kind"], cleaned["baseline"], growth, cleaned["target"], typed
            )
        except goals.GoalDisagrees as error:
            said = _(
                "Baseline and growth lead to %(target)s. Leave one of the three empty, and it is computed."
            )
            shown = edit_text(error.target, rate=self.fields["target"].rate, language=words.language())
            self.add_error("target", said % {"target": shown})
        except ValueError:
            self.add_error("growth", _("Say also where it starts or where it ends: the third is computed."))

    def write(self, log: Recording) -> None:
        typed = self.typed()
        for name in typed:
            if name not in self.DERIVED:
                setattr(self.obj, name, self.cleaned_data[name])
        if "metric" in typed:
            begin_at_the_level(self.obj)
        log.save(self.obj)
        if "actions" in typed:
            write_actions(log, self.obj, self.cleaned_data["actions"])


def _present(strategy: Strategy | None) -> int | None:
    return None if strategy is None or strategy.removed_at else strategy.pk


def write_actions(log: Recording, goal: Goal, steps: Iterable[Step]) -> None:
    """Make a goal's key actions these; one whose words stayed keeps its identity, and so its history."""
    present = list(KeyAction.objects.filter(goal=goal))
    by_text = {each.text: each for each in reversed(present)}
    steps = list(steps)
    kept = [by_text.pop(step.text, None) for step in steps]
    spare = [each for each in present if each not in kept]
    for order, (step, action) in enumerate(zip(steps, kept, strict=True), start=1):
        action = action or (spare.pop(0) if spare else KeyAction(goal=goal))
        action.order, action.text, action.strategy_id = order, step.text, step.strategy
        log.save(action)
    for action in spare:
        log.remove(action)


def begin_at_the_level(goal: Goal) -> None:
    """Take the unit of the goal's metric, and as baseline its level in the three full months before the plan."""
    metric = goal.metric
    if metric is None:
        return
    goal.unit = goal.unit or ("" if goal.kind == Goal.Kind.SHARE else metric.unit)
    if goal.baseline is None:
        asked = Asked(metric, goal.segment_id, goal.kind == Goal.Kind.SHARE)
        level = levels([asked], full_months_before(goal.plan.start)).get(asked)
        goal.baseline = None if level is None else round(level, 6)


class AddCoreForm(AddForm):
    """A core goal begins with its words and its metric; its baseline is the metric's level."""

    title = gettext_lazy("Add a core goal")
    then = "target"
    name = forms.CharField(label=gettext_lazy("Goal in words"), max_length=120)
    metric = PickField(label=gettext_lazy("Metric"), nobody=gettext_lazy("Metric …"), required=False)

    def prepare(self) -> None:
        self.fields["metric"].offer(lambda: self.table.metrics)
        self.fields["name"].widget.attrs["placeholder"] = _("Core goal, such as Q3 sales +25 %")

    def create(self, log: Recording) -> Goal:
        return self._create(log, parent=None)

    def _create(self, log: Recording, parent: Goal | None) -> Goal:
        plan = self.table.plan
        order = next_order(plan.goals)
        name, metric = self.cleaned_data["name"], self.cleaned_data["metric"]
        goal = Goal(plan=plan, parent=parent, order=order, name=name, metric=metric, due=plan.end)
        begin_at_the_level(goal)
        log.save(goal)
        return goal


class AddPartForm(AddCoreForm):
    """A dimension of a core goal."""

    title = gettext_lazy("Add a sub-goal")
    beneath = forms.IntegerField(widget=forms.HiddenInput)

    def prepare(self) -> None:
        super().prepare()
        self.fields["name"].widget.attrs["placeholder"] = _("One dimension, such as New customers +30 %")

    def create(self, log: Recording) -> Goal:
        core = self.table.plan.goals.filter(parent=None, pk=self.cleaned_data["beneath"]).first()
        if core is None:
            raise ValidationError({"name": _("This core goal is gone: reload the page.")})
        return self._create(log, parent=core)
