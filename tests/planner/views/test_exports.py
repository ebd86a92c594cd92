"""The tables as files: what stands in them, in which language, for whom, and that no text becomes a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import subprocess
import sys
import unicodedata
import zipfile

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from python_calamine import CalamineWorkbook

from planner.models import Plan, PlanMetric, Reading
from strategies.models import Strategy
from tests.conftest import seat
from tests.hostile_texts import write_everywhere
from tests.real_programs import as_libreoffice_shows
from tracking.models import Task

TABLES = ("status", "goals", "tracking", "reviews")


def fetch(client: Client, plan: Plan, file: str, language: str = "en") -> bytes:
    client.cookies["django_language"] = language
    answer = client.get(f"/plans/{plan.pk}/export/{file}")
    assert answer.status_code == 200
    return answer.content


def rows_of(content: bytes, tab: int = 0) -> list[list]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(tab).to_python()


def lines_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def xml_of(content: bytes, tab: int = 1) -> str:
    return zipfile.ZipFile(io.BytesIO(content)).read(f"xl/worksheets/sheet{tab}.xml").decode()


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", password="demo-password", stdout=io.StringIO())
        yield
        transaction.set_rollback(True)


@pytest.fixture
def boss(demo, db) -> Client:
    client = Client()
    assert client.login(email="manager@demo.example", password="demo-password")
    return client


def quarter(team: str) -> Plan:
    return Plan.objects.get(team__name=team, start="2023-07-01")


def test_table_1_as_csv_is_exact(boss):
    heads, *lines = lines_of(fetch(boss, quarter("East China sales"), "status.csv"))

    assert heads == [
        "Metric", "Current (avg. of last 3 months)", "Annual target", "Gap", "Gap rate",
        "Main problems (with team feedback)",
    ]  # fmt: skip
    assert [line[:5] for line in lines] == [
        ["Total sales", "800000", "1000000", "200000", "0.2"],
        ["Customer conversion rate", "0.08", "0.12", "0.04", "0.5"],
        ["Repurchase rate", "0.15", "0.2", "0.05", "0.333333"],
        ["New-customer acquisition cost", "500", "400", "100", "0.25"],
    ]


def test_table_1_as_a_workbook_is_the_form_of_the_method_in_the_readers_language(boss):
    content = fetch(boss, quarter("华东销售部"), "status.xlsx", "zh-hans")
    title, _note, heads, sales, conversion, *_rest = rows_of(content)

    assert title[0] == "销售业绩现状分析表"
    assert heads == [
        "指标名称",
        "当前值（近3个月平均）",
        "年度目标值",
        "差距值",
        "差距率",
        "主要问题点（结合团队反馈）",
    ]
    assert sales[1:5] == [800000, 1000000, 200000, 0.2]
    assert conversion[1:5] == [0.08, 0.12, 4, 0.5]
    formulas = re.findall(r"<f>(.*?)</f>", xml_of(content))
    assert len(formulas) == 8
    assert 'IF(OR(B4="",C4=""),"",C4-B4)'.replace('"', "&quot;") in formulas or any(
        "C4-B4" in each for each in formulas
    )
    assert any("B7-C7" in each for each in formulas)  # lower is better: the sign follows the direction


def test_the_formulas_of_table_1_compute_what_the_page_says(boss, tmp_path):
    """Their cached results are spoilt first: what LibreOffice shows is what it computed."""
    content = fetch(boss, quarter("East China sales"), "status.xlsx")
    spoilt = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(spoilt, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, re.sub(rb"</f><v>[^<]*</v>", b"</f><v>999</v>", part))
    assert b"999" in zipfile.ZipFile(spoilt).read("xl/worksheets/sheet1.xml")

    tab = as_libreoffice_shows(spoilt.getvalue(), tmp_path)[0]
    assert [row[3:5] for row in tab[3:7]] == [
        ["200,000 CNY", "20%"], ["4 pp", "50%"], ["5 pp", "33.33%"], ["100 CNY per customer", "25%"],
    ]  # fmt: skip


def test_table_2_names_its_core_goal_in_every_row(boss):
    _heads, *lines = lines_of(fetch(boss, quarter("East China sales"), "goals.csv"))

    assert [line[:5] for line in lines] == [
        ["Q3 sales +25%", "", "1000000", "Chen Jing", "2023-09-30"],
        ["Q3 sales +25%", "New customers +30%", "150", "Chen Jing", "2023-09-30"],
        ["Q3 sales +25%", "Repurchase rate to 20%", "0.2", "Lin Yue", "2023-09-30"],
        ["Q3 sales +25%", "Product line A to 50% of sales", "500000", "Zhou Yi", "2023-09-30"],
    ]
    assert lines[2][5].splitlines()[0] == "① membership points (built by engineering) → Membership points"


def test_table_3_has_the_strategy_as_the_form_has_it_and_its_tasks_beneath(boss):
    _heads, first, task, *_rest = lines_of(fetch(boss, quarter("East China sales"), "tracking.csv"))

    assert first[3:] == [
        "Chen Jing", "2023-07-01", "2023-07-15", "In progress (pain points listed)",
        "sales lead collects feedback", "none",
    ]  # fmt: skip
    assert first[2].splitlines()[1] == "② Write the new procedure"
    assert task[2:6] == [
        "① List the pain points of today's follow-up",
        "Chen Jing",
        "2023-07-01",
        "2023-07-07",
    ]


def test_table_3_as_a_workbook_offers_owners_and_states(boss):
    content = fetch(boss, quarter("East China sales"), "tracking.xlsx")
    offered = rows_of(content, tab=1)

    assert "Zhou Yi" in [row[0] for row in offered]
    assert [row[1] for row in offered][:4] == ["Not started", "In progress", "Done", "Cancelled"]
    assert isinstance(rows_of(content)[3][4], dt.date)
    assert "<dataValidations" in xml_of(content)


def test_table_4_has_its_period_and_its_lists(boss):
    (row,) = lines_of(fetch(boss, quarter("华东销售部"), "reviews.csv", "zh-hans"))[1:]

    assert row[0] == "2023-07（月度）"
    assert row[1].splitlines() == [
        "① 客户转化率 8% → 9%（目标 12%，未达成）",
        "② 新客户数增加 20 个（目标 150 个）",
    ]


def test_the_workbook_holds_all_four_tables(boss):
    book = CalamineWorkbook.from_filelike(io.BytesIO(fetch(boss, quarter("East China sales"), "plan.xlsx")))

    assert book.sheet_names[:4] == ["Performance status", "Goals", "Execution", "Reviews"]


@pytest.mark.parametrize("table", [*TABLES, "plan"])
def test_a_blank_form_has_the_headings_and_no_word_of_the_plan(boss, table):
    plan = quarter("East China sales")
    filled, blank = (rows_of(fetch(boss, plan, f"{table}.xlsx{query}")) for query in ("", "?blank=1"))

    assert blank[2] == filled[2]
    assert blank[0] == filled[0]
    assert not any(str(cell) for row in blank[3:] for cell in row)
    assert plan.name not in str(blank)


def test_the_answer_is_a_file_with_a_name(plan, manager, as_):
    type(plan).objects.filter(pk=plan.pk).update(name='Q4/"2026"\n= 季度')
    answer = as_(manager).get(f"/plans/{plan.pk}/export/status.csv")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    name = answer["Content-Disposition"]
    assert name.startswith("attachment; filename*=utf-8''Q4%20%202026%20%20%3D%20%E5%AD%A3%E5%BA%A6")
    assert name.endswith(".csv")


@pytest.mark.parametrize("file", ["plan.csv", "nothing.xlsx", "status.pdf", "status.XLSX"])
def test_what_is_no_file_of_the_plan_is_not_found(plan, manager, as_, file):
    assert as_(manager).get(f"/plans/{plan.pk}/export/{file}").status_code == 404


# What a spreadsheet takes for a formula, alone and after what it does not show.
SIGNS = [
    *"=+-@＝＋－＠﹦﹢﹣﹫",
    "\t=",
    "\r=",
    "\n=",
    " =",
    "\u3000＝",
    "\xa0+",
    "\u200b=",
    "\ufeff@",
    "\u2060-",
]
HARMLESS = "x"
FILES = [f"{table}.csv" for table in (*TABLES, "readings")]
FIGURES = re.compile(r"-?\d+(\.\d+)?")


def looks_like_a_formula(cell: str) -> bool:
    shown = "".join(each for each in cell if unicodedata.category(each) not in ("Cf", "Cc", "Zs"))
    is_first = unicodedata.normalize("NFKC", shown)[:1] in tuple("=+-@")
    return (is_first and not FIGURES.fullmatch(cell)) or cell[:1] in tuple("\t\r\n")


@pytest.mark.parametrize("sign", SIGNS)
def test_no_text_of_a_person_becomes_a_formula_in_any_csv(boss, sign):
    plan = quarter("East China sales")
    address = f"/plans/{plan.pk}/diagnose"
    write_everywhere(sign)
    metric = plan.metrics.get(order=1).metric_id
    files = {file: fetch(boss, plan, file) for file in FILES}
    for part in ("trend", "drivers"):
        answer = boss.get(f"{address}/{part}.csv", {"metric": metric})
        files[part] = answer.content if answer.status_code == 200 else b""
    assert files["trend"]
    for file, content in files.items():
        cells = [cell for line in lines_of(content) for cell in line]
        assert [cell for cell in cells if looks_like_a_formula(cell)] == [], file
        if file in FILES:
            assert any(cell.startswith("'") for cell in cells), f"{file} has none of these texts"


@pytest.mark.parametrize("sign", SIGNS)
def test_no_text_of_a_person_becomes_a_formula_in_any_workbook(boss, sign):
    plan = quarter("East China sales")
    files = [f"{table}.xlsx" for table in (*TABLES, "readings", "plan")]
    write_everywhere(HARMLESS)
    expected = {file: what_is_computed(fetch(boss, plan, file)) for file in files}
    write_everywhere(sign)
    for file in files:
        content = fetch(boss, plan, file)
        assert what_is_computed(content) == expected[file], file
        texts = [cell for row in rows_of(content) for cell in row if isinstance(cell, str)]
        assert any(sign.strip("\r\n\t") in cell for cell in texts), f"{file} has none of these texts"


def what_is_computed(content: bytes) -> list[str]:
    """Every formula of a workbook: of cells, choices and colours, and in the names."""
    book = zipfile.ZipFile(io.BytesIO(content))
    parts = sorted(name for name in book.namelist() if name.endswith(".xml"))
    found = []
    for name in parts:
        found += re.findall(r"<(?:f|formula\d?|definedName)\b[^>]*>([^<]*)<", book.read(name).decode())
    return found


@pytest.mark.parametrize("name", ["Q4\n2023", 'a"b', "a\\b/c", "第四季度", "\u202eQ4"])
def test_a_file_is_named_for_its_plan_whatever_that_is_called(boss, name):
    plan = quarter("East China sales")
    Plan.objects.filter(pk=plan.pk).update(name=name)
    metric = plan.metrics.get(order=1).metric_id
    for path in (
        f"/plans/{plan.pk}/export/status.csv",
        f"/plans/{plan.pk}/diagnose/trend.csv?metric={metric}",
    ):
        answer = boss.get(path)
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment; filename")


def test_an_annual_target_is_compared_by_the_month_in_the_formula_too(plan, status, manager, as_):
    PlanMetric.objects.filter(pk=status.sales.pk).update(
        target=12_000_000, target_period="year", override=800_000
    )
    content = fetch(as_(manager), plan, "status.xlsx")

    assert rows_of(content)[3][1:5] == [800_000, 12_000_000, 200_000, 0.2]
    assert "C4/12-B4" in xml_of(content)


def test_a_target_of_zero_is_a_dash_and_no_error(plan, status, manager, as_):
    PlanMetric.objects.filter(pk=status.sales.pk).update(target=0, override=5)
    _heads, sales, _rate = lines_of(fetch(as_(manager), plan, "status.csv"))

    assert sales[1:5] == ["5", "0", "-5", ""]


def test_what_the_page_filters_the_file_filters_too(plan, manager, team, as_):
    strategy = Strategy.objects.create(plan=plan, title="S")
    Task.objects.create(strategy=strategy, description="mine", owner=seat(manager, team))
    Task.objects.create(strategy=strategy, description="other")
    lines = lines_of(fetch(as_(manager), plan, f"tracking.csv?owner={seat(manager, team).pk}"))

    assert [line[2] for line in lines[2:]] == ["① mine"]


def test_a_file_holds_every_page_of_a_table(plan, manager, as_):
    for number in range(30):
        Strategy.objects.create(plan=plan, order=number, title=f"S{number}")

    assert len(lines_of(fetch(as_(manager), plan, "tracking.csv?page=2"))) == 31


def test_readings_change_the_file(plan, status, manager, as_):
    Reading.objects.create(
        metric=status.sales.metric, month=dt.date(2026, 9, 1), segment=status.whole, value="123456.789"
    )

    assert lines_of(fetch(as_(manager), plan, "status.csv"))[1][1] == "123456.789"


def test_a_web_process_that_exported_nothing_has_not_loaded_the_writer():
    script = (
        "import sys, planner.wsgi; from django.urls import get_resolver; get_resolver().url_patterns\n"
        "print('xlsxwriter' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=settings.BASE_DIR, capture_output=True, text=True
    )
    assert done.stdout.strip() == "False", done.stderr
