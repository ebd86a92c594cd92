"""The kinds of notices: each app declares its own, none writes a mailer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from planner.models import Membership, User


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is told: the account, what it is in which teams, and the local day that the notice is about."""

    user: User
    memberships: tuple[Membership, ...]
    day: dt.date


@dataclass(frozen=True, slots=True)
class Said:
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
    about: Any
    template: str
    build: Callable[[Recipient], Said | None]
    for_managers: bool = False
    is_on: bool = field(default=True)


@cache
def kinds() -> dict[str, Kind]:
    """The declared kinds by their names, in the order of settings.NOTICE_KINDS."""
    found = [import_string(dotted) for dotted in settings.NOTICE_KINDS]
    return {kind.name: kind for kind in found}
