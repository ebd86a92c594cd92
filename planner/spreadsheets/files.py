"""Reads a file into its sheets, after a check of its size.

Everything is read as text: planner/readings/imports/values.py decides what is a number or a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from django.utils.translation import gettext as _

from planner.spreadsheets.grids import Grid, Report, no_report
from planner.spreadsheets.limits import LARGEST_FILE, MEGABYTE
from planner.spreadsheets.problems import Unreadable
from planner.spreadsheets.texts import read_text
from planner.spreadsheets.workbooks import read_workbook

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read(path: Path, report: Report = no_report) -> list[Grid]:
    """The sheets of a file. Raises Unreadable with the reason where it cannot be read as a table at all.

    `report` is called with the share that is read, from 0 to 1, and may raise to stop the reading.
    """
    _check_text(path.name)
    size = path.stat().st_size
    if size == 0:
        raise Unreadable(_("The file is empty."))
    if size > LARGEST_FILE:
        raise Unreadable(
            _("The file is %(size)d MB; the limit is %(most)d MB.")
            % {"size": size // MEGABYTE, "most": LARGEST_FILE // MEGABYTE}
        )
    with path.open("rb") as file:
        start = file.read(4)
    if start == _ZIP:
        return [_with_texts_checked(grid) for grid in read_workbook(path, report)]
    if start == _OLE:
        raise Unreadable(
            _("This workbook is in an old format or password-protected. Save it as XLSX without a password.")
        )
    return [read_text(path, report)]


# What no database stores: PostgreSQL no NUL, neither of them half a character (a lone surrogate).
_NOT_STORED = re.compile("[\0\ud800-\udfff]")


def _check_text(text: str, row: int | None = None) -> None:
    """Raises Unreadable where a text cannot be stored. A CSV is checked while its encoding is found."""
    if (text.isascii() and "\0" not in text) or not _NOT_STORED.search(text):
        return
    if row is None:
        raise Unreadable(_("The name of the file or of a sheet has an invalid character. Rename it."))
    raise Unreadable(
        _("Row %(row)d has an invalid character (NUL or half a character). Enter the text again.")
        % {"row": row}
    )


def _with_texts_checked(grid: Grid) -> Grid:
    """The same sheet; an invalid character in any of its texts raises Unreadable when its row is read."""

    def checked(rows: Iterable[list[str]]) -> Iterator[list[str]]:
        for number, row in enumerate(rows, start=1):
            _check_text("".join(row), number)
            yield row

    _check_text(grid.sheet or "")
    read_all = grid.read_all
    return replace(
        grid,
        head=list(checked(grid.head)),
        read_all=None if read_all is None else lambda: checked(read_all()),
    )
