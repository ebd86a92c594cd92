"""Every cell of every table against everybody, as tests/test_access_matrix.py asks every address.

Owner is a rep who owns the task, or who wrote the view of a cause; the rep owns nothing.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.urls import get_resolver, reverse

from planner.models import Bottleneck, CauseView, Goal, Membership, Plan, Role, User
from planner.tables.table import Table
from reviews.models import Review
from strategies.models import Allocation, Idea, Pool, Strategy
from tests.conftest import join, seat
from tracking.models import Task

HTMX = {"HTTP_HX_REQUEST": "true"}
PEOPLE = ("viewer", "rep", "owner", "manager")
MANAGERS = {"manager"}
OWNERS = {"owner", "manager"}
REPS = {"rep", "owner", "manager"}
NOBODY: set[str] = set()
# By table and kind of row: who may edit the cell of each column, add a row, and remove one.
RULES: dict[tuple[str, str], dict[str, set[str]]] = {
    ("readings", "metric"): {"2026-09": MANAGERS, "+": NOBODY, "-": NOBODY},
    ("diagnose", "metric"): dict.fromkeys(
        ("metric", "current", "target", "rate", "problems", "+", "-"), MANAGERS
    ),
    ("bottlenecks", "bottleneck"): dict.fromkeys(
        ("cause", "place", "evidence", "impact", "ease", "focus", "+", "-"), MANAGERS
    ),
    ("bottlenecks", "view"): {"cause": OWNERS, "impact": MANAGERS, "+": REPS, "-": MANAGERS},
    ("goals", "core"): dict.fromkeys(("core", "target", "owner", "due", "actions", "+", "-"), MANAGERS),
    ("goals", "part"): dict.fromkeys(("core", "target", "owner", "due", "actions", "+", "-"), MANAGERS),
    ("ideas", "idea"): dict.fromkeys(("idea", "lag", "steps", "needs", "+", "-"), MANAGERS),
    ("strategies", "strategy"): dict.fromkeys(
        ("strategy", "goals", "owner", "importance", "urgency", "feasibility", "lag", "+", "-"), MANAGERS
    ),
    ("tracking", "strategy"): dict.fromkeys(
        ("strategy", "goal", "owner", "resources", "risk", "+", "-"), MANAGERS
    ),
    ("tracking", "task"): {
        **dict.fromkeys(("strategy", "owner", "start", "due", "+", "-"), MANAGERS),
        **dict.fromkeys(("progress", "resources", "risk"), OWNERS),
    },
    ("resources", "pool"): dict.fromkeys(("name", "amount", "+", "-"), MANAGERS),
    ("resources", "allocation"): dict.fromkeys(("amount", "minimum", "maximum", "+", "-"), MANAGERS),
    ("resources", "days"): dict.fromkeys(("amount", "who", "dates", "+", "-"), MANAGERS),
    ("reviews", "review"): dict.fromkeys(
        ("period", "effect", "worked", "improve", "adjustments", "+", "-"), MANAGERS
    ),
}
CELLS = [(*row, cell) for row, cells in RULES.items() for cell in cells if cell not in "+-"]
QUERY = {"readings": {"to": "2026-09"}}


def tables(patterns: list | None = None) -> dict[str, type[Table]]:
    """Every table of the product by the name of its page."""
    found: dict[str, type[Table]] = {}
    for each in get_resolver().url_patterns if patterns is None else patterns:
        if hasattr(each, "url_patterns"):
            found |= tables(each.url_patterns)
        elif each.name and each.name.endswith("-row"):
            found[each.name.removesuffix("-row")] = each.default_args["table_class"]
    return found


@pytest.fixture
def owner(team) -> User:
    return join(team, "Olga", Role.REP)


@pytest.fixture
def rows(team, plan, status, owner, manager, rep, viewer) -> dict[tuple[str, str], Any]:
    """One row of each kind."""
    strategy = Strategy.objects.create(plan=plan, title="Follow-up procedure")
    core = Goal.objects.create(plan=plan, name="Sales +25 %")
    pool = Pool.objects.create(plan=plan, name="Marketing", amount=85_000)
    people = Pool.objects.create(plan=plan, name="People", kind="people")
    return {
        ("resources", "pool"): pool,
        ("resources", "allocation"): Allocation.objects.create(pool=pool, strategy=strategy),
        ("resources", "days"): Allocation.objects.create(pool=people, strategy=strategy),
        ("readings", "metric"): status.sales.metric,
        ("diagnose", "metric"): status.sales,
        ("bottlenecks", "bottleneck"): Bottleneck.objects.create(plan=plan, kind="conversion", cause="Late"),
        ("bottlenecks", "view"): CauseView.objects.create(
            plan=plan, kind="conversion", text="Slow", by=seat(owner, team)
        ),
        ("goals", "core"): core,
        ("goals", "part"): Goal.objects.create(plan=plan, parent=core, name="New customers +30 %"),
        ("ideas", "idea"): Idea.objects.create(team=team, kind="value", title="Care calls"),
        ("strategies", "strategy"): strategy,
        ("tracking", "strategy"): strategy,
        ("tracking", "task"): Task.objects.create(
            strategy=strategy, description="List the pain points", owner=seat(owner, team)
        ),
        ("reviews", "review"): Review.objects.create(plan=plan, start="2026-10-01"),
    }


def test_every_cell_has_a_rule_and_every_rule_a_cell(plan, manager):
    member = Membership.objects.get(user=manager)
    cells = {
        (name, kind.name): set(kind.edits) if name != "readings" else {"2026-09"}
        for name, table in tables().items()
        for kind in table(Plan.objects.get(pk=plan.pk), member).kinds.values()
    }
    assert cells == {row: set(rules) - {"+", "-"} for row, rules in RULES.items()}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(("table", "kind", "cell"), CELLS)
def test_who_may_edit_a_cell(table, kind, cell, who, plan, rows, request, as_):
    """The page offers the editor, and the server takes its answer, to the same people."""
    client, key = as_(request.getfixturevalue(who)), f"{kind}-{rows[table, kind].pk}"
    page = client.get(reverse(table, args=[plan.pk]), QUERY.get(table, {})).content.decode()
    url = reverse(f"{table}-row", args=[plan.pk, key])
    answer = client.post(url, {"cell": cell}, query_params=QUERY.get(table, {}), **HTMX)
    allowed = who in RULES[table, kind][cell]
    link = f'href="rows/{key}/?{"to=2026-09&amp;" if table == "readings" else ""}cell={cell}"'
    assert (link in page) == allowed
    # A cell that was sent empty may be refused for what it says, never for who sent it.
    assert answer.status_code in ((200, 422) if allowed else (403,))


EMPTY_CELLS = {
    ("readings", "metric"): {"2026-09": ("Enter value", "填写数值")},
    ("diagnose", "metric"): {
        "current": ("Enter value", "填写数值"),
        "problems": ("Add problems", "添加问题点"),
    },
    ("bottlenecks", "bottleneck"): {
        "place": ("Add where it occurs", "填写所在环节"),
        "evidence": ("Add evidence", "添加依据"),
        "impact": ("Score", "评分"),
        "ease": ("Score", "评分"),
        "focus": ("Put in focus", "列为重点"),
    },
    ("goals", "core"): {"target": ("Set target", "设置目标值"), "owner": ("Assign owner", "指定负责人")},
    ("goals", "part"): {"due": ("Set date", "设置日期"), "actions": ("Add key actions", "添加关键动作")},
    ("ideas", "idea"): {"steps": ("Add tasks", "添加任务"), "needs": ("Add what it needs", "填写所需条件")},
    ("strategies", "strategy"): {
        "goals": ("Link goal", "关联目标"),
        "owner": ("Assign owner", "指定负责人"),
        "importance": ("Score", "评分"),
        "urgency": ("Score", "评分"),
        "feasibility": ("Score", "评分"),
    },
    ("tracking", "strategy"): {"goal": ("Set goal", "关联目标"), "owner": ("Assign owner", "指定负责人")},
    ("tracking", "task"): {
        "start": ("Set date", "设置日期"),
        "due": ("Set date", "设置日期"),
        "resources": ("Add resources", "添加资源支持"),
        "risk": ("Add risk", "添加风险"),
    },
    ("resources", "allocation"): {"amount": ("Enter amount", "填写数额")},
    ("resources", "days"): {"who": ("Anyone", "不限"), "dates": ("Set dates", "设置日期范围")},
    ("reviews", "review"): {
        "effect": ("Add effect", "填写执行效果"),
        "worked": ("Add what worked", "添加成功经验"),
        "improve": ("Add what to improve", "添加待改进点"),
        "adjustments": ("Add adjustments", "添加调整计划"),
    },
}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(("table", "kind"), EMPTY_CELLS)
def test_an_empty_cell_says_what_goes_there_to_who_may_fill_it(
    table, kind, who, language, plan, rows, request, as_
):
    user, key = request.getfixturevalue(who), f"{kind}-{rows[table, kind].pk}"
    client = as_(user)
    client.cookies["django_language"] = language
    page = client.get(reverse(table, args=[plan.pk]), QUERY.get(table, {})).content.decode()
    row = page.partition(f'<tr id="{key}"')[2].partition("</tr>")[0]
    for cell, prompts in EMPTY_CELLS[table, kind].items():
        prompt = f'<span class="none">{prompts[language != "en"]}</span>'
        link = row.partition(f'cell={cell}"')[2].partition("</td>")[0]
        assert (prompt in link) == (who in RULES[table, kind][cell])
    if who == "viewer":
        assert "–" in row
        assert set(re.findall('class="none">([^<]*)<', row)) == {"–"}


def test_a_month_that_has_not_started_asks_for_no_value(plan, rows, manager, as_):
    page = as_(manager).get(reverse("readings", args=[plan.pk]), {"to": "2027-02"}).content.decode()
    row = page.partition('<tbody class="rows">')[2].partition("</tr>")[0]
    assert row.count("Enter value") == 9
    assert row.count("–") == 3


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(("table", "kind", "cell"), CELLS)
def test_who_may_paste_into_a_cell(table, kind, cell, who, plan, rows, request, as_):
    """Those who may edit it; who may edit other cells is told so in the preview."""
    client, keys = as_(request.getfixturevalue(who)), [f"{kind}-{rows[table, kind].pk}"]
    block = {"lines": '[["2026-11"]]', "column": cell, "keys": json.dumps(keys)}
    url = reverse(f"{table}-paste", args=[plan.pk])
    answer = client.post(url, block, query_params=QUERY.get(table, {}), **HTMX)
    is_calculated = (table, kind, cell) == ("diagnose", "metric", "rate")
    if who == "viewer":
        assert answer.status_code == 403
    elif is_calculated:
        assert "left as they are" in answer.content.decode()
    else:
        # A metric that is named in a block is added, not renamed.
        sentences = ("have permission to change this cell", "add rows here")
        refused = any(sentence in answer.content.decode() for sentence in sentences)
        assert (answer.status_code, refused) == (200, who not in RULES[table, kind][cell])


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(("table", "kind"), RULES)
def test_who_may_add_a_row(table, kind, who, plan, rows, request, as_):
    url = reverse(f"{table}-add", args=[plan.pk])
    answer = as_(request.getfixturevalue(who)).post(url, {}, query_params={"kind": kind}, **HTMX)
    assert answer.status_code == (422 if who in RULES[table, kind]["+"] else 403)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(("table", "kind"), RULES)
def test_who_may_remove_a_row(table, kind, who, plan, rows, request, as_):
    """The page offers the button, and the server takes its press, to the same people."""
    client, key = as_(request.getfixturevalue(who)), f"{kind}-{rows[table, kind].pk}"
    page = client.get(reverse(table, args=[plan.pk]), QUERY.get(table, {})).content.decode()
    answer = client.post(reverse(f"{table}-remove", args=[plan.pk, key]), {}, **HTMX)
    allowed = who in RULES[table, kind]["-"]
    assert (f'formaction="rows/{key}/remove/"' in page) == allowed
    assert answer.status_code == (200 if allowed else 403)


@pytest.mark.parametrize(("table", "kind", "cell"), CELLS)
def test_a_cell_is_nothing_to_an_outsider(table, kind, cell, plan, rows, outsider, as_):
    url = reverse(f"{table}-row", args=[plan.pk, f"{kind}-{rows[table, kind].pk}"])
    assert as_(outsider).post(url, {"cell": cell}, **HTMX).status_code == 404
