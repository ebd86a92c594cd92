"""When a notice goes, and what it is about: once a day at a person's hour, at a team's hour, or after an event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from planner.arithmetic.hours import Hour, struck_hours
from planner.models import Membership, Team

Seats = tuple[Membership, ...]


@dataclass(frozen=True, slots=True)
class Occasion:
    """An hour that has struck for a person: what the notice is about, and in which of their teams."""

    about: str
    hour: Hour
    seats: Seats


class When:
    """When a kind of notice goes. The ledger keeps what it is about: at most one notice per person, kind and that."""

    __slots__ = ()

    def occasions(self, seats: Seats, hour: int, now: dt.datetime) -> Iterator[Occasion]:
        """What has struck by `now` for somebody with these seats whose own hour is `hour`, the newest first."""
        raise NotImplementedError

    def seats_for(self, about: str, day: dt.date, seats: Seats) -> Seats:
        """Those of a person's seats that a notice concerns; without one it is not sent."""
        return seats

    def example(self, team: Team, now: dt.datetime) -> str:
        """What a mail that is only looked at is about; "" where there is nothing yet."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class AtPersonsHour(When):
    """The person's hour on workdays of their first team: once a day across their teams (Decision 16)."""

    def occasions(self, seats: Seats, hour: int, now: dt.datetime) -> Iterator[Occasion]:
        team = seats[0].team
        for strike in struck_hours(now, ZoneInfo(team.time_zone), hour, on=team.calendar.is_workday):
            yield Occasion(strike.day.isoformat(), strike, seats)

    def example(self, team: Team, now: dt.datetime) -> str:
        return team.today(now).isoformat()


@dataclass(frozen=True, slots=True)
class AtTeamsHour(When):
    """The hour `of` a team by its own clock, on the local days that `on` says, for each of its members.

    Both are asked for every member at every tick: they read the team, not the database. What only the database
    knows (the meeting was skipped) `build` finds out when it is sent, and says nothing.
    """

    of: Callable[[Team], int]
    on: Callable[[Team, dt.date], bool]

    def occasions(self, seats: Seats, hour: int, now: dt.datetime) -> Iterator[Occasion]:
        for seat in seats:
            team = seat.team
            zone = ZoneInfo(team.time_zone)
            for strike in struck_hours(now, zone, self.of(team), on=partial(self.on, team)):
                yield Occasion(_team_and_day(team, strike.day), strike, (seat,))

    def seats_for(self, about: str, day: dt.date, seats: Seats) -> Seats:
        return tuple(seat for seat in seats if _team_and_day(seat.team, day) == about)

    def example(self, team: Team, now: dt.datetime) -> str:
        return _team_and_day(team, team.today(now))


def _team_and_day(team: Team, day: dt.date) -> str:
    """Somebody in two teams hears of both on the same day."""
    return f"team-{team.pk}/{day.isoformat()}"


@dataclass(frozen=True, slots=True)
class OnEvent(When):
    """When something has happened: who does it calls `ledger.tell`. `latest` is a team's last event, for a look."""

    latest: Callable[[Team], str] | None = None

    def occasions(self, seats: Seats, hour: int, now: dt.datetime) -> Iterator[Occasion]:
        return iter(())

    def example(self, team: Team, now: dt.datetime) -> str:
        return self.latest(team) if self.latest else ""
