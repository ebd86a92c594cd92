"""A database of this run alone: a SQLite file in its folder, or one made on a PostgreSQL server and dropped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier


@contextmanager
def scratch_database(server: str | None, folder: Path) -> Iterator[str]:
    """The address of an empty database, as DATABASE_URL says it.

    `server` is the address of any database on a PostgreSQL where this user may create another; None is SQLite.
    """
    if server is None:
        yield f"sqlite:///{folder / 'planner.sqlite3'}"
        return
    name = f"planner_bench_{os.getpid()}"
    _tell(server, SQL("CREATE DATABASE {}").format(Identifier(name)))
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        _tell(server, SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _tell(server: str, order: psycopg.sql.Composed) -> None:
    try:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(order)
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise SystemExit(
            f"The PostgreSQL of --database does not do “{order.as_string()}”: {reason}"
        ) from None
