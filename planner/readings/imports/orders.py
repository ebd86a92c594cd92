"""Order lines that become monthly metrics, in total and per segment. pandas is loaded only where it is used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy

from planner.readings.imports.amounts import MILLION
from planner.readings.imports.cells import Part
from planner.readings.imports.order_lines import Lines
from planner.readings.imports.readings import WHOLE, NewReading
from planner.readings.imports.values import within_field


class Measure(StrEnum):
    """What order lines tell of a month."""

    SALES = "sales"
    ORDERS = "orders"
    ORDER_VALUE = "order_value"
    CUSTOMERS = "customers"
    NEW_CUSTOMERS = "new_customers"
    REPURCHASE = "repurchase"


# What each of them means, for the metric that it becomes.
DEFINITIONS = {
    Measure.SALES: gettext_lazy("Sum of the order line amounts in the month."),
    Measure.ORDERS: gettext_lazy("Number of orders in the month, each counted once."),
    Measure.ORDER_VALUE: gettext_lazy("Sales ÷ orders."),
    Measure.CUSTOMERS: gettext_lazy("Customers with an order in the month, each counted once."),
    Measure.NEW_CUSTOMERS: gettext_lazy("Customers whose first order in the data falls in the month."),
    Measure.REPURCHASE: gettext_lazy(
        "Customers with two or more orders to date ÷ all customers to date. Over several "
        "months, the last month's value is used."
    ),
}
# These need to know of every order that a customer ever made.
OF_HISTORY = (Measure.CUSTOMERS, Measure.NEW_CUSTOMERS, Measure.REPURCHASE)


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
    frame = lines.frame
    span = range(int(frame["month"].min()), int(frame["month"].max()) + 1)
    counted = _Counted(frame, span)
    readings = _readings(counted.months(None), span, WHOLE, measures, names)
    for dimension, (parts, codes) in lines.segments.items():
        for at, name in sorted(enumerate(parts), key=lambda each: each[1]):
            readings += _readings(counted.months(codes == at), span, (dimension, name), measures, names)
    return readings


class _Counted:
    """The lines as numbers that hold month, order and customer at once, each in bits of its own: counting apart is
    a matter of sets.
    """

    def __init__(self, frame: Any, span: range) -> None:
        import numpy as np

        self._order_bits, self._customer_bits = (
            int(frame[name].max()).bit_length() for name in ("order", "customer")
        )
        self._span = span
        month = frame["month"].to_numpy(dtype="int64") - span.start
        customer = frame["customer"].to_numpy(dtype="int64")
        self._month, self._amount = month, frame["amount"].to_numpy()
        order = frame["order"].to_numpy(dtype="int64")
        self._keys = (month << self._order_bits | order) << self._customer_bits | customer
        self._first = np.full(1 << self._customer_bits, len(span), dtype="int64")
        np.minimum.at(self._first, customer, month)

    def months(self, chosen: Any) -> dict[int, _Month]:
        """The months of the chosen lines (a mask; None for all), each in the span present."""
        import numpy as np
        import pandas as pd

        last_customer = (1 << self._customer_bits) - 1
        mask = slice(None) if chosen is None else chosen
        count = partial(np.bincount, minlength=len(self._span))
        keys = np.sort(pd.unique(self._keys[mask]))  # in the order of their months
        order_of_month, customer = keys >> self._customer_bits, keys & last_customer
        month, order = order_of_month >> self._order_bits, order_of_month & ((1 << self._order_bits) - 1)
        of_month = pd.unique(month << self._customer_bits | customer)
        there = of_month >> self._customer_bits
        # Each order once for its customer, in the order of the months: the second makes a customer a returning one.
        once = ~pd.Series(customer << self._order_bits | order).duplicated().to_numpy()
        who, when = customer[once], month[once]
        later = pd.Series(who).duplicated().to_numpy()
        second = ~pd.Series(who[later]).duplicated().to_numpy()
        columns = (
            pd.Series(self._amount[mask])
            .groupby(self._month[mask])
            .sum()
            .reindex(range(len(self._span)), fill_value=0),
            count(pd.unique(order_of_month) >> self._order_bits),
            count(there),
            count(there[self._first[of_month & last_customer] == there]),
            np.cumsum(count(when[~later])),
            np.cumsum(count(when[later][second])),
        )
        return {
            month: _Month(*(int(each) for each in row))
            for month, row in zip(self._span, zip(*columns, strict=True), strict=True)
        }


def _readings(
    found: dict[int, _Month],
    span: range,
    segment: Part,
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
