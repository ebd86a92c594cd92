"""Whose hour it is: everybody who can be told something, with the clock and the calendar they live by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from planner.arithmetic.hours import Hour, struck_hours
from planner.models import Membership, Role, Team, User
from planner.models.notices import NoticeChoice
from planner.notices.kinds import Kind, kinds

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Listener:
    """A person with the team whose clock they live by (their first), their hour, and the kinds they want."""

    user_id: int
    team: Team
    hour: int
    kinds: tuple[str, ...]

    def struck_hours(self, now: dt.datetime) -> list[Hour]:
        """Which of their hours have struck at `now`, the newest first."""
        zone = ZoneInfo(self.team.time_zone)
        return list(struck_hours(now, zone, self.hour, on=self.team.calendar.is_workday))


def listeners(users: QuerySet[User] | None = None) -> Iterator[list[Listener]]:
    """Everybody who can be told something, in chunks of constant size and a constant number of queries each."""
    people = (User.objects.all() if users is None else users).filter(is_active=True).order_by("pk")
    last = 0
    while chunk := list(people.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        yield _listeners(chunk)


def _listeners(users: list[User]) -> list[Listener]:
    seats: dict[int, list[Membership]] = {}
    for seat in Membership.objects.filter(user__in=users).select_related("team").order_by("pk"):
        seats.setdefault(seat.user_id or 0, []).append(seat)
    words: dict[int, dict[str, bool]] = {}
    for user, kind, wanted in NoticeChoice.objects.filter(user__in=users).values_list(
        "user", "kind", "wanted"
    ):
        words.setdefault(user, {})[kind] = wanted
    found = []
    for each in users:
        if mine := seats.get(each.pk):
            team = mine[0].team
            hour = team.digest_hour if each.digest_hour is None else each.digest_hour
            manages = any(seat.role == Role.MANAGER for seat in mine)
            found.append(Listener(each.pk, team, hour, wanted_kinds(words.get(each.pk, {}), manages)))
    return found


def wanted_kinds(words: dict[str, bool], manages: bool) -> tuple[str, ...]:
    """The kinds that somebody wants, of those that are meant for them."""
    return tuple(kind.name for kind in offered_kinds(manages) if words.get(kind.name, kind.is_on))


def offered_kinds(manages: bool) -> list[Kind]:
    """The kinds that are meant for a person."""
    return [kind for kind in kinds().values() if manages or not kind.for_managers]
