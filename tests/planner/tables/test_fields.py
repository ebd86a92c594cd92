"""What is typed in a cell becomes what its object holds, or a sentence that says why it does not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django import forms
from django.core.exceptions import ValidationError

from planner.tables.fields import DayField, DayRangeField, FlagField, ItemsField, QuantityField, ScoreField
from planner.tables.forms import RowForm


@pytest.mark.parametrize("day", ["1989-12-31", "2200-01-01"])
def test_a_year_that_is_a_typing_error_is_refused_with_the_range(day):
    with pytest.raises(ValidationError) as refusal:
        DayField().clean(day)
    assert refusal.value.messages == ["Choose a date between 1990 and 2199."]


@pytest.mark.parametrize("day", ["1990-01-01", "2199-12-31"])
def test_the_first_and_the_last_year_are_taken(day):
    assert f"{DayField().clean(day)}" == day


@pytest.mark.parametrize(("typed", "score"), [("", None), ("1", 1), ("5", 5)])
def test_a_score_is_a_number_or_none(typed, score):
    field = ScoreField()
    assert field.clean(typed) == score
    assert field.prepare_value(score) == typed


@pytest.mark.parametrize("typed", ["0", "6", "2.5", "high", "－"])
def test_a_score_beyond_the_scale_is_refused(typed):
    with pytest.raises(ValidationError) as refusal:
        ScoreField().clean(typed)
    assert refusal.value.messages == ["Scores are whole numbers from 1 to 5."]


def test_each_step_of_a_score_says_what_it_means():
    class Form(forms.Form):
        impact = ScoreField(lines=("one", "two", "three", "four", "five"))

    options = [option.data for option in Form()["impact"]]
    assert [option["line"] for option in options] == ["Not scored", "one", "two", "three", "four", "five"]


def test_focus_is_yes_or_no():
    field = FlagField(yes="In focus", no="Not in focus")
    assert [field.clean("1"), field.clean("")] == [True, False]
    assert [field.prepare_value(True), field.prepare_value(False)] == ["1", ""]


@pytest.mark.parametrize(
    "typed", ["one\ntwo", "① one; ② two", "①one\n② two", "1、one\n2、two", " - one\n- two\n\n"]
)
def test_a_list_is_kept_one_item_a_line_without_markers(typed):
    field = ItemsField()
    assert field.clean(typed) == "one\ntwo"
    assert field.clean(field.clean(typed)) == "one\ntwo"


def test_an_item_that_is_too_long_is_named():
    field = ItemsField(longest=10)
    assert field.clean("① 0123456789") == "0123456789"
    with pytest.raises(ValidationError) as refusal:
        field.clean("short\n01234567890")
    assert refusal.value.messages == ["“01234567890…” is longer than 10 characters. Split it into two lines."]


@pytest.mark.parametrize("typed", ["100w", "100 W", "1百万元", "¥1,000,000", "1m", "1mn", "1000k"])
def test_an_amount_is_read_as_people_write_it(typed):
    field = QuantityField()
    field.currency = "CNY"
    assert field.clean(typed) == Decimal(1_000_000)


class RangeForm(forms.Form):
    days = DayRangeField(label="Period", required=False)


@pytest.mark.parametrize(
    "sent",
    [
        {"days_from": "2026-07-01", "days_to": "2026-07-15"},
        {"days": "2026-07-01/2026-07-15"},
    ],
)
def test_a_range_is_two_dates(sent):
    form = RangeForm(sent)
    assert form.is_valid()
    days = form.cleaned_data["days"]
    assert days == (dt.date(2026, 7, 1), dt.date(2026, 7, 15))
    text = form.fields["days"].prepare_value(days)
    assert text == "2026-07-01/2026-07-15"
    assert form.fields["days"].to_python(text) == days


@pytest.mark.parametrize("sent", [{}, {"days_from": "", "days_to": ""}, {"days": ""}])
def test_an_empty_range_is_none(sent):
    form = RangeForm(sent)
    assert form.is_valid()
    assert form.cleaned_data["days"] is None


def test_a_range_of_one_day_is_a_range():
    assert RangeForm({"days": "2026-07-01/2026-07-01"}).is_valid()


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("2026-07-01", "", "Enter both dates, or leave both empty."),
        ("", "2026-07-01", "Enter both dates, or leave both empty."),
        ("2026-07-02", "2026-07-01", "The end date is before the start date. Choose a later one."),
        ("2026-07-02", "soon", "Enter a valid date, such as 2026-10-01."),
        ("0026-07-02", "2026-07-01", "Choose a date between 1990 and 2199."),
    ],
)
def test_half_a_range_and_one_that_runs_backwards_are_refused(first, last, sentence):
    form = RangeForm({"days_from": first, "days_to": last})
    assert form.errors == {"days": [sentence]}
    assert f'value="{first}"' in str(form["days"]) or not first
    assert f'value="{last}"' in str(form["days"]) or not last


def test_both_dates_of_a_range_have_a_name():
    drawn = str(RangeForm()["days"])
    assert [f'aria-label="{end}"' in drawn for end in ("From", "To")] == [True, True]
    assert drawn.count('type="date"') == 2


def test_a_range_in_a_conflict_is_shown_as_people_read_it(plan, manager):
    class SpanForm(RowForm):
        span = DayRangeField(required=False)

    form = SpanForm(table=SimpleNamespace(plan=plan), obj=SimpleNamespace(span=None))
    days = (dt.date(2026, 7, 1), dt.date(2026, 7, 15))
    assert form.describe("span", days) == "1 Jul – 15 Jul 2026"
    assert form.describe("span", None) == ""
