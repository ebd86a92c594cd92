"""The kinds of notices, which each app declares."""

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

# The longest list in a mail, in lines; the whole list is on a page that the mail links to.
MOST_LINES = 25


@dataclass(frozen=True, slots=True)
class Recipient:
    """The recipient of a notice: the account, its memberships in the teams concerned, the day, subject and moment.

    `at` is the moment of the decision. A notice that reports what is new since `last_notified_at(kind)` and until `at`
    reports everything once.
    """

    user: User
    memberships: Seats
    day: dt.date
    about: str
    at: dt.datetime

    def last_notified_at(self, kind: str) -> dt.datetime:
        """When the last notice of this kind that was sent to them was decided; a week before this one without one."""
        sent = Notice.objects.filter(
            user=self.user, kind=kind, state=Notice.State.SENT, decided_at__lt=self.at
        ).order_by("-decided_at")
        last = sent.values_list("decided_at", flat=True).first()
        return last or self.at - dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a notice: the subject, and the context of its templates (HTML and plain text)."""

    subject: str
    context: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice.

    `build` returns the content for a person, None where there is nothing to report; it is called when the notice is
    sent. `template` names templates/notices/email/<template>.html and .txt. A kind `for_managers` goes to them only.
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
        """Whether a person with these seats may get it."""
        return not self.for_managers or any(seat.is_manager for seat in seats)


@cache
def kinds() -> dict[str, Kind]:
    """The declared kinds by their names, in the order of settings.NOTICE_KINDS."""
    declared = [import_string(dotted) for dotted in settings.NOTICE_KINDS]
    return {kind.name: kind for kind in declared}
