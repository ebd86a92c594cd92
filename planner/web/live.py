"""Pages that show the changes of others without a reload.

An open page asks every few seconds for changes since its revision: one cheap query while there are none. Changed parts
come as pieces of the page's own template, each with an id on its root, and the script replaces the old ones; rows of a
table come the same way (planner/tables/views.py).
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
    """A part of a page: the id of its root, which is also the name of its partial, and the models that it shows.

    `shows` are labels of models such as "planner.import"; empty where any change of the team may be visible. A piece of
    another template than the page's own names that. `at_once` says that it comes with the answer to a save already.
    """

    id: str
    shows: frozenset[str] = frozenset()
    template: str = ""
    at_once: bool = False

    def is_touched(self, changes: Iterable[Change]) -> bool:
        return any(not self.shows or change.model in self.shows for change in changes)


def new_changes(request: Request, team: Team) -> list[Change]:
    """The team's changes since the revision of the page; none where that is not a revision."""
    since = request.GET.get("since", "")
    if not since.isdecimal() or int(since) >= team.revision:
        return []
    # Changes in other plans count as well, because readings belong to the team.
    return list(Change.objects.filter(team=team, revision__gt=int(since)))


def render_pieces(
    request: Request,
    template: str,
    context: dict[str, Any],
    pieces: Sequence[Piece],
    changes: Sequence[Change],
) -> str:
    """The current pieces that these changes touch."""
    return "".join(
        render_to_string(f"{piece.template or template}#{piece.id}", context, request)
        for piece in pieces
        if piece.is_touched(changes)
    )


def answer(html: str, revision: int) -> HttpResponse:
    """The changed pieces with the new revision of the page; 204 where there are none."""
    response = HttpResponse(html) if html else HttpResponse(status=204)
    response["X-Revision"] = str(revision)
    response["X-Rows"] = "1"
    return response
