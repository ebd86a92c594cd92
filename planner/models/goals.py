"""The goals of a plan: a core goal broken into measurable sub-goals."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from planner.arithmetic.goals import GoalKind
from planner.models.bottlenecks import Bottleneck
from planner.models.history import Recorded
from planner.models.metrics import FIGURE, Formula, Metric, Segment
from planner.models.people import Membership
from planner.models.plans import Plan


class Goal(Recorded):
    """A core goal (no parent) or one dimension of it, with baseline, target and date."""

    class Kind(models.TextChoices):
        REACH = GoalKind.REACH.value, _("Reach a value")
        GROW_BY = GoalKind.GROW_BY.value, _("Grow by an amount")
        GROW_PERCENT = GoalKind.GROW_PERCENT.value, _("Grow by %")
        SHARE = GoalKind.SHARE.value, _("Reach a share")

    class Cut(models.TextChoices):
        CUSTOMERS = "customers", _("Customers")
        LINES = "lines", _("Product lines")
        REGIONS = "regions", _("Regions")
        FUNNEL = "funnel", _("Steps of the funnel")
        OTHER = "other", _("Other")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="goals", verbose_name=_("plan"))
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="parts", verbose_name=_("core goal")
    )
    order = models.PositiveIntegerField(_("position"), default=0)
    name = models.CharField(_("goal"), max_length=120)
    metric = models.ForeignKey(Metric, models.SET_NULL, null=True, blank=True, related_name="+")
    segment = models.ForeignKey(Segment, models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField(_("type"), max_length=12, choices=Kind, default=Kind.REACH)
    # Its metric's where none is chosen.
    direction = models.CharField(
        _("direction"), max_length=6, choices=Metric.Direction, blank=True, default=""
    )
    # None where none was typed: it is the metric's level then, see strategies/goals/targets.py.
    baseline = models.DecimalField(_("baseline"), null=True, blank=True, **FIGURE)
    target = models.DecimalField(_("target"), null=True, blank=True, **FIGURE)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    owner = models.ForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="goals", verbose_name=_("owner")
    )
    due = models.DateField(_("due date"), null=True, blank=True)
    bottleneck = models.ForeignKey(Bottleneck, models.SET_NULL, null=True, blank=True, related_name="goals")
    # How it stands beneath its core goal: a part adds up within one cut, or it influences.
    cut = models.CharField(_("breakdown"), max_length=9, choices=Cut, blank=True, default="")
    adds_up = models.BooleanField(_("adds up to the core goal"), default=False)
    # The equation in which steps of the funnel multiply; without one the parts of a cut are summed.
    formula = models.ForeignKey(
        Formula, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("formula")
    )
    company_goal = models.CharField(_("company goal"), max_length=200, blank=True)
    why_achievable = models.CharField(_("why it is achievable"), max_length=300, blank=True)

    class Meta(Recorded.Meta):
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("id")),
                name="goal_is_not_its_own_part",
                violation_error_message=_("A goal can't be its own sub-goal."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def home(self) -> tuple[int, int | None]:
        return self.plan.team_id, self.plan_id

    @property
    def way(self) -> str:
        """Which direction is better: its own, else its metric's."""
        if self.direction or self.metric is None:
            return self.direction or Metric.Direction.HIGHER
        return self.metric.direction
