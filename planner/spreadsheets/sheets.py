"""A table that is to become a file: columns, rows and figures, in plain values.

Texts come from users and may hold anything; the writers make sure that none becomes a formula, a link or
a broken file.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Generic, TypeAlias, TypeVar

from planner.arithmetic.formats import PLAIN, Scale

# XML 1.0 does not allow most of these, and no spreadsheet shows any of them.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Number:
    """A figure in a cell, with how it is read and, where it is the result of others, how it is computed.

    `value` is a fraction where `scale` is a rate (0.08, shown as 8%), else an amount in its unit. None is an
    empty cell. The `difference` of two rates is a fraction as well, shown in percentage points.

    `formula` is in A1 style without "=", with "{row}" for the number of its row ("C{row}-B{row}"); `value`
    is then its result, for programs that do not compute. It is code, never a user's text.
    """

    value: Decimal | None
    scale: Scale = PLAIN
    difference: bool = False
    formula: str = ""


Cell: TypeAlias = str | dt.date | Number | None
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: `width` is in characters, Chinese ones counting twice; wider where its figures need more.

    A column that `wraps` is for long texts. `choices` are the texts offered for its cells; another text is
    accepted after a warning, since a new colleague is not in the list yet. `number` is what a blank row holds
    here: its value is None, its format and its formula are used.
    """

    label: str
    width: int = 14
    wraps: bool = False
    choices: tuple[str, ...] = ()
    is_date: bool = False
    number: Number | None = None


@dataclass(frozen=True, slots=True)
class Column(Heading, Generic[R]):
    """A column of a table in which each row is an object: `value_of` is what its cell holds of one."""

    value_of: Callable[[R], Cell] = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Line:
    """A row, with as many cells as there are headings.

    A `band` is the head of the group of `level` 1 lines below it, which can be folded away.
    """

    cells: tuple[Cell, ...]
    band: bool = False
    level: int = 0


def line_of(columns: Iterable[Column[R]], row: R, *, band: bool = False, level: int = 0) -> Line:
    """The row of an object in a table of these columns."""
    return Line(tuple(column.value_of(row) for column in columns), band, level)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with at least one heading. `name` is for the tab, `title` and `note` are above the table.

    `language` is the reader's: "en" or "zh-hans". `blank_lines` are rows to fill in: they have formats,
    formulas and drop-downs, and nothing else.
    """

    name: str
    title: str
    note: str
    language: str
    headings: tuple[Heading, ...]
    lines: tuple[Line, ...] = ()
    blank_lines: int = 0


def printable(text: str) -> str:
    """`text` without control characters, lone surrogates and non-characters; every line ends in a plain "\\n".

    Tabs and line ends stay.
    """
    return _UNPRINTABLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def text_width(text: str) -> int:
    """How many characters wide `text` is where Chinese ones count twice."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
