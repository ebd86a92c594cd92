"""Metrics, formulas and segments of a team, the metrics that a plan works on, and the history of their gaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from planner.arithmetic import gaps
from planner.arithmetic.formats import Scale
from planner.arithmetic.names import name_key
from planner.models.history import Recorded
from planner.models.names import Named
from planner.models.people import Team
from planner.models.plans import Plan

FEWEST_FACTORS, MOST_FACTORS = 2, 6
# The size of every figure: up to 14 digits before the point and 6 after it.
FIGURE: Any = {"max_digits": 20, "decimal_places": 6}


class BottleneckKind(models.TextChoices):
    """The four kinds of what can hold a team back."""

    CUSTOMERS = "customers", _("Too few customers")
    CONVERSION = "conversion", _("Low conversion efficiency")
    VALUE = "value", _("Low order value or repurchase")
    EXECUTION = "execution", _("Team execution")


class Metric(Named):
    """A figure that the team follows, with the rule by which it adds up over time."""

    class Kind(models.TextChoices):
        AMOUNT = "amount", _("Amount")
        COUNT = "count", _("Number")
        RATE = "rate", _("Rate")
        COST = "cost", _("Unit cost")

    class Direction(models.TextChoices):
        HIGHER = gaps.Direction.HIGHER.value, _("Higher is better")
        LOWER = gaps.Direction.LOWER.value, _("Lower is better")

    class Aggregation(models.TextChoices):
        SUM = gaps.Aggregation.SUM.value, _("Sum")
        AVERAGE = gaps.Aggregation.AVERAGE.value, _("Average")
        LAST = gaps.Aggregation.LAST.value, _("Last value")
        RATIO = gaps.Aggregation.RATIO.value, _("Ratio")

    team = models.ForeignKey(Team, models.CASCADE, related_name="metrics", verbose_name=_("team"))
    name = models.CharField(_("name"), max_length=80)
    # Which metric of the method it is, whatever its name (planner/plans.py); "" for one of the team's own.
    key = models.CharField(_("metric of the method"), max_length=20, blank=True, default="", editable=False)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    kind = models.CharField(_("type"), max_length=6, choices=Kind, default=Kind.AMOUNT)
    direction = models.CharField(_("direction"), max_length=6, choices=Direction, default=Direction.HIGHER)
    aggregation = models.CharField(
        _("aggregation"), max_length=7, choices=Aggregation, default=Aggregation.SUM
    )
    numerator = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    denominator = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    # The kind of bottleneck that it points to when it falls behind; "" where none was chosen.
    bottleneck = models.CharField(
        _("kind of bottleneck"), max_length=10, choices=BottleneckKind, blank=True, default=""
    )
    definition = models.TextField(_("definition"), blank=True, max_length=1000)

    class Meta(Named.Meta):
        verbose_name = _("metric")
        verbose_name_plural = _("metrics")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "name_key"],
                condition=models.Q(removed_at=None),
                name="one_metric_per_name",
                violation_error_message=_("The team already has a metric with this name."),
            ),
            models.UniqueConstraint(
                fields=["team", "key"],
                condition=models.Q(removed_at=None) & ~models.Q(key=""),
                name="one_metric_per_key",
                violation_error_message=_("The team already has this metric, under another name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def home(self) -> tuple[int, int | None]:
        return self.team_id, None

    @property
    def is_rate(self) -> bool:
        return self.kind == self.Kind.RATE

    @property
    def scale(self) -> Scale:
        return Scale(self.is_rate, self.unit)

    def is_worse_by(self, change: Decimal | Fraction) -> bool:
        """Whether a change goes in the wrong direction; False for no change."""
        return change != 0 and (change > 0) == (self.direction == self.Direction.LOWER)


class Formula(Recorded):
    """A metric of the team as the product of others: sales = customers × orders per customer × order value."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="formulas", verbose_name=_("team"))
    result = models.ForeignKey(Metric, models.CASCADE, related_name="formulas", verbose_name=_("metric"))
    # [metric, metric that it is divided by or null], by their ids, for each factor in order.
    factors = models.JSONField(_("factors"), default=list)

    class Meta(Recorded.Meta):
        verbose_name = _("formula")
        verbose_name_plural = _("formulas")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.result.name

    def home(self) -> tuple[int, int | None]:
        return self.team_id, None

    @property
    def beside(self) -> str:
        """What tells it apart from another formula of the same metric: its factors; one query."""
        return " × ".join(Metric.with_removed.filter(pk__in=self.metric_ids).values_list("name", flat=True))

    @property
    def metric_ids(self) -> set[int]:
        """Every metric that it is computed from."""
        return {pk for factor in self.factors for pk in factor if pk is not None}

    def clean(self) -> None:
        """Two to six factors, each a metric of the team or a ratio of two."""
        if not FEWEST_FACTORS <= len(self.factors) <= MOST_FACTORS:
            raise ValidationError({"factors": _("A formula needs two to six factors.")})
        team_metrics = set(Metric.objects.filter(team=self.team_id).values_list("pk", flat=True))
        if not self.metric_ids <= team_metrics:
            raise ValidationError(
                {"factors": _("Each factor must be one of the team's metrics or a ratio of two of them.")}
            )


class Segment(Named):
    """A part of the business along one dimension: the whole, a region, a product line, a channel or a sub-team."""

    class Dimension(models.TextChoices):
        WHOLE = "whole", _("Total")
        REGION = "region", _("region")
        PRODUCT_LINE = "product_line", _("product line")
        CHANNEL = "channel", _("sales channel")
        SUB_TEAM = "sub_team", _("sub-team")

    team = models.ForeignKey(Team, models.CASCADE, related_name="segments")
    dimension = models.CharField(_("segment type"), max_length=12, choices=Dimension)
    name = models.CharField(_("name"), max_length=80, blank=True)

    class Meta(Named.Meta):
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["dimension", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "dimension", "name_key"],
                condition=models.Q(removed_at=None),
                name="one_segment_per_name",
                violation_error_message=_("The team already has a segment with this name."),
            ),
            models.CheckConstraint(
                condition=models.Q(dimension="whole", name="")
                | (~models.Q(dimension="whole") & ~models.Q(name="")),
                name="the_whole_has_no_name",
                violation_error_message=_("Enter a name for the segment. Only Total has no name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.get_dimension_display()

    def home(self) -> tuple[int, int | None]:
        return self.team_id, None

    @property
    def beside(self) -> Any:
        """What tells it apart from a segment of the same name in another dimension."""
        return self.get_dimension_display()

    @classmethod
    def begin(cls, team: Team, dimension: str, name: str = "") -> Segment:
        """The present segment of that name, made where there is none; not recorded, as what a file brings is not."""
        place = {"team": team, "dimension": dimension, "name_key": name_key(name)}
        return cls.objects.get_or_create(**place, defaults={"name": name})[0]


class PlanMetric(Recorded):
    """One row of Table 1: a metric that the plan is to improve, with its target."""

    class Basis(models.TextChoices):
        SHORTFALL = gaps.Basis.SHORTFALL.value, _("Target (shortfall rate)")
        UPLIFT = gaps.Basis.UPLIFT.value, _("Current value (required uplift)")

    class TargetPeriod(models.TextChoices):
        MONTH = gaps.TargetPeriod.MONTH.value, _("Per month")
        QUARTER = gaps.TargetPeriod.QUARTER.value, _("Per quarter")
        YEAR = gaps.TargetPeriod.YEAR.value, _("Per year")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="metrics", verbose_name=_("plan"))
    metric = models.ForeignKey(Metric, models.PROTECT, related_name="in_plans", verbose_name=_("metric"))
    order = models.PositiveIntegerField(_("position"), default=0)
    target = models.DecimalField(_("target"), null=True, blank=True, **FIGURE)
    target_period = models.CharField(
        _("target period"), max_length=7, choices=TargetPeriod, default=TargetPeriod.MONTH
    )
    basis = models.CharField(_("gap rate basis"), max_length=9, choices=Basis, default=Basis.SHORTFALL)
    as_of = models.DateField(_("as of"), null=True, blank=True)
    override = models.DecimalField(_("value entered by hand"), null=True, blank=True, **FIGURE)
    override_reason = models.CharField(_("source of the value entered by hand"), max_length=200, blank=True)
    problems = models.TextField(_("main problems"), blank=True, max_length=2000)

    class Meta(Recorded.Meta):
        verbose_name = _("plan metric")
        verbose_name_plural = _("plan metrics")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "metric"],
                condition=models.Q(removed_at=None),
                name="one_row_per_metric",
                violation_error_message=_("This metric is already in the table."),
            ),
            models.CheckConstraint(
                condition=models.Q(target_period__in=["month", "quarter", "year"]),
                name="known_target_period",
                violation_error_message=_("Choose a target period: per month, per quarter or per year."),
            ),
            models.CheckConstraint(
                condition=models.Q(basis__in=["shortfall", "uplift"]),
                name="known_basis",
                violation_error_message=_("Choose a gap rate basis: target or current value."),
            ),
        ]

    def __str__(self) -> str:
        return self.metric.name

    def baseline_day(self, today: dt.date) -> dt.date:
        """The day before which the months of its current value are over: the plan's, unless the row names one."""
        return self.plan.baseline_day(today, self.as_of)

    def as_copy(self, move: Callable[[dt.date], dt.date]) -> Any:
        """The current value of a copy comes from the months before its own plan."""
        new = super().as_copy(move)
        new.as_of, new.override, new.override_reason = None, None, ""
        return new

    def home(self) -> tuple[int, int | None]:
        return self.plan.team_id, self.plan_id


# A quotient needs more digits than a typed figure: an extreme pair of figures must not make the others fail.
DERIVED: Any = {"max_digits": 42, "decimal_places": 6, "null": True}


class GapPoint(models.Model):
    """How far a metric of a plan was from its target on one local day (planner/diagnose/gap_history.py writes them).

    `target` is per month, as `current` is; the rates are fractions. `best` is the lowest shortfall since the target
    changed or since the managers were notified that the gap had widened. On the day it has widened beyond the team's
    threshold, `widened_from` is that lowest shortfall and `widened_at` the moment at which it was found.
    """

    plan_metric = models.ForeignKey(PlanMetric, models.CASCADE, related_name="gap_points")
    day = models.DateField(_("local date"))
    current = models.DecimalField(_("current value"), **DERIVED)
    target = models.DecimalField(_("target"), **DERIVED)
    gap = models.DecimalField(_("gap"), **DERIVED)
    shortfall = models.DecimalField(_("shortfall rate"), **DERIVED)
    uplift = models.DecimalField(_("required uplift"), **DERIVED)
    best = models.DecimalField(**DERIVED)
    widened_from = models.DecimalField(**DERIVED)
    widened_at = models.DateTimeField(null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["plan_metric", "day"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan_metric", "day"],
                name="one_gap_point_per_day",
                violation_error_message=_("The gap for that day is already recorded."),
            )
        ]
        indexes = [
            models.Index(
                fields=["widened_at"], condition=models.Q(widened_at__isnull=False), name="gap_point_widened"
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan_metric_id} {self.day}: {self.gap}"
