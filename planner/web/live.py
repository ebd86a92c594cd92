"""Pages that follow what others change.

An open page asks every few seconds what is new since the revision that it has: one cheap query while nothing is.
What looks different comes as pieces of the page's own template, each with an id on its root, which the script puts
in the place of the old ones; rows of a table come the same way (planner/tables/views.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string

from planner.models import Change, Team
from planner.web.requests import Request


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a page: the id of its root, which is the name of its partial too, and the models that show in it.

    `shows` are labels of models such as "planner.import"; empty: any change of the team may show.
    """

    id: str
    shows: frozenset[str] = frozenset()

    def is_touched(self, changes: Iterable[Change]) -> bool:
        return any(not self.shows or change.model in self.shows for change in changes)


def new_changes(request: Request, team: Team) -> list[Change]:
    """What changed in the team since the revision that the page has; nothing for a text that is no revision."""
    since = request.GET.get("since", "")
    if not since.isdecimal() or int(since) >= team.revision:
        return []
    # What other plans of the team bring in counts as well: readings are the team's.
    return list(Change.objects.filter(team=team, revision__gt=int(since)))


def render_pieces(
    request: Request,
    template: str,
    context: dict[str, Any],
    pieces: Sequence[Piece],
    changes: Sequence[Change],
) -> str:
    """The pieces that these changes touch, as they are now."""
    return "".join(
        render_to_string(f"{template}#{piece.id}", context, request)
        for piece in pieces
        if piece.is_touched(changes)
    )


def answer(html: str, revision: int) -> HttpResponse:
    """What looks different by now, with the revision that the page has then; 204 where nothing does."""
    response = HttpResponse(html) if html else HttpResponse(status=204)
    response["X-Revision"] = str(revision)
    response["X-Rows"] = "1"
    return response
