"""The documents say what is there: their links, paths, commands, variables and headings are those of the product."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.utils.translation import override

from planner.diagnose.table import StatusTable
from reviews.table import ReviewsTable
from strategies.goals.table import GoalsTable
from tracking.table import TrackingTable

ROOT = Path(settings.BASE_DIR)
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
DOCUMENTS = (*READMES, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))
FIRST_PAGES = (*READMES, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs" / "decisions").glob("*.md")))
MOST_LINES = 60
# What is written in the repository, besides the documents at its top.
FOLDERS = ("planner", "strategies", "tracking", "reviews", "bench", "templates", "static", "tests", "docs")
WRITTEN = {".py", ".md", ".html", ".txt", ".js", ".css", ".yml", ".toml"}
# A document by its name in capitals, as in "NOTES.md" or "NOTES § 4": only those of the repository are cited.
CITATION = re.compile(r"\b([A-Z]{4,})(?:\.md\b| §)")
OURS = {"README", "CONTRIBUTING", "LICENSE"}
DECISION = re.compile(r"\bDecisions? (\d+)(?: and (\d+))?")
TABLES = (StatusTable, GoalsTable, TrackingTable, ReviewsTable)
# Read by the product's own tests and images alone.
NO_VARIABLES_OF_OPERATORS = {"STATICFILES_STORAGE"}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def fences(text: str) -> list[str]:
    """The blocks of commands in a document."""
    return re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def spans(text: str) -> list[str]:
    """What stands in backticks in a document, outside of its blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def commands(text: str) -> list[str]:
    """Each line of a block and each span, without the comment behind it."""
    lines = [line for block in fences(text) for line in block.splitlines()]
    return [re.sub(r"\s#.*", "", line) for line in [*lines, *spans(text)]]


def headings(text: str) -> list[tuple[int, str]]:
    """The headings of a document in order, each with its level."""
    plain = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [(len(signs), title) for signs, title in re.findall(r"^(#+) (.+)$", plain, re.MULTILINE)]


def anchor(title: str) -> str:
    """The address of a heading on its page, as code hosts make it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def link_faults(document: Path, text: str) -> list[str]:
    """Relative links that lead nowhere."""
    found = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _hash, place = target.partition("#")
        file = document.parent / name if name else document
        if not file.exists():
            found.append(f"no file {target}")
        elif place and place not in {anchor(title) for _level, title in headings(file.read_text())}:
            found.append(f"no heading {target}")
    return found


def looks_like_a_path(span: str) -> bool:
    """Whether a span names a file or folder of the repository."""
    if " " in span or not re.fullmatch(r"[\w./\-]+", span) or span.startswith("/"):
        return False
    return span.split("/")[0] in FOLDERS if "/" in span else Path(span).suffix in WRITTEN


def path_faults(text: str) -> list[str]:
    """Paths in backticks that do not exist; a bare file name may be that of any file of the product."""
    names = {path.name for path in written()}
    return [
        f"no path {span}"
        for span in spans(text)
        if looks_like_a_path(span) and not (ROOT / span).exists() and ("/" in span or span not in names)
    ]


def command_faults(text: str) -> list[str]:
    """Targets of make, and commands and options of manage.py, that do not exist."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    found = []
    for line in commands(text):
        found += [f"no make {each}" for each in re.findall(r"\bmake ([a-z-]+)", line) if each not in targets]
        for name, rest in re.findall(r"manage\.py ([a-z_]+)(.*)", line):
            if name not in get_commands():
                found.append(f"no manage.py {name}")
                continue
            known = options_of(name)
            found += [
                f"no option {each} of {name}" for each in re.findall(r"--[a-z-]+", rest) if each not in known
            ]
    return found


def options_of(name: str) -> set[str]:
    app = get_commands()[name]
    command = load_command_class(app, name) if isinstance(app, str) else app
    return set(command.create_parser("manage.py", name)._option_string_actions)


def written() -> Iterator[Path]:
    """Every text of the repository that people write."""
    for folder in FOLDERS:
        yield from (path for path in (ROOT / folder).rglob("*") if path.suffix in WRITTEN)
    yield from (path for path in ROOT.iterdir() if path.suffix in WRITTEN)


def cells(line: str) -> list[str]:
    """The cells of one line of a table."""
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


@pytest.mark.parametrize("document", FIRST_PAGES, ids=relative)
def test_what_is_read_first_is_short(document):
    assert len(document.read_text().splitlines()) <= MOST_LINES


def test_both_readmes_have_the_same_headings():
    english, chinese = ([level for level, _title in headings(path.read_text())] for path in READMES)
    assert english == chinese


def test_both_readmes_link_the_same_documents():
    english, chinese = (re.findall(r"\]\((docs/[^)]+)\)", path.read_text()) for path in READMES)
    assert english == chinese


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_what_a_document_names_exists(document):
    text = document.read_text()
    assert [*link_faults(document, text), *path_faults(text), *command_faults(text)] == []


def test_every_document_is_linked_from_another():
    linked = {
        (document.parent / target.partition("#")[0]).resolve()
        for document in DOCUMENTS
        for target in re.findall(r"\]\(([^)\s:]+)\)", document.read_text())
    }
    assert [relative(each) for each in DOCUMENTS if each.resolve() not in linked] == []


def foreign(text: str) -> list[str]:
    """The documents that a text cites and that are not in the repository."""
    return [name for name in CITATION.findall(text) if name not in OURS]


def test_nothing_cites_what_is_not_in_the_repository():
    found = []
    for path in written():
        if path == Path(__file__).resolve():
            continue
        found += [f"{relative(path)}: {name}" for name in foreign(path.read_text(encoding="utf-8"))]
    assert found == []


def test_cited_decisions_are_in_the_method():
    method = (ROOT / "docs" / "method.md").read_text()
    numbers = [int(each) for each in re.findall(r"^### Decision (\d+) ·", method, re.MULTILINE)]
    assert numbers == list(range(1, 24))
    cited = {
        int(number): relative(path)
        for path in written()
        for numbers_cited in DECISION.findall(path.read_text(encoding="utf-8"))
        for number in numbers_cited
        if number
    }
    assert {number: where for number, where in cited.items() if number not in numbers} == {}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_method_names_the_columns_of_the_four_tables(language):
    method = (ROOT / "docs" / "method.md").read_text()
    column = 0 if language == "en" else 1
    for number, table in enumerate(TABLES, 1):
        _before, _title, part = method.partition(f"### Table {number} ")
        lines = re.findall(r"^\|.*$", part.split("\n#")[0], re.MULTILINE)[2:]
        with override(language):
            assert [cells(line)[column] for line in lines] == [str(each.label) for each in table.columns]


def test_operators_know_every_variable():
    source = (ROOT / "planner" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*["\x27]([A-Z_]+)["\x27]', source)) - NO_VARIABLES_OF_OPERATORS
    document = (ROOT / "docs" / "operating.md").read_text()
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", document, re.MULTILINE)) == read
    assert set(re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)) == read


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[a](CONTRIBUTING.md), [b](https://example.com/x.md)", []),
        ("[a](docs/gone.md)", ["no file docs/gone.md"]),
        ("[a](CONTRIBUTING.md#a-change)", []),
        ("[a](CONTRIBUTING.md#gone)", ["no heading CONTRIBUTING.md#gone"]),
    ],
)
def test_the_gate_sees_links_that_lead_nowhere(text, found):
    assert link_faults(READMES[0], text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`planner/access.py`, `planner/tables/`, `access.py`, `manage.py`", []),
        ("`planner/gone.py` and `gone.py`", ["no path planner/gone.py", "no path gone.py"]),
        ("`rows/task-7/`, `/plans/<id>/export/status.xlsx`, `plan.csv`, `Stage.pages`", []),
    ],
)
def test_the_gate_sees_paths_that_are_not_there(text, found):
    assert path_faults(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`make run PORT=8001`, and in words: make sure", []),
        ("`make coffee`", ["no make coffee"]),
        ("```sh\npython manage.py send_digests --dry-run  # make coffee\n```\n", []),
        ("```sh\npython manage.py send_flowers\n```\n", ["no manage.py send_flowers"]),
        ("`manage.py send_digests [--tomorrow]`", ["no option --tomorrow of send_digests"]),
    ],
)
def test_the_gate_sees_commands_that_are_not_there(text, found):
    assert command_faults(text) == found


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("see NOTES.md", ["NOTES"]),
        ("see NOTES § 4", ["NOTES"]),
        ("README.md, CONTRIBUTING.md", []),
        ("NOTES = ()", []),
        ("Decision 13", []),
    ],
)
def test_the_gate_sees_citations(text, cited):
    assert foreign(text) == cited
