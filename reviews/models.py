"""What the team looks back on: one review for each month and each quarter."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from planner import words
from planner.arithmetic.periods import MONTHS_IN, add_months
from planner.models import Plan, Recorded


def period_name(kind: str, start: dt.date) -> str:
    """A period as Table 4 prints it: 2023-07 for a month, 2023 Q3 for a quarter of the calendar, 2023-02 – 2023-04
    for any other three months."""
    if kind == "month":
        return f"{start:%Y-%m}"
    if start.month % 3 == 1:
        return f"{start:%Y} Q{start.month // 3 + 1}"
    return f"{start:%Y-%m} – {add_months(start, 2):%Y-%m}"


def period_in_words(kind: str, start: dt.date) -> str:
    """A period within a sentence: "Jul 2023", "Q3 2023" or "Feb 2023 – Apr 2023"."""
    if kind == "month":
        return words.month(start)
    return words.quarter(start) if start.month % 3 == 1 else words.months((start, add_months(start, 2)))


class Review(Recorded):
    """What a period brought: its effects, what worked, what to improve and what follows; each a list of lines."""

    class Kind(models.TextChoices):
        MONTH = "month", _("Monthly")
        QUARTER = "quarter", _("Quarterly")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="reviews", verbose_name=_("plan"))
    kind = models.CharField(_("review type"), max_length=7, choices=Kind, default=Kind.MONTH)
    start = models.DateField(_("first month"))
    effect = models.TextField(_("effect of the strategies"), blank=True, max_length=3000)
    worked = models.TextField(_("what worked"), blank=True, max_length=3000)
    improve = models.TextField(_("to improve"), blank=True, max_length=3000)
    adjustments = models.TextField(_("next adjustments"), blank=True, max_length=3000)

    class Meta(Recorded.Meta):
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["start", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "kind", "start"],
                condition=models.Q(removed_at=None),
                name="one_review_per_period",
                violation_error_message=_("This period already has a review. Edit that one instead."),
            ),
            models.CheckConstraint(
                condition=models.Q(start__day=1),
                name="review_begins_with_a_month",
                violation_error_message=_("Enter a month as its first day, such as 2026-10-01."),
            ),
        ]

    def __str__(self) -> str:
        return period_name(self.kind, self.start)

    def home(self) -> tuple[int, int | None]:
        return self.plan.team_id, self.plan_id

    def as_copy(self, move: Any) -> None:
        """What was looked back on belongs to the plan that it happened in."""

    @property
    def has_lesson(self) -> bool:
        """Whether it has what worked or what to improve."""
        return bool(self.worked or self.improve)

    @property
    def in_words(self) -> str:
        return period_in_words(self.kind, self.start)

    @property
    def end(self) -> dt.date:
        """The last day of the period."""
        return add_months(self.start, MONTHS_IN[self.kind]) - dt.timedelta(days=1)
