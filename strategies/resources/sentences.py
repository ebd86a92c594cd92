"""What is said of days that do not fit: who, from when to when, over by how much, and what forces it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from planner import stages, words
from planner.arithmetic import formats
from planner.arithmetic.capacity import DAY, capacity_of
from planner.models import Membership, Plan, Team
from planner.stages import Effort
from strategies.models import Allocation, Pool
from strategies.resources import amounts
from strategies.resources.people import Strain, Workforce, strains, workforces
from strategies.resources.pools import holdings

# The drawing of a window: its width, and what a label and a row take of it.
WIDTH, LABEL, ROW, HEAD = 250, 62, 28, 18


@dataclass(frozen=True, slots=True)
class Cause:
    """A task or an allocation that forces a window, as a line and as a bar in its drawing."""

    label: str
    url: str
    text: str
    days: str
    x: str
    width: str
    y: int

    @property
    def middle(self) -> str:
        return f"{float(self.x) + float(self.width) / 2:.1f}"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A window that does not fit: its sentence, the sum of its capacity, its causes and its days."""

    sentence: str
    over: str
    capacity: str
    is_of_tasks: bool
    causes: list[Cause]
    ticks: list[tuple[str, str]]
    lines: list[str]
    bottom: int
    height: int


def sentence(strain: Strain, names: Mapping[int, str]) -> str:
    """ "Zhou Yi, 2 Dec – 4 Dec 2026: 4 days of work in 2.1 days, over by 1.9 days." """
    window = strain.window
    params = {
        "name": words.called(strain.member, names),
        "dates": formats.day_range(window.first, window.last, words.language()),
        "work": amounts.days_text(window.work),
        "capacity": amounts.days_text(window.capacity),
        "over": amounts.days_text(window.over),
    }
    if strain.is_of_tasks:
        return _("%(name)s, %(dates)s: %(work)s of tasks in %(capacity)s, over by %(over)s.") % params
    return _("%(name)s, %(dates)s: %(work)s allocated in %(capacity)s, over by %(over)s.") % params


def describe(strain: Strain, names: Mapping[int, str], force: Workforce) -> Drawing:
    """A window as the page shows it."""
    window = strain.window
    days = (window.last - window.first).days + 1
    width = WIDTH / days
    every = math.ceil(LABEL / width)
    capacity = capacity_of(force.routine, force.presence(strain.member), window.first, window.last)
    bottom = HEAD + 6 + ROW * len(strain.causes)
    return Drawing(
        sentence(strain, names),
        _("over by %(amount)s") % {"amount": amounts.days_text(window.over)},
        amounts.sum_text(capacity),
        strain.is_of_tasks,
        causes=[_cause(strain, cause, number, width) for number, cause in enumerate(strain.causes)],
        ticks=[
            (f"{max((number + 0.5) * width, LABEL / 2):.1f}", _short(window.first + DAY * number))
            for number in range(0, days, every)
        ],
        lines=[f"{number * width:.1f}" for number in range(1, days)] if days <= 31 else [],
        bottom=bottom,
        height=bottom + 24,
    )


def _short(day: dt.date) -> str:
    return formats.day(day, words.language(), year=False)


def _cause(strain: Strain, cause: Effort | Allocation, number: int, width: float) -> Cause:
    window = strain.window
    if isinstance(cause, Effort):
        label, size = cause.label, cause.days
        start, end = max(cause.start, window.first), cause.due
    else:
        plan = cause.pool.plan
        label, size = cause.strategy.title, cause.amount or Decimal(0)
        start, end = cause.start or plan.start, cause.end or plan.end
    days = amounts.days_text(size)
    x = (start - window.first).days * width
    return Cause(
        label,
        _address(cause),
        f"{days}, {formats.day_range(start, end, words.language())}",
        days,
        x=f"{x + 2:.1f}",
        width=f"{((end - start).days + 1) * width - 4:.1f}",
        y=HEAD + 6 + ROW * number,
    )


# What is said to who saves something


def strain_notice(team: Team, member: Membership | None, url: str) -> str:
    """What does not fit into the days of a member because of the thing at this address; "" where all fits."""
    if member is None:
        return ""
    force = workforces([team])[team.pk]
    today = team.today()
    efforts = [
        effort for effort in stages.efforts([team], today, dt.date.max) if effort.member_id == member.pk
    ]
    causing = [
        sentence(strain, words.told_apart(force.members))
        for strain in strains([force], efforts)[team.pk]
        if strain.member == member and any(_address(cause) == url for cause in strain.causes)
    ]
    return words.together(causing)


def _address(cause: Effort | Allocation) -> str:
    if isinstance(cause, Effort):
        return cause.url
    return f"{reverse('resources', args=[cause.pool.plan_id])}#days-{cause.pk}"


def pool_notice(plan: Plan, pool: Pool) -> str:
    """Whether a pool is over-allocated now; "" where it is not."""
    forces = workforces([plan.team])
    for holding in holdings([plan], forces)[plan.pk]:
        if holding.pool == pool and holding.is_over:
            over = {"pool": pool.name, "amount": amounts.text(holding.pool, -holding.left)}
            return _("%(pool)s is over-allocated by %(amount)s.") % over
    return ""


def allocation_notice(allocation: Allocation) -> str:
    """What an allocation makes too much: its pool, or the days of its person; "" where all fits."""
    plan = allocation.pool.plan
    texts = [pool_notice(plan, allocation.pool)]
    if allocation.pool.kind == Pool.Kind.PEOPLE:
        texts.append(strain_notice(plan.team, allocation.member, _address(allocation)))
    return words.together(texts)
