from decimal import Decimal

import pytest
from babel.numbers import list_currencies
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from planner.arithmetic.currencies import foreign_in
from planner.arithmetic.quantities import Quantity, QuantityError, edit_text, half_width, parse_quantity

D = Decimal
STORED = st.decimals(D("-99999999999999.949999"), D("99999999999999.949999"), places=6)
LANGUAGES = st.sampled_from(["en", "zh-hans"])


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("007", "7"),
        (" 1200 ", "1200"),
        ("1,200", "1200"),
        ("1,234.5", "1234.5"),
        ("12,345,678.901234", "12345678.901234"),
        ("1，234", "1234"),
        ("１２３４．５", "1234.5"),
        ("1 234.5", "1234.5"),
        ("1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567", "1234567"),
        ("1\N{THIN SPACE}234", "1234"),
        ("1\N{NARROW NO-BREAK SPACE}234", "1234"),
        (".5", "0.5"),
        ("+5", "5"),
        ("-5", "-5"),
        ("- 5", "-5"),
        ("\N{MINUS SIGN}5", "-5"),
        ("－５", "-5"),
        ("(1,200)", "-1200"),
        ("（1,200）", "-1200"),
        ("1,200-", "-1200"),
        ("1,200.50-", "-1200.5"),
        ("1200\N{MINUS SIGN}", "-1200"),
        ("0-", "0"),
        ("1.500000000", "1.5"),
        ("99999999999999.949999", "99999999999999.949999"),
    ],
)
def test_plain_figures_are_read(text, value):
    assert parse_quantity(text) == Quantity(D(value), percent=False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("80万", "800000"),
        ("80 万", "800000"),
        ("80 万元", "800000"),
        ("８０万元", "800000"),
        ("1.2亿", "120000000"),
        ("-1.2 亿元", "-120000000"),
        ("1.2-亿元", "-120000000"),
        ("88.44375万", "884437.5"),
        ("0.0000000001万", "0.000001"),
        ("800k", "800000"),
        ("800 K", "800000"),
        ("1.5m", "1500000"),
        ("1.5M", "1500000"),
        ("2bn", "2000000000"),
        ("2 Bn", "2000000000"),
        ("2mn", "2000000"),
        ("3百", "300"),
        ("8千", "8000"),
        ("8 千元", "8000"),
        ("5十万", "500000"),
        ("3百万", "3000000"),
        ("1.5百万元", "1500000"),
        ("-2千万", "-20000000"),
        ("1.2十亿", "1200000000"),
        ("3百亿", "30000000000"),
        ("2千亿元", "200000000000"),
    ],
)
def test_multipliers_of_both_languages_are_read(text, value):
    assert parse_quantity(text) == Quantity(D(value), percent=False)


SHORTHAND = {
    "100w": "1000000",
    "100W": "1000000",
    "100 w": "1000000",
    "１００ｗ": "1000000",
    "¥100w": "1000000",
    "1.5w元": "15000",
    "80wan": "800000",
    "1.2yi": "120000000",
    "1.2b": "1200000000",
    "$1.2B": "1200000000",
}


@pytest.mark.parametrize(("text", "value"), SHORTHAND.items())
def test_shorthand_is_read_where_it_is_typed(text, value):
    assert parse_quantity(text, typed=True) == Quantity(D(value), percent=False)


@pytest.mark.parametrize("text", SHORTHAND)
def test_shorthand_in_a_file_is_refused_for_it_may_be_something_else(text):
    with pytest.raises(QuantityError, match="is not a number"):
        parse_quantity(text)


MULTIPLIERS = {
    "": 1, "百": 100, "千": 1000, "k": 1000, "K": 1000, "万": 10**4, "w": 10**4, "W": 10**4, "wan": 10**4,
    "十万": 10**5, "百万": 10**6, "m": 10**6, "M": 10**6, "mn": 10**6, "千万": 10**7, "亿": 10**8, "yi": 10**8,
    "十亿": 10**9, "bn": 10**9, "b": 10**9, "B": 10**9, "百亿": 10**10, "千亿": 10**11,
}  # fmt: skip
SIGNS = {"": 1, "+": 1, "-": -1, "\N{MINUS SIGN}": -1}


@given(
    st.decimals("0", "99", places=3).map(abs),
    st.sampled_from(sorted(MULTIPLIERS)),
    st.sampled_from(sorted(SIGNS)),
    st.sampled_from(["", "¥", "￥", "CNY", "cny ", "RMB", "人民币"]),
    st.sampled_from(["", "元", " 元", "CNY", "rmb"]),
    st.sampled_from(["", " "]),
    st.booleans(),
)
def test_every_multiplier_goes_with_every_sign_currency_and_width(
    number, multiplier, sign, before, after, space, wide
):
    text = f"{before}{sign}{number}{space}{multiplier}{after}"
    if wide:
        text = "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text)
    expected = SIGNS[sign] * number * MULTIPLIERS[multiplier]
    assert parse_quantity(text, currency="CNY", typed=True).value == expected


@pytest.mark.parametrize(("multiplier", "factor"), MULTIPLIERS.items())
def test_no_multiplier_takes_a_letter_of_a_currency(multiplier, factor):
    for code in list_currencies():
        assert parse_quantity(f"5{multiplier}{code}", typed=True).value == 5 * factor, code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("¥1,200", "1200"),
        ("￥1,200", "1200"),
        ("¥ 80万元", "800000"),
        ("$5", "5"),
        ("-$5", "-5"),
        ("$-5", "-5"),
        ("($5)", "-5"),
        ("$(5)", "-5"),
        ("US$ 5", "5"),
        ("5 €", "5"),
        ("£1.5m", "1500000"),
        ("CNY 1,200", "1200"),
        ("1,200 RMB", "1200"),
        ("1.2m usd", "1200000"),
        ("EUR5bn", "5000000000"),
        ("500元", "500"),
        ("人民币500元", "500"),
    ],
)
def test_currencies_around_a_figure_are_passed_over(text, value):
    assert parse_quantity(text) == Quantity(D(value), percent=False)


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("¥100", "CNY"),
        ("￥100", "JPY"),
        ("$100", "USD"),
        ("$100", "HKD"),
        ("US$100", "USD"),
        ("100 港币", "HKD"),
        ("100 元", "TWD"),
        ("100万元", "CNY"),
        ("RMB 100", "CNY"),
        ("100 kes", "KES"),
        ("100", "USD"),
    ],
)
def test_a_shared_sign_is_the_teams_where_it_is_one_of_them(text, own):
    assert parse_quantity(text, currency=own).value in (100, 1_000_000)


@pytest.mark.parametrize(
    ("text", "own", "named"),
    [
        ("$100", "CNY", "$ (USD, AUD, CAD …)"),
        ("€100", "CNY", "€ (EUR)"),
        ("¥100", "USD", "¥ (CNY, JPY)"),
        ("US$100", "HKD", "US$ (USD)"),
        ("100元", "USD", "元 (CNY, HKD, MOP …)"),
        ("100 eur", "CNY", "eur"),
        ("1.2m USD", "EUR", "USD"),
        ("100万美元", "CNY", "美元 (USD)"),
        ("₩100", "CNY", "₩ (KRW)"),
        ("($5)", "CNY", "$ (USD, AUD, CAD …)"),
        ("¥5 USD", "CNY", "USD"),
    ],
)
def test_another_currency_is_refused_and_both_are_named(text, own, named):
    with pytest.raises(QuantityError) as refusal:
        parse_quantity(text, currency=own)
    assert str(refusal.value) == (f"The team's currency is {own}, but this is in {named}. Enter it in {own}.")


@pytest.mark.parametrize(
    ("words", "own", "foreign"),
    [
        ("Sales (USD)", "CNY", "USD"),
        ("Sales (CNY)", "CNY", ""),
        ("$ per customer", "CNY", "$"),
        ("$ per customer", "SGD", ""),
        ("销售额（万美元）", "CNY", "美元"),
        ("金额（万元）", "CNY", ""),
        ("金额（万元）", "USD", "元"),
        ("单元数", "USD", ""),
        ("all customers try again", "CNY", ""),
        ("EUROPE", "CNY", ""),
        ("ARMBANDS", "USD", ""),
    ],
)
def test_a_currency_among_words(words, own, foreign):
    assert foreign_in(words, own) == foreign


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", "0.12"), ("1", "0.01"), ("0.5", "0.005"), ("12.5%", "0.125"), ("-2", "-0.02"), ("0", "0")],
)
def test_of_a_rate_a_bare_number_is_per_cent(text, value):
    assert parse_quantity(text, rate=True) == Quantity(D(value), percent=True)


@pytest.mark.parametrize("text", ["¥8", "8k", "8万", "8w", "8百万"])
def test_a_rate_is_no_money_and_has_no_multiplier(text):
    with pytest.raises(QuantityError) as refusal:
        parse_quantity(text, rate=True, typed=True)
    assert str(refusal.value) == f"“{text}” is not a percentage. Enter one, such as 8 or 8%."


def test_a_bare_rate_has_four_decimals_at_most():
    with pytest.raises(QuantityError, match="too many decimal places"):
        parse_quantity("8.33333", rate=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8%", "0.08"),
        ("8 %", "0.08"),
        ("８％", "0.08"),
        ("8.3333%", "0.083333"),
        ("-2.5%", "-0.025"),
        ("(2.5%)", "-0.025"),
        ("2.5-%", "-0.025"),
        ("1,200%", "12"),
        ("0%", "0"),
    ],
)
def test_per_cents_are_read_as_fractions(text, value):
    assert parse_quantity(text) == Quantity(D(value), percent=True)


@pytest.mark.parametrize(
    "text",
    [
        "12o",
        "abc",
        "True",
        "FALSE",
        "NaN",
        "sNaN",
        "Infinity",
        "-inf",
        "1e5",
        "1E+5",
        "0x10",
        "1_000",
        "1,23",
        "1,2345",
        "1234,567",
        ",123",
        "1,,234",
        "1,234 567",
        "1.234,5",
        "1.2.3",
        "5.",
        ".",
        "-",
        "%",
        "万",
        "元",
        "80万亿",
        "80万%",
        "$8%",
        "8%元",
        "8‰",
        "4 pp",
        "4个百分点",
        "--5",
        "+-5",
        "5--",
        "-5-",
        "+5-",
        "(5-)",
        "5-6",
        "5 -",
        "(-5)",
        "(5",
        "5)",
        "1,200 / 1,500",
        "80 100 20",
        "5 6",
        "80-100",
        "$ 5 $ 6",
        "$¥5",
        "1\t234",
        "1\n2",
        "5①",
        "10²",
        "½",
        "٣",
        "–",
        "5万个",
        "5 xyz",
        "qqq 5",
        "¤5",
    ],
)
def test_what_is_no_figure_is_refused_with_its_text(text):
    with pytest.raises(QuantityError) as refusal:
        parse_quantity(text)
    assert str(refusal.value) == f"“{text}” is not a number. Enter digits, such as 1,200, 80万 or 8%."


@pytest.mark.parametrize("text", ["", "  ", "\N{NO-BREAK SPACE}", "\N{IDEOGRAPHIC SPACE}"])
def test_nothing_is_not_zero(text):
    with pytest.raises(QuantityError) as refusal:
        parse_quantity(text)
    assert str(refusal.value) == "There is no number here. Enter one, such as 1,200, 80万 or 8%."


@pytest.mark.parametrize("text", ["1.2345678", "8.33333%", "0.00000000001万", "0." + "0" * 40 + "1"])
def test_more_decimals_than_can_be_stored_are_refused_not_rounded(text):
    with pytest.raises(QuantityError) as refusal:
        parse_quantity(text)
    assert str(refusal.value) == (
        f"“{text}” has too many decimal places: the limit is 6, or 4 for percentages. Round it."
    )


@pytest.mark.parametrize("text", ["100000000000000", "99999999999999.95", "1000000亿", "-100000bn", "9" * 40])
def test_more_digits_than_can_be_stored_are_refused(text):
    with pytest.raises(QuantityError) as refusal:
        parse_quantity(text)
    assert str(refusal.value) == f"“{text}” is too large: the limit is 14 digits before the decimal point."


def test_a_very_long_text_is_refused_and_quoted_in_part():
    with pytest.raises(QuantityError) as refusal:
        parse_quantity("9" * 1_000_000)
    assert str(refusal.value).startswith("“" + "9" * 59 + "…” is not a number.")


def test_a_refusal_is_a_value_error():
    with pytest.raises(ValueError, match="not a number"):
        parse_quantity("twelve")


def test_a_figure_stands_without_exponent_and_trailing_zeros():
    assert [str(parse_quantity(text).value) for text in ("80万", "1.50", "8%", "100%")] == [
        "800000",
        "1.5",
        "0.08",
        "1",
    ]


def test_only_width_and_spaces_are_narrowed():
    assert half_width("Ａ１，％￥（）\N{IDEOGRAPHIC SPACE}年⑦²") == "A1,%¥() 年⑦²"


@pytest.mark.parametrize(
    ("value", "rate", "english", "chinese"),
    [
        ("0.08", True, "8%", "8%"),
        ("0.083333", True, "8.3333%", "8.3333%"),
        ("-0.5", True, "-50%", "-50%"),
        ("0", True, "0%", "0%"),
        ("800000", False, "800,000", "80万"),
        ("800000.000000", False, "800,000", "80万"),
        ("884437.5", False, "884,437.5", "88.44375万"),
        ("120000000", False, "120,000,000", "1.2亿"),
        ("-120000000", False, "-120,000,000", "-1.2亿"),
        ("10000", False, "10,000", "1万"),
        ("9999.99", False, "9,999.99", "9,999.99"),
        ("10000.001", False, "10,000.001", "10,000.001"),
        ("0.5", False, "0.5", "0.5"),
        ("0", False, "0", "0"),
    ],
)
def test_an_editor_shows_the_exact_figure(value, rate, english, chinese):
    assert edit_text(D(value), rate=rate, language="en") == english
    assert edit_text(D(value), rate=rate, language="zh-hans") == chinese


def test_an_editor_of_nothing_is_empty():
    assert edit_text(None, rate=False, language="en") == ""


@given(STORED, st.booleans(), LANGUAGES)
@example(D("99999999999999.949999"), True, "zh-hans")
@example(D("99999999999999.949999"), False, "zh-hans")
@example(D("-0.000000"), True, "en")
@example(D("1E+5"), False, "en")
def test_what_an_editor_shows_is_read_back_exactly(value, rate, language):
    shown = edit_text(value, rate=rate, language=language)
    for typed in (True, False):
        assert parse_quantity(shown, typed=typed) == Quantity(value, percent=rate)


@given(st.integers(-10_000_000, 10_000_000), LANGUAGES)
def test_round_amounts_are_read_back_exactly_too(thousands, language):
    value = D(thousands) * 1000
    assert parse_quantity(edit_text(value, rate=False, language=language)).value == value


@given(st.text(alphabet="0123456789.,%十百千万亿kMbnw()-+ ¥元", max_size=14) | st.text(max_size=8))
def test_any_text_gives_a_figure_that_can_be_stored_or_a_refusal(text):
    try:
        value = parse_quantity(text, typed=True).value
    except QuantityError:
        return
    assert value == round(value, 6)
    assert abs(value) < 10**14
    assert -6 <= value.as_tuple().exponent <= 0
