"""The remedies: a strategy answers a bottleneck and serves goals."""

from __future__ import annotations

from typing import ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from planner import words
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
    fallback = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("fallback")
    )
    # The fast strategy that a slow one is paired with.
    pair = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("paired with")
    )
    # The key of the idea in the library that it came from.
    idea = models.CharField(_("idea"), max_length=40, blank=True, default="", editable=False)

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
    def goals(self) -> list[Goal]:
        """The goals that it serves, in the order in which they were linked."""
        served = self.served.all() if self.pk else ()
        return [each.goal for each in served if each.goal.removed_at is None]

    @property
    def goal_text(self) -> str:
        """What it is for, in its own words or as its goals are called."""
        return self.aim or words.listed([goal.name for goal in self.goals])

    def home(self) -> tuple[int, int | None]:
        return self.plan.team_id, self.plan_id

    @property
    def is_silent(self) -> bool:
        """Whether its tasks call for nobody (Decision 15 of the method)."""
        return self.state in SILENT

    def clean(self) -> None:
        """A fallback of a fallback never leads back here."""
        if self.fallback_id is None or self.pk is None:
            return
        if self.fallback_id == self.pk:
            raise ValidationError(
                {"fallback": _("A strategy cannot be its own fallback. Choose another one.")}
            )
        rows = Strategy.objects.filter(plan=self.plan_id).values_list("pk", "title", "fallback")
        ways = {pk: (title, fallback) for pk, title, fallback in rows}
        titles: list[str] = [self.title]
        step: int | None = self.fallback_id
        while step in ways and step != self.pk and len(titles) <= len(ways):
            title, step = ways[step]
            titles.append(title)
        if step == self.pk:
            text = _("These fallbacks lead back to the start: %(loop)s. Choose another one.")
            raise ValidationError({"fallback": text % {"loop": " → ".join([*titles, self.title])}})


PAUSED = (Strategy.State.PAUSED, Strategy.State.DROPPED)
# While a strategy is in one of these states its tasks call for nobody and are not late (Decision 15 of the method).
SILENT = (Strategy.State.PROPOSED, *PAUSED)


class ServedGoal(Recorded):
    """One of the goals that a strategy serves."""

    strategy = models.ForeignKey(Strategy, models.CASCADE, related_name="served", verbose_name=_("strategy"))
    goal = models.ForeignKey(Goal, models.CASCADE, related_name="served_by", verbose_name=_("goal"))

    class Meta(Recorded.Meta):
        verbose_name = _("goal of a strategy")
        verbose_name_plural = _("goals of strategies")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "goal"],
                condition=models.Q(removed_at=None),
                name="one_link_per_strategy_and_goal",
                violation_error_message=_("This strategy serves the goal already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.strategy} → {self.goal}"

    def home(self) -> tuple[int, int | None]:
        return self.strategy.home()


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
