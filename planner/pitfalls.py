"""What goes wrong in plans again and again: each pitfall a constant of its stage, looked for in every plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from planner.models import Plan


@dataclass(frozen=True, slots=True, eq=False)
class Pitfall:
    """One thing that every plan is checked for.

    `name` is its key for programs: unique, and it stays when the texts change. `found` says what was found, as an
    `ngettext_lazy(…, "n")` where the number %(n)d changes the sentence; `why` says why it matters. `page` is the name
    of the address where it is put right, `verb` the text of the link there, and `lacks` the value of that page's
    filter that shows the rows in question, if it has one.
    """

    name: str
    page: str
    found: Any
    why: Any
    verb: Any
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Met:
    """How often a plan meets a pitfall, the names for its sentence, and the id of the row that is to be shown."""

    count: int
    names: Mapping[str, str] = field(default_factory=dict)
    row: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A pitfall that was looked for in a plan: what was found, "" where all is well, and the address to go to."""

    pitfall: Pitfall
    found: str = ""
    url: str = ""


def check(plan: Plan, met: Mapping[Pitfall, Met]) -> list[Check]:
    """The checks of a plan, one for each pitfall that was looked for, in this order."""
    return [_check(plan, pitfall, each) for pitfall, each in met.items()]


def _check(plan: Plan, pitfall: Pitfall, met: Met) -> Check:
    if not met.count:
        return Check(pitfall)
    url = reverse(pitfall.page, args=[plan.pk])
    if pitfall.lacks:
        url += f"?lacks={pitfall.lacks}"
    if met.row:
        url += f"#{met.row}"
    return Check(pitfall, pitfall.found % {"n": met.count, **met.names}, url)
