"""What a table is made of: columns, rows and their cells."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from planner import words
from planner.models import Recorded
from planner.tables.markup import EMPTY, esc


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its key in addresses, its heading, and how it sorts and aligns.

    `prompt` is what an empty cell says to who may fill it; others see a dash.
    """

    key: str
    label: Any
    numeric: bool = False
    sorts: bool = True
    css: str = ""
    prompt: Any = ""

    @property
    def labelling(self) -> str:
        return _labelling(self.label, words.language())

    @property
    def prompting(self) -> str:
        return _prompting(self.prompt, words.language())

    def classes(self, extra: str) -> str:
        return _classes(self.numeric, self.css, extra)


@cache
def _labelling(label: Any, language: str) -> str:
    return f' data-label="{esc(label)}"'


@cache
def _prompting(prompt: Any, language: str) -> str:
    return f'<span class="none">{esc(prompt)}</span>'


@cache
def _classes(numeric: bool, *css: str) -> str:
    names = " ".join(filter(None, ("n" if numeric else "", *css)))
    return f' class="{esc(names)}"' if names else ""


@dataclass(slots=True)
class Cell:
    """One cell: what is shown, and the fields that its editor opens with (None: not editable).

    `below` is shown beneath it, outside of the link that opens the editor.
    """

    column: Column
    html: Any
    values: dict[str, str] | None = None
    # The units of those of these that are figures.
    units: dict[str, str] | None = None
    span: int = 1
    css: str = ""
    below: str = ""

    def prompt(self) -> None:
        """Say in place of a dash what goes there."""
        html = esc(self.html)
        if self.column.prompt and EMPTY in html:
            self.html = mark_safe(html.replace(EMPTY, self.column.prompting))

    def render(self, row_url: str, *, labelled: bool, query: str = "") -> str:
        """The table cell; an editable one holds a link that opens the editor, with or without script.

        `query` is what else the link says. `labelled` cells name their column, for the cards of a phone; the script
        labels the rows it gets later.
        """
        if self.values is None:
            inner = f'<span class="value">{esc(self.html)}</span>'
        else:
            link = f"{row_url}?{query}{'&amp;' if query else ''}cell={self.column.key}"
            units = f' data-units="{esc(opening_texts(self.units))}"' if self.units else ""
            texts = esc(opening_texts(self.values))
            inner = f'<a class="cell" href="{link}" data-v="{texts}"{units}>{esc(self.html)}</a>'
        span = f' colspan="{self.span}"' if self.span > 1 else ""
        label = self.column.labelling if labelled else ""
        return f"<td{self.column.classes(self.css)}{span}{label}>{inner}{esc(self.below)}</td>"


def opening_texts(values: dict[str, str]) -> str:
    """The texts that an editor opens with, as an attribute holds them: one as it is, several as a list in order."""
    texts = list(values.values())
    return texts[0] if len(texts) == 1 else json.dumps(texts, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Switch:
    """One of the ways to look at a table: its label, and the query of its address."""

    label: Any
    query: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Adder:
    """The link at the end of a row that adds another row beneath it: its kind, label and screen-reader label."""

    kind: str
    label: Any
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
    can_move: bool = False
    # Its place among its neighbours, where the table shows them in their own order.
    order: int | None = None
    adder: Adder | None = None
    # The key of the thread that it is on, "" for none.
    thread: str = ""
    # What the links of its cells say of the table: its period and the like.
    query: str = ""

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
        url = self.url
        cells = "".join([cell.render(url, labelled=labelled, query=esc(self.query)) for cell in self.cells])
        group = f' data-group="{self.group}"' if self.group else ""
        css = f' class="{self.css}"' if self.css else ""
        order = "" if self.order is None else f' data-order="{self.order}"'
        tools = f'<td class="tools">{self._adder()}{self._follower()}{self._movers()}{self._remover()}</td>'
        return mark_safe(f'<tr id="{self.key}"{group}{order}{css}>{cells}{tools}</tr>\n')

    def _adder(self) -> str:
        if self.adder is None or self.obj is None:
            return ""
        kind = self.adder.kind
        return (
            f'<a class="plus" href="rows/?kind={kind}&amp;beneath={self.obj.pk}" data-opens="{kind}" '
            f'aria-label="{esc(self.adder.sentence)}"><svg viewBox="0 0 24 24"><use href="#icon-plus"/></svg>'
            f"<span>{esc(self.adder.label)}</span></a>"
        )

    def _follower(self) -> str:
        if not self.thread:
            return ""
        text = esc(_("Thread of %(name)s") % {"name": self.label})
        return (
            f'<a class="icon" href="?thread={self.thread}" aria-label="{text}">'
            '<svg viewBox="0 0 24 24"><use href="#icon-thread"/></svg></a>'
        )

    def _movers(self) -> str:
        if not self.can_move:
            return ""
        up, down = _("Move up %(name)s"), _("Move down %(name)s")
        return "".join(
            f'<button class="icon" form="moving" formaction="{self.url}move/" name="to" value="{value}" '
            f'aria-label="{esc(text % {"name": self.label})}"><svg viewBox="0 0 24 24">'
            f'<use href="#icon-{value}"/></svg></button>'
            for value, text in (("up", up), ("down", down))
        )

    def _remover(self) -> str:
        if not self.can_remove:
            return ""
        text = esc(_("Remove %(name)s") % {"name": self.label})
        return (
            f'<button class="icon" form="removing" formaction="{self.url}remove/" aria-label="{text}">'
            '<svg viewBox="0 0 24 24"><use href="#icon-remove"/></svg></button>'
        )
