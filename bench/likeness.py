"""Whether two pieces of HTML show the same: only then may their times be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import zip_longest

from bench.rounds import WORDS

# The HTML of the rows may differ in size by this share of the product's.
MOST = 0.10
# Each saving writes a number of its own.
NUMBERED = re.compile(rf"{WORDS}\d+")


@dataclass(frozen=True, slots=True)
class Likeness:
    """The sizes of the rows in bytes, and the first thing that one side shows and the other does not."""

    what: str
    ours: int
    bare: int
    difference: str

    @property
    def apart(self) -> float:
        return abs(self.bare / self.ours - 1)


def compare(what: str, ours: str, bare: str) -> Likeness:
    ours, bare = (NUMBERED.sub(WORDS, rows_of(html)) for html in (ours, bare))
    both = zip_longest(Shown(ours).found, Shown(bare).found, fillvalue="nothing")
    different = next((f"“{one}” in ours, “{other}” in the bare" for one, other in both if one != other), "")
    return Likeness(what, len(ours.encode()), len(bare.encode()), different)


def rows_of(html: str) -> str:
    """The rows of a page's table; an answer is rows alone."""
    _head, body, below = html.partition('<tbody class="rows">')
    return below.partition("</tbody>")[0] if body else html


class Shown(HTMLParser):
    """Collects what a person sees and what the script reads: words, links, and what editors open with."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        read = ("id", "href", "data-v", "formaction", "aria-label")
        self.found += [f"{name}={value}" for name, value in attrs if name in read]

    def handle_data(self, data: str) -> None:
        if words := " ".join(data.split()):
            self.found.append(words)
