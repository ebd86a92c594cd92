"""The days on which members are away."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from planner.models.history import Recorded
from planner.models.people import Membership


class Leave(Recorded):
    """A member is away from the first to the last day, both included."""

    member = models.ForeignKey(Membership, models.CASCADE, related_name="leaves", verbose_name=_("member"))
    start = models.DateField(_("first day of leave"))
    end = models.DateField(_("last day of leave"))

    class Meta(Recorded.Meta):
        verbose_name = _("leave")
        verbose_name_plural = _("leave")
        ordering = ["start", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end__gte=models.F("start")),
                name="leave_ends_after_it_starts",
                violation_error_message=_("The last day of leave is before the first one."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.start} – {self.end}"

    def home(self) -> tuple[int, int | None]:
        return self.member.team_id, None
