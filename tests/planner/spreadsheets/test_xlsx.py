"""A table as a workbook: what stands in the file, read back and taken apart."""

from __future__ import annotations

import datetime as dt
import io
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from planner.arithmetic.formats import RATE, Scale
from planner.spreadsheets.sheets import Heading, Line, Number, Sheet, printable
from planner.spreadsheets.xlsx import as_xlsx

D = Decimal
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ANY_TEXT = st.text(st.characters(exclude_categories=()))
FORMULAS = ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "＝1+1", '=HYPERLINK("http://a.example")']
HOSTILE_UNITS = [
    '"',
    '"元"',
    "\\",
    "a\\",
    "[Red]",
    "[$-409]",
    ";",
    "@",
    "0.00,%",
    "yyyy-mm-dd",
    "General",
    "_x0022_",
    "*-",
    "元/个",
    "🎉" * 40,
    "x" * 300,
    "<&>'",
    "\x00\x0b\n",
]


def sheet(*lines: Line, headings=None, language="en", **options) -> Sheet:
    width = len(lines[0].cells) if lines else 1
    headings = headings or tuple(Heading(f"Column {number}") for number in range(1, width + 1))
    texts = {"name": "Table 3", "title": "Execution table", "note": "Q4"} | options
    return Sheet(language=language, headings=headings, lines=lines, **texts)


def row(*cells, **options) -> Line:
    return Line(cells, **options)


class File:
    """A workbook taken apart."""

    def __init__(self, *sheets: Sheet) -> None:
        self.bytes = as_xlsx(sheets)
        self.archive = zipfile.ZipFile(io.BytesIO(self.bytes))

    def xml(self, name: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.archive.read(f"xl/{name}.xml"))

    def tab(self, number: int = 1) -> ElementTree.Element:
        return self.xml(f"worksheets/sheet{number}")

    def find(self, path: str, tab: int = 1) -> dict[str, str]:
        """The attributes of the only such element."""
        (element,) = self.tab(tab).findall(f".//{MAIN}{path}")
        return dict(element.attrib)

    def cell(self, name: str) -> ElementTree.Element:
        return self.tab().find(f".//{MAIN}c[@r='{name}']")

    def look(self, name: str) -> ElementTree.Element:
        """The format record of a cell."""
        return self.xml("styles").find(f"{MAIN}cellXfs")[int(self.cell(name).get("s"))]

    def part(self, name: str, parts: str, key: str) -> ElementTree.Element:
        return self.xml("styles").find(f"{MAIN}{parts}")[int(self.look(name).get(key))]

    def alignment(self, name: str) -> dict[str, str]:
        return dict(self.look(name).find(f"{MAIN}alignment").attrib)

    def number_format(self, name: str) -> str | None:
        formats = self.xml("styles").iter(f"{MAIN}numFmt")
        codes = {each.get("numFmtId"): each.get("formatCode") for each in formats}
        return codes.get(self.look(name).get("numFmtId"))

    def values(self, tab: int = 0) -> list[list]:
        return (
            CalamineWorkbook.from_filelike(io.BytesIO(self.bytes))
            .get_sheet_by_index(tab)
            .to_python(skip_empty_area=False)
        )


def test_title_and_note_stand_above_headings_and_lines():
    file = File(sheet(row("Call", dt.date(2026, 11, 30)), headings=(Heading("Task"), Heading("Due"))))
    assert file.values() == [
        ["Execution table", ""],
        ["Q4", ""],
        ["Task", "Due"],
        ["Call", dt.date(2026, 11, 30)],
    ]
    assert [each.get("ref") for each in file.tab().iter(f"{MAIN}mergeCell")] == ["A1:B1", "A2:B2"]


def test_a_table_of_one_column_has_nothing_to_merge():
    file = File(sheet(row("Call")))
    assert file.values() == [["Execution table"], ["Q4"], ["Column 1"], ["Call"]]


def test_the_same_table_is_the_same_bytes_on_any_day():
    table = sheet(row("Call", Number(D(1))), headings=(Heading("A", choices=("x",)), Heading("B")))
    assert as_xlsx([table, table]) == as_xlsx([table, table])
    assert File(table).archive.read("docProps/core.xml").count(b"2000-01-01T00:00:00Z") == 2


def test_headings_stay_in_sight_on_the_screen_and_on_paper():
    file = File(sheet(row("a", "b"), blank_lines=2))
    pane = file.find("pane")
    assert (pane["xSplit"], pane["ySplit"], pane["topLeftCell"], pane["state"]) == ("1", "3", "B4", "frozen")
    assert file.find("autoFilter") == {"ref": "A3:B6"}
    names = {each.get("name"): each.text for each in file.xml("workbook").iter(f"{MAIN}definedName")}
    assert names["_xlnm.Print_Titles"] == "'Table 3'!$3:$3"


def test_it_prints_on_landscape_a4_one_page_wide():
    file = File(sheet(row("a")))
    assert file.find("pageSetup") == {"paperSize": "9", "fitToHeight": "0", "orientation": "landscape"}
    assert file.find("pageSetUpPr") == {"fitToPage": "1"}
    assert file.tab().findtext(f".//{MAIN}oddFooter") == "&L&9&A&R&9&P / &N"


def test_lines_below_a_band_can_be_folded_into_it():
    file = File(sheet(row("Group", None, band=True), row("a", "b", level=1), row("c", "d")))
    assert file.find("outlinePr") == {"summaryBelow": "0"}
    assert [each.get("outlineLevel") for each in file.tab().iter(f"{MAIN}row")][3:] == [None, "1", None]
    assert file.part("A4", "fonts", "fontId").find(f"{MAIN}b") is not None
    assert file.part("B4", "fills", "fillId").find(f".//{MAIN}fgColor").get("rgb") == "FFEFF6F4"
    assert file.part("A5", "fonts", "fontId").find(f"{MAIN}b") is None


@pytest.mark.parametrize(("language", "font"), [("en", "Calibri"), ("zh-hans", "Microsoft YaHei")])
def test_each_language_has_its_font(language, font):
    file = File(sheet(row("a"), language=language))
    for name in ("A1", "A2", "A3", "A4"):
        assert file.part(name, "fonts", "fontId").find(f"{MAIN}name").get("val") == font


def test_figures_are_numbers_on_the_right_and_days_are_days():
    file = File(sheet(row("a", Number(D("0.08"), RATE), dt.date(2026, 11, 30))))
    assert file.values()[3] == ["a", 0.08, dt.date(2026, 11, 30)]
    assert file.alignment("A4") == {"horizontal": "left", "vertical": "top", "indent": "1"}
    assert file.alignment("B4") == {"horizontal": "right", "vertical": "top"}
    assert file.number_format("C4") == "yyyy-mm-dd"


def test_a_day_that_excel_does_not_know_is_a_text():
    assert File(sheet(row(dt.date(1899, 12, 31)))).values()[3] == ["1899-12-31"]


def test_a_column_for_long_texts_wraps_and_so_does_a_text_that_does_not_fit():
    file = File(
        sheet(row("a", "b"), row("c", "word " * 9), headings=(Heading("A", wraps=True), Heading("B")))
    )
    assert [file.alignment(name).get("wrapText") for name in ("A4", "B4", "A5", "B5")] == [
        "1",
        None,
        "1",
        "1",
    ]


@pytest.mark.parametrize(
    ("text", "language", "height"),
    [
        ("short", "en", None),
        ("one\ntwo\nthree", "en", 48),
        ("客户" * 18, "zh-hans", 102),
        ("x" * 60_000, "en", 408.75),
    ],
)
def test_a_row_is_as_high_as_its_text(text, language, height):
    file = File(sheet(row(text), language=language))
    found = [each.get("ht") for each in file.tab().iter(f"{MAIN}row")][3]
    assert (float(found) if found else None) == height


def test_the_text_of_a_band_runs_on_over_empty_cells():
    text = "A group with a long name"
    alone, beside = row(text, "x", band=True), row(text, None, band=True)
    file = File(sheet(alone, beside))
    assert [each.get("ht") for each in file.tab().iter(f"{MAIN}row")][3:] == ["33", None]
    assert [file.alignment(name).get("wrapText") for name in ("A4", "A5")] == ["1", None]


def test_a_column_is_wide_enough_for_its_figures():
    file = File(sheet(row("a", Number(D(1_200_000), Scale(unit="new customers"))), row("b", None)))
    assert [int(float(each.get("width"))) for each in file.tab().iter(f"{MAIN}col")] == [14, 25]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_a_formula_or_a_link(text):
    table = sheet(row(text, band=True), row(text), name=text, title=text, note=text)
    file = File(replace(table, headings=(Heading(text, choices=(text,)),)))
    assert [each[0] for each in file.values()] == [text] * 5
    assert file.values(1) == [[text]]
    for tab in (1, 2):
        assert not list(file.tab(tab).iter(f"{MAIN}f"))
        assert not list(file.tab(tab).iter(f"{MAIN}hyperlink"))


def test_a_text_stays_a_text_when_its_cell_is_edited():
    file = File(sheet(row("=1+1", "a")))
    assert [file.look(name).get("quotePrefix") for name in ("A4", "B4")] == ["1", None]


@pytest.mark.parametrize(
    "text", ["<r>a</r>", "<r><t>x</t></r>", "<r></t></si></r>", "_x0041_", " a ", "a & <b>"]
)
def test_mark_up_is_text(text):
    assert File(sheet(row(text))).values()[3] == [text]


def test_control_characters_are_dropped_and_long_texts_cut():
    file = File(sheet(row("a\x00\x0b\ud800\uffffb", "x" * 32_767, "x" * 32_768, "🎉" * 20_000)))
    assert file.values()[3] == ["ab", "x" * 32_767, "x" * 32_766 + "…", "🎉" * 16_383 + "…"]


@given(ANY_TEXT)
def test_any_text_comes_back_and_is_never_a_formula(text):
    table = sheet(row(text, "end"), title=text, note=text, name=text)
    file = File(replace(table, headings=(Heading(text, choices=(text,)), Heading("B"))))
    assert [each[0] for each in file.values()] == [printable(text)] * 4
    assert not list(file.tab().iter(f"{MAIN}f"))


def test_a_formula_carries_its_result():
    gap = Number(D(200000), Scale(unit="CNY"), formula="C{row}-B{row}")
    file = File(sheet(row("a", Number(D(800000)), Number(D(1000000)), gap)))
    assert file.cell("D4").findtext(f"{MAIN}f") == "C4-B4"
    assert file.values()[3] == ["a", 800000, 1000000, 200000]


def test_a_formula_without_a_result_yet_has_none():
    file = File(sheet(row("a", Number(None, formula="A{row}*2"))))
    assert file.cell("B4").findtext(f"{MAIN}f") == "A4*2"
    assert file.cell("B4").findtext(f"{MAIN}v") == ""


def test_a_difference_of_rates_is_in_percentage_points():
    gap = Number(D("-0.0125"), RATE, difference=True, formula="B{row}-A{row}")
    file = File(sheet(row(Number(D("0.08"), RATE), Number(D("0.0675"), RATE), gap, replace(gap, formula=""))))
    assert file.cell("C4").findtext(f"{MAIN}f") == 'IFERROR(ROUND((B4-A4)*100,4),"")'
    assert file.values()[3] == [0.08, 0.0675, -1.25, -1.25]


def test_blank_lines_have_formats_formulas_and_nothing_else():
    headings = (
        Heading("Task", wraps=True),
        Heading("Due", is_date=True),
        Heading("Target", number=Number(None, Scale(unit="CNY"))),
        Heading("Twice", number=Number(None, Scale(unit="CNY"), formula="C{row}*2")),
    )
    file = File(sheet(headings=headings, blank_lines=2))
    assert file.values()[3:] == []
    assert [file.cell(name).findtext(f"{MAIN}f") for name in ("D4", "D5")] == ["C4*2", "C5*2"]
    assert file.alignment("A5")["wrapText"] == "1"
    assert file.number_format("B5") == "yyyy-mm-dd"
    assert file.number_format("C5") == '[>=1000]#,##0" CNY";[<0]-General" CNY";General" CNY"'


def test_a_column_with_choices_has_a_drop_down_of_any_texts():
    choices = ("Mary, the manager", "=1+1", *(f"Person {number}" for number in range(300)))
    headings = (Heading("Owner", choices=choices), Heading("Due", is_date=True))
    file = File(sheet(row("Mary", None), headings=headings, blank_lines=2))
    listed, day = (
        (dict(each.attrib), each.findtext(f"{MAIN}formula1"))
        for each in file.tab().iter(f"{MAIN}dataValidation")
    )
    assert (listed[0]["type"], listed[0]["errorStyle"], listed[0]["sqref"]) == ("list", "warning", "A4:A6")
    assert listed[1] == "Choices!$A$1:$A$302"
    assert (day[0]["type"], day[0]["errorStyle"], day[0]["sqref"]) == ("date", "warning", "B4:B6")
    assert [each[0] for each in file.values(1)] == list(choices)
    states = [each.get("state") for each in file.xml("workbook").iter(f"{MAIN}sheet")]
    assert states == [None, "hidden"]


def test_tabs_have_names_that_excel_accepts():
    names = [
        "Plan: A/B [1]",
        "plan  a b 1",
        "'quoted'",
        "History",
        "choices",
        "",
        "x" * 40,
        "X" * 40,
        "🎉" * 20,
        "_x003A_",
    ]
    file = File(*(sheet(row("a"), name=name) for name in names))
    assert [each.get("name") for each in file.xml("workbook").iter(f"{MAIN}sheet")] == [
        "Plan A B 1",
        "plan a b 1 (2)",
        "quoted",
        "History (2)",
        "choices (2)",
        "1",
        "x" * 30 + "…",
        "X" * 26 + "… (2)",
        "🎉" * 15 + "…",
        "x003A_",
    ]


def test_a_line_with_a_cell_too_few_is_refused():
    with pytest.raises(ValueError, match="zip"):
        as_xlsx([sheet(row("a"), headings=(Heading("One"), Heading("Two")))])


@pytest.mark.parametrize("unit", HOSTILE_UNITS)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("value", [None, D(5), D("123456789.5"), D("-123456789.5")])
def test_no_unit_breaks_its_format(unit, language, value):
    table = sheet(row(Number(value, Scale(unit=unit))), language=language)
    code = File(table).number_format("A4") or ""
    assert len(code.encode("utf-16-le")) / 2 <= 255
    outside = re.sub('"[^"]*"', "", code)
    assert re.fullmatch(r"[\[\]<>=\d;#,.0\\-]*(General|[\[\]<>=\d;#,.0\\-])*", outside)
    assert not re.search("_x[0-9A-Fa-f]{4}_", code)


def test_a_web_process_does_not_load_xlsxwriter():
    script = "import sys, planner.spreadsheets.xlsx; print('xlsxwriter' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert ran.stdout == "False\n"
