"""Files of readings: long and wide, in both languages, as programs write them; and what is refused, with its place."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from planner import changes
from planner.models import Change, Import, Metric, Reading, Segment
from planner.models.history import CannotUndo
from planner.spreadsheets.texts import PIECE
from tests.planner.readings.conftest import places, stored

LONG = "month,metric,value\n2026-08,Total sales,100.25\n2026-09,Total sales,200\n2026-08,Customer conversion rate,8%\n"


@pytest.fixture(autouse=True)
def known(status):
    """The team has Total sales (an amount) and Customer conversion rate (a rate)."""


def test_a_long_file_is_saved_and_said_exactly(importing):
    said = importing(LONG)

    assert said == {
        "accepted": True,
        "readings": 3,
        "totals": {"Total sales": "300.25", "Customer conversion rate": "0.08"},
        "errors": [],
        "warnings": [],
    }
    assert stored() == {
        ("Total sales", "2026-08", "Total"): "100.25",
        ("Total sales", "2026-09", "Total"): "200",
        ("Customer conversion rate", "2026-08", "Total"): "0.08",
    }
    assert set(Reading.objects.values_list("source", flat=True)) == {"file.csv"}


def test_a_minus_behind_a_figure_counts(importing):
    importing(
        'month,metric,value\n2026-05,Total sales,"1,200.00-"\n2026-06,Total sales,900\n2026-07,Total sales,0\n'
    )
    assert [value for (_metric, _month, _segment), value in sorted(stored().items())] == ["-1200", "900", "0"]


def test_a_dry_run_saves_nothing(importing):
    assert importing(LONG, "--dry-run")["readings"] == 3
    assert not Reading.objects.exists()
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        "指标,月份,数值\nTotal sales,2026年8月,100.25\n",
        "月份\t指标名称\t值\n2026/8\tTotal sales\t100.25\n",
        "MONTH;Metric;VALUE\n202608;total  SALES;100.25\n",
        "ｍｏｎｔｈ,ｍｅｔｒｉｃ,ｖａｌｕｅ\n２０２６－０８,Ｔotal sales,１００．２５\n",
        "Note,Value (CNY),Month,Metric\n,¥100.25,Aug 2026,Total sales\n",
        "month,metric,value\n2026-08-31,Total sales,100.25\n",
        "month,metric,value\n2026-08-01 00:00:00,Total sales,100.250000\n",
        "Sales of the team\n\nmonth,metric,value\n\n2026-08,Total sales,100.25\n合计,,100.25\n",
        "metric,2026-08,2026-09\nTotal sales,100.25,\n",
        "项目,2026年8月,2026年9月\nTotal sales,100.25,\n",
        "month,Total sales,Customer conversion rate\n2026-08,100.25,\n",
    ],
)
def test_headers_months_and_figures_in_any_dress(importing, content):
    said = importing(content)
    assert said["errors"] == []
    assert stored() == {("Total sales", "2026-08", "Total"): "100.25"}


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_every_encoding_that_excel_writes(importing, team, encoding):
    Metric.objects.create(team=team, name="销售额")
    said = importing("月份,指标,数值\n2026年8月,销售额,1.2万\n".encode(encoding))

    assert said["totals"] == {"销售额": "12000"}


# Characters that GB18030 writes in four bytes (names have them), and GBK not at all.
FOUR_BYTES = "𠮷林㐂店"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("padding", range(4))
def test_a_character_of_four_bytes_survives_import_and_export(
    importing, plan, manager, as_, encoding, padding
):
    """Also where it lies across the pieces in which a file is read."""
    Metric.objects.create(team=plan.team, name=FOUR_BYTES)
    rows = "month,metric,value,note\n"
    for year in range(2012, 2022):
        length = (PIECE - padding - len("2026-08,") - len(rows)) // (2022 - year) - len(
            "2012-01,Total sales,1,\n"
        )
        rows += f"{year}-01,Total sales,1,{'x' * length}\n"
    said = importing(f"{rows}2026-08,{FOUR_BYTES},100.25\n".encode(encoding))
    assert said["errors"] == []
    assert said["totals"] == {"Total sales": "10", FOUR_BYTES: "100.25"}
    client = as_(manager)
    answer = client.get(f"/plans/{plan.pk}/export/readings.csv").content
    assert f",{FOUR_BYTES}," in answer.decode("utf-8-sig")
    workbook = client.get(f"/plans/{plan.pk}/export/readings.xlsx").content
    cells = CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()
    assert FOUR_BYTES in [cell for line in cells for cell in line]
    assert importing(answer)["totals"] == said["totals"], "what was exported can be read again"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ('"1,234.50"', "1234.5"),
        ("(100)", "-100"),
        ("\N{MINUS SIGN}5", "-5"),
        ("80万", "800000"),
        ("1.2亿元", "120000000"),
        ("0.30000000000000004", "0.3"),
        ("123456.10000000001", "123456.1"),
    ],
)
def test_figures_as_people_and_programs_write_them(importing, typed, value):
    importing(f"month,metric,value\n2026-08,Total sales,{typed}\n")
    assert list(stored().values()) == [value]


@pytest.mark.parametrize(
    "typed",
    [
        "NaN",
        "inf",
        "-inf",
        "1e5",
        "TRUE",
        "#N/A",
        "#REF!",
        "1.2.3",
        "12,34",
        "--5",
        "5 pp",
        "1234567",
        "0.12345678",
    ],
)
def test_what_is_no_figure_is_refused_at_its_place(importing, typed):
    if typed == "1234567":
        typed = "1" * 15
    said = importing(
        f"month,metric,value\n2026-08,Total sales,5\n2026-09,Total sales,{typed!r}\n".replace("'", '"')
    )

    assert not said["accepted"]
    assert places(said) == [(3, "value")]
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    ("values", "stored_as"),
    [
        (["8%", "12.5%"], ["0.08", "0.125"]),
        (["0.08", "0.125"], ["0.08", "0.125"]),
        (["8", "12.5"], ["0.08", "0.125"]),
        (["0.5", "12"], ["0.005", "0.12"]),
        (["0", "1"], ["0", "1"]),
    ],
)
def test_rates_are_read_as_decision_14_says(importing, values, stored_as):
    lines = [f"2026-0{at},Customer conversion rate,{value}" for at, value in enumerate(values, 1)]
    said = importing("\n".join(["month,metric,value", *lines]))
    assert said["errors"] == []
    assert list(stored().values()) == stored_as


def test_signs_and_bare_rates_mixed_is_an_error(importing):
    said = importing(
        "month,metric,value\n2026-01,Customer conversion rate,8%\n2026-02,Customer conversion rate,0.09\n"
    )
    assert places(said) == [(3, "value")]


def test_a_per_cent_sign_in_an_amount_is_an_error(importing):
    assert places(importing("month,metric,value\n2026-01,Total sales,8%\n")) == [(2, "value")]


def test_all_problems_are_said_at_once(importing):
    said = importing(
        "Month,Metric,Value\n2026-13,Total sales,1\n2026-01,Totl sales,1\n2026-02,Total sales,x\n"
        "2026-03,Total sales,\n2026-04,Total sales,1\n2026-04,total sales,2\n,Total sales,3\n2026-05,,4\n"
        "2026-06,Total sales,5,6\n"
    )
    assert sorted(places(said), key=lambda each: each[0]) == [
        (2, "Month"), (3, "Metric"), (4, "Value"), (5, "Value"), (7, "Value"), (8, "Month"), (9, "Metric"), (10, None),
    ]  # fmt: skip
    assert "in row 6" in next(each["message"] for each in said["errors"] if each["row"] == 7)
    assert not Reading.objects.exists()


def test_a_new_metric_is_asked_about_and_made_only_when_told(importing, team):
    content = "month,metric,value\n2026-01,Leads,5\n2026-01,Win rate,8%\n"
    assert places(importing(content)) == [(2, "metric"), (3, "metric")]
    assert importing(content, "--create-metrics")["accepted"]
    made = {each.name: (each.kind, each.aggregation) for each in Metric.objects.filter(team=team)}
    assert (made["Leads"], made["Win rate"]) == (("amount", "sum"), ("rate", "ratio"))


def test_segments_are_no_part_of_the_totals(importing):
    said = importing(
        "month,metric,region,product line,value\n2026-01,Total sales,,,100\n2026-01,Total sales,East,,60\n"
        "2026-01,Total sales,West,,40\n2026-01,Total sales,,A,100\n"
    )
    assert (said["readings"], said["totals"]) == (4, {"Total sales": "100"})
    assert set(Segment.objects.values_list("dimension", "name")) == {
        ("whole", ""), ("region", "East"), ("region", "West"), ("product_line", "A"),
    }  # fmt: skip


def test_a_segment_column_names_its_dimension_and_crosses_are_refused(importing):
    said = importing(
        "month,metric,segment,value\n2026-01,Total sales,region: East,1\n2026-01,Total sales,产品线：A,2\n"
        "2026-01,Total sales,all,3\n"
    )
    assert said["totals"] == {"Total sales": "3"}
    said = importing("month,metric,segment,value\n2026-02,Total sales,East,1\n")
    assert places(said) == [(2, "segment")]
    said = importing("month,metric,region,product line,value\n2026-02,Total sales,East,A,1\n")
    assert places(said) == [(2, "product line")]


def test_a_weight_gives_numerator_and_denominator(importing):
    importing("month,metric,value,weight,source,note\n2026-01,Customer conversion rate,8%,200,CRM,by hand\n")
    reading = Reading.objects.get()
    assert (reading.numerator, reading.denominator, reading.source) == (16, 200, "CRM · by hand")


@pytest.mark.parametrize("weight", ["0", "-3", "many", "90000000000000"])
def test_a_weight_that_cannot_be_is_refused_at_its_place(importing, weight):
    said = importing(f"月份,指标,数值,权重\n2026-01,Total sales,5,2\n2026-02,Total sales,50,{weight}\n")
    assert places(said) == [(3, "权重")]


def test_the_largest_figures_can_be_read_again(importing):
    importing(
        "month,metric,value\n2026-01,Total sales,99999999999999.9\n2026-02,Total sales,-99999999999999.9\n"
    )
    assert stored() == {
        ("Total sales", "2026-01", "Total"): "99999999999999.9",
        ("Total sales", "2026-02", "Total"): "-99999999999999.9",
    }


def test_the_same_file_twice_changes_nothing_and_a_correction_is_one_line_of_history(importing, team):
    importing(LONG)
    assert Import.objects.count() == Change.objects.filter(model="planner.import").count() == 1
    importing(LONG)
    assert Import.objects.count() == 1
    importing(LONG.replace("200", "250"))
    assert list(Import.objects.values_list("readings", flat=True)) == [1, 3]
    assert stored()["Total sales", "2026-09", "Total"] == "250"


def test_an_import_is_undone_whole_and_redone(importing, team, manager):
    importing(LONG)
    before = stored()
    importing("month,metric,value\n2026-09,Total sales,999\n2026-10,Total sales,5\n")
    after = stored()
    team.refresh_from_db()
    changes.undo(team, team.revision, by=manager)
    assert stored() == before
    assert Reading.objects.get(month=dt.date(2026, 9, 1)).entered_by == manager
    team.refresh_from_db()
    changes.undo(team, team.revision, by=None)
    assert stored() == after


def test_an_import_whose_reading_was_changed_since_is_not_undone(importing, team):
    importing(LONG)
    Reading.objects.filter(month=dt.date(2026, 9, 1)).update(value=7)
    team.refresh_from_db()
    with pytest.raises(CannotUndo, match="2026-09"):
        changes.undo(team, team.revision, by=None)
    assert len(stored()) == 3


def test_removing_a_plan_takes_no_reading_with_it(importing, plan, team):
    importing(LONG)
    with changes.recording(team, by=None) as log:
        log.remove(log.take(type(plan).objects.all(), plan.pk))
    assert len(stored()) == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\0\1\2", "NUL"),
        (b"month,metric,value\n\xff\xfe\xfd\xfc\x80", "encoding"),
        ("month,metric\n", "No header row found"),
        ("hello\n", "No header row found"),
        ("\n\n", "All cells in the file are empty"),
        ('month,metric,value\n2026-01,"Total sales,5\n', "quotation marks"),
        ("month,metric,value,value\n2026-01,Total sales,5,6\n", "Two columns"),
        ("month,metric,value\n", "no values below"),
        (b"\xd0\xcf\x11\xe0rest", "password"),
        (b"PK\x03\x04rest", "The workbook can't be read"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(importing, content, words):
    said = importing(content)
    assert words in said["errors"][0]["message"]


def test_a_map_says_which_column_is_which(importing):
    content = "when,what,how much\n2026-01,Total sales,5\n"
    assert not importing(content)["accepted"]
    said = importing(content, "--map", "month=When", "--map", "metric=what", "--map", "value=how much")
    assert said["totals"] == {"Total sales": "5"}
    said = importing(
        content, "--map", "month=when", "--map", "metric=what", "--map", "value=gone", "--kind", "readings"
    )
    assert not said["accepted"]


@pytest.mark.parametrize("name", ["小计", "华东合计", "East subtotal", "Subtotal", "East total"])
def test_a_subtotal_makes_no_region(importing, name):
    text = f"month,metric,region,value\n2026-08,Total sales,East,5\n2026-08,Total sales,{name},5\n"
    said = importing(text + "2026-08,Total sales,Grand Total,9\n")
    assert said["totals"] == {"Total sales": "9"}
    assert {segment for _metric, _month, segment in stored()} == {"Total", "East"}
    assert "Total rows were skipped: 3." in [each["message"] for each in said["warnings"]]


def test_columns_of_a_wide_table_that_are_not_read_are_said(importing):
    said = importing("metric,Jul 2026,2026-08-31,2026-09 (till the 15th),,2026-13\nTotal sales,1,2,3,4,5\n")
    assert said["totals"] == {"Total sales": "3"}
    assert [each["message"] for each in said["warnings"]] == [
        "Columns that are neither a month nor a metric were skipped: 2026-09 (till the "
        "15th), column 5, 2026-13."
    ]


def test_thousands_never_begin_with_zero(importing):
    said = importing('month,metric,value\n2026-08,Customer conversion rate,"0,125"\n')
    assert "“0,125” is not a number" in said["errors"][0]["message"]


def test_metrics_without_totals_are_named(importing):
    parts = "month,metric,region,value\n2026-08,Total sales,East,5\n2026-08,Total sales,West,6\n"
    said = importing(parts)
    assert [each["message"].partition(".")[0] for each in said["warnings"]] == [
        "The file has no totals for: Total sales"
    ]
    assert importing(parts + "2026-08,Total sales,,20\n")["warnings"] == []
    assert importing(parts)["warnings"] == [], "the total is known already"


def test_readings_csv_is_what_an_import_reads_again(importing, plan, as_, manager):
    importing("month,metric,region,value\n2026-01,Total sales,,100.5\n2026-01,Total sales,East,60.123456\n")
    answer = as_(manager).get(f"/plans/{plan.pk}/export/readings.csv")
    text = answer.content.decode()

    assert text == (
        "\ufeffmonth,metric,segment,value\r\n2026-01,Total sales,region: East,60.123456\r\n"
        "2026-01,Total sales,,100.5\r\n"
    )
    kept = stored()
    Reading.objects.all().delete()
    assert importing(answer.content)["readings"] == 2
    assert stored() == kept


def test_a_closed_plan_takes_no_file(importing, plan):
    type(plan).objects.update(state="closed")
    assert "closed" in importing(LONG)["errors"][0]["message"]
    assert not Reading.objects.exists()


def test_the_sum_is_exact(importing):
    lines = [f"20{20 + at // 12}-{at % 12 + 1:02},Total sales,0.{at + 1:06}" for at in range(60)]
    said = importing("\n".join(["month,metric,value", *lines]))
    assert Decimal(said["totals"]["Total sales"]) == sum(Decimal(f"0.{at + 1:06}") for at in range(60))
