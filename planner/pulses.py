"""How the background work goes: the heartbeats of beat and the workers, what is late, and what fails."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Count, Max, Min, Q

from planner.models import JobFailure, Notice, Pulse, Team, Upload
from planner.models.notices import NoticeQuerySet
from planner.models.people import local_day
from planner.web.outages import outage_of

logger = logging.getLogger(__name__)

# A heartbeat comes twice a minute; a part without one for this long has stopped.
SILENCE = dt.timedelta(minutes=2)
# A worker gives up a file after ten minutes (settings.CELERY_TASK_TIME_LIMIT).
IMPORTED_WITHIN = dt.timedelta(minutes=11)
# Beat asks every minute whose hour has come.
DECIDED_WITHIN = dt.timedelta(minutes=5)
# A message that is due is sent at once; the mail server answers within seconds (settings.EMAIL_TIMEOUT for each step).
SENT_WITHIN, HANDED_OVER_WITHIN = dt.timedelta(minutes=10), dt.timedelta(minutes=2)
# After so long without another message it is not known how the mail server does now.
LOOKING_BACK = dt.timedelta(hours=4)
# So many people in a row who did not get their message are no longer a matter of their mailboxes.
TURNED_AWAY = 3


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last heartbeat of one part of the background work; `at` is None where there was none."""

    name: str
    label: Any
    at: dt.datetime | None
    waited: dt.timedelta | None
    is_silent: bool


def record_heartbeat(name: str, at: dt.datetime, waited: dt.timedelta | None = None) -> None:
    """Record the heartbeat of a part, in one statement that two processes may run at once."""
    Pulse.objects.bulk_create(
        [Pulse(name=name, at=at, waited=waited)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at", "waited"],
    )


def last(name: str) -> dt.datetime | None:
    """When the last heartbeat of a part was recorded."""
    return Pulse.objects.filter(name=name).values_list("at", flat=True).first()


def heartbeats(now: dt.datetime) -> list[Heartbeat]:
    """The last heartbeats of beat and the workers, in one query."""
    by_name = {pulse.name: pulse for pulse in Pulse.objects.all()}
    result = []
    for name in (Pulse.Name.BEAT, Pulse.Name.WORKER, Pulse.Name.MAIL):
        pulse = by_name.get(name)
        at, waited = (pulse.at, pulse.waited) if pulse else (None, None)
        result.append(Heartbeat(name.value, name.label, at, waited, at is None or now - at > SILENCE))
    return result


def failed(job: str, error: BaseException, now: dt.datetime, team: Team | None = None) -> None:
    """Record that a job of the schedule failed, as a whole or for one team."""
    JobFailure.objects.update_or_create(
        job=job,
        team=team,
        defaults={"error": f"{type(error).__name__}: {error}"[:200], "at": now},
        create_defaults={"error": f"{type(error).__name__}: {error}"[:200], "at": now, "since": now},
    )


def succeeded(job: str, team: Team | None = None) -> None:
    """Forget that a job failed, as a whole or for one team."""
    failures = JobFailure.objects.filter(job=job, team=team)
    if failures.exists():
        failures.delete()


class Walls:
    """Walls between the teams that a job walks over: what fails for one is recorded, and the job goes on.

        with Walls("tracking.jobs.raise_alerts", now) as walls:
            for team in teams:
                with walls.around(team.pk):
                    ...

    A job that walks over all teams forgets at its end that those failed which do not fail now; one that walks over a
    few (`of_all=False`) does not. An outage concerns all, and passes.
    """

    def __init__(self, job: str, now: dt.datetime, *, of_all: bool = True) -> None:
        self.job, self.now, self.of_all = job, now, of_all
        self.errors: dict[int, Exception] = {}

    def __enter__(self) -> Walls:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is not None:
            return
        for team in Team.objects.filter(pk__in=self.errors):
            failed(self.job, self.errors[team.pk], self.now, team)
        mended = JobFailure.objects.filter(job=self.job, team__isnull=False).exclude(team__in=self.errors)
        if self.of_all and mended.exists():
            mended.delete()

    @contextmanager
    def around(self, *teams: int) -> Iterator[None]:
        """What is done for a team, by its id, or for one of its people; for several that only fail together."""
        try:
            yield
        except Exception as error:
            if outage_of(error):
                raise
            logger.exception("%s fails for the teams %s.", self.job, teams)
            self.errors |= dict.fromkeys(teams, error)

    def zones_by_day(self) -> dict[dt.date, list[str]]:
        """The time zones of all teams by their local date; a zone that this machine does not know is walled off."""
        zones: dict[dt.date, list[str]] = {}
        for zone in Team.objects.order_by("time_zone").values_list("time_zone", flat=True).distinct():
            try:
                zones.setdefault(local_day(zone, self.now), []).append(zone)
            except (KeyError, ValueError):
                with self.around(*Team.objects.filter(time_zone=zone).values_list("pk", flat=True)):
                    raise
        return zones


# What is wrong, in words for the operator: numbers and kinds, never a name or an address. "" where nothing is.


def _trouble_with_heartbeat(name: Pulse.Name, now: dt.datetime) -> str:
    at = last(name)
    if at is None:
        return "Nothing has been heard of it yet."
    return f"Nothing has been heard of it since {at:%Y-%m-%d %H:%M} UTC." if now - at > SILENCE else ""


def _trouble_with_decisions(now: dt.datetime) -> str:
    """Whether whose hour has come is decided. Before the first time, which comes a minute after a start, it is."""
    at = last(Pulse.Name.DECISIONS)
    is_late = at is not None and now - at > DECIDED_WITHIN
    return f"Nothing has been decided since {at:%Y-%m-%d %H:%M} UTC." if is_late else ""


def _trouble_with_jobs(now: dt.datetime) -> str:
    """Whether every job of the schedule succeeded the last time, for every team."""
    failures = (
        JobFailure.objects.values("job").annotate(teams=Count("team"), first=Min("since")).order_by("job")
    )
    return " ".join(
        f"{row['job']} fails since {row['first']:%Y-%m-%d %H:%M} UTC"
        + (f" for {row['teams']} teams." if row["teams"] else ".")
        for row in failures
    )


def _trouble_with_mail(now: dt.datetime) -> str:
    """Whether its worker lives, and messages go out when they are due and are taken by the mail server."""
    to_mail = Notice.objects.filter(user__channel=None)
    return _trouble_with_heartbeat(Pulse.Name.MAIL, now) or _late(to_mail, now) or _turned_away(to_mail, now)


def _trouble_with_channels(now: dt.datetime) -> str:
    """Whether messages are taken by channels."""
    to_channels = Notice.objects.filter(user__channel__isnull=False)
    return _late(to_channels, now) or _turned_away(to_channels, now)


def _late(notices: NoticeQuerySet, now: dt.datetime) -> str:
    if hanging := notices.filter(state=Notice.State.CLAIMED, taken_at__lt=now - HANDED_OVER_WITHIN).count():
        return f"{hanging} messages were handed over and not answered."
    if waiting := notices.waiting(now - SENT_WITHIN).count():
        return f"{waiting} messages should have gone out more than {SENT_WITHIN.seconds // 60} minutes ago."
    return ""


def _turned_away(notices: NoticeQuerySet, now: dt.datetime) -> str:
    """Whether the last messages failed: those to three people since one was sent, or all of the last four hours.

    One person's full mailbox is no trouble while others get their messages. A message that is tried again counts from
    its second failure.
    """
    since = now - LOOKING_BACK
    sent = notices.filter(state=Notice.State.SENT, ended_at__gt=since)
    last_sent = sent.aggregate(at=Max("ended_at"))["at"]
    ended = Q(
        state__in=[Notice.State.FAILED, Notice.State.UNKNOWN], ended_at__gt=last_sent or since, tries__gt=0
    )
    again = Q(state=Notice.State.CLAIMED, tries__gte=2, decided_at__gt=since)
    people = notices.filter(ended | again).order_by().values("user", "address").distinct().count()
    if people >= (TURNED_AWAY if last_sent else 1):
        return f"The last messages, to {people} people, were not taken."
    return ""


def _trouble_with_uploads(now: dt.datetime) -> str:
    """Whether files are read and saved."""
    stuck = Upload.objects.under_way().filter(started_at__lt=now - IMPORTED_WITHIN).count()
    return f"{stuck} uploads have been under way for too long." if stuck else ""


# What each part lacks, by its name in /health/ready.
TROUBLES: dict[str, Callable[[dt.datetime], str]] = {
    "beat": partial(_trouble_with_heartbeat, Pulse.Name.BEAT),
    "worker": partial(_trouble_with_heartbeat, Pulse.Name.WORKER),
    "decisions": _trouble_with_decisions,
    "jobs": _trouble_with_jobs,
    "mail": _trouble_with_mail,
    "channels": _trouble_with_channels,
    "uploads": _trouble_with_uploads,
}
