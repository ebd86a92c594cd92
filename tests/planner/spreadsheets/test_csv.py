import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.arithmetic.formats import RATE, Scale
from planner.spreadsheets.sheets import Heading, Line, Number, Sheet, printable
from planner.spreadsheets.text import as_csv

D = Decimal


def table(*rows, labels=None, **options) -> Sheet:
    labels = labels or [f"Column {number}" for number, _ in enumerate(rows[0], 1)]
    return Sheet(
        "Tab", "Title", "Note", "en", tuple(map(Heading, labels)), tuple(Line(row) for row in rows), **options
    )


def read(sheet: Sheet) -> list[list[str]]:
    return list(csv.reader(io.StringIO(as_csv(sheet).decode("utf-8-sig"), newline="")))


def written(text: str) -> str:
    """How a text stands in its cell."""
    return read(table((text,)))[1][0] if text else ""


def test_headings_and_lines_are_all_there_is():
    sheet = table(("a", "b"), ("c", "d"), labels=("One", "Two"), blank_lines=3)
    assert as_csv(sheet) == b"\xef\xbb\xbfOne,Two\r\na,b\r\nc,d\r\n"


def test_figures_are_exact_and_bare():
    cells = (
        Number(D("0.08"), RATE),
        Number(D("-0.040000"), RATE, difference=True),
        Number(D("1234567.890000"), Scale(unit="CNY")),
        Number(D("-800000"), Scale(unit="元"), formula="B{row}-C{row}"),
        Number(D("12345678901234.123456")),
        Number(None, Scale(unit="CNY")),
    )
    assert read(table(cells))[1] == ["0.08", "-0.04", "1234567.89", "-800000", "12345678901234.123456", ""]


def test_days_are_iso_dates_and_nothing_is_nothing():
    assert read(table((dt.date(2026, 11, 3), None, "")))[1] == ["2026-11-03", "", ""]


def test_texts_with_commas_quotes_and_lines_are_quoted():
    assert as_csv(table(('a,"b"\nc',), labels=("H",))).decode("utf-8-sig") == 'H\r\n"a,""b""\nc"\r\n'


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "  =1+1",
        "\N{NO-BREAK SPACE}=1+1",
        "\N{IDEOGRAPHIC SPACE}=1+1",
        "\N{ZERO WIDTH SPACE}=1+1",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(A1)",
        "﹦1",
        "\t1",
        "\n1",
    ],
)
def test_a_text_that_looks_like_a_formula_begins_with_an_apostrophe(text):
    assert read(table((text,), labels=(text,))) == [["'" + text], ["'" + text]]


def test_a_control_character_does_not_hide_a_formula():
    assert written("\x00=1+1") == "'=1+1"
    assert written("\r=1+1") == "'\n=1+1"


@pytest.mark.parametrize("text", ["a=b", "1-2", "A @ B", "100%", "'quoted", "50/50"])
def test_other_texts_stay_as_they_are(text):
    assert written(text) == text


def test_control_characters_are_dropped():
    assert written("a\x00b\x0bc\x1bd\x7fe\ud800f") == "abcdef"


def test_a_line_with_a_cell_too_few_is_refused():
    with pytest.raises(ValueError, match="zip"):
        as_csv(table(("a",), labels=("One", "Two")))


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_comes_back_and_none_begins_like_a_formula(text):
    back = written(text)
    assert back.removeprefix("'") == printable(text).removeprefix("'")
    assert not back.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not back.startswith(("\t", "\r", "\n"))
