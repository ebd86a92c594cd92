"""What an owner answers to a proposed target."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from planner.models import Goal, Membership, Recorded
from planner.models.metrics import FIGURE


class TargetAnswer(Recorded):
    """An owner's own number for a proposed target, with the reason; a manager accepts it or keeps the target."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        KEPT = "kept", _("Target kept")

    goal = models.ForeignKey(Goal, models.CASCADE, related_name="answers", verbose_name=_("goal"))
    by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+", verbose_name=_("member"))
    made_on = models.DateField(_("date"))
    proposed = models.DecimalField(_("proposed target"), null=True, blank=True, **FIGURE)
    value = models.DecimalField(_("answer"), **FIGURE)
    reason = models.CharField(_("reason"), max_length=300)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.OPEN)
    decided_by = models.ForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_on = models.DateField(_("decided on"), null=True, blank=True)

    class Meta(Recorded.Meta):
        verbose_name = _("answer to a target")
        verbose_name_plural = _("answers to targets")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["goal"],
                condition=models.Q(removed_at=None, outcome="open"),
                name="one_open_answer_per_goal",
                violation_error_message=_("This target has an answer that is still open."),
            )
        ]

    def __str__(self) -> str:
        return self.reason

    def home(self) -> tuple[int, int | None]:
        return self.goal.home()

    def as_copy(self, move: object) -> None:
        """None: the targets of another period are agreed anew."""
