"""The ledger: a row for every decision, written before anything is sent, so that nothing is sent twice.

It guarantees at most one notice per person, kind and what it is about; those that were not sent are listed. A decision
always writes a row; of two concurrent ones, the unique constraint of the database lets one through.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from email.utils import make_msgid
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from planner import pulses
from planner.models import Pulse, User
from planner.models.notices import Notice
from planner.notices.kinds import Kind, kinds
from planner.notices.listeners import Listener, listeners
from planner.notices.occasions import OnEvent
from planner.pulses import Walls

# A worker that has not recorded the outcome of a mail within this time has stopped.
SILENCE = dt.timedelta(minutes=10)
# A claimed notice that no worker took within this time was lost on its way there.
PATIENCE = dt.timedelta(minutes=2)
# A notice that could not be sent within this time is given up.
LIFETIME = dt.timedelta(hours=4)
# A letter is of no use after this time, and has an address that may be a stranger's.
LETTERS_KEPT = dt.timedelta(days=7)

Enqueue = Callable[[int], object]
# The job under whose name it is recorded for which teams nothing can be decided.
DECIDING = "planner.jobs.decide_notices"


def decide(now: dt.datetime, enqueue: Enqueue) -> int:
    """Write the decisions that are due, and pass the ids of the claimed notices to `enqueue`; returns how many rows.

    May be called twice, late, or by two beats at once: the second call finds the rows written. Hours that struck
    since the last call and are too late now are written as missed; earlier ones were decided by that call.
    """
    since = pulses.last(Pulse.Name.DECISIONS) or now
    with Walls(DECIDING, now) as walls:
        written = sum(_write(_decisions(chunk, since, now, walls), enqueue) for chunk in listeners())
    pulses.record_heartbeat(Pulse.Name.DECISIONS, now)
    return written


def _decisions(chunk: list[Listener], since: dt.datetime, now: dt.datetime, walls: Walls) -> list[Notice]:
    return [
        _new_notice(
            listener.user_id,
            kind.name,
            occasion.about,
            occasion.hour.day,
            now,
            is_missed=occasion.hour.is_missed,
        )
        for listener in chunk
        for kind, occasion in listener.occasions(now, walls)
        if not occasion.hour.is_missed or occasion.hour.at > since
    ]


def notify(kind: Kind, people: QuerySet[User], about: str, now: dt.datetime, enqueue: Enqueue) -> int:
    """Decide a kind that is sent on an event, for those of `people` who want it and have no row for `about` yet.

    May be called twice, or by two at once. Called in the transaction of the event, its rows are committed or rolled
    back with it, and are passed to `enqueue` after the commit, so that a kill cannot separate the two.
    """
    if kind not in kinds().values() or not isinstance(kind.when, OnEvent) or not about:
        raise ValueError(f"{kind.name!r} about {about!r} is no declared event about something.")
    written = 0
    with Walls(DECIDING, now, of_all=False) as walls:
        for chunk in listeners(people):
            decisions = []
            for listener in chunk:
                with walls.around(listener.team.pk):
                    if listener.wants(kind.name):
                        day = listener.team.today(now)
                        decisions.append(_new_notice(listener.user_id, kind.name, about, day, now))
            written += _write(decisions, enqueue)
    return written


def claim_letter(
    kind: str, user: User | None, address: str, about: str, now: dt.datetime, enqueue: Enqueue
) -> None:
    """Write down a letter to an address and pass it to `enqueue` after the commit; one that still waits is enough.

    What a letter says is found when it is sent, so that the waiting one says the same.
    """
    waiting = Notice.objects.filter(
        kind=kind, user=user, address=address, state=Notice.State.CLAIMED, taken_at=None
    )
    if kind != "invitation" and waiting.exists():
        return
    letter = _new_notice(user.pk if user else None, kind, about, now.date(), now, address=address)
    letter.save()
    transaction.on_commit(partial(enqueue, letter.pk))


def decide_day(
    day: dt.date, now: dt.datetime, kind: str, enqueue: Enqueue, *, only_today: bool = False
) -> int:
    """Decide a kind of the person's hour for a local date, at any hour, for those who want it and have no row yet.

    `only_today` leaves out those for whom that date is not today.
    """
    written = 0
    with Walls(DECIDING, now, of_all=False) as walls:
        for chunk in listeners():
            decisions = []
            for listener in chunk:
                with walls.around(listener.team.pk):
                    if _hears_on(listener, day, kind, now if only_today else None):
                        decisions.append(_new_notice(listener.user_id, kind, day.isoformat(), day, now))
            written += _write(decisions, enqueue)
    return written


def _hears_on(listener: Listener, day: dt.date, kind: str, now: dt.datetime | None) -> bool:
    """Whether they want this kind and work on that day; with `now`, whether it is also today there."""
    is_their_day = now is None or listener.team.today(now) == day
    return listener.wants(kind) and is_their_day and listener.team.calendar.is_workday(day)


def claim_beside(notice: Notice, about: str) -> int:
    """Claim a second notice of the same decision, once; returns its id. One that gets lost is found by `sweep`."""
    beside = _new_notice(notice.user_id, notice.kind, about, notice.day, notice.decided_at)
    Notice.objects.bulk_create([beside], ignore_conflicts=True)
    return Notice.objects.values_list("pk", flat=True).get(user=notice.user_id, kind=notice.kind, about=about)


def _new_notice(
    user: int | None,
    kind: str,
    about: str,
    day: dt.date,
    now: dt.datetime,
    *,
    address: str = "",
    is_missed: bool = False,
) -> Notice:
    return Notice(
        user_id=user,
        address=address,
        kind=kind,
        about=about,
        day=day,
        state=Notice.State.MISSED if is_missed else Notice.State.CLAIMED,
        message_id=make_msgid(domain=settings.MAIL_DOMAIN),
        decided_at=now,
        try_at=now,
        ended_at=now if is_missed else None,
    )


def _write(decisions: list[Notice], enqueue: Enqueue) -> int:
    """Insert the decisions that have no row yet, and enqueue the claimed ones among them after the commit."""
    if not decisions:
        return 0
    with transaction.atomic():
        existing = set(
            Notice.objects.filter(
                user__in={notice.user_id for notice in decisions},
                about__in={notice.about for notice in decisions},
            ).values_list("user", "kind", "about")
        )
        new = [notice for notice in decisions if (notice.user_id, notice.kind, notice.about) not in existing]
        Notice.objects.bulk_create(new, ignore_conflicts=True)
        inserted = Notice.objects.filter(message_id__in=[notice.message_id for notice in new])
        states = dict(inserted.values_list("pk", "state"))
        for pk, state in states.items():
            if state == Notice.State.CLAIMED:
                transaction.on_commit(partial(enqueue, pk))
    return len(states)


def sweep(now: dt.datetime, enqueue: Enqueue) -> None:
    """Resolve stuck notices: taken ones without an outcome become unknown, waiting ones are enqueued or given up.

    Letters that ended long ago are deleted.
    """
    silent = Notice.objects.filter(state=Notice.State.CLAIMED, taken_at__lt=now - SILENCE)
    silent.update(
        state=Notice.State.UNKNOWN,
        taken_at=None,
        ended_at=now,
        error="Whoever was sending it stopped before saying whether it went out.",
    )
    old = Notice.objects.filter(state=Notice.State.CLAIMED, taken_at=None, decided_at__lt=now - LIFETIME)
    old.filter(tries=0).update(state=Notice.State.MISSED, ended_at=now)
    old.update(state=Notice.State.FAILED, ended_at=now)
    lost = Notice.objects.waiting(now - PATIENCE).values_list("pk", flat=True)
    for pk in list(lost[:1000]):
        enqueue(pk)
    Notice.objects.letters().filter(ended_at__lt=now - LETTERS_KEPT).delete()


def resend(pk: int, now: dt.datetime, enqueue: Enqueue) -> bool:
    """Send a listed notice again at a person's request; False where it is not listed."""
    with transaction.atomic():
        matching = Notice.objects.uncertain().filter(pk=pk)
        count = matching.update(
            state=Notice.State.CLAIMED,
            decided_at=now,
            try_at=now,
            taken_at=None,
            ended_at=None,
            tries=0,
            error="",
            set_aside_at=None,
        )
        if count:
            transaction.on_commit(partial(enqueue, pk))
    return bool(count)
