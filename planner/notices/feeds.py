"""A person's calendar feed: their due tasks as all-day events, and the weekly meetings of their teams."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from planner.models import Membership, Team
from planner.notices.mail import public_url
from planner.stages import Work

logger = logging.getLogger(__name__)

MEETING = dt.timedelta(hours=1)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def calendar_of(seats: Sequence[Membership], work: Iterable[Work], now: dt.datetime) -> bytes:
    """The feed as iCalendar (RFC 5545); every event keeps its UID, so that a moved date is not shown twice."""
    from icalendar import Calendar  # here: few requests need it

    calendar = Calendar()
    calendar.add("prodid", "-//Strategy planner//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Strategy planner"))
    calendar.add("refresh-interval;value=duration", "PT1H")
    for item in work:
        if item.due is not None:
            calendar.add_component(_task(item, now))
    for seat in seats:
        try:
            calendar.add_component(_meeting(seat.team, now))
        except (KeyError, ValueError):
            logger.exception("The meeting of team %s cannot be told.", seat.team_id)  # the others can
    calendar.add_missing_timezones()
    text: bytes = calendar.to_ical()
    return text


def _event(uid: str, summary: str, now: dt.datetime) -> Any:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{uid}@{settings.MAIL_DOMAIN}")
    event.add("dtstamp", now)
    event.add("summary", summary)
    return event


def _task(work: Work, now: dt.datetime) -> Any:
    title = f"◆ {work.title}" if work.days_late else work.title
    event = _event(f"task-{work.id}", title, now)
    event.add("dtstart", work.due)
    event.add("dtend", work.due + dt.timedelta(days=1) if work.due else None)
    event.add("transp", "TRANSPARENT")  # a due date does not show the person as busy
    event.add("description", f"{work.context} · {work.plan.name}")
    event.add("url", public_url(work.url))
    return event


def _meeting(team: Team, now: dt.datetime) -> Any:
    """The weekly meeting by the team's own clock, from this week on."""
    zone = ZoneInfo(team.time_zone)
    today = now.astimezone(zone).date()
    monday = today - dt.timedelta(days=today.isoweekday() - 1)
    day = monday + dt.timedelta(days=team.meeting_weekday - 1)
    start = dt.datetime.combine(day, dt.time(team.meeting_hour), tzinfo=zone)
    event = _event(f"meeting-{team.pk}", _("Sales meeting · %(team)s") % {"team": team.name}, now)
    event.add("dtstart", start)
    event.add("dtend", start + MEETING)
    event.add("rrule", {"freq": "weekly", "byday": DAYS[team.meeting_weekday - 1]})
    return event
