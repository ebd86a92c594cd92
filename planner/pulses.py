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
    is_silent: bool


def feel(name: str, at: dt.datetime) -> None:
    """Write down that a part was heard of, in one statement that two may run at once."""
    Pulse.objects.bulk_create(
        [Pulse(name=name, at=at)], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )


def last(name: str) -> dt.datetime | None:
    """When a part was last heard of."""
    return Pulse.objects.filter(name=name).values_list("at", flat=True).first()


def pulses(now: dt.datetime) -> list[Heard]:
    """Beat and the worker with their silence, in one query."""
    at = dict(Pulse.objects.values_list("name", "at"))
    return [
        Heard(
            name.value, name.label, at.get(name.value), name.value not in at or now - at[name.value] > SILENCE
        )
        for name in (Pulse.Name.BEAT, Pulse.Name.WORKER)
    ]


def mail_goes_out(now: dt.datetime) -> bool:
    """Whether no notice of the last hours has been turned away by the mail server more than once."""
    turned_away = Notice.objects.filter(state=Notice.State.CLAIMED, tries__gte=2)
    return not turned_away.filter(decided_at__gt=now - dt.timedelta(hours=4)).exists()
