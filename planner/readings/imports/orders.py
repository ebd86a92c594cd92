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
from planner.readings.imports.gathered import NewReading
from planner.readings.imports.order_lines import Lines
from planner.readings.imports.parts import WHOLE, Part
from planner.readings.imports.values import within_field


class Measure(StrEnum):
    """What is calculated from order lines for each month."""

    SALES = "sales"
    ORDERS = "orders"
    ORDER_VALUE = "order_value"
    CUSTOMERS = "customers"
    NEW_CUSTOMERS = "new_customers"
    REPURCHASE = "repurchase"


# The definition of each, for the metric that it becomes.
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
# These need the full order history of each customer.
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
    counter = _MonthCounter(frame, span)
    readings = _readings(counter.months(None), span, WHOLE, measures, names)
    for dimension, (parts, codes) in lines.segments.items():
        for at, name in sorted(enumerate(parts), key=lambda item: item[1]):
            readings += _readings(counter.months(codes == at), span, (dimension, name), measures, names)
    return readings


class _MonthCounter:
    """Counts orders and customers by month. Each line is one number that holds month, order and customer in bits of
    their own, so that distinct ones are counted by unique numbers.
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

    def months(self, line_mask: Any) -> dict[int, _Month]:
        """The counts of the lines in `line_mask` (None for all), for every month of the span."""
        import numpy as np
        import pandas as pd

        last_customer = (1 << self._customer_bits) - 1
        mask = slice(None) if line_mask is None else line_mask
        count = partial(np.bincount, minlength=len(self._span))
        keys = np.sort(pd.unique(self._keys[mask]))  # in the order of their months
        order_of_month, customer = keys >> self._customer_bits, keys & last_customer
        month, order = order_of_month >> self._order_bits, order_of_month & ((1 << self._order_bits) - 1)
        of_month = pd.unique(month << self._customer_bits | customer)
        months_of_customers = of_month >> self._customer_bits
        # Each order once for its customer, in the order of the months: with the second a customer is a returning one.
        once = ~pd.Series(customer << self._order_bits | order).duplicated().to_numpy()
        customers, order_months = customer[once], month[once]
        later = pd.Series(customers).duplicated().to_numpy()
        second = ~pd.Series(customers[later]).duplicated().to_numpy()
        columns = (
            pd.Series(self._amount[mask])
            .groupby(self._month[mask])
            .sum()
            .reindex(range(len(self._span)), fill_value=0),
            count(pd.unique(order_of_month) >> self._order_bits),
            count(months_of_customers),
            count(months_of_customers[self._first[of_month & last_customer] == months_of_customers]),
            np.cumsum(count(order_months[~later])),
            np.cumsum(count(order_months[later][second])),
        )
        return {
            month: _Month(*(int(number) for number in row))
            for month, row in zip(self._span, zip(*columns, strict=True), strict=True)
        }


def _readings(
    months: dict[int, _Month],
    span: range,
    segment: Part,
    measures: Sequence[Measure],
    names: dict[Measure, str],
) -> list[NewReading]:
    readings = []
    for month in span:
        counts, first = months[month], dt.date(month // 12, month % 12 + 1, 1)
        sales = Decimal(counts.sales) / MILLION
        values: dict[Measure, tuple[Decimal | int | None, Decimal | int | None, Decimal | int | None]] = {
            Measure.SALES: (sales, None, None),
            Measure.ORDERS: (counts.orders, None, None),
            Measure.ORDER_VALUE: _ratio(sales, counts.orders),
            Measure.CUSTOMERS: (counts.customers, None, None),
            Measure.NEW_CUSTOMERS: (counts.new, None, None),
            Measure.REPURCHASE: _ratio(counts.again, counts.ever),
        }
        for measure in measures:
            value, over, under = (None if number is None else Decimal(number) for number in values[measure])
            if value is not None:
                readings.append(NewReading(names[measure], first, segment, within_field(value), over, under))
    return readings


def _ratio(over: Decimal | int, under: int) -> tuple[Decimal | None, Decimal | int | None, int | None]:
    return (Decimal(over) / under, over, under) if under else (None, None, None)
