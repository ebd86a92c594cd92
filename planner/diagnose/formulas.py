"""The form of a formula: the factors that a metric is the product of."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner import words
from planner.models import Formula, Metric, Team
from planner.models.metrics import MOST_FACTORS
from planner.tables.fields import PickField


class FormulaForm(forms.Form):
    """A metric, and its factors: each a metric of the team, or one divided by another."""

    result = PickField(label=gettext_lazy("Metric"), empty_label=gettext_lazy("Choose a metric"))

    def __init__(self, data: Any = None, *, team: Team, formula: Formula) -> None:
        super().__init__(data, initial=self._initial(formula))
        self.metrics = words.by_name(Metric.objects.filter(team=team))
        for number in range(1, MOST_FACTORS + 1):
            numerator_field = PickField(
                label=_("Factor %(n)d") % {"n": number}, empty_label=_("None"), required=number <= 2
            )
            self.fields[f"factor_{number}"] = numerator_field
            denominator_field = PickField(
                label=_("Factor %(n)d: divided by") % {"n": number},
                empty_label=_("Not divided"),
                required=False,
            )
            self.fields[f"below_{number}"] = denominator_field
        for field in self.fields.values():
            if isinstance(field, PickField):
                field.offer(lambda: self.metrics)

    @staticmethod
    def _initial(formula: Formula) -> dict[str, Any]:
        """What the fields show of a formula; nothing of one that is being made."""
        initial: dict[str, Any] = {"result": formula.result_id}
        for number, (factor, denominator) in enumerate(formula.factors, start=1):
            initial |= {f"factor_{number}": factor, f"below_{number}": denominator}
        return initial

    def pairs(self) -> list[dict[str, Any]]:
        """The factors as the page shows them, two drop-downs each."""
        numbers = range(1, MOST_FACTORS + 1)
        return [{"number": n, "factor": self[f"factor_{n}"], "below": self[f"below_{n}"]} for n in numbers]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for number in range(1, MOST_FACTORS + 1):
            factor, denominator = cleaned.get(f"factor_{number}"), cleaned.get(f"below_{number}")
            if denominator and not factor and f"factor_{number}" not in self.errors:
                self.add_error(f"factor_{number}", _("Choose the metric to divide."))
            elif factor and factor == denominator:
                self.add_error(f"below_{number}", _("A metric divided by itself is always 1."))
            elif factor and factor == cleaned.get("result") and denominator is None:
                self.add_error(f"factor_{number}", _("A metric can't be a factor of itself."))
        return cleaned

    def factors(self) -> list[list[int | None]]:
        """The factors by their metrics' ids, as `Formula.factors` keeps them."""
        factors = []
        for number in range(1, MOST_FACTORS + 1):
            factor, denominator = self.cleaned_data[f"factor_{number}"], self.cleaned_data[f"below_{number}"]
            if factor:
                factors.append([factor.pk, denominator.pk if denominator else None])
        return factors

    def take_errors(self, error: ValidationError) -> None:
        """Show a rule's sentences above the form."""
        for sentence in error.messages:
            self.add_error(None, sentence)
