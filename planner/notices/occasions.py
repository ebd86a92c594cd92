"""When a notice is sent, and what it is about: daily at a person's hour, at a team's hour, or after an event."""

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
    """When a kind of notice is sent. The ledger allows one notice per person, kind and what it is about."""

    __slots__ = ()

    def occasions(self, seats: Seats, hour: int, now: dt.datetime) -> Iterator[Occasion]:
        """The occasions by `now` for somebody with these seats whose own hour is `hour`, the newest first."""
        raise NotImplementedError

    def alternatives(self, seats: Seats) -> list[list[Seats]]:
        """The seats to ask for occasions: of each list one alternative, the next where the first cannot be read."""
        return [[seats]]

    def seats_for(self, about: str, day: dt.date, seats: Seats) -> Seats:
        """The person's seats that a notice concerns; without any it is not sent."""
        return seats

    def example(self, team: Team, now: dt.datetime) -> str:
        """The `about` of a preview; "" where there is none yet."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class AtPersonsHour(When):
    """The person's hour on workdays of their first team: once a day across their teams (Decision 16)."""

    def occasions(self, seats: Seats, hour: int, now: dt.datetime) -> Iterator[Occasion]:
        team = seats[0].team
        for strike in struck_hours(now, ZoneInfo(team.time_zone), hour, on=team.calendar.is_workday):
            yield Occasion(strike.day.isoformat(), strike, seats)

    def alternatives(self, seats: Seats) -> list[list[Seats]]:
        """By the clock of the first team; of the next one where that cannot be read."""
        return [[seats[first:] + seats[:first] for first in range(len(seats))]]

    def example(self, team: Team, now: dt.datetime) -> str:
        return team.today(now).isoformat()


@dataclass(frozen=True, slots=True)
class AtTeamsHour(When):
    """The hour `of` a team by its own clock, on local days for which `on` is true, for each of its members.

    Both are called for every member at every tick, so they may read the team but not query the database. `build` does
    that when the notice is sent, and returns None if, for example, the meeting was skipped.
    """

    of: Callable[[Team], int]
    on: Callable[[Team, dt.date], bool]

    def occasions(self, seats: Seats, hour: int, now: dt.datetime) -> Iterator[Occasion]:
        for seat in seats:
            team = seat.team
            zone = ZoneInfo(team.time_zone)
            for strike in struck_hours(now, zone, self.of(team), on=partial(self.on, team)):
                yield Occasion(_team_and_day(team, strike.day), strike, (seat,))

    def alternatives(self, seats: Seats) -> list[list[Seats]]:
        """Each team by itself."""
        return [[(seat,)] for seat in seats]

    def seats_for(self, about: str, day: dt.date, seats: Seats) -> Seats:
        return tuple(seat for seat in seats if _team_and_day(seat.team, day) == about)

    def example(self, team: Team, now: dt.datetime) -> str:
        return _team_and_day(team, team.today(now))


def _team_and_day(team: Team, day: dt.date) -> str:
    """The `about` of a team's day: somebody in two teams gets a notice for each."""
    return f"team-{team.pk}/{day.isoformat()}"


@dataclass(frozen=True, slots=True)
class OnEvent(When):
    """After an event: its code calls `ledger.notify`. `latest` is the `about` of a team's last event, for previews."""

    latest: Callable[[Team], str] | None = None

    def occasions(self, seats: Seats, hour: int, now: dt.datetime) -> Iterator[Occasion]:
        return iter(())

    def example(self, team: Team, now: dt.datetime) -> str:
        return self.latest(team) if self.latest else ""
