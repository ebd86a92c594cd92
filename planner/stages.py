"""The stages of a plan, as an interface that is used without importing their apps.

`settings.STAGES` names one module per app; each has a STAGE, so that pages which combine the stages (home, the plan's
home, the workbook, removing a member) do not import the apps.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.module_loading import import_string

from planner.arithmetic.formats import Scale
from planner.arithmetic.goals import Way
from planner.arithmetic.shifts import Cut
from planner.models import Membership, Plan, Team
from planner.models.scenarios import put_first, tuning_of
from planner.pitfalls import Check

# How many objects of one sort the band of a thread shows at once.
MOST_KNOTS = 3

if TYPE_CHECKING:
    from planner.access import Rights
    from planner.models import Recorded


@dataclass(frozen=True, slots=True)
class Summary:
    """The state of a stage in one plan, in a line; `share` is its progress from 0 to 1."""

    line: str
    share: float = 0
    late: bool = False


@dataclass(frozen=True, slots=True)
class PlanWay:
    """The way to one of a plan's core goals: its name, how far it is, and in which scale it is counted."""

    name: str
    way: Way
    scale: Scale


@dataclass(frozen=True, slots=True)
class Work:
    """One thing that somebody has to do, for lists over several stages."""

    id: int
    title: str
    context: str
    due: dt.date | None
    days_late: int
    url: str
    owner: Membership | None
    plan: Plan


@dataclass(frozen=True, slots=True)
class Outside:
    """Something of a plan that would lie outside of another period: what it is, its name, its address."""

    what: Any
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done next in a plan: a sentence, and the link to where it is done with its text."""

    sentence: str
    verb: str
    url: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a stage: its URL name, its label in menus, and the URL names that belong to it.

    A URL name that continues one of these with a dash belongs to it as well: `goals-row` to `goals`.
    """

    url_name: str
    label: Any
    below: tuple[str, ...] = ()

    def holds(self, url_name: str) -> bool:
        names = (self.url_name, *self.below)
        return any(url_name == name or url_name.startswith(f"{name}-") for name in names)


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """A task that a lower stage, which has no tasks of its own, asks for."""

    description: str
    owner: Membership | None = None
    start: dt.date | None = None
    due: dt.date | None = None
    acceptance: str = ""
    effort: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StrategyTask:
    """A task of a strategy, as the stages below that of tasks show it; `effort` is in person-days."""

    pk: int
    strategy_id: int
    description: str
    acceptance: str
    owner: Membership | None
    start: dt.date | None
    due: dt.date | None
    status: str
    is_open: bool
    is_done: bool
    days_late: int
    effort: Decimal | None
    url: str


@dataclass(frozen=True, slots=True)
class Effort:
    """Open work of a member, in person-days, that lies within its dates."""

    member_id: int
    days: Decimal
    start: dt.date
    due: dt.date
    label: str
    url: str
    plan_id: int
    strategy_id: int


@dataclass(frozen=True, slots=True)
class Knot:
    """An object on the thread from a metric to its tasks: its title, its address, and what it follows from.

    `above` names that by the name of its strand and its id; `through` is what its parts follow from, which is on its
    own thread and on no other. `note` is its state in a word.
    """

    pk: int
    title: str
    url: str
    above: tuple[tuple[str, int], ...] = ()
    through: tuple[tuple[str, int], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Strand:
    """One sort of objects on the thread, in the order of the loop: knots(plan) are those of a plan.

    `name` is the model's name in small letters, `missing` is said where an object has none, `page` is the URL name of
    the page where one is added, `shows` the models whose changes may show in it.
    """

    name: str
    label: Any
    missing: Any
    page: str
    knots: Callable[[Plan], list[Knot]]
    shows: frozenset[str]


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the four stages, with the functions that its app provides.

    Every stage has summaries(plans) and checks(plans), which return the state and the checks by the plan's id, in a
    constant number of queries for any number of plans.

    The other functions are optional. Their defaults return nothing, so that a caller goes through all stages and adds
    up the results:
    - about many plans: ways(plans) lists the ways to their core goals, by the plan's id;
    - about people: open_work(memberships, day) lists what these have to do;
    - about one plan: plan_work(plan, today) lists what its people have to do soon, outside(plan, cut) what another
      period would leave out, next_step(plan) what its managers should do next, in the order of its scenario;
    - inside an open recording: hand_over(log, leaver, successor) gives open work to somebody else, and returns how
      much; add_tasks(log, strategy, specs) creates tasks of a strategy from TaskSpecs, and returns them;
    - about strategies: tasks_of(strategies) lists their tasks but for the cancelled ones, by the strategy's id;
      task_shows says by which models and lookups from a strategy these look different, as planner/tables/shows.py does;
    - about teams: efforts(teams, first, last) lists the open work of their active plans that touches these days.

    `strands` are the sorts of objects that it has on the thread from metric to task, in order, each with a constant
    number of queries.
    `pages` are its pages in the order of menus; the first is where the stage begins.
    `tables` are its tables as files: the name in the address and the dotted path of each.
    `rights` say for each recorded model that its pages write who may do what with an object.
    """

    name: Any
    pages: tuple[Page, ...]
    summaries: Callable[[Sequence[Plan]], dict[int, Summary]]
    checks: Callable[[Sequence[Plan]], dict[int, list[Check]]]
    tables: tuple[tuple[str, str], ...] = ()
    rights: Mapping[type[Recorded], Rights] = field(default_factory=dict)
    open_work: Callable[[Sequence[Membership], dt.date | None], list[Work]] = field(
        default=lambda people, day: []
    )
    plan_work: Callable[[Plan, dt.date], list[Work]] = field(default=lambda plan, today: [])
    ways: Callable[[Sequence[Plan]], dict[int, list[PlanWay]]] = field(default=lambda plans: {})
    outside: Callable[[Plan, Cut], list[Outside]] = field(default=lambda plan, cut: [])
    next_step: Callable[[Plan], Step | None] | None = None
    hand_over: Callable[[Any, Membership, Membership | None], int] = field(
        default=lambda log, leaver, successor: 0
    )
    add_tasks: Callable[[Any, Any, Iterable[TaskSpec]], list[Any]] = field(
        default=lambda log, strategy, specs: []
    )
    tasks_of: Callable[[Sequence[Any]], dict[int, list[StrategyTask]]] = field(default=lambda strategies: {})
    task_shows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    efforts: Callable[[Collection[Team], dt.date, dt.date], list[Effort]] = field(
        default=lambda teams, first, last: []
    )
    strands: tuple[Strand, ...] = ()

    @property
    def url_name(self) -> str:
        """The URL name of the first page."""
        return self.pages[0].url_name


@dataclass(frozen=True, slots=True)
class Station:
    """What of one strand is on a thread; `here` is the object that the thread is of, where it is one of these."""

    strand: Strand
    knots: tuple[Knot, ...]
    here: Knot | None
    url: str

    @property
    def first(self) -> tuple[Knot, ...]:
        """Those that are shown at once: the object itself, and as many others as a band has room for."""
        return tuple(sorted(self.knots, key=lambda knot: knot is not self.here)[:MOST_KNOTS])

    @property
    def more(self) -> tuple[Knot, ...]:
        return tuple(knot for knot in self.knots if knot not in self.first)


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a URL: its stage, its page, and the pages above it."""

    stage: Stage
    page: Page
    trail: tuple[Page, ...]
    is_page: bool


@cache
def stages() -> tuple[Stage, ...]:
    """The stages in the order of the loop."""
    return tuple(import_string(f"{module}.STAGE") for module in settings.STAGES)


def place_of(url_name: str) -> Place | None:
    """The place of a URL name of a stage; None for every other URL name."""
    for stage in stages():
        for page in stage.pages:
            if page.holds(url_name):
                is_page = page.url_name == url_name
                above = stage.pages[:1] if page is not stage.pages[0] else ()
                return Place(stage, page, above if is_page else (*above, page), is_page)
    return None


def summaries(plans: Sequence[Plan]) -> dict[int, list[tuple[Stage, Summary]]]:
    """By a plan's id, every stage with its summary of the plan."""
    answers = [(stage, stage.summaries(plans)) for stage in stages()]
    return {plan.pk: [(stage, by_plan[plan.pk]) for stage, by_plan in answers] for plan in plans}


def checks(plans: Sequence[Plan]) -> dict[int, list[Check]]:
    """By a plan's id, every check of every stage: those that its scenario puts first, then in the order of the loop."""
    answers = [stage.checks(plans) for stage in stages()]
    return {
        plan.pk: put_first(
            (check for by_plan in answers for check in by_plan[plan.pk]),
            tuning_of(plan).checks,
            lambda check: check.pitfall.name,
        )
        for plan in plans
    }


def ways(plans: Sequence[Plan]) -> dict[int, list[PlanWay]]:
    """By a plan's id, the ways to its core goals, in a constant number of queries."""
    answers = [stage.ways(plans) for stage in stages()]
    return {plan.pk: [way for by_plan in answers for way in by_plan.get(plan.pk, [])] for plan in plans}


def outside(plan: Plan, start: dt.date, end: dt.date) -> list[Outside]:
    """What of a plan would lie outside of it if it lasted from `start` to `end`, in the order of the loop."""
    cut = Cut((plan.start, plan.end), (start, end))
    return [item for stage in stages() for item in stage.outside(plan, cut)]


def add_tasks(log: Any, strategy: Any, specs: Iterable[TaskSpec]) -> list[Any]:
    """Create tasks of a strategy inside an open recording, and return them."""
    specs = list(specs)
    return [task for stage in stages() for task in stage.add_tasks(log, strategy, specs)]


def tasks_of(strategies: Sequence[Any]) -> dict[int, list[StrategyTask]]:
    """By a strategy's id, its tasks in order but for the cancelled ones; every strategy has a list."""
    tasks: dict[int, list[StrategyTask]] = {strategy.pk: [] for strategy in strategies}
    for stage in stages():
        for pk, of_stage in stage.tasks_of(strategies).items():
            tasks[pk] += of_stage
    return tasks


def task_shows() -> dict[str, tuple[str, ...]]:
    """By the label of a model, the lookups from a strategy to the objects whose changes show in its tasks."""
    return {label: lookups for stage in stages() for label, lookups in stage.task_shows.items()}


def efforts(teams: Collection[Team], first: dt.date, last: dt.date) -> list[Effort]:
    """The open work of the teams' active plans, with an owner, an effort and dates that touch `first` to `last`."""
    return [effort for stage in stages() for effort in stage.efforts(teams, first, last)]


def thread(plan: Plan, obj: Recorded) -> list[Station]:
    """What an object follows from and what follows from it, from metric to task; empty for one that is not there."""
    return thread_at(plan, f"{obj._meta.model_name}-{obj.pk}")


def thread_at(plan: Plan, key: str) -> list[Station]:
    """The thread of an object by its key: the name of its strand and its id, such as "goal-12"."""
    name, _dash, pk = key.partition("-")
    strands = _strands()
    if name not in {strand.name for strand in strands} or not pk.isdecimal() or len(pk) > 18:
        return []
    knots = {strand.name: strand.knots(plan) for strand in strands}
    up = {(of, knot.pk): knot.above for of, of_strand in knots.items() for knot in of_strand}
    start = name, int(pk)
    down: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for place, above in up.items():
        for other in above:
            down.setdefault(other, []).append(place)
    found = [knot for knot in knots[name] if knot.pk == start[1]]
    if not found:
        return []
    on_thread = _reached(start, up).union(
        _reached(start, down), *(_reached(place, up) for place in found[0].through)
    )
    stations = []
    for strand in strands:
        shown = tuple(knot for knot in knots[strand.name] if (strand.name, knot.pk) in on_thread)
        here = next((knot for knot in shown if (strand.name, knot.pk) == start), None)
        stations.append(Station(strand, shown, here, reverse(strand.page, args=[plan.pk])))
    return stations


def thread_shows() -> frozenset[str]:
    """The models whose changes may show in a thread."""
    return frozenset().union(*(strand.shows for strand in _strands()))


def _strands() -> list[Strand]:
    return [strand for stage in stages() for strand in stage.strands]


def _reached(start: tuple[str, int], edges: Mapping[tuple[str, int], Iterable[tuple[str, int]]]) -> set[Any]:
    """All that can be reached from a place, itself included, whatever circles there are."""
    found, waiting = {start}, [start]
    while waiting:
        for other in edges.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def by_day(plans: Iterable[Plan], field_name: str, make: Callable[[dt.date], Q]) -> Q:
    """A condition for the day to which each plan's open work counts: `make` returns the condition for a day,
    `field_name` is the lookup of the plan.

    It counts to different days (their team's today, or 30 days after their end); the condition is for all of them.
    """
    days: dict[dt.date, list[int]] = {}
    for plan in plans:
        days.setdefault(plan.work_day(plan.team.today()), []).append(plan.pk)
    condition = Q(pk__in=[])
    for day, ids in days.items():
        condition |= Q(**{f"{field_name}__in": ids}) & make(day)
    return condition
