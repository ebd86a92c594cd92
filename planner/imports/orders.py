"""Order lines that become monthly metrics, in total and per segment.

Amounts are counted in millionths as whole numbers, so that every sum is exact. pandas is loaded here and nowhere else.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planner.imports.files import Grid
from planner.imports.headers import Header, plain
from planner.imports.problems import Problems
from planner.imports.readings import TOTALS, WHOLE, NewReading, Segment
from planner.imports.values import DateOrder, Days, ValueRefused, read_days, read_figure, within_field

MILLION = 1_000_000
_SIMPLE = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,6}))?")


class Measure(StrEnum):
    """What order lines tell of a month."""

    SALES = "sales"
    ORDERS = "orders"
    ORDER_VALUE = "order_value"
    CUSTOMERS = "customers"
    NEW_CUSTOMERS = "new_customers"
    REPURCHASE = "repurchase"


# These need to know of every order that a customer ever made.
OF_HISTORY = (Measure.CUSTOMERS, Measure.NEW_CUSTOMERS, Measure.REPURCHASE)


class OrderKey(StrEnum):
    """What makes two lines one order: their number alone, or with the day or the customer."""

    NUMBER = "order"
    WITH_DATE = "order+date"
    WITH_CUSTOMER = "order+customer"


@dataclass(slots=True)
class Lines:
    """The order lines of a file in columns: months as year × 12 + month − 1, amounts in millionths."""

    rows: list[int]
    days: list[dt.date]
    orders: list[str]
    customers: list[str]
    amounts: list[int]
    segments: dict[str, list[str]]


def read_orders(
    grid: Grid, header: Header, order: DateOrder | None, key: OrderKey, problems: Problems
) -> Lines | None:
    """The order lines below the header, or None where something is wrong with any of them."""
    rows = list(_rows(grid, header, problems))
    get = lambda name: [cells[header.columns[name]].strip() for _at, cells in rows]  # noqa: E731
    numbers = [at + 1 for at, _cells in rows]
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
    segments: dict[str, list[str]] = {
        name: [text[:80] for text in get(name)]
        for name in ("region", "product_line")
        if name in header.columns
    }
    lines = Lines(numbers, days, texts["order"], texts["customer"], amounts, segments)
    _look_at_numbers(lines, key, header, problems)
    return lines


def _rows(grid: Grid, header: Header, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    width, left_out = len(header.names), []
    for at in range(header.row + 1, len(grid.rows)):
        cells = grid.rows[at]
        if len(cells) > width and any(cell.strip() for cell in cells[width:]):
            problems.error(_("This row has more cells than the header."), at + 1)
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if any(
            plain(cells[header.columns[name]]) in TOTALS
            for name in ("date", "order")
            if _has(cells, header, name)
        ):
            left_out.append(at + 1)
            continue
        yield at, cells if len(cells) >= width else [*cells, *[""] * (width - len(cells))]
    if left_out:
        rows = ", ".join(map(str, left_out[:10])) + ("…" if len(left_out) > 10 else "")
        problems.warn(_("Rows of totals were left out: %(rows)s.") % {"rows": rows}, left_out[0])


def _has(cells: list[str], header: Header, name: str) -> bool:
    return header.columns[name] < len(cells)


def _days(
    texts: list[str], rows: list[int], header: Header, order: DateOrder | None, problems: Problems
) -> list[dt.date] | None:
    found: Days = read_days(texts, order)
    column = header.name("date")
    if found.is_ambiguous:
        example = next(text for text in texts if "/" in text or "-" in text or "." in text)
        problems.error(
            _(
                "“%(text)s” may begin with the month or with the day, and so may all others: say which (--date-order)."
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
    days: dict[str, dt.date] = {}
    customers: dict[str, str] = {}
    on_days, of_customers = set(), set()
    for number, day, customer in zip(lines.orders, lines.days, lines.customers, strict=True):
        if days.setdefault(number, day) != day:
            on_days.add(number)
        if customers.setdefault(number, customer) != customer:
            of_customers.add(number)
    if key is OrderKey.WITH_DATE:
        lines.orders = [f"{number}\0{day}" for number, day in zip(lines.orders, lines.days, strict=True)]
    elif key is OrderKey.WITH_CUSTOMER:
        lines.orders = [f"{number}\0{who}" for number, who in zip(lines.orders, lines.customers, strict=True)]
    if key is not OrderKey.NUMBER:
        return
    said = _("Counted as one order each; --order-key order+date or order+customer counts them apart.")
    several_days = ngettext(
        "%(n)d order number stands on several days.",
        "%(n)d order numbers stand on several days.",
        len(on_days),
    )
    several_customers = ngettext(
        "%(n)d order number belongs to several customers.",
        "%(n)d order numbers belong to several customers.",
        len(of_customers),
    )
    for found, words in ((on_days, several_days), (of_customers, several_customers)):
        if found:
            problems.warn(f"{words % {'n': len(found)}} {said}", None, header.name("order"))


@dataclass(slots=True)
class _Month:
    """One month of one segment, in whole numbers."""

    sales: int = 0
    orders: int = 0
    customers: int = 0
    new: int = 0
    # To date, this month included.
    ever: int = 0
    again: int = 0


def monthly(lines: Lines, measures: Sequence[Measure], names: dict[Measure, str]) -> list[NewReading]:
    """The readings of every month from the first to the last, for the whole and each segment.

    Sales, orders, customers and new customers of a month without an order are 0; its order value is missing. A
    customer is new in the month of their first order anywhere in the file. The repurchase rate is to date: customers
    with two orders or more so far ÷ customers so far.
    """
    import pandas as pd

    frame = pd.DataFrame(
        {
            "month": [day.year * 12 + day.month - 1 for day in lines.days],
            "order": pd.factorize(pd.array(lines.orders, dtype=object))[0],
            "customer": pd.factorize(pd.array(lines.customers, dtype=object))[0],
            "amount": lines.amounts,
        }
    )
    frame["first"] = frame.groupby("customer")["month"].transform("min")
    span = range(int(frame["month"].min()), int(frame["month"].max()) + 1)
    readings = _readings(_months(frame, span), span, WHOLE, measures, names)
    for dimension, texts in lines.segments.items():
        parts = pd.Series(texts)
        for name in sorted(set(texts) - {""}):
            found = _months(frame[parts == name], span)
            readings += _readings(found, span, (dimension, name), measures, names)
    return readings


def _months(frame: Any, span: range) -> dict[int, _Month]:
    found = {month: _Month() for month in span}
    by_month = frame.groupby("month")
    for month, amount in by_month["amount"].sum().items():
        found[month].sales = int(amount)
    for column, name in (("order", "orders"), ("customer", "customers")):
        for month, count in by_month[column].nunique().items():
            setattr(found[month], name, int(count))
    for month, count in (
        frame[frame["first"] == frame["month"]].groupby("month")["customer"].nunique().items()
    ):
        found[month].new = int(count)
    # Each customer's orders by the month of their first line: the second one makes a customer a returning one.
    orders = frame.groupby(["customer", "order"], sort=False)["month"].min().reset_index()
    orders = orders.sort_values(["customer", "month"], kind="stable")
    place = orders.groupby("customer").cumcount()
    ever, again = (orders[place == nth]["month"].value_counts() for nth in (0, 1))
    so_far = [0, 0]
    for month in span:
        so_far = [so_far[0] + int(ever.get(month, 0)), so_far[1] + int(again.get(month, 0))]
        found[month].ever, found[month].again = so_far
    return found


def _readings(
    found: dict[int, _Month],
    span: range,
    segment: Segment,
    measures: Sequence[Measure],
    names: dict[Measure, str],
) -> list[NewReading]:
    readings = []
    for month in span:
        one, first = found[month], dt.date(month // 12, month % 12 + 1, 1)
        sales = Decimal(one.sales) / MILLION
        values: dict[Measure, tuple[Decimal | int | None, Decimal | int | None, Decimal | int | None]] = {
            Measure.SALES: (sales, None, None),
            Measure.ORDERS: (one.orders, None, None),
            Measure.ORDER_VALUE: _ratio(sales, one.orders),
            Measure.CUSTOMERS: (one.customers, None, None),
            Measure.NEW_CUSTOMERS: (one.new, None, None),
            Measure.REPURCHASE: _ratio(one.again, one.ever),
        }
        for measure in measures:
            value, over, under = (None if each is None else Decimal(each) for each in values[measure])
            if value is not None:
                readings.append(NewReading(names[measure], first, segment, within_field(value), over, under))
    return readings


def _ratio(over: Decimal | int, under: int) -> tuple[Decimal | None, Decimal | int | None, int | None]:
    return (Decimal(over) / under, over, under) if under else (None, None, None)
