"""Which rows a change touches.

A kind of row declares what it shows: by the label of a model, the lookups that lead from a row's object to the
objects of that model whose changes show in the row ("pk" for the object itself), `Numbered` where a row shows its
number among others, or ALL where any change of that model may show in any row.

    shows = {
        "tracking.task": ("pk", Numbered("strategy")),
        "strategies.strategy": ("strategy",),
        "planner.import": ALL,
    }
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import ForeignObjectRel, QuerySet

from planner.models import Change

ALL = None


@dataclass(frozen=True, slots=True)
class Numbered:
    """The row shows its number among those of one head, which this field names: whatever comes or goes counts."""

    head: str


Lookups = tuple[str | Numbered, ...]
Shows = Mapping[str, Lookups | None]


def rows_touched(
    rows: QuerySet[Any], shows: Shows, changes: Sequence[Change], saved: int | None = None
) -> set[int] | None:
    """The ids of the `rows`, removed ones included, that these changes make look different; None for all of them.

    `saved` is a row that was just saved among them: the database need not say that it shows its own change.
    """
    by_model: dict[str, list[Change]] = {}
    for change in changes:
        if change.model in shows:
            by_model.setdefault(change.model, []).append(change)
    touched: set[int] = set()
    for model, model_changes in by_model.items():
        lookups = shows[model]
        if lookups is ALL:
            return None
        for lookup in lookups:
            if isinstance(lookup, Numbered):
                touched |= _renumbered_rows(rows, lookup.head, model_changes)
            elif lookup == "pk" and _changed_ids(model_changes) == {saved}:
                touched |= _changed_ids(model_changes)
            else:
                touched |= _ids(rows, **{f"{lookup}__in": _changed_ids(model_changes)})
                touched |= _rows_left(rows, lookup, model_changes)
    return touched


def _changed_ids(changes: Sequence[Change]) -> set[int]:
    return {change.object_id for change in changes}


def _former_ids(changes: Sequence[Change], field: str) -> set[int]:
    """What the field led to before, of those changes that set it."""
    return {change.old for change in changes if change.field == field and change.old is not None}


def _ids(rows: QuerySet[Any], **lookups: Any) -> set[int]:
    return set(rows.filter(**lookups).values_list("pk", flat=True))


def _rows_left(rows: QuerySet[Any], lookup: str, changes: Sequence[Change]) -> set[int]:
    """The rows that a changed object belonged to before: they no longer show it."""
    relation: Any = None if lookup == "pk" or "__" in lookup else rows.model._meta.get_field(lookup)
    if not isinstance(relation, ForeignObjectRel):
        return set()
    former_ids = _former_ids(changes, relation.field.name)
    return _ids(rows, pk__in=former_ids) if former_ids else set()


def _renumbered_rows(rows: QuerySet[Any], head: str, changes: Sequence[Change]) -> set[int]:
    """The rows whose number may be another one: those of each head where one came, went or moved."""
    moved = [
        change for change in changes if change.action != Change.Action.SET or change.field in ("order", head)
    ]
    if not moved:
        return set()
    heads = set(rows.filter(pk__in=_changed_ids(moved)).values_list(head, flat=True)) | _former_ids(
        moved, head
    )
    return _ids(rows, **{f"{head}__in": heads})
