"""What is typed in a cell becomes what its object holds, or a sentence that says why it does not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError

from planner.tables.fields import DayField, FocusField, ItemsField, QuantityField, ScoreField


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
    field = FocusField()
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
