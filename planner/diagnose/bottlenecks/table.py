"""The bottlenecks of a plan: a ranked table, the four quadrants, and what the team sees as causes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from planner import access
from planner.arithmetic.collation import finds, finds_name
from planner.arithmetic.names import name_key
from planner.diagnose.bottlenecks.forms import (
    EASE,
    IMPACT,
    AddBottleneckForm,
    AddViewForm,
    BottleneckForm,
    ViewForm,
)
from planner.models import Bottleneck, CauseView, Metric, Plan, Segment
from planner.plans import metrics_of, segments_of, whole_of
from planner.tables import cells
from planner.tables.columns import Cell, Column, Row
from planner.tables.kinds import RowKind
from planner.tables.markup import EMPTY
from planner.tables.searching import matching, sorted_by
from planner.tables.table import Table

MOST_IN_FOCUS = 3
RANKS = {quadrant: rank for rank, quadrant in enumerate(Bottleneck.Quadrant)}
TONES = {
    Bottleneck.Quadrant.FIRST: "good",
    Bottleneck.Quadrant.LATER: "warn",
    Bottleneck.Quadrant.AFTER: "",
    Bottleneck.Quadrant.NEVER: "off",
}
# The causes that the method knows, by kind: offered to who names one.
CAUSES = {
    Bottleneck.Kind.CUSTOMERS: (gettext_lazy("Few leads"), gettext_lazy("Low lead conversion")),
    Bottleneck.Kind.CONVERSION: (gettext_lazy("Slow follow-up"), gettext_lazy("Weak sales pitch")),
    Bottleneck.Kind.VALUE: (
        gettext_lazy("Shallow needs discovery"),
        gettext_lazy("No contact after the first sale"),
    ),
    Bottleneck.Kind.EXECUTION: (
        gettext_lazy("Unclear goals"),
        gettext_lazy("Skills gaps"),
        gettext_lazy("Weak incentives"),
    ),
}


class BottleneckKind(RowKind):
    name = "bottleneck"
    strand = "bottleneck"
    form = BottleneckForm
    add_form = AddBottleneckForm
    edits = {
        "cause": ("cause", "kind"),
        "place": ("step", "metric", "segment"),
        "evidence": ("evidence",),
        "impact": ("impact",),
        "ease": ("ease",),
        "focus": ("in_focus",),
    }

    rights = access.Rights(access.may_diagnose)
    shows = {
        "planner.bottleneck": ("pk",),
        "planner.metric": ("metric",),
        "planner.segment": ("segment",),
    }

    def objects(self, plan: Plan) -> QuerySet[Bottleneck]:
        views = CauseView.objects.select_related("by").order_by("pk")
        present = self.with_removed(plan).filter(removed_at=None).select_related("plan", "metric", "segment")
        return present.prefetch_related(Prefetch("views", queryset=views))

    def with_removed(self, plan: Plan) -> QuerySet[Bottleneck]:
        return Bottleneck.with_removed.filter(plan=plan)


class ViewKind(RowKind):
    """What a member sees as a cause: a row of its own, or beneath the bottleneck that it was merged into."""

    name = "view"
    form = ViewForm
    add_form = AddViewForm
    edits = {"cause": ("text", "kind"), "impact": ("bottleneck",)}
    spans = {"cause": 2, "impact": 4}

    rights = access.Rights(
        access.may_word_view,
        fields={"bottleneck": access.may_merge},
        add=access.may_add_view,
        remove=access.may_merge,
    )
    shows = {
        "planner.causeview": ("pk",),
        "planner.bottleneck": ("bottleneck",),
        "planner.membership": ("by",),
    }

    def objects(self, plan: Plan) -> QuerySet[CauseView]:
        return self.with_removed(plan).filter(removed_at=None).select_related("plan", "by", "bottleneck")

    def with_removed(self, plan: Plan) -> QuerySet[CauseView]:
        return CauseView.with_removed.filter(plan=plan)


class BottlenecksTable(Table):
    """Bottlenecks by the four quadrants, each with the views of causes that were merged into it."""

    url_name = "bottlenecks"
    file_name = ""
    title = gettext_lazy("Bottlenecks")
    heading = gettext_lazy("Bottlenecks")
    empty = gettext_lazy(
        "What limits the team's results? Add a cause, where it occurs and the evidence, "
        "then score its impact and how easy it is to fix."
    )
    columns = (
        Column("cause", gettext_lazy("Cause"), css="first"),
        Column(
            "place",
            gettext_lazy("Where"),
            sorts=False,
            css="roomy",
            prompt=gettext_lazy("Add where it occurs"),
        ),
        Column(
            "evidence", gettext_lazy("Evidence"), sorts=False, css="wide", prompt=gettext_lazy("Add evidence")
        ),
        Column("impact", gettext_lazy("Impact"), numeric=True, prompt=gettext_lazy("Score")),
        Column("ease", gettext_lazy("Ease"), numeric=True, prompt=gettext_lazy("Score")),
        Column("quadrant", gettext_lazy("Priority"), sorts=False),
        Column("focus", gettext_lazy("In focus"), prompt=gettext_lazy("Put in focus")),
    )
    kinds = {"bottleneck": BottleneckKind(), "view": ViewKind()}
    offers = frozenset({"planner.metric", "planner.segment", "planner.bottleneck"})

    @property
    def filter_names(self) -> list[str]:
        return ["q", "kind"]

    @property
    def filters(self) -> list[dict[str, Any]]:
        kinds = [("", _("All types")), *Bottleneck.Kind.choices]
        return [self.filter("kind", _("Type"), kinds)]

    @cached_property
    def metrics(self) -> list[Metric]:
        return metrics_of(self.plan, Bottleneck.objects.filter(plan=self.plan).values("metric"))

    @cached_property
    def segments(self) -> list[Segment]:
        """What a bottleneck can be in; the whole is a choice like any other."""
        used = Bottleneck.objects.filter(plan=self.plan).values("segment")
        return [whole_of(self.plan.team), *segments_of(self.plan.team, used)]

    @cached_property
    def ranked(self) -> list[Bottleneck]:
        """Every bottleneck of the plan, those to be solved first at the top."""
        return sorted(self.kinds["bottleneck"].objects(self.plan), key=_rank)

    @property
    def in_focus(self) -> int:
        return sum(bottleneck.in_focus for bottleneck in self.ranked)

    def summary(self) -> str:
        focus = ngettext("%(n)d in focus", "%(n)d in focus", self.in_focus) % {"n": self.in_focus}
        count = ngettext("%(n)d bottleneck", "%(n)d bottlenecks", len(self.ranked)) % {"n": len(self.ranked)}
        return f"{count} · {focus}"

    def suggestions(self) -> list[str]:
        return [str(cause) for causes in CAUSES.values() for cause in causes]

    def kind_of_cause(self, cause: str) -> str:
        """The kind of a cause that the method knows, in either language; "" for any other."""
        for language, _name in settings.LANGUAGES:
            with override(language):
                for kind, causes in CAUSES.items():
                    if name_key(cause) in {name_key(str(each)) for each in causes}:
                        return kind
        return ""

    def objects(self) -> list[Bottleneck | CauseView]:
        bottlenecks = [bottleneck for bottleneck in self.ranked if self._matches(bottleneck)]
        if self.sort:
            bottlenecks = self._sorted(bottlenecks)
        query = self.params.get("q", "").strip()
        views = self.kinds["view"].objects(self.plan)
        views = views.filter(Q(bottleneck=None) | ~Q(bottleneck__removed_at=None))
        if self.params.get("kind"):
            views = views.filter(kind=self.params["kind"])
        if query:
            views = views.filter(pk__in=matching(views, query, "text"))
        return [*bottlenecks, *views]

    def _matches(self, bottleneck: Bottleneck) -> bool:
        kind = self.params.get("kind")
        query, objects = self.params.get("q", ""), filter(None, (bottleneck.metric, bottleneck.segment))
        return (not kind or bottleneck.kind == kind) and (
            finds_name(query, bottleneck.cause, *map(str, objects))
            or finds(query, bottleneck.step, bottleneck.evidence)
        )

    def _sorted(self, bottlenecks: list[Bottleneck]) -> list[Bottleneck]:
        down, key = self.sort.startswith("-"), self.sort.removeprefix("-")
        if key == "cause":
            return sorted_by(bottlenecks, "cause", down=down)
        name = {"focus": "in_focus"}.get(key, key)
        with_value = [bottleneck for bottleneck in bottlenecks if getattr(bottleneck, name) is not None]
        with_value.sort(key=lambda bottleneck: getattr(bottleneck, name), reverse=down)
        return with_value + [bottleneck for bottleneck in bottlenecks if getattr(bottleneck, name) is None]

    def rows_for(self, objects: Iterable[Bottleneck | CauseView]) -> list[Row]:
        rows = []
        for obj in objects:
            if isinstance(obj, CauseView):
                rows.append(self._view_row(obj))
            else:
                rows.append(self._bottleneck_row(obj))
                rows += [self._view_row(view) for view in obj.views.all()]
        return rows

    def rows_of(self, keys: list[str]) -> list[Row]:
        ids: dict[str, set[int]] = {name: set() for name in self.kinds}
        for key in keys:
            kind, pk = self.split(key)
            ids[kind.name].add(pk)
        rows = {}
        for bottleneck in self.kinds["bottleneck"].objects(self.plan).filter(pk__in=ids["bottleneck"]):
            rows[f"bottleneck-{bottleneck.pk}"] = self._bottleneck_row(bottleneck)
        for view in self.kinds["view"].objects(self.plan).filter(pk__in=ids["view"]):
            rows[f"view-{view.pk}"] = self._view_row(view)
        return [rows.get(key) or Row(key, None) for key in keys]

    def _bottleneck_row(self, bottleneck: Bottleneck) -> Row:
        kind = self.kinds["bottleneck"]
        place = [part for part in (bottleneck.step, bottleneck.metric, bottleneck.segment) if part]
        quadrant = bottleneck.quadrant
        contents = {
            "cause": cells.lines(bottleneck.cause, bottleneck.get_kind_display()),
            "place": cells.text(" · ".join(map(str, place))),
            "evidence": cells.text(bottleneck.evidence),
            "impact": cells.score(bottleneck.impact, IMPACT),
            "ease": cells.score(bottleneck.ease, EASE),
            "quadrant": cells.chip(TONES[quadrant], quadrant.label)
            if quadrant
            else cells.small(_("Not scored")),
            "focus": self._focus(bottleneck),
        }
        return self.row(kind, bottleneck, contents)

    def _focus(self, bottleneck: Bottleneck) -> Cell:
        """Whether it is in focus, and if so the way to ideas against it."""
        column = self.columns[-1]
        if not bottleneck.in_focus:
            return Cell(column, EMPTY)
        url = f"{reverse('ideas', args=[self.plan.pk])}?bottleneck={bottleneck.pk}"
        sentence = _("Ideas against “%(cause)s”") % {"cause": bottleneck.cause}
        return Cell(
            column, cells.chip("good", _("In focus")), below=cells.link_beneath(url, _("Ideas"), sentence)
        )

    def _view_row(self, view: CauseView) -> Row:
        kind = self.kinds["view"]
        merged = view.bottleneck if view.bottleneck and view.bottleneck.removed_at is None else None
        text = _("Merged into “%(cause)s”") % {"cause": merged.cause} if merged else _("Not merged yet")
        contents = {
            "cause": Cell(
                self.columns[0], cells.lines(view.text, view.get_kind_display()), span=kind.spans["cause"]
            ),
            "evidence": self.person(view.by),
            "impact": Cell(self.columns[3], cells.small(text), span=kind.spans["impact"], css="words"),
        }
        group = self.kinds["bottleneck"].key(merged.pk) if merged else ""
        return self.row(kind, view, contents, css="sub", group=group)


def _rank(bottleneck: Bottleneck) -> tuple[int, bool, int, int, int]:
    quadrant = bottleneck.quadrant
    rank = RANKS[quadrant] if quadrant else len(RANKS)
    return (
        rank,
        not bottleneck.in_focus,
        -(bottleneck.impact or 0) - (bottleneck.ease or 0),
        bottleneck.order,
        bottleneck.pk,
    )
