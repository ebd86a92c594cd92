"""Workbooks: sheets, real dates and numbers, what is refused, and cells far out that would need all memory."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

import pytest

from planner.spreadsheets import workbooks
from tests.planner.readings.conftest import places, stored, workbook

ROWS = [["month", "metric", "value"], ["2026-08", "Total sales", 1], ["2026-09", "Total sales", 2]]


@pytest.fixture(autouse=True)
def known(status):
    """The team has Total sales."""


def without_value(place: str):
    """A change that writes a formula that nobody has reckoned yet."""
    return lambda _book, sheet: sheet.write_formula(place, "=1+1", value="")


def formulas(said) -> list[tuple[int, str]]:
    """Where formulas without a value are named; another error is none of them."""
    return [
        place
        for place, each in zip(places(said), said["errors"], strict=True)
        if "formula" in each["message"]
    ]


def test_a_workbook_with_real_dates_numbers_and_sheets(importing):
    said = importing({
        "About": [["Written by", "Rick"]],
        "Data": [
            ["Month", "Metric", "Value"],
            [dt.date(2026, 8, 15), "Total sales", 0.1 + 0.2],
            ["2026-09", "Total sales", 7],
        ],
    })  # fmt: skip
    assert said["errors"] == []
    assert said["totals"] == {"Total sales": "7.30"}
    assert [each["message"] for each in said["warnings"]] == ["The sheet “About” was skipped."]
    assert {each["sheet"] for each in said["warnings"]} == {"Data"}


def test_two_sheets_of_data_are_asked_about(importing):
    rows = [["month", "metric", "value"], ["2026-08", "Total sales", 1]]
    said = importing({"A": rows, "B": rows})
    assert "Choose one" in said["errors"][0]["message"]
    assert importing({"A": rows, "B": rows}, "--sheet", "B")["accepted"]
    assert "no sheet “C”" in importing({"A": rows}, "--sheet", "C")["errors"][0]["message"]


def test_errors_of_a_workbook_name_sheet_row_and_column(importing):
    said = importing({"Data": [["month", "metric", "value"], ["2026-08", "Total sales", True]]})
    assert [(each["sheet"], each["row"], each["column"]) for each in said["errors"]] == [("Data", 2, "value")]


def test_a_formula_without_a_value_an_error_cell_and_merged_cells_are_refused(importing):
    said = importing(workbook({"Data": ROWS}, without_value("C3")))
    assert formulas(said) == [(3, "value")]

    def error(_book, sheet):
        sheet.write_formula(2, 2, "=1/0", value="#DIV/0!")

    assert places(importing(workbook({"Data": ROWS}, error))) == [(3, "value")]

    def merged(_book, sheet):
        sheet.merge_range("A2:A3", "2026-08")

    said = importing(workbook({"Data": ROWS}, merged))
    assert "merged" in said["errors"][0]["message"]

    def hidden(_book, sheet):
        sheet.set_row(2, None, None, {"hidden": True})

    said = importing(workbook({"Data": ROWS}, hidden))
    assert said["totals"] == {"Total sales": "3"}
    assert "Hidden" in said["warnings"][0]["message"]


@pytest.mark.parametrize("column", ["month", "metric", "region", "value", "weight"])
@pytest.mark.parametrize(
    ("value", "why"), [("#N/A", "This cell shows the error #N/A"), ("", "no result yet")]
)
def test_no_broken_cell_is_read_as_blank(importing, column, value, why):
    """A region that is #N/A would make its value the total."""
    names = ["month", "metric", "region", "value", "weight", "source"]
    row = ["2026-08", "Total sales", "East", 20, 2, "CRM"]
    at = names.index(column)

    def broken(_book, sheet):
        sheet.write_formula(1, at, "=1+1", value=value)

    said = importing(workbook({"Data": [names, row]}, broken))
    assert places(said) == [(2, column)]
    assert why in said["errors"][0]["message"]


def test_a_broken_cell_of_an_order_line_is_named_in_any_column(importing):
    names = ["Order Date", "Order ID", "Customer ID", "Sales", "Region"]

    def broken(_book, sheet):
        sheet.write_formula("E2", "=NA()", value="#N/A")
        sheet.write_formula("D3", "=1/0", value="#DIV/0!")

    rows = [names, ["2026-08-01", 1, "a", 5, "East"], ["2026-08-01", 2, "a", 5, "East"]]
    said = importing(workbook({"Data": rows}, broken))
    assert [(each["row"], each["column"], each["message"][:33]) for each in said["errors"]] == [
        (2, "Region", "This cell shows the error #N/A. F"), (3, "Sales", "This cell shows the error #DIV/0!"),
    ]  # fmt: skip


def test_a_formula_that_gives_an_empty_text_is_a_blank_cell(importing):
    rows = [["month", "metric", "region", "value"], ["2026-08", "Total sales", None, 20]]
    book = workbook({"Data": rows}, without_value("C2"))
    assert formulas(importing(book)) == [(2, "region")]
    said = importing(rewritten(book, lambda xml: xml.replace('<c r="C2"', '<c r="C2" t="str"')))
    assert said["totals"] == {"Total sales": "20"}


def test_october_of_a_workbook_is_not_january(importing):
    rows = [["month", "metric", "value"], [2026.09, "Total sales", 1], [2026.1, "Total sales", 2]]
    said = importing({"Data": rows})
    assert places(said) == [(3, "month")]
    assert "could be January or October" in said["errors"][0]["message"]
    assert places(importing({"Data": [["metric", 2026.09, 2026.1], ["Total sales", 1, 2]]})) == [
        (2, "2026.1")
    ]


def test_in_a_wide_table_a_formula_without_a_value_is_no_missing_month(importing):
    rows = [["metric", "2026-08", "2026-09"], ["Total sales", 1, None]]
    said = importing(workbook({"Data": rows}, without_value("C2")))
    assert places(said) == [(2, "2026-09")]


def test_a_workbook_that_was_damaged_on_the_way_is_refused(importing):
    book = bytearray(workbook({"Data": ROWS}))
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
    start = sheet.header_offset + 30 + len(sheet.filename)
    book[start : start + 40] = b"\xff" * 40
    assert "The workbook can't be read" in importing(bytes(book))["errors"][0]["message"]


def test_a_zip_bomb_is_not_opened(importing):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (60 << 20))
    assert "unpack" in importing(file.getvalue())["errors"][0]["message"]


# Cells far out


def rewritten(book: bytes, change) -> bytes:
    """A workbook with the XML of its first sheet changed: change(xml) returns the new one."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name).decode()
            new.writestr(name, change(content) if name.endswith("sheet1.xml") else content)
    return file.getvalue()


def prefixed(xml: str, prefix: str) -> str:
    """The same XML with a prefix before the name of every tag."""
    return re.sub(r"<(/?)(\w+)", rf"<\1{prefix}\2", xml).replace("xmlns=", f"xmlns{prefix and ':x'}=", 1)


def with_cell(xml: str, row: str, cell: str) -> str:
    """A sheet with one more row at its end."""
    return xml.replace("</sheetData>", f"<row{row}><c{cell}><v>5</v></c></row></sheetData>")


@pytest.mark.parametrize(
    ("row", "cell", "reach"),
    [
        (' r="1048576"', ' r="AZ1048576"', "row 1048576, column 52"),
        (' r="1048576"', ' s="1" r="AZ1048576"', "row 1048576, column 52"),
        (" r='1048576'", " r='AZ1048576'", "row 1048576, column 52"),
        (' r="4000000"', ' r="A4000000"', "row 4000000, column 3"),
        (' r="4000000"', "", "row 4000000, column 3"),
    ],
)
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_a_cell_far_out_is_not_read(importing, row, cell, reach, prefix):
    book = workbook({"Data": ROWS})
    said = importing(rewritten(book, lambda xml: prefixed(with_cell(xml, row, cell), prefix)))
    assert f"“Data” is too large to read: it extends to {reach}." in said["errors"][0]["message"]


def test_many_cells_without_a_place_in_one_row_are_counted(importing):
    cells = "<v>1</v></c><c>" * 60
    book = rewritten(
        workbook({"Data": ROWS}), lambda xml: with_cell(xml, ' r="1048576"', f">{cells}<v>1</v></c><c")
    )
    assert "row 1048576, column 62" in importing(book)["errors"][0]["message"]


def test_formats_far_out_are_no_cells(importing):
    def far(book, sheet):
        sheet.write_blank(1_048_575, 500, None, book.add_format({"bold": True}))

    book = workbook({"Data": ROWS}, far)
    assert importing(book)["totals"] == {"Total sales": "3"}
    placeless = rewritten(book, lambda xml: re.sub('<c r="[ABC][0-9]"', "<c", xml))
    assert importing(placeless)["totals"] == {"Total sales": "3"}


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: prefixed(xml, "x:"),
        lambda xml: re.sub('<(row|c) r="[A-Z]*[0-9]+"', r"<\1", xml),
        lambda xml: re.sub('r="([A-Z]*[0-9]+)"', r"r='\1'", xml),
    ],
)
def test_cells_are_read_however_their_tags_are_written(importing, change):
    wide = [[*row, *[""] * 30, "far"] for row in ROWS]
    assert importing(rewritten(workbook({"Data": wide}), change))["totals"] == {"Total sales": "3"}


def test_the_first_filled_cell_may_stand_anywhere(importing):
    lower = [[], [], *([None, None, *row] for row in ROWS)]
    importing({"Data": lower})
    assert stored()["Total sales", "2026-09", "Total"] == "2"
    assert formulas(importing(workbook({"Data": lower}, without_value("E5")))) == [(5, "value")]


@pytest.mark.parametrize("piece", [7, 64, 1 << 20])
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_formulas_are_seen_wherever_the_xml_is_cut(importing, piece, prefix, monkeypatch):
    monkeypatch.setattr(workbooks, "PIECE", piece)

    rows = [*ROWS, *(["2026-10", f"Other {at}", at] for at in range(9))]
    book = rewritten(workbook({"Data": rows}, without_value("C3")), lambda xml: prefixed(xml, prefix))
    assert formulas(importing(book, "--create-metrics")) == [(3, "value")]


def test_who_waits_is_told_how_much_of_a_sheet_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "REPORT_EVERY", 2)
    (tmp_path / "book.xlsx").write_bytes(workbook({"Data": [*ROWS, [], ["2026-10", "Total sales", 3]]}))
    told: list[float] = []
    (sheet,) = workbooks.read_workbook(tmp_path / "book.xlsx", told.append)
    assert sheet.head == list(sheet.rows())
    assert told == [0.4, 0.8]
