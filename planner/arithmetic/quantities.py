"""Figures as people type them and files hold them: one strict parser, and the text that an editor shows.

The stored value is a `Decimal(20, 6)`: at most 14 digits before the point and 6 after it. Rates are fractions
(Decision 14 of the planning method): "8%" is read as 0.08.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from functools import cache

from django.utils.translation import gettext as _

from planner.arithmetic import currencies

DECIMAL_PLACES = 6
INTEGER_DIGITS = 14
# SQLite keeps 15 digits: a value that it would round up to 15 digits before the point could not be read again.
TOO_LARGE = Decimal("99999999999999.95")
WAN = Decimal(10_000)
YI = Decimal(100_000_000)

_LONGEST = 60
# Wide enough that nothing of _LONGEST characters is ever rounded: a digit too many must be refused, not dropped.
_EXACT = Context(prec=2 * _LONGEST)
# What most files hold: it is read without the full pattern below.
_PLAIN = re.compile(rf"-?[0-9]{{1,{INTEGER_DIGITS - 1}}}(?:\.[0-9]{{1,{DECIMAL_PLACES}}})?")
_SMALLEST = Decimal(1).scaleb(-DECIMAL_PLACES)
_MULTIPLIERS = {
    "": Decimal(1),
    "k": Decimal(1_000),
    "m": Decimal(1_000_000),
    "mn": Decimal(1_000_000),
    "bn": Decimal(1_000_000_000),
    "百": Decimal(100),
    "千": Decimal(1_000),
    "万": WAN,
    "十万": 10 * WAN,
    "百万": 100 * WAN,
    "千万": 1_000 * WAN,
    "亿": YI,
    "十亿": 10 * YI,
    "百亿": 100 * YI,
    "千亿": 1_000 * YI,
}
# Read only where a person types and sees at once what was read. In a file nobody looks at every cell, and there they
# may be something else: a w a week or a watt, a b a byte or a grade, and a factor of 10,000 would go unnoticed.
_SHORTHAND = {"w": WAN, "wan": WAN, "yi": YI, "b": Decimal(1_000_000_000)}
_FACTORS = _MULTIPLIERS | _SHORTHAND


@cache
def _quantity(*, typed: bool) -> re.Pattern[str]:
    """A figure with all that may be around it, see `parse_quantity`."""
    currency = currencies.pattern()
    words = [*_MULTIPLIERS, *(_SHORTHAND if typed else ())]
    multiplier = "|".join(sorted(filter(None, words), key=len, reverse=True))
    return re.compile(
        rf"""
        (?P<before>{currency})? \ ?
        (?P<open>\()? \ ?
        (?P<sign>[-+])? \ ?
        (?P<inside>{currency})? \ ?
        (?P<number>
            (?: [0-9]+ | [1-9][0-9]{{0,2}} (?: (?:,[0-9]{{3}})+ | (?:\ [0-9]{{3}})+ ) ) (?:\.[0-9]+)?
            | \.[0-9]+
        ) (?P<behind>-)? \ ?
        (?: (?P<percent>%) | (?P<multiplier>{multiplier})? \ ? (?P<after>{currency})? ) \ ?
        (?P<close>\))?
        """,
        re.VERBOSE | re.IGNORECASE,
    )


class QuantityError(ValueError):
    """A text that is not a figure, or a figure that cannot be stored; its message is a translated sentence."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure as it is stored, and whether it was written in per cent: 8% is 0.08 and True."""

    value: Decimal
    percent: bool


def half_width(text: str) -> str:
    """`text` with full-width characters narrowed, and every kind of space as a plain one.

    Not NFKC: that would also turn "5①" into 51 and "10²" into 102.
    """
    return text if text.isascii() else "".join(map(_narrow, text))


def _narrow(character: str) -> str:
    if unicodedata.category(character) == "Zs":
        return " "
    if unicodedata.decomposition(character).startswith(("<wide>", "<narrow>", "<small>")):
        return unicodedata.normalize("NFKC", character)
    return character


def parse_quantity(text: str, *, currency: str = "", rate: bool = False, typed: bool = False) -> Quantity:
    """Read one figure: `1,234.5`, `80万`, `3百万元`, `800k`, `8%`, `¥1,200`; `(1,200)` and `1,200-` for −1,200.

    What is `typed` in a cell, not read from a file, may be in shorthand too: `100w`, `100wan`, `1.2yi`, `1.2b`.

    `currency` is the code of the team's money: a sign or code of another one is refused, where it is known whose
    figure this is. With `rate` a bare number is per cent: 12 is 0.12 (Decision 14 of the planning method).

    The value is exact and has no trailing zeros. Full-width characters, the Unicode minus, a leading
    plus and thousands grouped by commas or spaces are read. Not read: exponents, NaN, infinities, truth
    values, percentage points, badly placed separators, more than one number.

    Raises QuantityError when the text is empty or not a figure, or when the figure has more than 6 decimals or
    14 digits before the point once it is in the stored unit (so per cents may have 4 decimals).
    """
    stripped = text.strip()
    if not stripped:
        raise QuantityError(_("There is no number here. Enter one, such as 1,200, 80万 or 8%."))
    if not rate and _PLAIN.fullmatch(stripped):
        return Quantity(_without_trailing_zeros(Decimal(stripped)), percent=False)
    normalised = half_width(stripped[: _LONGEST + 1]).replace("\N{MINUS SIGN}", "-")
    match = _quantity(typed=typed).fullmatch(normalised) if len(normalised) <= _LONGEST else None
    if match is None or not _is_consistent(match):
        raise QuantityError(_refusal(stripped))
    _check_money(match, currency, rate)
    percent = rate or bool(match["percent"])
    with localcontext(_EXACT):
        value = Decimal(re.sub("[, ]", "", match["number"]))
        value *= Decimal("0.01") if percent else _FACTORS[(match["multiplier"] or "").lower()]
        if match["open"] or match["sign"] == "-" or match["behind"]:
            value = -value
        if value != round(value, DECIMAL_PLACES):
            raise QuantityError(
                _("“%(text)s” has too many decimal places: the limit is 6, or 4 for percentages. Round it.")
                % {"text": stripped}
            )
        if abs(value) >= TOO_LARGE:
            raise QuantityError(
                _("“%(text)s” is too large: the limit is 14 digits before the decimal point.")
                % {"text": stripped}
            )
        return Quantity(_without_trailing_zeros(value), percent)


def _check_money(match: re.Match[str], own: str, rate: bool) -> None:
    """Raise QuantityError for another currency than `own`, and for any money or multiplier where a rate belongs."""
    written = [match[name] for name in ("before", "inside", "after") if match[name]]
    for sign in written:
        if own and currencies.is_foreign(sign, own):
            raise QuantityError(currencies.refusal(sign, own))
    if rate and (written or match["multiplier"]):
        raise QuantityError(
            _("“%(text)s” is not a percentage. Enter one, such as 8 or 8%%.") % {"text": match[0]}
        )


def _is_consistent(match: re.Match[str]) -> bool:
    """Whether the parts agree: one sign or a pair of parentheses, one currency before, none with a rate."""
    if not all(currencies.codes_of(match[name] or "$") for name in ("before", "inside", "after")):
        return False
    if bool(match["open"]) != bool(match["close"]):
        return False
    if sum(bool(match[name]) for name in ("open", "sign", "behind")) > 1:
        return False
    if match["before"] and match["inside"]:
        return False
    return not (match["percent"] and (match["before"] or match["inside"]))


def _refusal(entry: str) -> str:
    text = entry if len(entry) <= _LONGEST else entry[: _LONGEST - 1] + "…"
    return _("“%(text)s” is not a number. Enter digits, such as 1,200, 80万 or 8%%.") % {"text": text}


def _without_trailing_zeros(value: Decimal) -> Decimal:
    """The same figure in its shortest plain form, because a DecimalField counts every decimal; −0 is 0."""
    if value == value.to_integral_value():
        return Decimal(int(value))
    return value.normalize()


def edit_text(value: Decimal | None, *, rate: bool, language: str) -> str:
    """The exact text of a stored figure in an editor: `parse_quantity` reads the same Decimal back from it.

    Rates are in per cent ("8.3333%"). Amounts are grouped ("800,000"); in Chinese those of 10,000 and more
    count in 万 and those of 100,000,000 and more in 亿, where 6 decimals are enough for that. None is "".
    Only for figures that fit the field: 14 digits before the point, 6 after it.
    """
    if value is None:
        return ""
    with localcontext(_EXACT):
        if rate:
            return _plain(value * 100) + "%"
        if language.startswith("zh") and abs(value) >= WAN:
            unit, name = (YI, "亿") if abs(value) >= YI else (WAN, "万")
            counted = value / unit
            if counted == counted.quantize(_SMALLEST):
                return _plain(counted) + name
        return _plain(value)


def _plain(value: Decimal) -> str:
    return f"{_without_trailing_zeros(value):,f}"
