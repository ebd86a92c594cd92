"""The bottlenecks of a plan: a ranked table, the four quadrants, and what the team sees as causes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from planner import access, words
from planner.diagnose.bottlenecks.forms import AddBottleneckForm, AddViewForm, BottleneckForm, ViewForm
from planner.diagnose.standings import Standing, standings
from planner.models import Bottleneck, CauseView, Change, Membership, Metric, Plan, Role, Segment
from planner.plans import metrics_of, segments_of
from planner.tables import cells
from planner.tables.columns import Cell, Column, Row
from planner.tables.table import RowKind, Table

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
    Bottleneck.Kind.CUSTOMERS: (gettext_lazy("few leads"), gettext_lazy("low lead conversion")),
    Bottleneck.Kind.CONVERSION: (gettext_lazy("slow follow-up"), gettext_lazy("unskilled pitch")),
    Bottleneck.Kind.VALUE: (
        gettext_lazy("shallow needs discovery"),
        gettext_lazy("no second-sale contact"),
    ),
    Bottleneck.Kind.EXECUTION: (
        gettext_lazy("unclear goals"),
        gettext_lazy("missing skills"),
        gettext_lazy("weak incentives"),
    ),
}


class BottleneckKind(RowKind):
    name = "bottleneck"
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

    def objects(self, plan: Plan) -> QuerySet:
        views = CauseView.objects.select_related("by").order_by("pk")
        found = Bottleneck.objects.filter(plan=plan).select_related("plan", "metric", "segment")
        return found.prefetch_related(Prefetch("views", queryset=views))


class ViewKind(RowKind):
    """What a member sees as a cause: a row of its own, or beneath the bottleneck that it was merged into."""

    name = "view"
    form = ViewForm
    add_form = AddViewForm
    edits = {"cause": ("text", "kind"), "impact": ("bottleneck",)}

    def objects(self, plan: Plan) -> QuerySet:
        return CauseView.objects.filter(plan=plan).select_related("plan", "by", "bottleneck")

    def may_edit(self, membership: Membership, obj: CauseView) -> frozenset[str]:
        """Managers merge; who said it words it, until it is merged."""
        if access.may_manage(membership):
            return frozenset(self.edits)
        mine = membership.is_at_least(Role.REP) and obj.by_id == membership.pk
        return frozenset({"cause"}) if mine and obj.bottleneck_id is None else frozenset()

    def may_add(self, membership: Membership) -> bool:
        return membership.is_at_least(Role.REP)


@dataclass(frozen=True, slots=True)
class Dot:
    """A bottleneck in the chart of the quadrants: its number in the ranking, and where it lies."""

    number: int
    bottleneck: Bottleneck
    x: int
    y: int


class BottlenecksTable(Table):
    """Bottlenecks by the four quadrants, each with the views of causes that were merged into it."""

    url_name = "bottlenecks"
    template = "diagnose/bottlenecks.html"
    parts = frozenset({"quadrants"})
    file_name = ""
    title = gettext_lazy("Bottlenecks")
    heading = gettext_lazy("Bottlenecks")
    empty = gettext_lazy(
        "What holds the team back? Begin with a cause; say where it is and how you know, then score its impact and "
        "how easy it is to mend."
    )
    columns = (
        Column("cause", gettext_lazy("Cause"), css="first"),
        Column("place", gettext_lazy("Where"), sorts=False, css="roomy"),
        Column("evidence", gettext_lazy("Evidence"), sorts=False, css="wide"),
        Column("impact", gettext_lazy("Impact"), numeric=True),
        Column("ease", gettext_lazy("Ease"), numeric=True),
        Column("quadrant", gettext_lazy("Order"), sorts=False),
        Column("focus", gettext_lazy("In focus")),
    )
    kinds = {"bottleneck": BottleneckKind(), "view": ViewKind()}

    @property
    def filter_names(self) -> list[str]:
        return ["q", "kind"]

    @property
    def filters(self) -> list[dict[str, Any]]:
        kinds = [("", _("All kinds")), *Bottleneck.Kind.choices]
        return [self.filter("kind", _("Kind"), kinds)]

    @cached_property
    def metrics(self) -> list[Metric]:
        return metrics_of(self.plan, Bottleneck.objects.filter(plan=self.plan).values("metric"))

    @cached_property
    def segments(self) -> list[Segment]:
        return segments_of(self.plan.team)

    @cached_property
    def ranked(self) -> list[Bottleneck]:
        """Every bottleneck of the plan, those to be solved first at the top."""
        return sorted(self.kinds["bottleneck"].objects(self.plan), key=_rank)

    @property
    def in_focus(self) -> int:
        return sum(each.in_focus for each in self.ranked)

    @property
    def is_crowded(self) -> bool:
        """Whether more are in focus than one plan can solve."""
        return self.in_focus > MOST_IN_FOCUS

    def summary(self) -> str:
        focus = ngettext("%(n)d in focus", "%(n)d in focus", self.in_focus) % {"n": self.in_focus}
        count = ngettext("%(n)d bottleneck", "%(n)d bottlenecks", len(self.ranked)) % {"n": len(self.ranked)}
        return f"{count} · {focus}"

    def suggestions(self) -> list[str]:
        return [str(cause) for causes in CAUSES.values() for cause in causes]

    def objects(self) -> list[Bottleneck | CauseView]:
        found = [each for each in self.ranked if self._is_asked(each)]
        if self.sort:
            found = self._sorted(found)
        sought = self.params.get("q", "").strip()
        loose = self.kinds["view"].objects(self.plan)
        loose = loose.filter(Q(bottleneck=None) | ~Q(bottleneck__removed_at=None))
        if self.params.get("kind"):
            loose = loose.filter(kind=self.params["kind"])
        if sought:
            loose = loose.filter(text__icontains=sought)
        return [*found, *loose]

    def _is_asked(self, each: Bottleneck) -> bool:
        sought, kind = self.params.get("q", "").strip().casefold(), self.params.get("kind")
        said = f"{each.cause} {each.evidence} {each.step} {each.metric or ''} {each.segment or ''}"
        return (not kind or each.kind == kind) and sought in said.casefold()

    def _sorted(self, found: list[Bottleneck]) -> list[Bottleneck]:
        down, key = self.sort.startswith("-"), self.sort.removeprefix("-")
        name = {"focus": "in_focus"}.get(key, key)
        known = [each for each in found if getattr(each, name) is not None]
        known.sort(key=lambda each: getattr(each, name), reverse=down)
        return known + [each for each in found if getattr(each, name) is None]

    def rows_for(self, objects: Iterable[Bottleneck | CauseView]) -> list[Row]:
        rows = []
        for each in objects:
            if isinstance(each, CauseView):
                rows.append(self._view_row(each))
            else:
                rows.append(self._bottleneck_row(each))
                rows += [self._view_row(view) for view in each.views.all()]
        return rows

    def rows_of(self, keys: list[str]) -> list[Row]:
        asked: dict[str, set[int]] = {name: set() for name in self.kinds}
        for key in keys:
            kind, pk = self.split(key)
            asked[kind.name].add(pk)
        rows = {}
        for bottleneck in self.kinds["bottleneck"].objects(self.plan).filter(pk__in=asked["bottleneck"]):
            rows[f"bottleneck-{bottleneck.pk}"] = self._bottleneck_row(bottleneck)
        for view in self.kinds["view"].objects(self.plan).filter(pk__in=asked["view"]):
            rows[f"view-{view.pk}"] = self._view_row(view)
        return [rows.get(key) or Row(key, None) for key in keys]

    def keys_touched(self, changes: list[Change]) -> list[str]:
        """A view touches the bottleneck that it was merged into; a metric those that name it."""
        ids: dict[str, set[int]] = {}
        for change in changes:
            ids.setdefault(change.model, set()).add(change.object_id)
        views = CauseView.with_removed.filter(
            Q(pk__in=ids.get("planner.causeview", ()))
            | Q(bottleneck__in=ids.get("planner.bottleneck", ()))
            | Q(by__in=ids.get("planner.membership", ())),
            plan=self.plan,
        )
        touched = Bottleneck.with_removed.filter(
            Q(pk__in=ids.get("planner.bottleneck", ())) | Q(metric__in=ids.get("planner.metric", ())),
            plan=self.plan,
        )
        bottlenecks = touched.order_by("pk").values_list("pk", flat=True)
        return [
            *(f"bottleneck-{pk}" for pk in bottlenecks),
            *(f"view-{pk}" for pk in views.order_by("pk").values_list("pk", flat=True)),
        ]

    def _bottleneck_row(self, each: Bottleneck) -> Row:
        kind = self.kinds["bottleneck"]
        place = [part for part in (each.step, each.metric, each.segment) if part]
        quadrant = each.quadrant
        shown = {
            "cause": cells.lines(each.cause, each.get_kind_display()),
            "place": cells.text(" · ".join(map(str, place))),
            "evidence": cells.text(each.evidence),
            "impact": cells.score(each.impact),
            "ease": cells.score(each.ease),
            "quadrant": cells.chip(TONES[quadrant], quadrant.label)
            if quadrant
            else cells.small(_("not scored")),
            "focus": cells.chip("good", _("in focus")) if each.in_focus else cells.EMPTY,
        }
        return Row(
            key=f"bottleneck-{each.pk}",
            obj=each,
            cells=self.cells(kind, each, shown),
            label=each.cause,
            can_remove=kind.may_remove(self.member, each),
        )

    def _view_row(self, view: CauseView) -> Row:
        kind = self.kinds["view"]
        merged = view.bottleneck if view.bottleneck and view.bottleneck.removed_at is None else None
        said = _("merged into “%(cause)s”") % {"cause": merged.cause} if merged else _("not merged yet")
        shown = {
            "cause": Cell(self.columns[0], cells.lines(view.text, view.get_kind_display()), span=2),
            "evidence": cells.person(view.by),
            "impact": Cell(self.columns[3], cells.small(said), span=4, css="words"),
        }
        return Row(
            key=f"view-{view.pk}",
            obj=view,
            cells=self.cells(kind, view, shown),
            css="sub",
            group=f"bottleneck-{merged.pk}" if merged else "",
            label=view.text,
            can_remove=kind.may_remove(self.member, view),
        )

    @cached_property
    def gaps(self) -> list[dict[str, Any]]:
        """The metrics that are behind their target and have no bottleneck yet, the largest shortfall first."""
        named = {each.metric_id for each in self.ranked if each.metric_id}
        found = standings(
            self.plan, self.plan.metrics.select_related("metric", "plan").exclude(metric__in=named)
        )
        behind = [each for each in found if each.gap.gap is not None and each.gap.gap > 0]
        behind.sort(key=lambda each: -(each.gap.shortfall or 0))
        return [{"metric": each.row.metric, **_as_evidence(each)} for each in behind]

    # The four quadrants

    def dots(self) -> list[Dot]:
        """The scored bottlenecks in a square of 500 × 500, ease to the right, impact upwards; side by side where
        they have the same scores."""
        taken: dict[tuple[int, int], int] = {}
        found = []
        for number, each in enumerate(self.ranked, start=1):
            if each.impact is None or each.ease is None:
                continue
            place = each.ease, each.impact
            nth = taken[place] = taken.get(place, 0) + 1
            aside = (nth // 2) * 26 * (1 if nth % 2 else -1)
            found.append(Dot(number, each, 100 * each.ease - 50 + aside, 550 - 100 * each.impact))
        return found

    @property
    def unscored(self) -> int:
        return sum(each.quadrant is None for each in self.ranked)

    quadrants = (
        pgettext_lazy("quadrant", "long-term"),
        pgettext_lazy("quadrant", "first"),
        pgettext_lazy("quadrant", "last, or never"),
        pgettext_lazy("quadrant", "after the others"),
    )


def _rank(each: Bottleneck) -> tuple[int, bool, int, int, int]:
    quadrant = each.quadrant
    rank = RANKS[quadrant] if quadrant else len(RANKS)
    return rank, not each.in_focus, -(each.impact or 0) - (each.ease or 0), each.order, each.pk


def _as_evidence(standing: Standing) -> dict[str, str]:
    """A gap as the first words of a bottleneck, and what shows it."""
    metric = standing.row.metric
    said = {
        "what": metric.name,
        "current": words.figure(metric.scale, standing.current),
        "target": words.figure(metric.scale, standing.target),
        "gap": words.figure(metric.scale, standing.gap.gap, difference=True),
        "rate": words.per_cent(standing.gap.shortfall),
    }
    shown = (
        _("%(what)s: %(current)s, target %(target)s, still %(gap)s to go (%(rate)s of the target).") % said
    )
    problems = standing.row.problems.strip()
    return {
        "cause": _("%(what)s is behind its target") % said,
        "evidence": f"{shown} {problems}"[:2000] if problems else shown,
    }
