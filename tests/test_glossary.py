"""One word for one thing: no text of the product uses a form that docs/glossary.md rules out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from planner.management.catalogues import LOCALE_DIR, read_catalogue
from tests.test_messages import PLACEHOLDER

GLOSSARY = Path(settings.BASE_DIR) / "docs" / "glossary.md"
HEADINGS = ["English", "Chinese", "Meaning", "Not in English", "Not in Chinese"]
# Column headings of the method's four tables, which are older than the glossary.
HEADINGS_OF_THE_METHOD = {"Dimension", "Specific actions", "拆解维度", "具体动作"}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language: the terms, and the forms that are ruled out."""

    terms: tuple[str, ...]
    ruled_out: tuple[str, ...]


def lines() -> list[list[str]]:
    """The glossary's table, its headings first."""
    found = re.findall(r"^\|(.*)\|$", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)
    return [[cell.strip() for cell in line.split("|")] for line in found]


def words(language: str) -> Words:
    at = 0 if language == "en" else 1
    terms, ruled_out = (
        tuple(form.strip() for line in lines()[2:] for form in line[column].split(",") if form.strip())
        for column in (at, at + 3)
    )
    return Words(terms, ruled_out)


def forms_in(text: str, words: Words, *, whole_words: bool) -> list[str]:
    """The forms in a text that are ruled out, outside of terms that hold them (“action” in “key action”)."""
    if text in HEADINGS_OF_THE_METHOD:
        return []
    plain = PLACEHOLDER.sub(" ", text).lower()
    found = []
    for form in words.ruled_out:
        rest = plain
        for term in words.terms:
            if form.removesuffix("s") in term and form != term:
                rest = re.sub(pattern(term, whole_words, plural=True), " ", rest)
        if re.search(pattern(form, whole_words), rest):
            found.append(form)
    return found


def pattern(form: str, whole_words: bool, *, plural: bool = False) -> str:
    form = re.escape(form.lower())
    return rf"\b{form}{'s?' if plural else ''}\b" if whole_words else form


def test_the_glossary_is_a_table_without_holes():
    headings, _rule, *rows = lines()
    assert headings == HEADINGS
    assert all(len(row) == len(HEADINGS) and all(row[:3]) for row in rows)
    assert 20 <= len(rows) <= 30


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_no_term_is_ruled_out(language):
    known = words(language)
    assert set(known.terms) & set(known.ruled_out) == set()


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_no_text_uses_a_form_that_is_ruled_out(language):
    known = words(language)
    catalogue = read_catalogue(LOCALE_DIR / language / "LC_MESSAGES" / "django.po")
    found = []
    for message in catalogue:
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        for text in strings if message.id else []:
            found += [f"{form}: {text}" for form in forms_in(text, known, whole_words=language == "en")]
    assert not found, f"{len(found)} found:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Add an action", ["action"]),
        ("Key actions, one per line", []),
        ("A key action and another action", ["action"]),
        ("Specific actions", []),
        ("Transactions", []),
        ("%(action)s is done", []),
    ],
)
def test_the_gate_sees_english_words(text, found):
    words = Words(("key action", "task"), ("action", "actions"))
    assert forms_in(text, words, whole_words=True) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("由经理并入", ["经理"]), ("销售经理", []), ("销售经理和经理", ["经理"]), ("管理员", [])],
)
def test_the_gate_sees_chinese_words(text, found):
    assert forms_in(text, Words(("管理员", "销售经理"), ("经理",)), whole_words=False) == found
