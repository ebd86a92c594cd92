"""Files that would take a worker's memory are refused before they do, in every format; and texts that no database
stores.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from planner.spreadsheets import files, limits, texts
from planner.spreadsheets.problems import Unreadable
from tests.planner.readings.conftest import workbook

ROWS = [["month", "metric", "value"], ["2026-08", "Total sales", 1], ["2026-09", "Total sales", 2]]
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def refusal(path: Path) -> str:
    with pytest.raises(Unreadable) as refused:
        [list(grid.rows()) for grid in files.read(path)]
    return str(refused.value)


def rows_of(path: Path) -> list[list[str]]:
    return list(files.read(path)[0].rows())


def ods(folder: Path, *rows: str, before: str = "") -> Path:
    """An OpenDocument sheet with these rows as XML."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content '
        f'xmlns:office="{OFFICE}:office:1.0" xmlns:table="{OFFICE}:table:1.0" xmlns:text="{OFFICE}:text:1.0" '
        'office:version="1.2"><office:body><office:spreadsheet><table:table table:name="S">'
        f"{''.join(rows)}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = f'<manifest:manifest xmlns:manifest="{OFFICE}:manifest:1.0"/>'
    path = folder / "file"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return path


def row(*texts_: str, rows: int = 1, columns: int = 1) -> str:
    cells = "".join(
        f'<table:table-cell table:number-columns-repeated="{columns}" office:value-type="string">'
        f"<text:p>{text}</text:p></table:table-cell>"
        for text in texts_
    )
    return f'<table:table-row table:number-rows-repeated="{rows}">{cells}</table:table-row>'


EMPTY_END = (
    '<table:table-row table:number-rows-repeated="1048000">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)


def peak_of_reading(path: Path) -> tuple[int, str]:
    """The largest memory in MB of a process that reads the file, and why it refused it.

    Linux's own figure: the peak in `getrusage` begins with that of the process that started this one.
    """
    code = (
        "import django, json, re, sys; django.setup()\n"
        "from pathlib import Path\n"
        "from planner.spreadsheets import files\n"
        "from planner.spreadsheets.problems import Unreadable\n"
        "said = ''\n"
        "try:\n"
        "    for grid in files.read(Path(sys.argv[1])):\n"
        "        for row in grid.rows(): pass\n"
        "except Unreadable as error: said = str(error)\n"
        "peak = re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]\n"
        "print(json.dumps([int(peak) // 1024, said]))\n"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "planner.settings", "DEBUG": "1", "SECRET_KEY": ""}
    env["VAR_DIR"] = str(path.parent)
    run = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        check=True,
    )
    memory, said = json.loads(run.stdout)
    return memory, said


def test_cells_that_say_that_they_are_repeated_are_refused_before_memory_grows(tmp_path):
    path = ods(tmp_path, row("month", "metric", "value"), row("x", rows=30_000, columns=400))
    assert path.stat().st_size < 1500
    memory, said = peak_of_reading(path)
    assert (
        "“S” is too large to read: it extends to row 30001, column 400. The limit for a workbook is 6 m"
        in said
    )
    assert memory < 150


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([row("x", rows=7_000_000)], "too large to read"),
        (
            [row("x"), '<table:table-row table:number-rows-repeated="9999999"/>', row("x")],
            "too large to read",
        ),
        ([row("x" * 1000, rows=1000, columns=400)], "too much text"),
        ([row("x", columns=501)], "more than 500 columns"),
        ([row("x", rows=-1), "<broken"], "can't be read"),
        ([row("x").replace('repeated="1"', 'repeated="many"', 1)], "can't be read"),
    ],
)
def test_no_opendocument_takes_all_memory(tmp_path, rows, reason):
    assert reason in refusal(ods(tmp_path, *rows))


def test_an_opendocument_that_defines_texts_is_refused(tmp_path):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    assert "can't be read" in refusal(ods(tmp_path, row("&b;"), before=bomb))


def test_an_opendocument_that_is_empty_below_and_beside_its_table_is_read(tmp_path):
    path = ods(tmp_path, row("month", "metric"), row("2026-08", "Total sales", rows=2), EMPTY_END)
    assert rows_of(path) == [["month", "metric"], *[["2026-08", "Total sales"]] * 2]


def written(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


def changed(book: bytes, part: str, change) -> bytes:
    """A workbook with the XML of a part changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name).decode()
            new.writestr(name, change(content) if name.endswith(part) else content)
    return file.getvalue()


def test_two_corners_of_a_sheet_are_too_many_cells(tmp_path):
    def far(_book, sheet):
        sheet.write(1_048_575, 7, "x")

    said = refusal(written(tmp_path, workbook({"Data": ROWS}, far)))
    assert "it extends to row 1048576, column 8." in said
    assert "or save the sheet as CSV" in said


def test_a_long_narrow_sheet_is_read(tmp_path):
    def low(_book, sheet):
        sheet.write(1_048_575, 3, "x")

    path = written(tmp_path, workbook({"Data": ROWS}, low))
    assert files.read(path)[0].head[0][:3] == ROWS[0]


def test_sheets_are_counted_together(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MOST_CELLS", 17)
    assert len(files.read(written(tmp_path, workbook({"A": ROWS})))) == 1
    assert "“B” is too large" in refusal(written(tmp_path, workbook({"A": ROWS, "B": ROWS})))


def test_a_text_that_many_cells_share_counts_for_each_of_them(tmp_path):
    rows = [["month", "metric"], *[["x" * 30_000, "y"]] * 5_000]
    path = written(tmp_path, workbook({"Data": rows}))
    assert path.stat().st_size < 200_000
    memory, said = peak_of_reading(path)
    assert "too much text to read: the limit is 134 million characters" in said
    assert memory < 200


def test_one_long_text_beside_many_short_ones_is_read(tmp_path):
    rows = [["month", "metric"], ["x" * 30_000, "y"], *[["short", "y"]] * 5_000]
    assert len(rows_of(written(tmp_path, workbook({"Data": rows})))) == 5_002


def test_texts_in_their_cells_are_limited_too(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MOST_CHARACTERS", 300)
    book = changed(
        workbook({"Data": ROWS}),
        "sheet1.xml",
        lambda xml: re.sub(r't="s"><v>\d+</v>', 't="inlineStr"><is><t>Total</t></is>', xml),
    )
    assert "too much text" in refusal(written(tmp_path, book))


def test_a_binary_workbook_is_refused(tmp_path):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.bin", b"\0" * 10)
    assert "(XLSB). Save it as XLSX." in refusal(written(tmp_path, file.getvalue()))


@pytest.mark.parametrize("is_large", [False, True])
def test_an_archive_of_very_many_parts_is_not_opened(tmp_path, is_large, monkeypatch):
    monkeypatch.setattr(limits, "LARGEST_DIRECTORY", 1_000_000 if is_large else 1_000)
    if is_large:
        monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 100)  # the form for large archives
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(20_000 if is_large else 20):
            archive.writestr(f"part-{number}", b"")
    monkeypatch.setattr(zipfile.ZipFile, "infolist", lambda self: pytest.fail("it was opened"))
    assert "can't be read" in refusal(written(tmp_path, file.getvalue()))


@pytest.mark.parametrize(
    ("content", "limit", "reason"),
    [
        ("a,b\n" * 60, ("MOST_LINES", 50), "more than 50 rows. Split it"),
        ("a,b\r" * 60, ("MOST_LINES", 50), "more than 50 rows. Split it"),
        ("a" * 3_000, ("LONGEST_CELL", 1_000), "with more than 1000 characters"),
        (
            "a,b\n" * 200 + "x," * 501 + "\n" + "a,b\n" * 99_999,
            ("MOST_COLUMNS", 500),
            "more than 500 columns",
        ),
        ("x," * 501 + "\n" + "a,b\n" * 99_999, ("MOST_COLUMNS", 500), "more than 500 columns"),
    ],
)
def test_no_csv_takes_all_memory(tmp_path, content, limit, reason, monkeypatch):
    monkeypatch.setattr(limits, *limit)
    monkeypatch.setattr(texts, "PIECE", 100)
    assert reason in refusal(written(tmp_path, content.encode()))


def test_a_quoted_cell_without_an_end_in_sight_is_refused(tmp_path):
    content = "a,b\n" * 50 + '"' + "a,b\n" * 400_000
    assert "a cell or a line with more than 1048576 characters" in refusal(
        written(tmp_path, content.encode())
    )


@pytest.mark.parametrize("place", [0, 1, 150])
def test_a_nul_in_a_workbook_is_refused_with_its_row(tmp_path, place):
    rows = [[f"n{number}", "b"] for number in range(200)]
    rows[place][0] = "Total_NUL_sales"
    book = changed(workbook({"Data": rows}), "sharedStrings.xml", lambda xml: xml.replace("_NUL_", "_x0000_"))
    assert f"Row {place + 1} has an invalid character" in refusal(written(tmp_path, book))


def test_a_name_that_no_database_stores_is_refused(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.csv")
    path.write_text("month,metric,value\n2026-08,Total sales,1\n")
    assert "The name of the file or of a sheet has an invalid character" in refusal(path)
