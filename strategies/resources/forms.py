"""How pools, allocations and spending are typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from planner.changes import Recording, errors_by_field
from planner.models import Plan
from planner.tables.fields import DayField, DayRangeField, PickField, QuantityField
from planner.tables.forms import AddForm, RowForm
from planner.tables.members import MemberField
from strategies.models import Allocation, Pool, Spending
from strategies.resources.amounts import unit_of
from strategies.resources.pools import add_pool, allocate, change_allocation, change_pool, spend


class PoolForm(RowForm):
    """A pool: its name and how much it has."""

    name = forms.CharField(label=gettext_lazy("Pool"), max_length=80)
    amount = QuantityField(label=pgettext_lazy("pool", "Amount"), required=False)

    def figure_unit(self) -> str:
        return unit_of(self.obj)

    def write(self, log: Recording) -> None:
        change_pool(log, self.obj, self.values())


class AllocationForm(RowForm):
    """What a strategy gets of a pool; of people also who, and from when to when."""

    amount = QuantityField(label=pgettext_lazy("pool", "Amount"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why it keeps more than a higher priority"), max_length=300, required=False
    )
    minimum = QuantityField(label=gettext_lazy("Minimum"), required=False)
    maximum = QuantityField(label=gettext_lazy("Maximum"), required=False)
    member = MemberField(label=gettext_lazy("Person"), empty_label=gettext_lazy("Anyone"), required=False)
    dates = DayRangeField(label=gettext_lazy("Dates"), required=False)

    def prepare(self) -> None:
        self.fields["member"].offer_to(self.table)

    def figure_unit(self) -> str:
        return unit_of(self.obj.pool)

    def current(self, name: str) -> Any:
        if name == "dates":
            return (self.obj.start, self.obj.end) if self.obj.start and self.obj.end else None
        return super().current(name)

    def write(self, log: Recording) -> None:
        values = self.values()
        if "dates" in values:
            values["start"], values["end"] = values.pop("dates") or (None, None)
        change_allocation(log, self.obj, values)

    def take_errors(self, error: ValidationError) -> None:
        """What is wrong with either end stands beside both."""
        by_field = errors_by_field(error)
        ends = [*by_field.pop("start", []), *by_field.pop("end", [])]
        super().take_errors(ValidationError(by_field | ({"dates": ends} if ends else {})))


class AddPoolForm(AddForm):
    """A pool begins with its name, its kind and its amount."""

    title = gettext_lazy("Add a pool")
    focus_column = "amount"
    name = forms.CharField(label=gettext_lazy("Pool"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("Type"), choices=Pool.Kind.choices)
    amount = QuantityField(label=pgettext_lazy("pool", "Amount"), required=False)

    def prepare(self) -> None:
        self.fields["name"].widget.attrs["placeholder"] = _("Pool, for example: Training")
        self.fields["amount"].widget.attrs["placeholder"] = pgettext("pool", "Amount")

    def begun(self, texts: Mapping[str, str]) -> dict[str, str]:
        return super().begun(texts) | {"amount": texts.get("amount", "")}

    def create(self, log: Recording) -> Pool:
        return add_pool(log, self.table.plan, **self.cleaned_data)


class AddAllocationForm(AddForm):
    """An allocation begins with its strategy and its amount, below its pool."""

    title = gettext_lazy("Add an allocation")
    focus_column = "minimum"
    beneath = forms.IntegerField(widget=forms.HiddenInput)
    strategy = PickField(label=gettext_lazy("Strategy"), empty_label=gettext_lazy("Choose a strategy"))
    amount = QuantityField(label=pgettext_lazy("pool", "Amount"), required=False)

    def prepare(self) -> None:
        self.fields["strategy"].offer(lambda: self.table.strategies)
        self.fields["amount"].widget.attrs["placeholder"] = pgettext("pool", "Amount")

    def create(self, log: Recording) -> Allocation:
        values = dict(self.cleaned_data)
        pool = self.table.plan.pools.filter(pk=values.pop("beneath")).first()
        if pool is None:
            raise ValidationError({"strategy": _("This pool no longer exists. Reload the page.")})
        return allocate(log, pool, **values)


class AddDaysForm(AddAllocationForm):
    """Days begin with their person too."""

    focus_column = "dates"
    member = PickField(label=gettext_lazy("Person"), empty_label=gettext_lazy("Anyone"), required=False)

    def prepare(self) -> None:
        super().prepare()
        self.fields["member"].offer(lambda: self.table.members)


class SpendingForm(forms.Form):
    """What was spent of an allocation."""

    allocation = PickField(label=gettext_lazy("Allocation"), empty_label=gettext_lazy("Choose an allocation"))
    day = DayField(label=gettext_lazy("Date"))
    amount = QuantityField(label=pgettext_lazy("pool", "Amount"))
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)

    def __init__(self, data: Any = None, *, plan: Plan) -> None:
        super().__init__(data, initial={"day": plan.team.today()})
        fields: Any = self.fields
        self.plan = plan
        fields["amount"].currency = plan.team.currency
        fields["allocation"].offer(self._allocations)

    def _allocations(self) -> list[Allocation]:
        """Those of money and hours: days of people are not spent but worked."""
        present = Allocation.objects.filter(
            pool__plan=self.plan, pool__removed_at=None, strategy__removed_at=None
        )
        of_amounts = present.exclude(pool__kind=Pool.Kind.PEOPLE).select_related(
            "pool__plan__team", "strategy"
        )
        return list(of_amounts.order_by("pool__order", "pool", "strategy__order", "pk"))

    def create(self, log: Recording) -> Spending:
        return spend(log, **self.cleaned_data)

    def take_errors(self, error: ValidationError) -> None:
        for name, sentences in errors_by_field(error).items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)


class ReasonForm(forms.Form):
    """Why a strategy keeps more than one of higher priority."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)
