"""The size of an OpenDocument sheet, from its XML: a cell may say that it is repeated a million times."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO
from xml.parsers import expat

from planner.spreadsheets import limits

CONTENT = "content.xml"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_ROW, _SHEET = f"{_TABLE}table-row", f"{_TABLE}table"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
PIECE = 1 << 20


def check_content(file: IO[bytes], unreadable: Callable[[], Exception]) -> None:
    """Raises Unreadable as soon as the sheets have too many cells or too much text; `unreadable()` for no XML."""
    size = _Size()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = size.start, size.end
    parser.CharacterDataHandler = size.text

    def refuse(*_declaration: object) -> None:
        raise unreadable()  # a document type may define texts that grow without end

    parser.StartDoctypeDeclHandler = refuse
    try:
        while piece := file.read(PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError):
        raise unreadable() from None


class _Size:
    """Counts the cells of all sheets up to the last filled ones, and their characters."""

    def __init__(self) -> None:
        self._sheet, self._cells, self._characters = "", 0, 0
        self._rows = self._last_row = self._width = 0
        self._repeated_rows = self._repeated = self._column = self._last_column = 0
        self._length, self._is_filled = 0, False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == _SHEET:
            self._sheet = attributes.get(f"{_TABLE}name", "")
            self._rows = self._last_row = self._width = 0
        elif tag == _ROW:
            self._repeated_rows = int(attributes.get(f"{_TABLE}number-rows-repeated", 1))
            self._column = self._last_column = 0
        elif tag in _CELLS:
            self._repeated = int(attributes.get(f"{_TABLE}number-columns-repeated", 1))
            self._length = len(attributes.get(f"{_OFFICE}string-value", ""))
            self._is_filled = f"{_OFFICE}value-type" in attributes

    def text(self, text: str) -> None:
        self._length += len(text)

    def end(self, tag: str) -> None:
        if tag in _CELLS:
            self._column += self._repeated
            if self._is_filled:
                self._last_column = self._column
                self._characters += self._length * self._repeated * self._repeated_rows
        elif tag == _ROW:
            self._rows += self._repeated_rows
            if self._last_column:
                self._last_row, self._width = self._rows, max(self._width, self._last_column)
        elif tag == _SHEET:
            self._cells += self._last_row * self._width
        self._check()

    def _check(self) -> None:
        if self._cells + self._last_row * self._width > limits.MOST_CELLS:
            raise limits.too_many_cells(self._sheet, self._last_row, self._width)
        if self._characters > limits.MOST_CHARACTERS:
            raise limits.too_much_text()
