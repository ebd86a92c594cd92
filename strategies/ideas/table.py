"""The ideas that a team adds to its library, edited in place; all plans of the team share them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planner import access, words
from planner.models import Bottleneck, Plan
from planner.tables import cells
from planner.tables.columns import Column, Row
from planner.tables.kinds import RowKind
from planner.tables.markup import EMPTY
from planner.tables.searching import matching, sorted_by
from planner.tables.table import Table
from strategies.ideas.forms import AddIdeaForm, IdeaForm
from strategies.models import Idea


class IdeaKind(RowKind):
    name = "idea"
    form = IdeaForm
    add_form = AddIdeaForm
    edits = {
        "idea": ("title", "purpose", "kind"),
        "lag": ("lag_days",),
        "steps": ("steps",),
        "needs": ("needs",),
    }
    names_are_shared = True
    rights = access.Rights(access.may_edit_strategy)
    shows = {"strategies.idea": ("pk",)}

    def objects(self, plan: Plan) -> QuerySet[Idea]:
        return Idea.objects.filter(team=plan.team_id)

    def with_removed(self, plan: Plan) -> QuerySet[Idea]:
        return Idea.with_removed.filter(team=plan.team_id)


class IdeasTable(Table):
    """What the team has added to the library."""

    url_name = "ideas"
    file_name = ""
    title = gettext_lazy("Your team's ideas")
    heading = gettext_lazy("Ideas")
    empty = gettext_lazy(
        "Which strategies have worked for your team? What you add here is offered first, in all plans of the team."
    )
    columns = (
        Column("idea", gettext_lazy("Idea"), css="first"),
        Column("lag", gettext_lazy("Effect after"), numeric=True),
        Column(
            "steps",
            gettext_lazy("Suggested tasks"),
            sorts=False,
            css="wide",
            prompt=gettext_lazy("Add tasks"),
        ),
        Column(
            "needs",
            gettext_lazy("Usually needs"),
            sorts=False,
            css="roomy",
            prompt=gettext_lazy("Add what it needs"),
        ),
    )
    kinds = {"idea": IdeaKind()}

    @property
    def filter_names(self) -> list[str]:
        return ["q", "kind"]

    @property
    def filters(self) -> list[dict[str, Any]]:
        return [self.filter("kind", _("Type"), [("", _("All types")), *Bottleneck.Kind.choices])]

    def summary(self) -> str:
        count = self.kinds["idea"].objects(self.plan).count()
        return ngettext("%(n)d idea", "%(n)d ideas", count) % {"n": count}

    def objects(self) -> Any:
        ideas = self.kinds["idea"].objects(self.plan)
        if kind := self.params.get("kind"):
            ideas = ideas.filter(kind=kind)
        if query := self.params.get("q", "").strip():
            ideas = ideas.filter(pk__in=matching(ideas, query, "purpose", "needs", names=["title"]))
        key, down = self.sort.removeprefix("-"), self.sort.startswith("-")
        if key == "idea":
            return sorted_by(ideas, "title", down=down)
        return ideas.order_by("-lag_days" if down else "lag_days", "pk") if key == "lag" else ideas

    def rows_for(self, objects: Iterable[Idea]) -> list[Row]:
        return [self._row(idea) for idea in objects]

    def rows_of(self, keys: list[str]) -> list[Row]:
        ids = [self.split(key)[1] for key in keys]
        ideas = self.kinds["idea"].objects(self.plan).filter(pk__in=ids)
        rows = {row.key: row for row in self.rows_for(ideas)}
        return [rows.get(key) or Row(key, None) for key in keys]

    def _row(self, idea: Idea) -> Row:
        about = " · ".join(filter(None, (idea.purpose, idea.get_kind_display())))
        contents = {
            "idea": cells.lines(format_html("<b>{}</b>", idea.title), about),
            "lag": words.lag(idea.lag_days),
            "steps": cells.steps([_step(*step) for step in idea.steps]) if idea.steps else EMPTY,
            "needs": cells.text(idea.needs),
        }
        return self.row(self.kinds["idea"], idea, contents)


def _step(description: str, acceptance: str) -> Any:
    if not acceptance:
        return description
    return format_html('{} <small class="muted">{}</small>', description, acceptance)
