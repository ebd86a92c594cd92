"""CSV and XLSX as grids of text, row by row as the file has them.

Everything is read as text: what a number or a date is, values.py decides. Nothing is opened before its size is known.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from planner.imports.problems import Unreadable

MEGABYTE = 1 << 20
LARGEST_FILE = 200 * MEGABYTE
# What a workbook may unpack to, in all, and how much larger than the file that may be.
LARGEST_WORKBOOK = 1024 * MEGABYTE
LARGEST_RATIO = 200
MOST_COLUMNS = 500
DELIMITERS = (",", "\t", ";")
# So many rows are looked at before the others are read.
HEAD = 100
# After so many rows who waits is told how far the reading is.
TOLD_EVERY = 20_000
# So much of a file tells its encoding.
SAMPLE_BYTES = 4096
_OLE = b"\xd0\xcf\x11\xe0"


@dataclass
class Grid:
    """One sheet: its cells as text, the first row of the file first; `sheet` is None for CSV.

    `head` are its first rows; all of them (`rows`) are read when somebody asks for them.
    """

    sheet: str | None
    head: list[list[str]]
    read_all: Callable[[], list[list[str]]] | None = None
    # Of a CSV: where it is, and how it is written.
    text: TextFile | None = None
    hidden: bool = False
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    # Rows and columns (from 0) of formulas that have no value yet.
    empty_formulas: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: int = 0

    @cached_property
    def rows(self) -> list[list[str]]:
        return self.head if self.read_all is None else self.read_all()


Report = Callable[[float], None]


def unheard(share: float) -> None:
    """Nobody listens to how far the reading is."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """A CSV: its path, encoding and delimiter; who reads it says to `report` how much of it is read, from 0 to 1."""

    path: Path
    encoding: str
    delimiter: str
    report: Report = unheard

    @property
    def encoding_name(self) -> str:
        """The encoding as people call it: Excel's GBK is a part of GB18030."""
        name = self.encoding.upper().removesuffix("-SIG")
        return "GBK / GB18030" if name == "GB18030" else name

    def told(self, position: int) -> None:
        """Say that the file is read up to this byte."""
        self.report(min(position / max(self.path.stat().st_size, 1), 1))


def read(path: Path, report: Report = unheard) -> list[Grid]:
    """The sheets of a file. Raises Unreadable with the reason where it cannot be read as a table at all.

    `report` is told how much of it is read, from 0 to 1, and may raise to stop the reading.
    """
    size = path.stat().st_size
    if size == 0:
        raise Unreadable(_("The file is empty."))
    if size > LARGEST_FILE:
        raise Unreadable(
            _("The file has %(size)d MB; at most %(most)d MB are read.")
            % {"size": size // MEGABYTE, "most": LARGEST_FILE // MEGABYTE}
        )
    with path.open("rb") as file:
        start = file.read(4)
    if start == b"PK\x03\x04":
        return _read_workbook(path)
    if start == _OLE:
        raise Unreadable(
            _("This is an old or a password-protected workbook. Save it as XLSX without a password.")
        )
    return [_read_text(path, report)]


def _read_text(path: Path, report: Report) -> Grid:
    encoding = encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        start = file.read(64 * 1024)
        is_all = not file.read(1)
    delimiter = delimiter_of(start)
    whole = TextFile(path, encoding, delimiter, report)
    if is_all:
        return Grid(None, list(_rows_of(io.StringIO(start, newline=""), delimiter)), text=whole)
    # The last line of the sample may be cut.
    head = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter)
    rows = [row for row, _n in zip(head, range(HEAD), strict=False)]
    return Grid(None, rows, lambda: _all_rows(whole), text=whole)


def _all_rows(text: TextFile) -> list[list[str]]:
    found = []
    with text.path.open("rb") as file, io.TextIOWrapper(file, text.encoding, newline="") as lines:
        for row in _rows_of(lines, text.delimiter):
            found.append(row)
            if len(found) % TOLD_EVERY == 0:
                text.told(file.tell())
    return found


def encoding_of(path: Path) -> str:
    """The encoding of a CSV: UTF-8 or UTF-16 by its BOM, UTF-16 by its zeros, else UTF-8, else GB18030 (with GBK).

    Raises Unreadable where the text is in none of them, or no text at all.
    """
    with path.open("rb") as file:
        start = file.read(SAMPLE_BYTES)
    for bom, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if start.startswith(bom):
            candidates = [encoding]
            break
    else:
        candidates = ["utf-8", "gb18030"]
        if len(start) > 8 and start.count(0) * 10 > len(
            start
        ):  # two bytes a letter, without a mark that says so
            candidates = ["utf-16-be" if start[::2].count(0) > start[1::2].count(0) else "utf-16-le"]
    for encoding in candidates:
        try:
            _read_through(path, encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Unreadable(_("The encoding of the file is not known. Save it as CSV UTF-8 or as XLSX."))


def _read_through(path: Path, encoding: str) -> None:
    """Raises UnicodeDecodeError where the file is in another encoding; holds no more than a piece of it."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while piece := file.read(MEGABYTE):
            if "\0" in decoder.decode(piece):
                raise Unreadable(_("This is no text file: it holds a NUL character. Save it as CSV or XLSX."))
        decoder.decode(b"", final=True)


def delimiter_of(text: str) -> str:
    """The delimiter under which the first lines have the most columns, and the same number of them."""
    sample = text[: 64 * 1024].splitlines()[:50]
    best, found = (0, 0), ","
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter) if any(row))
        widths.pop(1, None)
        if widths:
            width, times = max(widths.items(), key=lambda each: (each[1], each[0]))
            if (times, width) > best:
                best, found = (times, width), delimiter
    return found


def _rows_of(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(LARGEST_FILE)
    try:
        for row in csv.reader(lines, delimiter=delimiter, strict=True):
            yield _checked(row)
    except csv.Error as error:
        raise Unreadable(
            _("The quotation marks of the file do not match (%(error)s).") % {"error": error}
        ) from None


def _checked(row: list[str]) -> list[str]:
    if len(row) > MOST_COLUMNS:
        raise Unreadable(_("A row has more than %(most)d columns.") % {"most": MOST_COLUMNS})
    return row


def _read_workbook(path: Path) -> list[Grid]:
    import python_calamine as calamine

    sheets = _inspected(path)
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
    except (calamine.CalamineError, calamine.ZipError, calamine.XmlError, calamine.PasswordError, OSError):
        raise Unreadable(_("This is no workbook that can be read. Save it as XLSX once more.")) from None
    grids = []
    for at, meta in enumerate(book.sheets_metadata):
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        seen = sheets.get(meta.name, _Seen())
        sheet = book.get_sheet_by_index(at)
        if sheet.total_width > MOST_COLUMNS:
            raise Unreadable(_("A row has more than %(most)d columns.") % {"most": MOST_COLUMNS})
        grids.append(
            Grid(
                meta.name,
                [[as_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)],
                hidden=meta.visible != calamine.SheetVisibleEnum.Visible,
                merged=list(sheet.merged_cell_ranges or ()),
                empty_formulas=seen.empty_formulas,
                hidden_rows=seen.hidden_rows,
            )
        )
    return grids


def as_text(cell: Any) -> str:
    """A cell of a workbook as its owner would type it; dates as 2023-07-31, numbers with every digit they have."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    if isinstance(cell, float):
        return f"{int(cell)}" if cell.is_integer() and abs(cell) < 1e15 else f"{Decimal(repr(cell)):f}"
    return "" if cell is None else str(cell)


@dataclass(slots=True)
class _Seen:
    """What the sheet's XML says beyond its values."""

    empty_formulas: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: int = 0


_CELL = re.compile(rb'<c\b[^>]*\br="([A-Z]+)([0-9]+)"[^>]*?(?:/>|>(.*?)</c>)', re.DOTALL)
_RELATION = re.compile(rb"<Relationship\b[^>]*>")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")


def _inspected(path: Path) -> dict[str, _Seen]:
    """Check the sizes that the file's directory names, then look for what the reader of values does not tell."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            total = sum(entry.file_size for entry in entries)
            if total > LARGEST_WORKBOOK or total > max(LARGEST_RATIO * path.stat().st_size, 50 * MEGABYTE):
                raise Unreadable(
                    _("The workbook would unpack to %(size)d MB: more than is read.")
                    % {"size": total // MEGABYTE}
                )
            names = {entry.filename for entry in entries}
            return {
                title: _seen(archive.read(part)) for title, part in _parts(archive, names) if part in names
            }
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError):
        raise Unreadable(_("This is no workbook that can be read. Save it as XLSX once more.")) from None


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
    import html

    match = re.search(rb"\b" + re.escape(name) + rb'="([^"]*)"', tag)
    return html.unescape(match[1].decode("utf-8", "replace")) if match else ""


def _seen(xml: bytes) -> _Seen:
    seen = _Seen(hidden_rows=len(re.findall(rb'<row\b[^>]*\bhidden="(?:1|true)"', xml)))
    if b"<f" in xml:
        for column, row, inner in _CELL.findall(xml):
            if b"<f" in inner and not re.search(rb"<v>[^<]|<is>", inner):
                seen.empty_formulas.add((int(row) - 1, _column(column)))
    return seen


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
