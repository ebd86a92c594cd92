"""Units of figures outside of their cells: in brackets after a header or a metric's name, or in a line above.

“金额（万元）” means that 1.2 is 12,000; reading it as 1.2 would be an error that nobody notices. So figures in a unit
that has thousands or millions in an unknown form are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from planner.arithmetic import currencies
from planner.arithmetic.quantities import half_width
from planner.readings.imports.values import ValueRefused, without_float_tail
from planner.spreadsheets.problems import Problems
from planner.words import listed

# The suffix that a figure has (planner/arithmetic/quantities.py) for each word; ? where there is none.
_SIGNS = {
    "千": "k", "k": "k", "thousand": "k", "thousands": "k", "000": "k", "'000": "k", "000s": "k", "'000s": "k",
    "万": "万",
    "百万": "m", "m": "m", "mm": "m", "mn": "m", "mln": "m", "mio": "m", "million": "m", "millions": "m",
    "亿": "亿",
    "十亿": "bn", "bn": "bn", "billion": "bn", "billions": "bn",
    "%": "%", "百分比": "%", "percent": "%", "pct": "%",
}  # fmt: skip
# Without a currency these may mean metres as well as millions.
_UNSURE = {"m", "mm"}
_MONEY = currencies.traded_pattern()
_COUNTED = r"(?:人次|[人个单件家次名台套条户位笔箱吨])"
_LETTERS = r"thousands?|millions?|billions?|mln|mio|mm|mn|bn|k|m|percent|pct"
_WORD = re.compile(
    rf"(?P<before>{_MONEY}*)(?P<many>'?000s?|%|百分比|[0-9]*(?:[十百千万亿]+|{_LETTERS}))?"
    rf"(?P<after>{_MONEY}*)(?P<counted>{_COUNTED}?)"
)
_BRACKETS = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")
_TAIL = re.compile(
    r"(.+?)[\s/_:,-]*((?:人民币|rmb|cny|usd)?[十百千万亿]{1,2}元|%|\bin (?:[a-z]+ )?(?:thousands|millions|billions))",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"单位(?:[:为是 ]|(?=\())+(\([^)]*\)|[^ ,;。()]+)"
    r"|\bunits? ?: ?([^,;]+)"
    r"|\bin ((?:[a-z$¥€£]+ )?(?:thousands?|millions?|billions?)(?: (?:of )?[a-z]{3}\b)?)"
    r"|\(('?000s?)\)"
)
_BARE = re.compile(r"[-+0-9.,\s()$¥€£\N{MINUS SIGN}]*")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as the file writes it, and the sign that a figure in it would have: 万, k, m, 亿, bn, %, or none.

    The sign is ? where no figure can have it. `is_money` is whether the words name a currency.
    """

    words: str
    sign: str
    is_money: bool = False

    def on(self, text: str) -> str:
        """A cell's figure with the sign. Raises ValueRefused where the cell has a unit of its own."""
        text = without_float_tail(half_width(text).strip())
        if not self.sign or not any(character.isdigit() for character in text):
            return text
        if self.sign == "%" and text.endswith("%"):
            return text
        if self.sign == "?":
            raise ValueRefused(
                _("Values in %(unit)s can't be read. Enter them in full.") % {"unit": self.words}
            )
        text = self.bare(text)
        return f"{text[:-1]}{self.sign})" if text.endswith(")") else f"{text}{self.sign}"

    def bare(self, text: str) -> str:
        """A cell's figure unchanged. Raises ValueRefused where the cell has a unit of its own."""
        if self.sign and re.search("[0-9]", text) and not _BARE.fullmatch(half_width(text)):
            raise ValueRefused(
                _("“%(text)s”: values here are in %(unit)s, so enter digits only.")
                % {"text": text.strip()[:40], "unit": self.words}
            )
        return text


NO_UNIT = Unit("", "")


def unit_of(words: str) -> Unit | None:
    """The unit in some words, which may include others; None where there is no unit among them."""
    text = half_width(words).lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("per cent", "%")
    text = re.split(r"/|\bper\b|每", text.removeprefix("单位"))[0]
    matches = [match for word in re.split(r"[\s,;:、]+", text) if word and (match := _WORD.fullmatch(word))]
    if not matches:
        return None
    is_money = any(match["before"] or match["after"] for match in matches)
    many = {match["many"] for match in matches if match["many"]}
    signs = {_SIGNS.get(scale, "?") for scale in many}
    if len(signs) > 1 or (not is_money and many & _UNSURE):
        signs = {"?"}
    return Unit(words.strip(), signs.pop() if signs else "", is_money)


def split_unit(name: str) -> tuple[str, Unit | None]:
    """A header or a metric's name without the unit in its brackets or at its end, and the unit or None."""
    narrow = half_width(name)
    for match in _BRACKETS.finditer(narrow):
        if unit := unit_of(match[1]):
            return (narrow[: match.start()] + narrow[match.end() :]).strip(), unit
    if tail := _TAIL.fullmatch(narrow.strip()):
        return tail[1], unit_of(tail[2])
    return name, None


@dataclass(frozen=True, slots=True)
class Above:
    """What the lines above a table give: the unit of its money, and whether its rates are in per cent."""

    unit: Unit = NO_UNIT
    in_percent: bool = False


NO_UNITS_ABOVE = Above()


def find_units(rows: Sequence[Iterable[str]]) -> Above:
    """The units in lines such as “单位：万元” or “in thousands”; the line nearest to the table counts."""
    for row in reversed(rows):
        row_units = [unit for cell in row for unit in _units_in_text(cell)]
        if row_units:
            signs = {row_unit.sign for row_unit in row_units} - {"", "%"}
            units = [row_unit for row_unit in row_units if row_unit.sign in signs] or [
                row_unit for row_unit in row_units if row_unit.is_money
            ]
            unit = units[0] if units else NO_UNIT
            if len(signs) > 1:
                unit = Unit(listed((row_unit.words for row_unit in units), most=None), "?", is_money=True)
            return Above(unit, any(row_unit.sign == "%" for row_unit in row_units))
    return NO_UNITS_ABOVE


def _units_in_text(cell: str) -> list[Unit]:
    text = half_width(cell).lower().strip()
    words = [next(filter(None, match.groups())).strip("()") for match in _SAID.finditer(text)]
    # In brackets after a title; a single Latin letter is ignored there.
    words += [part for part in _BRACKETS.findall(text) if len(part) > 1 or not part.isascii() or part == "%"]
    units = [unit for word in dict.fromkeys(words) if (unit := unit_of(word))]
    return [unit for unit in units if unit.sign or unit.is_money]


def unit_of_note(cells: Sequence[str]) -> Unit | None:
    """The unit in a note below the table, such as 注：以上金额单位为万元; a row of data has more cells."""
    if sum(map(bool, cells)) > 1 and sum(map(bool, map(str.strip, cells))) > 1:
        return None
    unit = find_units([cells]).unit
    return unit if unit.sign else None


def warn_of_units(words: Iterable[str], problems: Problems) -> None:
    """Warn in which units figures were read because the file gives them outside of their cells."""
    if names := listed((f"“{word}”" for word in words), most=None):
        problems.warn(_("Values were read in the units given in the file: %(units)s.") % {"units": names})
