"""The shape of the demo's words: one instance per language, keyed as tracking/demo/figures.py is."""

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
    name: str
    unit: str
    specific: str
    measurable: str


class StrategyWords(NamedTuple):
    title: str
    aim: str
    description: str
    resources: str
    risk: str


class TaskWords(NamedTuple):
    """`notes` are what people said of the task, oldest first; `why` is why it slipped or was cancelled."""

    description: str
    acceptance: str
    notes: tuple[str, ...] = ()
    why: str = ""


class PlanWords(NamedTuple):
    name: Callable[[dt.date], str]
    problems: dict[str, str]
    bottlenecks: dict[str, BottleneckWords]
    goals: dict[str, GoalWords]
    strategies: dict[str, StrategyWords]
    tasks: dict[str, TaskWords]


class Words(NamedTuple):
    team: str
    language: str
    source: str
    cast: dict[str, tuple[str, str]]
    segments: dict[str, str]
    metrics: dict[str, MetricWords]
    quarter: PlanWords
    push: PlanWords
