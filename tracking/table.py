"""Table 3, strategy execution tracking: strategies with their tasks beneath."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Container, Iterable
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from planner import access
from planner.arithmetic.items import circled
from planner.arithmetic.periods import end_of_week
from planner.models import Goal, Plan
from planner.spreadsheets import sheets
from planner.tables import cells
from planner.tables.columns import Adder, Cell, Column, Row
from planner.tables.kinds import RowKind
from planner.tables.searching import matching
from planner.tables.shows import ALL, Numbered
from planner.tables.table import Table
from strategies.models import Strategy
from strategies.resources.amounts import days_text
from strategies.resources.sentences import strain_notice
from tracking import sheet
from tracking.forms import AddStrategyForm, AddTaskForm, StrategyForm, TaskForm
from tracking.models import LIVE, OPEN, Status, Task
from tracking.pitfalls import OF_STRATEGIES, OF_TASKS, PITFALLS, sized
from tracking.rollup import RollUp, roll_up
from tracking.tasks import PROGRESS, url_of

TONES = {Status.DONE: "good", Status.IN_PROGRESS: "warn", Status.NOT_STARTED: "", Status.CANCELLED: "off"}

# What the filter of incomplete rows offers; the checks of a plan lead to them.
LACKS = (("", gettext_lazy("Missing info")), *((pitfall.lacks, pitfall.label) for pitfall in PITFALLS))


# The fields of a task that decide whether it fits into its owner's days.
FITTING = {"effort", "start", "due", "owner"}


class StrategyKind(RowKind):
    name = "strategy"
    strand = "strategy"
    form = StrategyForm
    add_form = AddStrategyForm
    edits = {
        "strategy": ("title", "state", "reason"),
        "goal": ("aim", "goal"),
        "owner": ("owner",),
        "resources": ("resources",),
        "risk": ("risk",),
    }

    rights = access.Rights(access.may_edit_strategy)
    shows = {
        "strategies.strategy": ("pk",),
        "tracking.task": ("tasks",),
        "tracking.progress": ("tasks__progress",),
        "strategies.servedgoal": ("served",),
        "planner.goal": ("served__goal",),
        "planner.membership": ALL,
        "planner.plan": ("plan",),
    }

    def objects(self, plan: Plan) -> QuerySet[Strategy]:
        strategies = self.with_removed(plan).filter(removed_at=None).select_related("owner")
        return strategies.prefetch_related("served__goal")

    def with_removed(self, plan: Plan) -> QuerySet[Strategy]:
        return Strategy.with_removed.filter(plan=plan)


class TaskKind(RowKind):
    name = "task"
    strand = "task"
    beneath = "strategy"
    form = TaskForm
    add_form = AddTaskForm
    edits = {
        "strategy": ("description", "acceptance"),
        "owner": ("owner",),
        "start": ("start",),
        "due": ("due", "effort"),
        "progress": PROGRESS,
        "resources": ("resources",),
        "risk": ("risk",),
    }
    spans = {"strategy": 3}
    # Only managers change what was agreed (task, owner, dates, standard); the owner may also report progress.
    rights = access.Rights(
        access.may_edit_task,
        fields=dict.fromkeys((*PROGRESS, "cancel_reason", "resources", "risk"), access.may_report_on),
    )
    shows = {
        "tracking.task": ("pk", Numbered("strategy")),
        "tracking.progress": ("progress",),
        "strategies.strategy": ("strategy",),
        "planner.membership": ALL,
        "planner.plan": ("strategy__plan",),
    }

    def asks(self, obj: Task) -> bool:
        """What is over asks for nothing more."""
        return obj.is_open

    def objects(self, plan: Plan) -> QuerySet[Task]:
        return Task.objects.of_plan(plan).select_related("strategy__plan")

    def with_removed(self, plan: Plan) -> QuerySet[Task]:
        return Task.with_removed.filter(strategy__plan=plan)

    def notice(self, obj: Any, fields: Collection[str]) -> str:
        """Whether it does not fit into the days of its owner now."""
        if not FITTING.intersection(fields):
            return ""
        plan = obj.strategy.plan
        return strain_notice(plan.team, obj.owner, url_of(obj, plan))


class TrackingTable(Table):
    """Table 3: one page holds twenty strategies with all their tasks."""

    url_name = "tracking"
    file_name = "tracking"
    form_title = pgettext_lazy("form", "Strategy execution tracking")
    title = gettext_lazy("Table 3 · Strategy execution tracking")
    heading = gettext_lazy("Execution")
    empty = gettext_lazy(
        "Add a strategy, then break it into one to three tasks, each with an owner, a "
        "due date and an acceptance standard."
    )
    columns = (
        Column("strategy", gettext_lazy("Strategy"), css="first"),
        Column("goal", gettext_lazy("Goal"), prompt=gettext_lazy("Set goal")),
        Column("actions", gettext_lazy("Specific actions"), sorts=False, css="tight"),
        Column("owner", gettext_lazy("Owner"), prompt=gettext_lazy("Assign owner")),
        Column("start", gettext_lazy("Start"), numeric=True, prompt=gettext_lazy("Set date")),
        Column("due", gettext_lazy("Due"), numeric=True, prompt=gettext_lazy("Set date")),
        Column("progress", gettext_lazy("Progress (done / in progress / not started)")),
        Column(
            "resources",
            gettext_lazy("Resource support"),
            sorts=False,
            css="roomy",
            prompt=gettext_lazy("Add resources"),
        ),
        Column(
            "risk", gettext_lazy("Risk warning"), sorts=False, css="roomy", prompt=gettext_lazy("Add risk")
        ),
    )
    kinds = {"strategy": StrategyKind(), "task": TaskKind()}
    offers = frozenset({"planner.membership", "planner.goal"})
    page_size = 20

    @property
    def filter_names(self) -> list[str]:
        return ["q", "owner", "status", "late", "lacks"]

    @property
    def filters(self) -> list[dict[str, Any]]:
        """The drop-downs above the table."""
        states = [
            ("", _("Any status")),
            ("open", _("Open")),
            *((state.value, state.label) for state in Status),
        ]
        dates = [("", _("Any date")), ("late", _("Overdue")), ("week", _("Due this week"))]
        return [
            self.owner_filter(),
            self.filter("status", _("Status"), states),
            self.filter("late", _("Date"), dates),
            self.filter("lacks", _("Missing"), LACKS),
        ]

    @cached_property
    def work_day(self) -> dt.date:
        """The day to which lateness counts."""
        return self.plan.work_day(self.today)

    @cached_property
    def goals(self) -> list[Goal]:
        return list(self.plan.goals.all())

    def summary(self) -> str:
        count = Task.objects.of_plan(self.plan).aggregate(
            all=Count("pk"), done=Count("pk", filter=Q(status="done"))
        )
        text = ngettext("%(done)d of %(n)d task done", "%(done)d of %(n)d tasks done", count["all"])
        return text % {"done": count["done"], "n": count["all"]}

    def objects(self) -> Any:
        strategies = self.kinds["strategy"].objects(self.plan)
        if pitfall := OF_STRATEGIES.get(self.params.get("lacks", "")):
            strategies = sized(strategies).filter(pitfall.sizes)
        elif self._asks_for_tasks:
            strategies = strategies.filter(Exists(self._tasks().filter(strategy=OuterRef("pk"))))
        if query := self.params.get("q", "").strip():
            of_tasks = matching(Task.objects.of_plan(self.plan), query, "description")
            of_strategies = matching(self.plan.strategies.all(), query, "aim", names=["title"])
            strategies = strategies.filter(
                Q(pk__in=of_strategies)
                | Exists(Task.objects.filter(strategy=OuterRef("pk"), pk__in=of_tasks))
            )
        return self._sorted(strategies)

    @property
    def _asks_for_tasks(self) -> bool:
        names = ("owner", "status", "late")
        return any(self.params.get(name) for name in names) or self.params.get("lacks") in OF_TASKS

    def _tasks(self) -> QuerySet[Task]:
        """The tasks that match the filters."""
        tasks = Task.objects.of_plan(self.plan)
        owner, status, late = (self.params.get(name, "") for name in ("owner", "status", "late"))
        if owner:
            tasks = tasks.filter(owner__in=[member for member in self.members if str(member.pk) == owner])
        if status == "open":
            tasks = tasks.open()
        elif status in Status.values:
            tasks = tasks.filter(status=status)
        if late == "late":
            tasks = tasks.overdue(self.work_day)
        elif late == "week":
            tasks = tasks.due_between(self.work_day, end_of_week(self.work_day))
        if pitfall := OF_TASKS.get(self.params.get("lacks", "")):
            tasks = tasks.open().counting().filter(pitfall.lacking(self.work_day))
        return tasks

    def _sorted(self, strategies: QuerySet[Strategy]) -> Any:
        fields = {"start": "first", "due": "last", "progress": "open"}
        names = {"strategy": "title", "goal": "goal_text", "owner": "owner__name"}
        if self.sort.removeprefix("-") in ("start", "due", "progress"):
            strategies = strategies.annotate(
                first=Min("tasks__start", filter=LIVE),
                last=Max("tasks__due", filter=LIVE),
                open=Count("tasks", filter=LIVE & Q(tasks__status__in=OPEN)),
            )
        return self.ordered(strategies, fields, names)

    def file_columns(self) -> tuple[sheets.Column[sheet.Row], ...]:
        return sheet.columns(self.labels(), self.member_names)

    def file_lines(self, columns: tuple[sheets.Column[sheet.Row], ...]) -> Iterable[sheets.Line]:
        for strategy, tasks, numbered_tasks in self.groups(self.objects()):
            yield from sheet.lines(columns, strategy, tasks, numbered_tasks, self.work_day)

    def groups(
        self, objects: Iterable[Strategy]
    ) -> list[tuple[Strategy, list[Task], list[tuple[int, Task]]]]:
        """The strategies with all their tasks, and those that match the filters with their numbers."""
        strategies = list(objects)
        tasks: dict[int, list[Task]] = {strategy.pk: [] for strategy in strategies}
        strategies_by_pk = {strategy.pk: strategy for strategy in strategies}
        all_tasks = (
            Task.objects.filter(strategy__in=list(strategies_by_pk))
            .with_latest_note()
            .select_related("owner")
        )
        for task in all_tasks.order_by("order", "pk"):
            task.strategy = strategies_by_pk[task.strategy_id]
            tasks[task.strategy_id].append(task)
        matching_ids = None
        if self._asks_for_tasks:
            matching_ids = set(self._tasks().filter(strategy__in=strategies).values_list("pk", flat=True))
        return [
            (
                strategy,
                tasks[strategy.pk],
                [
                    (number, task)
                    for number, task in enumerate(tasks[strategy.pk], start=1)
                    if matching_ids is None or task.pk in matching_ids
                ],
            )
            for strategy in strategies
        ]

    def rows_for(self, objects: Iterable[Strategy], keys: Container[str] | None = None) -> list[Row]:
        """The rows of these strategies and their tasks; with `keys`, only those."""
        rows = []
        for strategy, tasks, numbered_tasks in self.groups(objects):
            if keys is None or f"strategy-{strategy.pk}" in keys:
                rows.append(self._strategy_row(strategy, tasks))
            rows += [
                self._task_row(task, number)
                for number, task in numbered_tasks
                if keys is None or f"task-{task.pk}" in keys
            ]
        return rows

    def rows_of(self, keys: list[str]) -> list[Row]:
        ids = {key: self.split(key)[1] for key in keys}
        task_ids = [pk for key, pk in ids.items() if key.startswith("task-")]
        parent_ids = Task.objects.filter(pk__in=task_ids).values_list("strategy", flat=True)
        strategy_ids = [pk for key, pk in ids.items() if key.startswith("strategy-")]
        strategies = self.kinds["strategy"].objects(self.plan).filter(pk__in={*strategy_ids, *parent_ids})
        self.clear_filters()
        rows = {row.key: row for row in self.rows_for(strategies, ids)}
        return [rows.get(key) or Row(key, None) for key in keys]

    def _strategy_row(self, strategy: Strategy, tasks: list[Task]) -> Row:
        kind = self.kinds["strategy"]
        rollup = roll_up(tasks, self.work_day)
        can_add = self.kinds["task"].may_add(self.member)
        count = ngettext("%(n)d task", "%(n)d tasks", len(tasks)) % {"n": len(tasks)}
        contents = {
            "strategy": self._title(strategy),
            "goal": cells.text(strategy.goal_text),
            "actions": cells.small(count),
            "owner": self.person(strategy.owner),
            "start": cells.day(rollup.start, self.day),
            "due": cells.day(rollup.due, self.day),
            "progress": self._rollup_content(strategy, rollup),
            "resources": cells.text(strategy.resources),
            "risk": cells.text(strategy.risk),
        }
        return self.row(
            kind, strategy, contents, css="group", adder=self._adder(strategy) if can_add else None
        )

    def _adder(self, strategy: Strategy) -> Adder:
        return Adder("task", _("Task"), _("Add a task to %(name)s") % {"name": strategy.title})

    def _title(self, strategy: Strategy) -> Any:
        if strategy.state == Strategy.State.ACTIVE:
            return format_html("<b>{}</b>", strategy.title)
        return cells.lines(format_html("<b>{}</b>", strategy.title), strategy.get_state_display())

    def _rollup_content(self, strategy: Strategy, rollup: RollUp) -> Any:
        text = str(Status(rollup.status).label)
        if rollup.total:
            text = f"{text} · {rollup.done}/{rollup.total}"
        content = cells.chip(TONES[Status(rollup.status)], text)
        if rollup.late:
            late = ngettext("%(n)d overdue", "%(n)d overdue", rollup.late) % {"n": rollup.late}
            content = format_html("{} {}", content, cells.chip("bad", late))
        return cells.lines(content, rollup.note) if rollup.note else content

    def _task_row(self, task: Task, number: int) -> Row:
        kind = self.kinds["task"]
        action = format_html('<span class="step">{}</span> {}', circled(number), task.description)
        done_when = _("Done when: %(standard)s") % {"standard": task.acceptance} if task.acceptance else ""
        contents = {
            "strategy": Cell(
                self.columns[0],
                cells.lines(action, done_when) if done_when else action,
                span=kind.spans["strategy"],
            ),
            "owner": self.person(task.owner),
            "start": cells.day(task.start, self.day),
            "due": self._due(task),
            "progress": self._progress(task),
            "resources": cells.text(task.resources),
            "risk": cells.text(task.risk),
        }
        group = self.kinds["strategy"].key(task.strategy_id)
        return self.row(kind, task, contents, css="sub", group=group)

    def _due(self, task: Task) -> Any:
        """When it is due, how much work it is, and whether that is soon or over."""
        day = cells.day(task.due, self.day)
        if task.effort is not None:
            day = cells.lines(day, days_text(task.effort))
        days = task.days_late(self.work_day)
        if days:
            return format_html('<span class="lines">{}{}</span>', day, cells.late(days))
        if task.calls and task.due and self.work_day <= task.due <= end_of_week(self.work_day):
            soon = _("Due today") if task.due == self.work_day else _("Due this week")
            return format_html('<span class="lines">{}{}</span>', day, cells.chip("warn", soon))
        return day

    def _progress(self, task: Task) -> Any:
        text = task.get_status_display()
        if task.status == Status.IN_PROGRESS and task.percent:
            text = f"{text} · {task.percent}%"
        content = cells.chip(TONES[Status(task.status)], text)
        note = task.cancel_reason if task.status == Status.CANCELLED else task.latest_note
        return cells.lines(content, note) if note else content
