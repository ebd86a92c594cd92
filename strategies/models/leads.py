"""Lead measures: what the team can do each week, and what it did."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from planner.models import Membership, Recorded
from planner.models.metrics import FIGURE
from strategies.models.strategies import Strategy


class LeadMeasure(Recorded):
    """What the team does each week for a strategy, counted against a weekly target."""

    strategy = models.ForeignKey(
        Strategy, models.CASCADE, related_name="lead_measures", verbose_name=_("strategy")
    )
    name = models.CharField(_("lead measure"), max_length=120)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    weekly_target = models.DecimalField(_("weekly target"), **FIGURE)
    owner = models.ForeignKey(
        Membership,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="lead_measures",
        verbose_name=_("owner"),
    )

    class Meta(Recorded.Meta):
        verbose_name = _("lead measure")
        verbose_name_plural = _("lead measures")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy"],
                condition=models.Q(removed_at=None),
                name="one_lead_measure_per_strategy",
                violation_error_message=_("This strategy has a lead measure already."),
            ),
            models.CheckConstraint(
                condition=models.Q(weekly_target__gt=0),
                name="weekly_target_above_0",
                violation_error_message=_("Enter a weekly target above 0."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def home(self) -> tuple[int, int | None]:
        return self.strategy.home()


class LeadValue(Recorded):
    """What was done in one week, named by its Monday."""

    measure = models.ForeignKey(
        LeadMeasure, models.CASCADE, related_name="values", verbose_name=_("lead measure")
    )
    week = models.DateField(_("week from"))
    value = models.DecimalField(_("value"), **FIGURE)
    by = models.ForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("member")
    )

    class Meta(Recorded.Meta):
        verbose_name = _("weekly value")
        verbose_name_plural = _("weekly values")
        ordering = ["week", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "week"],
                condition=models.Q(removed_at=None),
                name="one_value_per_measure_and_week",
                violation_error_message=_("This week has a value already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.week)

    def home(self) -> tuple[int, int | None]:
        return self.measure.home()

    def clean(self) -> None:
        if self.week.isoweekday() != 1:
            raise ValidationError({"week": _("A week begins on a Monday.")})

    def as_copy(self, move: object) -> None:
        """None: nothing has been done in another period yet."""
