"""No text of a person becomes markup: not in a page, not in any attribute, not in a piece that a script fetches."""

from __future__ import annotations

import io
import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from django.core.management import call_command
from django.test import Client

from tests.hostile_texts import write_everywhere

# It ends an attribute in either quotes, and a tag; whatever of it becomes markup is seen as one more of its kind.
MARKUP = """"'><img src=x onerror=x>"""
# As long, and as good as no text at all.
HARMLESS = "x" * len(MARKUP)
# Addresses that differ in their numbers alone are of one kind; so many of each are looked at.
OF_A_KIND = 2


class Skeleton(HTMLParser):
    """The elements of a page with the names of their attributes, and the addresses that it leads to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: Counter[tuple[str, ...]] = Counter()
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[(tag, *sorted(name for name, _value in attrs))] += 1
        self.addresses += [value for name, value in attrs if name in ("href", "hx-get") and value]


def kind_of(address: str) -> str:
    return re.sub(r"\d+", "1", address.partition("?")[0])


def skeletons(client: Client, addresses: list[str]) -> dict[str, Skeleton]:
    """Every page that can be reached from these."""
    found: dict[str, Skeleton] = {}
    kinds: Counter[str] = Counter()
    waiting = list(addresses)
    while waiting:
        address = waiting.pop(0)
        if not address.startswith("/") or address.startswith(("/static/", "/admin/", "/accounts/logout/")):
            continue
        if address in found or kinds[kind_of(address)] >= OF_A_KIND or "/export/" in address:
            continue
        kinds[kind_of(address)] += 1
        answer = client.get(address)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            found[address] = Skeleton(answer.content.decode())
            waiting += [each.partition("#")[0] for each in found[address].addresses]
    return found


@pytest.mark.parametrize("who", ["manager", "rep"])
def test_no_text_becomes_markup_on_any_page(db, who):
    call_command("demo", password="demo-password", stdout=io.StringIO())
    client = Client()
    assert client.login(email=f"{who}@demo.example", password="demo-password")
    write_everywhere(HARMLESS)
    expected = skeletons(client, ["/"])
    assert len(expected) > 20, sorted(expected)
    write_everywhere(MARKUP)
    changed = {}
    for address, skeleton in expected.items():
        elements = Skeleton(client.get(address).content.decode()).elements
        if elements != skeleton.elements:
            changed[address] = (elements - skeleton.elements, skeleton.elements - elements)
    assert changed == {}
