"""The scripts: what a page loads, what they import of each other, and the words that they show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage

from planner.web.bundles import HashedStaticFilesStorage
from planner.web.script_texts import SCRIPT_TEXTS

JS = Path(settings.BASE_DIR) / "static" / "js"
TEMPLATES = Path(settings.BASE_DIR) / "templates"
SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(JS.glob("*.js"))}
IMPORT = re.compile(r'\b(?:from|import)\s*"\./([\w-]+\.js)"')
FETCHED_LATER = re.compile(r'\bimport\("\./([\w-]+\.js)"\)')
LOADED = re.compile(r'<script src="\{% static "js/([\w-]+\.js)" %\}"[^>]* type="module">')
LONGEST = 120


def needed(loaded: set[str], scripts: dict[str, str]) -> set[str]:
    """These scripts and all that they import, directly or not."""
    more = {name for each in loaded for name in IMPORT.findall(scripts[each])} - loaded
    return needed(loaded | more, scripts) if more else loaded


def waits(page: str, scripts: dict[str, str]) -> set[str]:
    """What a page would ask for only once it has read the script that imports it: a round trip more."""
    named = set(LOADED.findall(page))
    return needed(named, scripts) - named


def test_a_page_names_every_module_that_it_needs():
    base = (TEMPLATES / "base.html").read_text(encoding="utf-8")
    pages = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")}

    assert {name: found for name, page in pages.items() if (found := waits(base + page, SCRIPTS))} == {}
    loaded = needed({name for page in pages.values() for name in LOADED.findall(page)}, SCRIPTS)
    later = {name for each in loaded for name in FETCHED_LATER.findall(SCRIPTS[each])}
    assert needed(loaded | later, SCRIPTS) == set(SCRIPTS)
    assert not loaded & later  # what is loaded anyway need not be fetched


def test_the_gate_sees_a_module_that_a_page_does_not_name():
    scripts = {"a.js": 'import { b } from "./b.js";', "b.js": 'import "./c.js";', "c.js": ""}
    page = '<script src="{% static "js/a.js" %}" type="module"></script>'

    assert waits(page, scripts) == {"b.js", "c.js"}
    assert waits(page + page.replace("a.js", "b.js"), scripts) == {"c.js"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_lines_are_short_enough_to_read(name):
    lines = enumerate(SCRIPTS[name].splitlines(), start=1)

    assert [number for number, line in lines if len(line) > LONGEST] == []


def test_scripts_show_exactly_the_words_that_a_page_brings():
    shown = {name for script in SCRIPTS.values() for name in re.findall(r"\btexts\.(\w+)", script)}

    assert shown == set(SCRIPT_TEXTS)


def test_a_page_brings_the_words_in_its_readers_language(client):
    page = client.get("/accounts/login/", headers={"Accept-Language": "zh-hans"}).content.decode()

    assert re.search(r'<script id="texts" type="application/json">\{.*"undo": "\\u64a4\\u9500"', page)


def hashed(folder: Path, scripts: dict[str, str]) -> dict[str, str]:
    """The scripts as they are served, by the names that they had."""
    for name, script in scripts.items():
        (folder / "js").mkdir(exist_ok=True)
        (folder / "js" / name).write_text(script, encoding="utf-8")
    plain = FileSystemStorage(location=folder)
    storage = HashedStaticFilesStorage(location=folder, base_url="/static/")
    names = {
        Path(name).name: storage.path(address)
        for name, address, _done in storage.post_process(
            {f"js/{name}": (plain, f"js/{name}") for name in scripts}
        )
        if Path(address).suffix == ".js"
    }
    return {name: Path(path).read_text(encoding="utf-8") for name, path in names.items()}


def test_a_module_imports_the_others_by_addresses_with_a_hash(tmp_path):
    served = hashed(tmp_path, SCRIPTS)

    imports = [address for script in served.values() for address in re.findall(r'from "([^"]+)"', script)]
    assert imports
    assert [each for each in imports if not re.fullmatch(r"\./\w+\.[0-9a-f]{12}\.js", each)] == []


@pytest.mark.parametrize(
    "statement",
    [
        'import { b } from "./b.js";',
        'import {\n  b,\n} from "./b.js";',
        'import * as b from "./b.js";',
        'import "./b.js";',
        'export { b } from "./b.js";',
        'const b = await import("./b.js");',
    ],
)
def test_every_form_of_import_gets_its_hash(tmp_path, statement):
    served = hashed(tmp_path, {"a.js": statement, "b.js": "export const b = 1;"})["a.js"]

    assert re.fullmatch(re.escape(statement).replace(r"b\.js", r"b\.[0-9a-f]{12}\.js"), served)
