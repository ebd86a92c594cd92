"""The execute stage: its summary, its checks and the open work."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import compress
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planner import access, words
from planner.arithmetic.shifts import Cut
from planner.models import Membership, Plan, Team
from planner.pitfalls import Check, Occurrences, Pitfall, check
from planner.stages import Effort, Outside, Page, Stage, StrategyTask, Summary, Work, by_day
from strategies.models import SILENT, Strategy
from tracking.models import OPEN, Progress, Status, Task
from tracking.pitfalls import OF_STRATEGIES, OF_TASKS, PITFALLS, sized
from tracking.table import TaskKind
from tracking.tasks import add_tasks, url_of
from tracking.thread import STRANDS


def _count_tasks(plans: Sequence[Plan]) -> dict[int, Mapping[str, Any]]:
    """By a plan's id, how many tasks of which sort it has; cancelled ones are left out."""
    tasks = Task.objects.filter(strategy__plan__in=plans, strategy__removed_at=None)
    running = ~Q(strategy__state__in=SILENT) & Q(status__in=OPEN)
    lacking_counts = {
        pitfall.name: Count("pk", filter=running & by_day(plans, "strategy__plan", pitfall.lacking))
        for pitfall in OF_TASKS.values()
    }
    rows = (
        tasks.exclude(status="cancelled")
        .values("strategy__plan")
        .order_by("strategy__plan")
        .annotate(
            n=Count("pk"),
            open=Count("pk", filter=Q(status__in=OPEN)),
            late=Count("pk", filter=running & by_day(plans, "strategy__plan", lambda day: Q(due__lt=day))),
            **lacking_counts,
        )
    )
    return {row["strategy__plan"]: row for row in rows}


def _summaries(plans: Sequence[Plan]) -> dict[int, Summary]:
    counts = _count_tasks(plans)
    return {plan.pk: _summary(counts.get(plan.pk)) for plan in plans}


def _summary(counts: Mapping[str, Any] | None) -> Summary:
    if counts is None:
        return Summary(_("No tasks yet: add tasks with an owner"))
    text = ngettext("%(open)d of %(n)d task open", "%(open)d of %(n)d tasks open", counts["n"])
    line = text % counts
    if counts["late"]:
        line += " · " + ngettext("%(n)d overdue", "%(n)d overdue", counts["late"]) % {"n": counts["late"]}
    return Summary(line, share=1 - counts["open"] / counts["n"], late=bool(counts["late"]))


def _checks(plans: Sequence[Plan]) -> dict[int, list[Check]]:
    counts = _count_tasks(plans)
    titles = _strategies_by_pitfall(plans)
    return {
        plan.pk: check(plan, _pitfalls_met(counts.get(plan.pk, Counter()), titles[plan.pk])) for plan in plans
    }


def _strategies_by_pitfall(plans: Sequence[Plan]) -> dict[int, dict[str, list[str]]]:
    """By a plan's id and a pitfall's name, the titles of the strategies that meet it."""
    titles: dict[int, dict[str, list[str]]] = {plan.pk: defaultdict(list) for plan in plans}
    conditions = {pitfall.name: pitfall.sizes for pitfall in OF_STRATEGIES.values()}
    strategies = sized(Strategy.objects.filter(plan__in=plans, state=Strategy.State.ACTIVE)).annotate(
        **conditions
    )
    for plan, title, *results in strategies.values_list("plan", "title", *conditions):
        for name in compress(conditions, results):
            titles[plan][name].append(title)
    return titles


def _pitfalls_met(
    tasks: Mapping[str, int], strategies: Mapping[str, list[str]]
) -> dict[Pitfall, Occurrences]:
    return {
        pitfall: _with_example(strategies[pitfall.name])
        if pitfall.lacks in OF_STRATEGIES
        else Occurrences(tasks[pitfall.name])
        for pitfall in PITFALLS
    }


def _with_example(titles: list[str]) -> Occurrences:
    return Occurrences(len(titles), {"title": titles[0]}) if titles else Occurrences(0)


def _with_related(tasks: QuerySet[Task]) -> QuerySet[Task]:
    return tasks.select_related("strategy__plan__team", "owner").order_by("due", "pk")


def _as_work(task: Task, day: dt.date) -> Work:
    strategy = task.strategy
    context = f"{strategy.title} → {strategy.aim}" if strategy.aim else strategy.title
    late, plan = task.days_late(day), strategy.plan
    return Work(task.pk, task.description, context, task.due, late, url_of(task, plan), task.owner, plan)


def _open_work(people: Sequence[Membership], day: dt.date | None = None) -> list[Work]:
    """The open tasks of these members in plans that are watched, the earliest due first."""
    present = Q(strategy__plan__removed_at=None, strategy__removed_at=None)
    tasks = _with_related(Task.objects.filter(present, owner__in=people).open().counting())
    work = []
    for task in tasks:
        plan = task.strategy.plan
        today = day or plan.team.today()
        if plan.is_watched(today):
            work.append(_as_work(task, plan.work_day(today)))
    return work


def _plan_work(plan: Plan, today: dt.date) -> list[Work]:
    """What is overdue, or due within a week; nothing once the plan's work calls for nobody."""
    day = plan.work_day(today)
    if plan.is_closed or day < today:
        return []
    tasks = Task.objects.of_plan(plan).open().counting()
    return [_as_work(task, day) for task in _with_related(tasks.filter(due__lte=day + dt.timedelta(days=7)))]


def _outside(plan: Plan, cut: Cut) -> list[Outside]:
    """The open tasks that would begin or be due outside."""
    return [
        Outside(_("Task"), f"{task} · {words.day(task.due or task.start)}", url_of(task, plan))
        for task in Task.objects.of_plan(plan).open().order_by("strategy__order", "order", "pk")
        if cut.drops(task.start, task.due)
    ]


def _tasks_of(strategies: Sequence[Strategy]) -> dict[int, list[StrategyTask]]:
    """The tasks of these strategies in order, by the strategy's id; cancelled ones are left out."""
    tasks = Task.objects.filter(strategy__in=strategies).exclude(status=Status.CANCELLED)
    by_strategy: dict[int, list[StrategyTask]] = {}
    for task in tasks.select_related("strategy__plan__team", "owner"):
        plan = task.strategy.plan
        by_strategy.setdefault(task.strategy_id, []).append(
            StrategyTask(
                pk=task.pk,
                strategy_id=task.strategy_id,
                description=task.description,
                acceptance=task.acceptance,
                owner=task.owner,
                start=task.start,
                due=task.due,
                status=task.get_status_display(),
                is_open=task.is_open,
                is_done=task.status == Status.DONE,
                days_late=task.days_late(plan.work_day(plan.team.today())),
                effort=task.effort,
                url=url_of(task, plan),
            )
        )
    return by_strategy


def _efforts(teams: Collection[Team], first: dt.date, last: dt.date) -> list[Effort]:
    """The open tasks with an owner and an effort in the teams' active plans whose dates touch these days.

    A task without a start may be worked on from the start of its plan.
    """
    tasks = (
        Task.objects.open()
        .counting()
        .filter(
            strategy__removed_at=None,
            strategy__plan__removed_at=None,
            strategy__plan__team__in=teams,
            strategy__plan__state=Plan.State.ACTIVE,
            owner__removed_at=None,
            owner__isnull=False,
            effort__isnull=False,
            due__gte=first,
        )
    )
    efforts = [_effort(task) for task in tasks.select_related("strategy__plan").order_by("due", "pk")]
    return [effort for effort in efforts if effort.start <= last]


def _effort(task: Any) -> Effort:
    plan = task.strategy.plan
    return Effort(
        member_id=task.owner_id,
        days=task.effort,
        start=min(task.start or plan.start, task.due),
        due=task.due,
        label=task.description,
        url=url_of(task, plan),
        plan_id=plan.pk,
        strategy_id=task.strategy_id,
    )


def _hand_over(log: Any, leaver: Membership, successor: Membership | None) -> int:
    tasks = list(Task.objects.filter(owner=leaver, strategy__plan__team=leaver.team_id).open())
    tasks = [task for task in tasks if not task.strategy.plan.is_closed]
    for task in tasks:
        task.owner = successor
        log.save(task)
    return len(tasks)


STAGE = Stage(
    name=gettext_lazy("Execute"),
    pages=(Page("tracking", gettext_lazy("Execution")),),
    summaries=_summaries,
    checks=_checks,
    tables=(("tracking", "tracking.table.TrackingTable"),),
    strands=STRANDS,
    rights={
        Task: TaskKind.rights,
        Progress: access.Rights(access.may_take_back_update, reads=("task",)),
    },
    open_work=_open_work,
    plan_work=_plan_work,
    outside=_outside,
    hand_over=_hand_over,
    add_tasks=add_tasks,
    tasks_of=_tasks_of,
    task_shows={"tracking.task": ("tasks",)},
    efforts=_efforts,
)
