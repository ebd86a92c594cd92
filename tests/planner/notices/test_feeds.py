"""The calendar feed: due tasks and meetings, behind a secret address that can be taken back."""

from __future__ import annotations

import datetime as dt

import pytest
from icalendar import Calendar

from planner.models import User
from strategies.models import Strategy
from tests.conftest import TODAY, seat
from tracking.models import Task


@pytest.fixture(autouse=True)
def on_a_monday(monkeypatch):
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: TODAY)


@pytest.fixture
def task(plan, team, rep) -> Task:
    strategy = Strategy.objects.create(plan=plan, title="Referrals")
    return Task.objects.create(
        strategy=strategy, description="Call; back, 客户", owner=seat(rep, team), due=dt.date(2026, 11, 27)
    )


def subscribe(as_, user: User) -> str:
    assert as_(user).post("/accounts/calendar/", {"calendar": "new"}).status_code == 302
    user.refresh_from_db()
    return f"/calendar/{user.calendar_secret}.ics"


def events(client, url: str) -> dict:
    answer = client.get(url)
    assert answer["Content-Type"].startswith("text/calendar")
    return {
        str(event["UID"]).partition("@")[0]: event
        for event in Calendar.from_ical(answer.content).walk("VEVENT")
    }


def test_due_tasks_are_all_day_events_and_meetings_come_weekly_by_the_teams_clock(task, team, rep, as_):
    found = events(as_(None), subscribe(as_, rep))

    mine = found[f"task-{task.pk}"]
    assert str(mine["SUMMARY"]) == "Call; back, 客户"
    assert (mine.decoded("DTSTART"), mine.decoded("DTEND")) == (dt.date(2026, 11, 27), dt.date(2026, 11, 28))
    assert str(mine["URL"]).endswith(f"/tracking/#task-{task.pk}")
    meeting = found[f"meeting-{team.pk}"]
    assert meeting.decoded("DTSTART").hour == 10
    assert meeting.decoded("DTSTART").isoweekday() == 1
    assert meeting["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert meeting["RRULE"]["BYDAY"] == ["MO"]


def test_the_feed_brings_its_time_zones(task, rep, as_):
    assert b"BEGIN:VTIMEZONE" in as_(None).get(subscribe(as_, rep)).content


def test_a_task_keeps_its_uid_when_its_date_moves_and_goes_when_it_is_done(task, rep, as_):
    url = subscribe(as_, rep)
    Task.objects.update(due=dt.date(2026, 11, 20))
    moved = events(as_(None), url)[f"task-{task.pk}"]
    assert moved.decoded("DTSTART") == dt.date(2026, 11, 20)
    assert str(moved["SUMMARY"]).startswith("◆")
    Task.objects.update(status="done", percent=100)
    assert f"task-{task.pk}" not in events(as_(None), url)


def test_a_new_address_ends_the_old_one_and_off_ends_both(task, rep, as_):
    old = subscribe(as_, rep)
    new = subscribe(as_, rep)
    assert as_(None).get(old).status_code == 404
    assert as_(None).get(new).status_code == 200
    as_(rep).post("/accounts/calendar/", {"calendar": "off"})
    assert as_(None).get(new).status_code == 404


def test_nobody_finds_the_feed_of_somebody_without_an_address(rep, as_):
    for guess in ("", "x", "None", "%00"):
        assert as_(None).get(f"/calendar/{guess}.ics").status_code in (400, 404)


def test_who_may_no_longer_sign_in_has_no_feed(task, rep, as_):
    url = subscribe(as_, rep)
    User.objects.filter(pk=rep.pk).update(is_active=False)
    assert as_(None).get(url).status_code == 404
