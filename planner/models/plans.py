"""A plan: one team, one period, one loop of the four stages."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from planner.arithmetic import periods
from planner.arithmetic.periods import WORK_AFTER_END
from planner.models.history import PresentManager, Recorded
from planner.models.people import Team

# The longest period of a plan, which is one round of the loop.
LONGEST = dt.timedelta(days=3 * 366)


def check_length(start: dt.date, end: dt.date) -> None:
    """Raise ValidationError for the field `end` where a plan would be longer than LONGEST."""
    if end - start > LONGEST:
        raise ValidationError({"end": _("A plan can last three years at most. Choose an earlier end date.")})


class PlanQuerySet(models.QuerySet["Plan"]):
    def watched(self, day: dt.date) -> PlanQuerySet:
        """Those that still need attention on `day`; `Plan.is_watched` is the same for one plan."""
        return self.filter(state=Plan.State.ACTIVE, end__gte=day - WORK_AFTER_END)

    def ended(self, day: dt.date) -> PlanQuerySet:
        """Those that are over on `day` and wait to be closed."""
        return self.filter(state=Plan.State.ACTIVE, end__lt=day)


PlanManager = PresentManager.from_queryset(PlanQuerySet)


class Plan(Recorded):
    """One period of a team: its diagnosis, goals, strategies, tasks and reviews."""

    class Scenario(models.TextChoices):
        TARGET = "target", _("Target pressure")
        DECLINE = "decline", _("Sustained decline")
        NEW = "new", _("New market or product")
        EFFECTIVENESS = "effectiveness", _("Team effectiveness")
        COMPETITION = "competition", _("Competitive change")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        CLOSED = "closed", _("Closed")

    team = models.ForeignKey(Team, models.CASCADE, related_name="plans", verbose_name=_("team"))
    name = models.CharField(_("name"), max_length=120)
    scenario = models.CharField(_("scenario"), max_length=14, choices=Scenario, default=Scenario.TARGET)
    start = models.DateField(_("start"))
    end = models.DateField(_("end"))
    state = models.CharField(_("status"), max_length=6, choices=State, default=State.ACTIVE)
    previous = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="followers",
        verbose_name=_("previous plan"),
    )

    objects: ClassVar[PlanManager[Self]] = PlanManager()

    class Meta(Recorded.Meta):
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["-start", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end__gte=models.F("start")),
                name="plan_ends_after_it_starts",
                violation_error_message=_(
                    "The plan ends before it starts. Choose an end date on or after the start."
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def home(self) -> tuple[int, int | None]:
        return self.team_id, self.pk

    def clean(self) -> None:
        check_length(self.start, self.end)

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED

    @property
    def day(self) -> dt.date:
        """The day as of which the plan is evaluated now, by its team's clock."""
        return self.as_of(self.team.today())

    def as_of(self, today: dt.date) -> dt.date:
        """The day as of which the plan is evaluated: today, at the latest its end (Decision 13 of the method)."""
        return periods.as_of(today, self.start, self.end)

    def work_day(self, today: dt.date) -> dt.date:
        """The day to which the lateness of its open tasks counts (Decision 13 of the method)."""
        return self.as_of(today) if self.is_closed else periods.work_day(today, self.end)

    def baseline_day(self, today: dt.date, as_of: dt.date | None = None) -> dt.date:
        """The day before which the three full months of a baseline are over (Decision 13 of the method).

        `as_of` is another day that somebody set in place of the plan's start.
        """
        return periods.baseline_day(today, as_of or self.start)

    def closing_day(self, today: dt.date) -> dt.date:
        """The day before which a month must be over to count as full (Decision 13 of the method)."""
        return periods.closing_day(today, self.end)

    def months_of_now(self, today: dt.date) -> tuple[dt.date, ...]:
        """Its last full months, three at most: what "now" is read from (Decision 13 of the method)."""
        return periods.months_of_now(today, self.start, self.end)

    def months_passed(self, today: dt.date) -> tuple[int, int]:
        """How many of its whole months are full, and how many there are."""
        return periods.months_passed(today, self.start, self.end)

    def is_watched(self, today: dt.date) -> bool:
        """Whether its tasks still need attention: active, and not over for more than 30 days (Decision 13)."""
        return self.state == self.State.ACTIVE and today - self.end <= WORK_AFTER_END
