"""Imports of readings, each of which can be undone as a whole, and uploaded files before they are saved."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planner.models import staging
from planner.models.history import Recorded
from planner.models.people import Team, User
from planner.models.plans import Plan
from planner.models.readings import Reading
from planner.models.staging import Batch

# A worker at an upload gives a sign of life every few seconds; without one for this long it has died.
SILENCE = dt.timedelta(seconds=30)


class Import(Recorded):
    """The readings of a file, or one that a person entered: `before` has an entry for each reading that it changed.

    A typed reading lies over the imported one, which its import does not touch. EDITED are imported readings that
    were changed by hand: removed, or given another source.
    """

    class Kind(models.TextChoices):
        READINGS = "readings", _("Metric values")
        ORDERS = "orders", _("Order lines")
        TYPED = "typed", _("Entered by hand")
        EDITED = "edited", _("Edited by hand")
        MERGED = "merged", _("Merged")

    # The kinds that came from no file.
    BY_HAND = (Kind.TYPED, Kind.EDITED, Kind.MERGED)

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
        self._exchange(by, is_restored=False)

    def on_restored(self, by: User | None) -> None:
        self._exchange(by, is_restored=True)

    def _exchange(self, by: User | None, *, is_restored: bool) -> None:
        """Put either side of `before` in the place of the other: a typed value on top, imported ones in their layer."""
        if self.kind != self.Kind.TYPED:
            (staging.apply if is_restored else staging.revert)(self.before, by)
            return
        for metric, month, segment, old, new in self.before:
            place = (metric, dt.date.fromisoformat(month), segment)
            expected, wanted = (old, new) if is_restored else (new, old)
            Reading.objects.exchange_typed(place, expected, wanted, by)


class UploadQuerySet(models.QuerySet["Upload"]):
    def under_way(self) -> UploadQuerySet:
        """Those that a worker is at, or that wait for one."""
        return self.filter(state__in=UNDER_WAY)

    def silent(self, now: dt.datetime) -> UploadQuerySet:
        """Those under way that nobody has given a sign of life for; `Upload.is_silent` is the same for one."""
        return self.under_way().filter(beat_at__lt=now - SILENCE)


class Upload(models.Model):
    """An uploaded file: read by a worker, previewed by the person who uploaded it, then saved or cancelled.

    Every change of its state is a conditional update in planner/readings/uploads.py, so that of two who change it at
    once one does, and the other learns it.
    """

    class State(models.TextChoices):
        READING = "reading", _("Reading")
        READY = "ready", _("Ready to save")
        REFUSED = "refused", _("Can't be saved")
        SAVING = "saving", _("Saving")
        SAVED = "saved", _("Saved")
        CANCELLED = "gone", _("Cancelled")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="uploads", verbose_name=_("plan"))
    by = models.ForeignKey(User, models.CASCADE, related_name="+")
    file_name = models.CharField(_("file"), max_length=200)
    stored_as = models.CharField(max_length=60, unique=True)
    # What the person chose for the file; Choices in planner/readings/imports/pipeline.py reads it.
    choices = models.JSONField(default=dict)
    state = models.CharField(_("status"), max_length=8, choices=State, default=State.READING)
    # How much of the file is read, in per cent; and when the person asked for it to be read or saved.
    progress = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    # The worker that is at it, by a word of its own ("" while it waits for one); its last sign of life; and how many
    # workers have begun since `started_at`.
    worker = models.CharField(max_length=32, blank=True)
    beat_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # The findings for the preview (planner/readings/findings.py), and the readings that it was made of.
    found = models.JSONField(default=dict)
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, related_name="uploads")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_under_way(self) -> bool:
        """Whether a worker is reading or saving it, or is to do so."""
        return self.state in UNDER_WAY

    def is_silent(self, now: dt.datetime) -> bool:
        """Whether it is under way without a sign of life: its worker, or the message to it, must be gone."""
        return self.is_under_way and self.beat_at is not None and now - self.beat_at > SILENCE

    @property
    def waits_long(self) -> bool:
        """Whether no worker has taken it for half a minute."""
        asked_at = self.started_at
        return not self.worker and asked_at is not None and timezone.now() - asked_at > SILENCE


UNDER_WAY = (Upload.State.READING, Upload.State.SAVING)
