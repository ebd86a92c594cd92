"""What the figures of a file count in: per cent or fractions, and the team's own money."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from planner.models import Metric, Reading, Segment, Team
from tests.planner.readings.conftest import places, stored

RATE = "Customer conversion rate"


@pytest.fixture(autouse=True)
def known(status):
    """The team has Total sales (an amount in CNY) and Customer conversion rate (a rate)."""


@pytest.fixture
def whole(team) -> Segment:
    return Segment.objects.get_or_create(team=team, dimension="whole", name="")[0]


@pytest.fixture
def nine_per_cent(status, whole):
    for month, value in ((3, "0.085"), (4, "0.09"), (5, "0.095")):
        place = {"metric": status.rate.metric, "segment": whole, "month": dt.date(2026, month, 1)}
        Reading.objects.create(value=value, **place)


def rates(*values: str) -> str:
    lines = [f"2026-{month:02},{RATE},{value}" for month, value in enumerate(values, start=6)]
    return "\n".join(["month,metric,value", *lines, ""])


def stored_rates() -> list[str]:
    return [
        value for (metric, month, _segment), value in stored().items() if metric == RATE and month > "2026-05"
    ]


def messages(said, kind="errors") -> str:
    return " ".join(problem["message"] for problem in said[kind])


# Rates (Decision 14)


@pytest.mark.parametrize(
    ("values", "taken"),
    [
        (("0.08", "0.1"), "as fractions"),
        (("0.08", "1"), "as fractions"),
        (("8", "0.5"), "as percentages"),
        (("0.08", "1.000001"), "as percentages"),
        (("-1.5", "0.5"), "as percentages"),
    ],
)
def test_how_rates_were_read_is_always_said(importing, values, taken):
    said = importing(rates(*values))
    assert said["accepted"]
    assert taken in messages(said, "warnings")


@pytest.mark.parametrize(
    ("values", "row"),
    [
        (("8%", "9%", "10"), 4),
        (("8", "9", "10%"), 4),
        (("8%", "9", "10"), 3),
        (("8", "9%", "10%"), 3),
        (("8", "9%", "10"), 3),
    ],
)
def test_the_first_rate_that_is_written_otherwise_is_named(importing, values, row):
    said = importing(rates(*values))
    assert places(said) == [(row, "value")]
    assert "Some rates have a per cent sign and others don't" in messages(said)
    assert stored_rates() == []


def test_each_per_cent_sign_of_an_amount_is_refused(importing):
    said = importing(
        f"month,metric,value\n2026-06,{RATE},8%\n2026-06,Total sales,9%\n"
        "2026-07,Total sales,5\n2026-08,Total sales,7%\n"
    )
    assert places(said) == [(3, "value"), (5, "value")]
    assert said["errors"][0]["message"] == "“Total sales” is not a rate. Remove the per cent sign."


def test_how_rates_were_read_is_said_at_the_first_of_them(importing):
    said = importing(f"month,metric,value\n2026-06,Total sales,9\n2026-06,{RATE},8\n2026-07,{RATE},9\n")
    assert [each["row"] for each in said["warnings"] if "as percentages" in each["message"]] == [3]


def test_rates_far_from_the_known_ones_are_asked_about(importing, nine_per_cent):
    said = importing(rates("0.5", "0.8"))
    assert not said["accepted"]
    assert said["errors"] == [
        {
            "sheet": None,
            "row": 2,
            "column": "value",
            "message": f"“{RATE}”: 0.5 could mean 0.5% or 50%. Its values so far are about 9%. "
            "Choose how its rates are written. (--rates per-cent, --rates fractions)",
        }
    ]
    assert stored_rates() == []


@pytest.mark.parametrize(
    ("answer", "values"),
    [
        ("per-cent", ["0.005", "0.008"]),
        ("fractions", ["0.5", "0.8"]),
        (f"{RATE}=per-cent", ["0.005", "0.008"]),
        ("CUSTOMER conversion RATE = fractions".replace(" = ", "="), ["0.5", "0.8"]),
    ],
)
def test_a_script_answers_by_an_option(importing, nine_per_cent, answer, values):
    said = importing(rates("0.5", "0.8"), "--rates", answer)
    assert said["accepted"], messages(said)
    assert stored_rates() == values


@pytest.mark.parametrize("answer", ["percent", "Total sales", "x=", f"{RATE}=pct"])
def test_an_answer_that_is_none_is_refused(plan, tmp_path, answer):
    with pytest.raises(CommandError, match="per-cent or fractions"):
        call_command("import_readings", str(plan.pk), str(tmp_path), "--rates", answer)


@pytest.mark.parametrize(
    ("values", "is_asked"),
    [
        (("0.27", "0.27"), False),  # three times 0.09 exactly
        (("0.2701", "0.2701"), True),
        (("0.03", "0.03"), False),  # a third of it exactly
        (("0.0299", "0.0299"), True),
        (("9", "9.5"), False),
        (("28", "28"), True),
        (("0.01", "0.09", "0.5"), False),  # the median counts
        (("0", "0"), False),
    ],
)
def test_far_is_three_times_or_a_third(importing, nine_per_cent, values, is_asked):
    assert importing(rates(*values), "--dry-run")["accepted"] is not is_asked


def test_other_metrics_and_teams_do_not_count_as_known(importing, status, whole, team):
    """9 % of another metric, and 9 % of a namesake in another team, say nothing about this one."""
    other_team = Team.objects.create(name="West China sales")
    others = [
        Metric.objects.create(team=team, name="Repurchase rate", kind="rate"),
        Metric.objects.create(team=other_team, name=RATE, kind="rate"),
    ]
    wholes = [whole, Segment.objects.create(team=other_team, dimension="whole")]
    for metric, segment in zip(others, wholes, strict=True):
        Reading.objects.create(metric=metric, segment=segment, month=dt.date(2026, 5, 1), value="0.09")
    assert importing(rates("0.5", "0.8"))["accepted"]


def test_what_was_exported_comes_back_unchanged_without_a_question(
    importing, plan, as_, manager, nine_per_cent
):
    file = as_(manager).get(reverse("export", args=[plan.pk, "readings", "csv"]))
    text = b"".join(file.streaming_content) if file.streaming else file.content
    assert b"0.085" in text
    before = stored()
    said = importing(text)
    assert said["accepted"], messages(said)
    assert stored() == before


# Currencies (Decision 19)

ORDERS = "date,order,customer,amount\n"


@pytest.mark.parametrize(
    ("amounts", "wrong"),
    [
        (("¥100", "$100", "€100"), [3, 4]),
        (("100", "100 USD", "￥100"), [3]),
        (("1,000.50", "£1,000.50", "100元"), [3]),
        (("$1", "$2", "$3"), [2, 3, 4]),
    ],
)
def test_each_foreign_amount_is_an_error_that_names_both(importing, amounts, wrong):
    lines = [f'2026-06-0{n},A{n},C{n},"{amount}"' for n, amount in enumerate(amounts, start=1)]
    said = importing(ORDERS + "\n".join(lines) + "\n")
    assert places(said) == [(row, "amount") for row in wrong]
    assert all("CNY" in problem["message"] for problem in said["errors"])
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    ("currency", "amounts", "is_taken"),
    [
        ("USD", ("$100", "US$100", "100 usd"), True),
        ("JPY", ("¥100", "￥200", "300"), True),
        ("SGD", ("$100", "S$100", "100"), True),
        ("SGD", ("$100", "US$100", "100"), False),
        ("USD", ("¥100", "100", "100"), False),
    ],
)
def test_a_shared_sign_is_the_teams(importing, team, currency, amounts, is_taken):
    team.currency = currency
    team.save()
    lines = [f"2026-06-0{n},A{n},C{n},{amount}" for n, amount in enumerate(amounts, start=1)]
    assert importing(ORDERS + "\n".join(lines) + "\n", "--dry-run")["accepted"] is is_taken


@pytest.mark.parametrize(
    "content",
    [
        "date,order,customer,amount (USD)\n2026-06-01,A1,C1,100\n",
        "date,order,customer,amount,currency\n2026-06-01,A1,C1,100,USD\n2026-06-02,A2,C2,100,CNY\n",
        "单位：万美元\n日期,订单号,客户,金额\n2026-06-01,A1,C1,100\n",
        "month,metric,value (USD)\n2026-06,Total sales,100\n",
        "month,metric,value\n2026-06,Total sales (€),100\n",
        "month,metric,value,unit\n2026-06,Total sales,100,美元\n",
        "month,metric,value,币种\n2026-06,Total sales,100,HKD\n",
        "month,metric,value\n2026-06,Total sales,$100\n",
        "month,Total sales (USD)\n2026-06,100\n",
    ],
)
def test_a_foreign_currency_outside_of_the_cell_is_an_error_too(importing, content):
    said = importing(content)
    assert len(said["errors"]) == 1, said
    assert "CNY" in messages(said)
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        "date,order,customer,amount (CNY),currency\n2026-06-01,A1,C1,100,cny\n2026-06-02,A2,C2,100,\n",
        "month,metric,value (RMB),币种\n2026-06,Total sales,100,人民币\n",
    ],
)
def test_the_teams_own_is_taken(importing, content):
    assert importing(content)["accepted"]
