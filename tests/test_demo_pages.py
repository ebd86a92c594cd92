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
    # What is offered beneath a value is not part of it.
    besides = r'<span class="tip".*?</span>|<svg.*?</svg>|<small class="other.*?</small>|<a class="go.*?</a>'
    html = re.sub(besides, "", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("team", "language", "heads", "rows"),
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
    ("team", "language", "heads", "strategies"),
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


@pytest.mark.parametrize(
    ("team", "language", "heads", "rows"),
    [
        (
            "East China sales",
            "en",
            ["Core goal", "Dimension", "Target value", "Owner", "Due", "Key actions (with strategy)"],
            [
                [
                    "1,000,000 CNY From 800,000 to 1,000,000 CNY, +25% No data yet", "C Chen Jing", "30 Sep",
                    "Add key actions",
                ],
                [
                    "150 new customers From 115 to 150 new customers, +30% No data yet", "C Chen Jing", "30 Sep",
                    "① tune ad keywords (marketing specialist helps) ② referral reward (200 CNY per referral)",
                ],
                [
                    "20% From 15% to 20%, +5 pp No data yet", "L Lin Yue", "30 Sep",
                    "① membership points (built by engineering) → Membership points "
                    "② monthly members' offer (design makes the material)",
                ],
                [
                    "500,000 CNY of Product A From 40% to 50% of Total sales No data yet", "Z Zhou Yi", "30 Sep",
                    "① training on product A (product manager presents) "
                    "② stepped reward (100,000 CNY sold earns 10,000)",
                ],
            ],
        ),
        (
            "华东销售部",
            "zh-hans",
            ["核心目标", "拆解维度", "目标值", "负责人", "完成时间", "关键动作（对应策略）"],
            [
                ["100 万元 从 80 到 100 万元，+25% 暂无数据", "陈 陈静", "9月30日", "添加关键动作"],
                [
                    "150 个新客户 从 115 到 150 个新客户，+30% 暂无数据", "陈 陈静", "9月30日",
                    "① 优化广告关键词（市场专员配合） ② 转介绍奖励（每成功推荐一位奖励 200 元）",
                ],
                [
                    "20% 从 15% 到 20%，+5 个百分点 暂无数据", "林 林悦", "9月30日",
                    "① 上线会员积分（技术部开发） → 会员积分体系 ② 每月会员专享活动（设计部出物料）",
                ],
                [
                    "50 万元（A 产品线） 占销售总额的比重从 40% 调整到 50% 暂无数据", "周 周毅", "9月30日",
                    "① A 产品专项培训（产品经理主讲） ② 阶梯奖励（卖出 10 万元奖 1 万元）",
                ],
            ],
        ),
    ],
)  # fmt: skip
def test_table_2(demo, team, language, heads, rows):
    found_heads, *found = page_of(team, language, "goals")

    assert found_heads[: len(heads)] == heads
    assert [row[-5:-1] for row in found if row != [""]][: len(rows)] == rows


@pytest.mark.parametrize(
    ("team", "language", "heads", "row"),
    [
        (
            "East China sales",
            "en",
            [
                "Period",
                "Effect of the strategies (key metrics)",
                "What worked",
                "To improve",
                "Next adjustments",
            ],
            [
                "2023-07 Monthly",
                "① conversion 8% → 9% (target 12% missed) ② new customers up by 20 (target 150)",
                "① referrals cost 300 CNY per customer, less than online ads "
                "② the pilot team follows up 15% faster under the new procedure",
                "① ad keywords imprecise (click rate 1.5%, target 3%) ② 2 new reps failed the procedure exam",
                "① change keywords (marketing specialist, by 20 July) "
                "② one-to-one coaching for new reps (sales manager)",
            ],
        ),
        (
            "华东销售部",
            "zh-hans",
            ["复盘周期", "策略执行效果（关键指标变化）", "成功经验", "待改进点", "下一步调整计划"],
            [
                "2023-07 月度",
                "① 客户转化率 8% → 9%（目标 12%，未达成） ② 新客户数增加 20 个（目标 150 个）",
                "① 转介绍单客成本 300 元，低于线上广告 ② 试点小组按新流程跟进，速度提升 15%",
                "① 广告关键词不够精准（点击率 1.5%，目标 3%） ② 2 名新人未通过流程考核",
                "① 调整关键词（市场专员，7 月 20 日前） ② 新人一对一辅导（销售经理）",
            ],
        ),
    ],
)
def test_table_4(demo, team, language, heads, row):
    found_heads, found = page_of(team, language, "reviews")[:2]

    assert found_heads[: len(heads)] == heads
    assert found[: len(row)] == row
