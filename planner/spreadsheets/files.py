"""Reads a file into its sheets, after a check of its size.

Everything is read as text: planner/readings/imports/values.py decides what is a number or a date.
"""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from planner.spreadsheets.grids import Grid, Report, no_report
from planner.spreadsheets.problems import Unreadable
from planner.spreadsheets.texts import read_text
from planner.spreadsheets.workbooks import read_workbook

MEGABYTE = 1 << 20
LARGEST_FILE = 200 * MEGABYTE
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read(path: Path, report: Report = no_report) -> list[Grid]:
    """The sheets of a file. Raises Unreadable with the reason where it cannot be read as a table at all.

    `report` is called with the share that is read, from 0 to 1, and may raise to stop the reading.
    """
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
        return read_workbook(path, report)
    if start == _OLE:
        raise Unreadable(
            _("This workbook is in an old format or password-protected. Save it as XLSX without a password.")
        )
    return [read_text(path, report)]
