"""A block of cells as a browser sends it, and which of its texts belong to which cells of a row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from planner.arithmetic.names import name_key
from planner.tables.columns import Column

# What takes a few seconds at most, for the rows of a team wait for it.
MOST_CELLS, MOST_LINES = 1000, 500
# What pages and spreadsheets show where there is nothing.
BLANKS = frozenset(("", "–", "—", "-"))

Line = tuple[str, ...]


class TooLarge(ValidationError):
    """More than one paste may bring."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of texts whose first belongs into `column` of the first of the rows `keys`, which go down the page.

    Where it was pasted into a form that adds rows, there are no keys, and all lines become rows of `kind`, `beneath`
    the head of that id; "" stands for the first column.
    """

    lines: tuple[Line, ...]
    column: str
    keys: tuple[str, ...]
    kind: str = ""
    beneath: int | None = None

    @property
    def width(self) -> int:
        return max(map(len, self.lines), default=0)


def read_block(data: Mapping[str, Any]) -> Block:
    """The block in a posted form. Raises ValidationError for what no page of ours sends, TooLarge above the limits."""
    try:
        lines = json.loads(data.get("lines", ""))
        keys = json.loads(data.get("keys", "[]"))
    except (ValueError, RecursionError):
        lines = keys = None
    if not (
        _is_list(lines, list) and lines and all(_is_list(line, str) for line in lines) and _is_list(keys, str)
    ):
        raise ValidationError(_("There is nothing to paste. Copy the cells again."))
    beneath = data.get("beneath", "")
    return Block(
        lines=_trimmed(lines),
        column=data.get("column", ""),
        keys=tuple(dict.fromkeys(keys)),
        kind=data.get("kind", ""),
        beneath=int(beneath) if beneath.isdecimal() and len(beneath) < 19 else None,
    )


def _is_list(value: Any, of: type) -> bool:
    return isinstance(value, list) and all(isinstance(each, of) for each in value)


def _trimmed(lines: Sequence[Sequence[str]]) -> tuple[Line, ...]:
    """The lines without blank ones behind them. Raises TooLarge, and ValidationError where nothing is left."""
    clean = [tuple(map(_cleaned, line)) for line in lines]
    while clean and is_blank(clean[-1]):
        clean.pop()
    if not clean:
        raise ValidationError(_("There is nothing to paste. Copy the cells again."))
    if len(clean) > MOST_LINES or sum(map(len, clean)) > MOST_CELLS:
        raise TooLarge(
            _("This is too much to paste at once: the limit is %(lines)d rows and %(cells)d cells.")
            % {"lines": MOST_LINES, "cells": MOST_CELLS}
        )
    return tuple(clean)


def _cleaned(text: str) -> str:
    """The text with plain line ends, and without what no database takes: NUL, and halves of characters."""
    return text.replace("\r\n", "\n").replace("\0", "").encode(errors="ignore").decode().strip()


def is_blank(line: Iterable[str]) -> bool:
    return all(text in BLANKS for text in line)


class Layout:
    """Which text of a line belongs to which cell, in rows whose cells may be wider than a column.

    A block follows the columns of the table. Only where it begins in a wide cell and has a text for what is beside
    that, as a list typed in a spreadsheet has, it follows the cells that people see.
    """

    def __init__(self, columns: Sequence[Column], start: str) -> None:
        self.keys = [column.key for column in columns]
        self.start = self.keys.index(start)
        self.by_cell = False

    @property
    def covers_names(self) -> bool:
        """Whether lines say what they are about: they can become rows, and be told apart."""
        return self.start == 0

    def follow_cells(self, lines: Sequence[Line], span: int, head: str) -> None:
        """Follow what people see if the lines, which begin in a cell so wide, were not copied from a table like this:
        there the other columns of the wide cell are blank, or the first has the name of the `head`.
        """
        beside = any(text not in BLANKS for line in lines for text in line[1:span])
        of_head = bool(head) and all(name_key(line[0]) == name_key(head) for line in lines if line)
        self.by_cell = beside and not of_head

    def cells(self, line: Line, spans: Mapping[str, int]) -> dict[str, str]:
        """The texts of a line by column, for a row with these `spans`; "" where they are blank."""
        texts = {}
        index = cell = 0
        while index < len(self.keys):
            key = self.keys[index]
            span = spans.get(key, 1)
            if index >= self.start:
                first, count = (cell, 1) if self.by_cell else (index - self.start, span)
                here = line[first : first + count]
                # A file has the name of the head before that of a row: the last text is the cell's own.
                if here:
                    texts[key] = next((text for text in reversed(here) if text not in BLANKS), "")
                cell += 1
            index += span
        return texts

    def texts(self, line: Line, spans: Mapping[str, int]) -> dict[str, str]:
        """The same without the blank ones."""
        return {key: text for key, text in self.cells(line, spans).items() if text}

    def beyond(self, lines: Sequence[Line], spans: Mapping[str, int]) -> int:
        """How many columns of the block lie beyond the table's last one, and have texts."""
        room = len(self.keys) - self.start
        if self.by_cell:
            room -= sum(span - 1 for key, span in spans.items() if self.keys.index(key) >= self.start)
        width = max(map(len, lines))
        return sum(
            any(line[at : at + 1] and line[at] not in BLANKS for line in lines) for at in range(room, width)
        )

    def is_heading(self, line: Line, labels: Mapping[str, str]) -> bool:
        """Whether a line is the table's own headings, copied with its rows."""
        here = [labels[key] for key in self.keys[self.start :]]
        pairs = [(text, label) for text, label in zip(line, here, strict=False) if text not in BLANKS]
        return len(pairs) > 1 and all(name_key(text) == name_key(str(label)) for text, label in pairs)
