"""A page of a stage that has a table: what is shown around it, and which pieces of that follow what others change."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from planner.tables.table import Table
from planner.web.live import Piece

T = TypeVar("T", bound=Table)


class TablePage(Generic[T]):
    """A table with nothing around it; a subclass names its own template, and gives that what it shows besides."""

    template: ClassVar[str] = "tables/page.html"
    pieces: ClassVar[tuple[Piece, ...]] = (Piece("summary", template="tables/table.html"),)

    def __init__(self, table: T) -> None:
        self.table = table
        self.plan, self.params = table.plan, table.params
