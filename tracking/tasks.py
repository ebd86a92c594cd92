"""Adding and changing tasks, and reporting progress: by a table, a job, a meeting or an API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from planner.changes import Recording
from planner.models import Membership, Plan
from planner.models.history import next_order
from planner.stages import TaskSpec
from strategies.models import Strategy
from tracking.models import Progress, Status, Task
from tracking.rollup import settle

# The values that `report_progress` takes.
PROGRESS = ("status", "percent", "note", "reason")


def url_of(task: Task, plan: Plan) -> str:
    """Where a task stands in Table 3 of its plan."""
    return f"{reverse('tracking', args=[plan.pk])}#task-{task.pk}"


def add_task(log: Recording, strategy: Strategy, spec: TaskSpec) -> Task:
    """Add a task behind the strategy's others, not started."""
    task = Task(
        strategy=strategy,
        order=next_order(strategy.tasks),
        description=spec.description,
        owner=spec.owner,
        start=spec.start,
        due=spec.due,
        acceptance=spec.acceptance,
        effort=spec.effort,
    )
    log.save(task)
    return task


def add_tasks(log: Recording, strategy: Strategy, specs: Iterable[TaskSpec]) -> list[Task]:
    """Add several tasks, in this order."""
    return [add_task(log, strategy, spec) for spec in specs]


def change_task(log: Recording, task: Task, values: Mapping[str, Any], *, by: Membership) -> Task:
    """Give a task these values, by field; those of PROGRESS are an update by `by`, see `report_progress`."""
    progress = {name: value for name, value in values.items() if name in PROGRESS}
    for name, value in values.items():
        if name not in progress:
            setattr(task, name, value)
    if progress:
        report_progress(log, task, by=by, **progress)
    else:
        log.save(task)
    return task


def report_progress(
    log: Recording,
    task: Task,
    *,
    by: Membership,
    status: str | None = None,
    percent: int | None = None,
    note: str = "",
    reason: str = "",
) -> Progress:
    """Save an update by `by`: status, per cent, note, and the reason for a delay or cancellation.

    Without a status or a per cent that stays as it is; the two are made to agree (`settle`). Raises ValidationError
    beside `reason` for a task that is cancelled without one.
    """
    task.status, task.percent = settle(
        task.status if status is None else status,
        task.percent if percent is None else percent,
        task.percent,
    )
    if task.status == Status.CANCELLED:
        task.cancel_reason = reason or task.cancel_reason
        if not task.cancel_reason:
            raise ValidationError({"reason": _("Enter a reason for cancelling the task.")})
    log.save(task)
    progress = Progress(task=task, by=by, status=task.status, percent=task.percent, note=note, reason=reason)
    log.save(progress)
    return progress
