"""Which rows the lines of a block go to: down the page, or to the rows that they name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.http import Http404

from planner.arithmetic.names import name_key
from planner.tables.columns import Row
from planner.tables.kinds import RowKind
from planner.tables.pasting.blocks import BLANKS, Block, Layout, Line
from planner.tables.pasting.shown import texts_of
from planner.tables.table import Table


@dataclass(slots=True)
class Spot:
    """A row of the page: its kind, its object, and what its cells show."""

    row: Row
    kind: RowKind
    shown: dict[str, str]

    @property
    def name(self) -> str:
        """What the row is called in its first cell."""
        return next(iter(self.shown.values()), "") or self.row.label

    def is_named(self, texts: dict[str, str]) -> bool:
        """Whether a line's texts are about this very row."""
        first = next(iter(self.shown), "")
        return first in texts and name_key(texts[first]) == name_key(self.shown[first])


class Places:
    """The rows of a page that a block may cover, as they are now, and which of them a line belongs to."""

    def __init__(self, make_table: Callable[[], Table], block: Block, layout: Layout) -> None:
        self.make_table, self.block, self.layout = make_table, block, layout
        self.table = make_table()
        # Which lines go to the rows that they name.
        self.claims: dict[int, int] = {}

    @cached_property
    def kind(self) -> RowKind:
        """The kind of row in which the block begins, or which it adds."""
        if self.block.keys:
            return self.table.split(self.block.keys[0])[0]
        if self.block.kind not in self.table.kinds:
            raise Http404
        return self.table.kinds[self.block.kind]

    @cached_property
    def spots(self) -> list[Spot]:
        """The rows that the block may cover, as they are now."""
        keys = self.block.keys if self.layout.covers_names else self.block.keys[: len(self.block.lines)]
        return self._spots(keys)

    def _spots(self, keys: Sequence[str]) -> list[Spot]:
        rows = self.make_table().rows_of(list(keys)) if keys else []
        return [Spot(row, self.table.split(row.key)[0], texts_of(row)) for row in rows]

    def head_at_start(self) -> str:
        """The name of the head that `group_at_start` finds; "" without one."""
        group = self.group_at_start()
        spots = [spot for spot in self.spots if spot.row.key == group]
        if group and not spots:
            spots = self._spots([group])
        return next((spot.name for spot in spots if spot.row.obj), "")

    def group_at_start(self) -> str:
        """The key of the head to which the block's first row belongs, or beneath which it adds; "" for none."""
        if self.spots:
            first = self.spots[0].row
            return first.group or (first.key if first.obj else "")
        if self.kind.beneath and self.block.beneath is not None:
            return self.table.kinds[self.kind.beneath].key(self.block.beneath)
        return ""

    def claim(self, lines: Sequence[Line]) -> None:
        """Find the lines that name a row of the kind in which the block begins, in whatever order."""
        if self.layout.covers_names and not self.kind.beneath:
            free = [at for at, spot in enumerate(self.spots) if spot.kind is self.kind]
            for number, line in enumerate(lines, start=1):
                texts = self.layout.texts(line, self.kind.spans)
                if (found := next((at for at in free if self.spots[at].is_named(texts)), None)) is not None:
                    self.claims[number] = found
                    free.remove(found)

    def place(self, number: int, line: Line, start: int, group: str) -> int | None:
        """The row, from `start` on, that the line of this number belongs to; None where it is a new one.

        Lines without names go down the page. Others pass over rows of another kind, or another group, unless they
        name them or stand beneath the same head.
        """
        if number in self.claims:
            return self.claims[number]
        spots, claimed = self.spots, set(self.claims.values())
        if not self.layout.covers_names:
            return start if start < len(spots) else None
        if start < len(spots) and start not in claimed and self._is_about(line, spots[start], group):
            return start
        if self.kind.names_are_shared and self.layout.texts(line, self.kind.spans).get(self.layout.keys[0]):
            return None
        for at in range(start, len(spots)):
            row, kind = spots[at].row, spots[at].kind
            if at not in claimed and kind is self.kind and (not kind.beneath or row.group == group):
                return at
        return None

    def _is_about(self, line: Line, spot: Spot, group: str) -> bool:
        if spot.kind is not self.kind and spot.kind.beneath == self.kind.name and spot.row.group == group:
            head = next((each.name for each in self.spots if each.row.key == group), "")
            first = line[0] if line else ""
            if first in BLANKS or (head and name_key(first) == name_key(head)):
                return True
        return spot.is_named(self.layout.texts(line, spot.kind.spans))
