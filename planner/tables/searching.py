"""Which rows a search finds, and their order by a name: as people read it, which a database does not do."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any

from django.db.models import QuerySet

from planner.arithmetic.collation import finds, sort_key


def matching(rows: QuerySet[Any], query: str, *fields: str) -> set[int]:
    """The ids of the rows of which one of these text fields contains the query, in one query of the database."""
    texts_by_pk = ((pk, filter(None, texts)) for pk, *texts in rows.values_list("pk", *fields))
    return {pk for pk, texts in texts_by_pk if finds(query, *texts)}


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
