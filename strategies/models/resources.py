"""Pools of a plan, and what strategies get and spend of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from planner.models import Membership, Plan, Recorded
from planner.models.metrics import FIGURE
from strategies.models.strategies import Strategy


class Pool(Recorded):
    """What a plan has to give: money for a purpose, people's days, or hours set aside for a purpose.

    Its amount is in the team's currency, in person-days or in hours. A pool of people without one has what the
    members' capacity comes to.
    """

    class Kind(models.TextChoices):
        BUDGET = "budget", _("Budget")
        PEOPLE = "people", _("People")
        TIME = "time", _("Time")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="pools", verbose_name=_("plan"))
    order = models.PositiveIntegerField(_("position"), default=0)
    kind = models.CharField(_("type"), max_length=6, choices=Kind, default=Kind.BUDGET)
    name = models.CharField(_("pool"), max_length=80)
    amount = models.DecimalField(_("amount"), null=True, blank=True, **FIGURE)

    class Meta(Recorded.Meta):
        verbose_name = _("pool")
        verbose_name_plural = _("pools")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | models.Q(amount__gt=0),
                name="pool_above_0",
                violation_error_message=_("Enter an amount above 0, or remove the pool."),
            ),
            models.CheckConstraint(
                condition=models.Q(amount__isnull=False) | models.Q(kind="people"),
                name="pool_has_an_amount",
                violation_error_message=_("Enter how much the pool has."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def home(self) -> tuple[int, int | None]:
        return self.plan.team_id, self.plan_id


class Allocation(Recorded):
    """What a strategy gets of a pool, in its unit; of people also who, and from when to when."""

    pool = models.ForeignKey(Pool, models.CASCADE, related_name="allocations", verbose_name=_("pool"))
    strategy = models.ForeignKey(
        Strategy, models.CASCADE, related_name="allocations", verbose_name=_("strategy")
    )
    amount = models.DecimalField(_("amount"), null=True, blank=True, **FIGURE)
    minimum = models.DecimalField(_("minimum"), null=True, blank=True, **FIGURE)
    maximum = models.DecimalField(_("maximum"), null=True, blank=True, **FIGURE)
    member = models.ForeignKey(
        Membership,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="allocations",
        verbose_name=_("member"),
    )
    start = models.DateField(_("start"), null=True, blank=True)
    end = models.DateField(_("end"), null=True, blank=True)
    # Why it keeps more than a strategy of higher priority.
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta(Recorded.Meta):
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "strategy"],
                condition=models.Q(removed_at=None, member=None),
                name="one_allocation_per_pool_and_strategy",
                violation_error_message=_("This strategy has an allocation of this pool already."),
            ),
            *(
                models.CheckConstraint(
                    condition=models.Q(**{f"{name}__isnull": True}) | models.Q(**{f"{name}__gte": 0}),
                    name=f"allocation_{name}_not_below_0",
                    violation_error_message=_("Enter an amount of 0 or more."),
                )
                for name in ("amount", "minimum", "maximum")
            ),
            models.CheckConstraint(
                condition=models.Q(minimum__isnull=True)
                | models.Q(maximum__isnull=True)
                | models.Q(maximum__gte=models.F("minimum")),
                name="allocation_maximum_not_below_minimum",
                violation_error_message=_("The maximum is below the minimum."),
            ),
            models.CheckConstraint(
                condition=models.Q(start__isnull=True)
                | models.Q(end__isnull=True)
                | models.Q(end__gte=models.F("start")),
                name="allocation_ends_after_it_starts",
                violation_error_message=_("The end is before the start."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.strategy} · {self.pool}"

    def home(self) -> tuple[int, int | None]:
        return self.pool.home()


class Spending(Recorded):
    """What was spent of an allocation, on a day."""

    allocation = models.ForeignKey(
        Allocation, models.CASCADE, related_name="spendings", verbose_name=_("allocation")
    )
    day = models.DateField(_("date"))
    amount = models.DecimalField(_("amount"), **FIGURE)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta(Recorded.Meta):
        verbose_name = _("spending")
        verbose_name_plural = _("spending")
        ordering = ["day", "pk"]

    def __str__(self) -> str:
        return self.note or str(self.day)

    def home(self) -> tuple[int, int | None]:
        return self.allocation.home()

    def as_copy(self, move: object) -> None:
        """None: nothing has been spent in another period yet."""
