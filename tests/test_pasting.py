"""Blocks pasted into every table: previewed, saved at once, undone at once; whatever cannot be, said where and why."""

from __future__ import annotations

import datetime as dt
import html
import io
import json
import re
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags
from django.utils.translation import override

from planner import words
from planner.arithmetic.formats import PLAIN
from planner.models import (
    Bottleneck,
    CauseView,
    Change,
    Goal,
    Membership,
    Metric,
    Plan,
    PlanMetric,
    Reading,
)
from planner.spreadsheets import sheets
from reviews.models import Review
from strategies.models import Strategy
from tests.conftest import seat
from tests.test_cell_matrix import tables
from tracking.models import Task

HTMX = {"HTTP_HX_REQUEST": "true"}
# A preview of two cells of one task and one of another, in a table of any length.
QUERIES_OF_TWO_ROWS = 55


class Paste:
    """A block on its way into a table: `preview` it, `save` what the preview showed."""

    def __init__(
        self, client, url: str, lines: list[list[str]], column: str, keys: list[str], **more: Any
    ) -> None:
        self.client, self.url = client, url
        self.query = more.pop("query", {})
        self.data = {"lines": json.dumps(lines), "column": column, "keys": json.dumps(keys), **more}

    def post(self, **more: str) -> Any:
        return self.client.post(self.url, self.data | more, query_params=self.query, **HTMX)

    def preview(self) -> str:
        answer = self.post()
        assert answer.status_code == 200, answer.content[:2000]
        self.html = answer.content.decode()
        return " ".join(html.unescape(strip_tags(self.html)).split())

    def save(self) -> Any:
        self.text = self.preview()
        self.fingerprint = re.search(r'name="fingerprint" value="(\w+)"', self.html)[1]
        answer = self.post(fingerprint=self.fingerprint)
        assert answer.get("X-Rows") == "1", answer.content.decode()[:3000]
        return answer


@pytest.fixture
def paste(plan, manager, as_):
    """paste(table, lines, column, keys) is a block that the manager pastes; `by` names somebody else."""

    def begin(
        table: str, lines: list[list[str]], column: str, keys: list[str], by=None, **more: Any
    ) -> Paste:
        return Paste(as_(by or manager), f"/plans/{plan.pk}/{table}/paste/", lines, column, keys, **more)

    return begin


def cell(page: str, name: str) -> list[str]:
    """The texts of a list of the preview by its caption."""
    found = re.search(rf"<caption>{name}.*?</table>", page, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", found[0] if found else "", re.DOTALL)
    return [" | ".join(" ".join(strip_tags(each).split()) for each in re.findall(r"<t[dh].*?</t[dh]>", row, re.DOTALL))
            for row in rows[1:]]  # fmt: skip


@pytest.fixture
def tasks(team, plan, rep) -> SimpleNamespace:
    first = Strategy.objects.create(plan=plan, title="Follow-up procedure", order=1)
    second = Strategy.objects.create(plan=plan, title="Membership points", order=2)

    def make(strategy, words, **more):
        return Task.objects.create(strategy=strategy, description=words, **more)

    return SimpleNamespace(
        first=first, second=second,
        list=make(first, "List the pain points", order=1, owner=seat(rep, team)),
        script=make(first, "Write a script", order=2),
        print=make(second, "Print the cards", order=1),
    )  # fmt: skip


def task_keys(tasks) -> list[str]:
    return [
        f"strategy-{tasks.first.pk}", f"task-{tasks.list.pk}", f"task-{tasks.script.pk}",
        f"strategy-{tasks.second.pk}", f"task-{tasks.print.pk}",
    ]  # fmt: skip


# Table 1


def test_a_block_in_table_1_is_previewed_and_saved_in_one_revision(paste, team, status, manager, as_):
    keys = [f"metric-{status.sales.pk}", f"metric-{status.rate.pk}"]
    block = paste("diagnose", [["120万", "", "", "Leads wait"], ["15%", "", "", ""]], "target", keys)
    text = block.preview()

    assert "Change 3 cells" in text
    assert "1 blank cell is left as it is" in text
    assert cell(block.html, "3 cells") == [
        "Total sales | Annual target | 1,000,000 CNY | 1,200,000 CNY",
        "Total sales | Main problems (with team feedback) | – | Leads wait",
        "Customer conversion rate | Annual target | 12% | 15%",
    ]
    assert Change.objects.count() == 0
    assert PlanMetric.objects.get(pk=status.sales.pk).target == 1_000_000

    answer = block.save()

    assert PlanMetric.objects.get(pk=status.sales.pk).target == 1_200_000
    assert {change.revision for change in Change.objects.all()} == {int(answer["X-Revision"])}
    assert set(re.findall(r'<tr id="([\w-]+)"', answer.content.decode())) == set(keys)
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert toast["text"] == "3 cells changed"
    assert as_(manager).post(toast["undo"], **HTMX).status_code == 204
    assert [row.target for row in PlanMetric.objects.order_by("order")] == [1_000_000, Decimal("0.12")]
    assert not PlanMetric.objects.filter(problems="Leads wait")


def test_what_a_page_shows_is_pasted_back_without_a_change(paste, team, plan, status, manager, as_):
    for month in (7, 8, 9):
        Reading.objects.create(
            metric=status.sales.metric,
            month=dt.date(2026, month, 1),
            segment=status.whole,
            value="833333.333333",
        )
    lines = [
        [
            "Metric",
            "Current (avg. of last 3 months)",
            "Annual target",
            "Gap",
            "Gap rate",
            "Main problems (with team feedback)",
        ],
        ["Total sales", "833,333 CNY", "1,000,000 CNY", "166,667 CNY", "17%", ""],
        ["Customer conversion rate", "–", "12%", "–", "", ""],
    ]
    keys = [f"metric-{status.sales.pk}", f"metric-{status.rate.pk}"]
    text = paste("diagnose", lines, "metric", keys).preview()

    assert "Nothing would change." in text
    assert "headings in the first row" in text
    assert "error" not in text


def test_gap_and_gap_rate_are_skipped_and_named(paste, status):
    lines = [["Total sales", "", "900000", "1", "99%"]]
    block = paste("diagnose", lines, "metric", [f"metric-{status.sales.pk}"])

    assert "Cells that are calculated are left as they are: Gap, Gap rate." in block.preview()
    assert len(cell(block.html, "1 cell")) == 1


def test_lines_beyond_the_end_become_metrics_of_the_kind_that_they_look_like(paste, team, plan, status):
    lines = [
        ["Total sales", "", "1,100,000"], ["Customer conversion rate", "", "13%"],
        ["Repurchase rate", "18%", "25%", "", "", "Nobody calls"], ["Turnover of spares", "¥5,000", "8,000"],
        ["Visits", "40", "60"], ["Return rate", "3%", "2%"],
    ]  # fmt: skip
    block = paste("diagnose", lines, "metric", [f"metric-{status.sales.pk}", f"metric-{status.rate.pk}"])
    block.save()

    assert "Change 2 cells and add 4 rows" in block.text
    kinds = dict(Metric.objects.values_list("name", "kind"))
    assert kinds["Repurchase rate"] == "rate"
    assert kinds["Turnover of spares"] == "amount"
    assert kinds["Visits"] == "count"
    assert kinds["Return rate"] == "rate"
    assert "Type Rate" in cell(block.html, "4 new")[3]
    added = PlanMetric.objects.get(metric__name="Repurchase rate")
    assert (str(added.override), str(added.target), added.problems) == (
        "0.180000",
        "0.250000",
        "Nobody calls",
    )


def test_lines_go_to_the_metrics_that_they_name_and_rename_none(paste, status):
    lines = [["Visits", "40"], ["customer conversion rate", "", "13%"], ["Total sales", "", "5"], ["", "7"]]
    keys = [f"metric-{status.sales.pk}", f"metric-{status.rate.pk}"]
    block = paste("diagnose", lines, "metric", keys)
    block.save()

    assert [str(row.metric) for row in PlanMetric.objects.order_by("order")] == [
        "Total sales", "Customer conversion rate", "Visits",
    ]  # fmt: skip
    assert [row.target for row in PlanMetric.objects.order_by("order")][:2] == [5, Decimal("0.13")]
    assert Metric.objects.count() == 3


def test_strategies_in_another_order_are_known_by_their_names(paste, tasks):
    lines = [["Membership points", "Repurchase"], ["Follow-up routine", "Conversion"]]
    block = paste("tracking", lines, "strategy", task_keys(tasks))
    block.save()

    titles = Strategy.objects.order_by("order").values_list("title", "aim")
    assert list(titles) == [
        ("Follow-up procedure", ""),
        ("Membership points", "Repurchase"),
        ("Follow-up routine", "Conversion"),
    ]


def test_an_error_names_its_place_and_stops_nothing_else(paste, status):
    keys = [f"metric-{status.sales.pk}", f"metric-{status.rate.pk}", "metric-999"]
    block = paste("diagnose", [["12o"], ["15%"], ["5"]], "target", keys)
    text = block.preview()

    assert "Change 1 cell; 2 with errors are left out" in text
    assert cell(block.html, "2 with") == [
        "Total sales | Annual target | 12o | “12o” is not a number. Enter digits, such as 1,200, 80万 or 8%.",
        "Line 3 |  |  | This row has been removed.",
    ]
    block.save()
    assert str(PlanMetric.objects.get(pk=status.rate.pk).target) == "0.150000"
    assert not Change.objects.filter(object_id=status.sales.pk, model="planner.planmetric")


def test_where_all_have_errors_there_is_no_button(paste, status):
    block = paste("diagnose", [["12o"]], "target", [f"metric-{status.sales.pk}"])
    block.preview()

    assert "button primary" not in block.html


# The history


def test_a_block_fills_the_history(paste, plan, status, manager, as_):
    keys = [f"metric-{status.sales.metric_id}", f"metric-{status.rate.metric_id}"]
    block = paste("readings", [["80万", "82万"], ["8", "9%"]], "2026-09", keys, query={"to": "2026-10"})
    answer = block.save()

    assert "Change 4 cells" in block.text
    values = {
        (each.metric.name, each.month.month): each.value for each in Reading.objects.select_related("metric")
    }
    assert {key: str(value.normalize()) for key, value in values.items()} == {
        ("Total sales", 9): "8E+5", ("Total sales", 10): "8.2E+5",
        ("Customer conversion rate", 9): "0.08", ("Customer conversion rate", 10): "0.09",
    }  # fmt: skip
    undo = json.loads(answer["HX-Trigger"])["toast"]["undo"]
    assert as_(manager).post(undo, **HTMX).status_code == 204
    assert not Reading.objects.exists()


def test_the_history_takes_no_new_rows_and_no_future(paste, status):
    lines = [["1", "2", "3"], ["4"], ["5"]]
    keys = [f"metric-{status.sales.metric_id}", f"metric-{status.rate.metric_id}"]
    text = paste("readings", lines, "2026-10", keys, query={"to": "2026-12"}).preview()

    assert "Dec 2026 has not started yet" in text
    assert "you can't add rows here" in text


# Bottlenecks


def test_a_block_of_bottlenecks(paste, team, plan, status, rep):
    late = Bottleneck.objects.create(plan=plan, kind="execution", cause="Late")
    view = CauseView.objects.create(
        plan=plan, kind="execution", text="No time", by=seat(rep, team), bottleneck=late
    )
    lines = [
        ["Late", "First call · Total sales", "CRM", "4", "5", "", "In focus"],
        ["Slow follow-up", "", "", "3", "9"],
    ]
    block = paste("bottlenecks", lines, "cause", [f"bottleneck-{late.pk}", f"view-{view.pk}"])
    block.save()

    late.refresh_from_db()
    assert (late.step, late.metric.name, late.evidence) == ("First call", "Total sales", "CRM")
    assert (late.impact, late.ease, late.in_focus) == (4, 5, True)
    slow = Bottleneck.objects.get(cause="Slow follow-up")
    assert (slow.kind, slow.impact, slow.ease) == ("conversion", 3, None)
    assert "“9” is not one of the choices" in block.text
    view.refresh_from_db()
    assert view.text == "No time"


# Table 2


@pytest.fixture
def goals(plan) -> SimpleNamespace:
    core = Goal.objects.create(plan=plan, name="Sales +25 %", order=1)
    part = Goal.objects.create(
        plan=plan, parent=core, name="New customers +30 %", order=2, unit="customers", target=150
    )
    other = Goal.objects.create(plan=plan, name="Repeat orders", order=3)
    return SimpleNamespace(core=core, part=part, other=other)


def goal_keys(goals) -> list[str]:
    return [f"core-{goals.core.pk}", f"part-{goals.part.pk}", f"core-{goals.other.pk}"]


def test_the_form_of_the_method_fills_table_2(paste, team, plan, goals, rep):
    lines = [
        ["Sales +25 %", "", "1,000,000", "Mary", "2026/12/31", "① Offer more → Nothing; ② Call"],
        ["Sales +25 %", "New customers +30 %", "180 customers", "Rick", "2026年12月1日", ""],
        ["Repeat orders", "", "300", "", "", ""],
        ["Referrals", "", "20", "rick", "30/11/2026", "Ask everybody"],
    ]
    block = paste("goals", lines, "core", goal_keys(goals))
    block.save()

    part = Goal.objects.get(pk=goals.part.pk)
    assert (part.target, part.owner.name, part.due) == (180, "Rick", dt.date(2026, 12, 1))
    core = Goal.objects.get(pk=goals.core.pk)
    assert [action.text for action in core.key_actions.all()] == ["Offer more → Nothing", "Call"]
    assert Goal.objects.get(pk=goals.other.pk).target == 300
    added = Goal.objects.get(name="Referrals")
    assert (added.parent, added.target, added.owner.name, added.due) == (
        None,
        20,
        "Rick",
        dt.date(2026, 11, 30),
    )


def test_a_list_pasted_into_a_sub_goal_follows_the_cells_and_stays_beneath_its_goal(paste, goals, rep):
    lines = [["New customers +30 %", "160", "Rick"], ["Old customers", "40", "Mary"]]
    block = paste("goals", lines, "core", [f"part-{goals.part.pk}", f"core-{goals.other.pk}"])
    block.save()

    part = Goal.objects.get(pk=goals.part.pk)
    assert (part.name, part.target, part.owner.name) == ("New customers +30 %", 160, "Rick")
    added = Goal.objects.get(name="Old customers")
    assert (added.parent_id, added.target, added.owner.name) == (goals.core.pk, 40, "Mary")
    assert Goal.objects.get(pk=goals.other.pk).name == "Repeat orders"


def test_a_date_that_could_be_two_is_asked(paste, goals):
    text = paste("goals", [["1/2/2026"]], "due", [f"core-{goals.core.pk}"]).preview()

    assert "“1/2/2026” could be two dates: day or month first. Write it as 2026-10-01." in text


# Table 3


def test_the_exported_table_3_is_pasted_back_and_fills_tasks(paste, plan, tasks, manager):
    of_first = ["Follow-up procedure", "Conversion"]
    lines = [
        [*of_first, "① List the pain points\n② Write a script", "Mary", "", "", "Not started", "Two days", ""],
        [*of_first, "① List the pain points", "Rick", "2026-10-01", "2026-10-20", "In progress · 50%", "", ""],
        [*of_first, "② Write a script", "Mary", "", "", "已完成（电话沟通，顺利）", "", "Rival"],
        ["Membership points", "", "① Print the cards", "", "", "", "", "", ""],
        ["Membership points", "", "① Print the cards", "", "", "2026-12-24", "", "", ""],
    ]  # fmt: skip
    block = paste("tracking", lines, "strategy", task_keys(tasks))
    block.save()

    listed, script, printed = (
        Task.objects.get(pk=each.pk) for each in (tasks.list, tasks.script, tasks.print)
    )
    assert (listed.description, listed.status, listed.percent) == ("List the pain points", "in_progress", 50)
    assert (listed.start, listed.due) == (dt.date(2026, 10, 1), dt.date(2026, 10, 20))
    assert (script.status, script.owner.name, script.risk) == ("done", "Mary", "Rival")
    assert script.progress.get().note == "电话沟通，顺利"
    assert (printed.description, printed.due) == ("Print the cards", dt.date(2026, 12, 24))
    first = Strategy.objects.get(pk=tasks.first.pk)
    assert (first.title, first.aim, first.owner.name, first.resources) == (
        "Follow-up procedure",
        "Conversion",
        "Mary",
        "Two days",
    )
    assert Strategy.objects.count() == 2
    assert Task.objects.count() == 3
    assert "Specific actions" in block.text


def test_tasks_beyond_the_last_of_their_strategy_become_tasks_of_it(paste, tasks, plan):
    lines = [["Write a script", "Rick"], ["Try it", "Mary"], ["Roll out", "Nobody"]]
    block = paste("tracking", lines, "strategy", task_keys(tasks)[2:])
    block.save()

    assert [task.description for task in tasks.first.tasks.order_by("order")] == [
        "List the pain points", "Write a script", "Try it", "Roll out",
    ]  # fmt: skip
    assert Task.objects.get(description="Try it").owner.name == "Mary"
    assert "“Nobody” is not in the list of this column." in block.text
    assert Task.objects.get(pk=tasks.print.pk).description == "Print the cards"


def test_a_column_goes_down_the_page_and_what_has_no_name_adds_no_row(paste, tasks):
    block = paste("tracking", [["Mary"]] * 3, "owner", task_keys(tasks)[3:])
    text = block.preview()

    assert "Change 2 cells; 1 with an error is left out" in text
    assert "To add rows, paste from the column “Strategy” on." in text


def test_lines_pasted_into_the_form_that_adds_tasks_become_tasks(paste, tasks):
    block = paste(
        "tracking", [["Draw"], ["Print", "Rick"]], "strategy", [], kind="task", beneath=str(tasks.second.pk)
    )
    block.save()

    assert [task.description for task in tasks.second.tasks.order_by("order")] == [
        "Print the cards",
        "Draw",
        "Print",
    ]
    assert Task.objects.get(description="Print").owner.name == "Rick"


def test_who_shares_a_name_is_told_apart(paste, team, tasks):
    for title in ("Sales lead", "Marketing"):
        Membership.objects.create(team=team, name="Li Na", job_title=title)
    block = paste("tracking", [["Li Na"], ["li na (marketing)"]], "owner", task_keys(tasks)[1:3])
    block.save()

    assert "“Li Na” could be Li Na (Sales lead), Li Na (Marketing). Write which one." in block.text
    assert Task.objects.get(pk=tasks.script.pk).owner.job_title == "Marketing"


def test_a_rep_changes_own_tasks_alone(paste, tasks, rep):
    lines = [["Done", "", "Rival"], ["Done"], ["Done"]]
    block = paste("tracking", lines, "progress", task_keys(tasks)[1:], by=rep)
    answer = block.save()

    assert [task.status for task in Task.objects.order_by("pk")] == ["done", "not_started", "not_started"]
    assert "You don't have permission to change this cell." in block.text
    assert answer["X-Changed"] == "1"


# Table 4


def test_a_block_of_reviews(paste, plan, manager, as_):
    october = Review.objects.create(plan=plan, start="2026-10-01")
    lines = [
        ["2026-10", "① More calls\n② Fewer visits", "", "Slow"],
        ["2026-11 (monthly)", "Conversion 8% → 9%"],
        ["2026-12", ""],
    ]
    block = paste("reviews", lines, "period", [f"review-{october.pk}"])
    answer = block.save()

    assert "Change 2 cells and add 2 rows" in block.text
    october.refresh_from_db()
    assert (october.effect, october.improve) == ("More calls\nFewer visits", "Slow")
    assert Review.objects.get(start="2026-11-01").effect == "Conversion 8% → 9%"
    undo = json.loads(answer["HX-Trigger"])["toast"]["undo"]
    assert as_(manager).post(undo, **HTMX).status_code == 204
    assert Review.objects.count() == 1


def test_a_period_comes_once(paste, plan):
    october = Review.objects.create(plan=plan, start="2026-10-01")
    text = paste(
        "reviews", [["2026-10"], ["2026-10"], ["2030-01"]], "period", [f"review-{october.pk}"]
    ).preview()

    assert "“2026-10” is not one of the choices: 2026-11 (monthly), 2026-12 (monthly)" in text
    assert "“2030-01” is not one of the choices" in text


# What is shown is what is saved


def test_what_changed_after_the_preview_is_shown_instead_of_saved(paste, status):
    key = f"metric-{status.sales.pk}"
    block = paste("diagnose", [["5"]], "target", [key])
    block.preview()
    fingerprint = re.search(r'name="fingerprint" value="(\w+)"', block.html)[1]
    PlanMetric.objects.filter(pk=status.sales.pk).update(target=7)
    answer = block.post(fingerprint=fingerprint)

    assert "has changed since you saw this preview" in answer.content.decode()
    assert cell(answer.content.decode(), "1 cell") == ["Total sales | Annual target | 7 CNY | 5 CNY"]
    assert PlanMetric.objects.get(pk=status.sales.pk).target == 7
    assert Change.objects.count() == 0


def test_a_paste_that_is_sent_twice_adds_its_rows_once(paste, plan, manager):
    block = paste("tracking", [["Referrals"], ["Gifts"]], "strategy", [], kind="strategy", form_key="a" * 32)
    block.save()
    again = block.post(fingerprint=block.fingerprint)

    assert again["X-Rows"] == "1"
    assert Strategy.objects.count() == 2


def test_a_preview_writes_nothing(paste, team, tasks):
    revision = team.revision
    paste(
        "tracking", [["Draw"], ["Print", "Rick"]], "strategy", [], kind="task", beneath=str(tasks.second.pk)
    ).preview()
    team.refresh_from_db()

    assert team.revision == revision
    assert Task.objects.count() == 3
    assert Change.objects.count() == 0


# What is refused


@pytest.mark.parametrize(
    "lines", ["", "[]", "{}", '[["a", 1]]', "[[]]", '[["", "–"]]', '[["\\ud800"]]', "[" * 99_999]
)
def test_what_is_no_block_is_refused(paste, status, lines):
    block = paste("diagnose", [], "target", [f"metric-{status.sales.pk}"])
    block.data["lines"] = lines
    answer = block.post()

    assert answer.status_code == 422
    assert "There is nothing to paste." in answer.content.decode()


@pytest.mark.parametrize("lines", [[["1"]] * 501, [["1"] * 21] * 48])
def test_too_much_at_once_leads_to_the_import(paste, plan, status, lines):
    answer = paste("readings", lines, "2026-11", [f"metric-{status.sales.metric_id}"]).post()

    assert answer.status_code == 422
    assert "the limit is 500 rows and 1000 cells" in answer.content.decode()
    assert f"/plans/{plan.pk}/readings/import/" in answer.content.decode()


@pytest.mark.parametrize(
    ("column", "key"),
    [
        ("nothing", "metric-1"),
        ("target", "nothing-1"),
        ("target", "metric"),
        ("target", "metric-" + "9" * 30),
    ],
)
def test_what_the_table_does_not_have_is_not_found(paste, status, column, key):
    assert paste("diagnose", [["1"]], column, [key]).post().status_code == 404


def test_a_closed_plan_takes_nothing(paste, plan, status):
    Plan.objects.filter(pk=plan.pk).update(state="closed")
    answer = paste("diagnose", [["1"]], "target", [f"metric-{status.sales.pk}"]).post()

    assert answer.status_code == 409
    assert "This plan is closed" in answer.content.decode()


# Files of ours come back as they went


@pytest.fixture
def demo(db) -> Plan:
    call_command("demo", password="demo-password", stdout=io.StringIO())
    return Plan.objects.filter(team__name="East China sales").order_by("start").last()


def as_excel_shows(value: sheets.Cell) -> str:
    """A cell of a sheet as Excel puts it on the clipboard."""
    if isinstance(value, sheets.Number):
        figure = words.figure(value.scale or PLAIN, value.value, difference=value.difference)
        return figure if value.value is not None else ""
    return f"{value.year}/{value.month}/{value.day}" if isinstance(value, dt.date) else (value or "")


@pytest.mark.parametrize("name", ["diagnose", "goals", "tracking", "reviews"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_exported_table_is_pasted_back_without_a_change(demo, as_, name, language):
    plan = Plan.objects.filter(team=demo.team).order_by("start").first() if name == "reviews" else demo
    member = Membership.objects.get(team=plan.team, user__email="manager@demo.example")
    with override(language):
        table = tables()[name](plan, member)
        sheet = table.sheet()
        lines = [[str(heading.label) for heading in sheet.headings]]
        lines += [[as_excel_shows(each) for each in line.cells] for line in sheet.lines]
    client = as_(member.user)
    client.cookies["django_language"] = language
    keys = [row.key for row in tables()[name](plan, member).rows]
    block = Paste(client, f"/plans/{plan.pk}/{name}/paste/", lines, "", keys)
    text = block.preview()

    assert cell(block.html, ".*") == []
    assert ("Nothing would change." if language == "en" else "不会有任何变化。") in text


@pytest.mark.parametrize("count", [1, 30])
def test_a_paste_asks_as_often_in_a_long_table_as_in_a_short_one(paste, plan, tasks, count):
    for number in range(count):
        Task.objects.create(strategy=tasks.first, description=f"Task {number}", order=10 + number)
    keys = [f"task-{pk}" for pk in Task.objects.order_by("strategy", "order").values_list("pk", flat=True)]
    with CaptureQueriesContext(connection) as asked:
        paste("tracking", [["Mary", "2026-10-01"], ["Rick"]], "owner", keys).preview()

    assert len(asked) == QUERIES_OF_TWO_ROWS


@pytest.mark.parametrize(
    ("text", "status", "percent", "note", "reason"),
    [
        ("In progress · 50%", "in_progress", 50, None, ""),
        ("进行中 · 50%", "in_progress", 50, None, ""),
        ("30%", "in_progress", 30, None, ""),
        ("completed", "done", 100, None, ""),
        ("Done (by phone)", "done", 100, "by phone", ""),
        ("Cancelled (too dear)", "cancelled", 0, None, "too dear"),
    ],
)
def test_progress_is_read_as_people_write_it(paste, tasks, text, status, percent, note, reason):
    paste("tracking", [[text, ""]], "progress", [f"task-{tasks.script.pk}"]).save()

    script = Task.objects.get(pk=tasks.script.pk)
    assert (script.status, script.percent, script.cancel_reason) == (status, percent, reason)
    assert (script.progress.get().note or None) == note


def test_a_task_is_not_cancelled_without_a_reason(paste, tasks):
    text = paste("tracking", [["Cancelled"]], "progress", [f"task-{tasks.script.pk}"]).preview()

    assert "Enter a reason for cancelling the task." in text


def test_of_a_cell_that_fails_after_it_was_written_nothing_stays(paste, status):
    for month in (7, 8, 9):
        place = {"metric": status.sales.metric, "month": dt.date(2026, month, 1), "segment": status.whole}
        Reading.objects.create(**place, value=800_000)
    block = paste("diagnose", [["900000", "1100000"]], "current", [f"metric-{status.sales.pk}"])
    block.save()

    assert "The data gives 800,000. Enter a source or reason for using another value." in block.text
    row = PlanMetric.objects.get(pk=status.sales.pk)
    assert (row.override, row.target) == (None, 1_100_000)
    assert list(Change.objects.values_list("field", flat=True)) == ["target"]


def test_half_a_character_does_not_stop_the_others(paste, status):
    block = paste("diagnose", [], "problems", [f"metric-{status.sales.pk}"])
    block.data["lines"] = '[["Leads\\ud83d wait\\u0000"]]'
    block.save()

    assert PlanMetric.objects.get(pk=status.sales.pk).problems == "Leads wait"
