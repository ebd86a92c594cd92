"""Days as people and programs write them, by one strict rule: 2026-10-01, 2026/10/1, 2026年10月1日, 1 Oct 2026."""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum

# A year outside these is a typing error.
FIRST_YEAR, LAST_YEAR = 1990, 2199
# Day 1 of Excel is 1900-01-01, and it counts 29 February 1900.
EXCEL_EPOCH = dt.date(1899, 12, 30)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
# A time is ignored: the day is the one that is written, whatever time zone follows it.
_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AP]M)?(?: ?(?:Z|UTC|[-+]\d{2}:?\d{2}))?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}", re.IGNORECASE)
_CHINESE = re.compile(rf"(\d{{4}}) ?年 ?(\d{{1,2}}) ?月 ?(\d{{1,2}}) ?[日号]{_TIME}")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}){_TIME}", re.IGNORECASE)
_NAMED_DAY = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3,9})\.?[- ](\d{4})|([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})")
# A day of this year, as pages write it.
_WITHOUT_YEAR = re.compile(
    r"(\d{1,2}) ?月 ?(\d{1,2}) ?[日号]|(\d{1,2})[- ]([A-Za-z]{3,9})\.?|([A-Za-z]{3,9})\.? (\d{1,2})"
)
_FULL = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_NAMES = {
    name: number
    for number, full in enumerate(_FULL, 1)
    for name in (full, full[:3], "sept" if number == 9 else full)
}


class DateOrder(StrEnum):
    """The order of day, month and year in a date."""

    YMD = "ymd"
    MDY = "mdy"
    DMY = "dmy"


def parts_with_year_last(text: str) -> tuple[int, int] | None:
    """The two figures before the year in 1/2/2026, of which one is the month; None for any other text."""
    match = _YEAR_LAST.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None


def read_day(text: str, order: DateOrder) -> dt.date:
    """The day in a text in half width; `order` decides where the year is last.

    Raises ValueError where the text is not a day of the years that are allowed.
    """
    if match := _YEAR_FIRST.fullmatch(text) or _CHINESE.fullmatch(text) or _COMPACT.fullmatch(text):
        return in_range(dt.date(int(match[1]), int(match[2]), int(match[3])))
    if match := _YEAR_LAST.fullmatch(text):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        day, month = (first, second) if order is DateOrder.DMY else (second, first)
        return in_range(dt.date(year, month, day))
    if match := _NAMED_DAY.fullmatch(text):
        parts = (match[3], match[2], match[1]) if match[1] else (match[6], match[4], match[5])
        return in_range(dt.date(int(parts[0]), month_named(parts[1]), int(parts[2])))
    if match := _SERIAL.fullmatch(text):
        return in_range(EXCEL_EPOCH + dt.timedelta(days=int(match[1])))
    raise ValueError(text)


def read_day_of(text: str, year: int) -> dt.date:
    """The day in a text in half width that names no year: 1 Oct, 10月1日. Raises ValueError for any other text."""
    match = _WITHOUT_YEAR.fullmatch(text)
    if match is None:
        raise ValueError(text)
    if match[1]:
        return dt.date(year, int(match[1]), int(match[2]))
    day, name = (match[3], match[4]) if match[3] else (match[6], match[5])
    return dt.date(year, month_named(name), int(day))


def month_named(name: str) -> int:
    """The number of a month by its English name. Raises ValueError for any other word."""
    number = _NAMES.get(name.lower())
    if number is None:
        raise ValueError(name)
    return number


def in_range(day: dt.date) -> dt.date:
    """The day itself; ValueError where its year is a typing error."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(day)
    return day
