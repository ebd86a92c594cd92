"""How figures and days are written for people, by language: "en" or "zh-hans"; and for machines.

The language is an argument, because an email or an export is in its reader's language, not the request's.
Numbers are formatted by Python itself: for these two languages the result equals Babel's, many times faster,
and a page formats thousands of them. Days are formatted by Babel, which has the names of the months.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date

from planner.arithmetic.quantities import WAN, YI

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"

_HUNDRED = Decimal(100)
_THOUSAND = Decimal(1_000)
# quantize() refuses results longer than the context's precision; a figure on a page must never raise.
_WIDE = Context(prec=80)
# Beyond these decimals a figure that is not quite zero is called zero.
_MOST_PLACES = 6


@dataclass(frozen=True, slots=True)
class Scale:
    """What a figure counts in: amounts of `unit`, or a rate, which is stored as a fraction and read in per cent."""

    is_rate: bool = False
    unit: str = ""


PLAIN = Scale()
RATE = Scale(is_rate=True)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as text, and the unit that follows it, so that a table can show the two apart."""

    number: str
    unit: str


def figure(
    scale: Scale,
    value: Decimal | None,
    *,
    language: str,
    difference: bool = False,
    places: int | None = None,
) -> Figure:
    """A stored figure as people read it.

    A rate is shown in per cent with at most 1 decimal, the sign in its number and no unit; the `difference` of
    two rates in percentage points (Decision 3 of the planning method). An amount shows at most 2 decimals
    below 1,000 and none above; in Chinese, 10,000 and more count in 万, 100,000,000 and more in 亿, with at
    most 2 decimals.
    No trailing zeros; what is not zero gets as many more decimals as it needs not to look like zero.
    Halves round to the even neighbour. `places` asks for exactly so many decimals instead, zeros kept, for
    columns that line up.

    None is an en dash without a unit. A negative figure has a real minus sign.
    """
    if value is None:
        return Figure(DASH, "")
    if scale.is_rate:
        number = _number_text(_WIDE.multiply(value, _HUNDRED), 1, places)
        if difference:
            return Figure(number, "个百分点" if _is_chinese(language) else "pp")
        return Figure(number + "%", "")
    max_places = 0 if abs(value) >= _THOUSAND else 2
    if _is_chinese(language) and abs(_rounded(value, max_places)) >= WAN:
        value, counter = _counted_in_wan_or_yi(value)
        gap = " " if scale.unit and scale.unit[0].isascii() else ""
        return Figure(_number_text(value, 2, places), f"{counter}{gap}{scale.unit}")
    return Figure(_number_text(value, max_places, places), scale.unit)


def figure_text(value: Figure) -> str:
    """A figure as one text: "150 new customers", "80 万元"."""
    return f"{value.number} {value.unit}" if value.unit else value.number


def per_cent(value: Decimal | None, language: str) -> str:
    """A fraction in whole per cents, halves rounded away from zero; one decimal below 1 %. None is a dash.

    0.33333 is "33%", 0.005 is "0.5%". Both languages write it alike.
    """
    del language
    if value is None:
        return DASH
    hundredths = _WIDE.multiply(value, _HUNDRED)
    places = 1 if abs(hundredths) < 1 else 0
    return _text(_rounded(hundredths, places, ROUND_HALF_UP), keep_zeros=False) + "%"


def day(date: date, language: str, today: date | None = None, year: bool | None = None) -> str:
    """A day: "15 Jul", "7月15日". The year is added unless it is the year of `today`.

    `year` overrules that: always ("15 Jul 2023", "2023年7月15日") or never.
    """
    with_year = (today is None or today.year != date.year) if year is None else year
    return _day(date, language, with_year)


def day_range(start: date, end: date, language: str) -> str:
    """A span of days: "1 Jul – 30 Sep 2023", "2023年7月1日 – 9月30日"; both years where they differ."""
    if start == end:
        return _day(start, language, True)
    one_year = start.year == end.year
    chinese = _is_chinese(language)
    first = _day(start, language, chinese or not one_year)
    last = _day(end, language, not chinese or not one_year)
    return f"{first} {DASH} {last}"


def month(date: date, language: str) -> str:
    """A month with its year: "Jul 2023", "2023年7月"."""
    pattern = "y年M月" if _is_chinese(language) else "MMM y"
    return format_date(date, pattern, locale=_locale(_is_chinese(language)))


def quarter(date: date, language: str) -> str:
    """The quarter of the calendar that a day lies in: "Q3 2023", "2023年第三季度"."""
    pattern = "y年QQQQ" if _is_chinese(language) else "QQQ y"
    return format_date(date, pattern, locale=_locale(_is_chinese(language)))


def machine(value: Decimal | None) -> str:
    """A figure for files and interfaces: "0.08", "800000". No grouping, no exponent, no trailing zeros.

    Rates stay fractions (Decision 14 of the planning method). None is "".
    """
    if value is None:
        return ""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").removesuffix(".")
    return "0" if text == "-0" else text


def _is_chinese(language: str) -> bool:
    return language.startswith("zh")


@cache
def _locale(chinese: bool) -> Locale:
    return Locale("zh", script="Hans") if chinese else Locale("en")


@lru_cache(maxsize=4096)
def _day(date: date, language: str, with_year: bool) -> str:
    chinese = _is_chinese(language)
    without, with_it = ("M月d日", "y年M月d日") if chinese else ("d MMM", "d MMM y")
    return format_date(date, with_it if with_year else without, locale=_locale(chinese))


def _counted_in_wan_or_yi(value: Decimal) -> tuple[Decimal, str]:
    """The amount in 万 or 亿, by the size it has once rounded: 99,999,999 is 1亿, not 10,000万."""
    in_wan = _WIDE.divide(value, WAN)
    if abs(_rounded(in_wan, 2)) < WAN:
        return in_wan, "万"
    return _WIDE.divide(value, YI), "亿"


def _rounded(value: Decimal, places: int, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=rounding, context=_WIDE)


def _number_text(value: Decimal, max_places: int, places: int | None) -> str:
    if places is not None:
        return _text(_rounded(value, places), keep_zeros=True)
    rounded = _rounded(value, max_places)
    while not rounded and value and max_places < _MOST_PLACES:
        max_places += 1
        rounded = _rounded(value, max_places)
    return _text(rounded, keep_zeros=False)


def _text(rounded: Decimal, *, keep_zeros: bool) -> str:
    text = f"{rounded.copy_abs():,f}"
    if not keep_zeros and "." in text:
        text = text.rstrip("0").removesuffix(".")
    return MINUS + text if rounded < 0 else text
