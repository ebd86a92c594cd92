"""Order lines read from a sheet, column by column, with every problem reported at its place.

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

from planner.arithmetic.currencies import foreign_in, is_foreign, refusal
from planner.arithmetic.days import DateOrder
from planner.arithmetic.names import name_key
from planner.readings.imports.amounts import Amounts
from planner.readings.imports.columns import NotInPlace, Piece, careful_pieces, quick_pieces
from planner.readings.imports.headers import Header, plain
from planner.readings.imports.parts import SEGMENTS, Parts
from planner.readings.imports.rows import ERRORS, TOTALS, broken_cell_message, warn_of_totals
from planner.readings.imports.units import split_unit, warn_of_units
from planner.readings.imports.values import Days, read_days
from planner.spreadsheets.grids import Grid
from planner.spreadsheets.problems import MOST, Problems


class OrderKey(StrEnum):
    """What two lines of one order have in common: the number alone, or also the day or the customer."""

    NUMBER = "order"
    WITH_DATE = "order+date"
    WITH_CUSTOMER = "order+customer"


@dataclass(slots=True)
class Lines:
    """The order lines of a file in columns of whole numbers (a pandas DataFrame).

    `frame` has month (year × 12 + month − 1), day (ordinal), order and customer (codes) and amount (millionths);
    `segments` has, for each dimension, the names and each line's index among them, −1 for none. `date_order` is the
    order of the dates where it could be detected from the file or was chosen.
    """

    frame: Any
    segments: dict[str, tuple[list[str], Any]]
    date_order: DateOrder | None = None


def read_orders(
    grid: Grid,
    header: Header,
    order: DateOrder | None,
    key: OrderKey,
    currency: str,
    parts: Parts,
    problems: Problems,
) -> Lines | None:
    """The order lines below the header, or None where any of them has an error; `currency` is the team's."""
    lines = _columns(grid, header, currency, problems).lines(order, parts)
    for (row, column), error in sorted(grid.broken.items()):
        if row > header.row and column in header.columns.values():
            problems.error(broken_cell_message(error), row + 1, header.names[column])
            lines = None
    if lines is not None:
        _resolve_order_numbers(lines, key, header, problems)
    return lines


def _columns(grid: Grid, header: Header, currency: str, problems: Problems) -> _Columns:
    if grid.text is not None:
        columns = _Columns(grid, header, currency, problems)
        try:
            columns.read(quick_pieces(grid.text, header))
        except NotInPlace:
            pass
        else:
            return columns
    columns = _Columns(grid, header, currency, problems)
    columns.read(careful_pieces(grid, header, problems))
    return columns


class _Columns:
    """The lines of a file while they are read: texts as codes, amounts as numbers, and each line's row."""

    def __init__(self, grid: Grid, header: Header, currency: str, problems: Problems) -> None:
        self._grid, self._header, self._problems = grid, header, problems
        self._currency = currency
        self._codings = {name: _Codes() for name in header.columns if name != "amount"}
        self._amounts = Amounts(split_unit(header.name("amount"))[1] or header.above.unit, currency)
        self._rows: list[Any] = []

    def read(self, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            self._rows.append(piece.rows)
            self._amounts.add(piece.cells["amount"])
            for name, coding in self._codings.items():
                coding.add(piece.cells[name])

    def lines(self, order: DateOrder | None, parts: Parts) -> Lines | None:
        """All lines; None, with errors among the problems, where one of them is wrong."""
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
            warn_of_totals(rows[is_total].tolist(), self._problems)
            rows, amounts, refused = rows[~is_total], amounts[~is_total], refused[~is_total]
            coded = {name: (texts, codes[~is_total]) for name, (texts, codes) in coded.items()}
        parsed_days = read_days([coded["date"][0][code] for code in np.unique(coded["date"][1])], order)
        self._check(rows, coded, parsed_days, refused)
        if self._problems.errors:
            return None
        texts, dates = coded["date"]
        days = [parsed_days.days.get(text, dt.date.min) for text in texts]
        ordinals = np.array([day.toordinal() for day in days], dtype="int32")
        months = np.array([day.year * 12 + day.month - 1 for day in days], dtype="int32")
        if self._amounts.unit.sign:
            warn_of_units([self._amounts.unit.words], self._problems)
        columns = {"month": months[dates], "day": ordinals[dates], "amount": amounts}
        columns |= {name: coded[name][1] for name in ("order", "customer")}
        segments = {name: _name_codes(name, *coded[name], parts) for name in SEGMENTS if name in coded}
        return Lines(pd.DataFrame(columns), segments, parsed_days.order)

    def _check(self, rows: Any, coded: dict[str, tuple[list[str], Any]], days: Days, refused: Any) -> None:
        """Report the errors in the order of the rows; `refused` has the texts of wrong amounts, else None."""
        import numpy as np

        if foreign_unit := foreign_in(self._amounts.unit.words, self._currency):
            place = (self._header.row + 1, self._header.name("amount"))
            self._problems.error(refusal(foreign_unit, self._currency), *place)
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
            (refused != None, "amount", lambda at: self._amounts.refusal_message(refused[at])),  # noqa: E711  # of each element
        ]
        if "currency" in coded:
            currencies, currency_codes = coded["currency"]
            foreign = [at for at, text in enumerate(currencies) if is_foreign(text, self._currency)]
            wrong.append(
                (
                    np.isin(currency_codes, foreign),
                    "currency",
                    lambda at: refusal(currencies[currency_codes[at]], self._currency),
                )
            )
        for name in SEGMENTS:
            if name in coded and (errors := [at for at, text in enumerate(coded[name][0]) if text in ERRORS]):
                texts, codes = coded[name]
                wrong.append((np.isin(codes, errors), name, partial(_broken_cell_message_at, texts, codes)))
        wrong_cells = []
        for is_wrong, name, why in wrong:
            column = self._header.columns[name]
            broken = [row + 1 for row, at in self._grid.broken if at == column]  # have their own error
            places = np.flatnonzero(is_wrong & ~np.isin(rows, broken) if broken else is_wrong)
            self._problems.unlisted += max(0, len(places) - MOST)
            wrong_cells += [(int(rows[at]), column, why(at)) for at in places[:MOST]]
        for row, column, message in sorted(wrong_cells):
            self._problems.error(message, row, self._header.names[column])


def _broken_cell_message_at(texts: list[str], codes: Any, at: int) -> str:
    return broken_cell_message(texts[codes[at]])


class _Codes:
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
        ends = np.cumsum([len(piece) for piece in self._texts])
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
    """The indices of the texts that mark their row as a total."""
    joined = "\n".join(texts)
    if joined.isascii() and not any(word in joined.lower() for word in ("total", "sum")):
        return []
    return [at for at, text in enumerate(texts) if plain(text) in TOTALS]


def _are_empty(texts: list[str], codes: Any) -> Any:
    import numpy as np

    return codes == texts.index("") if "" in texts else np.zeros(len(codes), dtype=bool)


def _name_codes(dimension: str, texts: list[str], codes: Any, parts: Parts) -> tuple[list[str], Any]:
    """A dimension: the names of the parts that lines have, and −1 for the lines that have none."""
    import numpy as np

    used = [int(code) for code in np.unique(codes) if name_key(texts[code])]
    names = {code: parts.find(dimension, texts[code])[1] for code in used}
    places = {name: at for at, name in enumerate(dict.fromkeys(names.values()))}
    return list(places), np.array([places[names[at]] if at in names else -1 for at in range(len(texts))])[
        codes
    ]


def _resolve_order_numbers(lines: Lines, key: OrderKey, header: Header, problems: Problems) -> None:
    """Warn of order numbers with several days or customers, or split them where the key includes one of these."""
    frame = lines.frame
    if key is not OrderKey.NUMBER:
        key_column = "day" if key is OrderKey.WITH_DATE else "customer"
        frame["order"] = frame.groupby(["order", key_column], sort=False).ngroup()
        return
    several_day_count, several_customer_count = (
        _orders_with_several(frame, name) for name in ("day", "customer")
    )
    hint = _("Each is counted as one order. You can count them separately by day or by customer.")
    several_days = ngettext(
        "%(n)d order number appears on several days.",
        "%(n)d order numbers appear on several days.",
        several_day_count,
    )
    several_customers = ngettext(
        "%(n)d order number belongs to several customers.",
        "%(n)d order numbers belong to several customers.",
        several_customer_count,
    )
    for count, message in ((several_day_count, several_days), (several_customer_count, several_customers)):
        if count:
            problems.warn(f"{message % {'n': count}} {hint}", None, header.name("order"))


def _orders_with_several(frame: Any, name: str) -> int:
    """How many orders have lines with different values in the column `name`."""
    import numpy as np

    orders, values = frame["order"].to_numpy(), frame[name].to_numpy()
    one_of_them = np.empty(int(orders.max()) + 1, dtype=values.dtype)
    one_of_them[orders] = values
    return len(np.unique(orders[values != one_of_them[orders]]))
