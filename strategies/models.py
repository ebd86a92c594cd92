"""The remedies: a strategy answers a bottleneck and serves a goal."""

from __future__ import annotations

from typing import ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from planner.models import Bottleneck, Goal, Membership, Plan, Recorded
from planner.models.history import PresentManager


class StrategyQuerySet(models.QuerySet["Strategy"]):
    def running(self) -> StrategyQuerySet:
        """Neither paused nor dropped."""
        return self.exclude(state__in=PAUSED)


StrategyManager = PresentManager.from_queryset(StrategyQuerySet)


class Strategy(Recorded):
    """One way to move a metric, broken into one to three tasks; what its tasks do rolls up into it."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        DROPPED = "dropped", _("Dropped")
        STANDARDISED = "standardised", _("Standardised")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="strategies", verbose_name=_("plan"))
    order = models.PositiveIntegerField(_("position"), default=0)
    title = models.CharField(_("strategy"), max_length=120)
    description = models.TextField(_("description"), blank=True, max_length=2000)
    aim = models.CharField(_("goal description"), max_length=120, blank=True)
    goal = models.ForeignKey(
        Goal, models.SET_NULL, null=True, blank=True, related_name="strategies", verbose_name=_("goal")
    )
    bottleneck = models.ForeignKey(
        Bottleneck,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="strategies",
        verbose_name=_("bottleneck"),
    )
    owner = models.ForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="strategies", verbose_name=_("owner")
    )
    resources = models.TextField(_("resource support"), blank=True, max_length=1000)
    risk = models.TextField(_("risk warning"), blank=True, max_length=1000)
    resources_score = models.PositiveSmallIntegerField(_("resources"), null=True, blank=True)
    capability_score = models.PositiveSmallIntegerField(_("capability"), null=True, blank=True)
    time_score = models.PositiveSmallIntegerField(_("time"), null=True, blank=True)
    feasibility_note = models.TextField(_("feasibility"), blank=True, max_length=1000)
    importance = models.PositiveSmallIntegerField(_("importance"), null=True, blank=True)
    urgency = models.PositiveSmallIntegerField(_("urgency"), null=True, blank=True)
    effect_lag_days = models.PositiveSmallIntegerField(_("effect lag in days"), default=30)
    state = models.CharField(_("status"), max_length=12, choices=State, default=State.ACTIVE)
    fallback = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")

    objects: ClassVar[StrategyManager[Self]] = StrategyManager()

    class Meta(Recorded.Meta):
        verbose_name = _("strategy")
        verbose_name_plural = _("strategies")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(**{f"{name}__isnull": True}) | models.Q(**{f"{name}__range": (1, 5)}),
                name=f"strategy_{name}_from_1_to_5",
                violation_error_message=_("Scores are whole numbers from 1 to 5."),
            )
            for name in ("resources_score", "capability_score", "time_score", "importance", "urgency")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def goal_text(self) -> str:
        """What it is for, in its own words or as its goal is called."""
        return self.aim or str(self.goal or "")

    def home(self) -> tuple[int, int | None]:
        return self.plan.team_id, self.plan_id

    @property
    def is_silent(self) -> bool:
        """Whether its tasks call for nobody (Decision 15 of the method)."""
        return self.state in SILENT

    def clean(self) -> None:
        if self.fallback_id is not None and self.fallback_id == self.pk:
            raise ValidationError(
                {"fallback": _("A strategy cannot be its own fallback. Choose another one.")}
            )


PAUSED = (Strategy.State.PAUSED, Strategy.State.DROPPED)
# While a strategy is in one of these states its tasks call for nobody and are not late (Decision 15 of the method).
SILENT = (Strategy.State.PROPOSED, *PAUSED)


class KeyAction(Recorded):
    """One of the steps that a goal names, ① ② ③; it may point to the strategy that carries it out."""

    goal = models.ForeignKey(Goal, models.CASCADE, related_name="key_actions", verbose_name=_("goal"))
    order = models.PositiveIntegerField(_("position"), default=0)
    text = models.CharField(_("key action"), max_length=200)
    strategy = models.ForeignKey(
        Strategy,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="key_actions",
        verbose_name=_("strategy"),
    )

    class Meta(Recorded.Meta):
        verbose_name = _("key action")
        verbose_name_plural = _("key actions")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.text

    def home(self) -> tuple[int, int | None]:
        return self.goal.plan.team_id, self.goal.plan_id
