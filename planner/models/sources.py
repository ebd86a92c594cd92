"""Who confirmed when that a source of readings is complete."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from planner.models.history import PresentManager, Recorded
from planner.models.people import Team
from planner.models.plans import Plan


class SourceCheckQuerySet(models.QuerySet["SourceCheck"]):
    def latest_of(self, teams: Iterable[int]) -> dict[tuple[int, str], SourceCheck]:
        """The last confirmation of each source of these teams, by team and name."""
        checks = self.filter(team__in=set(teams)).select_related("by", "team").order_by("at", "pk")
        return {(check.team_id, check.source): check for check in checks}


SourceCheckManager = PresentManager.from_queryset(SourceCheckQuerySet)


class SourceCheck(Recorded):
    """One confirmation that a source, named as its readings name it, is complete; the last one of a source counts."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="source_checks", verbose_name=_("team"))
    plan = models.ForeignKey(Plan, models.SET_NULL, null=True, related_name="+", verbose_name=_("plan"))
    source = models.CharField(_("source"), max_length=120)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("confirmed on"))

    objects: ClassVar[SourceCheckManager[Self]] = SourceCheckManager()

    class Meta(Recorded.Meta):
        verbose_name = _("confirmation of a source")
        verbose_name_plural = _("confirmations of sources")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.source

    def home(self) -> tuple[int, int | None]:
        return self.team_id, self.plan_id

    @property
    def day(self) -> dt.date:
        """The team's date of the confirmation."""
        return self.team.today(self.at)

    def counts_on(self, day: dt.date) -> bool:
        """Whether it still counts on a day: after that many days a source must be confirmed again."""
        return self.day >= day - dt.timedelta(days=self.team.source_days)
