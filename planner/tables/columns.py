"""What a table is made of: columns, rows and their cells."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from planner.models import Recorded


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its key in addresses, its heading, and how it sorts and aligns."""

    key: str
    label: Any
    numeric: bool = False
    sorts: bool = True
    css: str = ""


@dataclass(slots=True)
class Cell:
    """One cell: what is shown, and the fields that its editor opens with (none: it is computed or not yours)."""

    column: Column
    html: str
    values: dict[str, str] | None = None
    span: int = 1
    css: str = ""
    after: str = ""

    def render(self, row_url: str) -> SafeString:
        """The table cell; an editable one holds a link that opens the editor, with or without script."""
        inner: Any = format_html('<span class="value">{}</span>', self.html)
        if self.values is not None:
            link = '<a class="cell" href="{}?cell={}" data-c="{}" data-v="{}">{}</a>'
            inner = format_html(
                link, row_url, self.column.key, self.column.key, json_values(self.values), self.html
            )
        css = " ".join(filter(None, ("n" if self.column.numeric else "", self.column.css, self.css)))
        return format_html(
            '<td{}{} data-label="{}">{}{}</td>',
            format_html(' class="{}"', css) if css else "",
            format_html(' colspan="{}"', self.span) if self.span > 1 else "",
            self.column.label,
            inner,
            self.after,
        )


def json_values(values: dict[str, str]) -> str:
    """The texts that an editor opens with, as an attribute holds them."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


@dataclass(slots=True)
class Row:
    """One row: an object as a table shows it, or the trace of one that is gone."""

    key: str
    obj: Recorded | None
    cells: list[Cell] = field(default_factory=list)
    css: str = ""
    group: str = ""
    label: str = ""
    can_remove: bool = False
    add_kind: str = ""

    @property
    def url(self) -> str:
        """The row's address, relative to the page of its table."""
        return f"rows/{self.key}/"

    @property
    def is_gone(self) -> bool:
        return self.obj is None

    def render_cells(self) -> SafeString:
        return mark_safe(
            "".join(cell.render(self.url) for cell in self.cells)
        )  # each cell is built by format_html
