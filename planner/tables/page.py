"""A page of a stage that has a table: what is shown around it, and which pieces of that follow what others change."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Generic, TypeVar

from planner.stages import Station, place_of, thread_at, thread_shows
from planner.tables.table import Table
from planner.web.live import Piece

T = TypeVar("T", bound=Table)


class TablePage(Generic[T]):
    """A table with nothing around it; a subclass names its own template, and gives that what it shows besides."""

    template: ClassVar[str] = "tables/page.html"
    # What is shown around the table.
    around: ClassVar[tuple[Piece, ...]] = ()

    def __init__(self, table: T) -> None:
        self.table = table
        self.plan, self.params = table.plan, table.params

    @cached_property
    def thread(self) -> list[Station]:
        """What the object that the address names follows from and leads to, as it does with ?thread=goal-12."""
        return thread_at(self.plan, self.params.get("thread", ""))

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """What follows changes besides the rows: the line beneath the title, what editors offer, what is around."""
        template, place = "tables/table.html", place_of(self.table.url_name)
        has_steps = place is not None and place.stage.next_step is not None
        return (
            *((Piece("next", template="plans/next.html"),) if has_steps else ()),
            *((Piece("thread", thread_shows(), template="plans/thread.html"),) if self.thread else ()),
            Piece("summary", template=template),
            Piece("editors", self.table.offers, template=template),
            *self.around,
        )
