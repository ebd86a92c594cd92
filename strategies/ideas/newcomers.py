"""Newcomers beside the others, per head: what the scenario of team effectiveness looks at first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from planner import words
from planner.arithmetic import formats
from planner.models import Membership, Plan, Reading
from planner.stages import Work, stages

# How long somebody is a newcomer.
FIRST_DAYS = dt.timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Group:
    """Some members of a team with their open tasks in one plan."""

    label: str
    members: Sequence[Membership]
    open: int
    late: int

    @property
    def names(self) -> str:
        return words.listed(self.members)

    @property
    def open_per_head(self) -> str:
        return self._per_head(self.open)

    @property
    def late_per_head(self) -> str:
        return self._per_head(self.late)

    def _per_head(self, count: int) -> str:
        share = Decimal(count) / len(self.members) if self.members else None
        return formats.figure(formats.PLAIN, share, language=words.language(), places=1).number


class Newcomers:
    """The comparison as pages show it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    @property
    def is_asked(self) -> bool:
        """Whether the scenario of the plan asks for it."""
        return self.plan.scenario == Plan.Scenario.EFFECTIVENESS

    @cached_property
    def groups(self) -> list[Group]:
        return compared(self.plan)

    @cached_property
    def output(self) -> list[tuple[Any, str]]:
        return output_per_head(self.plan)


def is_newcomer(member: Membership, today: dt.date) -> bool:
    """Whether a member is in their first 90 days; who has not begun yet is one too."""
    return member.first_day is not None and today < member.first_day + FIRST_DAYS


def compared(plan: Plan) -> list[Group]:
    """The newcomers of a plan's team and the others; nothing where there are no newcomers."""
    today, members = plan.team.today(), words.by_name(Membership.objects.filter(team=plan.team_id).owners())
    new = [member for member in members if is_newcomer(member, today)]
    others = [member for member in members if member not in new]
    if not new:
        return []
    by_stage = (stage.open_work(members, None) for stage in stages())
    work = [item for items in by_stage for item in items if item.plan.pk == plan.pk]
    return [_group(_("Newcomers (first 90 days)"), new, work), _group(_("Others"), others, work)]


def _group(label: str, members: Sequence[Membership], work: Iterable[Work]) -> Group:
    ids = {member.pk for member in members}
    own = [item for item in work if item.owner is not None and item.owner.pk in ids]
    return Group(label, members, len(own), sum(item.days_late > 0 for item in own))


def output_per_head(plan: Plan) -> list[tuple[Any, str]]:
    """The latest output per head, in total and by sub-team: whose, and the value with its month."""
    readings = Reading.objects.filter(
        metric__team=plan.team_id, metric__key="per_head", segment__dimension__in=("whole", "sub_team")
    )
    latest: dict[int, Reading] = {}
    for reading in readings.select_related("metric", "segment").order_by("segment__dimension", "month"):
        latest[reading.segment_id] = reading
    ordered = sorted(latest.values(), key=lambda reading: reading.segment.dimension != "whole")
    return [
        (
            reading.segment,
            f"{words.figure(reading.metric.scale, reading.value)} · {words.month(reading.month)}",
        )
        for reading in ordered
    ]
