"""What a task's status and per cent mean together, and how a strategy's tasks roll up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tracking.models import Status, Task


def settle(status: str, percent: int, before: int) -> tuple[str, int]:
    """Status and per cent that agree: done is 100 %, and 100 % typed means done.

    `before` is the per cent until now. Work on a task that was not started starts it; a task reopened from done
    starts again at 0 %.
    """
    if status == Status.CANCELLED:
        return status, min(percent, 99)
    if status == Status.DONE or (percent == 100 and before < 100):
        return Status.DONE, 100
    if percent == 100:
        return status, 0
    if status == Status.NOT_STARTED and percent > 0:
        return (Status.IN_PROGRESS, percent) if before == 0 else (Status.NOT_STARTED, 0)
    return status, percent


@dataclass(frozen=True, slots=True)
class RollUp:
    """The tasks of a strategy together; cancelled tasks are left out, `done` and `total` count the rest."""

    status: str
    done: int
    total: int
    start: dt.date | None
    due: dt.date | None
    late: int
    note: str


def roll_up(tasks: Sequence[Task], day: dt.date) -> RollUp:
    """Earliest start, latest due, and done when all are done; started when one is.

    `note` is the latest note of a task in progress, else of one not started.
    """
    counted = [task for task in tasks if task.status != Status.CANCELLED]
    done = sum(task.status == Status.DONE for task in counted)
    if counted and done == len(counted):
        status = Status.DONE
    elif done or any(task.status == Status.IN_PROGRESS for task in counted):
        status = Status.IN_PROGRESS
    else:
        status = Status.NOT_STARTED
    return RollUp(
        status=status,
        done=done,
        total=len(counted),
        start=min((task.start for task in counted if task.start), default=None),
        due=max((task.due for task in counted if task.due), default=None),
        late=sum(task.days_late(day) > 0 for task in counted),
        note=_where_it_stands(counted),
    )


def _where_it_stands(tasks: Sequence[Task]) -> str:
    for status in (Status.IN_PROGRESS, Status.NOT_STARTED, Status.DONE):
        notes = [task.latest_note for task in tasks if task.status == status and task.latest_note]
        if notes:
            return notes[0]
    return ""
