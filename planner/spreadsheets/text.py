"""A table as comma-separated text, for programs: exact figures, days as ISO dates, no title and no blank rows."""

import csv
import datetime as dt
import re
from io import StringIO

from planner.arithmetic.formats import machine
from planner.spreadsheets.sheets import Cell, Number, Sheet, printable

# What a spreadsheet may take for a formula: after white space or invisible characters one of = + - @, which East
# Asian versions also accept in full and small width; and a tab or line end, which some programs drop first.
_FORMULA = re.compile("[\t\n]|[\\s\u200b-\u200f\u2060\ufeff]*[=+\\-@＝＋－＠﹦﹢﹣﹫]")


def as_csv(sheet: Sheet) -> bytes:
    """The headings and lines in UTF-8 with a byte order mark (Excel needs it), quoted as RFC 4180 has it.

    Figures are written by `planner.arithmetic.formats.machine`: rates and their differences as fractions, no
    unit. A text that a spreadsheet could take for a formula begins with an apostrophe here; control
    characters are dropped. Raises ValueError where a line has not as many cells as there are headings.
    """
    file = StringIO(newline="")
    rows = csv.writer(file, lineterminator="\r\n")
    rows.writerow([_without_formula(heading.label) for heading in sheet.headings])
    for line in sheet.lines:
        rows.writerow([_cell_text(cell) for _, cell in zip(sheet.headings, line.cells, strict=True)])
    return file.getvalue().encode("utf-8-sig")


def _cell_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Number):
        return machine(cell.value)
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return _without_formula(cell)


def _without_formula(text: str) -> str:
    text = printable(text)
    return "'" + text if _FORMULA.match(text) else text
