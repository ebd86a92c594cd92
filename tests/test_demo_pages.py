"""The demo's figures, read off the pages in both languages."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from planner.models import Plan


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo in the database, for every test of this file; taken away again after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", password="demo-password", stdout=io.StringIO())
        yield
        transaction.set_rollback(True)


def page_of(team: str, language: str, table: str) -> list[list[str]]:
    """The rows of a table of the Q3 plan as texts, as the demo's manager sees them."""
    client = Client()
    assert client.login(email="manager@demo.example", password="demo-password")
    client.cookies["django_language"] = language
    plan = Plan.objects.get(team__name=team, start="2023-07-01")
    html = client.get(f"/plans/{plan.pk}/{table}/").content.decode()
    body = html[html.index("<table") : html.index("</tbody>")]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
    return [
        [words(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)] for row in rows
    ]


def words(html: str) -> str:
    html = re.sub(r'<span class="tip".*?</span>|<svg.*?</svg>', "", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "team, language, heads, rows",
    [
        (
            "East China sales",
            "en",
            ["Metric", "Current (avg. of last 3 months)", "Annual target", "Gap", "Gap rate",
             "Main problems (with team feedback)"],
            [
                ["800,000 CNY", "1,000,000 CNY", "200,000 CNY", "20%"],
                ["8%", "12%", "4 pp", "50%"],
                ["15%", "20%", "5 pp", "33%"],
                ["500 CNY per customer", "400 CNY per customer", "100 CNY per customer", "25%"],
            ],
        ),
        (
            "华东销售部",
            "zh-hans",
            ["指标名称", "当前值（近3个月平均）", "年度目标值", "差距值", "差距率", "主要问题点（结合团队反馈）"],
            [
                ["80 万元", "100 万元", "20 万元", "20%"],
                ["8%", "12%", "4 个百分点", "50%"],
                ["15%", "20%", "5 个百分点", "33%"],
                ["500 元/个", "400 元/个", "100 元/个", "25%"],
            ],
        ),
    ],
)  # fmt: skip
def test_table_1(demo, team, language, heads, rows):
    found_heads, *found = page_of(team, language, "diagnose")

    assert found_heads[: len(heads)] == heads
    assert [row[1:5] for row in found[: len(rows)]] == rows


@pytest.mark.parametrize(
    "team, language, heads, strategies",
    [
        (
            "East China sales",
            "en",
            ["Strategy", "Goal", "Specific actions", "Owner", "Start", "Due",
             "Progress (done / in progress / not started)", "Resource support", "Risk warning"],
            [
                ("raise conversion", "1 Jul", "15 Jul", "In progress"),
                ("raise repurchase", "10 Jul", "10 Aug", "Not started"),
            ],
        ),
        (
            "华东销售部",
            "zh-hans",
            ["策略名称", "对应目标", "具体动作", "责任人", "开始时间", "截止时间", "当前进度（完成/进行中/未开始）",
             "资源支持", "风险预警"],
            [("提升转化率", "7月1日", "7月15日", "进行中"), ("提升复购率", "7月10日", "8月10日", "未开始")],
        ),
    ],
)  # fmt: skip
def test_table_3(demo, team, language, heads, strategies):
    found_heads, *found = page_of(team, language, "tracking")
    groups = [row for row in found if len(row) == 10]

    assert found_heads[: len(heads)] == heads
    assert len(groups) == 2
    for row, (goal, start, due, progress) in zip(groups, strategies, strict=True):
        assert row[1] == goal
        assert row[4:6] == [start, due]
        assert row[6].startswith(progress)
    assert [len(row) for row in found].count(8) == 5
