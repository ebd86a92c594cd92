"""The factors of a formula that can be tried: where each stands, its field and its slider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner import words
from planner.arithmetic.formats import PLAIN, Scale
from planner.diagnose.analysis.products import Factor
from planner.models import Metric
from strategies.goals.targets import Target

# To how many decimals a rate is tried: to 0.1 %.
RATE_PLACES = 3


@dataclass(frozen=True, slots=True)
class Lever:
    """A factor that can be changed: where it stands, the sub-goal that it has already, and its scale.

    `places` are its decimals, of a fraction for a rate.
    """

    index: int
    factor: Factor
    baseline: Decimal
    existing: Target | None

    @property
    def name(self) -> str:
        return f"v{self.index}"

    @property
    def scale(self) -> Scale:
        metric = self.factor.measured
        if metric is not None:
            return metric.scale
        below, top = self.factor.denominator, self.factor.numerator
        return PLAIN if below is not None and below.unit == top.unit else Scale(unit=top.unit)

    @property
    def places(self) -> int:
        if self.scale.is_rate:
            return RATE_PLACES
        metric, size = self.factor.measured, abs(self.baseline)
        if size >= 1000 or (metric is not None and metric.kind == Metric.Kind.COUNT):
            return 0
        return 2 if size >= 10 else 4

    @property
    def start(self) -> Decimal:
        """What is tried first: the target of its sub-goal, else where it stands, rounded."""
        if self.existing is not None and self.existing.goal.target is not None:
            return self.existing.goal.target
        return round(self.baseline, self.places)

    # A field shows per cent of a rate.

    def shown(self, value: Decimal) -> Decimal:
        return (value * 100 if self.scale.is_rate else value).normalize() + 0

    def stored(self, value: Decimal) -> Decimal:
        return value / 100 if self.scale.is_rate else value

    def text(self, value: Decimal) -> str:
        return words.figure(self.scale, value)


class LeversForm(forms.Form):
    """What is tried of each factor, and which are locked."""

    fields: dict[str, Any]

    def __init__(self, data: Any, levers: Sequence[Lever]) -> None:
        super().__init__(data)
        for lever in levers:
            # A trial is a figure that can be stored: 14 digits before the point, 6 after it.
            field = forms.DecimalField(
                label=lever.factor.label,
                max_digits=20,
                decimal_places=6 - 2 * lever.scale.is_rate,
                min_value=0,
                max_value=100 if lever.scale.is_rate else None,
                error_messages={
                    "required": gettext_lazy("Enter a value."),
                    "invalid": gettext_lazy("Enter a number."),
                    "min_value": gettext_lazy("Enter 0 or more."),
                    "max_value": gettext_lazy("A rate is 100% at most."),
                },
            )
            field.widget.attrs |= {
                "step": "any",
                "data-slides": f"s{lever.index}",
                "aria-label": lever.factor.label,
            }
            field.initial = f"{lever.shown(lever.start):f}"
            self.fields[lever.name] = field
            self.fields[f"lock{lever.index}"] = forms.BooleanField(label=gettext_lazy("Lock"), required=False)


@dataclass(frozen=True, slots=True)
class Slider:
    """A factor as its row shows it."""

    lever: Lever
    field: forms.BoundField
    lock: forms.BoundField
    most: str
    step: str

    @property
    def unit(self) -> str:
        return "%" if self.lever.scale.is_rate else self.lever.scale.unit

    @property
    def stands(self) -> str:
        return self.lever.text(self.lever.baseline)


def name_of(lever: Lever, value: Decimal) -> str:
    """What the sub-goal of a factor is called."""
    if lever.existing is not None:
        return lever.existing.goal.name
    return _("%(name)s to %(target)s") % {"name": lever.factor.label[:80], "target": lever.text(value)}
