"""The history of a goal's target, read from the change log: who set which number when, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from planner.models import Change, Goal, Team


@dataclass(frozen=True, slots=True)
class Revision:
    """A target that was set on an earlier day than today's, and changed on `day`."""

    day: dt.date
    old: Decimal | None
    new: Decimal | None
    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class TargetHistory:
    """What a target was at the end of the day on which it was set first, and how it was revised since.

    `set_on` is the local day of the last change, None where the log does not know it.
    """

    original: Decimal | None
    revisions: tuple[Revision, ...] = ()
    set_on: dt.date | None = None


def fold(current: Decimal | None, added_on: dt.date | None, settings: Sequence[Revision]) -> TargetHistory:
    """The history of a target from every time that it was set, oldest first.

    Changes of one local day are one: a correction is no revision, and what was taken back on the same day is none.
    """
    if not settings:
        return TargetHistory(current, set_on=added_on if current is not None else None)
    days: list[Revision] = []
    first_day, original = added_on, settings[0].old
    for setting in settings:
        if original is None or (not days and setting.day == first_day):
            first_day, original = setting.day, setting.new
        elif days and days[-1].day == setting.day:
            last = days[-1]
            days[-1] = Revision(setting.day, last.old, setting.new, setting.by, setting.why or last.why)
        else:
            days.append(setting)
    revisions = tuple(revision for revision in days if revision.old != revision.new)
    return TargetHistory(original, revisions, settings[-1].day)


def target_histories(team: Team, goals: Iterable[Goal]) -> dict[int, TargetHistory]:
    """By a goal's id, the history of its target, in one query."""
    goals = list(goals)
    about = Q(field="target") | Q(action=Change.Action.ADD)
    entries = Change.objects.filter(
        about, team=team, model=Goal._meta.label_lower, object_id__in=[goal.pk for goal in goals]
    )
    added: dict[int, dt.date] = {}
    settings: dict[int, list[Revision]] = {}
    for entry in entries.order_by("revision", "pk"):
        day = team.today(entry.at)
        if entry.action == Change.Action.ADD:
            added[entry.object_id] = day
        else:
            old, new = (None if text is None else Decimal(text) for text in (entry.old, entry.new))
            revision = Revision(day, old, new, entry.by_name, entry.why)
            settings.setdefault(entry.object_id, []).append(revision)
    return {goal.pk: fold(goal.target, added.get(goal.pk), settings.get(goal.pk, ())) for goal in goals}


def asks_for_reason(goal: Goal) -> bool:
    """Whether the target was set on an earlier local day: then who changes it says why."""
    if goal.pk is None or goal.target is None:
        return False
    team = goal.plan.team
    set_on = target_histories(team, [goal])[goal.pk].set_on
    return set_on is not None and set_on < team.today()
