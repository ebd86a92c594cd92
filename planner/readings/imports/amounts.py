"""A column of amounts of money as whole numbers of millionths, so that every sum is exact.

pandas is loaded only where it is used.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from planner.arithmetic.currencies import is_foreign
from planner.readings.imports.units import Unit
from planner.readings.imports.values import ValueRefused, read_figure

MILLION = 1_000_000
# Amounts that could add up to more than this are kept as Python integers.
_LARGEST_SUM = 9e18


class Amounts:
    """Amounts in millionths: parsed many at once where they are simple, else each different text by itself.

    `currency` is the code of the team's money: an amount in another one is refused.
    """

    def __init__(self, unit: Unit, currency: str) -> None:
        self.unit, self.currency = unit, currency
        self._signs = "".join(sign for sign in _SIGNS if not is_foreign(sign, currency))
        self._pieces: list[Any] = []
        self._refused: list[Any] = []

    def add(self, texts: Any) -> None:
        import numpy as np

        amounts = None if self.unit.sign else _simple_amounts(texts, self._signs)
        refused = np.full(len(texts), None, dtype=object)
        if amounts is None:
            amounts, is_refused = self._one_by_one(texts)
            refused[is_refused] = texts[is_refused]
        self._pieces.append(amounts)
        self._refused.append(refused)

    def finish(self) -> tuple[Any, Any]:
        """The amounts, as Python integers where their sum needs it, and the refused texts (None for the others)."""
        import numpy as np

        if not self._pieces:
            return np.array([], dtype="int64"), np.array([], dtype=object)
        amounts, refused = np.concatenate(self._pieces), np.concatenate(self._refused)
        if np.abs(amounts.astype(float)).sum() > _LARGEST_SUM:
            amounts = amounts.astype(object)
        return amounts, refused

    def refusal_message(self, text: str) -> str:
        try:
            self._amount(text.strip())
        except ValueRefused as refused:
            return str(refused)
        return ""

    def _one_by_one(self, texts: Any) -> tuple[Any, Any]:
        """Amounts in millionths, 0 for refused texts, and for each text whether it was refused."""
        import numpy as np
        import pandas as pd

        codes, unique = pd.factorize(texts)
        values, refused = [], []
        for at, text in enumerate(unique):
            try:
                values.append(self._amount(text.strip()))
            except ValueRefused:
                values.append(0)
                refused.append(at)
        try:
            amounts = np.array(values, dtype="int64")
        except OverflowError:
            amounts = np.array(values, dtype=object)
        return amounts[codes], np.isin(codes, refused)

    def _amount(self, text: str) -> int:
        """One amount in millionths. Raises ValueRefused with a sentence."""
        if not self.unit.sign and (match := _SIMPLE.fullmatch(text)):
            sign, whole, decimals = match.groups()
            value = int(whole) * MILLION + int((decimals or "").ljust(6, "0"))
            return -value if sign else value
        if not text:
            raise ValueRefused(_("The amount is missing."))
        figure = read_figure(self.unit.on(text), self.currency)
        if figure.percent:
            raise ValueRefused(_("An amount can't be a percentage. Remove the per cent sign."))
        return int(figure.value * MILLION)


# Plain, or with a currency sign and grouped thousands; at most nine digits before the point.
_PLAIN_AMOUNTS = re.compile(r"(?>-?[0-9]{1,9}+(?>\.[0-9]{1,6}+)?\n)*+")
_SIGNS = "$¥￥€£"
_DRESS = re.compile(f"[{_SIGNS},]")


@cache
def _grouped_amounts(signs: str) -> re.Pattern[str]:
    sign = f"[{re.escape(signs)}]?" if signs else ""
    return re.compile(
        rf"(?>{sign}-?(?>[1-9][0-9]{{0,2}}+(?>,[0-9]{{3}}){{1,2}}+|[0-9]{{1,9}}+)(?>\.[0-9]{{1,6}}+)?\n)*+"
    )


def _simple_amounts(texts: Any, signs: str) -> Any:
    """Amounts in millionths; None where one of them is written otherwise than -1234.56 or, with a sign, ¥1,234.56.

    With 9 digits before the point the product of a float and a million differs from the exact one by less than a half.
    """
    import numpy as np

    joined = "\n".join(texts) + "\n"
    if joined.count("\n") > len(texts):  # a line break inside a cell
        return None
    if not _PLAIN_AMOUNTS.fullmatch(joined):
        if not _grouped_amounts(signs).fullmatch(joined):
            return None
        texts = np.array(_DRESS.sub("", joined).split("\n")[:-1], dtype=object)
    return np.rint(texts.astype(float) * MILLION).astype("int64")


_SIMPLE = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,6}))?")
