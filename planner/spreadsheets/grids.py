"""The content of a file: sheets as grids of text, row by row as the file has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

# How many rows are inspected before the others are read.
HEAD = 100
# The progress of the reading is reported after every so many rows.
REPORT_EVERY = 20_000


@dataclass
class Grid:
    """One sheet: its cells as text, from the first row of the file; `sheet` is None for CSV.

    `head` has its first rows; `rows` yields all of them one by one.
    """

    sheet: str | None
    head: list[list[str]]
    read_all: Callable[[], Iterator[list[str]]] | None = None
    # Of a CSV: where it is, and how it is written.
    text: TextFile | None = None
    hidden: bool = False
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    # Rows and columns (from 0) of cells that are an error, such as #N/A, or "" for a formula without a value yet.
    broken: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: int = 0

    def rows(self) -> Iterator[list[str]]:
        return iter(self.head) if self.read_all is None else self.read_all()


Report = Callable[[float], None]


def no_report(share: float) -> None:
    """The `Report` of a caller who does not need the progress."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """A CSV: its path, encoding and delimiter; `report` is called with the share that is read, from 0 to 1."""

    path: Path
    encoding: str
    delimiter: str
    report: Report = no_report

    @property
    def encoding_name(self) -> str:
        """The encoding as people call it: Excel's GBK is a part of GB18030."""
        name = self.encoding.upper().removesuffix("-SIG")
        return "GBK / GB18030" if name == "GB18030" else name

    def report_position(self, position: int) -> None:
        """Report that the file is read up to this byte."""
        self.report(min(position / max(self.path.stat().st_size, 1), 1))
