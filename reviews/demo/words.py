"""The shape of the demo's words: one instance per language, keyed as reviews/demo/figures.py is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple


class MetricWords(NamedTuple):
    name: str
    unit: str
    definition: str


class BottleneckWords(NamedTuple):
    cause: str
    step: str
    evidence: str


class GoalWords(NamedTuple):
    """`actions` are the key actions, each with the key of the strategy that carries it out, where one does."""

    name: str
    unit: str
    actions: tuple[tuple[str, str | None], ...] = ()


class StrategyWords(NamedTuple):
    title: str
    aim: str
    description: str
    resources: str
    risk: str


class TaskWords(NamedTuple):
    """`notes` are the updates on the task, oldest first; `why` is the reason for a delay or cancellation."""

    description: str
    acceptance: str
    notes: tuple[str, ...] = ()
    why: str = ""


class ReviewWords(NamedTuple):
    """The four texts of a review, each a list."""

    effect: tuple[str, ...]
    worked: tuple[str, ...]
    improve: tuple[str, ...]
    adjustments: tuple[str, ...]


class LeadWords(NamedTuple):
    name: str
    unit: str


class QuestionWords(NamedTuple):
    text: str
    department: str


class PlanWords(NamedTuple):
    """`company_goal` is what the core goal serves, `answer` why an owner proposes another target."""

    name: Callable[[dt.date], str]
    problems: dict[str, str]
    bottlenecks: dict[str, BottleneckWords]
    goals: dict[str, GoalWords]
    strategies: dict[str, StrategyWords]
    tasks: dict[str, TaskWords]
    reviews: dict[str, ReviewWords] = {}
    company_goal: str = ""
    answer: str = ""
    leads: dict[str, LeadWords] = {}
    questions: dict[str, QuestionWords] = {}
    pools: dict[str, str] = {}
    spendings: dict[str, str] = {}


class Words(NamedTuple):
    team: str
    language: str
    source: str
    cast: dict[str, tuple[str, str]]
    segments: dict[str, str]
    metrics: dict[str, MetricWords]
    quarter: PlanWords
    push: PlanWords
