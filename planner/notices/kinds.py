"""The kinds of notices: each app declares its own, none writes a mailer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from planner.models import Notice, User
from planner.notices.occasions import AtPersonsHour, Seats, When

# A mail is read on the way to work: what is longer is a page, and the link leads there.
MOST_LINES = 25


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is told: the account, what it is in the teams concerned, the local day, what it is about, and when.

    `at` is the moment at which it was decided. What happens is told in the first notice decided after it: whoever
    asks for what is new since `last_told_at(kind)` and until `at` tells everything, and nothing twice.
    """

    user: User
    memberships: Seats
    day: dt.date
    about: str
    at: dt.datetime

    def last_told_at(self, kind: str) -> dt.datetime:
        """When the last notice of this kind that reached them was decided; without one, a week before this one."""
        sent = Notice.objects.filter(
            user=self.user, kind=kind, state=Notice.State.SENT, decided_at__lt=self.at
        ).order_by("-decided_at")
        last = sent.values_list("decided_at", flat=True).first()
        return last or self.at - dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Content:
    """What a notice says: a subject that is the fact, and the context of its templates (HTML and plain text)."""

    subject: str
    context: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice.

    `build` says what a person is told now, None where there is nothing: it is asked at the moment of sending.
    `template` names templates/notices/email/<template>.html and .txt. Only managers get a kind that is theirs.
    """

    name: str
    label: Any
    description: Any
    template: str
    build: Callable[[Recipient], Content | None]
    when: When = field(default_factory=AtPersonsHour)
    for_managers: bool = False
    is_on: bool = field(default=True)

    def is_meant_for(self, seats: Seats) -> bool:
        """Whether somebody with these seats may be told."""
        return not self.for_managers or any(seat.is_manager for seat in seats)


@cache
def kinds() -> dict[str, Kind]:
    """The declared kinds by their names, in the order of settings.NOTICE_KINDS."""
    found = [import_string(dotted) for dotted in settings.NOTICE_KINDS]
    return {kind.name: kind for kind in found}
