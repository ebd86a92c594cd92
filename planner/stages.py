"""The stages of a plan, asked for what they have without importing them.

`settings.STAGES` names one module per app; each holds a STAGE, so that pages which compose the stages (home, the
plan's home, the workbook, who leaves a team) stay below the apps they speak of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

from planner.models import Membership, Plan
from planner.pitfalls import Check


@dataclass(frozen=True, slots=True)
class Summary:
    """What a stage of one plan has and lacks, in a line; `share` of the way from 0 to 1."""

    line: str
    share: float = 0
    late: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """One thing somebody has to do, for lists that mix stages."""

    id: int
    title: str
    context: str
    due: dt.date | None
    days_late: int
    url: str
    owner: Membership | None
    plan: Plan


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a stage: the name of its address, what menus call it, and names of addresses that belong to it.

    An address whose name goes on behind one of these with a dash belongs to it as well: `goals-row` to `goals`.
    """

    url_name: str
    label: Any
    below: tuple[str, ...] = ()

    def holds(self, url_name: str) -> bool:
        names = (self.url_name, *self.below)
        return any(url_name == name or url_name.startswith(f"{name}-") for name in names)


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """A task as a lower stage, which has no tasks of its own, asks for it."""

    description: str
    owner: Membership | None = None
    start: dt.date | None = None
    due: dt.date | None = None
    acceptance: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the four stages, as its app describes it: its answers to what is asked without importing it.

    Every stage answers summaries(plans) and checks(plans): they say by a plan's id what it has and what it lacks, in
    a constant number of queries for any number of plans.

    The other answers are optional. Their defaults are those of a stage that has nothing to say, so that whoever asks
    goes through all stages and adds up, and a further question is one more field here:
    - about people: open_work(memberships, day) lists what these have to do;
    - about one plan: plan_work(plan, day) lists what its people have to do soon;
    - verbs inside an open recording: hand_over(log, leaver, successor) gives open work to somebody else, and counts
      it; add_tasks(log, strategy, specs) makes tasks of a strategy out of TaskSpecs, and returns them.

    `pages` are its pages in the order of menus; the first is where the stage begins.
    `tables` are its tables as files: the name in the address and the dotted path of each.
    """

    name: Any
    pages: tuple[Page, ...]
    summaries: Callable[[Sequence[Plan]], dict[int, Summary]]
    checks: Callable[[Sequence[Plan]], dict[int, list[Check]]]
    tables: tuple[tuple[str, str], ...] = ()
    open_work: Callable[[Sequence[Membership], dt.date | None], list[Work]] = field(
        default=lambda people, day: []
    )
    plan_work: Callable[[Plan, dt.date], list[Work]] = field(default=lambda plan, day: [])
    hand_over: Callable[[Any, Membership, Membership | None], int] = field(
        default=lambda log, leaver, successor: 0
    )
    add_tasks: Callable[[Any, Any, Iterable[TaskSpec]], list[Any]] = field(
        default=lambda log, strategy, specs: []
    )

    @property
    def url_name(self) -> str:
        """The address where the stage begins."""
        return self.pages[0].url_name


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address is: in which stage, on which of its pages, and the pages that lead there."""

    stage: Stage
    page: Page
    trail: tuple[Page, ...]
    is_page: bool


@cache
def stages() -> tuple[Stage, ...]:
    """The stages in the order of the loop."""
    return tuple(import_string(f"{module}.STAGE") for module in settings.STAGES)


def place_of(url_name: str) -> Place | None:
    """The place of an address of a stage by its name; None for every other address."""
    for stage in stages():
        for page in stage.pages:
            if page.holds(url_name):
                is_page = page.url_name == url_name
                above = stage.pages[:1] if page is not stage.pages[0] else ()
                return Place(stage, page, above if is_page else (*above, page), is_page)
    return None


def summaries(plans: Sequence[Plan]) -> dict[int, list[tuple[Stage, Summary]]]:
    """By a plan's id, every stage with what it says of the plan."""
    said = [(stage, stage.summaries(plans)) for stage in stages()]
    return {plan.pk: [(stage, found[plan.pk]) for stage, found in said] for plan in plans}


def checks(plans: Sequence[Plan]) -> dict[int, list[Check]]:
    """By a plan's id, every check of every stage, in the order of the loop."""
    said = [stage.checks(plans) for stage in stages()]
    return {plan.pk: [check for found in said for check in found[plan.pk]] for plan in plans}


def by_day(plans: Iterable[Plan], field_name: str, make: Callable[[dt.date], Q]) -> Q:
    """A condition on the day each plan is looked at: `make` turns a day into one, `field_name` leads to the plan.

    Plans are looked at on days of their own (their team's today, or their end), a query asks for all at once.
    """
    days: dict[dt.date, list[int]] = {}
    for plan in plans:
        days.setdefault(plan.day, []).append(plan.pk)
    condition = Q(pk__in=[])
    for day, ids in days.items():
        condition |= Q(**{f"{field_name}__in": ids}) & make(day)
    return condition
