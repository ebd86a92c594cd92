"""How a team's own ideas are typed, and how a strategy is chosen from the library."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.changes import Recording
from planner.models import Bottleneck, Plan
from planner.tables.fields import ItemsField
from planner.tables.forms import AddForm, RowForm
from strategies.goals.forms import ARROW
from strategies.ideas.ideas import add_idea
from strategies.ideas.proposals import LONGEST_TITLE
from strategies.models import Idea

# The pages that offer ideas, by the names of their addresses.
PAGES = ("ideas", "strategies")


class StepsField(ItemsField):
    """Suggested tasks, one a line; behind an arrow its acceptance standard. Cleans to pairs of texts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # CharField's own checks measure text, and this cleans to pairs.
        self.validators = []

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        items = self.items_of(value)
        ProhibitNullCharactersValidator()("".join(items))
        pairs = (item.replace("->", ARROW).partition(ARROW) for item in items)
        return [[description.strip(), acceptance.strip()] for description, _arrow, acceptance in pairs]

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f" {ARROW} ".join(filter(None, pair)) for pair in value)


class IdeaForm(RowForm):
    """One idea of the team."""

    title = forms.CharField(label=gettext_lazy("Idea"), max_length=LONGEST_TITLE)
    purpose = forms.CharField(label=gettext_lazy("Purpose"), max_length=200, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("For bottlenecks of type"), choices=Bottleneck.Kind.choices)
    lag_days = forms.IntegerField(
        label=gettext_lazy("Effect after (days)"), min_value=0, max_value=1096, initial=30
    )
    steps = StepsField(label=gettext_lazy("Suggested tasks"))
    needs = forms.CharField(label=gettext_lazy("Usually needs"), max_length=300, required=False)

    def prepare(self) -> None:
        self.fields["steps"].widget.attrs["placeholder"] = _("One task per line: task → acceptance standard")


class AddIdeaForm(AddForm):
    """An idea begins with its name and the kind of bottleneck that it is for."""

    title = gettext_lazy("Add an idea")
    focus_column = "steps"
    name = forms.CharField(label=gettext_lazy("Idea"), max_length=LONGEST_TITLE)
    kind = forms.ChoiceField(label=gettext_lazy("For bottlenecks of type"), choices=Bottleneck.Kind.choices)

    def prepare(self) -> None:
        self.fields["name"].widget.attrs["placeholder"] = _("An idea that worked for your team")

    def create(self, log: Recording) -> Idea:
        name, kind = self.cleaned_data["name"], self.cleaned_data["kind"]
        return add_idea(log, self.table.plan.team, name, kind)


class AnswerForm(forms.Form):
    """Against which bottleneck of the plan a strategy is proposed: from an idea, or by a title of its own."""

    page = forms.ChoiceField(choices=[(name, name) for name in PAGES], required=False)
    bottleneck = forms.ModelChoiceField(Bottleneck.objects.none())
    idea = forms.CharField(max_length=40, required=False)
    title = forms.CharField(label=gettext_lazy("Strategy"), max_length=LONGEST_TITLE, required=False)

    def __init__(self, data: Any, *, plan: Plan) -> None:
        super().__init__(data)
        choices: Any = self.fields["bottleneck"]
        choices.queryset = Bottleneck.objects.filter(plan=plan)
