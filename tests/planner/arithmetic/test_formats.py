from datetime import date
from decimal import Decimal

import pytest
from babel.numbers import format_decimal, format_percent
from hypothesis import given
from hypothesis import strategies as st

from planner.arithmetic.formats import (
    PLAIN,
    RATE,
    Figure,
    Scale,
    day,
    day_range,
    figure,
    machine,
    month,
    per_cent,
    quarter,
)
from planner.arithmetic.gaps import measure_gap

D = Decimal
STORED = st.decimals(D("-99999999999999.949999"), D("99999999999999.999999"), places=6)
LANGUAGES = st.sampled_from(["en", "zh-hans"])


def shown(value, language="en", scale=PLAIN, **options):
    written = figure(scale, D(value), language=language, **options)
    return written.number, written.unit


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("is_rate", [True, False])
def test_no_figure_is_a_dash_without_a_unit(is_rate, language):
    assert figure(Scale(is_rate, "元"), None, language=language) == Figure("–", "")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("0.08", "8%"),
        ("0.083333", "8.3%"),
        ("0.0825", "8.2%"),
        ("1.5", "150%"),
        ("12.34567", "1,234.6%"),
        ("0", "0%"),
        ("0.0004", "0.04%"),
        ("0.000001", "0.0001%"),
        ("1E-20", "0%"),
        ("-0.015", "−1.5%"),
    ],
)
def test_rates_show_in_per_cent(value, number, language):
    assert shown(value, language, scale=RATE) == (number, "")


def test_rates_are_differenced_in_percentage_points():
    gap = measure_gap(D("0.08"), D("0.12"), "higher").gap
    assert figure(RATE, gap, language="en", difference=True) == Figure("4", "pp")
    assert figure(RATE, gap, language="zh-hans", difference=True) == Figure("4", "个百分点")
    assert shown("-0.0125", scale=RATE, difference=True) == ("−1.2", "pp")


def test_the_difference_of_amounts_is_an_amount():
    assert shown("200000", "zh-hans", scale=Scale(unit="元"), difference=True) == ("20", "万元")


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("800000", "800,000"),
        ("800000.000000", "800,000"),
        ("1234.56", "1,235"),
        ("1000.5", "1,000"),
        ("1001.5", "1,002"),
        ("999.999", "1,000"),
        ("999.5", "999.5"),
        ("115.384615", "115.38"),
        ("0.125", "0.12"),
        ("0.004", "0.004"),
        ("0", "0"),
        ("-0.000000", "0"),
        ("-1200", "−1,200"),
        ("99999999999999.949999", "100,000,000,000,000"),
    ],
)
def test_english_amounts_are_grouped(value, number):
    assert shown(value, scale=Scale(unit="CNY")) == (number, "CNY")


@pytest.mark.parametrize(
    ("value", "number", "unit"),
    [
        ("800000", "80", "万元"),
        ("884437.5", "88.44", "万元"),
        ("10000", "1", "万元"),
        ("9999", "9,999", "元"),
        ("9995.4", "9,995", "元"),
        ("9999.7", "1", "万元"),
        ("500", "500", "元"),
        ("115.384615", "115.38", "元"),
        ("99990000", "9,999", "万元"),
        ("99999999", "1", "亿元"),
        ("120000000", "1.2", "亿元"),
        ("99999999999999.949999", "1,000,000", "亿元"),
        ("-800000", "−80", "万元"),
        ("0", "0", "元"),
    ],
)
def test_chinese_amounts_count_in_wan_and_yi(value, number, unit):
    assert shown(value, "zh-hans", scale=Scale(unit="元")) == (number, unit)


def test_an_amount_without_a_unit_still_counts_in_wan():
    assert shown("800000", "zh-hans") == ("80", "万")


def test_asked_for_places_are_kept_with_their_zeros():
    assert shown("1234.5", places=2) == ("1,234.50", "")
    assert shown("1234.5", "zh-hans", places=2) == ("1,234.50", "")
    assert shown("800000", "zh-hans", places=1) == ("80.0", "万")
    assert shown("0.08", scale=RATE, places=1) == ("8.0%", "")
    assert shown("-0.001", places=2) == ("0.00", "")


def test_a_figure_longer_than_any_stored_one_does_not_raise():
    assert shown("1E+40")[0].startswith("10,000,")
    assert shown("1E+40", "zh-hans")[1] == "亿"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.33333", "33%"),
        ("0.2", "20%"),
        ("0.005", "0.5%"),
        ("0.0096", "1%"),
        ("0.00999", "1%"),
        ("0.125", "13%"),
        ("-0.125", "−13%"),
        ("0", "0%"),
        ("12.34", "1,234%"),
    ],
)
def test_whole_per_cents_round_half_up(value, text, language):
    assert per_cent(D(value), language) == text


def test_an_unknown_share_is_a_dash():
    assert per_cent(None, "en") == "–"


def test_table_1_of_the_demo_shows_its_figures_in_both_languages():
    shortfalls = [
        measure_gap(D(current), D(target), direction).shortfall
        for current, target, direction in [
            ("800000", "1000000", "higher"),
            ("0.08", "0.12", "higher"),
            ("0.15", "0.20", "higher"),
            ("500", "400", "lower"),
        ]
    ]
    for language in ("en", "zh-hans"):
        assert [figure(RATE, rate, language=language).number for rate in shortfalls] == [
            "20%",
            "33.3%",
            "25%",
            "25%",
        ]
    assert shown("1000000", "zh-hans", scale=Scale(unit="元")) == ("100", "万元")
    assert shown("100", "zh-hans", scale=Scale(unit="元/个")) == ("100", "元/个")


JULY_15 = date(2023, 7, 15)


def test_a_day_of_this_year_has_no_year():
    assert day(JULY_15, "en", today=date(2023, 1, 1)) == "15 Jul"
    assert day(JULY_15, "zh-hans", today=date(2023, 1, 1)) == "7月15日"


def test_a_day_of_another_year_or_of_no_known_year_has_its_year():
    assert day(JULY_15, "en", today=date(2024, 1, 1)) == "15 Jul 2023"
    assert day(JULY_15, "zh-hans", today=date(2024, 1, 1)) == "2023年7月15日"
    assert day(JULY_15, "en") == "15 Jul 2023"


def test_the_year_can_be_asked_for_or_left_out():
    assert day(JULY_15, "en", today=JULY_15, year=True) == "15 Jul 2023"
    assert day(JULY_15, "zh-hans", year=False) == "7月15日"


def test_a_range_within_a_year_names_it_once():
    assert day_range(date(2023, 7, 1), date(2023, 9, 30), "en") == "1 Jul – 30 Sep 2023"
    assert day_range(date(2023, 7, 1), date(2023, 9, 30), "zh-hans") == "2023年7月1日 – 9月30日"


def test_a_range_across_years_names_both():
    assert day_range(date(2022, 12, 1), date(2023, 1, 31), "en") == "1 Dec 2022 – 31 Jan 2023"
    assert day_range(date(2022, 12, 1), date(2023, 1, 31), "zh-hans") == "2022年12月1日 – 2023年1月31日"


def test_a_range_of_one_day_is_that_day():
    assert day_range(JULY_15, JULY_15, "en") == "15 Jul 2023"
    assert day_range(JULY_15, JULY_15, "zh-hans") == "2023年7月15日"


def test_a_month_has_its_year():
    assert month(date(2023, 7, 1), "en") == "Jul 2023"
    assert month(date(2023, 7, 1), "zh-hans") == "2023年7月"


@pytest.mark.parametrize(
    ("day", "english", "chinese"),
    [
        (date(2023, 1, 1), "Q1 2023", "2023年第一季度"),
        (date(2023, 6, 30), "Q2 2023", "2023年第二季度"),
        (date(2023, 12, 1), "Q4 2023", "2023年第四季度"),
    ],
)
def test_a_quarter_of_the_calendar_has_its_year(day, english, chinese):
    assert (quarter(day, "en"), quarter(day, "zh-hans")) == (english, chinese)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.080000", "0.08"),
        ("800000", "800000"),
        ("8E+5", "800000"),
        ("1E-6", "0.000001"),
        ("-1.50", "-1.5"),
        ("-0.000", "0"),
        ("100", "100"),
    ],
)
def test_machines_read_plain_decimals(value, text):
    assert machine(D(value)) == text


def test_machines_read_nothing_as_empty():
    assert machine(None) == ""


@given(STORED)
def test_machine_text_is_the_same_figure(value):
    text = machine(value)
    assert D(text) == value
    assert "E" not in text


@given(STORED)
def test_numbers_are_written_as_babel_writes_them(value):
    pattern = "#,##0" if abs(value) >= 1000 else "#,##0.##"
    expected = format_decimal(value, pattern, locale="en").replace("-", "−")
    number = shown(value)[0]
    assert number == expected or expected in ("0", "−0")


@given(st.decimals(D("-1000"), D("1000"), places=3))
def test_rates_are_written_as_babel_writes_them_in_both_languages(value):
    for language, locale in (("en", "en"), ("zh-hans", "zh_Hans")):
        expected = format_percent(value, "#,##0.#%", locale=locale).replace("-", "−")
        assert shown(value, language, scale=RATE)[0] == expected


@given(STORED, st.booleans(), LANGUAGES)
def test_no_figure_looks_like_zero_unless_it_is(value, rate, language):
    number, _unit = shown(value, language, Scale(rate))
    assert (number.removesuffix("%") == "0") == (value == 0)
    assert ("−" in number) == (value < 0)
    assert "-" not in number
