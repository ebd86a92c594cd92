"""A workbook as LibreOffice shows it: figures as they were meant, and nothing that it complains about."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from planner.arithmetic.formats import RATE, Scale
from planner.spreadsheets.number_formats import number_format
from planner.spreadsheets.sheets import Number
from planner.spreadsheets.xlsx import as_xlsx
from tests.planner.spreadsheets.test_xlsx import HOSTILE_UNITS, row, sheet
from tests.real_programs import as_libreoffice_shows

D = Decimal


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """shown(bytes) is what LibreOffice shows of the first tab, row by row."""
    folder: Path = tmp_path_factory.mktemp("libreoffice")
    return lambda content: as_libreoffice_shows(content, folder)[0]


SHOWN = [
    (Number(D("0.08"), RATE), "8%", "8%"),
    (Number(D("0.0825"), RATE), "8.25%", "8.25%"),
    (Number(D("0.00004"), RATE), "0.004%", "0.004%"),
    (Number(D("-0.0125"), RATE, difference=True), "-1.25 pp", "-1.25个百分点"),
    (Number(D("0.04"), difference=True), "4 pp", "4个百分点"),
    (Number(D(0), Scale(unit="元")), "0 元", "0元"),
    (Number(D(5)), "5", "5"),
    (Number(D("9.5"), Scale(unit="元/个")), "9.5 元/个", "9.5元/个"),
    (Number(D(-15), Scale(unit="new customers")), "-15 new customers", "-15 new customers"),
    (Number(D("1234.567"), Scale(unit="CNY")), "1,234.57 CNY", "1,234.57 CNY"),
    (Number(D("9999.99"), Scale(unit="元")), "9,999.99 元", "9,999.99元"),
    (Number(D(10_000), Scale(unit="元")), "10,000 元", "1.0万元"),
    (Number(D(800_000), Scale(unit="元")), "800,000 元", "80.0万元"),
    (Number(D(812_345), Scale(unit="元")), "812,345 元", "81.2345万元"),
    (Number(D("-812345.60"), Scale(unit="元")), "-812,345.6 元", "-81.2346万元"),
    (Number(D(-800_000), Scale(unit="元")), "-800,000 元", "-80.0万元"),
    (Number(D(99_999_499), Scale(unit="元")), "99,999,499 元", "9999.9499万元"),
    (Number(D(99_999_999), Scale(unit="元")), "99,999,999 元", "1.00000亿元"),
    (Number(D(120_000_000), Scale(unit="元")), "120,000,000 元", "1.20亿元"),
    (Number(D(-123_456_789), Scale(unit="元")), "-123,456,789 元", "-1.23457亿元"),
    (Number(D(12_345_678_900_000)), "12,345,678,900,000", "123456.78900亿"),
]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_libreoffice_shows_what_was_meant(shown, language):
    lines = [row("Task, one\ntwo", "=1+1", dt.date(2026, 11, 30), each) for each, *_ in SHOWN]
    expected = [english if language == "en" else chinese for _, english, chinese in SHOWN]
    rows = shown(as_xlsx([sheet(*lines, language=language)]))
    assert rows[:3] == [
        ["Execution table", "", "", ""],
        ["Q4", "", "", ""],
        ["Column 1", "Column 2", "Column 3", "Column 4"],
    ]
    assert rows[3:] == [["Task, one\ntwo", "=1+1", "2026-11-30", each] for each in expected]


def test_libreoffice_shows_what_is_typed_later_and_any_unit(shown):
    def number(value, unit="元"):
        return Number(None if value is None else D(value), Scale(unit=unit))

    typed = [
        (
            number(None),
            "zh-hans",
            [5.25, -5.25, 800000, -800000],
            ["5.25元", "-5.25元", "80.0万元", "-800000元"],
        ),
        (number(None, "CNY"), "en", [5.25, -5.25, 1234, 0], ["5.25 CNY", "-5.25 CNY", "1,234 CNY", "0 CNY"]),
        (number(800000), "zh-hans", [500, -500, -20000, 0], ["500元", "-500元", "-20,000元", "0元"]),
        (number(-800000), "zh-hans", [500, -500, -20000, 20000], ["500元", "-500元", "-2.0万元", "20,000元"]),
        (number(120000000), "zh-hans", [20000, -5, 0, 3e8], ["20,000元", "-5元", "0元", "3.00亿元"]),
        (number(-120000000), "zh-hans", [5, -5, 0, -3e8], ["5元", "-5元", "0元", "-3.00亿元"]),
        (Number(None, RATE), "en", [0.08, -0.5, 0, 1], ["8.0%", "-50.0%", "0.0%", "100.0%"]),
    ]
    units = [unit for unit in HOSTILE_UNITS if unit not in ('"', '"元"', "_x0022_", "\x00\x0b\n")]
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        tab = workbook.add_worksheet()
        for line, (figure, language, values, _) in enumerate(typed):
            look = workbook.add_format({"num_format": number_format(figure, language)})
            for column, value in enumerate(values):
                tab.write_number(line, column, value, look)
        for line, unit in enumerate(units, len(typed)):
            look = workbook.add_format({"num_format": number_format(number(-5, unit), "en")})
            tab.write_number(line, 0, -5, look)
    rows = shown(file.getvalue())
    assert rows[: len(typed)] == [expected for *_, expected in typed]
    assert [each[0] for each in rows[len(typed) :]] == [f"-5 {unit[:30]}" for unit in units]
