"""The unit of figures that no cell says: in brackets behind a header or a metric's name, or in a line above.

“金额（万元）” means that 1.2 is 12,000: who reads it as 1.2 is wrong without anybody noticing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from planner.imports.problems import Problems
from planner.imports.values import ValueRefused
from planner.quantities import half_width

# What may be written behind a figure (planner/quantities.py), by the words for it.
_SIGNS = {
    "": "",
    "%": "%", "百分比": "%", "percent": "%", "per cent": "%", "pct": "%",
    "千": "k", "k": "k", "thousand": "k", "thousands": "k", "000": "k", "'000": "k", "000s": "k",
    "万": "万",
    "百万": "m", "m": "m", "mn": "m", "mm": "m", "mio": "m", "million": "m", "millions": "m",
    "亿": "亿",
    "十万": "?", "千万": "?",
    "十亿": "bn", "bn": "bn", "billion": "bn", "billions": "bn",
}  # fmt: skip
# Alone these may be metres as well as millions.
_UNSURE = {"m", "mm"}
# Of what there are so many says nothing about how many.
_OF_WHAT = re.compile(
    r"\bin\b|\b(?:cny|rmb|usd|eur|gbp|jpy|hkd|sgd|twd|krw|aud|cad|chf|inr)\b|us\$|hk\$|[$¥€£]"
    r"|人民币|美元|欧元|英镑|日元|港元|元|人次|[人个单件家次名台套条户位笔]$"
)
_BRACKETS = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")
_ABOVE = re.compile(r"(?:单位|\bunits?) ?: ?([^,;，；。)]+)|\b(in (?:thousands|millions|billions))\b")
_BARE = re.compile(r"[-+0-9.,\s()$¥€£\N{MINUS SIGN}]*")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as the file writes it, and the sign that a figure in it would have: 万, k, m, 亿, bn, %, or none.

    The sign is ? where no figure can have it.
    """

    words: str
    sign: str

    def on(self, text: str) -> str:
        """A cell's figure with the sign. Raises ValueRefused where the cell has a unit of its own."""
        text = half_width(text).strip()
        if not self.sign or not text or (self.sign == "%" and text.endswith("%")):
            return text
        if self.sign == "?":
            raise ValueRefused(
                _("Figures in %(unit)s are not read: write them in full.") % {"unit": self.words}
            )
        if not _BARE.fullmatch(text):
            raise ValueRefused(
                _("“%(text)s” stands where figures are in %(unit)s: write digits alone there.")
                % {"text": text[:40], "unit": self.words}
            )
        return f"{text[:-1]}{self.sign})" if text.endswith(")") else f"{text}{self.sign}"


NO_UNIT = Unit("", "")


def unit_of(words: str) -> Unit | None:
    """The unit that some words say; None where they say something else."""
    said = half_width(words).lower().strip()
    how_many = _OF_WHAT.sub("", said).strip(" ,/")
    if how_many not in _SIGNS or (how_many == said and said in _UNSURE):
        return None
    return Unit(words.strip(), _SIGNS[how_many])


def split_unit(name: str) -> tuple[str, Unit | None]:
    """A header or a metric's name without its brackets, and the unit in them; None where there is none."""
    narrow = half_width(name)
    for match in _BRACKETS.finditer(narrow):
        unit = unit_of(match[1]) if match[1].strip() else None
        if unit is not None:
            return (narrow[: match.start()] + narrow[match.end() :]).strip(), unit
    return name, None


def unit_above(rows: Iterable[Iterable[str]]) -> Unit | None:
    """The unit that a line above the header says for the whole table, as in “单位：万元”."""
    for row in rows:
        for cell in row:
            if match := _ABOVE.search(half_width(cell).lower()):
                unit = unit_of(match[1] or match[2])
                if unit is not None and unit.sign not in ("", "%"):
                    return unit
    return None


def say_units(words: Iterable[str], problems: Problems) -> None:
    """Say in which units figures were read because the file says so outside of their cells."""
    if said := ", ".join(f"“{each}”" for each in words):
        problems.warn(_("Figures were read in the unit that the file says: %(units)s.") % {"units": said})
