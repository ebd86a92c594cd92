"""CSV as a grid of text, in whatever encoding and with whatever delimiter it is written."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from planner.spreadsheets import limits
from planner.spreadsheets.grids import HEAD, REPORT_EVERY, Grid, Report, TextFile
from planner.spreadsheets.problems import Unreadable

DELIMITERS = (",", "\t", ";")
# How much of a file is read to find its encoding, and its delimiter.
SAMPLE_BYTES = 4096
SAMPLE = 64 * 1024
PIECE = 1 << 20
csv.field_size_limit(limits.LONGEST_CELL)


def read_text(path: Path, report: Report) -> Grid:
    """A CSV as one sheet; `report` is called with the share that is read, from 0 to 1. Raises Unreadable."""
    encoding = encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        start = file.read(SAMPLE)
        is_complete = not file.read(1)
    delimiter = delimiter_of(start)
    text_file = TextFile(path, encoding, delimiter, report)
    if is_complete:
        return Grid(None, list(_rows_of(io.StringIO(start, newline=""), delimiter)), text=text_file)
    # The last line of the sample may be cut.
    head = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter)
    rows = [_check_width(row) for row, _n in zip(head, range(HEAD), strict=False)]
    return Grid(None, rows, lambda: _all_rows(text_file), text=text_file)


def _all_rows(text: TextFile) -> Iterator[list[str]]:
    with text.path.open("rb") as file, io.TextIOWrapper(file, text.encoding, newline="") as lines:
        for number, row in enumerate(_rows_of(lines, text.delimiter), start=1):
            yield row
            if number % REPORT_EVERY == 0:
                text.report_position(file.tell())


def encoding_of(path: Path) -> str:
    """The encoding of a CSV: UTF-8 or UTF-16 by its BOM, UTF-16 by its zeros, else UTF-8, else GB18030 (with GBK).

    Raises Unreadable where the file is in none of them, or is not text.
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
        ):  # two bytes a letter, without a byte order mark
            candidates = ["utf-16-be" if start[::2].count(0) > start[1::2].count(0) else "utf-16-le"]
    for encoding in candidates:
        try:
            _read_through(path, encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Unreadable(_("The file encoding is not recognised. Save the file as CSV UTF-8 or XLSX."))


def _read_through(path: Path, encoding: str) -> None:
    """Raises UnicodeDecodeError where the file is in another encoding, Unreadable where it is no text or too large;
    keeps one piece in memory at a time.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = length = 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            text = decoder.decode(piece)
            if "\0" in text:
                raise Unreadable(
                    _("This is not a text file: it contains a NUL character. Save it as CSV or XLSX.")
                )
            lines += max(text.count("\n"), text.count("\r"))
            last = max(text.rfind("\n"), text.rfind("\r"))
            length = len(text) - last - 1 if last >= 0 else length + len(text)
            if lines > limits.MOST_LINES:
                raise limits.too_many_lines()
            if length > 2 * limits.LONGEST_CELL:
                raise limits.too_long_a_cell()
        decoder.decode(b"", final=True)


def delimiter_of(text: str) -> str:
    """The delimiter under which the first lines have the most columns, and the same number of them."""
    sample = text[:SAMPLE].splitlines()[:50]
    best_score, best_delimiter = (0, 0), ","
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter) if any(row))
        widths.pop(1, None)
        if widths:
            width, times = max(widths.items(), key=lambda item: (item[1], item[0]))
            if (times, width) > best_score:
                best_score, best_delimiter = (times, width), delimiter
    return best_delimiter


def _rows_of(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    try:
        for row in csv.reader(lines, delimiter=delimiter, strict=True):
            yield _check_width(row)
    except csv.Error as error:
        if "field larger than field limit" in str(error):
            raise limits.too_long_a_cell() from None
        raise Unreadable(
            _("The quotation marks in the file don't match (%(error)s).") % {"error": error}
        ) from None


def _check_width(row: list[str]) -> list[str]:
    if len(row) > limits.MOST_COLUMNS:
        raise limits.too_wide()
    return row
