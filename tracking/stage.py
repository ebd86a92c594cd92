"""Execute, as the loop, the home page and who leaves a team see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planner.models import Membership, Plan
from planner.stages import Stage, Summary, Work
from tracking.models import OPEN, Task


def _summary(plan: Plan, day: dt.date) -> Summary:
    tasks = list(
        Task.objects.of_plan(plan).exclude(status="cancelled").values_list("status", "due", "strategy__state")
    )
    if not tasks:
        return Summary(_("No task yet: put a name on every step"))
    still_open = sum(status in OPEN for status, _due, _state in tasks)
    late = Task.objects.of_plan(plan).overdue(day).count()
    words = ngettext("%(open)d of %(n)d task open", "%(open)d of %(n)d tasks open", len(tasks))
    line = words % {"open": still_open, "n": len(tasks)}
    if late:
        line += " · " + ngettext("%(n)d overdue", "%(n)d overdue", late) % {"n": late}
    return Summary(line, share=1 - still_open / len(tasks), late=bool(late))


def _loaded(tasks: QuerySet) -> QuerySet:
    return tasks.select_related("strategy__plan__team", "owner").order_by("due", "pk")


def _as_work(task: Task, day: dt.date) -> Work:
    strategy = task.strategy
    context = f"{strategy.title} → {strategy.aim}" if strategy.aim else strategy.title
    url = f"{reverse('tracking', args=[strategy.plan_id])}#task-{task.pk}"
    return Work(
        task.pk, task.description, context, task.due, task.days_late(day), url, task.owner, strategy.plan
    )


def _open_work(people: Sequence[Membership], day: dt.date | None = None) -> list[Work]:
    """The open tasks of these members in plans that are watched, the earliest due first."""
    present = Q(strategy__plan__removed_at=None, strategy__removed_at=None)
    tasks = _loaded(Task.objects.filter(present, owner__in=people).open().counting())
    found = []
    for task in tasks:
        plan = task.strategy.plan
        today = day or plan.team.today()
        if plan.is_watched(today):
            found.append(_as_work(task, plan.as_of(today)))
    return found


def _plan_work(plan: Plan, day: dt.date) -> list[Work]:
    """What is overdue, or due within a week."""
    tasks = Task.objects.of_plan(plan).open().counting()
    return [_as_work(task, day) for task in _loaded(tasks.filter(due__lte=day + dt.timedelta(days=7)))]


def _hand_over(log: Any, leaver: Membership, successor: Membership | None) -> int:
    tasks = list(Task.objects.filter(owner=leaver, strategy__plan__team=leaver.team_id).open().counting())
    tasks = [task for task in tasks if not task.strategy.plan.is_closed]
    for task in tasks:
        task.owner = successor
        log.save(task)
    return len(tasks)


STAGE = Stage(
    name=gettext_lazy("Execute"),
    url_name="tracking",
    summary=_summary,
    open_work=_open_work,
    plan_work=_plan_work,
    hand_over=_hand_over,
)
