"""How the rows of Table 3 are typed: strategies, their tasks, and progress in one gesture."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.arithmetic.items import split_items
from planner.arithmetic.names import name_key
from planner.changes import Recording
from planner.stages import TaskSpec
from planner.tables.fields import DayField, PickField, QuantityField
from planner.tables.forms import AddForm, RowForm
from planner.tables.members import MemberField
from strategies.board.decisions import change_state
from strategies.models import Strategy
from strategies.strategies import add_strategy, serve
from tracking.models import Status, Task
from tracking.tasks import add_task, change_task

# What a status is called in other forms than ours.
_ALSO_CALLED = {
    name: status.value
    for status, names in (
        (Status.DONE, ("已完成", "completed", "complete", "finished")),
        (Status.IN_PROGRESS, ("ongoing", "started")),
        (Status.CANCELLED, ("已取消", "canceled")),
    )
    for name in names
}
# Progress as pages and files have it: In progress · 50%, Done (by phone).
_PROGRESS = re.compile(
    r"(?P<status>[^(（%％·\d]*?)\s*·?\s*(?:(?P<percent>\d{1,3})\s*[%％])?\s*(?:[(（](?P<note>.*)[)）])?",
    re.DOTALL,
)


def _text_field(label: Any, size: int = 1000) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=size, required=False, widget=forms.Textarea(attrs={"rows": 2}), strip=True
    )


class StrategyForm(RowForm):
    """A strategy's own fields; its dates and progress come from its tasks."""

    title = forms.CharField(label=gettext_lazy("Strategy"), max_length=120)
    state = forms.ChoiceField(label=gettext_lazy("Status"), choices=Strategy.State.choices)
    reason = forms.CharField(
        label=gettext_lazy("Reason for pausing or dropping"), max_length=500, required=False
    )
    aim = forms.CharField(label=gettext_lazy("Goal description"), max_length=120, required=False)
    goal = PickField(label=gettext_lazy("Goal"), empty_label=gettext_lazy("No goal linked"), required=False)
    owner = MemberField(label=gettext_lazy("Owner"), empty_label=gettext_lazy("Not assigned"), required=False)
    resources = _text_field(gettext_lazy("Resource support"))
    risk = _text_field(gettext_lazy("Risk warning"))

    def prepare(self) -> None:
        self.fields["goal"].offer(lambda: self.table.goals)
        self.fields["owner"].offer_to(self.table)
        self.fields["aim"].widget.attrs["placeholder"] = _("What it improves, such as conversion rate")

    def current(self, name: str) -> Any:
        """The goal is the first of those that it serves; a reason belongs to a decision, not to the strategy."""
        if name == "reason":
            return ""
        return next(iter(self.obj.goals), None) if name == "goal" else super().current(name)

    def put(self, name: str, value: Any) -> None:
        if name not in ("goal", "state", "reason"):
            super().put(name, value)

    def write(self, log: Recording) -> None:
        """Decide last: what is typed with a decision may be what that needs."""
        super().write(log)
        values = self.values()
        if "goal" in values:
            others = self.obj.goals[1:]
            serve(log, self.obj, [values["goal"], *others] if values["goal"] else others)
        if "state" in values:
            change_state(log, self.obj, values["state"], values.get("reason", ""))


class TaskForm(RowForm):
    """One task. Changing its progress also writes an update."""

    beside = frozenset({"note"})

    description = forms.CharField(label=gettext_lazy("Task"), max_length=200)
    acceptance = forms.CharField(label=gettext_lazy("Acceptance standard"), max_length=300, required=False)
    owner = MemberField(label=gettext_lazy("Owner"), empty_label=gettext_lazy("Not assigned"), required=False)
    start = DayField(label=gettext_lazy("Start"), required=False)
    due = DayField(label=gettext_lazy("Due"), required=False)
    effort = QuantityField(label=gettext_lazy("Effort in person-days"), required=False)
    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=Status.choices, widget=forms.RadioSelect)
    percent = forms.IntegerField(
        label=gettext_lazy("Progress (%)"),
        min_value=0,
        max_value=100,
        required=False,
        widget=forms.NumberInput(attrs={"min": 0, "max": 100, "step": 5, "inputmode": "numeric"}),
    )
    note = forms.CharField(label=gettext_lazy("Update"), max_length=500, required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason for delay or cancellation"), max_length=300, required=False
    )
    resources = _text_field(gettext_lazy("Resource support"))
    risk = _text_field(gettext_lazy("Risk warning"))

    def prepare(self) -> None:
        self.fields["owner"].offer_to(self.table)
        self.fields["acceptance"].widget.attrs["placeholder"] = _("How to tell that it is done")
        self.fields["note"].widget.attrs["placeholder"] = _("What's new?")
        self.fields["reason"].widget.attrs["placeholder"] = _("Reason for the delay, if any")

    def posted(self, name: str, text: str) -> dict[str, str]:
        """An action may come with its number, progress with its per cent and a note."""
        if name == "description":
            items = split_items(text)
            return super().posted(name, items[0] if len(items) == 1 else text)
        match = _PROGRESS.fullmatch(text.strip()) if name == "status" else None
        if match is None or not (match["status"] or match["percent"]):
            return super().posted(name, text)
        status = _ALSO_CALLED.get(name_key(match["status"]), match["status"])
        data = super().posted(name, status) if status else {}
        data |= {"percent": match["percent"]} if match["percent"] else {}
        return data | self._posted_note(match["note"] or "", data.get("status", self.obj.status))

    def _posted_note(self, note: str, status: str) -> dict[str, str]:
        """What is new in the words behind a status: why a task is cancelled, else an update."""
        if not note:
            return {}
        if status == Status.CANCELLED:
            return {} if note == self.obj.cancel_reason else {"reason": note}
        latest = Task.objects.with_latest_note().get(pk=self.obj.pk).latest_note
        return {} if note == latest else {"note": note}

    def current(self, name: str) -> Any:
        return "" if name in ("note", "reason") else super().current(name)

    def figure_unit(self) -> str:
        return _("days")

    def clean_effort(self) -> Decimal | None:
        """Tenths of a day are as exact as an estimate can be."""
        effort: Decimal | None = self.cleaned_data["effort"]
        if effort is not None and effort != round(effort, 1):
            raise ValidationError(_("Enter days with one decimal at most, such as 2.5."))
        return effort

    def clean_percent(self) -> int:
        """Left empty, it stays as it is."""
        percent: int | None = self.cleaned_data["percent"]
        return self.obj.percent if percent is None else percent

    def changed_fields(self) -> list[str]:
        """With a status the per cent counts as changed too, so that a conflict in it is found."""
        changed_fields = super().changed_fields()
        is_confirmed = (
            "status" in changed_fields and "percent" in self.cleaned_data and "percent" not in changed_fields
        )
        return [*changed_fields, "percent"] if is_confirmed else changed_fields

    def write(self, log: Recording) -> None:
        change_task(log, self.obj, self.values(), by=self.table.member)


class AddStrategyForm(AddForm):
    """A strategy begins with its name."""

    title = gettext_lazy("Add a strategy")
    focus_column = "goal"
    name = forms.CharField(label=gettext_lazy("Strategy"), max_length=120)

    def prepare(self) -> None:
        self.fields["name"].widget.attrs["placeholder"] = _("Strategy name, such as Membership points")

    def create(self, log: Recording) -> Strategy:
        return add_strategy(log, self.table.plan, self.cleaned_data["name"])


class AddTaskForm(AddForm):
    """A task begins with what is to be done, below its strategy."""

    title = gettext_lazy("Add a task")
    focus_column = "owner"
    beneath = forms.IntegerField(widget=forms.HiddenInput)
    description = forms.CharField(label=gettext_lazy("Task"), max_length=200)

    def prepare(self) -> None:
        self.fields["description"].widget.attrs["placeholder"] = _("What needs to be done, one step per task")

    def create(self, log: Recording) -> Task:
        strategy = self.table.plan.strategies.filter(pk=self.cleaned_data["beneath"]).first()
        if strategy is None:
            raise ValidationError({"description": _("This strategy no longer exists. Reload the page.")})
        return add_task(log, strategy, TaskSpec(self.cleaned_data["description"]))
