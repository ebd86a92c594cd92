"""The stages of a plan, asked for what they have without importing them.

`settings.STAGES` names one module per app; each holds a STAGE, so that pages which compose the stages (home, the
plan's home, who leaves a team) stay below the apps they speak of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from planner.models import Membership, Plan


@dataclass(frozen=True, slots=True)
class Summary:
    """What a stage of one plan has and lacks, in a line; `share` of the way from 0 to 1, or None."""

    line: str
    share: float = 0
    late: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """One thing somebody has to do, for lists that mix stages."""

    id: int
    title: str
    context: str
    due: dt.date | None
    days_late: int
    url: str
    owner: Membership | None
    plan: Plan


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the four stages, as its app describes it.

    summary(plan, day) says what the plan has; open_work(memberships, day) lists what these people have to do;
    hand_over(log, leaver, successor) gives open work to somebody else inside an open recording, and counts it.
    """

    name: Any
    url_name: str
    summary: Callable[[Plan, dt.date], Summary]
    open_work: Callable[[Sequence[Membership], dt.date | None], list[Work]] = field(
        default=lambda people, day: []
    )
    plan_work: Callable[[Plan, dt.date], list[Work]] = field(default=lambda plan, day: [])
    hand_over: Callable[[Any, Membership, Membership | None], int] = field(
        default=lambda log, leaver, successor: 0
    )


@cache
def stages() -> tuple[Stage, ...]:
    """The stages in the order of the loop."""
    return tuple(import_string(f"{module}.STAGE") for module in settings.STAGES)
