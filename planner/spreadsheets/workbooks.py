"""XLSX as grids of text. Its parts are inspected first, because the reader takes memory for every cell between the
outermost ones of a sheet.
"""

from __future__ import annotations

import datetime as dt
import html
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from planner.spreadsheets import limits, opendocument
from planner.spreadsheets.archives import check_shared_texts, directory_size
from planner.spreadsheets.grids import HEAD, REPORT_EVERY, Grid, Report
from planner.spreadsheets.limits import MEGABYTE
from planner.spreadsheets.problems import Unreadable

PIECE = 8 * MEGABYTE
# The columns from A to Z: what is not unusual (below) lies within them.
LETTERS = 26


def read_workbook(path: Path, report: Report) -> list[Grid]:
    """The sheets of a workbook; `report` is called with the share of one that is read. Raises Unreadable."""
    import python_calamine as calamine

    with _readable():
        details_by_name = _inspect(path)
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        worksheets = [
            (meta, book.get_sheet_by_index(at))
            for at, meta in enumerate(book.sheets_metadata)
            if meta.typ == calamine.SheetTypeEnum.WorkSheet
        ]
    except (calamine.CalamineError, calamine.ZipError, calamine.XmlError, calamine.PasswordError, OSError):
        raise _unreadable() from None
    grids = []
    for meta, sheet in worksheets:
        if sheet.end and sheet.end[1] >= limits.MOST_COLUMNS:
            raise limits.too_wide()
        details = details_by_name.get(meta.name, _SheetDetails())
        grids.append(
            Grid(
                meta.name,
                list(islice(_rows(sheet), HEAD)),
                partial(_rows, sheet, report),
                hidden=meta.visible != calamine.SheetVisibleEnum.Visible,
                merged=list(sheet.merged_cell_ranges or ()),
                broken=details.broken,
                hidden_rows=details.hidden_rows,
            )
        )
    return grids


def _rows(sheet: Any, report: Report | None = None) -> Iterator[list[str]]:
    """The rows of a sheet from its first one; `report` is called with the share that is read, from 0 to 1."""
    padding = [""] * (sheet.start[1] if sheet.start else 0)
    for number, row in enumerate(sheet.iter_rows(), start=1):
        yield padding + [cell if cell.__class__ is str else as_text(cell) for cell in row]
        if report and number % REPORT_EVERY == 0:
            report(number / (sheet.end[0] + 1))


def as_text(cell: Any) -> str:
    """A cell of a workbook as its owner would type it; dates as 2023-07-31, numbers with every digit they have."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        text = repr(cell)
        return f"{Decimal(text):f}" if "e" in text else text.removesuffix(".0")
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return "" if cell is None else str(cell)


@dataclass(slots=True)
class _SheetDetails:
    """What the sheet's XML has besides its values."""

    broken: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: int = 0
    # At most so many cells up to the outermost ones; fewer where the rows are not read cell by cell.
    cells: int = 0


# Tags may have a prefix, and a cell may have no reference: it follows the one before it.
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_ERROR = re.compile(rb"<(?:\w+:)?v>([^<]*)")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v>[^<]|is>)")
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*\bhidden="(?:1|true)"')
# Cells with more than a format; rows; rows and cells; their references, and those without one.
_FILLED = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\sr=["']([A-Z]+)([0-9]+)["'](?:[^>]*[^/>])?>""")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\sr=["']([0-9]+)["']""")
_ROW_OR_CELL = re.compile(rb"<(?:\w+:)?(row|c)\b([^>]*)>")
_PLACE = re.compile(rb"""\sr=["']([A-Z]*)([0-9]+)["']""")
_NO_PLACE = re.compile(rb"""<(?:\w+:)?(?:row|c)\b(?![^>]*?\sr=["'][A-Z]*[0-9]+["'])""")
# What is not simply <row r="…"> or <c r="…"> within reach. Each begins with letters, so that it is quickly found.
_UNUSUAL = (
    re.compile(rb'<c(?! r="[A-Z](?:[0-9]{1,6}|10[0-9]{5})")(?![a-zA-Z])'),
    re.compile(rb'<row(?! r="(?:[0-9]{1,6}|10[0-9]{5})")(?![a-zA-Z])'),
    re.compile(rb":(?:c|row)\b"),
)
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError, OSError, EOFError):
        raise _unreadable() from None


def _unreadable() -> Unreadable:
    return Unreadable(_("The workbook can't be read. Save it as XLSX again."))


def _inspect(path: Path) -> dict[str, _SheetDetails]:
    """Check how much memory the reader of values would take, then read the details that it leaves out."""
    if directory_size(path) > limits.LARGEST_DIRECTORY:
        raise _unreadable()
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        total = sum(entry.file_size for entry in entries)
        if total > limits.LARGEST_WORKBOOK or total > max(
            limits.LARGEST_RATIO * path.stat().st_size, 50 * MEGABYTE
        ):
            raise limits.too_large_unpacked(total)
        names = {entry.filename for entry in entries}
        if "xl/workbook.bin" in names:
            raise Unreadable(_("This workbook is in a binary format (XLSB). Save it as XLSX."))
        if opendocument.CONTENT in names:
            with archive.open(opendocument.CONTENT) as file:
                opendocument.check_content(file, _unreadable)
        parts = [(title, part) for title, part in _parts(archive, names) if part in names]
        check_shared_texts(archive, [part for _title, part in parts])
        details = {title: _read_details(archive, title, part) for title, part in parts}
        if sum(each.cells for each in details.values()) > limits.MOST_CELLS:
            _check_reach_of_all(archive, parts)
        return details


def _parts(archive: zipfile.ZipFile, names: set[str]) -> Iterator[tuple[str, str]]:
    """The titles of the sheets with the names of their parts."""
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return
    targets = {}
    for match in _RELATION.finditer(archive.read("xl/_rels/workbook.xml.rels")):
        targets[_attribute(match[0], b"Id")] = _attribute(match[0], b"Target")
    for match in _SHEET.finditer(archive.read("xl/workbook.xml")):
        target = targets.get(_attribute(match[0], b"r:id"), "")
        yield _attribute(match[0], b"name"), target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _attribute(tag: bytes, name: bytes) -> str:
    match = re.search(rb"\b" + re.escape(name) + rb'="([^"]*)"', tag)
    return html.unescape(match[1].decode("utf-8", "replace")) if match else ""


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The XML of a sheet, some whole rows at a time."""
    rest = b""
    with archive.open(part) as file:
        while piece := file.read(PIECE):
            rest += piece
            end = max(rest.rfind(b"</row>"), rest.rfind(b":row>"))
            if end >= 0:
                yield rest[: end + 6]
                rest = rest[end + 6 :]
    yield rest


def _read_details(archive: zipfile.ZipFile, title: str, part: str) -> _SheetDetails:
    details, is_near, last_row = _SheetDetails(), True, 0
    for piece in _pieces(archive, part):
        is_near = is_near and not any(unusual.search(piece) for unusual in _UNUSUAL)
        last_row = max(last_row, max(map(int, _ROW.findall(piece)), default=0))
        if b"hidden=" in piece:
            details.hidden_rows += len(_HIDDEN_ROW.findall(piece))
        if any(mark in piece for mark in (b"<f", b":f", b't="e"')):
            details.broken |= _find_broken(piece)
    details.cells = last_row * LETTERS
    if not is_near or details.cells > limits.MOST_CELLS:
        row, column = _reach(_pieces(archive, part))
        details.cells = row * column
        if row > limits.MOST_ROWS or details.cells > limits.MOST_CELLS:
            raise limits.too_many_cells(title, row, column)
    return details


def _check_reach_of_all(archive: zipfile.ZipFile, parts: list[tuple[str, str]]) -> None:
    """Refuse sheets that take too much memory together: the reader has all of them at once."""
    cells = 0
    for title, part in parts:
        row, column = _reach(_pieces(archive, part))
        cells += row * column
        if cells > limits.MOST_CELLS:
            raise limits.too_many_cells(title, row, column)


def _find_broken(piece: bytes) -> dict[tuple[int, int], str]:
    """Cells that are an error, with the error, and formulas that have not been calculated yet, with ""."""
    broken = {}
    for attributes, inner in _CELL.findall(piece):
        is_error = b't="e"' in attributes
        if not is_error and not _FORMULA.search(inner):
            continue
        if not is_error and (b't="str"' in attributes or _VALUE.search(inner)):
            continue  # a formula may well give an empty text
        if place := _PLACE.search(attributes):
            error = _ERROR.search(inner) if is_error else None
            broken[int(place[2]) - 1, _column(place[1]) - 1] = (
                error[1].decode("utf-8", "replace") if error else ""
            )
    return broken


def _reach(pieces: Iterable[bytes]) -> tuple[int, int]:
    """The outermost row and column of a sheet's cells: the reader takes memory for everything up to them."""
    row = last_row = last_column = 0
    for piece in pieces:
        if _NO_PLACE.search(piece):
            row, *reach = _reach_of_marks(piece, row)
        else:
            filled = _FILLED.findall(piece)
            reach = [
                max((int(number) for number in {number for _letters, number in filled}), default=0),
                max(map(_column, {letters for letters, _number in filled}), default=0),
            ]
            row = max(map(int, _ROW.findall(piece)[-1:]), default=row)
        last_row, last_column = max(last_row, reach[0]), max(last_column, reach[1])
    return last_row, last_column


def _reach_of_marks(piece: bytes, row: int) -> tuple[int, int, int]:
    """The last row of these that begin after `row`, and the outermost row and column with more than a format."""
    last_row = last_column = column = 0
    for tag, attributes in _ROW_OR_CELL.findall(piece):
        letters, number = match.groups() if (match := _PLACE.search(attributes)) else (b"", b"")
        if tag == b"row":
            row, column = int(number) if number else row + 1, 0
            continue
        column = _column(letters) if letters else column + 1
        if not attributes.endswith(b"/"):
            last_row, last_column = max(last_row, int(number or row)), max(last_column, column)
    return row, last_row, last_column


def _column(letters: bytes) -> int:
    """The number of a column, A being 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
