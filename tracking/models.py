"""Tasks, the updates on them, and their alerts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planner.arithmetic.periods import WORK_AFTER_END
from planner.models import Membership, Plan, Recorded, Team
from planner.models.history import PresentManager
from strategies.models import SILENT, Strategy


class Status(models.TextChoices):
    """The status that people set; that a task is late is derived from its dates, never typed."""

    NOT_STARTED = "not_started", _("Not started")
    IN_PROGRESS = "in_progress", _("In progress")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


OPEN = (Status.NOT_STARTED, Status.IN_PROGRESS)
# Of the tasks of a strategy those that count, in queries of strategies.
LIVE = Q(tasks__removed_at=None) & ~Q(tasks__status=Status.CANCELLED)


class TaskQuerySet(models.QuerySet["Task"]):
    def of_plan(self, plan: Any) -> TaskQuerySet:
        return self.filter(strategy__plan=plan, strategy__removed_at=None)

    def open(self) -> TaskQuerySet:
        """Neither done nor cancelled."""
        return self.filter(status__in=OPEN)

    def counting(self) -> TaskQuerySet:
        """Those that may call for somebody: a task is silent with its strategy (Decision 15 of the method)."""
        return self.exclude(strategy__state__in=SILENT)

    def watched(self, day: dt.date) -> TaskQuerySet:
        """Open, and of plans that still call for somebody on `day` (Decision 13 of the method)."""
        return (
            self.open()
            .counting()
            .filter(
                strategy__removed_at=None,
                strategy__plan__removed_at=None,
                strategy__plan__state=Plan.State.ACTIVE,
                strategy__plan__end__gte=day - WORK_AFTER_END,
            )
        )

    def overdue(self, day: dt.date) -> TaskQuerySet:
        """Open, and due before `day` (Decision 7: overdue from the first local day after the due date)."""
        return self.open().counting().filter(due__lt=day)

    def due_between(self, first: dt.date, last: dt.date) -> TaskQuerySet:
        return self.open().counting().filter(due__range=(first, last))

    def with_latest_note(self) -> TaskQuerySet:
        """Adds `latest_note`: the newest note on the task."""
        notes = (
            Progress.objects.filter(task=models.OuterRef("pk"))
            .exclude(note="")
            .order_by("-pk")
            .values("note")
        )
        return self.annotate(latest_note=models.Subquery(notes[:1]))  # type: ignore[no-redef]  # as Task declares it


TaskManager = PresentManager.from_queryset(TaskQuerySet)


class Task(Recorded):
    """One step of a strategy, with a name on it, a date and the standard by which it counts as done."""

    strategy = models.ForeignKey(Strategy, models.CASCADE, related_name="tasks", verbose_name=_("strategy"))
    order = models.PositiveIntegerField(_("position"), default=0)
    description = models.CharField(_("task"), max_length=200)
    owner = models.ForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="tasks", verbose_name=_("owner")
    )
    start = models.DateField(_("start"), null=True, blank=True)
    due = models.DateField(_("due date"), null=True, blank=True)
    acceptance = models.CharField(_("acceptance standard"), max_length=300, blank=True)
    resources = models.TextField(_("resource support"), blank=True, max_length=1000)
    risk = models.TextField(_("risk warning"), blank=True, max_length=1000)
    status = models.CharField(_("status"), max_length=11, choices=Status, default=Status.NOT_STARTED)
    percent = models.PositiveSmallIntegerField(_("progress (%)"), default=0)
    cancel_reason = models.CharField(_("reason for cancellation"), max_length=300, blank=True)
    effort = models.DecimalField(
        _("effort in person-days"), max_digits=6, decimal_places=1, null=True, blank=True
    )

    objects: ClassVar[TaskManager[Self]] = TaskManager()

    # The newest note; only with_latest_note() fills it.
    latest_note: str | None

    class Meta(Recorded.Meta):
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["order", "pk"]
        indexes = [models.Index(fields=["status", "due"], name="task_by_status_and_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(start__isnull=True) | Q(due__isnull=True) | Q(due__gte=models.F("start")),
                name="task_due_after_start",
                violation_error_message=_(
                    "The due date is before the start date. Choose the start date or a later day."
                ),
            ),
            models.CheckConstraint(
                condition=Q(percent__range=(0, 100)),
                name="percent_from_0_to_100",
                violation_error_message=_("Progress must be a whole number from 0 to 100."),
            ),
            models.CheckConstraint(
                condition=(Q(status="done") & Q(percent=100)) | (~Q(status="done") & Q(percent__lt=100)),
                name="done_is_100_per_cent",
                violation_error_message=_(
                    "Progress must be 100 for a finished task and below 100 for any other."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(status="cancelled") | ~Q(cancel_reason=""),
                name="cancelled_says_why",
                violation_error_message=_("Enter a reason for cancelling the task."),
            ),
            models.CheckConstraint(
                condition=Q(effort__isnull=True) | Q(effort__gt=0),
                name="effort_above_0",
                violation_error_message=_("Enter an effort above 0 days, or none."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["not_started", "in_progress", "done", "cancelled"]),
                name="known_status",
                violation_error_message=_("The status must be not started, in progress, done or cancelled."),
            ),
        ]

    def __str__(self) -> str:
        return self.description

    def home(self) -> tuple[int, int | None]:
        return self.strategy.plan.team_id, self.strategy.plan_id

    def as_copy(self, move: Callable[[dt.date], dt.date]) -> Any:
        """A copy is still to be done."""
        copied = super().as_copy(move)
        if copied.start and copied.due:
            # A workday may have come before a weekend that it followed.
            copied.start = min(copied.start, copied.due)
        copied.status, copied.percent, copied.cancel_reason = Status.NOT_STARTED, 0, ""
        return copied

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def calls(self) -> bool:
        """Whether it calls for somebody: it is open, and its strategy is not silent (Decision 15 of the method)."""
        return self.is_open and not (self.strategy_id and self.strategy.is_silent)

    def days_late(self, day: dt.date) -> int:
        """How many days after its due date it is on `day`; 0 when it is not late, or calls for nobody."""
        if self.due is None or not self.calls:
            return 0
        return max(0, (day - self.due).days)


class Progress(Recorded):
    """A person's update on a task: its progress, and the reason for a delay."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="progress")
    by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(_("status"), max_length=11, choices=Status)
    percent = models.PositiveSmallIntegerField(_("progress (%)"))
    note = models.CharField(_("update"), max_length=500, blank=True)
    reason = models.CharField(_("reason for delay"), max_length=300, blank=True)

    class Meta(Recorded.Meta):
        verbose_name = _("progress update")
        verbose_name_plural = _("progress updates")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.note or self.get_status_display()

    def home(self) -> tuple[int, int | None]:
        return self.task.home()

    def as_copy(self, move: Any) -> None:
        """A copied task has no updates."""


class Alert(models.Model):
    """Something that a task called for, on a local day: once for each kind and due date."""

    class Kind(models.TextChoices):
        DUE_SOON = "due_soon", _("Due soon")
        OVERDUE = "overdue", _("Overdue")
        ESCALATED = "escalated", _("Long overdue")

    task = models.ForeignKey(Task, models.CASCADE, related_name="alerts")
    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    kind = models.CharField(_("type"), max_length=9, choices=Kind)
    due = models.DateField(_("due date"))
    day = models.DateField(_("local date"))
    raised_at = models.DateTimeField(_("raised at"), default=timezone.now)

    class Meta:
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "kind", "due"],
                name="one_alert_per_task_kind_and_due_date",
                violation_error_message=_("This alert already exists."),
            )
        ]
        indexes = [models.Index(fields=["team", "kind", "day"], name="alert_by_team")]

    def __str__(self) -> str:
        return f"{self.kind} {self.task_id} {self.due}"
