"""Pitfalls that every plan is checked for: constants of the stages, and the checks of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from planner.models import Plan


@dataclass(frozen=True, slots=True, eq=False)
class Pitfall:
    """A mistake that every plan is checked for.

    `name` is its key in code: unique, and independent of the texts. `message` describes what was found, as an
    `ngettext_lazy(…, "n")` where the number %(n)d changes the sentence; `why` gives the reason why it matters. `page`
    is the URL name of the page where it is fixed, `verb` the text of the link to it, and `lacks` the value of that
    page's filter that shows the rows in question, if it has one.
    """

    name: str
    page: str
    message: Any
    why: Any
    verb: Any
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Occurrences:
    """How often a pitfall occurs in a plan, the names for its message, and the id of the row to show."""

    count: int
    names: Mapping[str, str] = field(default_factory=dict)
    row: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """The result of checking a plan for a pitfall: the message, "" where all is well, and the address to fix it."""

    pitfall: Pitfall
    message: str = ""
    url: str = ""


def check(plan: Plan, by_pitfall: Mapping[Pitfall, Occurrences]) -> list[Check]:
    """The checks of a plan, one for each pitfall in `by_pitfall`, in this order."""
    return [_check(plan, pitfall, occurrences) for pitfall, occurrences in by_pitfall.items()]


def _check(plan: Plan, pitfall: Pitfall, occurrences: Occurrences) -> Check:
    if not occurrences.count:
        return Check(pitfall)
    url = reverse(pitfall.page, args=[plan.pk])
    if pitfall.lacks:
        url += f"?lacks={pitfall.lacks}"
    if occurrences.row:
        url += f"#{occurrences.row}"
    return Check(pitfall, pitfall.message % {"n": occurrences.count, **occurrences.names}, url)
