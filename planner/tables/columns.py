"""What a table is made of: columns, rows and their cells."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

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

    def render(self, row_url: str, *, labelled: bool) -> SafeString:
        """The table cell; an editable one holds a link that opens the editor, with or without script.

        `labelled` cells name their column, for the cards of a phone; the script labels the rows it gets later.
        """
        inner: Any = format_html('<span class="value">{}</span>', self.html)
        if self.values is not None:
            link = '<a class="cell" href="{}?cell={}" data-v="{}">{}</a>'
            inner = format_html(link, row_url, self.column.key, opening_texts(self.values), self.html)
        css = " ".join(filter(None, ("n" if self.column.numeric else "", self.column.css, self.css)))
        return format_html(
            "<td{}{}{}>{}</td>",
            format_html(' class="{}"', css) if css else "",
            format_html(' colspan="{}"', self.span) if self.span > 1 else "",
            format_html(' data-label="{}"', self.column.label) if labelled else "",
            inner,
        )


def opening_texts(values: dict[str, str]) -> str:
    """The texts that an editor opens with, as an attribute holds them: one as it is, several as a list in order."""
    texts = list(values.values())
    return texts[0] if len(texts) == 1 else json.dumps(texts, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Adder:
    """The link at the end of a row that adds another row beneath it: of which kind, and what it says."""

    kind: str
    word: Any
    sentence: str


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
    adder: Adder | None = None

    @property
    def url(self) -> str:
        """The row's address, relative to the page of its table."""
        return f"rows/{self.key}/"

    def labelled(self) -> SafeString:
        """The row as a page holds it."""
        return self._render(labelled=True)

    def bare(self) -> SafeString:
        """The row as an answer to the script holds it, which knows the columns' names."""
        return self._render(labelled=False)

    def _render(self, *, labelled: bool) -> SafeString:
        if self.obj is None:
            return format_html('<tr id="{}" data-gone hidden></tr>', self.key)
        # Each cell is built by format_html.
        cells = mark_safe("".join(cell.render(self.url, labelled=labelled) for cell in self.cells))
        group = format_html(' data-group="{}"', self.group) if self.group else ""
        css = format_html(' class="{}"', self.css) if self.css else ""
        row = '<tr id="{}"{}{}>{}<td class="tools">{}{}</td></tr>\n'
        return format_html(row, self.key, group, css, cells, self._adder(), self._remover())

    def _adder(self) -> SafeString | str:
        if self.adder is None or self.obj is None:
            return ""
        link = (
            '<a class="plus" href="rows/?kind={0}&amp;beneath={1}" data-opens="{0}" aria-label="{2}">'
            '<svg viewBox="0 0 24 24"><use href="#icon-plus"/></svg><span>{3}</span></a>'
        )
        return format_html(link, self.adder.kind, self.obj.pk, self.adder.sentence, self.adder.word)

    def _remover(self) -> SafeString | str:
        if not self.can_remove:
            return ""
        button = (
            '<button class="icon" form="removing" formaction="{}remove/" aria-label="{}">'
            '<svg viewBox="0 0 24 24"><use href="#icon-remove"/></svg></button>'
        )
        return format_html(button, self.url, _("Remove %(name)s") % {"name": self.label})
