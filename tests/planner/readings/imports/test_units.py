"""Units that stand outside of the cells, and names that are no metric of the team."""

from __future__ import annotations

import pytest

from planner.models import Metric
from planner.readings.imports.units import find_units, split_unit, unit_of, unit_of_note
from tests.planner.readings.conftest import places, stored

ORDERS = "订单日期,订单编号,客户,{}\n2026-08-05,1,a,{}\n2026-08-06,2,b,{}\n"
WIDE = "指标,2026-08,2026-09\nTotal sales,80,75.5\nCustomer conversion rate,8%,7.5%\nLeads,12,13\n"


@pytest.fixture(autouse=True)
def known(status, team):
    """The team has Total sales, Customer conversion rate and Leads."""
    Metric.objects.create(team=team, name="Leads", kind="count")


@pytest.mark.parametrize(
    ("words", "sign"),
    [
        ("万元", "万"), ("人民币万元", "万"), ("万人", "万"), ("元", ""), ("USD", ""), ("in thousands", "k"),
        ("$k", "k"), ("'000", "k"), ("CNY million", "m"), ("亿", "亿"), ("％", "%"), ("per cent", "%"), ("千万元", "?"),
        ("RMB万元", "万"), ("万RMB", "万"), ("KRMB", "k"), ("RMB:万元", "万"), ("单位：万元", "万"),
        ("含税，万元", "万"),        ("万元，不含税", "万"),
        ("万元/月", "万"), ("in thousands of RMB", "k"), ("\u2019000", "k"), ("mln", "m"),
        ("USD m", "m"), ("10k RMB", "?"), ("M", "?"), ("CNY per customer", ""),
        ("千元 万元", "?"), ("万元、万元", "万"),
        ("含税", None), ("net", None), ("2026", None), ("万科", None), ("百货", None), ("km", None),
    ],
)  # fmt: skip
def test_words_are_units_or_none(words, sign):
    unit = unit_of(words)
    assert (unit and unit.sign) == sign


def test_a_name_and_the_unit_in_its_brackets():
    assert split_unit("销售额（含税）（万元）")[0] == "销售额(含税)"
    assert split_unit("Sales (net)") == ("Sales (net)", None)


@pytest.mark.parametrize(
    ("header", "name", "sign"),
    [
        ("销售额万元", "销售额", "万"),
        ("Sales in millions", "Sales", "m"),
        ("Conversion %", "Conversion", "%"),
    ],
)
def test_a_name_and_the_unit_at_its_end(header, name, sign):
    left, unit = split_unit(header)
    assert (left, unit and unit.sign) == (name, sign)


@pytest.mark.parametrize(
    ("cells", "sign"),
    [
        (["注：以上金额单位为万元", ""], "万"),
        (["单位：万元", "  "], "万"),
        (["单位：万元", "5"], None),
        (["", "单位：元"], None),
        (["  ", "  "], None),
    ],
)
def test_a_note_below_the_table_stands_alone_in_its_row(cells, sign):
    unit = unit_of_note(cells)
    assert (unit and unit.sign) == sign


@pytest.mark.parametrize(
    ("line", "is_money", "in_percent"),
    [
        ("Sales", False, False),
        ("单位：元", True, False),
        ("单位：万人", False, False),
        ("Rate (%)", False, True),
        ("金额单位：万元；成本单位：千元", True, False),
    ],
)
def test_a_line_above_says_whether_it_is_of_money_and_of_rates(line, is_money, in_percent):
    above = find_units([[line]])
    assert (above.unit.is_money, above.in_percent) == (is_money, in_percent)


def test_of_two_units_above_that_agree_the_first_is_said():
    assert find_units([["单位：万元", "金额单位：人民币万元"]]).unit.words == "万元"


@pytest.mark.parametrize(
    "line",
    [
        "单位：万元", "单位:人民币万元", "Unit: CNY 万", "（单位：万元，人）", "单位：万元 制表人：张三",
        "单位（万元）", "（万元）",
        "华东区 2026 年销售额（万元）", "编制单位：华东公司    单位：万元",
        "数量单位：件；金额单位：万元", "单位：个、万元", "注：以上金额单位为万元",
    ],
)  # fmt: skip
def test_a_line_above_says_the_unit(line):
    unit = find_units([["Sales of 2026"], ["", line]]).unit
    assert unit is not None
    assert unit.sign == "万"


@pytest.mark.parametrize(
    ("line", "sign"),
    [
        ("All figures in RMB thousands", "k"), ("In RMB million", "m"), ("Amounts in thousand CNY", "k"),
        ("Currency: CNY (000s)", "k"), ("Sales in 2023", ""), ("Sales of team (K)", ""),
        ("Sales (bn)", "bn"), ("销售额（万）", "万"),
        ("Sales (万科)", ""), ("Sales 2026 (EUR thousands)", "k"), ("单位：华东", ""), ("单位：千万元", "?"),
        ("金额单位：万元；成本单位：千元", "?"),
    ],
)  # fmt: skip
def test_other_lines_above(line, sign):
    assert find_units([[line]]).unit.sign == sign


def test_the_line_nearest_to_the_table_counts(importing):
    said = importing("单位：万元\n本表单位：元\nmonth,Total sales\n2026-08,80\n2026-09,80\n")
    assert said["totals"] == {"Total sales": "160"}


@pytest.mark.parametrize(
    "file",
    [
        "指标,单位,2026-08,2026-09\nTotal sales,万元,80,82\nCustomer conversion rate,%,0.8,0.9\nLeads,条,5,6\n",
        "指标,月份,数值,单位\nTotal sales,2026-08,80,万元\nTotal sales,2026-09,82,万元\n"
        "Customer conversion rate,2026-08,0.8,%\nCustomer conversion rate,2026-09,0.9,%\n"
        "Leads,2026-08,5,条\nLeads,2026-09,6,条\n",
    ],
)
def test_a_column_of_units_counts_for_its_rows(importing, file):
    said = importing(file)
    assert said["totals"] == {"Total sales": "1620000", "Customer conversion rate": "0.017", "Leads": "11"}


@pytest.mark.parametrize(
    "file",
    [
        "month,metric,value（%）\n2026-08,Customer conversion rate,0.8\n2026-09,Customer conversion rate,0.9\n",
        "单位：%\nmonth,Customer conversion rate\n2026-08,0.8\n2026-09,0.9\n",
    ],
)
def test_rates_are_in_per_cent_where_the_file_says_so(importing, file):
    assert importing(file)["totals"] == {"Customer conversion rate": "0.017"}


def test_thousands_of_something_else_than_money_are_asked_about(importing):
    said = importing("month,metric,value (in thousands)\n2026-08,Total sales,1.2\n2026-08,Leads,1.2\n")
    assert places(said) == [(3, "metric")]
    assert "The unit of “Leads” is unclear" in said["errors"][0]["message"]


def test_the_header_of_the_metrics_may_say_the_unit(importing):
    said = importing("指标（单位：万元）,2026-08,2026-09\nTotal sales,80,82\n")
    assert said["totals"] == {"Total sales": "1620000"}


@pytest.mark.parametrize(
    ("text", "value"),
    [("80.30000000000001", "803000"), ("80.12345678", "801234.5678"), ("-", None), ("80万", None)],
)
def test_figures_of_programs_are_cleaned_before_their_unit(importing, text, value):
    said = importing(f"month,Total sales（万元）\n2026-08,{text}\n2026-09,0\n")
    if value:
        assert float(said["totals"]["Total sales"]) == float(value)
    else:
        assert said["errors"][0]["message"].startswith(f"“{text}”")


@pytest.mark.parametrize(
    ("header", "amounts", "total"),
    [
        ("金额（万元）", ("1.2", "¥2"), "32000"),
        ("金额（万元）", ("80.12345678", "(0.5)"), "796234.5678"),
        ("金额（元）", ("1.2万", "2"), "12002"),
        ("Sales (in thousands)", ("1.5", "2"), "3500"),
        ("Sales (net)", ("1.5", "2"), "3.5"),
        ("金额（亿元）", ("900000", "90000"), "99000000000000"),
    ],
)
def test_amounts_of_orders_are_read_in_the_unit_of_their_header(importing, header, amounts, total):
    said = importing(ORDERS.format(header, *amounts), "--dry-run")
    assert said["errors"] == []
    assert float(said["totals"]["Total sales"]) == float(total)
    warned = any("in the units given in the file" in each["message"] for each in said["warnings"])
    assert warned == (header not in ("金额（元）", "Sales (net)"))


@pytest.mark.parametrize(
    ("header", "amount", "why"),
    [
        ("金额（万元）", "1.2万", "“1.2万”: values here are in 万元"),
        ("金额（万元）", "3%", "“3%”: values here are in 万元"),
        ("金额（千万元）", "1", "Values in 千万元 can't be read"),
        ("金额（万元）", "", "The amount is missing"),
        ("金额（%）", "3", "An amount can't be a percentage"),
    ],
)
def test_a_unit_is_never_taken_twice_or_guessed(importing, header, amount, why):
    said = importing(ORDERS.format(header, amount, "1"))
    assert said["errors"][0]["message"].startswith(why)
    assert places(said)[0] == (2, header)


@pytest.mark.parametrize("shorthand", ["100w", "100W", "1.2b", "80wan"])
def test_the_shorthand_of_typed_cells_is_refused_with_its_place(importing, shorthand):
    """A w in a file may be a week or a watt: nobody looks at every cell there, and nothing is guessed."""
    said = importing(f"month,Total sales\n2026-08,{shorthand}\n2026-09,80万\n")
    assert places(said) == [(2, "Total sales")]
    assert said["errors"][0]["message"].startswith(f"“{shorthand}” is not a number")


def test_words_for_hundreds_and_thousands_are_clear_in_a_file_too(importing):
    said = importing("month,Total sales\n2026-08,3百万元\n2026-09,8千\n")
    assert said["totals"] == {"Total sales": "3008000"}


def test_a_line_above_the_table_counts_for_money_alone(importing):
    importing("Sales of 2026,,\n,,单位：万元\n" + WIDE)
    assert stored() == {
        ("Total sales", "2026-08", "Total"): "800000",
        ("Total sales", "2026-09", "Total"): "755000",
        ("Customer conversion rate", "2026-08", "Total"): "0.08",
        ("Customer conversion rate", "2026-09", "Total"): "0.075",
        ("Leads", "2026-08", "Total"): "12",
        ("Leads", "2026-09", "Total"): "13",
    }


def test_the_unit_behind_a_metrics_name_counts_before_all_others(importing):
    said = importing(
        "单位：千元\nmonth,Total sales（万元）,Customer conversion rate (%),Leads（万人）\n"
        "2026-08,80,0.8,1.5\n2026-09,75,8,2\n"
    )
    assert said["totals"] == {"Total sales": "1550000", "Customer conversion rate": "0.088", "Leads": "35000"}


@pytest.mark.parametrize("line", ["", "单位：万元\n"])
def test_a_metric_whose_own_name_has_a_unit_keeps_its_figures(importing, team, line):
    Metric.objects.create(team=team, name="Profit（万元）")
    said = importing(line + "month,metric,value\n2026-08,Profit（万元）,80\n2026-09,Profit（万元）,81\n")
    assert said["totals"] == {"Profit（万元）": "161"}


def test_the_unit_of_the_column_of_values_is_that_of_money(importing):
    said = importing("month,metric,数值（万元）\n2026-08,Total sales,80\n2026-08,Leads,12\n")
    assert said["totals"] == {"Total sales": "800000", "Leads": "12"}


def test_a_metric_like_an_unknown_one_is_named(importing):
    said = importing("month,Totl sales（万元）,Weather\n2026-08,80,1\n2026-09,80,1\n")
    assert [(each["row"], each["column"], each["message"]) for each in said["errors"]] == [
        (1, "Totl sales（万元）", "The team has no metric “Totl sales（万元）”. Did you mean “Total sales”?"),
        (1, "Weather", "The team has no metric “Weather”."),
    ]


def test_a_new_metric_is_named_without_its_unit_and_read_in_it(importing):
    said = importing(
        "month,Profit（万元）,Returns (%),Visits（次）\n2026-08,80,0.5,120\n2026-09,75,1,130\n",
        "--create-metrics",
    )
    assert said["totals"] == {"Profit": "1550000", "Returns": "0.015", "Visits": "250"}
    assert Metric.objects.get(name="Returns").is_rate


@pytest.mark.parametrize(
    ("file", "place"),
    [
        ("单位：万元\nmonth,Profit,Visits（次）\n2026-08,80,120\n2026-09,75,130\n", (2, "Profit")),
        ("month,metric,value（万元）\n2026-08,Total sales,120\n2026-08,Profit,80\n", (3, "metric")),
    ],
)
def test_of_a_new_metric_nobody_knows_whether_the_tables_unit_counts(importing, file, place):
    said = importing(file, "--create-metrics")
    assert places(said) == [place]
    assert said["errors"][0]["message"].startswith(
        "The unit of “Profit” is unclear, because the file says 万元"
    )


@pytest.mark.parametrize(
    ("file", "value"),
    [
        ("单位：万元\nmonth,Total sales\n2026-08,80\n", "80"),
        ("month,Total sales（万元）\n2026-08,80\n", "80"),
        ("month,Total sales\n2026-08,80\n", "80"),
        ("month,Total sales\n2026-08,80万\n", "“80万”: values here are in 万元"),
        ("month,Total sales（元）\n2026-08,800000\n", None),
        ("单位：千元\nmonth,Total sales\n2026-08,800\n", None),
    ],
)
def test_a_metric_that_is_kept_in_the_files_unit_is_read_as_it_stands(importing, file, value):
    Metric.objects.filter(name="Total sales").update(unit="万元")
    said = importing(file)
    if value == "80":
        assert said["totals"] == {"Total sales": "80"}
    elif value:
        assert said["errors"][0]["message"].startswith(value)
    else:
        assert said["errors"][0]["message"].startswith("“Total sales” is in 万元, but the file has it in ")


def test_sums_of_orders_are_not_put_among_figures_of_another_unit(importing):
    Metric.objects.filter(name="Total sales").update(unit="万元")
    said = importing(ORDERS.format("金额（万元）", "1", "2"))
    assert said["errors"][0]["message"].startswith("“Total sales” is in 万元, but order lines are not")


@pytest.mark.parametrize("note", ["注：以上金额单位为万元", "单位：万元"])
def test_a_unit_below_the_table_is_no_surprise(importing, note):
    said = importing(f"month,Total sales\n2026-08,80\n2026-09,75\n{note},\n")
    assert places(said) == [(4, None)]
    assert "below the table gives the unit 万元" in said["errors"][0]["message"]


def test_per_cent_of_a_workbook_may_be_fractions(importing):
    rate = "Customer conversion rate（%）"
    said = importing({"Data": [["month", rate], ["2026-08", 0.08], ["2026-09", 0.075]]})
    assert places(said) == [(2, rate)]
    assert "0.08 could mean 8% or 0.08%" in said["errors"][0]["message"]
    said = importing({"Data": [["month", rate], ["2026-08", 8], ["2026-09", 0.5]]})
    assert said["totals"] == {"Customer conversion rate": "0.085"}
