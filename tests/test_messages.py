"""Both catalogues are complete: every text of code and templates is there, translated, with its placeholders.

The texts are collected without gettext: `templatize` turns a template into calls that Babel reads as Python.
"""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from django.conf import settings
from django.utils.translation import gettext, ngettext, override
from django.utils.translation.template import templatize

from planner.management.catalogues import LOCALE_DIR, compile_catalogues, read_catalogue, tidy_catalogues

CODE = ("planner", "strategies", "tracking", "reviews")
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
# What Chinese writes as English does: names, abbreviations, bare signs.
SAME_IN_CHINESE = {"English", "API", "CSV", "Excel", "ID", "SMART"}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")


@cache
def texts() -> Catalog:
    """Every text of the product, with where it stands."""
    found = Catalog()
    for path in sources():
        source = path.read_text(encoding="utf-8")
        for line, text, _comments, context in extract("python", as_python(path, source), KEYWORDS):
            found.add(text, context=context, locations=[(str(path.relative_to(settings.BASE_DIR)), line)])
    return found


def sources() -> list[Path]:
    code = [path for app in CODE for path in (settings.BASE_DIR / app).rglob("*.py")]
    templates = settings.BASE_DIR / "templates"
    return sorted([*code, *templates.rglob("*.html"), *templates.rglob("*.txt")])


def as_python(path: Path, source: str) -> io.BytesIO:
    if path.suffix != ".py":
        # One call per line, unindented: the markup between the calls is no Python.
        source = "\n".join(line.strip() for line in templatize(source).splitlines())
    return io.BytesIO(source.encode())


def key(message: Message) -> tuple[str | None, str]:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def faults(wanted: Catalog, catalogue: Catalog, language: str) -> list[str]:
    """What is missing or wrong in a catalogue, one sentence each."""
    had = {key(message): message for message in catalogue if message.id}
    found = []
    for message in wanted:
        if not message.id:
            continue
        at = ", ".join(f"{file}:{line}" for file, line in message.locations)
        theirs = had.pop(key(message), None)
        if theirs is None:
            found.append(f"missing: {message.id!r} ({at})")
        elif theirs.pluralizable != message.pluralizable:
            found.append(f"plural forms differ from the code: {message.id!r} ({at})")
        else:
            found += [f"{what}: {message.id!r} ({at})" for what in wrong(theirs, catalogue, language)]
    gone = [*had.values(), *catalogue.obsolete.values()]
    return found + [f"no longer in the product: {message.id!r}" for message in gone]


def wrong(message: Message, catalogue: Catalog, language: str) -> list[str]:
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    strings = [message.string] if isinstance(message.string, str) else list(message.string)
    if message.fuzzy:
        return ["fuzzy"]
    if not all(strings) or (message.pluralizable and len(strings) != catalogue.num_plurals):
        return ["not translated"]
    found = []
    # The last form is that of many, which says the number; the first may write "one" instead.
    if placeholders(strings[-1]) != placeholders(ids[-1]) or any(
        not placeholders(each) <= placeholders(ids[-1]) for each in strings
    ):
        found.append("other placeholders in the translation")
    if language == "en" and strings != ids:
        found.append("English differs from the text in the product")
    if language == "zh_Hans" and strings[0] == ids[0] and not same_in_chinese(ids[0]):
        found.append("Chinese is the same as English")
    return found


def same_in_chinese(text: str) -> bool:
    return text in SAME_IN_CHINESE or not re.search(r"[A-Za-z]", PLACEHOLDER.sub("", text))


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text.replace("%%", "")))


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_the_catalogue_is_complete(language):
    source = LOCALE_DIR / language / "LC_MESSAGES" / "django.po"
    assert source.exists(), "make messages writes it"
    found = faults(texts(), read_catalogue(source), language)
    assert not found, "\n".join(found)


def test_texts_are_found_in_code_and_in_templates():
    places = {Path(file).suffix for message in texts() for file, _line in message.locations}
    assert {".py", ".html"} <= places


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ('<p>{% translate "Don\'t" %}</p>', "Don't"),
        (
            "<b>\n   {% blocktranslate trimmed %}\n  50 % of\n  {{ x }}{% endblocktranslate %}",
            "50 %% of %(x)s",
        ),
        ('{% include "a.html" with title=_("Two words") %}', "Two words"),
        ('{{ x|default:_("none") }}', "none"),
        ('it\'s "{% translate "quoted" %}', "quoted"),
        (
            "{% blocktranslate count n=n %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}",
            ("%(n)s day", "%(n)s days"),
        ),
    ],
)
def test_the_gate_reads_templates(template, found):
    assert [m[1] for m in extract("python", as_python(Path("x.html"), template), KEYWORDS)] == [found]


@pytest.mark.parametrize(
    ("string", "flags", "sentences"),
    [
        ("%(n)s 天", [], []),
        ("", [], ["not translated"]),
        ("%(n)s 天", ["fuzzy"], ["fuzzy"]),
        ("%(m)s 天", [], ["other placeholders in the translation"]),
        ("%(n)s days", [], ["Chinese is the same as English"]),
    ],
)
def test_the_gate_sees_what_a_translation_lacks(string, flags, sentences):
    wanted, catalogue = Catalog(), Catalog(locale="zh_Hans")
    wanted.add("%(n)s days", locations=[("a.py", 1)])
    catalogue.add("%(n)s days", string, flags=flags)
    assert faults(wanted, catalogue, "zh_Hans") == [f"{each}: '%(n)s days' (a.py:1)" for each in sentences]


def test_the_gate_sees_missing_and_needless_texts():
    wanted, catalogue = Catalog(), Catalog(locale="en")
    wanted.add("new", locations=[("a.py", 1)])
    catalogue.add("old", "old")
    assert faults(wanted, catalogue, "en") == ["missing: 'new' (a.py:1)", "no longer in the product: 'old'"]


HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def write(folder: Path, language: str, body: str) -> Path:
    source = folder / language / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(HEADER + body, encoding="utf-8")
    return source


def test_django_speaks_what_was_compiled(tmp_path, settings):
    body = 'msgid "Frog"\nmsgstr "青蛙"\n\nmsgid "%(n)s frog"\nmsgid_plural "%(n)s frogs"\n'
    write(tmp_path, "zh_Hans", body + 'msgstr[0] "%(n)s 只青蛙"\n')
    compile_catalogues(tmp_path)
    settings.LOCALE_PATHS = [tmp_path]
    with override("zh-hans"):
        assert gettext("Frog") == "青蛙"
        assert ngettext("%(n)s frog", "%(n)s frogs", 1) % {"n": 1} == "1 只青蛙"


def test_a_catalogue_is_compiled_only_when_it_is_newer(tmp_path):
    source = write(tmp_path, "en", 'msgid "Frog"\nmsgstr "Frog"\n')
    assert compile_catalogues(tmp_path) == [source.with_suffix(".mo")]
    assert compile_catalogues(tmp_path) == []


def test_english_is_completed_with_its_own_texts(tmp_path):
    body = 'msgid "Frog"\nmsgstr ""\n\n#, fuzzy\nmsgid "%(n)s frog"\nmsgid_plural "%(n)s frogs"\n'
    source = write(tmp_path, "en", body + 'msgstr[0] ""\nmsgstr[1] ""\n')
    tidy_catalogues(tmp_path)
    catalogue = read_catalogue(source)
    assert catalogue["Frog"].string == "Frog"
    assert catalogue["%(n)s frog"].string == ("%(n)s frog", "%(n)s frogs")
    assert not catalogue["%(n)s frog"].fuzzy
