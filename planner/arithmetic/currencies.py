"""Currencies as people write them: a sign, a code or a Chinese name beside a figure, and which money each may mean.

A team has one currency (Decision 19 of the planning method). A sign that several currencies share ($, ¥) means the
team's where the team's is one of them; the sign or code of any other currency is refused, never passed over.
"""

from __future__ import annotations

import re
from functools import cache

from babel import Locale
from babel.numbers import list_currencies
from django.utils.translation import gettext as _

# What people write besides the signs and names that Babel knows. 元 is what several currencies are called at home.
_OTHERS = {
    "$": ("USD", "AUD", "CAD", "HKD", "MOP", "MXN", "NZD", "SGD", "TWD"),
    "¥": ("CNY", "JPY"),
    "元": ("CNY", "HKD", "MOP", "SGD", "TWD"),
    "RMB": ("CNY",),
    "CNH": ("CNY",),
    "S$": ("SGD",),
    "C$": ("CAD",),
    "港币": ("HKD",),
    "台币": ("TWD",),
    "日圆": ("JPY",),
    "澳元": ("AUD",),
    "加元": ("CAD",),
    "新元": ("SGD",),
    "卢布": ("RUB",),
}
# Those whose Chinese names are read, and whose codes are read among other words.
_TRADED = frozenset(
    (
        *("USD", "EUR", "JPY", "GBP", "CNY", "AUD", "CAD", "CHF", "HKD", "SGD", "SEK", "KRW", "NOK"),
        *("NZD", "INR", "MXN", "TWD", "MOP", "THB", "VND", "MYR", "IDR", "PHP", "RUB", "BRL", "ZAR"),
    )
)
# How many of the currencies that share a sign an error names.
_NAMED = 3


@cache
def _signs() -> dict[str, tuple[str, ...]]:
    """Every sign and name, in lower case, with the codes of the currencies that it may mean."""
    signs: dict[str, tuple[str, ...]] = {}
    for language in ("en", "zh"):
        for code, symbol in Locale(language).currency_symbols.items():
            if (not symbol.isascii() or "$" in symbol) and symbol != "¤":
                signs[symbol.lower()] = (code,)
    chinese = Locale("zh").currencies
    signs |= {chinese[code]: (code,) for code in _TRADED}
    return signs | {sign.lower(): codes for sign, codes in _OTHERS.items()}


@cache
def pattern() -> str:
    """A regular expression, without a group, for a sign, a name or three letters: `codes_of` knows which are one."""
    known = sorted(_signs(), key=len, reverse=True)
    return rf"(?:{'|'.join(map(re.escape, known))}|[a-z]{{3}})"


@cache
def traded_pattern() -> str:
    """A regular expression, without a group, for a sign, a name or a traded code in lower case."""
    words = {*_signs(), *(code.lower() for code in _TRADED)}
    return rf"(?:{'|'.join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))})"


@cache
def codes_of(text: str) -> tuple[str, ...]:
    """The codes of the currencies that a sign, code or name may mean; empty where it is none.

    `codes_of("$")` begins with USD; codes are those of ISO 4217, in any case.
    """
    lower = text.strip().lower()
    return _signs().get(lower) or ((lower.upper(),) if lower.upper() in list_currencies() else ())


def is_foreign(text: str, own: str) -> bool:
    """Whether a sign, code or name means another currency than that with the code `own`."""
    codes = codes_of(text)
    return bool(codes) and own.upper() not in codes


@cache
def _in_words() -> re.Pattern[str]:
    """What means money among other words: a code in capitals, since "all" is a word too; 元 behind 万, not in 单元."""
    signs = [sign for sign in sorted(_signs(), key=len, reverse=True) if sign != "元" and not sign.isalpha()]
    names = [sign for sign in _signs() if sign != "元" and sign.isalpha() and not sign.isascii()]
    codes = "|".join(sorted(_TRADED | {"RMB", "CNH"}))
    dressed = "|".join(re.escape(form) for sign in signs for form in dict.fromkeys((sign.upper(), sign)))
    return re.compile(
        rf"{dressed}|{'|'.join(names)}|(?<![A-Za-z])(?:{codes})(?![A-Za-z])|(?<![^\W百千万亿])元(?!\w)"
    )


def foreign_in(words: str, own: str) -> str:
    """The first sign, traded code or name of another currency in some words, such as "Sales (USD)"; "" without one."""
    return next((word for word in _in_words().findall(words) if is_foreign(word, own)), "")


def has_currency(words: str) -> bool:
    """Whether some words name money: a sign, a traded code or a name."""
    return _in_words().search(words) is not None


def refusal(written: str, own: str) -> str:
    """The sentence for a figure in another currency: it names both, a shared sign with what it may mean."""
    codes = codes_of(written)
    named = written
    if codes and codes[0] != written.upper():
        named = f"{written} ({', '.join(codes[:_NAMED])}{' …' if len(codes) > _NAMED else ''})"
    return _("The team's currency is %(own)s, but this is in %(foreign)s. Enter it in %(own)s.") % {
        "own": own,
        "foreign": named,
    }
