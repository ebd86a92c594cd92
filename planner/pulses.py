"""The heartbeats of the background work: of beat and the workers, and whether mail is sent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from planner.models import Notice, Pulse

# A heartbeat comes twice a minute; a part without one for this long has stopped.
SILENCE = dt.timedelta(minutes=2)


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


def mail_goes_out(now: dt.datetime) -> bool:
    """Whether no message of the last four hours has failed at the mail server or a channel more than once."""
    turned_away = Notice.objects.filter(state=Notice.State.CLAIMED, tries__gte=2)
    return not turned_away.filter(decided_at__gt=now - dt.timedelta(hours=4)).exists()
