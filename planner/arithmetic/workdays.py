"""Which days a team works: its weekdays, its country's holidays and make-up workdays, and the dates people typed.

Pure: no clock, no database. The countries' calendars are those of the `holidays` library, a year at a time; a year
that it does not have yet has its weekdays and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from planner.arithmetic.collation import sort_key


@dataclass(frozen=True, slots=True)
class Calendar:
    """A team's workdays: `weekdays` are ISO weekdays, `country` an ISO code or ""; people typed the dates."""

    weekdays: Collection[int]
    country: str = ""
    holidays: Collection[dt.date] = ()
    extra_workdays: Collection[dt.date] = ()
    language: str = field(default="en", compare=False)

    def is_workday(self, day: dt.date) -> bool:
        """Typed dates win, a make-up workday over a holiday; then the country's calendar; then the weekday."""
        if day in self.extra_workdays:
            return True
        if day in self.holidays:
            return False
        country_year = _year(self.country, day.year, self.language)
        if day in country_year.workdays:
            return True
        return day not in country_year.holidays and day.isoweekday() in self.weekdays

    def workdays(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """The workdays from `first` to `last`."""
        span = range(first.toordinal(), last.toordinal() + 1)
        return [day for day in map(dt.date.fromordinal, span) if self.is_workday(day)]

    def exceptions(self, first: dt.date, last: dt.date) -> list[Exceptional]:
        """The days from `first` to `last` that differ from their weekday, with the reason where it is known."""
        exceptions = []
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            day = dt.date.fromordinal(ordinal)
            works = self.is_workday(day)
            if works != (day.isoweekday() in self.weekdays):
                exceptions.append(
                    Exceptional(
                        day, works, _year(self.country, day.year, self.language).holidays.get(day, "")
                    )
                )
        return exceptions


def laid(lengths: Sequence[int], workdays: Sequence[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """The first and last day of pieces of work that follow each other, of these lengths in workdays (1 or more).

    Where the workdays are too few for all, each piece is shortened in proportion, and the last ones may share a day;
    where there are none, there are no dates either.
    """
    if not workdays:
        return []
    total = sum(lengths)
    count, done = min(len(workdays), total), 0
    spans = []
    for length in lengths:
        start, done = done * count // total, done + length
        spans.append((workdays[start], workdays[max(start, done * count // total - 1)]))
    return spans


@dataclass(frozen=True, slots=True)
class Exceptional:
    """A day off on a weekday, or a workday on a day off."""

    day: dt.date
    works: bool
    name: str


@dataclass(frozen=True, slots=True)
class Year:
    """A country's calendar of one year: holidays by date with their names, and workdays on weekends."""

    holidays: dict[dt.date, str]
    workdays: frozenset[dt.date]


@lru_cache(maxsize=512)
def _year(country: str, year: int, language: str) -> Year:
    if not country:
        return Year({}, frozenset())
    import holidays  # here: starting the web server does not need the calendars of the world

    locale = {"zh-hans": "zh_CN", "en": "en_US"}.get(language, "en_US")
    try:
        calendar = holidays.country_holidays(country, years=year, language=locale, expand=False)
    except NotImplementedError:
        return Year({}, frozenset())
    workdays = getattr(calendar, "weekend_workdays", None) or ()
    return Year(dict(calendar.items()), frozenset(day for day in workdays if day.year == year))


@lru_cache(maxsize=4)
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """The countries that have a calendar, as (code, name in the reader's language), by name."""
    import holidays
    from babel import Locale

    territories = Locale.parse("zh_Hans" if language.startswith("zh") else "en").territories
    codes = [code for code in holidays.list_supported_countries() if len(code) == 2 and code in territories]
    named = ((code, territories[code]) for code in codes)
    return tuple(sorted(named, key=lambda country: sort_key(country[1])))
