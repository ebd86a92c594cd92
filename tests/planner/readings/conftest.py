"""Files for the importer, and what it says of them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.management import call_command
from django.utils import translation

from planner.models import Reading


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Whatever language a page of the test before has left active."""
    with translation.override("en"):
        yield


@pytest.fixture
def importing(plan, tmp_path, capsys) -> Callable[..., dict[str, Any]]:
    """importing(content, *options) runs the command on a file of that content and returns its JSON object.

    `content` is text (UTF-8), bytes as they are, or a mapping of sheet names to rows for a workbook.
    """

    def run(content: Any, *options: str) -> dict[str, Any]:
        path = written(content, tmp_path)
        ended = 0
        try:
            call_command("import_readings", str(plan.pk), str(path), "--json", *options)
        except SystemExit as end:
            ended = int(end.code or 0)
        said: dict[str, Any] = json.loads(capsys.readouterr().out)
        assert ended == (0 if said["accepted"] else 1)
        return said

    return run


def written(content: Any, folder: Path) -> Path:
    if isinstance(content, dict):
        path = folder / "file.xlsx"
        path.write_bytes(workbook(content))
        return path
    path = folder / "file.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def workbook(sheets: dict[str, list[list[Any]]], change: Callable[[Any, Any], None] | None = None) -> bytes:
    """A workbook with these cells; `change(book, sheet)` does more to the last sheet."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, cells in enumerate(rows):
                sheet.write_row(number, 0, cells)
        if change:
            change(book, sheet)
    return file.getvalue()


def stored() -> dict[tuple[str, str, str], str]:
    """What is in the database: metric, month and segment with the value."""
    return {
        (each.metric.name, f"{each.month:%Y-%m}", str(each.segment)): f"{each.value.normalize():f}"
        for each in Reading.objects.select_related("metric", "segment")
    }


def places(said: dict[str, Any]) -> list[tuple[int, str]]:
    """Where the errors are: rows and columns."""
    return [(each["row"], each["column"]) for each in said["errors"]]
