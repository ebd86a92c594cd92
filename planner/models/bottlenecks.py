"""Bottlenecks, ranked by the four quadrants, and the causes that team members suggest for them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from planner.models.history import Recorded
from planner.models.metrics import BottleneckKind, Metric, Segment
from planner.models.people import Membership
from planner.models.plans import Plan

# The lowest score that is high (Decision 22 of the method).
HIGH = 4


class Bottleneck(Recorded):
    """What holds the team back, of one of four kinds, with its evidence."""

    Kind = BottleneckKind

    class Quadrant(models.TextChoices):
        FIRST = "first", _("High impact, easy: do first")
        LATER = "later", _("High impact, hard: long-term")
        AFTER = "after", _("Low impact, easy: later")
        NEVER = "never", _("Low impact, hard: drop")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="bottlenecks", verbose_name=_("plan"))
    order = models.PositiveIntegerField(_("position"), default=0)
    kind = models.CharField(_("type"), max_length=10, choices=Kind)
    cause = models.CharField(_("cause"), max_length=200)
    step = models.CharField(_("funnel step"), max_length=80, blank=True)
    evidence = models.TextField(_("evidence"), blank=True, max_length=2000)
    metric = models.ForeignKey(Metric, models.SET_NULL, null=True, blank=True, related_name="+")
    segment = models.ForeignKey(Segment, models.SET_NULL, null=True, blank=True, related_name="+")
    impact = models.PositiveSmallIntegerField(_("impact"), null=True, blank=True)
    ease = models.PositiveSmallIntegerField(_("ease"), null=True, blank=True)
    in_focus = models.BooleanField(_("In focus"), default=False)

    class Meta(Recorded.Meta):
        verbose_name = _("bottleneck")
        verbose_name_plural = _("bottlenecks")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(impact__isnull=True) | models.Q(impact__range=(1, 5)),
                name="impact_from_1_to_5",
                violation_error_message=_("Impact must be a whole number from 1 to 5."),
            ),
            models.CheckConstraint(
                condition=models.Q(ease__isnull=True) | models.Q(ease__range=(1, 5)),
                name="ease_from_1_to_5",
                violation_error_message=_("Ease must be a whole number from 1 to 5."),
            ),
        ]

    def __str__(self) -> str:
        return self.cause

    def home(self) -> tuple[int, int | None]:
        return self.plan.team_id, self.plan_id

    @property
    def quadrant(self) -> Bottleneck.Quadrant | None:
        """Which of the four quadrants it is in; None while a score is missing. Scores from 4 up are high."""
        if self.impact is None or self.ease is None:
            return None
        is_easy = self.ease >= HIGH
        if self.impact >= HIGH:
            return self.Quadrant.FIRST if is_easy else self.Quadrant.LATER
        return self.Quadrant.AFTER if is_easy else self.Quadrant.NEVER


class CauseView(Recorded):
    """A cause that one member suggests, in the team's retrospective; a manager merges it into a bottleneck."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="cause_views", verbose_name=_("plan"))
    by = models.ForeignKey(
        Membership, models.SET_NULL, null=True, related_name="cause_views", verbose_name=_("member")
    )
    kind = models.CharField(_("type"), max_length=10, choices=Bottleneck.Kind)
    text = models.CharField(_("cause"), max_length=200)
    bottleneck = models.ForeignKey(
        Bottleneck, models.SET_NULL, null=True, blank=True, related_name="views", verbose_name=_("bottleneck")
    )

    class Meta(Recorded.Meta):
        verbose_name = _("suggested cause")
        verbose_name_plural = _("suggested causes")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text

    def home(self) -> tuple[int, int | None]:
        return self.plan.team_id, self.plan_id

    def as_copy(self, move: Any) -> None:
        """None: a view belongs to the retrospective of its own plan."""
