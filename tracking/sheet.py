"""Table 3 as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic.items import circled, number_items
from planner.models import Membership
from planner.spreadsheets.sheets import Column, Line, line_of
from strategies.models import Strategy
from tracking.models import Status, Task
from tracking.rollup import roll_up


@dataclass(frozen=True, slots=True)
class Row:
    """A strategy with its actions in one cell, or one of its tasks."""

    strategy: Strategy
    actions: str
    owner: Membership | None
    start: dt.date | None
    due: dt.date | None
    progress: str
    resources: str
    risk: str


def columns(labels: dict[str, str], owners: Mapping[int, str]) -> tuple[Column[Row], ...]:
    """The columns of Table 3 by their labels; `owners` are what the members are called, by their ids."""
    return (
        Column(labels["strategy"], width=24, wraps=True, value_of=lambda row: row.strategy.title),
        Column(
            labels["goal"],
            width=20,
            wraps=True,
            value_of=lambda row: row.strategy.goal_text,
        ),
        Column(labels["actions"], width=42, wraps=True, value_of=lambda row: row.actions),
        Column(
            labels["owner"],
            width=16,
            choices=tuple(owners.values()),
            value_of=lambda row: words.called(row.owner, owners),
        ),
        Column(labels["start"], width=13, is_date=True, value_of=lambda row: row.start),
        Column(labels["due"], width=13, is_date=True, value_of=lambda row: row.due),
        Column(
            labels["progress"],
            width=24,
            wraps=True,
            choices=tuple(str(label) for label in Status.labels),
            value_of=lambda row: row.progress,
        ),
        Column(labels["resources"], width=26, wraps=True, value_of=lambda row: row.resources),
        Column(labels["risk"], width=26, wraps=True, value_of=lambda row: row.risk),
    )


def lines(
    columns: Sequence[Column[Row]],
    strategy: Strategy,
    tasks: Sequence[Task],
    numbered_tasks: Iterable[tuple[int, Task]],
    day: dt.date,
) -> Iterable[Line]:
    """A strategy as the method's form has it, its actions in one cell; beneath, each task with its own name on it."""
    yield line_of(columns, _of_strategy(strategy, tasks, day), band=True)
    for number, task in numbered_tasks:
        yield line_of(columns, _of_task(strategy, number, task), level=1)


def _of_strategy(strategy: Strategy, tasks: Sequence[Task], day: dt.date) -> Row:
    rollup = roll_up(tasks, day)
    return Row(
        strategy,
        actions=number_items([task.description for task in tasks]),
        owner=strategy.owner,
        start=rollup.start,
        due=rollup.due,
        progress=progress_text(Status(rollup.status), rollup.note),
        resources=strategy.resources,
        risk=strategy.risk,
    )


def _of_task(strategy: Strategy, number: int, task: Task) -> Row:
    note = task.cancel_reason if task.status == Status.CANCELLED else task.latest_note
    return Row(
        strategy,
        actions=f"{circled(number)} {task.description}",
        owner=task.owner,
        start=task.start,
        due=task.due,
        progress=progress_text(Status(task.status), note or ""),
        resources=task.resources,
        risk=task.risk,
    )


def progress_text(status: Status, note: str) -> str:
    """In progress (pain points listed)"""
    return _("%(status)s (%(note)s)") % {"status": status.label, "note": note} if note else str(status.label)
