"""The stylesheets keep to their tokens (static/css/tokens.css), and hold nothing that a browser would drop.

Colours, layers, rounded corners, type sizes and breakpoints are said in one place; a component names them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import tinycss2
from django.conf import settings
from tinycss2.color3 import parse_color

CSS = Path(settings.BASE_DIR) / "static" / "css"
TOKENS = "tokens.css"
# Who else names a variable of the stylesheets: charts, which take their colours from them.
OTHERS = [
    *Path(settings.BASE_DIR, "planner").rglob("*.py"),
    *Path(settings.BASE_DIR, "static/js").glob("*.js"),
]
BREAKPOINT = re.compile(r"^ +(\d+px)  ", re.MULTILINE)
SIDES = re.compile(r"\b(?:min|max)-width\b")
COLOURS = {"color", "hsl", "hsla", "hwb", "lab", "lch", "light-dark", "oklab", "oklch", "rgb", "rgba"}
LONGEST = 120


@dataclass
class Sheet:
    """What a stylesheet defines and uses, and what is wrong with it, one sentence each."""

    name: str
    breakpoints: set[str]
    defined: dict[str, int] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def read(self, css: str) -> Sheet:
        for number, line in enumerate(css.splitlines(), start=1):
            if len(line) > LONGEST:
                self._fault(number, f"longer than {LONGEST} characters")
        self._rules(tinycss2.parse_stylesheet(css, skip_whitespace=True), "", {}, explained=False)
        return self

    def _fault(self, line: int, what: str) -> None:
        self.faults.append(f"{self.name}:{line}: {what}")

    def _rules(self, rules: list[Any], around: str, seen: dict[tuple, int], *, explained: bool) -> None:
        """Rules one beside the other; `explained` says that a comment stands before what is around them."""
        said = explained
        for rule in rules:
            if rule.type == "comment":
                said = True
                continue
            if rule.type == "error":
                self._fault(rule.source_line, f"no CSS: {rule.message}")
            elif rule.type == "at-rule":
                self._at_rule(rule, around, seen, explained=said)
            else:
                self._rule(rule, around, seen, explained=said)
            said = explained

    def _at_rule(self, rule: Any, around: str, seen: dict[tuple, int], *, explained: bool) -> None:
        query = plain(rule.prelude)
        if rule.lower_at_keyword == "media":
            self._query(rule.source_line, query, tokens(rule.prelude))
        if rule.content is not None:
            inner = tinycss2.parse_rule_list(rule.content, skip_whitespace=True)
            self._rules(inner, f"{around}@{rule.at_keyword} {query} ", seen, explained=explained)

    def _query(self, line: int, query: str, parts: Iterable[Any]) -> None:
        if SIDES.search(query):
            self._fault(line, "min-width and max-width leave a gap: write (width > …) and (width <= …)")
        for part in parts:
            if part.type == "dimension" and written(part) not in self.breakpoints:
                self._fault(line, f"{written(part)} is no breakpoint of {TOKENS}")

    def _rule(self, rule: Any, around: str, seen: dict[tuple, int], *, explained: bool) -> None:
        selector = plain(rule.prelude)
        if first := seen.get((around, selector)):
            self._fault(rule.source_line, f"{selector} stands in line {first} already")
        seen.setdefault((around, selector), rule.source_line)
        parts = tinycss2.parse_blocks_contents(rule.content, skip_whitespace=True)
        explained |= any(part.type == "comment" for part in parts)
        for part in parts:
            if part.type == "declaration":
                self._declaration(part, explained=explained)
            elif part.type != "comment":
                self._fault(part.source_line, f"no CSS: {getattr(part, 'message', part.type)}")

    def _declaration(self, part: Any, *, explained: bool) -> None:
        line, name, value = part.source_line, part.name, list(tokens(part.value))
        if part.important and not explained:
            self._fault(line, "!important, and no comment before the rule says why")
        for each in value:
            if each.type == "function" and each.lower_name == "var":
                self.used.setdefault(plain(each.arguments[:1]), line)
        if self.name == TOKENS:
            if name.startswith("--"):
                self.defined.setdefault(name, line)
            return
        if name.startswith("--"):
            self._fault(line, f"{name}: variables are defined in {TOKENS}")
        for each in value:
            if is_raw(name, each):
                self._fault(line, f"{name}: {written(each)} is no token")


def is_raw(name: str, token: Any) -> bool:
    """Whether a part of a value says what a token should say."""
    if token.type in ("ident", "hash"):
        colour = parse_color(token)
        return colour not in (None, "currentColor") and colour.alpha > 0
    if token.type == "function":
        return token.lower_name in COLOURS
    if name == "z-index":
        return token.type == "number"
    if name in ("font", "font-size") or name.endswith("radius"):
        return token.type in ("dimension", "percentage")
    return False


def tokens(parts: Iterable[Any]) -> Iterator[Any]:
    """Every token, those within functions and brackets too."""
    for part in parts:
        yield part
        yield from tokens(getattr(part, "arguments", None) or getattr(part, "content", None) or [])


def written(token: Any) -> str:
    return tinycss2.serialize([token])


def plain(parts: list[Any]) -> str:
    return " ".join(tinycss2.serialize(parts).split())


def breakpoints(css: str) -> set[str]:
    """Those that the first comment of the tokens lists."""
    return set(BREAKPOINT.findall(css.partition("*/")[0]))


def faults(sheets: dict[str, str], others: str = "") -> list[str]:
    """What is wrong with these stylesheets, given by name; `others` is text that may name their variables."""
    known = breakpoints(sheets.get(TOKENS, ""))
    read = [Sheet(name, known).read(css) for name, css in sheets.items()]
    found = [fault for sheet in read for fault in sheet.faults]
    defined = {name: line for sheet in read for name, line in sheet.defined.items()}
    used = {name for sheet in read for name in sheet.used} | set(re.findall(r"--[\w-]+", others))
    for sheet in read:
        found += [
            f"{sheet.name}:{at}: {name} is not defined"
            for name, at in sheet.used.items()
            if name not in defined
        ]
    return found + [
        f"{TOKENS}:{line}: {name} is not used" for name, line in defined.items() if name not in used
    ]


def test_the_stylesheets_keep_to_their_tokens():
    sheets = {path.name: path.read_text(encoding="utf-8") for path in sorted(CSS.glob("*.css"))}
    others = "\n".join(path.read_text(encoding="utf-8") for path in OTHERS)

    assert len(breakpoints(sheets[TOKENS])) == 4
    assert faults(sheets, others) == []


def test_every_stylesheet_is_part_of_the_page():
    imported = re.findall(r'@import "([\w-]+\.css)"', (CSS / "app.css").read_text(encoding="utf-8"))

    assert sorted([*imported, "app.css"]) == sorted(path.name for path in CSS.glob("*.css"))


def test_the_browsers_own_bar_has_the_colour_of_the_paper():
    paper = re.search(r"--paper: light-dark\((#\w+), (#\w+)\)", (CSS / TOKENS).read_text(encoding="utf-8"))
    base = Path(settings.BASE_DIR, "templates", "base.html").read_text(encoding="utf-8")

    assert paper
    assert re.findall(r'name="theme-color" content="(#\w+)"', base) == list(paper.groups())


TRIAL = """/* The breakpoints:
   900px  a phone */
:root { --ink: #123; --r1: 4px }
a { color: var(--ink); border-radius: var(--r1) }
"""


@pytest.mark.parametrize(
    ("css", "sentences"),
    [
        ("p { color: var(--ink); border: 1px solid transparent; fill: currentColor }", []),
        (
            "p { border-radius: 0 0 var(--r1) var(--r1); z-index: auto; font: inherit; font-size: inherit }",
            [],
        ),
        ("p { color: color-mix(in srgb, var(--ink) 45%, transparent); animation: fade 2s }", []),
        ("@media (width <= 900px), (pointer: coarse) { p { margin: 0 } }", []),
        ("p { margin: 0 }\n@media print { p { margin: 0 } }", []),
        ("/* over all */\np { margin: 0 !important }", []),
        ("/* over all */\n@media print { p { margin: 0 !important } }", []),
        ("p { margin 0 }", ["1: no CSS: EOF reached before {} block for a qualified rule."]),
        ("p { margin: 0 }\n}", ["2: no CSS: EOF reached before {} block for a qualified rule."]),
        ("p", ["1: no CSS: EOF reached before {} block for a qualified rule."]),
        ("p { color: var(--inc) }", ["1: --inc is not defined"]),
        ("p { --mine: 1px }", ["1: --mine: variables are defined in tokens.css"]),
        ("p { color: #fff }", ["1: color: #fff is no token"]),
        ("p { border: 1px solid red }", ["1: border: red is no token"]),
        ("p { box-shadow: 0 0 2px rgb(0 0 0 / .2) }", ["1: box-shadow: rgb(0 0 0 / .2) is no token"]),
        ("p { color: rgba(0, 0, 0, .2) }", ["1: color: rgba(0, 0, 0, .2) is no token"]),
        ("p { color: color-mix(in srgb, white, var(--ink)) }", ["1: color: white is no token"]),
        (
            "p { color: light-dark(var(--ink), var(--ink)) }",
            ["1: color: light-dark(var(--ink), var(--ink)) is no token"],
        ),
        ("p { z-index: 3 }", ["1: z-index: 3 is no token"]),
        ("p { border-radius: 6px }", ["1: border-radius: 6px is no token"]),
        ("p { border-top-left-radius: 50% }", ["1: border-top-left-radius: 50% is no token"]),
        ("p { font-size: .9em }", ["1: font-size: .9em is no token"]),
        ("p { font: 600 12px/1 serif }", ["1: font: 12px is no token"]),
        ("@media (width <= 800px) { p { margin: 0 } }", ["1: 800px is no breakpoint of tokens.css"]),
        (
            "@media (max-width: 900px) { p { margin: 0 } }",
            ["1: min-width and max-width leave a gap: write (width > …) and (width <= …)"],
        ),
        ("p { margin: 0 }\ni { margin: 0 }\np { top: 0 }", ["3: p stands in line 1 already"]),
        (
            "@media print { p { margin: 0 } }\n@media print { p { top: 0 } }",
            ["2: p stands in line 1 already"],
        ),
        ("p { margin: 0 !important }", ["1: !important, and no comment before the rule says why"]),
        (
            "/* over all */\ni { margin: 0 !important }\np { margin: 0 !important }",
            ["3: !important, and no comment before the rule says why"],
        ),
        (f"p {{ margin: {'0 ' * 60}}}", ["1: longer than 120 characters"]),
    ],
)
def test_the_gate_sees_what_does_not_belong(css, sentences):
    assert faults({TOKENS: TRIAL, "a.css": css}) == [f"a.css:{each}" for each in sentences]


def test_the_gate_sees_a_variable_that_nobody_uses():
    sheets = {TOKENS: TRIAL + ":root.wide { --edge: 2px; --line: #345 }"}

    assert faults(sheets, 'colour = "--line"') == ["tokens.css:5: --edge is not used"]
