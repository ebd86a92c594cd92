"""Imports run one way, reviews → tracking → strategies → planner, also in disguise; and starting stays light.

In disguise: a reverse manager or lookup of an upper app (`plan.strategies`), its dotted path in a string, a
template of it. Lower code names upper code in `settings.py`, in `include()` and in `{% url %}` alone.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.template.base import Lexer, TokenType

ORDER = ["planner", "strategies", "tracking", "reviews"]
APPS = [name for name in ORDER if apps.is_installed(name)]
# Calls whose words name relations, not things of their own.
QUERY = {
    *("prefetch_related", "select_related", "values", "values_list", "order_by", "only", "defer", "distinct"),
    *("F", "Count", "Sum", "Min", "Max", "Avg", "Exists", "Prefetch", "FilteredRelation", "get_field"),
}
REACH = {"filter", "exclude", "get", "get_or_create", "update_or_create", "Q", "annotate", "aggregate"}


def above(app: str) -> list[str]:
    return ORDER[ORDER.index(app) + 1 :]


def reverse_names(app: str) -> set[str]:
    """What upper apps add to the models of `app` and of those below it."""
    lower = set(ORDER[: ORDER.index(app) + 1])
    return {
        name
        for model in apps.get_models()
        if model._meta.app_label in above(app)
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model is not None
        if field.related_model._meta.app_label in lower
        for name in (field.remote_field.get_accessor_name(), field.related_query_name())
        if name and not name.startswith("+")
    }


def code_faults(app: str, source: str, reverse: set[str], file: str = "") -> list[str]:
    """Where Python code of `app` reaches upwards, one line each."""
    upper = above(app)
    tree = ast.parse(source)
    included = {id(each) for call in ast.walk(tree) if _called(call) == "include" for each in ast.walk(call)}
    found = []
    for node in ast.walk(tree):
        named = list(_imported(node))
        found += [f"{node.lineno}: imports {each}" for each in named if each.split(".")[0] in upper]
        if isinstance(node, ast.Attribute) and node.attr in reverse:
            found.append(f"{node.lineno}: reads .{node.attr}")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in included:
            if re.fullmatch(rf"({'|'.join(upper) or '-'})([.][\w.]+|/[\w/.#-]+)", node.value):
                found.append(f"{node.lineno}: names {node.value}")
            if node.value.split("__")[0].lstrip("-") in reverse and "__" in node.value:
                found.append(f"{node.lineno}: looks through {node.value}")
        if _called(node) in QUERY:
            words = [each.value for each in node.args if isinstance(each, ast.Constant)]
            found += [f"{node.lineno}: asks for {each}" for each in words if str(each).lstrip("-") in reverse]
        if _called(node) in REACH:
            words = [each.arg for each in node.keywords if each.arg]
            found += [
                f"{node.lineno}: asks for {each}"
                for each in words
                if each.split("__")[0] in reverse
                and (_called(node) not in ("annotate", "aggregate") or "__" in each)
            ]
    return [f"{file}:{each}" if file else each for each in found]


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", None) or getattr(node.func, "id", "")


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (each.name for each in node.names)
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        yield node.module or ""


def template_faults(app: str, source: str, reverse: set[str], file: str = "") -> list[str]:
    """Where a template of `app` reads a reverse manager of an upper app, or includes a template of one."""
    found = []
    for token in Lexer(source).tokenize():
        if token.token_type not in (TokenType.VAR, TokenType.BLOCK):
            continue
        words = re.sub(r'"[^"]*"|\'[^\']*\'', "", token.contents)
        found += [
            f"{token.lineno}: reads .{name}" for name in re.findall(r"\.(\w+)", words) if name in reverse
        ]
        if token.contents.split()[0] in ("include", "extends"):
            named = re.findall(r"[\"'](\w+)/", token.contents)
            found += [
                f"{token.lineno}: takes in a template of {name}" for name in named if name in above(app)
            ]
    return [f"{file}:{each}" if file else each for each in found]


def app_of_template(name: Path) -> str:
    """Templates of an upper app have its name, or stand in the folder of its name; the rest is planner's."""
    first = name.parts[0].removesuffix(".html")
    return first if first in ORDER else "planner"


@pytest.mark.parametrize("app", APPS)
def test_code_never_reaches_upwards(app):
    root = Path(settings.BASE_DIR)
    found = []
    for path in sorted((root / app).rglob("*.py")):
        if path != root / "planner" / "settings.py":
            found += code_faults(app, path.read_text(), reverse_names(app), str(path.relative_to(root)))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("app", APPS)
def test_templates_never_reach_upwards(app):
    root = Path(settings.BASE_DIR) / "templates"
    found = []
    for path in sorted(root.rglob("*.html")):
        name = path.relative_to(root)
        if app_of_template(name) == app:
            found += template_faults(app, path.read_text(), reverse_names(app), str(name))
    assert not found, "\n".join(found)


def test_reverse_names_come_from_the_models():
    assert {"strategies", "tasks"} <= reverse_names("planner")
    assert reverse_names("strategies") >= {"tasks"}
    assert reverse_names("tracking") == {"reviews"}
    assert reverse_names("reviews") == set()


@pytest.mark.parametrize(
    ("app", "source", "found"),
    [
        ("planner", "import strategies.models", ["1: imports strategies.models"]),
        ("planner", "def f():\n    from tracking.models import Task", ["2: imports tracking.models"]),
        ("strategies", "from planner.models import Plan", []),
        ("strategies", "from tracking import models", ["1: imports tracking"]),
        ("planner", "plan.strategies.all()", ["1: reads .strategies"]),
        ("planner", "reverse('strategies')", []),
        ("planner", "path('', include('tracking.urls'))", []),
        ("planner", "import_string('tracking.stage.STAGE')", ["1: names tracking.stage.STAGE"]),
        ("planner", "render(request, 'tracking/row.html')", ["1: names tracking/row.html"]),
        ("planner", "Plan.objects.filter(strategies__state='x')", ["1: asks for strategies__state"]),
        ("planner", "Plan.objects.prefetch_related('strategies')", ["1: asks for strategies"]),
        ("planner", "order_by('-tasks__due')", ["1: looks through -tasks__due"]),
        ("planner", "Plan.objects.annotate(tasks=Value(1))", []),
        ("tracking", "strategy.tasks.open()", []),
    ],
)
def test_the_gate_sees_code_that_reaches_upwards(app, source, found):
    assert code_faults(app, source, {"strategies", "tasks"} if app != "tracking" else set()) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('{% url "strategies" plan.pk %}', []),
        ("{% for each in plan.strategies.all %}{% endfor %}", ["1: reads .strategies"]),
        ("\n{{ person.tasks.count }}", ["2: reads .tasks"]),
        ('{% include "tracking/row.html" %}', ["1: takes in a template of tracking"]),
    ],
)
def test_the_gate_sees_templates_that_reach_upwards(source, found):
    assert template_faults("planner", source, {"strategies", "tasks"}) == found


def test_starting_loads_nothing_that_few_requests_need():
    script = (
        "import sys, planner.wsgi; from django.urls import get_resolver; get_resolver().url_patterns\n"
        "print(*sorted({'pandas', 'plotly', 'numpy', 'holidays', 'css_inline', 'pypinyin'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "planner.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == []
