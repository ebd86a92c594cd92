"""The used columns of a sheet as arrays of texts, PIECE rows at a time. pandas is loaded only where it is used.

A CSV is read quickly where every row fits its header; otherwise, and from a workbook, row by row.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from planner.readings.imports.headers import Header
from planner.readings.imports.rows import data_rows
from planner.spreadsheets.grids import Grid, TextFile
from planner.spreadsheets.problems import Problems

# How many rows are read at a time, and how many cells at most.
PIECE, CELLS = 200_000, 2_000_000


class NotInPlace(Exception):
    """A CSV that has to be read row by row."""


@dataclass(slots=True)
class Piece:
    """Some rows: their numbers in the file (from 1), and their cells by field; arrays of one length."""

    rows: Any
    cells: dict[str, Any]


def quick_pieces(text: TextFile, header: Header) -> Iterator[Piece]:
    """The rows of a CSV below its header, without the blank ones.

    Raises NotInPlace, at the latest at the end, where a row has more cells than the header, where two fields are one
    column, or where the quotation marks do not match: careful_pieces reports what is wrong with it.
    """
    import numpy as np
    import pandas as pd

    if not _are_quotes_right(text):
        raise NotInPlace
    columns, width = header.columns, _width(text, header)
    if len(set(columns.values())) < len(columns):
        raise NotInPlace
    number, blank = header.row + 2, [np.array([], dtype="int32")]
    used = {*columns.values(), *range(len(header.names), width)}
    try:
        with (
            text.path.open("rb") as file,
            pd.read_csv(
                file,
                encoding=text.encoding,
                sep=text.delimiter,
                header=None,
                names=range(width),
                index_col=False,
                skiprows=header.row + 1,
                # All columns are read, so that pandas notices a row with more cells than the first.
                dtype={at: object if at in used else "category" for at in range(width)},
                na_filter=False,
                engine="c",
                on_bad_lines="error",
                skip_blank_lines=False,
                chunksize=max(1, min(PIECE, CELLS // width)),
            ) as pieces,
        ):
            for piece in pieces:
                text.report_position(file.tell())
                if any("".join(piece[at]).strip() for at in range(len(header.names), width)):
                    raise NotInPlace
                rows = np.arange(number, number + len(piece), dtype="int32")
                number += len(piece)
                cells = {name: piece[at].to_numpy() for name, at in columns.items()}
                is_blank = _are_blank(cells)
                if is_blank is not None:
                    blank.append(rows[is_blank])
                    rows = rows[~is_blank]
                    cells = {name: column[~is_blank] for name, column in cells.items()}
                yield Piece(rows, cells)
    except (ValueError, UnicodeDecodeError, pd.errors.ParserError):
        raise NotInPlace from None
    if not _rows_are_blank(text, np.concatenate(blank)):
        raise NotInPlace


def _are_quotes_right(text: TextFile) -> bool:
    """Whether the quotation marks match; where they do not, pandas would read the text between two as one cell."""
    with text.path.open("rb") as file:
        if not any(b'"' in piece for piece in iter(lambda: file.read(1 << 20), b"")):
            return True
    with text.path.open(encoding=text.encoding, newline="") as lines:
        try:
            deque(csv.reader(lines, delimiter=text.delimiter, strict=True), maxlen=0)
        except csv.Error:
            return False
    return True


def _width(text: TextFile, header: Header) -> int:
    """How many cells the first row below the header has; at least as many as the header."""
    with text.path.open(encoding=text.encoding, newline="") as lines:
        first = next(islice(csv.reader(lines, delimiter=text.delimiter), header.row + 1, None), [])
    return max(len(first), len(header.names))


def careful_pieces(grid: Grid, header: Header, problems: Problems) -> Iterator[Piece]:
    """The rows of any sheet below its header, without the blank ones; a row that is too long is a problem."""
    import numpy as np

    rows = data_rows(grid, header, (), problems)
    most = max(1, min(PIECE, CELLS // len(header.names)))
    while piece := list(islice(rows, most)):
        yield Piece(
            np.array([number for number, _cells in piece], dtype="int32"),
            {
                name: np.array([cells[at] for _number, cells in piece], dtype=object)
                for name, at in header.columns.items()
            },
        )


# What a blank cell begins with after the line break before it; other cells may begin like that too.
_MAY_BE_BLANK = ("\n\n", "\n ", "\n\t", "\n\N{NO-BREAK SPACE}", "\n\N{IDEOGRAPHIC SPACE}")


def _are_blank(cells: dict[str, Any]) -> Any:
    """For each row whether all of its used cells are blank; None where no row is."""
    import numpy as np

    columns = list(cells.values())
    joined = "\n".join(["", *columns[0], ""])
    if not any(start in joined for start in _MAY_BE_BLANK):
        return None
    at = np.arange(len(columns[0]))
    for column in columns:
        at = at[[not text.strip() for text in column[at]]]
    is_blank = np.zeros(len(columns[0]), dtype=bool)
    is_blank[at] = True
    return is_blank


def _rows_are_blank(text: TextFile, numbers: Any) -> bool:
    """Whether these rows of the file, an array in ascending order, have nothing in their other columns either."""
    if not len(numbers):
        return True
    with text.path.open(encoding=text.encoding, newline="") as lines:
        rows = enumerate(csv.reader(lines, delimiter=text.delimiter), start=1)
        for number in numbers:
            if "".join(next(row for at, row in rows if at == number)).strip():
                return False
    return True
