"""manage.py send_digests: sends the digests of a local date at once, through the same ledger."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from planner.models import Notice, User
from planner.notices import ledger
from planner.notices.listeners import Listener, listeners
from planner.notices.post import build, send
from planner.pulses import Walls

KIND = "digest"


class Command(BaseCommand):
    help = "Send the daily digest of a local date to everybody who has none for it yet, whatever the hour."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", help="the local date, as 2026-11-25 (default: each person's own today)")
        parser.add_argument("--dry-run", action="store_true", help="print who would get what, send nothing")

    def handle(self, *args: Any, date: str | None, dry_run: bool, **options: Any) -> None:
        day = _parsed(date)
        if dry_run:
            self._say_who_would_get_what(day)
            return
        now = timezone.now()
        pks: list[int] = []
        days = {day} if day else set(Walls(ledger.DECIDING, now).zones_by_day())
        for local_day in sorted(days):
            ledger.decide_day(local_day, now, KIND, pks.append, only_today=day is None)
        counts = Counter(send(pk) for pk in pks)
        for state, count in counts.items():
            self.stdout.write(
                f"{Notice.State(state).label}: {count}" if state else f"already in other hands: {count}"
            )
        if not pks:
            self.stdout.write("Everybody has a digest for that date, or wants none.")

    def _say_who_would_get_what(self, day: dt.date | None) -> None:
        with Walls(ledger.DECIDING, timezone.now(), of_all=False) as walls:
            for chunk in listeners():
                for listener in chunk:
                    with walls.around(listener.team.pk):
                        self._say_what_they_would_get(listener, day or listener.team.today())

    def _say_what_they_would_get(self, listener: Listener, date: dt.date) -> None:
        about = date.isoformat()
        exists = Notice.objects.filter(user=listener.user_id, kind=KIND, about=about).exists()
        if not listener.wants(KIND) or exists or not listener.team.calendar.is_workday(date):
            return
        user = User.objects.get(pk=listener.user_id)
        notice = Notice(user=user, kind=KIND, about=about, day=date, decided_at=timezone.now())
        notice.message_id = "<dry@run>"
        message = build(notice)
        self.stdout.write(f"{user.email}: {message.subject if message else 'nothing to say'}")


def _parsed(date: str | None) -> dt.date | None:
    if date is None:
        return None
    try:
        return dt.date.fromisoformat(date)
    except ValueError:
        raise CommandError(f"“{date}” is no date. Write it as 2026-11-25.") from None
