"""The heartbeats of the background work."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


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
