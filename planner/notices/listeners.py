"""The people who can get notices, with the clock and the calendar that apply to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from planner.models import Membership, Team, User
from planner.models.notices import NoticeChoice
from planner.notices.kinds import Kind, kinds
from planner.notices.occasions import Occasion, Seats, When
from planner.pulses import Walls

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Listener:
    """A person with their memberships, their hour, and the kinds they want."""

    user_id: int
    seats: Seats
    hour: int
    kinds: tuple[Kind, ...]

    @property
    def team(self) -> Team:
        """The team whose clock applies to them: their first."""
        return self.seats[0].team

    def wants(self, kind: str) -> bool:
        return any(own_kind.name == kind for own_kind in self.kinds)

    def occasions(self, now: dt.datetime, walls: Walls) -> Iterator[tuple[Kind, Occasion]]:
        """The occasions that have struck for them by `now`, with the kinds sent then, calculated once per `when`.

        A team whose clock or calendar cannot be read does not keep those of their other teams.
        """
        for when in dict.fromkeys(kind.when for kind in self.kinds):
            for occasion in self._struck(when, now, walls):
                for kind in self.kinds:
                    if kind.when == when and kind.is_meant_for(occasion.seats):
                        yield kind, occasion

    def _struck(self, when: When, now: dt.datetime, walls: Walls) -> list[Occasion]:
        struck: list[Occasion] = []
        for alternatives in when.alternatives(self.seats):
            for seats in alternatives:
                with walls.around(seats[0].team_id):
                    struck += list(when.occasions(seats, self.hour, now))
                    break
        return struck


def listeners(users: QuerySet[User] | None = None) -> Iterator[list[Listener]]:
    """Everybody who can get notices, in chunks of constant size and a constant number of queries each."""
    people = (User.objects.all() if users is None else users).filter(is_active=True).order_by("pk")
    last = 0
    while chunk := list(people.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        yield _listeners(chunk)


def _listeners(users: list[User]) -> list[Listener]:
    seats: dict[int, list[Membership]] = {}
    for seat in Membership.objects.filter(user__in=users).select_related("team").order_by("pk"):
        seats.setdefault(seat.user_id or 0, []).append(seat)
    choices: dict[int, dict[str, bool]] = {}
    for user, kind, is_wanted in NoticeChoice.objects.filter(user__in=users).values_list(
        "user", "kind", "wanted"
    ):
        choices.setdefault(user, {})[kind] = is_wanted
    return [
        _listener(user, tuple(seats[user.pk]), choices.get(user.pk, {})) for user in users if user.pk in seats
    ]


def _listener(user: User, seats: Seats, choices: dict[str, bool]) -> Listener:
    hour = seats[0].team.digest_hour if user.digest_hour is None else user.digest_hour
    wanted_kinds = tuple(kind for kind in offered_kinds(seats) if choices.get(kind.name, kind.is_on))
    return Listener(user.pk, seats, hour, wanted_kinds)


def offered_kinds(seats: Seats) -> list[Kind]:
    """The kinds that are meant for somebody with these seats."""
    return [kind for kind in kinds().values() if kind.is_meant_for(seats)]
