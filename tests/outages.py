"""Real outages of the tests' own database: a write lock that somebody else holds, and a database that is away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from planner.models import Team

IS_POSTGRES = connection.vendor == "postgresql"


@contextmanager
def locked(team: Team) -> Iterator[None]:
    """Somebody else writes to the team meanwhile; who waits for it is refused soon instead of after 20 seconds."""
    other = connection.copy()
    impatience = "SET lock_timeout = 100" if IS_POSTGRES else "PRAGMA busy_timeout = 100"
    patience = "RESET lock_timeout" if IS_POSTGRES else "PRAGMA busy_timeout = 20000"
    begin = (
        f"BEGIN; SELECT 1 FROM planner_team WHERE id = {team.pk} FOR UPDATE"
        if IS_POSTGRES
        else "BEGIN IMMEDIATE"
    )
    with connection.cursor() as cursor:
        cursor.execute(impatience)
    try:
        with other.cursor() as cursor:
            cursor.execute(begin)
        yield
    finally:
        with other.cursor() as cursor:
            cursor.execute("ROLLBACK")
        other.close()
        with connection.cursor() as cursor:
            cursor.execute(patience)


@contextmanager
def away() -> Iterator[None]:
    """Nobody answers where the database was. Only for tests without a transaction around them."""
    name = "HOST" if IS_POSTGRES else "NAME"
    options = connection.settings_dict["OPTIONS"]
    place, kept = connection.settings_dict[name], dict(options)
    connection.close()
    connection.settings_dict[name] = "/nonexistent/planner"
    options.pop("host", None)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict[name] = place
        options.update(kept)
