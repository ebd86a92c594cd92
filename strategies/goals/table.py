"""Table 2, goal breakdown: core goals with their dimensions beneath."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from planner import access, words
from planner.diagnose import signs
from planner.models import Bottleneck, Formula, Goal, Metric, Segment
from planner.plans import metrics_of, segments_of
from planner.spreadsheets import sheets
from planner.tables import cells
from planner.tables.columns import Adder, Cell, Column, Row, Switch
from planner.tables.markup import EMPTY
from planner.tables.searching import matching
from planner.tables.table import Table
from strategies.goals import sheet
from strategies.goals.agreed import agreed
from strategies.goals.backing import Backing, backing_of
from strategies.goals.completeness import lack_text, lacks
from strategies.goals.forms import ARROW
from strategies.goals.kinds import KINDS, row_key
from strategies.goals.letters import letters
from strategies.goals.revisions import target_histories
from strategies.goals.smart import judge
from strategies.goals.targets import (
    Target,
    baseline_sentence,
    headline,
    progress_sentence,
    sentence,
    targets,
)
from strategies.ideas.buttons import strategy_buttons
from strategies.models import KeyAction, Strategy


class GoalsTable(Table):
    """Table 2: core goal, dimension, target value, owner, due and key actions."""

    url_name = "goals"
    file_name = "goals"
    moves_rows = True
    cell_params = ("targets",)
    form_title = pgettext_lazy("form", "Goal breakdown")
    title = gettext_lazy("Table 2 · Goal breakdown")
    heading = gettext_lazy("Goals")
    empty = gettext_lazy(
        "Set one core goal for the plan, then two or three measurable sub-goals, each "
        "with a target, an owner and a due date."
    )
    columns = (
        Column("core", gettext_lazy("Core goal"), css="first"),
        Column("dimension", gettext_lazy("Dimension"), sorts=False, css="tight"),
        Column("target", gettext_lazy("Target value"), css="roomy", prompt=gettext_lazy("Set target")),
        Column("owner", pgettext_lazy("goal", "Owner"), prompt=gettext_lazy("Assign owner")),
        Column("due", pgettext_lazy("goal", "Due"), numeric=True, prompt=gettext_lazy("Set date")),
        Column(
            "actions",
            gettext_lazy("Key actions (with strategy)"),
            sorts=False,
            css="wide",
            prompt=gettext_lazy("Add key actions"),
        ),
    )
    kinds = KINDS
    offers = frozenset(
        {
            "planner.bottleneck",
            "planner.formula",
            "planner.goal",
            "planner.membership",
            "planner.metric",
            "planner.segment",
            "strategies.strategy",
        }
    )

    @property
    def filter_names(self) -> list[str]:
        return ["q", "owner"]

    @property
    def filters(self) -> list[dict[str, Any]]:
        return [self.owner_filter()]

    @property
    def is_against_original(self) -> bool:
        """Whether progress is read against the targets as they were set first."""
        return self.params.get("targets") == "original"

    def switches(self) -> list[Switch]:
        current, original = self.params.copy(), self.params.copy()
        current.pop("targets", None)
        original["targets"] = "original"
        return [
            Switch(_("Current targets"), current.urlencode(), is_on=not self.is_against_original),
            Switch(pgettext("targets", "Original"), original.urlencode(), is_on=self.is_against_original),
        ]

    @cached_property
    def metrics(self) -> list[Metric]:
        """The team's metrics, those of the plan first; an archived one stays while a goal of the plan names it."""
        return metrics_of(self.plan, Goal.objects.filter(plan=self.plan).values("metric"))

    @cached_property
    def segments(self) -> list[Segment]:
        return segments_of(self.plan.team, Goal.objects.filter(plan=self.plan).values("segment"))

    @cached_property
    def cores(self) -> list[Goal]:
        """The core goals that a sub-goal may stand beneath."""
        return list(Goal.objects.filter(plan=self.plan, parent=None))

    @cached_property
    def bottlenecks(self) -> list[Bottleneck]:
        """The plan's bottlenecks, those in focus first."""
        return list(Bottleneck.objects.filter(plan=self.plan).order_by("-in_focus", "order", "pk"))

    @cached_property
    def formulas(self) -> list[Formula]:
        return list(Formula.objects.filter(team=self.plan.team_id).select_related("result"))

    @cached_property
    def strategies(self) -> list[Strategy]:
        return list(Strategy.objects.filter(plan=self.plan))

    def summary(self) -> str:
        goals = list(self.plan.goals.values_list("parent", flat=True))
        parts = sum(parent is not None for parent in goals)
        core_text = ngettext("%(n)d core goal", "%(n)d core goals", len(goals) - parts)
        parts_text = ngettext("%(n)d sub-goal", "%(n)d sub-goals", parts)
        pieces = [core_text % {"n": len(goals) - parts}, parts_text % {"n": parts}]
        full, months = self.plan.months_passed(self.today)
        if goals and months:
            text = ngettext("%(n)d of %(all)d month full", "%(n)d of %(all)d months full", months)
            pieces.append(text % {"n": full, "all": months})
        return " · ".join(pieces)

    def objects(self) -> Any:
        """The core goals; a filter may match one of their dimensions instead."""
        goals = self.kinds["core"].objects(self.plan)
        if condition := self._filter_condition():
            parts = Goal.objects.filter(condition, parent=OuterRef("pk"))
            goals = goals.filter(condition | Exists(parts))
        names = {"core": "name", "owner": "owner__name"}
        return self.ordered(goals, {"target": "target", "due": "due"}, names)

    def _filter_condition(self) -> Q:
        """The condition of the filters on one goal; empty without filters."""
        condition = Q()
        if query := self.params.get("q", "").strip():
            actions = matching(KeyAction.objects.filter(goal__plan=self.plan), query, "text")
            condition &= Q(pk__in=matching(self.plan.goals.all(), query, names=["name"])) | Q(
                key_actions__in=actions
            )
        if owner := self.params.get("owner"):
            condition &= Q(owner__in=[member for member in self.members if str(member.pk) == owner])
        return condition

    def file_columns(self) -> tuple[sheets.Column[sheet.Row], ...]:
        return sheet.columns(self.labels(), self.member_names)

    def file_lines(self, columns: tuple[sheets.Column[sheet.Row], ...]) -> Iterable[sheets.Line]:
        for core, parts in self.groups(self.objects()):
            yield from sheet.lines(columns, core, parts)

    def groups(self, objects: Iterable[Goal]) -> list[tuple[Target, list[Target]]]:
        """The core goals in figures, each with the dimensions that match the filters."""
        cores = list(objects)
        parts: dict[int, list[Goal]] = {core.pk: [] for core in cores}
        for part in self.kinds["part"].objects(self.plan).filter(parent__in=cores):
            parts[part.parent_id].append(part)
        goals = [goal for core in cores for goal in (core, *parts[core.pk])]
        figures = {target.goal.pk: target for target in self._figures(goals)}
        matching_ids = self._matching_ids(cores)
        groups = []
        for core in cores:
            matching_parts = [
                part for part in parts[core.pk] if matching_ids is None or part.pk in matching_ids
            ]
            groups.append((figures[core.pk], [figures[part.pk] for part in matching_parts or parts[core.pk]]))
        return groups

    def _figures(self, goals: list[Goal]) -> list[Target]:
        if not self.is_against_original:
            return targets(self.plan, goals, self.today)
        histories = target_histories(self.plan.team, goals)
        originals = {pk: history.original for pk, history in histories.items()}
        return targets(self.plan, goals, self.today, originals)

    def rows_for(self, objects: Iterable[Goal]) -> list[Row]:
        groups = self.groups(objects)
        backing = backing_of(
            self.plan, [target for core, parts in groups for target in (core, *parts)], self.today
        )
        rows = []
        for core, parts in groups:
            rows.append(self._core_row(core, parts, backing))
            rows += [self._part_row(part, backing) for part in parts]
        return rows

    def _matching_ids(self, cores: list[Goal]) -> set[int] | None:
        """The ids of the dimensions that match the filters; None without filters."""
        condition = self._filter_condition()
        if not condition:
            return None
        return set(Goal.objects.filter(condition, parent__in=cores).values_list("pk", flat=True))

    def rows_of(self, keys: list[str]) -> list[Row]:
        ids = [self.split(key)[1] for key in keys]
        parent_ids = Goal.objects.filter(pk__in=ids, plan=self.plan).values("parent")
        cores = self.kinds["core"].objects(self.plan).filter(Q(pk__in=ids) | Q(pk__in=parent_ids))
        self.clear_filters()
        rows = {row.key: row for row in self.rows_for(cores)}
        return [rows.get(key) or Row(key, None) for key in keys]

    def _core_row(self, target: Target, parts: list[Target], backing: Backing) -> Row:
        kind, goal, count = self.kinds["core"], target.goal, len(parts)
        can_add = self.kinds["part"].may_add(self.member)
        count_text = ngettext("%(n)d sub-goal", "%(n)d sub-goals", count) % {"n": count}
        name = cells.lines(format_html("<b>{}</b>", goal.name), self._measure_text(target))
        contents = self._shared_contents(target, backing) | {
            "core": Cell(self.columns[0], name, below=self._letters(target, parts, backing)),
            "dimension": cells.small(count_text),
        }
        adder = Adder("part", _("Sub-goal"), _("Add a sub-goal to %(name)s") % {"name": goal.name})
        return self.row(kind, goal, contents, css="group", adder=adder if can_add else None)

    def _part_row(self, target: Target, backing: Backing) -> Row:
        kind, goal = self.kinds["part"], target.goal
        name_cell = Cell(
            self.columns[0],
            cells.lines(goal.name, self._measure_text(target)),
            span=kind.spans["core"],
            below=self._letters(target, [], backing),
        )
        contents = self._shared_contents(target, backing) | {"core": name_cell}
        return self.row(kind, goal, contents, css="sub", group=self.kinds["core"].key(goal.parent_id))

    def _letters(self, target: Target, parts: list[Target], backing: Backing) -> Any:
        outlook = backing.outlooks.get(target.goal.pk)
        verdicts = judge(target, parts, outlook, backing.covered)
        return letters(target, verdicts, outlook, row_key(target.goal), can_mend=self.can_manage)

    def _shared_contents(self, target: Target, backing: Backing) -> dict[str, Any]:
        """What core goals and dimensions show alike."""
        goal = target.goal
        agreement = backing.agreement(target)
        below = agreed(agreement, self.member, is_closed=self.plan.is_closed)
        return {
            "target": Cell(self.columns[2], self._target(target), below=below),
            "owner": self.person(goal.owner),
            "due": cells.day(goal.due, self.day),
            "actions": Cell(self.columns[-1], self._actions(goal), below=self._strategy_buttons(goal)),
        }

    def _measure_text(self, target: Target) -> Any:
        """By which metric, of which part of the business, how it stands beneath its core goal, and what it lacks."""
        goal = target.goal
        pieces: list[Any] = [goal.metric.name if goal.metric else _("No metric yet")]
        if goal.segment:
            pieces.append(goal.segment)
        if goal.cut:
            pieces.append(_("adds up") if goal.adds_up else pgettext("goal", "influences"))
        if missing := lacks(target):
            text = _("Incomplete: %(lacks)s") % {"lacks": words.listed(map(lack_text, missing))}
            pieces.append(cells.chip("bad", text))
        return cells.joined(pieces)

    def _target(self, target: Target) -> Any:
        if target.target is None:
            return EMPTY
        language = words.language()
        explanation = [text for text in (sentence(target, language), baseline_sentence(target)) if text]
        target_lines = cells.lines(cells.figure(headline(target, language)), cells.joined(explanation))
        return format_html("{}{}", target_lines, self._progress(target))

    def _progress(self, target: Target) -> Any:
        """The sign of the way and where the goal is now, with a bar where there is a way to go, and why it is late."""
        text, why = progress_sentence(target, words.language()), signs.pace_sentence(target.way, target.scale)
        label = format_html("{} {}", signs.chip(target.way, target.scale), text)
        shown = signs.bar(target.way, label) if target.way.sign or text else ""
        return format_html("{}{}", shown, cells.small(why)) if why else shown

    def _actions(self, goal: Goal) -> Any:
        actions = list(goal.key_actions.all())
        return cells.steps([self._action(action) for action in actions]) if actions else EMPTY

    def _strategy_buttons(self, goal: Goal) -> str:
        if not access.may_edit_strategy(self.member) or self.plan.is_closed:
            return ""
        return strategy_buttons(self.plan, list(goal.key_actions.all()))

    def _action(self, action: KeyAction) -> Any:
        strategy = action.strategy
        if strategy is None or strategy.removed_at:
            return action.text
        return format_html('{} <small class="muted">{} {}</small>', action.text, ARROW, strategy.title)
