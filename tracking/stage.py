"""Execute, as the loop, the home page and who leaves a team see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planner.models import Membership, Plan
from planner.stages import Check, Stage, Summary, Work, by_day, check
from strategies.models import PAUSED, Strategy
from tracking.models import INCOMPLETE, MOST_TASKS, OPEN, Task


def _counted(plans: Sequence[Plan]) -> dict[int, dict[str, Any]]:
    """By a plan's id, how many tasks of which sort it has; cancelled ones are left out."""
    tasks = Task.objects.filter(strategy__plan__in=plans, strategy__removed_at=None)
    running = ~Q(strategy__state__in=PAUSED) & Q(status__in=OPEN)
    lacking = {
        name: Count("pk", filter=running & by_day(plans, "strategy__plan", make))
        for name, make in INCOMPLETE.items()
    }
    found = (
        tasks.exclude(status="cancelled")
        .values("strategy__plan")
        .order_by("strategy__plan")
        .annotate(
            n=Count("pk"),
            open=Count("pk", filter=Q(status__in=OPEN)),
            late=Count("pk", filter=running & by_day(plans, "strategy__plan", lambda day: Q(due__lt=day))),
            **lacking,
        )
    )
    return {each["strategy__plan"]: each for each in found}


def _summaries(plans: Sequence[Plan]) -> dict[int, Summary]:
    counted = _counted(plans)
    return {plan.pk: _summary(counted.get(plan.pk)) for plan in plans}


def _summary(counted: dict[str, Any] | None) -> Summary:
    if counted is None:
        return Summary(_("No task yet: put a name on every step"))
    words = ngettext("%(open)d of %(n)d task open", "%(open)d of %(n)d tasks open", counted["n"])
    line = words % counted
    if counted["late"]:
        line += " · " + ngettext("%(n)d overdue", "%(n)d overdue", counted["late"]) % {"n": counted["late"]}
    return Summary(line, share=1 - counted["open"] / counted["n"], late=bool(counted["late"]))


def _checks(plans: Sequence[Plan]) -> dict[int, list[Check]]:
    counted = _counted(plans)
    sizes: dict[int, list[tuple[str, int]]] = {plan.pk: [] for plan in plans}
    live = Q(tasks__removed_at=None, tasks__isnull=False) & ~Q(tasks__status="cancelled")
    strategies = Strategy.objects.filter(plan__in=plans, state=Strategy.State.ACTIVE)
    for plan, title, size in strategies.annotate(size=Count("tasks", filter=live)).values_list(
        "plan", "title", "size"
    ):
        sizes[plan].append((title, size))
    return {plan.pk: _of_plan(plan, counted.get(plan.pk, {}), sizes[plan.pk]) for plan in plans}


def _of_plan(plan: Plan, counted: dict[str, Any], sizes: Sequence[tuple[str, int]]) -> list[Check]:
    url = reverse("tracking", args=[plan.pk])
    empty = [title for title, size in sizes if size == 0]
    full = [title for title, size in sizes if size > MOST_TASKS]

    def of(name: str) -> int:
        return counted.get(name, 0)

    return [
        check(
            of("owner"),
            ngettext("%(n)d task has no owner", "%(n)d tasks have no owner", of("owner")),
            _("A task of nobody stays on paper."),
            f"{url}?lacks=owner",
            _("Name one"),
        ),
        check(
            of("due"),
            ngettext("%(n)d task has no due date", "%(n)d tasks have no due date", of("due")),
            _("Without a date nothing is ever late."),
            f"{url}?lacks=due",
            _("Set it"),
        ),
        check(
            of("standard"),
            ngettext(
                "%(n)d task has no acceptance standard",
                "%(n)d tasks have no acceptance standard",
                of("standard"),
            ),
            _("When is it done? Say it before it starts."),
            f"{url}?lacks=standard",
            _("Say it"),
        ),
        check(
            len(empty),
            ngettext(
                "“%(title)s” has no task", "%(n)d strategies have no task, such as “%(title)s”", len(empty)
            ),
            _("A strategy without a task stays on paper."),
            f"{url}?lacks=tasks",
            _("Add one"),
            title="".join(empty[:1]),
        ),
        check(
            len(full),
            ngettext(
                "“%(title)s” has more than three tasks",
                "%(n)d strategies have more than three tasks, such as “%(title)s”",
                len(full),
            ),
            _("One to three steps are a strategy; more are a project."),
            f"{url}?lacks=fewer",
            _("Look"),
            title="".join(full[:1]),
        ),
        check(
            of("word"),
            ngettext(
                "Nobody has said a word on %(n)d running task this week",
                "Nobody has said a word on %(n)d running tasks this week",
                of("word"),
            ),
            _("Assigned and never looked at: ask in the weekly meeting."),
            f"{url}?lacks=word",
            _("Ask"),
        ),
    ]


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
    summaries=_summaries,
    checks=_checks,
    tables=(("tracking", "tracking.table.TrackingTable"),),
    open_work=_open_work,
    plan_work=_plan_work,
    hand_over=_hand_over,
)
