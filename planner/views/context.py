"""What every page needs around its content."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from planner import access
from planner.models import Membership, Team
from planner.stages import Place, place_of, stages
from planner.web.script_texts import SCRIPT_TEXTS


def shell(request: HttpRequest) -> dict[str, Any]:
    """The teams of who is signed in, the chosen theme and the languages; asked for only when a page prints them."""
    theme = request.COOKIES.get("theme", "")
    memberships: Any = SimpleLazyObject(lambda: _memberships(request))
    return {
        "theme": theme if theme in ("light", "dark") else "",
        "languages": settings.LANGUAGES,
        "live_seconds": settings.LIVE_SECONDS,
        "script_texts": SCRIPT_TEXTS,
        "stages": stages(),
        "here": _here(request),
        "my_memberships": memberships,
        "current_team": SimpleLazyObject(lambda: _current_team(request, memberships)),
    }


def _here(request: HttpRequest) -> Place | None:
    """The place of the page among the stages, for menu and breadcrumbs."""
    match = request.resolver_match
    return place_of(match.url_name) if match and match.url_name else None


def _memberships(request: HttpRequest) -> list[Membership]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return access.seats(user)


def _current_team(request: HttpRequest, memberships: Iterable[Membership]) -> Team | None:
    teams = [membership.team for membership in memberships]
    last = getattr(request.user, "last_team_id", None)
    return next((team for team in teams if team.pk == last), teams[0] if teams else None)
