"""The number formats in which a spreadsheet shows the planner's figures. A cell keeps its exact value.

A format has two conditions at most, and programs differ on the minus sign of a section that has one: Excel
leaves it to the format where the condition admits negative numbers only, LibreOffice in every section but
the first. So figures below zero have formats of their own. Both programs show the formats below alike; with
others one of them loses the minus, or shows two.
"""

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from planner.arithmetic.quantities import WAN, YI
from planner.spreadsheets.sheets import Number, printable, text_width

DATE = "yyyy-mm-dd"

_MOST_PLACES = 6
_WIDE = Context(prec=80)
# From here on an amount is counted in 亿: what is less than half a thousand short would round to 10000.0万.
_ALMOST_YI = Decimal(99_999_500)
# Excel refuses formats of more than 255 characters, and a format can have the unit three times; emoji count twice.
_LONGEST_UNIT = 30


def number_format(number: Number, language: str) -> str:
    """The format of the cell that holds `number`; where it has no value yet, one that suits any typed value.

    Rates and amounts show at most 2 decimals and as few as they need, or as many more as keep them from
    looking like zero. In Chinese an amount of 10,000 and more shows in 万, one of 100,000,000 and more in 亿.
    A number format can divide by thousands only, so 万 has 1 decimal if that is exact and else 4, and 亿
    has 2 or 5.
    """
    unit = _unit(number, language)
    if number.difference:
        return "General" + _literal(unit)
    if number.scale.is_rate:
        return _rate_format(number.value)
    if number.value is None:
        return _open_format(unit, language)
    plain = _zeros("#,##0", _places(number.value)) + _literal(unit)
    if _is_chinese(language):
        return _counted_format(number.value, plain, unit)
    return plain


def shown_width(number: Number, language: str) -> int:
    """How many characters `number` takes in its format, Chinese ones counting twice; an estimate upwards."""
    value, unit = number.value, _unit(number, language)
    if number.scale.is_rate or number.difference:
        digits = "-10.0%" if value is None else f"{_WIDE.multiply(value, Decimal(100)):.2f}%"
    elif value is None:
        digits = "100,000"
    elif _is_chinese(language) and abs(value) >= WAN:
        digits = "-1000.0000万" if abs(value) < YI else f"{_WIDE.divide(value, YI):.5f}亿"
    else:
        digits = f"{value:,.{_places(value)}f}"
    return text_width(digits + unit)


def _rate_format(value: Decimal | None) -> str:
    if value is None:
        return "0.0%"
    return _zeros("0", _places(_WIDE.multiply(value, Decimal(100)))) + "%"


def _open_format(unit: str, language: str) -> str:
    """For amounts that are not known yet: a typed value is shown as it was typed, a large one grouped.

    Without a unit it may become anything, also a rate: General alone turns a typed 8% into a per cent cell.
    """
    if not unit:
        return "General"
    typed = "General" + _literal(unit)
    if _is_chinese(language):
        return rf"[>={WAN}]0\.0,{_literal('万' + unit)};[<0]-{typed};{typed}"
    return f"[>=1000]#,##0{_literal(unit)};[<0]-{typed};{typed}"


def _counted_format(value: Decimal, plain: str, unit: str) -> str:
    """In 万 or 亿, and plain if the cell later holds a small amount."""
    if abs(value) >= _ALMOST_YI:
        limit = _ALMOST_YI
        counted = (r"0\.00,," if value % 1_000_000 == 0 else r"0\.00000,") + _literal("亿" + unit)
    else:
        limit = WAN
        counted = (r"0\.0," if value % 1_000 == 0 else r"0\.0000") + _literal("万" + unit)
    if value <= -WAN:
        return f"[>-{limit}]{plain};-{counted}"
    return f"[>={limit}]{counted};[<0]-{plain};{plain}"


def _places(value: Decimal) -> int:
    """How many decimals `value` shows."""
    rounded = [value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _WIDE) for places in range(7)]
    if rounded[2] or not value:
        return next(places for places in range(3) if rounded[places] == rounded[2])
    return next((places for places in range(3, _MOST_PLACES) if rounded[places]), _MOST_PLACES)


def _zeros(whole: str, places: int) -> str:
    return f"{whole}.{'0' * places}" if places else whole


def _unit(number: Number, language: str) -> str:
    """The unit as it follows the figure: a space before it, except before Chinese characters in Chinese."""
    if number.difference:
        return "个百分点" if _is_chinese(language) else " pp"
    unit = "" if number.scale.is_rate else " ".join(printable(number.scale.unit).split())[:_LONGEST_UNIT]
    glued = not unit or (_is_chinese(language) and not unit[0].isascii())
    return unit if glued else " " + unit


def _literal(text: str) -> str:
    """`text` in quotes, with quotes in it replaced, and the "_" of "_x0041_", which Excel would read as "A"."""
    text = re.sub("_(?=x[0-9A-Fa-f]{4}_)", "\N{FULLWIDTH LOW LINE}", text.replace('"', "\N{DOUBLE PRIME}"))
    return f'"{text}"' if text else ""


def _is_chinese(language: str) -> bool:
    return language.startswith("zh")
