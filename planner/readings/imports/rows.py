"""The rows of data below a header: blank and total rows are left out, a row that is too long is an error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice

from django.utils.translation import gettext as _

from planner.readings.imports.headers import Header, plain
from planner.spreadsheets.grids import Grid
from planner.spreadsheets.problems import Problems
from planner.words import listed

TOTALS = {"合计", "总计", "小计", "汇总", "total", "totals", "subtotal", "grandtotal", "sum"}
# The text in a CSV of a cell that was an error in the workbook.
ERRORS = {"#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!"}
# How many row numbers one sentence lists.
MOST_NUMBERS = 10


def data_rows(
    grid: Grid, header: Header, names: Sequence[str], problems: Problems
) -> Iterator[tuple[int, list[str]]]:
    """Each row with its number in the file (from 1), as long as the header.

    A row is a total where one of its fields `names` is one of TOTALS; it is left out, with a warning at the end.
    """
    width, totals = len(header.names), []
    places = [header.columns[name] for name in names if name in header.columns]
    is_total = cache(lambda text: plain(text) in TOTALS)
    for number, row in enumerate(islice(grid.rows(), header.row + 1, None), start=header.row + 2):
        if not "".join(row).strip():
            continue
        cells = row
        if len(row) != width:
            if "".join(row[width:]).strip():
                problems.error(_("This row has more cells than the header. Delete the extra cells."), number)
                continue
            cells = [*row[:width], *[""] * (width - len(row))]
        if places and any(is_total(cells[at]) for at in places):
            totals.append(number)
            continue
        yield number, cells
    if totals:
        warn_of_totals(totals, problems)


def warn_of_totals(totals: Sequence[int], problems: Problems) -> None:
    """Warn which rows were left out because they are totals."""
    rows = listed(totals, most=MOST_NUMBERS)
    problems.warn(_("Total rows were skipped: %(rows)s.") % {"rows": rows}, totals[0])


def broken_cell_message(error: str) -> str:
    """The sentence for a broken cell of a workbook (Grid.broken)."""
    if error:
        return _("This cell shows the error %(error)s. Fix the formula or clear the cell.") % {"error": error}
    return _("This formula has no result yet. Open the file and save it again.")
