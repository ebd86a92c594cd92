"""What this stage has on the thread from metric to task: the tasks."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy

from planner.models import Plan
from planner.stages import Knot, Strand
from tracking.models import Status, Task


def _tasks(plan: Plan) -> list[Knot]:
    """The tasks but for the cancelled ones."""
    url = reverse("tracking", args=[plan.pk])
    tasks = (
        Task.objects.of_plan(plan).exclude(status=Status.CANCELLED).order_by("strategy__order", "order", "pk")
    )
    rows = tasks.values_list("pk", "description", "strategy", "status")
    return [
        Knot(
            pk,
            description,
            f"{url}?thread=task-{pk}#task-{pk}",
            (("strategy", strategy),),
            note=str(Status(status).label) if status == Status.DONE else "",
        )
        for pk, description, strategy, status in rows
    ]


STRANDS = (
    Strand(
        "task",
        pgettext_lazy("thread", "Task"),
        gettext_lazy("No task"),
        "tracking",
        _tasks,
        frozenset({"tracking.task"}),
    ),
)
