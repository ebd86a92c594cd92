"""The heartbeats of the background work, and its jobs that fail."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from planner.models.people import Team


class Pulse(models.Model):
    """The last heartbeat of one part of the background work, and how long that waited in its queue."""

    class Name(models.TextChoices):
        BEAT = "beat", _("Scheduler")
        WORKER = "worker", _("Background worker")
        MAIL = "mail", _("Email worker")
        DECISIONS = "decisions", _("Last check")

    name = models.CharField(max_length=10, choices=Name, unique=True)
    at = models.DateTimeField()
    waited = models.DurationField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"


class JobFailure(models.Model):
    """A job of the schedule that failed the last time, as a whole or for one team; the row goes when it succeeds."""

    job = models.CharField(max_length=80)
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+")
    error = models.CharField(max_length=200)
    since = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job"], condition=Q(team=None), name="one_failure_per_job"),
            models.UniqueConstraint(fields=["job", "team"], name="one_failure_per_job_and_team"),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.team_id or ''} {self.error}"
