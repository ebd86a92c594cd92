"""The page of one strategy: its scores with what suggests them, its verdict, what it lacks, and what was decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from planner import access, stages, words
from planner.arithmetic.formats import Scale
from planner.changes import changes_of
from planner.models import Bottleneck, Change, Goal, Membership, Plan
from planner.stages import StrategyTask
from planner.tables import cells
from planner.web.live import Piece
from strategies.board.decisions import NEXT, Decision, Lack, decisions, fallback_of, lacks
from strategies.board.forms import LeadForm, QuestionForm, StrategyForm, WeekForm
from strategies.board.judging import (
    Suggestion,
    Timing,
    fast_ones,
    judgement,
    suggested_importance,
    suggested_urgency,
    verdict_chip,
)
from strategies.board.pitfalls import has_pair
from strategies.board.table import TONES, StrategiesTable, rank_numeral, url_of
from strategies.goals.targets import Target, targets
from strategies.models import Allocation, LeadMeasure, LeadValue, Question, Strategy
from strategies.priority import Ranked
from strategies.resources import amounts

State = Strategy.State
# How much of the history and how many weeks of a lead measure are shown.
MOST_CHANGES, MOST_WEEKS = 30, 6
# What the details of a strategy are: typed together, below its scores.
DETAILS = ("title", "description", "owner", "goals", "bottleneck", "effect_lag_days", "feasibility_note")
_OWN = frozenset(
    {"strategies.strategy", "strategies.servedgoal", "planner.goal", "planner.membership", "planner.plan"}
)
_FIGURES = _OWN | {"planner.import", "planner.metric", "planner.planmetric"}


def pieces() -> tuple[Piece, ...]:
    """What follows changes on the page, part by part."""
    with_tasks = _FIGURES | set(stages.task_shows())
    return (
        Piece("standing", with_tasks | {"strategies.leadmeasure"}),
        Piece("scores", with_tasks),
        Piece("outlook", with_tasks),
        Piece("missing", frozenset({"strategies.question", "planner.membership"})),
        Piece("lead", frozenset({"strategies.leadmeasure", "strategies.leadvalue", "planner.membership"})),
        Piece("work", with_tasks | {"strategies.allocation", "strategies.pool"}),
        Piece("record"),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One of the five steps of a score."""

    value: int
    line: Any
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Score:
    """A score with its five steps, and what is suggested for it."""

    name: str
    label: str
    steps: tuple[Step, ...]
    value: int | None
    suggestion: Any

    @property
    def line(self) -> Any:
        """What the present step means."""
        return next((step.line for step in self.steps if step.is_chosen), _("Not scored"))


@dataclass(frozen=True, slots=True)
class Week:
    """What was done in one week, and its share of the weekly target as a bar."""

    value: LeadValue
    text: str
    bar: Any


class StrategyCard:
    """One strategy as its page shows it to a member."""

    def __init__(self, plan: Plan, member: Membership, pk: int) -> None:
        self.plan, self.member = plan, member
        self.table = StrategiesTable(plan, member)
        ranked = next((each for each in self.table.ranked if each.strategy.pk == pk), None)
        if ranked is None:
            raise Http404
        self.ranked: Ranked = ranked
        self.strategy = ranked.strategy

    @property
    def can_edit(self) -> bool:
        return access.may_edit_strategy(self.member, self.strategy)

    # Where it stands

    @property
    def numeral(self) -> Any:
        return rank_numeral(self.ranked)

    @property
    def state(self) -> Any:
        strategy = self.strategy
        return cells.chip(TONES[State(strategy.state)], strategy.get_state_display())

    @property
    def bottleneck(self) -> Bottleneck | None:
        bottleneck = self.strategy.bottleneck
        return None if bottleneck is None or bottleneck.removed_at is not None else bottleneck

    @property
    def owner(self) -> Any:
        return self.table.person(self.strategy.owner)

    @cached_property
    def lacks(self) -> list[Lack]:
        return lacks(self.strategy)

    @property
    def needs(self) -> list[tuple[str, Lack | None]]:
        """What an approval needs, each with what lacks of it."""
        by_name = {lack.name: lack for lack in self.lacks}
        named = (
            ("owner", _("An owner")),
            ("goal", _("A goal that can be measured, or a lead measure")),
            ("task", _("A task with an acceptance standard")),
        )
        return [(text, by_name.get(name)) for name, text in named]

    @property
    def can_approve(self) -> bool:
        return State.ACTIVE in NEXT[self.strategy.state]

    @property
    def ways_out(self) -> list[tuple[str, str]]:
        """What else can be decided: the state and its verb."""
        verbs = {State.PAUSED: _("Pause"), State.PROPOSED: _("Propose again"), State.DROPPED: _("Drop")}
        return [(state, verbs[State(state)]) for state in NEXT[self.strategy.state] if state in verbs]

    # Its scores

    @cached_property
    def figures(self) -> list[Target]:
        """The plan's goals in figures."""
        goals = Goal.objects.filter(plan=self.plan, parent__removed_at=None)
        related = goals.select_related("plan__team", "metric", "segment", "owner")
        return targets(self.plan, related, self.plan.team.today())

    @property
    def priority(self) -> list[Score]:
        by_importance = suggested_importance(self.strategy, self.figures)
        by_urgency = suggested_urgency(self.strategy, self.plan, self.figures)
        return [
            self._score("importance", _("Importance"), self._suggested(by_importance)),
            self._score("urgency", _("Urgency"), self._suggested(by_urgency)),
        ]

    @property
    def feasibility(self) -> list[Score]:
        when = Suggestion(self.timing.score, self.timing.sentence)
        return [
            self._score("resources_score", _("Resources"), ""),
            self._score("capability_score", _("Capability"), ""),
            self._score("time_score", _("Time"), self._suggested(when)),
        ]

    def _suggested(self, suggestion: Suggestion | None) -> Any:
        if suggestion is None:
            return _("No suggestion: link a goal with a target and a due date.")
        params = {"score": suggestion.score, "reason": suggestion.reason}
        text = _("Suggested %(score)s: %(reason)s") % params
        return cells.tip(text, suggestion.lines) if suggestion.lines else text

    def _score(self, name: str, label: str, suggestion: Any) -> Score:
        value = getattr(self.strategy, name)
        lines = StrategyForm.base_fields[name].widget.lines
        steps = tuple(Step(number, line, number == value) for number, line in enumerate(lines, start=1))
        return Score(name, label, steps, value, suggestion)

    @property
    def verdict(self) -> Any:
        return verdict_chip(judgement(self.strategy))

    @property
    def timing(self) -> Timing:
        return self.table.timings[self.strategy.pk]

    @property
    def pair(self) -> Strategy | None:
        """The fast strategy that it is paired with, while that can run."""
        return self.strategy.pair if has_pair(self.strategy) else None

    @property
    def fast(self) -> Strategy | None:
        """The strategy to pair a slow one with; None where it has one, or needs none."""
        if not self.timing.is_late or self.pair is not None:
            return None
        others = [each.strategy for each in self.table.ranked]
        return next(iter(fast_ones(self.strategy, others, self.table.timings)), None)

    @property
    def fast_timing(self) -> str:
        return self.table.timings[self.fast.pk].sentence if self.fast else ""

    # What it lacks, and what is done for it

    @cached_property
    def questions(self) -> list[Question]:
        """The open ones first."""
        found = Question.objects.filter(strategy=self.strategy).select_related("owner")
        return sorted(found, key=lambda each: (not each.is_open, each.due or dt.date.max, each.pk))

    @cached_property
    def lead(self) -> LeadMeasure | None:
        return LeadMeasure.objects.filter(strategy=self.strategy).select_related("owner").first()

    @property
    def lead_owner(self) -> Any:
        return self.table.person(self.lead.owner if self.lead else None)

    @property
    def lead_target(self) -> str:
        return words.figure(Scale(unit=self.lead.unit), self.lead.weekly_target) if self.lead else ""

    @property
    def weeks(self) -> list[Week]:
        """The last weeks that have a value, the newest first."""
        if self.lead is None:
            return []
        values = LeadValue.objects.filter(measure=self.lead).order_by("-week")[:MOST_WEEKS]
        scale, target = Scale(unit=self.lead.unit), self.lead.weekly_target
        return [
            Week(
                value,
                words.figure(scale, value.value),
                cells.share_bar(value.value / target, words.per_cent(value.value / target)),
            )
            for value in values
        ]

    @property
    def may_report(self) -> bool:
        return self.lead is not None and access.may_report_lead(self.member, self.lead)

    @property
    def work(self) -> Sequence[StrategyTask]:
        """Its tasks."""
        return self.table.work[self.strategy.pk]

    @property
    def allocations(self) -> list[tuple[Allocation, str]]:
        found = Allocation.objects.filter(strategy=self.strategy, pool__removed_at=None)
        return [
            (each, amounts.text(each.pool, each.amount or 0))
            for each in found.select_related("pool__plan__team", "member")
        ]

    @property
    def fallback(self) -> Strategy | None:
        return fallback_of(self.strategy)

    @property
    def fallback_choices(self) -> list[dict[str, Any]]:
        """The options of the list of fallbacks."""
        chosen = self.strategy.fallback_id
        others = [each for each in self.table.runnable if each.pk != self.strategy.pk]
        return [{"value": each.pk, "label": each.title, "chosen": each.pk == chosen} for each in others]

    # What was decided and changed

    @cached_property
    def history(self) -> list[Change]:
        return list(changes_of(self.strategy)[:MOST_CHANGES])

    @property
    def decisions(self) -> list[Decision]:
        own = changes_of(self.strategy).filter(model=Strategy._meta.label_lower, object_id=self.strategy.pk)
        return decisions(own.filter(field__in=("state", "")), self.strategy)

    @cached_property
    def undoable(self) -> set[int]:
        if self.plan.is_closed:
            return set()
        return access.undoable_revisions(self.member, {change.revision for change in self.history})

    # Its forms

    @property
    def url(self) -> str:
        return url_of(self.strategy)

    def details(self, data: Any = None) -> StrategyForm:
        """The form of the details."""
        return StrategyForm(data, table=self.table, obj=self.strategy, only=DETAILS)

    def forms(self) -> Mapping[str, Any]:
        """The forms of the page as they begin."""
        lead = self.lead
        names = ("name", "weekly_target", "unit", "owner")
        values = {name: getattr(lead, name) for name in names} if lead else {}
        return {
            "details": self.details(),
            "question_form": QuestionForm(table=self.table),
            "lead_form": LeadForm(table=self.table, initial=values),
            "week_form": WeekForm(table=self.table, initial={"week": self.plan.team.today()}),
        }
