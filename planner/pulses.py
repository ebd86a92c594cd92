"""Whether the work in the background goes on: what was last heard of beat, of a worker, and of the mail server."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from planner.models import Notice, Pulse

# The pulse comes twice a minute; after this long something has stopped.
SILENCE = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Heard:
    """One part of the background work, and when it was last heard of; None for never."""

    name: str
    label: Any
    at: dt.datetime | None
    waited: dt.timedelta | None
    is_silent: bool


def feel(name: str, at: dt.datetime, waited: dt.timedelta | None = None) -> None:
    """Write down that a part was heard of, in one statement that two may run at once."""
    Pulse.objects.bulk_create(
        [Pulse(name=name, at=at, waited=waited)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at", "waited"],
    )


def last(name: str) -> dt.datetime | None:
    """When a part was last heard of."""
    return Pulse.objects.filter(name=name).values_list("at", flat=True).first()


def pulses(now: dt.datetime) -> list[Heard]:
    """Beat and the workers with their silence, in one query."""
    felt = {pulse.name: pulse for pulse in Pulse.objects.all()}
    found = []
    for name in (Pulse.Name.BEAT, Pulse.Name.WORKER, Pulse.Name.MAIL):
        pulse = felt.get(name)
        at, waited = (pulse.at, pulse.waited) if pulse else (None, None)
        found.append(Heard(name.value, name.label, at, waited, at is None or now - at > SILENCE))
    return found


def mail_goes_out(now: dt.datetime) -> bool:
    """Whether no message of the last hours has been turned away by the mail server or a channel more than once."""
    turned_away = Notice.objects.filter(state=Notice.State.CLAIMED, tries__gte=2)
    return not turned_away.filter(decided_at__gt=now - dt.timedelta(hours=4)).exists()
