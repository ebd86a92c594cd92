"""Order lines read from a grid: column by column where all are simple, else one by one, with every problem named.

Amounts are counted in millionths as whole numbers, so that every sum is exact. pandas is loaded only where it is used.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner.imports.files import Grid
from planner.imports.headers import Header
from planner.imports.problems import Problems
from planner.imports.rows import data_rows
from planner.imports.values import DateOrder, Days, ValueRefused, read_days, read_figure

MILLION = 1_000_000
# So many lines are read at a time.
PIECE = 200_000
_SIMPLE = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,6}))?")


class OrderKey(StrEnum):
    """What makes two lines one order: their number alone, or with the day or the customer."""

    NUMBER = "order"
    WITH_DATE = "order+date"
    WITH_CUSTOMER = "order+customer"


@dataclass(slots=True)
class Lines:
    """The order lines of a file in columns of whole numbers (a pandas DataFrame).

    `frame` has month (year × 12 + month − 1), day (ordinal), order and customer (codes) and amount (millionths);
    `segments` has, for each dimension, the names and each line's index among them, −1 for none.
    """

    frame: Any
    segments: dict[str, tuple[list[str], Any]]


def read_orders(
    grid: Grid, header: Header, order: DateOrder | None, key: OrderKey, problems: Problems
) -> Lines | None:
    """The order lines below the header, or None where something is wrong with any of them."""
    lines = in_columns(grid, header, order) or _one_by_one(grid, header, order, problems)
    if lines is not None:
        _look_at_numbers(lines, key, header, problems)
    return lines


def in_columns(grid: Grid, header: Header, order: DateOrder | None) -> Lines | None:
    """The lines of a CSV read column by column, where every one of them is as simple as can be; else None.

    Whoever gets None looks at the lines one by one, and says what is wrong where.
    """
    import numpy as np
    import pandas as pd

    columns = {name: at for name, at in header.columns.items() if name != "amount"}
    if grid.text is None or len(set(header.columns.values())) < len(header.columns):
        return None
    codings = {name: _Coding() for name in columns}
    amounts: list[Any] = []
    try:
        with (
            grid.text.path.open("rb") as file,
            pd.read_csv(
                file,
                encoding=grid.text.encoding,
                sep=grid.text.delimiter,
                header=None,
                names=range(len(header.names)),
                index_col=False,
                skiprows=header.row + 1,
                usecols=sorted(header.columns.values()),
                dtype=object,
                na_filter=False,
                engine="c",
                on_bad_lines="error",
                chunksize=PIECE,
            ) as pieces,
        ):
            for piece in pieces:
                grid.text.told(file.tell())
                amounts.append(_simple_amounts(piece[header.columns["amount"]]))
                for name, at in columns.items():
                    codings[name].add(piece[at].to_numpy())
    except (ValueError, UnicodeDecodeError, pd.errors.ParserError):
        return None
    if not amounts:
        return None
    coded = {name: coding.finish() for name, coding in codings.items()}
    if any("" in coded[name][0] for name in ("date", "order", "customer")):
        return None
    found = read_days(coded["date"][0], order)
    if found.refused or found.is_ambiguous:
        return None
    days = [found.days[text] for text in coded["date"][0]]
    ordinals = np.array([day.toordinal() for day in days], dtype="int32")
    months = np.array([day.year * 12 + day.month - 1 for day in days], dtype="int32")
    dates = coded["date"][1]
    frame = pd.DataFrame(
        {
            "month": months[dates],
            "day": ordinals[dates],
            "order": coded["order"][1],
            "customer": coded["customer"][1],
            "amount": np.concatenate(amounts),
        }
    )
    segments: dict[str, tuple[list[str], Any]] = {
        name: _named(*coded[name]) for name in ("region", "product_line") if name in coded
    }
    return Lines(frame, segments)


class _Coding:
    """The different texts of a column, without the spaces around them, and for each line the index of its text."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._pieces: list[Any] = []

    def add(self, column: Any) -> None:
        import numpy as np
        import pandas as pd

        codes, unique = pd.factorize(column)
        places = self._places
        new = [text for text in unique if text not in places]
        places.update(zip(new, range(len(places), len(places) + len(new)), strict=True))
        found = np.fromiter(map(places.__getitem__, unique), dtype="int32", count=len(unique))
        self._pieces.append(found[codes])

    def finish(self) -> tuple[list[str], Any]:
        """The texts, and the index of each line's text among them."""
        import numpy as np

        texts, codes = list(self._places), np.concatenate(self._pieces)
        self._pieces, stripped = [], [text.strip() for text in texts]
        if stripped == texts:
            return texts, codes
        places = {text: at for at, text in enumerate(dict.fromkeys(stripped))}
        return list(places), np.array([places[text] for text in stripped], dtype="int32")[codes]


_SIMPLE_AMOUNTS = re.compile(r"(?>-?[0-9]{1,9}+(?>\.[0-9]{1,6}+)?\n)*+")


def _simple_amounts(texts: Any) -> Any:
    """Amounts in millionths. Raises ValueError where one of them is written otherwise than -1234.56.

    With 9 digits before the point the product of a float and a million is less than a half away from the exact one.
    """
    import numpy as np

    joined = "\n".join(texts) + "\n"
    if not _SIMPLE_AMOUNTS.fullmatch(joined):
        raise ValueError("an amount that is not simple")
    return np.rint(np.fromstring(joined, sep="\n") * MILLION).astype("int64")


def _named(texts: list[str], codes: Any) -> tuple[list[str], Any]:
    """A dimension: its names, and −1 for the lines that have none."""
    import numpy as np

    names = [text[:80] for text in texts if text]
    places = {text: at for at, text in enumerate(names)}
    return names, np.array([places.get(text[:80], -1) for text in texts])[codes]


def _one_by_one(grid: Grid, header: Header, order: DateOrder | None, problems: Problems) -> Lines | None:
    """The lines as they stand in the file, each looked at by itself; None, and problems, where one is wrong."""
    import numpy as np
    import pandas as pd

    rows = list(data_rows(grid, header, ("date", "order"), problems))
    numbers = [number for number, _cells in rows]

    def get(name: str) -> list[str]:
        return [cells[header.columns[name]].strip() for _number, cells in rows]

    if not rows:
        problems.error(_("There are no order lines below the header."))
        return None
    before = len(problems.errors)
    days = _days(get("date"), numbers, header, order, problems)
    amounts = _amounts(get("amount"), numbers, header, problems)
    texts = {name: get(name) for name in ("order", "customer")}
    for name, column in texts.items():
        for number, text in zip(numbers, column, strict=True):
            if not text:
                problems.error(_missing(name), number, header.name(name))
    _check_formulas(grid, header, problems)
    if len(problems.errors) > before or days is None:
        return None
    frame = pd.DataFrame(
        {
            "month": np.array([day.year * 12 + day.month - 1 for day in days], dtype="int32"),
            "day": np.array([day.toordinal() for day in days], dtype="int32"),
            "order": pd.factorize(pd.array(texts["order"], dtype=object))[0],
            "customer": pd.factorize(pd.array(texts["customer"], dtype=object))[0],
            "amount": np.array(amounts, dtype="int64"),
        }
    )
    segments: dict[str, tuple[list[str], Any]] = {}
    for name in ("region", "product_line"):
        if name in header.columns:
            column = get(name)
            unique = sorted(set(column))
            place = {text: at for at, text in enumerate(unique)}
            segments[name] = _named(unique, np.array([place[text] for text in column]))
    return Lines(frame, segments)


def _days(
    texts: list[str], rows: list[int], header: Header, order: DateOrder | None, problems: Problems
) -> list[dt.date] | None:
    found: Days = read_days(texts, order)
    column = header.name("date")
    if found.is_ambiguous:
        example = next(text for text in texts if "/" in text or "-" in text or "." in text)
        problems.error(
            _(
                "“%(text)s” may begin with the month or with the day, and so may all others: say which comes first."
            )
            % {"text": example},
            rows[0],
            column,
        )
    for row, text in zip(rows, texts, strict=True):
        if text in found.refused:
            problems.error(found.refused[text] if text else _("The date is missing."), row, column)
    return None if found.refused or found.is_ambiguous else [found.days[text] for text in texts]


def _amounts(texts: list[str], rows: list[int], header: Header, problems: Problems) -> list[int]:
    column, found = header.name("amount"), []
    for row, text in zip(rows, texts, strict=True):
        if match := _SIMPLE.fullmatch(text):
            sign, whole, decimals = match.groups()
            value = int(whole) * MILLION + int((decimals or "").ljust(6, "0"))
            found.append(-value if sign else value)
            continue
        try:
            if not text:
                raise ValueRefused(_("The amount is missing."))
            figure = read_figure(text)
            if figure.percent:
                raise ValueRefused(_("An amount is no rate: write it without the per-cent sign."))
            found.append(int(figure.value * MILLION))
        except ValueRefused as refused:
            problems.error(refused, row, column)
    return found


def _missing(name: str) -> str:
    return _("The order number is missing.") if name == "order" else _("The customer is missing.")


def _check_formulas(grid: Grid, header: Header, problems: Problems) -> None:
    used = set(header.columns.values())
    for row, column in sorted(grid.empty_formulas):
        if row > header.row and column in used:
            problems.error(
                _("This formula has no value yet. Open the file and save it again."),
                row + 1,
                header.names[column],
            )


def _look_at_numbers(lines: Lines, key: OrderKey, header: Header, problems: Problems) -> None:
    """Say where one order number stands on several days, or for several customers, and make them several if asked."""
    frame = lines.frame
    if key is not OrderKey.NUMBER:
        with_it = "day" if key is OrderKey.WITH_DATE else "customer"
        frame["order"] = frame.groupby(["order", with_it], sort=False).ngroup()
        return
    on_days, of_customers = (_orders_with_several(frame, name) for name in ("day", "customer"))
    said = _("Counted as one order each; they can be counted apart by day or by customer.")
    several_days = ngettext(
        "%(n)d order number stands on several days.", "%(n)d order numbers stand on several days.", on_days
    )
    several_customers = ngettext(
        "%(n)d order number belongs to several customers.",
        "%(n)d order numbers belong to several customers.",
        of_customers,
    )
    for count, words in ((on_days, several_days), (of_customers, several_customers)):
        if count:
            problems.warn(f"{words % {'n': count}} {said}", None, header.name("order"))


def _orders_with_several(frame: Any, name: str) -> int:
    """How many orders have lines with different values there."""
    pairs = frame[["order", name]].drop_duplicates()
    return int(pairs.loc[pairs["order"].duplicated(), "order"].nunique())
