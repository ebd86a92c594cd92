"""The floors inside planner/: a room imports from lower rooms alone, and no modules import each other in a circle.

Imports in function bodies count as well. Those for the type checker alone do not: they never run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from django.conf import settings

# From the ground up. Rooms of one floor do not know each other.
FLOORS = (
    {"arithmetic"},
    {"models"},
    {"words", "spreadsheets", "web", "pitfalls"},
    {"changes"},
    {"stages", "pulses"},
    {"access"},
    {"people", "plans", "copies"},
    {"notices"},
    {"tables"},
    {"readings"},
    {"diagnose"},
    {"jobs", "forms", "templatetags"},
    {"views", "admin", "management"},
    {"urls"},
)
# Read by everything, reading nothing of ours that needs Django to be set up.
PROJECT = {"settings", "environment", "celery", "asgi", "wsgi", "migrations"}
CODE = ("planner", "strategies", "tracking", "reviews")
MOST_MODULES = 18


def runtime_imports(source: str, modules: set[str]) -> set[str]:
    """The modules among `modules` that a source imports when it is loaded or run."""
    return {
        name
        for node in _running(ast.parse(source))
        for name in _named(node)
        for name in (name, name.rpartition(".")[0])
        if name in modules
    }


def _running(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _running(child)


def _named(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (each.name for each in node.names)
    if isinstance(node, ast.ImportFrom) and node.module:
        yield from (f"{node.module}.{each.name}" for each in node.names)


def graph() -> dict[str, set[str]]:
    """What each module of the product imports of it."""
    root = Path(settings.BASE_DIR)
    files = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for app in CODE
        for path in (root / app).rglob("*.py")
    }
    return {
        name: runtime_imports(path.read_text(encoding="utf-8"), set(files)) - {name}
        for name, path in files.items()
    }


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def upward(imports: Mapping[str, set[str]], floors: tuple[set[str], ...] = FLOORS) -> list[str]:
    """Imports inside planner/ that lead up, or across to another room of the same floor."""
    level = {name: number for number, floor in enumerate(floors) for name in floor}
    return [
        f"{module} imports {other}"
        for module, others in sorted(imports.items())
        for other in sorted(others)
        if room(module) in level and room(other) in level and room(module) != room(other)
        if module.startswith("planner.") and other.startswith("planner.")
        if level[room(other)] >= level[room(module)]
    ]


def circle(imports: Mapping[str, set[str]]) -> list[str]:
    """Modules that import each other in a circle, the first such found."""
    # A package is loaded with its modules: that its __init__ gathers them is no circle.
    packages = {name for name in imports if any(each.startswith(f"{name}.") for each in imports)}
    plain = {
        name: {each for each in others if each not in packages or name not in imports[each]}
        for name, others in imports.items()
    }
    try:
        TopologicalSorter(plain).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_rooms_import_from_lower_floors_alone():
    assert upward(graph()) == []


def test_every_room_has_its_floor():
    rooms = {room(module) for module in graph() if module.startswith("planner.")}
    assert rooms - PROJECT == set().union(*FLOORS)


def test_no_modules_import_each_other_in_a_circle():
    assert circle(graph()) == []


def test_the_hallway_stays_short():
    modules = list((Path(settings.BASE_DIR) / "planner").glob("*.py"))
    assert len(modules) <= MOST_MODULES, "planner/ has packages for what comes: see docs/conventions.md"


@pytest.mark.parametrize(
    ("module", "other", "found"),
    [
        ("planner.models.plans", "planner.arithmetic.periods", []),
        ("planner.arithmetic.gaps", "planner.models", ["planner.arithmetic.gaps imports planner.models"]),
        ("planner.tables.table", "planner.diagnose", ["planner.tables.table imports planner.diagnose"]),
        ("planner.people", "planner.plans", ["planner.people imports planner.plans"]),
        ("planner.models.plans", "planner.models.people", []),
        ("tracking.table", "planner.views.home", []),
    ],
)
def test_the_gate_sees_what_leads_up(module, other, found):
    assert upward({module: {other}}) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from planner import access", {"planner.access"}),
        ("def f():\n    from planner.access import get_plan", {"planner.access"}),
        ("if TYPE_CHECKING:\n    from planner.access import get_plan", set()),
        ("import planner.access", {"planner.access"}),
    ],
)
def test_the_gate_sees_imports_wherever_they_are(source, found):
    assert runtime_imports(source, {"planner.access"}) == found


def test_the_gate_sees_a_circle():
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == {"a", "b", "c"}
