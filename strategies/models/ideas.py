"""The ideas that a team adds to the library."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from planner.models import Bottleneck, Recorded, Team

MOST_TASKS = 3


class Idea(Recorded):
    """A strategy that the team keeps to choose from; `steps` are its tasks, each with its acceptance standard."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="ideas", verbose_name=_("team"))
    kind = models.CharField(_("type"), max_length=10, choices=Bottleneck.Kind)
    title = models.CharField(_("idea"), max_length=120)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    lag_days = models.PositiveSmallIntegerField(_("effect lag in days"), default=30)
    needs = models.CharField(_("usually needs"), max_length=300, blank=True)
    steps = models.JSONField(_("suggested tasks"), default=list, blank=True)

    class Meta(Recorded.Meta):
        verbose_name = _("idea")
        verbose_name_plural = _("ideas")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lag_days__lte=1096),
                name="idea_lag_of_at_most_three_years",
                violation_error_message=_("An effect lag is at most 1096 days."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def home(self) -> tuple[int, int | None]:
        return self.team_id, None

    def clean(self) -> None:
        if not _are_steps(self.steps):
            raise ValidationError(
                {"steps": _("Enter up to three tasks, each with a description and an acceptance standard.")}
            )


def _are_steps(steps: Any) -> bool:
    """Whether these are at most three pairs of a description and an acceptance standard, as tasks hold them."""
    return (
        isinstance(steps, list)
        and len(steps) <= MOST_TASKS
        and all(
            isinstance(step, list)
            and len(step) == 2
            and all(isinstance(text, str) for text in step)
            and 0 < len(step[0]) <= 200
            and len(step[1]) <= 300
            for step in steps
        )
    )
