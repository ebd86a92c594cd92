"""Whose hour has come, by local clocks: daylight saving, outages, double ticks, a year of six teams."""

from __future__ import annotations

import datetime as dt
import random
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from planner.arithmetic.hours import GRACE, Hour, moment, struck_hours
from planner.arithmetic.workdays import Calendar

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
EVERY_DAY = Calendar(weekdays=range(1, 8)).is_workday


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "day", "hour", "at"),
    [
        ("Asia/Shanghai", dt.date(2026, 11, 25), 8, utc(2026, 11, 25, 0)),
        ("Asia/Kathmandu", dt.date(2026, 11, 25), 8, utc(2026, 11, 25, 2, 15)),
        ("America/New_York", dt.date(2026, 3, 8), 2, utc(2026, 3, 8, 7)),  # jumped over: the clock reads 3:00
        ("America/New_York", dt.date(2026, 11, 1), 1, utc(2026, 11, 1, 5)),  # comes twice: the first time
        ("Australia/Lord_Howe", dt.date(2026, 10, 4), 2, utc(2026, 10, 3, 15, 30)),  # jumps half an hour
        ("America/Sao_Paulo", dt.date(2018, 11, 4), 0, utc(2018, 11, 4, 3)),  # midnight itself is jumped over
    ],
)
def test_an_hour_strikes_once_a_day_also_when_the_clock_is_changed(zone, day, hour, at):
    assert moment(day, hour, ZoneInfo(zone)) == at


def test_an_hour_is_due_for_four_hours_and_missed_after_them():
    assert dt.timedelta(hours=4) == GRACE
    eight = moment(dt.date(2026, 11, 25), 8, BERLIN)
    today = dt.date(2026, 11, 25)

    def newest(now: dt.datetime) -> Hour:
        return next(struck_hours(now, BERLIN, 8, on=EVERY_DAY))

    assert newest(eight - dt.timedelta(seconds=1)).day == today - dt.timedelta(days=1)
    assert newest(eight) == Hour(today, eight, is_missed=False)
    assert newest(eight + GRACE - dt.timedelta(seconds=1)) == Hour(today, eight, is_missed=False)
    assert newest(eight + GRACE) == Hour(today, eight, is_missed=True)


def test_a_late_hour_is_still_due_past_midnight():
    now = moment(dt.date(2026, 11, 26), 1, BERLIN)

    assert next(struck_hours(now, BERLIN, 22, on=EVERY_DAY)).day == dt.date(2026, 11, 25)


def test_days_off_have_no_hour():
    monday = moment(dt.date(2026, 11, 30), 9, BERLIN)
    days = [
        hour.day for hour in struck_hours(monday, BERLIN, 8, on=Calendar(weekdays=[1, 2, 3, 4, 5]).is_workday)
    ]

    assert days[:2] == [dt.date(2026, 11, 30), dt.date(2026, 11, 27)]


def test_a_missed_hour_is_noticed_a_week_back_and_no_longer():
    now = moment(dt.date(2026, 11, 25), 9, BERLIN)
    days = [hour.day for hour in struck_hours(now, BERLIN, 8, on=EVERY_DAY)]

    assert days == [dt.date(2026, 11, 25) - dt.timedelta(days=back) for back in range(8)]


TEAMS = {
    "Asia/Shanghai": "CN",
    "America/New_York": "US",
    "Europe/Berlin": "DE",
    "America/Sao_Paulo": "BR",
    "Asia/Kathmandu": "",
    "Australia/Lord_Howe": "AU",
}


def ticks(year: int, seed: int) -> list[dt.datetime]:
    """Every ten minutes with jitter, doubled here and there, and silent now and then for up to three hours."""
    chance = random.Random(seed)
    now, end, found = utc(year, 1, 2), utc(year + 1, 1, 1), []
    while now < end:
        found += [now] * (2 if chance.random() < 0.05 else 1)
        silence = chance.uniform(0, 3 * 3600) if chance.random() < 0.002 else 0
        now += dt.timedelta(seconds=600 + chance.uniform(-60, 60) + silence)
    return found


# In 2018 São Paulo still changed its clocks, at midnight.
@pytest.mark.parametrize(("name", "year"), [*((name, 2026) for name in TEAMS), ("America/Sao_Paulo", 2018)])
def test_in_a_year_every_workday_is_decided_once_at_its_hour(name, year):
    zone, hour = ZoneInfo(name), 8
    calendar = Calendar(weekdays=[1, 2, 3, 4, 5], country=TEAMS[name])
    decided: dict[dt.date, dt.datetime] = {}
    for now in ticks(year, seed=year):
        for each in islice(struck_hours(now, zone, hour, on=calendar.is_workday), 1):
            if each.day not in decided and (decided or not each.is_missed):
                assert not each.is_missed
                decided[each.day] = now

    first, last = min(decided), max(decided)
    days = [dt.date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    assert list(decided) == [day for day in days if calendar.is_workday(day)]
    assert len(decided) > 230
    for day, now in decided.items():
        assert dt.timedelta(0) <= now - moment(day, hour, zone) < dt.timedelta(hours=3, minutes=12)
        assert now.astimezone(zone).date() == day
