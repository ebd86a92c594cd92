"""What a cell shows, as text: its main line, without what is quiet, explains or decorates."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

from planner.tables.columns import Row

_LEFT_OUT = frozenset(("tip", "who", "step", "none", "reached", "unseen"))
_VOID = frozenset(("br", "hr", "img", "input", "wbr"))


@dataclass(slots=True)
class _Element:
    tag: str
    css: frozenset[str]
    is_kept: bool
    children: int = 0


class _MainLine(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.open: list[_Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        css = frozenset((dict(attrs).get("class") or "").split())
        if "item" in css and self.texts:
            self.texts.append("\n")
        if "unit" in css and self.texts:
            self.texts.append(" ")
        is_quiet = tag == "svg" or bool(css & _LEFT_OUT) or (tag == "small" and not self._in_item())
        self.open.append(_Element(tag, css, self._enter() and not is_quiet))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop().tag != tag:
            continue

    def handle_data(self, data: str) -> None:
        if self._enter():
            self.texts.append(data)

    def _in_item(self) -> bool:
        return any("item" in element.css for element in self.open)

    def _enter(self) -> bool:
        """Whether what comes next inside the open elements is kept: of lines only the first counts."""
        if not self.open:
            return True
        parent = self.open[-1]
        parent.children += 1
        return parent.is_kept and not ("lines" in parent.css and parent.children > 1)


def main_line(html: str) -> str:
    """The text of a cell's HTML: a figure with its unit, a name, a list one item a line."""
    parser = _MainLine()
    parser.feed(str(html))
    parser.close()
    return "\n".join(" ".join(line.split()) for line in "".join(parser.texts).split("\n")).strip()


def texts_of(row: Row) -> dict[str, str]:
    """What the cells of a row show, by column."""
    return {cell.column.key: main_line(cell.html) for cell in row.cells}
