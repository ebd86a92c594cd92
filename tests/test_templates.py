"""Every template compiles, keeps what the Content-Security-Policy refuses out of the page, and can be reviewed."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.html"))
# Mail readers know no other styles than inline ones.
PAGES = [name for name in TEMPLATES if "email" not in Path(name).parent.parts]

# A longer line hides in a diff what changed in it.
LONGEST_LINE = 160

DJANGO = re.compile(r"\{% comment .*?\{% endcomment %\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
NAMELESS_END = re.compile(r"\{%\s*endblock\s*%\}")
VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


class Refusals(HTMLParser):
    """Collects what a page may not have: where it stands, and what it is."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(VALUE.sub("x", DJANGO.sub(self._lines, source)))

    @staticmethod
    def _lines(match: re.Match[str]) -> str:
        return "\n" * match[0].count("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style":
            self._refuse("a style element")
        # A block of data, as json_script writes it, is no script.
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self._refuse("an inline script")
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on")):
                self._refuse(f"{name}= on <{tag}>")
            if (value or "").strip().lower().startswith("javascript:"):
                self._refuse(f"a javascript: address on <{tag}>")

    def _refuse(self, what: str) -> None:
        self.found.append(f"line {self.getpos()[0]}: {what}")


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles(name):
    get_template(name)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_inline_script_style_or_handler(name):
    assert Refusals((ROOT / name).read_text(encoding="utf-8")).found == []


def long_lines(source: str) -> list[str]:
    """Where a line is too long, and how long it is."""
    return [
        f"line {at}: {len(line)} characters"
        for at, line in enumerate(source.splitlines(), 1)
        if len(line) > LONGEST_LINE
    ]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_no_long_line(name):
    assert long_lines((ROOT / name).read_text(encoding="utf-8")) == []


def test_the_gate_sees_a_long_line():
    assert long_lines(f"<p>\n{'长' * 160}\n{'长' * 161}\n") == ["line 3: 161 characters"]


def nameless_ends(source: str) -> list[str]:
    """Where a block ends without saying which one. djlint's T003 passes over those that end on their first line."""
    return [f"line {at}" for at, line in enumerate(source.splitlines(), 1) if NAMELESS_END.search(line)]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_block_of_a_template_ends_with_its_name(name):
    assert nameless_ends((ROOT / name).read_text(encoding="utf-8")) == []


def test_the_gate_sees_an_end_without_a_name():
    source = "{% block a %}{% endblock a %}\n{% block b %}{% endblock %}\n{% block c %}\n{%endblock%}"
    assert nameless_ends(source) == ["line 2", "line 4"]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('<p>{{ a|default:"<b onclick=x>" }}</p>', []),
        ('<script src="{% static "js/app.js" %}" defer></script>', []),
        ('<script id="figure" type="application/json">{"a": 1}</script>', []),
        ('<a href="{% url "home" %}" title="on=1 style=2">x</a>', []),
        ("\n<script>go()</script>", ["line 2: an inline script"]),
        ('<p{% if wide %} style="width: 1px"{% endif %}>', ["line 1: style= on <p>"]),
        ("<button ONCLICK=go()>", ["line 1: onclick= on <button>"]),
        ('<a hx-on:click="go()">', ["line 1: hx-on:click= on <a>"]),
        ('<a href=" javascript:go()">', ["line 1: a javascript: address on <a>"]),
        ("{% if a\n%}<style>p{}</style>", ["line 2: a style element"]),
    ],
)
def test_the_gate_sees_what_a_browser_would_refuse(source, found):
    assert Refusals(source).found == found
