"""How large a file may be. Each limit bounds the memory of a worker, and is checked before that memory is taken.

Beyond them the worker process itself has a ceiling: WORKER_MEMORY_MB in planner/settings.py.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from planner.spreadsheets.problems import Unreadable

MEGABYTE = 1 << 20
# Some 4 million order lines as CSV.
LARGEST_FILE = 200 * MEGABYTE
# A table for people has some dozens; each row is kept as a list of this length for a moment.
MOST_COLUMNS = 500
# Of a CSV. Each row takes some tens of bytes until the file is saved, even a blank one.
MOST_LINES = 5_000_000
# Of a CSV, in characters: one cell, and one line. Whole cells are in memory several times.
LONGEST_CELL = MEGABYTE
# Excel's own number of rows.
MOST_ROWS = 1_048_576
# Of all sheets, counted up to the outermost cells: the reader takes 70 to 130 bytes for each, filled or not.
MOST_CELLS = 6 * MOST_ROWS
# The characters of all cells of a workbook: a text that many cells share is copied into each.
MOST_CHARACTERS = 128 * MEGABYTE
# What a workbook may unpack to, in all, and how much larger than the file that may be.
LARGEST_WORKBOOK = 512 * MEGABYTE
LARGEST_RATIO = 200
# The list of a workbook's parts, in bytes: some ten thousand of them.
LARGEST_DIRECTORY = MEGABYTE


def too_many_cells(name: str, row: int, column: int) -> Unreadable:
    """A sheet that takes too much memory up to its outermost cells; row and column from 1."""
    return Unreadable(
        _(
            "The sheet “%(name)s” is too large to read: it extends to row %(row)d, column %(column)d. "
            "The limit for a workbook is %(most)d million cells. Delete anything far below or beside "
            "the table, or save the sheet as CSV."
        )
        % {"name": name, "row": row, "column": column, "most": MOST_CELLS // 1_000_000}
    )


def too_much_text() -> Unreadable:
    return Unreadable(
        _(
            "The workbook has too much text to read: the limit is %(most)d million characters. "
            "Remove columns that aren't needed, or save the sheet as CSV."
        )
        % {"most": MOST_CHARACTERS // 1_000_000}
    )


def too_large_unpacked(size: int) -> Unreadable:
    """A workbook that unpacks to `size` bytes."""
    return Unreadable(
        _(
            "The workbook is too large to read: %(size)d MB when unpacked, the limit is %(most)d MB "
            "and %(ratio)d times the file. Remove sheets that aren't needed, or save the sheet as CSV."
        )
        % {"size": size // MEGABYTE, "most": LARGEST_WORKBOOK // MEGABYTE, "ratio": LARGEST_RATIO}
    )


def too_wide() -> Unreadable:
    return Unreadable(_("A row has more than %(most)d columns.") % {"most": MOST_COLUMNS})


def too_many_lines() -> Unreadable:
    return Unreadable(
        _("The file has more than %(most)d rows. Split it into smaller files.") % {"most": MOST_LINES}
    )


def too_long_a_cell() -> Unreadable:
    return Unreadable(
        _(
            "The file has a cell or a line with more than %(most)d characters. Check that its lines "
            "end and its quotation marks match."
        )
        % {"most": LONGEST_CELL}
    )
