"""Order lines read from a sheet, column by column, with every problem named where it stands.

pandas is loaded only where it is used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner.readings.imports.amounts import Amounts
from planner.readings.imports.columns import NotInPlace, Piece, careful_pieces, quick_pieces
from planner.readings.imports.headers import Header, plain
from planner.readings.imports.rows import ERRORS, TOTALS, say_totals, why_broken
from planner.readings.imports.units import say_units, split_unit
from planner.readings.imports.values import DateOrder, Days, read_days
from planner.spreadsheets.grids import Grid
from planner.spreadsheets.problems import MOST, Problems

SEGMENTS = ("region", "product_line")


class OrderKey(StrEnum):
    """What makes two lines one order: their number alone, or with the day or the customer."""

    NUMBER = "order"
    WITH_DATE = "order+date"
    WITH_CUSTOMER = "order+customer"


@dataclass(slots=True)
class Lines:
    """The order lines of a file in columns of whole numbers (a pandas DataFrame).

    `frame` has month (year × 12 + month − 1), day (ordinal), order and customer (codes) and amount (millionths);
    `segments` has, for each dimension, the names and each line's index among them, −1 for none. `date_order` is the
    order of the dates where the file itself decides about it, or somebody has.
    """

    frame: Any
    segments: dict[str, tuple[list[str], Any]]
    date_order: DateOrder | None = None


def read_orders(
    grid: Grid, header: Header, order: DateOrder | None, key: OrderKey, problems: Problems
) -> Lines | None:
    """The order lines below the header, or None where something is wrong with any of them."""
    lines = _columns(grid, header, problems).lines(order)
    for (row, column), error in sorted(grid.broken.items()):
        if row > header.row and column in header.columns.values():
            problems.error(why_broken(error), row + 1, header.names[column])
            lines = None
    if lines is not None:
        _look_at_numbers(lines, key, header, problems)
    return lines


def _columns(grid: Grid, header: Header, problems: Problems) -> _Columns:
    if grid.text is not None:
        found = _Columns(grid, header, problems)
        try:
            found.read(quick_pieces(grid.text, header))
        except NotInPlace:
            pass
        else:
            return found
    found = _Columns(grid, header, problems)
    found.read(careful_pieces(grid, header, problems))
    return found


class _Columns:
    """The lines of a file as they are read: texts as codes, amounts as numbers, and each line's row."""

    def __init__(self, grid: Grid, header: Header, problems: Problems) -> None:
        self._grid, self._header, self._problems = grid, header, problems
        self._codings = {name: _Coding() for name in header.columns if name != "amount"}
        self._amounts = Amounts(split_unit(header.name("amount"))[1] or header.above.unit)
        self._rows: list[Any] = []

    def read(self, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            self._rows.append(piece.rows)
            self._amounts.add(piece.cells["amount"])
            for name, coding in self._codings.items():
                coding.add(piece.cells[name])

    def lines(self, order: DateOrder | None) -> Lines | None:
        """All of them; None, and problems, where one of them is wrong."""
        import numpy as np
        import pandas as pd

        rows = np.concatenate(self._rows) if self._rows else np.array([], dtype="int32")
        coded = {name: coding.finish() for name, coding in self._codings.items()} if len(rows) else {}
        amounts, refused = self._amounts.finish()
        is_total = np.zeros(len(rows), dtype=bool)
        for name in ("date", "order"):
            if coded and (totals := _totals(coded[name][0])):
                is_total |= np.isin(coded[name][1], totals)
        if is_total.all():
            if self._problems.errors:
                return None
            self._problems.error(_("There are no order lines below the header."), self._header.row + 1)
            return None
        if is_total.any():
            say_totals(rows[is_total].tolist(), self._problems)
            rows, amounts, refused = rows[~is_total], amounts[~is_total], refused[~is_total]
            coded = {name: (texts, codes[~is_total]) for name, (texts, codes) in coded.items()}
        found = read_days([coded["date"][0][code] for code in np.unique(coded["date"][1])], order)
        self._check(rows, coded, found, refused)
        if self._problems.errors:
            return None
        texts, dates = coded["date"]
        days = [found.days.get(text, dt.date.min) for text in texts]
        ordinals = np.array([day.toordinal() for day in days], dtype="int32")
        months = np.array([day.year * 12 + day.month - 1 for day in days], dtype="int32")
        if self._amounts.unit.sign:
            say_units([self._amounts.unit.words], self._problems)
        columns = {"month": months[dates], "day": ordinals[dates], "amount": amounts}
        columns |= {name: coded[name][1] for name in ("order", "customer")}
        segments = {name: _named(*coded[name]) for name in SEGMENTS if name in coded}
        return Lines(pd.DataFrame(columns), segments, found.order)

    def _check(self, rows: Any, coded: dict[str, tuple[list[str], Any]], days: Days, refused: Any) -> None:
        """Say what is wrong, in the order of the rows; `refused` has the texts of wrong amounts, else None."""
        import numpy as np

        (dates, date_codes), (numbers, number_codes), (customers, customer_codes) = (
            coded[name] for name in ("date", "order", "customer")
        )
        if days.unsure:
            unsure = [code for code, text in enumerate(dates) if text in days.unsure]
            first = int(np.flatnonzero(np.isin(date_codes, unsure))[0])
            self._problems.error(
                _(
                    "“%(text)s” could start with the month or the day, like every date in this "
                    "column. Choose the date format."
                )
                % {"text": dates[date_codes[first]]},
                int(rows[first]),
                self._header.name("date"),
            )
        wrong_dates = [code for code, text in enumerate(dates) if text in days.refused]
        wrong: list[tuple[Any, str, Callable[[int], str]]] = [
            (
                np.isin(date_codes, wrong_dates),
                "date",
                lambda at: (
                    days.refused[dates[date_codes[at]]]
                    if dates[date_codes[at]]
                    else _("The date is missing.")
                ),
            ),
            (_are_empty(numbers, number_codes), "order", lambda _at: _("The order number is missing.")),
            (_are_empty(customers, customer_codes), "customer", lambda _at: _("The customer is missing.")),
            (refused != None, "amount", lambda at: self._amounts.why_refused(refused[at])),  # noqa: E711  # of each element
        ]
        for name in SEGMENTS:
            if name in coded and (errors := [at for at, text in enumerate(coded[name][0]) if text in ERRORS]):
                texts, codes = coded[name]
                wrong.append((np.isin(codes, errors), name, partial(_why_broken_at, texts, codes)))
        found = []
        for is_wrong, name, why in wrong:
            column = self._header.columns[name]
            broken = [row + 1 for row, at in self._grid.broken if at == column]  # have their own error
            places = np.flatnonzero(is_wrong & ~np.isin(rows, broken) if broken else is_wrong)
            self._problems.unlisted += max(0, len(places) - MOST)
            found += [(int(rows[at]), column, why(at)) for at in places[:MOST]]
        for row, column, message in sorted(found):
            self._problems.error(message, row, self._header.names[column])


def _why_broken_at(texts: list[str], codes: Any, at: int) -> str:
    return why_broken(texts[codes[at]])


class _Coding:
    """The different texts of a column, without the spaces around them, and for each line the index of its text."""

    def __init__(self) -> None:
        self._pieces: list[Any] = []
        self._texts: list[Any] = []

    def add(self, column: Any) -> None:
        import pandas as pd

        codes, texts = pd.factorize(column)
        self._pieces.append(codes.astype("int32"))
        self._texts.append(texts)

    def finish(self) -> tuple[list[str], Any]:
        """The texts, and the index of each line's text among them."""
        import numpy as np
        import pandas as pd

        texts = np.concatenate(self._texts)
        places = np.arange(len(texts), dtype="int32")
        if len(self._texts) > 1:
            places, texts = pd.factorize(texts)
        if _may_have_spaces(texts):
            stripped, texts = pd.factorize(np.array([text.strip() for text in texts], dtype=object))
            places = stripped[places]
        ends = np.cumsum([len(each) for each in self._texts])
        starts = [0, *ends[:-1]]
        codes = np.concatenate(
            [places[start:end][codes] for start, end, codes in zip(starts, ends, self._pieces, strict=True)]
        )
        self._pieces, self._texts = [], []
        return texts.tolist(), codes.astype("int32")


def _may_have_spaces(texts: Any) -> bool:
    """Whether there may be a space, or anything like one, in any of these texts."""
    joined = "".join(texts)
    return " " in joined or not (joined.isascii() and joined.isprintable())


def _totals(texts: list[str]) -> list[int]:
    """Which of these texts say that their row is a total."""
    joined = "\n".join(texts)
    if joined.isascii() and not any(word in joined.lower() for word in ("total", "sum")):
        return []
    return [at for at, text in enumerate(texts) if plain(text) in TOTALS]


def _are_empty(texts: list[str], codes: Any) -> Any:
    import numpy as np

    return codes == texts.index("") if "" in texts else np.zeros(len(codes), dtype=bool)


def _named(texts: list[str], codes: Any) -> tuple[list[str], Any]:
    """A dimension: the names that lines have, and −1 for the lines that have none."""
    import numpy as np

    used = dict.fromkeys(texts[code][:80] for code in np.unique(codes) if texts[code])
    places = {text: at for at, text in enumerate(used)}
    return list(places), np.array([places.get(text[:80], -1) for text in texts])[codes]


def _look_at_numbers(lines: Lines, key: OrderKey, header: Header, problems: Problems) -> None:
    """Say where one order number stands on several days, or for several customers, and make them several if asked."""
    frame = lines.frame
    if key is not OrderKey.NUMBER:
        with_it = "day" if key is OrderKey.WITH_DATE else "customer"
        frame["order"] = frame.groupby(["order", with_it], sort=False).ngroup()
        return
    on_days, of_customers = (_orders_with_several(frame, name) for name in ("day", "customer"))
    said = _("Each is counted as one order. You can count them separately by day or by customer.")
    several_days = ngettext(
        "%(n)d order number appears on several days.", "%(n)d order numbers appear on several days.", on_days
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
    import numpy as np

    orders, values = frame["order"].to_numpy(), frame[name].to_numpy()
    one_of_them = np.empty(int(orders.max()) + 1, dtype=values.dtype)
    one_of_them[orders] = values
    return len(np.unique(orders[values != one_of_them[orders]]))
