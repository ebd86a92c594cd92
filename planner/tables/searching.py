"""Which rows a search finds, and their order by a name: as people read it, which a database does not do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any

from django.db.models import QuerySet

from planner.arithmetic.collation import finds, finds_name, sort_key


def matching(rows: QuerySet[Any], query: str, *texts: str, names: Sequence[str] = ()) -> set[int]:
    """The ids of the rows of which a field of texts contains the query, or one of names, in which pinyin counts too.

    One query of the database.
    """
    found = set()
    for pk, *values in rows.values_list("pk", *names, *texts):
        named, said = values[: len(names)], values[len(names) :]
        if finds_name(query, *filter(None, named)) or finds(query, *filter(None, said)):
            found.add(pk)
    return found


def sorted_by(rows: Iterable[Any], path: str, *, down: bool = False) -> list[Any]:
    """The rows by the name at a path such as "owner__name"; equal ones as they stand, those without one at the end."""
    named, nameless = [], []
    for row in rows:
        *way, last = path.split("__")
        owner = reduce(lambda obj, step: getattr(obj, step, None), way, row)
        name = getattr(owner, last, None)
        if name:
            named.append((sort_key(name, is_person=getattr(owner, "is_person", False)), row))
        else:
            nameless.append(row)
    named.sort(key=lambda pair: pair[0], reverse=down)
    return [row for _key, row in named] + nameless
