"""Which hours have been reached on local clocks, correct across daylight saving.

A day's moment is its hour on the local clock; where that hour does not exist (the clock jumped over it) the first
moment after the jump; where it comes twice, the first time. Moments are compared, never clock readings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

# A notice that is later than this is not sent any more, but listed.
GRACE = dt.timedelta(hours=4)


# How many days back a missed hour is still noticed.
LOOK_BACK = 7


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour that has struck: its local day, its moment, and whether it is now too late to act on it."""

    day: dt.date
    at: dt.datetime
    is_missed: bool


def moment(day: dt.date, hour: int, zone: ZoneInfo) -> dt.datetime:
    """When `hour` strikes on a local day, in UTC."""
    # A reading that the clock jumped over has, with fold=0, the offset from before the jump: in UTC it comes out
    # just behind it. One that comes twice has, with fold=0, the first offset.
    return dt.datetime.combine(day, dt.time(hour), tzinfo=zone).astimezone(dt.UTC)


def struck_hours(
    now: dt.datetime, zone: ZoneInfo, hour: int, *, on: Callable[[dt.date], bool]
) -> Iterator[Hour]:
    """The hours that have struck by `now` (aware) on days for which `on` is true, up to a week back, newest first.

    One is missed when GRACE has passed since; until then it is due, also past midnight.
    """
    today = now.astimezone(zone).date()
    for back in range(LOOK_BACK + 1):
        day = today - dt.timedelta(days=back)
        at = moment(day, hour, zone)
        if at <= now and on(day):
            yield Hour(day, at, is_missed=now >= at + GRACE)
