"""A kind of row of a table: what it edits, who may do that, and which changes it shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import QuerySet

from planner import access
from planner.changes import Recording
from planner.models import Membership, Plan, Recorded
from planner.tables.forms import AddForm, RowForm
from planner.tables.shows import Shows


class RowKind:
    """One kind of object that a table shows as rows."""

    name: ClassVar[str]
    form: ClassVar[type[RowForm]]
    add_form: ClassVar[type[AddForm]]
    # Which form fields the cell of a column edits, the one that the column is for first.
    edits: ClassVar[Mapping[str, tuple[str, ...]]]
    # Cells that are wider than one column, by the column they begin in.
    spans: ClassVar[Mapping[str, int]] = {}
    # Columns that show what follows from others although their cell edits how: nothing is pasted into them.
    computed: ClassVar[frozenset[str]] = frozenset()
    # Whether the first cell names what other plans have too: no line of a block renames it.
    names_are_shared: ClassVar[bool] = False
    rights: ClassVar[access.Rights]
    # Which changes make a row look different: see planner/tables/shows.py.
    shows: ClassVar[Shows]
    # The kind of row beneath which a new one of this kind is added; "" for a row of its own at the end.
    beneath: ClassVar[str] = ""
    # What its objects are on the thread from metric to task (planner/stages.py); "" for what is not on it.
    strand: ClassVar[str] = ""
    # Whether its rows are moved among each other by hand.
    moves: ClassVar[bool] = False

    def objects(self, plan: Plan) -> QuerySet[Any]:
        """The present objects of this kind in the plan: another plan's row is not found."""
        raise NotImplementedError

    def with_removed(self, plan: Plan) -> QuerySet[Any]:
        """The same with the removed ones, and without what only showing them needs."""
        raise NotImplementedError

    def key(self, pk: int | None) -> str:
        """The key of a row of this kind in pages and addresses."""
        return f"{self.name}-{pk}"

    def thread_key(self, obj: Any) -> str:
        """The key of an object's thread; "" for what has none."""
        return f"{self.strand}-{obj.pk}" if self.strand else ""

    def may_edit(self, member: Membership, obj: Any) -> frozenset[str]:
        """The columns whose cells this member may edit in this row: every field of theirs."""
        allowed = {rule for rule in self._rules if rule(member, obj)}
        return frozenset(key for key, rules in self._rules_by_column.items() if rules <= allowed)

    @cached_property
    def _rules_by_column(self) -> dict[str, set[access.RuleOf]]:
        return {key: {self.rights.to_set(name) for name in names} for key, names in self.edits.items()}

    @cached_property
    def _rules(self) -> set[access.RuleOf]:
        return set().union(*self._rules_by_column.values())

    def asks(self, obj: Any) -> bool:
        """Whether the empty cells of this row say what goes there."""
        return True

    def may_add(self, member: Membership) -> bool:
        return self.rights.to_add(member, None)

    def edited(self, obj: Any) -> tuple[Recorded, ...]:
        """What the cells of a row edit besides its object: who changes that changes the row."""
        return ()

    def may_move(self, member: Membership, obj: Any) -> bool:
        return self.moves and self.rights.to_set("order")(member, obj)

    def move(self, log: Recording, obj: Any, step: int) -> None:
        """Move a row up (−1) or down (1) by the verb of its noun."""
        raise NotImplementedError

    def notice(self, obj: Any, fields: Collection[str]) -> str:
        """What somebody should know who has saved these fields of an object, or added it; "" for nothing."""
        return ""

    def may_remove(self, member: Membership, obj: Any) -> bool:
        return self.rights.to_remove(member, obj)
