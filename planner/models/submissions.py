"""Forms that were sent, so that one that comes twice makes one thing."""

from __future__ import annotations

import datetime as dt

from django.db import models

from planner.models.people import User

# How long a form that was sent is remembered: a browser may send it again when it opens its old pages.
REMEMBERED = dt.timedelta(days=7)


class Submission(models.Model):
    """A form that somebody sent, with what it made: `digest` is that of its key and its content."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    model = models.CharField(max_length=60, blank=True)
    object_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="a_form_is_taken_once")]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"

    @classmethod
    def forget(cls, now: dt.datetime) -> None:
        """Delete those that nobody sends again."""
        cls.objects.filter(created_at__lt=now - REMEMBERED).delete()
