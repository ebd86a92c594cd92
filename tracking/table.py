"""Table 3, strategy execution tracking: strategies with their tasks beneath."""

from __future__ import annotations

from collections.abc import Container, Iterable
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from planner import access
from planner.arithmetic.items import circled
from planner.arithmetic.periods import end_of_week
from planner.models import Change, Goal, Membership, Plan
from planner.spreadsheets import sheets
from planner.tables import cells
from planner.tables.columns import Adder, Cell, Column, Row
from planner.tables.table import RowKind, Table
from strategies.models import Strategy
from tracking import sheet
from tracking.forms import AddStrategyForm, AddTaskForm, StrategyForm, TaskForm
from tracking.models import INCOMPLETE, MOST_TASKS, OPEN, Status, Task
from tracking.rollup import RollUp, roll_up

TONES = {Status.DONE: "good", Status.IN_PROGRESS: "warn", Status.NOT_STARTED: "", Status.CANCELLED: "off"}

# What the filter of incomplete rows offers; the checks of a plan lead to them.
LACKS = (
    ("", gettext_lazy("Complete or not")),
    ("owner", gettext_lazy("No owner")),
    ("due", gettext_lazy("No due date")),
    ("standard", gettext_lazy("No acceptance standard")),
    ("word", gettext_lazy("No word this week")),
    ("tasks", gettext_lazy("No task")),
    ("fewer", gettext_lazy("More than three tasks")),
)


class StrategyKind(RowKind):
    name = "strategy"
    form = StrategyForm
    add_form = AddStrategyForm
    edits = {
        "strategy": ("title", "state"),
        "goal": ("aim", "goal"),
        "owner": ("owner",),
        "resources": ("resources",),
        "risk": ("risk",),
    }

    def objects(self, plan: Plan) -> QuerySet:
        return plan.strategies.select_related("owner", "goal")


class TaskKind(RowKind):
    name = "task"
    beneath = "strategy"
    form = TaskForm
    add_form = AddTaskForm
    edits = {
        "strategy": ("description", "acceptance"),
        "owner": ("owner",),
        "start": ("start",),
        "due": ("due",),
        "progress": TaskForm.PROGRESS,
        "resources": ("resources",),
        "risk": ("risk",),
    }
    # What an owner says of their own task; what was agreed (action, owner, dates, standard) a manager changes.
    OWNERS = frozenset({"progress", "resources", "risk"})

    def objects(self, plan: Plan) -> QuerySet:
        return Task.objects.of_plan(plan).select_related("strategy__plan")

    def may_edit(self, membership: Membership, obj: Any) -> frozenset[str]:
        if access.may_manage(membership):
            return frozenset(self.edits)
        return self.OWNERS if access.may_update(membership, obj.owner_id) else frozenset()


class TrackingTable(Table):
    """Table 3: one page holds twenty strategies with all their tasks."""

    url_name = "tracking"
    file_name = "tracking"
    form_title = pgettext_lazy("form", "Strategy execution tracking")
    title = gettext_lazy("Table 3 · Strategy execution tracking")
    heading = gettext_lazy("Execution")
    empty = gettext_lazy(
        "Name a strategy, then break it into one to three tasks: a name, a date and a standard for each."
    )
    columns = (
        Column("strategy", gettext_lazy("Strategy"), css="first"),
        Column("goal", gettext_lazy("Goal")),
        Column("actions", gettext_lazy("Specific actions"), sorts=False, css="tight"),
        Column("owner", gettext_lazy("Owner")),
        Column("start", gettext_lazy("Start"), numeric=True),
        Column("due", gettext_lazy("Due"), numeric=True),
        Column("progress", gettext_lazy("Progress (done / in progress / not started)")),
        Column("resources", gettext_lazy("Resource support"), sorts=False, css="roomy"),
        Column("risk", gettext_lazy("Risk warning"), sorts=False, css="roomy"),
    )
    kinds = {"strategy": StrategyKind(), "task": TaskKind()}
    page_size = 20

    @property
    def filter_names(self) -> list[str]:
        return ["q", "owner", "status", "late", "lacks"]

    @property
    def filters(self) -> list[dict[str, Any]]:
        """The drop-downs above the table."""
        states = [("", _("Any status")), ("open", _("Open")), *((s.value, s.label) for s in Status)]
        dates = [("", _("Any date")), ("late", _("Overdue")), ("week", _("Due this week"))]
        return [
            self.owner_filter(),
            self.filter("status", _("Status"), states),
            self.filter("late", _("Date"), dates),
            self.filter("lacks", _("Missing"), LACKS),
        ]

    @cached_property
    def goals(self) -> list[Goal]:
        return list(self.plan.goals.all())

    def summary(self) -> str:
        count = Task.objects.of_plan(self.plan).aggregate(
            all=Count("pk"), done=Count("pk", filter=Q(status="done"))
        )
        words = ngettext("%(done)d of %(n)d task done", "%(done)d of %(n)d tasks done", count["all"])
        return words % {"done": count["done"], "n": count["all"]}

    def objects(self) -> QuerySet:
        found = self.kinds["strategy"].objects(self.plan)
        lacks = self.params.get("lacks")
        if lacks in ("tasks", "fewer"):
            live = Task.objects.filter(strategy=OuterRef("pk")).exclude(status=Status.CANCELLED)
            counted = live.order_by().values("strategy").annotate(n=Count("pk")).values("n")
            found = found.annotate(size=Coalesce(Subquery(counted), 0))
            found = found.filter(size=0) if lacks == "tasks" else found.filter(size__gt=MOST_TASKS)
        elif self._asks_for_tasks:
            found = found.filter(Exists(self._tasks().filter(strategy=OuterRef("pk"))))
        if sought := self.params.get("q", "").strip():
            in_tasks = Task.objects.filter(strategy=OuterRef("pk"), description__icontains=sought)
            found = found.filter(Q(title__icontains=sought) | Q(aim__icontains=sought) | Exists(in_tasks))
        return self._sorted(found)

    @property
    def _asks_for_tasks(self) -> bool:
        names = ("owner", "status", "late")
        return any(self.params.get(name) for name in names) or self.params.get("lacks") in INCOMPLETE

    def _tasks(self) -> QuerySet:
        """The tasks that the filters ask for."""
        tasks = Task.objects.of_plan(self.plan)
        owner, status, late = (self.params.get(name, "") for name in ("owner", "status", "late"))
        if owner:
            tasks = tasks.filter(owner__in=[each for each in self.members if str(each.pk) == owner])
        if status == "open":
            tasks = tasks.open()
        elif status in Status.values:
            tasks = tasks.filter(status=status)
        if late == "late":
            tasks = tasks.overdue(self.day)
        elif late == "week":
            tasks = tasks.due_between(self.day, end_of_week(self.day))
        if missing := INCOMPLETE.get(self.params.get("lacks", "")):
            tasks = tasks.open().counting().filter(missing(self.day))
        return tasks

    def _sorted(self, found: QuerySet) -> QuerySet:
        live = Q(tasks__removed_at=None) & ~Q(tasks__status=Status.CANCELLED)
        by = {
            "strategy": "title",
            "goal": "aim",
            "owner": "owner__name",
            "start": "first",
            "due": "last",
            "progress": "open",
        }
        if self.sort.removeprefix("-") in ("start", "due", "progress"):
            found = found.annotate(
                first=Min("tasks__start", filter=live),
                last=Max("tasks__due", filter=live),
                open=Count("tasks", filter=live & Q(tasks__status__in=OPEN)),
            )
        return self.ordered(found, by)

    def columns_of_file(self) -> tuple[sheets.Column, ...]:
        return sheet.columns(self.labels(), [member.name for member in self.members])

    def lines_of_file(self, columns: tuple[sheets.Column, ...]) -> Iterable[sheets.Line]:
        for strategy, tasks, shown in self.groups(self.objects()):
            yield from sheet.lines(columns, strategy, tasks, shown, self.day)

    def groups(
        self, objects: Iterable[Strategy]
    ) -> list[tuple[Strategy, list[Task], list[tuple[int, Task]]]]:
        """The strategies with all their tasks, and those that the filters ask for with their numbers."""
        strategies = list(objects)
        tasks: dict[int, list[Task]] = {strategy.pk: [] for strategy in strategies}
        homes = {strategy.pk: strategy for strategy in strategies}
        found = Task.objects.filter(strategy__in=list(homes)).with_latest_word().select_related("owner")
        for task in found.order_by("order", "pk"):
            task.strategy = homes[task.strategy_id]
            tasks[task.strategy_id].append(task)
        wanted = None
        if self._asks_for_tasks:
            wanted = set(self._tasks().filter(strategy__in=strategies).values_list("pk", flat=True))
        return [
            (
                strategy,
                tasks[strategy.pk],
                [
                    (number, task)
                    for number, task in enumerate(tasks[strategy.pk], start=1)
                    if wanted is None or task.pk in wanted
                ],
            )
            for strategy in strategies
        ]

    def rows_for(self, objects: Iterable[Strategy], keys: Container[str] | None = None) -> list[Row]:
        """The rows of these strategies and their tasks; with `keys`, only those."""
        rows = []
        for strategy, tasks, shown in self.groups(objects):
            if keys is None or f"strategy-{strategy.pk}" in keys:
                rows.append(self._strategy_row(strategy, tasks))
            rows += [
                self._task_row(task, number)
                for number, task in shown
                if keys is None or f"task-{task.pk}" in keys
            ]
        return rows

    def rows_of(self, keys: list[str]) -> list[Row]:
        ids = {key: self.split(key)[1] for key in keys}
        of_tasks = [pk for key, pk in ids.items() if key.startswith("task-")]
        homes = Task.objects.filter(pk__in=of_tasks).values_list("strategy", flat=True)
        mine = [pk for key, pk in ids.items() if key.startswith("strategy-")]
        strategies = self.kinds["strategy"].objects(self.plan).filter(pk__in={*mine, *homes})
        self.forget_filters()
        rows = {row.key: row for row in self.rows_for(strategies, ids)}
        return [rows.get(key) or Row(key, None) for key in keys]

    def keys_touched(self, changes: list[Change]) -> list[str]:
        """A task touches its strategy, which rolls it up; a member or a goal touches whatever names it."""
        by_model: dict[str, set[int]] = {}
        for change in changes:
            by_model.setdefault(change.model, set()).add(change.object_id)
        strategies = by_model.get("strategies.strategy", set())
        tasks = by_model.get("tracking.task", set())
        said = by_model.get("tracking.progress", set())
        members = by_model.get("planner.membership", set())
        goals = by_model.get("planner.goal", set())
        of_plan = Q(strategy__plan=self.plan)
        if said or members:
            named = Task.objects.filter(of_plan, Q(progress__in=said) | Q(owner__in=members))
            tasks = tasks | set(named.values_list("pk", flat=True))
        if tasks:
            homes = Task.with_removed.filter(of_plan, pk__in=tasks).values_list("strategy", flat=True)
            strategies = strategies | set(homes)
        if goals or members:
            named = Strategy.objects.filter(Q(goal__in=goals) | Q(owner__in=members), plan=self.plan)
            strategies = strategies | set(named.values_list("pk", flat=True))
        return [f"strategy-{pk}" for pk in sorted(strategies)] + [f"task-{pk}" for pk in sorted(tasks)]

    def _strategy_row(self, strategy: Strategy, tasks: list[Task]) -> Row:
        kind = self.kinds["strategy"]
        rolled = roll_up(tasks, self.day)
        mine = bool(kind.may_edit(self.member, strategy))
        count = ngettext("%(n)d action", "%(n)d actions", len(tasks)) % {"n": len(tasks)}
        shown = {
            "strategy": self._title(strategy),
            "goal": cells.text(strategy.aim or str(strategy.goal or "")),
            "actions": cells.small(count),
            "owner": cells.person(strategy.owner),
            "start": cells.day(rolled.start, self.day),
            "due": cells.day(rolled.due, self.day),
            "progress": self._rolled(strategy, rolled),
            "resources": cells.text(strategy.resources),
            "risk": cells.text(strategy.risk),
        }
        return Row(
            key=f"strategy-{strategy.pk}",
            obj=strategy,
            cells=self.cells(kind, strategy, shown),
            css="group",
            label=strategy.title,
            can_remove=mine,
            adder=self._adder(strategy) if mine else None,
        )

    def _adder(self, strategy: Strategy) -> Adder:
        return Adder("task", _("Action"), _("Add an action to %(name)s") % {"name": strategy.title})

    def _title(self, strategy: Strategy) -> Any:
        if strategy.state == Strategy.State.ACTIVE:
            return format_html("<b>{}</b>", strategy.title)
        return cells.lines(format_html("<b>{}</b>", strategy.title), strategy.get_state_display())

    def _rolled(self, strategy: Strategy, rolled: RollUp) -> Any:
        words = str(Status(rolled.status).label)
        if rolled.total:
            words = f"{words} · {rolled.done}/{rolled.total}"
        shown = cells.chip(TONES[Status(rolled.status)], words)
        if rolled.late and not strategy.is_paused:
            late = ngettext("%(n)d overdue", "%(n)d overdue", rolled.late) % {"n": rolled.late}
            shown = format_html("{} {}", shown, cells.chip("bad", late))
        return cells.lines(shown, rolled.note) if rolled.note else shown

    def _task_row(self, task: Task, number: int) -> Row:
        kind = self.kinds["task"]
        action = format_html('<span class="step">{}</span> {}', circled(number), task.description)
        done_when = _("Done when: %(standard)s") % {"standard": task.acceptance} if task.acceptance else ""
        shown = {
            "strategy": Cell(
                self.columns[0], cells.lines(action, done_when) if done_when else action, span=3
            ),
            "owner": cells.person(task.owner),
            "start": cells.day(task.start, self.day),
            "due": self._due(task),
            "progress": self._progress(task),
            "resources": cells.text(task.resources),
            "risk": cells.text(task.risk),
        }
        return Row(
            key=f"task-{task.pk}",
            obj=task,
            cells=self.cells(kind, task, shown),
            css="sub",
            group=f"strategy-{task.strategy_id}",
            label=task.description,
            can_remove=access.may_manage(self.member),
        )

    def _due(self, task: Task) -> Any:
        shown = cells.day(task.due, self.day)
        days = 0 if task.strategy.is_paused else task.days_late(self.day)
        if days:
            return format_html('<span class="lines">{}{}</span>', shown, cells.late(days))
        if task.is_open and task.due and self.day <= task.due <= end_of_week(self.day):
            soon = _("due today") if task.due == self.day else _("this week")
            return format_html('<span class="lines">{}{}</span>', shown, cells.chip("warn", soon))
        return shown

    def _progress(self, task: Task) -> Any:
        words = task.get_status_display()
        if task.status == Status.IN_PROGRESS and task.percent:
            words = f"{words} · {task.percent}%"
        shown = cells.chip(TONES[Status(task.status)], words)
        note = task.cancel_reason if task.status == Status.CANCELLED else task.latest_note
        return cells.lines(shown, note) if note else shown
