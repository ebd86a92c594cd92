"""Order lines become monthly metrics: exactly, in total and per segment, and only what the file can know."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
from decimal import Decimal

import pytest
from django.conf import settings

from planner.models import Import, Metric, Reading, Segment
from planner.readings.imports import order_lines
from planner.readings.imports.columns import NotInPlace
from planner.readings.imports.pipeline import Choices, parse
from planner.spreadsheets.problems import MOST
from tests.planner.readings.conftest import stored

HEAD = "Order ID,Order Date,Customer ID,Region,Category,Sales\n"
LINES = (
    "1,2026-01-05,a,East,X,100.25\n"
    "1,2026-01-05,a,East,Y,10\n"
    "2,2026-01-20,b,West,X,50\n"
    "3,2026-03-02,a,East,X,30.5\n"
    "4,2026-03-09,c,East,Y,9.25\n"
)


def months(metric: str, segment: str = "Total", found: dict | None = None) -> dict[str, str]:
    """What is stored of a metric, by month."""
    everything = sorted((stored() if found is None else found).items())
    return {month: value for (name, month, part), value in everything if (name, part) == (metric, segment)}


def test_six_metrics_come_of_the_lines_and_empty_months_are_zero(importing):
    said = importing(HEAD + LINES)

    assert said["accepted"]
    assert said["totals"]["Total sales"] == "200"
    assert months("Total sales") == {"2026-01": "160.25", "2026-02": "0", "2026-03": "39.75"}
    assert months("Order count") == {"2026-01": "2", "2026-02": "0", "2026-03": "2"}
    assert months("Average order value") == {"2026-01": "80.125", "2026-03": "19.875"}
    assert months("Customers") == {"2026-01": "2", "2026-02": "0", "2026-03": "2"}
    assert months("New customers") == {"2026-01": "2", "2026-02": "0", "2026-03": "1"}
    assert months("Repurchase rate") == {"2026-01": "0", "2026-02": "0", "2026-03": "0.333333"}
    assert months("Total sales", "East") == {"2026-01": "110.25", "2026-02": "0", "2026-03": "39.75"}
    assert months("Total sales", "X") == {"2026-01": "150.25", "2026-02": "0", "2026-03": "30.5"}
    assert months("Order count", "X") == {"2026-01": "2", "2026-02": "0", "2026-03": "1"}
    of_march = Reading.objects.get(
        metric__name="Average order value", month=dt.date(2026, 3, 1), segment__name="East"
    )
    assert (of_march.numerator, of_march.denominator) == (Decimal("39.75"), 2)


def test_the_metrics_that_come_of_the_lines_say_which_kind_of_bottleneck_they_speak_of(importing):
    importing(HEAD + LINES)

    assert dict(Metric.objects.values_list("name", "bottleneck")) == {
        "Total sales": "",
        "Order count": "customers",
        "Average order value": "value",
        "Customers": "customers",
        "New customers": "customers",
        "Repurchase rate": "value",
    }


def test_a_later_file_is_a_part_and_leaves_customers_out(importing):
    importing(HEAD + LINES)
    said = importing(HEAD + "5,2026-04-01,d,East,X,1\n")
    assert set(said["totals"]) == {"Total sales", "Order count", "Average order value"}
    assert "part of the order history" in said["warnings"][0]["message"]
    assert "2026-04" not in months("Customers")
    assert "Customers" in importing(HEAD + LINES, "--history", "whole")["totals"]


def test_the_same_orders_twice_change_nothing(importing):
    importing(HEAD + LINES)
    importing(HEAD + LINES)
    assert Import.objects.count() == 1


def test_chinese_headers_and_gbk(importing):
    said = importing(
        '订单日期,订单 ID,客户 ID,区域,产品线,销售额\n2026/1/5,1,甲,华东,A,"1,200.50"\n合计,,,,,1200.5\n'.encode(
            "gbk"
        )
    )
    assert said["errors"] == []
    assert months("Total sales", "华东") == {"2026-01": "1200.5"}


@pytest.mark.parametrize(
    ("dates", "options", "first"),
    [
        (["13/01/2026", "02/03/2026"], [], {"2026-01", "2026-02", "2026-03"}),
        (["01/13/2026", "02/03/2026"], [], {"2026-01", "2026-02"}),
        (["01/02/2026", "02/03/2026"], ["--date-order", "dmy"], {"2026-02", "2026-03"}),
        (["01/02/2026", "02/03/2026"], ["--date-order", "mdy"], {"2026-01", "2026-02"}),
        (["46030", "2026年3月1日"], [], {"2026-01", "2026-02", "2026-03"}),
        (["5 Jan 2026", "Mar 1, 2026"], [], {"2026-01", "2026-02", "2026-03"}),
    ],
)
def test_days_in_every_order(importing, dates, options, first):
    lines = "".join(f'{at},"{day}",a,East,X,1\n' for at, day in enumerate(dates))
    said = importing(HEAD + lines, *options)
    assert said["errors"] == []
    assert set(months("Total sales")) == first


def test_where_day_and_month_both_fit_nothing_is_guessed(importing):
    said = importing(HEAD + "1,01/02/2026,a,East,X,1\n2,03/04/2026,a,East,X,1\n")
    assert not said["accepted"]
    assert "Choose the date format" in said["errors"][0]["message"]
    assert (said["errors"][0]["row"], said["errors"][0]["column"]) == (2, "Order Date")


@pytest.mark.parametrize("way", ["quick", "careful"])
def test_an_error_of_the_workbook_is_no_region(importing, way, monkeypatch):
    if way == "careful":
        go_carefully(monkeypatch)
    said = importing(HEAD + "1,2026-07-15,a,East,#REF!,1\n2,2026-07-15,a,#N/A,X,1\n")
    assert [(each["row"], each["column"], each["message"][:30]) for each in said["errors"]] == [
        (2, "Category", "This cell shows the error #REF"), (3, "Region", "This cell shows the error #N/A"),
    ]  # fmt: skip
    readings = "month,metric,region,value\n2026-08,Total sales,#N/A,5\n"
    assert [(each["row"], each["column"]) for each in importing(readings)["errors"]] == [(2, "region")]


def test_the_first_day_that_may_be_two_is_named(importing):
    rows = "1,2026-07-15,a,East,X,1\n2,01/02/1900,a,East,X,1\n3,01/02/2026,a,East,X,1\n"
    said = importing(HEAD + rows)
    assert [(each["row"], each["message"][:13]) for each in said["errors"]] == [
        (4, "“01/02/2026” "), (3, "“01/02/1900” "),
    ]  # fmt: skip
    assert (
        "could start with the month"
        in importing(HEAD + "1,０１／０２／２０２６,a,East,X,1\n")["errors"][0]["message"]
    )


def test_days_that_contradict_each_other_are_refused(importing):
    said = importing(HEAD + "1,13/02/2026,a,East,X,1\n2,03/14/2026,a,East,X,1\n")
    assert [(each["row"], each["column"]) for each in said["errors"]] == [(3, "Order Date")]


def test_every_bad_line_is_named(importing):
    said = importing(
        HEAD
        + "1,2026-01-05,a,East,X,1\n,2026-01-05,a,East,X,1\n2,2026-02-30,a,East,X,1\n3,2026-01-05,,East,X,1\n"
        "4,2026-01-05,a,East,X,ten\n5,2026-01-05,a,East,X,\n6,2026-01-05,a,East,X,1,2\n7,,a,East,X,8%\n"
    )
    assert {(each["row"], each["column"]) for each in said["errors"]} == {
        (3, "Order ID"), (4, "Order Date"), (5, "Customer ID"), (6, "Sales"), (7, "Sales"), (8, None),
        (9, "Order Date"), (9, "Sales"),
    }  # fmt: skip
    assert not Reading.objects.exists()


def test_numbers_that_stand_for_several_orders_are_said_and_counted_apart_when_asked(importing):
    lines = "1,2026-01-05,a,East,X,1\n1,2026-01-06,b,East,X,1\n2,2026-01-06,b,East,X,1\n"
    said = importing(HEAD + lines, "--dry-run")
    assert said["totals"]["Order count"] == "2"
    words = " ".join(each["message"] for each in said["warnings"])
    assert "1 order number appears on several days." in words
    assert "1 order number belongs to several customers." in words
    assert importing(HEAD + lines, "--order-key", "order+date", "--dry-run")["totals"]["Order count"] == "3"
    assert importing(HEAD + lines, "--order-key", "order+customer")["totals"]["Order count"] == "3"


def test_returns_count_against_sales(importing):
    importing(HEAD + "1,2026-01-05,a,East,X,100\n1,2026-01-05,a,East,X,(40.5)\n")
    assert months("Total sales") == {"2026-01": "59.5"}


@pytest.mark.parametrize("piece", [200_000, 70])
def test_months_of_random_orders_are_those_of_a_simple_count(importing, piece, monkeypatch):
    """Against sets and sums over the lines themselves, read at once and in pieces."""
    monkeypatch.setattr("planner.readings.imports.columns.PIECE", piece)
    chance = random.Random(20_261_125)
    lines = []
    for number in range(400):
        day = dt.date(2025, 1, 1) + dt.timedelta(days=chance.randrange(500))
        who, region = f"c{chance.randrange(60)}", chance.choice("NSEW")
        for _line in range(chance.randint(1, 3)):
            lines.append((f"o{number}", day, who, region, Decimal(chance.randint(-500, 99_999)) / 100))
    text = "".join(f"{o},{d},{c},{r},X,{a}\n" for o, d, c, r, a in lines)
    assert importing(HEAD + text)["accepted"]

    first = {who: min(d for _o, d, c, _r, _a in lines if c == who) for who in {line[2] for line in lines}}
    found = stored()
    for region in (None, *"NSEW"):
        mine = [line for line in lines if region in (None, line[3])]
        part = region or "Total"
        for month, value in months("Total sales", part, found).items():
            inside = [line for line in mine if f"{line[1]:%Y-%m}" == month]
            until = [line for line in mine if f"{line[1]:%Y-%m}" <= month]
            assert Decimal(value) == sum(line[4] for line in inside)
            assert found["Order count", month, part] == str(len({line[0] for line in inside}))
            assert found["Customers", month, part] == str(len({line[2] for line in inside}))
            new = {line[2] for line in inside if f"{first[line[2]]:%Y-%m}" == month}
            assert found["New customers", month, part] == str(len(new))
            ever = {line[2] for line in until}
            again = [who for who in ever if len({line[0] for line in until if line[2] == who}) > 1]
            if ever:
                rate = round(Decimal(len(again)) / len(ever), 6).normalize()
                assert Decimal(found["Repurchase rate", month, part]) == rate


def test_columns_and_single_lines_come_to_the_same(importing, monkeypatch):
    """The quick way through simple files, and the careful one that names every problem."""
    chance = random.Random(7)
    lines = "".join(
        f" o{chance.randrange(900)} ,{chance.randint(1, 12)}/{chance.randint(13, 28)}/2025,c{chance.randrange(90)},"
        f"{chance.choice(['East', ' East', 'West', ''])},X,"
        f"{chance.randint(-9, 10**9 - 1)}.{chance.randint(0, 999_999):06}\n"
        for _line in range(3000)
    )
    quick = importing(HEAD + lines, "--dry-run")
    go_carefully(monkeypatch)
    careful = importing(HEAD + lines, "--dry-run")

    assert quick == careful
    assert quick["accepted"]


def go_carefully(monkeypatch) -> None:
    """Let every file be read row by row."""

    def refuse(*_rest):
        raise NotInPlace
        yield

    monkeypatch.setattr(order_lines, "quick_pieces", refuse)


def test_a_simple_file_goes_the_quick_way(importing, monkeypatch):
    monkeypatch.setattr(order_lines, "careful_pieces", lambda *_rest: pytest.fail("went the careful way"))
    odd = '7,2026-01-05,"a,b",East,X,"¥1,234.50"\n\n,,,,,\n8,2026-01-05,c,East,X,80万\n合计,,,,,99\n\n'
    said = importing(HEAD + LINES + odd, "--dry-run")
    assert said["accepted"]


@pytest.mark.parametrize(
    ("odd", "value"),
    [
        ("1e3", None), ("nan", None), ("0x10", None), (" 5", "5"), ("5 ", "5"), ("+5", "5"), ("1_000", None),
        ("\u0661", None), ("1234567890", "1234567890"), ("1.1234567", None), ("-", None), ("", None),
        ('"1,234"', "1234"), ('"-¥1,234,567.5"', "-1234567.50"), ('"12,34"', None), ('"1\n2"', None), ("5%", None),
        ("99999999999999", "99999999999999"), ("100000000000000", None), ("12345678.123456", "12345678.123456"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", ["quick", "careful"])
def test_amounts_in_any_dress(importing, odd, value, way, monkeypatch):
    if way == "careful":
        go_carefully(monkeypatch)
    said = importing(HEAD + f"1,2026-01-05,a,East,X,0\n2,2026-01-05,a,East,X,{odd}\n", "--dry-run")
    if value is None:
        assert [(each["row"], each["column"]) for each in said["errors"]] == [(3, "Sales")]
    else:
        assert said["totals"]["Total sales"] == value


@pytest.mark.parametrize("way", ["quick", "careful"])
def test_amounts_below_zero_in_every_dress_add_up(importing, way, monkeypatch):
    """What accounting programs write stands beside plain ones: (1) and 1,200- are −1 and −1,200."""
    if way == "careful":
        go_carefully(monkeypatch)
    amounts = ("-40.5", "(1)", '"1,200.00-"', "\N{MINUS SIGN}0.25", "2000")
    lines = [f"{at},2026-01-05,a,East,X,{amount}\n" for at, amount in enumerate(amounts)]
    assert importing(HEAD + "".join(lines), "--dry-run")["totals"]["Total sales"] == "758.25"


@pytest.mark.parametrize("word", ["Total", "TOTAL", "total", "Grand Total", "Sum", "小计"])
@pytest.mark.parametrize("way", ["quick", "careful"])
def test_a_total_is_left_out_however_it_is_written(importing, word, way, monkeypatch):
    if way == "careful":
        go_carefully(monkeypatch)
    said = importing(HEAD + LINES + f"{word},,,,,200\n", "--dry-run")
    assert said["totals"]["Total sales"] == "200"
    assert "Total rows were skipped: 7." in [each["message"] for each in said["warnings"]]


@pytest.mark.parametrize("way", ["quick", "careful"])
def test_every_bad_line_is_named_either_way(importing, way, monkeypatch):
    if way == "careful":
        go_carefully(monkeypatch)
    rows = ["1,2026-01-05,a,East,X,1"] * 10
    rows[2] = "2,2026-02-30,a,East,X,ten"
    rows[4] = "\n,,,,,"
    rows[6] = "合计,,,,,much"
    rows[8] = " ,2026-01-05,,East,X,"
    said = importing(HEAD + "\n".join(rows) + "\n\n")
    assert [(each["row"], each["column"]) for each in said["errors"]] == [
        (4, "Order Date"), (4, "Sales"), (11, "Order ID"), (11, "Customer ID"), (11, "Sales"),
    ]  # fmt: skip
    assert "Total rows were skipped: 9." in [each["message"] for each in said["warnings"]]


@pytest.mark.parametrize(
    "lines",
    [
        "1,2026-01-05,a,East,X,1,234\n",
        LINES + "9,2026-01-05,a,East,X,1,234\n",
        LINES + "\n,,,,,,note\n",
        LINES.replace("\n", ",,\n") + "9,2026-01-05,a,East,X,1,234\n",
        LINES.replace("\n", ",\n") + "9,2026-01-05,a,East,X,1,,,234\n",
    ],
)
@pytest.mark.parametrize("piece", [2, 1000])
def test_a_row_with_more_cells_than_the_header_is_never_cut(importing, lines, piece, monkeypatch):
    """An amount written 1,234 without quotation marks would lose its end."""
    monkeypatch.setattr("planner.readings.imports.columns.PIECE", piece)
    said = importing(HEAD + lines)
    assert [each["message"] for each in said["errors"]] == [
        "This row has more cells than the header. Delete the extra cells."
    ]
    assert said["errors"][0]["row"] == HEAD.count("\n") + lines.rstrip().count("\n") + 1


def test_cells_beyond_the_header_may_be_empty(importing):
    said = importing((HEAD + LINES).replace("\n", ",,\n"))
    assert said["totals"]["Total sales"] == "200"


def test_a_row_that_is_blank_but_for_a_note_is_not_passed_over(importing):
    said = importing(
        "Note," + HEAD + "".join(f",{line}\n" for line in LINES.splitlines()) + "see below,,,,,,\n"
    )
    assert {each["row"] for each in said["errors"]} == {LINES.count("\n") + 2}


@pytest.mark.parametrize("at", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("piece", [2, 1000])
def test_nor_in_an_earlier_piece_of_the_file(importing, at, piece, monkeypatch):
    """A row that is quite blank follows in the last piece: that alone would be passed over."""
    monkeypatch.setattr("planner.readings.imports.columns.PIECE", piece)
    rows = [f",{line}\n" for line in LINES.splitlines()]
    rows[at:at] = ["see below,,,,,,\n"]
    said = importing("Note," + HEAD + "".join(rows) + ",,,,,,\n")
    assert {each["row"] for each in said["errors"]} == {at + 2}


def test_only_the_first_problems_are_listed_and_the_others_counted(importing, plan, tmp_path, team):
    text = HEAD + LINES + "9,2026-13-01,a,East,X,ten\n" * 1000
    (tmp_path / "bad.csv").write_text(text)
    parsed = parse(tmp_path / "bad.csv", team, Choices())
    assert (len(parsed.problems.errors), parsed.problems.unlisted) == (MOST, 2000 - MOST)


def test_sums_are_exact_beyond_what_a_machine_word_holds(importing):
    said = importing(
        HEAD + "1,2026-01-05,a,East,X,9000000000000.000001\n2,2026-01-05,a,East,X,9000000000000\n"
    )
    assert said["totals"]["Total sales"] == "18000000000000.000001"
    assert (
        importing(HEAD + "1,2026-01-05,a,East,X,900000000.25\n" * 20_000)["totals"]["Total sales"]
        == "18000000005000"
    )


def test_a_month_too_large_to_be_kept_is_refused(importing):
    said = importing(HEAD + "1,2026-01-05,a,East,X,99999999999999\n2,2026-01-05,a,East,X,99999999999999\n")
    assert not said["accepted"]
    assert "“Total sales” for 2026-01 is too large" in said["errors"][0]["message"]


def test_a_total_makes_no_segment_of_its_own(importing, team):
    importing(HEAD + LINES + "Total,,,All,All,5\n")
    assert not Segment.objects.filter(name="All").exists()


def test_of_a_long_file_nothing_between_two_stray_quotation_marks_is_swallowed(importing):
    rows = [f"{at},2026-01-05,c{at},East,X,1\n" for at in range(4000)]
    rows[10] = rows[2000] = '10,2026-01-05,"c1,East,X,1\n'
    said = importing(HEAD + "".join(rows))
    assert "quotation marks" in said["errors"][-1]["message"]
    quoted = HEAD + "".join(f'{at},2026-01-05,"c, ""{at}""",East,X,1\n' for at in range(4000))
    assert importing(quoted, "--dry-run")["totals"]["Customers"] == "4000"


def test_a_long_file_with_an_open_quotation_mark_is_refused(importing):
    said = importing(HEAD + LINES * 2000 + '6,2026-01-05,"a,East,X,1\n')
    assert "quotation marks" in said["errors"][0]["message"]


def test_the_web_process_never_loads_pandas():
    code = (
        "import django, sys; django.setup(); from django.urls import get_resolver; "
        "get_resolver().url_patterns; "
        "import planner.readings.jobs, planner.readings.imports.pipeline; "
        "print(sorted({'pandas', 'numpy', 'apprise'} & set(sys.modules)))"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, env=env, capture_output=True, text=True
    )
    assert run.stdout.strip() == "[]", run.stderr


def test_what_the_metrics_mean_and_how_they_add_up(importing, team):
    """The rate to date is no ratio of the months' totals: the last month counts."""
    rate = Metric.objects.create(team=team, name="Repurchase rate", kind="rate", aggregation="ratio")
    own = Metric.objects.create(team=team, name="Order count", kind="count", definition="Ours.")
    importing("date,order,customer,amount\n2026-08-01,1,a,5\n2026-09-01,2,a,7\n")
    rate.refresh_from_db()
    own.refresh_from_db()
    assert rate.aggregation == "last"
    assert rate.definition.startswith("Customers with two or more orders to date ÷ all customers to date.")
    assert own.definition == "Ours."
    assert Metric.objects.get(name="Average order value").definition == "Sales ÷ orders."


def test_a_metric_with_figures_keeps_its_rule(importing, team, status):
    rate = Metric.objects.create(team=team, name="Repurchase rate", kind="rate", aggregation="ratio")
    Reading.objects.create(metric=rate, segment=status.whole, month=dt.date(2025, 1, 1), value="0.1")
    importing("date,order,customer,amount\n2026-08-01,1,a,5\n")
    rate.refresh_from_db()
    assert (rate.aggregation, rate.definition) == ("ratio", "")
