"""How a team's own idea begins: by the library's page or an API."""

from __future__ import annotations

from typing import Any

from planner.changes import Recording
from planner.models import Team
from strategies.models import Idea


def add_idea(log: Recording, team: Team, title: str, kind: str, **values: Any) -> Idea:
    """Add an idea to a team's library; `values` are further fields of it."""
    idea = Idea(team=team, title=title, kind=kind, **values)
    log.save(idea)
    return idea
