"""The pitfalls of Table 3. Its filter finds the rows of each in the same way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy, ngettext_lazy

from planner.pitfalls import Pitfall
from strategies.models import Strategy
from tracking.models import LIVE, Progress

# A strategy with more tasks than this should be split.
MOST_TASKS = 3
# A running task needs an update once a week, at the latest in the weekly meeting.
RHYTHM = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TaskPitfall(Pitfall):
    """What open tasks may lack on a day; `label` names it in the filter."""

    label: Any
    lacking: Callable[[dt.date], Q]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StrategyPitfall(Pitfall):
    """Too few or too many tasks of a strategy, as a condition on `sized` strategies."""

    label: Any
    sizes: Q


def sized(strategies: QuerySet[Strategy]) -> QuerySet[Strategy]:
    """Strategies with how many tasks they have as `size`; cancelled ones are left out."""
    return strategies.annotate(size=Count("tasks", filter=LIVE))


def _without_update(day: dt.date) -> Q:
    """Started at least a week ago, and without an update in the last week."""
    updates = Progress.objects.filter(task=OuterRef("pk"), at__date__gt=day - RHYTHM)
    return Q(start__lte=day - RHYTHM) & ~Q(Exists(updates))


TASK_WITHOUT_OWNER = TaskPitfall(
    "task_without_owner",
    "tracking",
    ngettext_lazy("%(n)d task has no owner", "%(n)d tasks have no owner", "n"),
    gettext_lazy("A task without an owner doesn't get done."),
    gettext_lazy("Assign"),
    "owner",
    label=gettext_lazy("No owner"),
    lacking=lambda day: Q(owner=None) | Q(owner__removed_at__isnull=False),
)
TASK_WITHOUT_DATE = TaskPitfall(
    "task_without_date",
    "tracking",
    ngettext_lazy("%(n)d task has no due date", "%(n)d tasks have no due date", "n"),
    gettext_lazy("Without a due date, delays go unnoticed."),
    gettext_lazy("Set due date"),
    "due",
    label=gettext_lazy("No due date"),
    lacking=lambda day: Q(due=None),
)
TASK_WITHOUT_STANDARD = TaskPitfall(
    "task_without_standard",
    "tracking",
    ngettext_lazy("%(n)d task has no acceptance standard", "%(n)d tasks have no acceptance standard", "n"),
    gettext_lazy("Agree what counts as done before work starts."),
    gettext_lazy("Add standard"),
    "standard",
    label=gettext_lazy("No acceptance standard"),
    lacking=lambda day: Q(acceptance=""),
)
STRATEGY_WITHOUT_TASK = StrategyPitfall(
    "strategy_without_task",
    "tracking",
    ngettext_lazy("“%(title)s” has no task", "%(n)d strategies have no tasks, including “%(title)s”", "n"),
    gettext_lazy("A strategy without tasks doesn't get carried out."),
    gettext_lazy("Add task"),
    "tasks",
    label=gettext_lazy("No tasks"),
    sizes=Q(size=0),
)
TOO_MANY_TASKS = StrategyPitfall(
    "too_many_tasks",
    "tracking",
    ngettext_lazy(
        "“%(title)s” has more than three tasks",
        "%(n)d strategies have more than three tasks, including “%(title)s”",
        "n",
    ),
    gettext_lazy("A strategy with more than three tasks is hard to track. Split it."),
    gettext_lazy("View"),
    "fewer",
    label=gettext_lazy("More than three tasks"),
    sizes=Q(size__gt=MOST_TASKS),
)
SILENT_TASK = TaskPitfall(
    "silent_task",
    "tracking",
    ngettext_lazy(
        "%(n)d open task has had no update for a week",
        "%(n)d open tasks have had no update for a week",
        "n",
    ),
    gettext_lazy("Without updates, problems show up late. Ask in the weekly meeting."),
    gettext_lazy("Follow up"),
    "word",
    label=gettext_lazy("No update for a week"),
    lacking=_without_update,
)

OPEN_AFTER_END = TaskPitfall(
    "open_after_end",
    "tracking",
    ngettext_lazy(
        "%(n)d task is still open after the plan's end",
        "%(n)d tasks are still open after the plan's end",
        "n",
    ),
    gettext_lazy("Finish it, cancel it with a reason, or move it to the next plan."),
    gettext_lazy("View"),
    "end",
    label=gettext_lazy("Open after the plan's end"),
    lacking=lambda day: Q(strategy__plan__end__lt=day),
)

# In the order in which the filter offers them and the checks of a plan name them.
PITFALLS: tuple[TaskPitfall | StrategyPitfall, ...] = (
    TASK_WITHOUT_OWNER,
    TASK_WITHOUT_DATE,
    TASK_WITHOUT_STANDARD,
    STRATEGY_WITHOUT_TASK,
    TOO_MANY_TASKS,
    SILENT_TASK,
    OPEN_AFTER_END,
)
OF_TASKS = {pitfall.lacks: pitfall for pitfall in PITFALLS if isinstance(pitfall, TaskPitfall)}
OF_STRATEGIES = {pitfall.lacks: pitfall for pitfall in PITFALLS if isinstance(pitfall, StrategyPitfall)}
