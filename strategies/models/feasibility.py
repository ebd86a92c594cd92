"""What a strategy still lacks, asked of another department."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from planner.models import Membership, Plan, Recorded
from strategies.models.strategies import Strategy


class Question(Recorded):
    """A question to another department: who gets the answer, and by when."""

    class Dimension(models.TextChoices):
        RESOURCES = "resources", _("Resources")
        CAPABILITY = "capability", _("Capability")
        TIME = "time", _("Time")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="questions", verbose_name=_("plan"))
    strategy = models.ForeignKey(
        Strategy,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("strategy"),
    )
    dimension = models.CharField(_("feasibility"), max_length=10, choices=Dimension, blank=True, default="")
    text = models.CharField(_("question"), max_length=300)
    department = models.CharField(_("department"), max_length=80, blank=True)
    owner = models.ForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="questions", verbose_name=_("owner")
    )
    due = models.DateField(_("due date"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta(Recorded.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text

    def home(self) -> tuple[int, int | None]:
        return self.plan.team_id, self.plan_id

    def as_copy(self, move: object) -> None:
        """None: what is asked for another period is asked anew."""

    @property
    def is_open(self) -> bool:
        return self.closed_on is None
