"""Months, and the day as of which a plan is evaluated.

A month is always the `date` of its first day. Nothing here reads a clock: `today` is an argument.
"""

import re
from datetime import date, timedelta

from django.utils.translation import gettext as _

from planner.arithmetic.quantities import half_width

_MONTH = re.compile(r"([0-9]{4}) ?(?:[-/] ?([0-9]{1,2})|年 ?([0-9]{1,2}) ?月)")
# A year outside these is taken for a typing error.
_FIRST_YEAR, _LAST_YEAR = 1900, 2199

MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
ONE_DAY = timedelta(days=1)
# How many full months a level is read from, at most.
LEVEL_MONTHS = 3
# How long after a plan's end its open work still calls for people.
WORK_AFTER_END = timedelta(days=30)


def month_start(day: date) -> date:
    """The first day of the month that `day` lies in."""
    return date(day.year, day.month, 1)


def add_months(month: date, n: int) -> date:
    """The first day of the month `n` months after that of `month` (before it, when `n` is negative)."""
    year, index = divmod(month.year * 12 + month.month - 1 + n, 12)
    return date(year, index + 1, 1)


def full_months_before(day: date, count: int = LEVEL_MONTHS) -> tuple[date, ...]:
    """The last `count` months that are over before `day`, oldest first, as first days.

    The month of `day` itself never counts, not even on its last day, because it is not over.

    Raises ValueError when `count` is less than 1.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, not {count}")
    return tuple(add_months(day, -back) for back in range(count, 0, -1))


def full_months_within(start: date, day: date) -> tuple[date, ...]:
    """The months that began on or after `start` and are over before `day`, oldest first, as first days."""
    first = month_start(start) if start.day == 1 else add_months(start, 1)
    return months_between(first, add_months(day, -1))


def months_between(first: date, last: date) -> tuple[date, ...]:
    """Every month from that of `first` to that of `last`, both included, oldest first, as first days.

    Empty when `last` lies in an earlier month than `first`.
    """
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return tuple(add_months(first, index) for index in range(count))


def as_of(today: date, start: date, end: date) -> date:
    """The day as of which the plan from `start` to `end` is evaluated: `today`, but at most its end.

    Decision 13 of the planning method. Before the plan starts it is `today` all the same.

    Raises ValueError when `end` is before `start`: three dates are easily passed in a wrong order.
    """
    if end < start:
        raise ValueError(f"The plan ends ({end}) before it starts ({start}).")
    return min(today, end)


def baseline_day(today: date, start: date) -> date:
    """The day before which the months of a plan's baseline are over: it moves on until the plan starts.

    Decision 13 of the planning method: the baseline is `full_months_before` this day.
    """
    return min(today, start)


def closing_day(today: date, end: date) -> date:
    """The day before which a month must be over to be full: today, at most the day after the plan's end.

    Decision 13 of the planning method: a month is full from the day after its last day on, if that last day is one of
    the plan, so the month that a plan ends with counts as soon as the plan is over.
    """
    return min(today - ONE_DAY, end) + ONE_DAY


def months_of_now(today: date, start: date, end: date) -> tuple[date, ...]:
    """The months that "now" is read from: the plan's last full ones, three at most; none before the first.

    Decision 13 of the planning method.
    """
    return full_months_within(start, closing_day(today, end))[-LEVEL_MONTHS:]


def months_passed(today: date, start: date, end: date) -> tuple[int, int]:
    """How many of the months that lie wholly in a plan are full, and how many there are."""
    whole_months = full_months_within(start, end + ONE_DAY)
    return len(full_months_within(start, closing_day(today, end))), len(whole_months)


def work_day(today: date, end: date) -> date:
    """The day to which the lateness of a plan's open tasks counts: today, at most 30 days after the plan's end.

    Decision 13 of the planning method. In a closed plan it counts to its end at most: `as_of`.
    """
    return end + min(today - end, WORK_AFTER_END)


def parse_month(text: str) -> date:
    """The first day of the month that `text` names: `2023-07`, `2023/7` or `2023年7月`, also full-width.

    Raises ValueError with a translated sentence for anything else, including a whole date.
    """
    match = _MONTH.fullmatch(half_width(text).strip())
    if match:
        year, month = int(match[1]), int(match[2] or match[3])
        if _FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12:
            return date(year, month, 1)
    if not text.strip():
        raise ValueError(_("The month is missing. Enter year and month, such as 2023-07 or 2023年7月."))
    raise ValueError(
        _("“%(text)s” is not a month. Enter year and month, such as 2023-07 or 2023年7月.")
        % {"text": text.strip()[:40]}
    )


def end_of_week(day: date) -> date:
    """The Sunday of the day's ISO week."""
    return day + timedelta(days=7 - day.isoweekday())
