"""Imports of readings, each of which can be undone as a whole, and uploaded files before they are saved."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from planner.models.history import Recorded
from planner.models.people import Team, User
from planner.models.plans import Plan
from planner.models.readings import Reading

# The longest time that a worker can take: the time limit of a task, and a minute to reach the worker.
LONGEST_WORK = dt.timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + 60)


class Import(Recorded):
    """The readings of a file, or one that was typed: `before` has an entry for each reading that it changed."""

    class Kind(models.TextChoices):
        READINGS = "readings", _("Metric values")
        ORDERS = "orders", _("Order lines")
        TYPED = "typed", _("Entered by hand")
        MERGED = "merged", _("Merged")

    team = models.ForeignKey(Team, models.CASCADE, related_name="imports", verbose_name=_("team"))
    # The plan on whose page it was made; a merge belongs to the team alone.
    plan = models.ForeignKey(
        Plan, models.SET_NULL, null=True, blank=True, related_name="imports", verbose_name=_("plan")
    )
    kind = models.CharField(_("type"), max_length=8, choices=Kind)
    file_name = models.CharField(_("file"), max_length=200)
    readings = models.PositiveIntegerField(_("Metric values"))
    # [metric, month, segment, the old reading or null, the new reading or null] for each of its readings.
    before = models.JSONField(default=list, editable=False)

    class Meta(Recorded.Meta):
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file_name

    def home(self) -> tuple[int, int | None]:
        return self.team_id, self.plan_id

    @classmethod
    def recorded_fields(cls) -> list[models.Field[Any, Any]]:
        return [field for field in super().recorded_fields() if field.name != "before"]

    def on_removed(self, by: User | None) -> None:
        """Restore the readings from before the import; the person who undoes it becomes their author."""
        Reading.objects.revert(self.before, by)

    def on_restored(self, by: User | None) -> None:
        Reading.objects.apply(self.before, by)


class Upload(models.Model):
    """An uploaded file: read by a worker, previewed by the person who uploaded it, then saved or discarded."""

    class State(models.TextChoices):
        READING = "reading", _("Reading")
        READY = "ready", _("Ready to save")
        REFUSED = "refused", _("Can't be saved")
        SAVING = "saving", _("Saving")
        SAVED = "saved", _("Saved")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="uploads", verbose_name=_("plan"))
    by = models.ForeignKey(User, models.CASCADE, related_name="+")
    file_name = models.CharField(_("file"), max_length=200)
    stored_as = models.CharField(max_length=60, unique=True)
    # What the person chose for the file; Choices in planner/readings/imports/pipeline.py reads it.
    choices = models.JSONField(default=dict)
    state = models.CharField(_("status"), max_length=8, choices=State, default=State.READING)
    # How much of the file is read, in per cent; and when it was handed to a worker.
    progress = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    # The findings for the preview (planner/readings/findings.py); none of them is saved elsewhere.
    found = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_under_way(self) -> bool:
        """Whether a worker is reading or saving it."""
        return self.state in (self.State.READING, self.State.SAVING)

    def is_given_up(self, now: dt.datetime) -> bool:
        """Whether its worker must have stopped, because it would have finished by now."""
        return self.is_under_way and self.started_at is not None and now - self.started_at > LONGEST_WORK
