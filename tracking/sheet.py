"""Table 3 as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from planner.arithmetic.items import circled, number_items
from planner.spreadsheets.sheets import Heading, Line
from strategies.models import Strategy
from tracking.models import Status, Task
from tracking.rollup import roll_up


def headings(labels: dict[str, str], owners: Sequence[str]) -> tuple[Heading, ...]:
    """The columns of Table 3 by their labels; `owners` are the names that the owner's cell offers."""
    return (
        Heading(labels["strategy"], width=24, wraps=True),
        Heading(labels["goal"], width=20, wraps=True),
        Heading(labels["actions"], width=42, wraps=True),
        Heading(labels["owner"], width=16, choices=tuple(owners)),
        Heading(labels["start"], width=13, is_date=True),
        Heading(labels["due"], width=13, is_date=True),
        Heading(labels["progress"], width=24, wraps=True, choices=tuple(str(each) for each in Status.labels)),
        Heading(labels["resources"], width=26, wraps=True),
        Heading(labels["risk"], width=26, wraps=True),
    )


def lines(
    strategy: Strategy, tasks: Sequence[Task], shown: Iterable[tuple[int, Task]], day: dt.date
) -> Iterable[Line]:
    """A strategy as the method's form has it, its actions in one cell; beneath, each task with its own name on it."""
    rolled = roll_up(tasks, day)
    aim = strategy.aim or str(strategy.goal or "")
    yield Line(
        (
            strategy.title,
            aim,
            number_items([task.description for task in tasks]),
            strategy.owner.name if strategy.owner else "",
            rolled.start,
            rolled.due,
            said(Status(rolled.status), rolled.note),
            strategy.resources,
            strategy.risk,
        ),
        band=True,
    )
    for number, task in shown:
        note = task.cancel_reason if task.status == Status.CANCELLED else task.latest_note
        yield Line(
            (
                strategy.title,
                aim,
                f"{circled(number)} {task.description}",
                task.owner.name if task.owner else "",
                task.start,
                task.due,
                said(Status(task.status), note or ""),
                task.resources,
                task.risk,
            ),
            level=1,
        )


def said(status: Status, note: str) -> str:
    """In progress (pain points listed)"""
    return _("%(status)s (%(note)s)") % {"status": status.label, "note": note} if note else str(status.label)
