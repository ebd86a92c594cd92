"""The library of a plan: what its team added, then what the method knows, in the order of the plan's scenario."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from planner.arithmetic.feasibility import effect_day
from planner.models import Bottleneck, Plan
from planner.models.scenarios import put_first, tuning_of
from strategies.ideas.method import OF_SCENARIOS, OF_THE_METHOD, KnownIdea, SuggestedTask
from strategies.models import Idea

TEAMS_OWN = "team-"


def library(plan: Plan) -> list[KnownIdea]:
    """Every idea that is offered in a plan."""
    own = [known(idea) for idea in Idea.objects.filter(team=plan.team_id)]
    of_scenario = [idea for idea in OF_SCENARIOS if idea.scenario == plan.scenario]
    return [*own, *_tuned(plan, [*of_scenario, *OF_THE_METHOD])]


def known(idea: Idea) -> KnownIdea:
    """An idea that a team added, as the library offers it."""
    tasks = tuple(SuggestedTask(description, acceptance) for description, acceptance in idea.steps)
    key = f"{TEAMS_OWN}{idea.pk}"
    return KnownIdea(key, idea.kind, idea.title, idea.purpose, idea.lag_days, idea.needs, tasks)


def suiting(ideas: Iterable[KnownIdea], bottleneck: Bottleneck) -> list[KnownIdea]:
    """Those for a bottleneck of this kind."""
    return [idea for idea in ideas if idea.kind in ("", bottleneck.kind)]


def find(plan: Plan, key: str) -> KnownIdea | None:
    """The idea of this key, if it is offered in the plan."""
    return next((idea for idea in library(plan) if idea.key == key), None)


def _tuned(plan: Plan, ideas: list[KnownIdea]) -> list[KnownIdea]:
    tuning = tuning_of(plan)
    ideas = put_first(ideas, tuning.ideas, lambda idea: idea.key)
    return sorted(ideas, key=lambda idea: idea.lag_days) if tuning.prefers_fast else ideas


def start_of_work(plan: Plan) -> dt.date:
    """The first day on which work that is planned now can begin."""
    return max(plan.start, plan.team.today())


def takes_effect(plan: Plan, lag_days: int) -> bool:
    """Whether what begins now takes effect before the plan ends."""
    return effect_day(start_of_work(plan), lag_days) <= plan.end
