"""The strategies of a plan by priority: what they are for, their scores, and whether they can be done."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from planner import access, stages, words
from planner.arithmetic.collation import finds, finds_name
from planner.models import Bottleneck, Change, Goal, Plan
from planner.stages import StrategyTask
from planner.tables import cells
from planner.tables.columns import Cell, Column, Row
from planner.tables.kinds import RowKind
from planner.tables.markup import EMPTY
from planner.tables.searching import sorted_by
from planner.tables.shows import ALL, Lookups, Shows
from planner.tables.table import Table
from strategies.board import rubrics
from strategies.board.decisions import RUNNABLE, Lack, lacks_of
from strategies.board.forms import AddStrategyForm, StrategyForm
from strategies.board.judging import Timing, judgement, timing, verdict_chip
from strategies.models import ServedGoal, Strategy
from strategies.priority import Ranked, ranking

State = Strategy.State
TONES = {
    State.PROPOSED: "",
    State.ACTIVE: "good",
    State.PAUSED: "warn",
    State.DROPPED: "off",
    State.STANDARDISED: "good",
}


# What the ranks follow from.
MOVING = ("importance", "urgency", "state", "order")


def strategies_with_goals() -> QuerySet[Strategy]:
    """Strategies in their order with what their goals are judged by."""
    goals = Goal.with_removed.select_related("metric", "segment", "plan__team")
    served = ServedGoal.objects.prefetch_related(Prefetch("goal", queryset=goals))
    related = Strategy.objects.select_related("plan__team", "owner", "bottleneck", "fallback", "pair")
    return related.prefetch_related(Prefetch("served", queryset=served)).order_by("order", "pk")


def strategies_of(plan: Plan) -> QuerySet[Strategy]:
    """The strategies of a plan, see `strategies_with_goals`."""
    return strategies_with_goals().filter(plan=plan)


# What a strategy shows besides its tasks.
SHOWN: dict[str, Lookups | None] = {
    "strategies.strategy": ("pk",),
    "strategies.servedgoal": ("served",),
    "strategies.leadmeasure": ("lead_measures",),
    "planner.goal": ("served__goal",),
    "planner.metric": ("served__goal__metric",),
    "planner.planmetric": ALL,
    "planner.import": ALL,
    "planner.bottleneck": ("bottleneck",),
    "planner.membership": ALL,
    "planner.plan": ("plan",),
}


class StrategyKind(RowKind):
    name = "strategy"
    strand = "strategy"
    form = StrategyForm
    add_form = AddStrategyForm
    edits = {
        "strategy": ("title", "description"),
        "goals": ("goals", "bottleneck"),
        "owner": ("owner",),
        "importance": ("importance",),
        "urgency": ("urgency",),
        "feasibility": ("resources_score", "capability_score", "time_score", "feasibility_note"),
        "lag": ("effect_lag_days",),
    }
    rights = access.Rights(access.may_edit_strategy)

    @cached_property
    def shows(self) -> Shows:  # type: ignore[override]
        return SHOWN | stages.task_shows()

    def objects(self, plan: Plan) -> QuerySet[Strategy]:
        return strategies_of(plan)

    def with_removed(self, plan: Plan) -> QuerySet[Strategy]:
        return Strategy.with_removed.filter(plan=plan)


class StrategiesTable(Table):
    """Every strategy of a plan, those that come first at the top."""

    url_name = "strategies"
    file_name = ""
    title = gettext_lazy("Strategies")
    heading = gettext_lazy("Strategies")
    empty = gettext_lazy(
        "Add a strategy for each bottleneck in focus, link the goals it serves, then score its importance, "
        "its urgency and whether it can be done."
    )
    columns = (
        Column("strategy", gettext_lazy("Strategy"), css="first"),
        Column("goals", gettext_lazy("Goals and bottleneck"), css="roomy", prompt=gettext_lazy("Link goal")),
        Column("owner", gettext_lazy("Owner"), prompt=gettext_lazy("Assign owner")),
        Column("importance", gettext_lazy("Importance"), numeric=True, prompt=gettext_lazy("Score")),
        Column("urgency", gettext_lazy("Urgency"), numeric=True, prompt=gettext_lazy("Score")),
        Column("priority", gettext_lazy("Priority"), numeric=True),
        Column("feasibility", gettext_lazy("Feasibility"), sorts=False, prompt=gettext_lazy("Score")),
        Column("lag", gettext_lazy("Effect lag"), numeric=True),
        Column("state", gettext_lazy("Status")),
        Column("tasks", gettext_lazy("Tasks"), numeric=True, sorts=False),
    )
    kinds = {"strategy": StrategyKind()}
    offers = frozenset({"planner.membership", "planner.goal", "planner.bottleneck", "strategies.strategy"})

    @property
    def filter_names(self) -> list[str]:
        return ["q", "state", "owner"]

    @property
    def filters(self) -> list[dict[str, Any]]:
        return [
            self.filter("state", _("Status"), [("", _("Any status")), *State.choices]),
            self.owner_filter(),
        ]

    @cached_property
    def goals(self) -> list[Goal]:
        return list(self.plan.goals.filter(parent__removed_at=None))

    @cached_property
    def bottlenecks(self) -> list[Bottleneck]:
        """Those in focus first."""
        return list(self.plan.bottlenecks.order_by("-in_focus", "order", "pk"))

    @cached_property
    def runnable(self) -> list[Strategy]:
        """What can be a fallback, or paired with."""
        return [each.strategy for each in self.ranked if each.strategy.state in RUNNABLE]

    @cached_property
    def ranked(self) -> list[Ranked]:
        """Every strategy of the plan, by priority."""
        return ranking(strategies_of(self.plan))

    @cached_property
    def work(self) -> Mapping[int, list[StrategyTask]]:
        """The tasks of each strategy."""
        return stages.tasks_of([each.strategy for each in self.ranked])

    @cached_property
    def lacks(self) -> Mapping[int, list[Lack]]:
        """What each strategy that can be approved lacks for that."""
        waiting = [
            each.strategy for each in self.ranked if each.strategy.state in (State.PROPOSED, State.PAUSED)
        ]
        return lacks_of(self.plan, waiting)

    @cached_property
    def timings(self) -> Mapping[int, Timing]:
        return {
            each.strategy.pk: timing(each.strategy, self.plan, self.work[each.strategy.pk])
            for each in self.ranked
        }

    def summary(self) -> str:
        states = [each.strategy.state for each in self.ranked]
        count = ngettext("%(n)d strategy", "%(n)d strategies", len(states)) % {"n": len(states)}
        counted = [f"{label} {states.count(state)}" for state, label in State.choices if state in states]
        return " · ".join([count, *counted])

    def objects(self) -> list[Ranked]:
        ranked = [each for each in self.ranked if self._matches(each.strategy)]
        return self._sorted(ranked) if self.sort else ranked

    def _matches(self, strategy: Strategy) -> bool:
        state, owner, query = (self.params.get(name, "") for name in ("state", "owner", "q"))
        names = [strategy.title, *(goal.name for goal in strategy.goals), str(strategy.bottleneck or "")]
        return (
            (not state or strategy.state == state)
            and (not owner or str(strategy.owner_id) == owner)
            and (finds_name(query, *names) or finds(query, strategy.description))
        )

    def _sorted(self, ranked: list[Ranked]) -> list[Ranked]:
        key, down = self.sort.removeprefix("-"), self.sort.startswith("-")
        names = {"strategy": "strategy.title", "goals": "strategy.goal_text", "owner": "strategy.owner.name"}
        if key in names:
            return sorted_by(ranked, names[key].replace(".", "__"), down=down)
        known = [each for each in ranked if _sort_value(each, key) is not None]
        known.sort(key=lambda each: _sort_value(each, key), reverse=down)
        return [*known, *(each for each in ranked if _sort_value(each, key) is None)]

    def keys_touched(self, changes: Sequence[Change], saved_key: str = "") -> list[str]:
        """A score moves the ranks of others too: those that have another one now."""
        keys = super().keys_touched(changes, saved_key)
        before = self._ranks_before(changes)
        moved = [each for each in self.ranked if before.get(each.strategy.pk, each.rank) != each.rank]
        return list(dict.fromkeys([*keys, *(self.kinds["strategy"].key(each.strategy.pk) for each in moved)]))

    def _ranks_before(self, changes: Sequence[Change]) -> dict[int, int | None]:
        """The ranks before these changes, by the strategy's id."""
        strategies = {each.strategy.pk: copy.copy(each.strategy) for each in self.ranked}
        gone: set[int] = set()
        for change in sorted(changes, key=lambda each: each.revision, reverse=True):
            if change.model != Strategy._meta.label_lower:
                continue
            if change.action in (Change.Action.ADD, Change.Action.RESTORE):
                gone.add(change.object_id)
            elif change.action == Change.Action.REMOVE:
                removed = Strategy.with_removed.filter(plan=self.plan, pk=change.object_id).first()
                strategies |= {removed.pk: removed} if removed else {}
            elif change.field in MOVING and change.object_id in strategies:
                setattr(strategies[change.object_id], change.field, change.old)
        ranked = ranking(each for pk, each in strategies.items() if pk not in gone)
        return {each.strategy.pk: each.rank for each in ranked}

    def rows_for(self, objects: Iterable[Ranked]) -> list[Row]:
        return [self._row(each) for each in objects]

    def rows_of(self, keys: list[str]) -> list[Row]:
        by_pk = {each.strategy.pk: each for each in self.ranked}
        pks = [self.split(key)[1] for key in keys]
        return [
            self._row(by_pk[pk]) if pk in by_pk else Row(key, None) for key, pk in zip(keys, pks, strict=True)
        ]

    def _row(self, ranked: Ranked) -> Row:
        kind, strategy = self.kinds["strategy"], ranked.strategy
        contents = {
            "strategy": Cell(self.columns[0], self._title(ranked), below=self._opener(strategy)),
            "goals": self._goals(strategy),
            "owner": self.person(strategy.owner),
            "importance": cells.score(strategy.importance, rubrics.IMPORTANCE),
            "urgency": cells.score(strategy.urgency, rubrics.URGENCY),
            "priority": self._priority(ranked),
            "feasibility": self._feasibility(strategy),
            "lag": self._lag(strategy),
            "state": self._state(strategy),
            "tasks": self._tasks(strategy),
        }
        return self.row(kind, strategy, contents)

    def _title(self, ranked: Ranked) -> Any:
        strategy = ranked.strategy
        title = format_html("{} <b>{}</b>", rank_numeral(ranked), strategy.title)
        return cells.lines(title, strategy.description) if strategy.description else title

    def _opener(self, strategy: Strategy) -> Any:
        label = _("Open %(name)s") % {"name": strategy.title}
        return format_html(
            '<a class="go small" href="{}" aria-label="{}">{}</a>',
            url_of(strategy),
            label,
            pgettext("link", "Open"),
        )

    def _goals(self, strategy: Strategy) -> Any:
        names = words.listed(goal.name for goal in strategy.goals)
        bottleneck = strategy.bottleneck
        if bottleneck is None or bottleneck.removed_at is not None:
            return cells.text(names)
        return cells.lines(names or EMPTY, bottleneck.cause)

    def _priority(self, ranked: Ranked) -> Any:
        if ranked.score is None:
            return EMPTY
        product = f"{ranked.strategy.importance} × {ranked.strategy.urgency}"
        return cells.lines(cells.tip(ranked.score, [_("Importance × urgency")]), product)

    def _feasibility(self, strategy: Strategy) -> Any:
        scores = (strategy.resources_score, strategy.capability_score, strategy.time_score)
        if all(score is None for score in scores):
            return EMPTY
        named = [_("Resources"), _("Capability"), _("Time")]
        texts = [words.labelled(name, score or "–") for name, score in zip(named, scores, strict=True)]
        return cells.tip(
            verdict_chip(judgement(strategy)), [*texts, *filter(None, [strategy.feasibility_note])]
        )

    def _lag(self, strategy: Strategy) -> Any:
        when = self.timings[strategy.pk]
        shown = cells.tip(words.lag(strategy.effect_lag_days), [when.sentence])
        return cells.lines(shown, _("after the due date")) if when.is_late else shown

    def _state(self, strategy: Strategy) -> Any:
        chip = cells.chip(TONES[State(strategy.state)], strategy.get_state_display())
        found = self.lacks.get(strategy.pk)
        if found is None or not access.may_edit_strategy(self.member, strategy):
            return chip
        return cells.lines(chip, needs(found)) if found else format_html("{} {}", chip, approving(strategy))

    def _tasks(self, strategy: Strategy) -> Any:
        tasks = self.work[strategy.pk]
        url = f"{reverse('tracking', args=[self.plan.pk])}#strategy-{strategy.pk}"
        text = f"{sum(task.is_done for task in tasks)}/{len(tasks)}" if tasks else "0"
        label = ngettext("%(n)d task", "%(n)d tasks", len(tasks)) % {"n": len(tasks)}
        return format_html('<a href="{}" aria-label="{}">{}</a>', url, label, text)


def rank_numeral(ranked: Ranked) -> Any:
    """The same numeral in matrix, list and card: filled where the strategy is active."""
    css = "num on" if ranked.strategy.state == State.ACTIVE else "num"
    text = _("Rank %(n)s") % {"n": ranked.rank or "–"}
    return format_html('<span class="{}" aria-label="{}" role="img">{}</span>', css, text, ranked.rank or "–")


def url_of(strategy: Strategy) -> str:
    return reverse("strategy", args=[strategy.plan_id, strategy.pk])


def needs(found: list[Lack]) -> Any:
    """What is needed before approval, each with its click."""
    links = [format_html('<a href="{}">{}</a>', lack.url, lack.text) for lack in found]
    return format_html("{} {}", _("Needs:"), cells.joined(links))


def approving(strategy: Strategy) -> Any:
    """The button that approves a strategy in the list."""
    url = reverse("strategy-decide", args=[strategy.plan_id, strategy.pk])
    button = (
        '<button class="link small" form="using" formaction="{}?state=active" aria-label="{}">{}</button>'
    )
    return format_html(button, url, _("Approve %(name)s") % {"name": strategy.title}, _("Approve"))


def _sort_value(ranked: Ranked, key: str) -> Any:
    if key == "lag":
        return ranked.strategy.effect_lag_days
    if key == "state":
        return list(State).index(State(ranked.strategy.state))
    return ranked.score if key == "priority" else getattr(ranked.strategy, key)
