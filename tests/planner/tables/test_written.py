"""What people write in spreadsheets, as a field is sent it."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from planner.models import Metric
from planner.tables import written

KINDS = Metric.Kind.choices
# A plan over the turn of the year, on a day of its first year.
SPAN = dt.date(2026, 10, 1), dt.date(2027, 3, 31), dt.date(2026, 11, 23)


class Person(SimpleNamespace):
    def __str__(self) -> str:
        return str(self.name)


ANNA = Person(pk=1, name="Anna", beside="Lead")
ANNA_2 = Person(pk=2, name="Anna", beside="Marketing")
BEN = Person(pk=3, name="Ben Li", beside="")


@pytest.mark.parametrize("text", ["Rate", " ｒａｔｅ ", "比率", "rate", "RATE"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_choice_is_known_by_its_label_in_either_language_and_by_its_value(text, language):
    with override(language):
        assert written.choice(KINDS, text) == "rate"


def test_a_choice_that_there_is_not_names_those_that_there_are():
    with pytest.raises(ValidationError) as refused:
        written.choice([("a", "First"), ("b", "Second")], "Third", also=[("a", "1st")])

    assert refused.value.messages == ["“Third” is not one of the choices: First, Second."]
    assert written.choice([("a", "First"), ("b", "Second")], "1st", also=[("a", "1st")]) == "a"


@pytest.mark.parametrize(
    ("text", "value"),
    [("ben  li", "3"), ("ＢＥＮＬＩ", "3"), ("Anna (Marketing)", "2"), ("nobody yet", "")],
)
def test_a_person_is_known_by_name(text, value):
    assert written.pick([ANNA, ANNA_2, BEN], "Nobody yet", text) == value


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Anna", "“Anna” could be Anna (Lead), Anna (Marketing). Write which one."),
        ("Carl", "“Carl” is not in the list of this column."),
        ("1", "“1” is not in the list of this column."),
    ],
)
def test_a_name_that_is_not_clear_is_asked(text, sentence):
    with pytest.raises(ValidationError) as refused:
        written.pick([ANNA, ANNA_2, BEN], "Nobody yet", text)

    assert refused.value.messages == [sentence]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-10-01", "2026-10-01"), ("2026/10/1", "2026-10-01"), ("2026年10月1日", "2026-10-01"),
        ("1 Oct", "2026-10-01"), ("10月1日", "2026-10-01"), ("15 Jan", "2027-01-15"), ("1 Jul", "2026-07-01"),
        ("31/10/2026", "2026-10-31"),
        ("10/31/2026", "2026-10-31"), ("3/3/2026", "2026-03-03"),
    ],
)  # fmt: skip
def test_a_day_is_read_as_spreadsheets_show_it(text, day):
    assert written.day(text, *SPAN) == day


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("1/2/2026", "could be two dates"), ("soon", "is not a date"), ("5", "is not a date")],
)
def test_a_day_that_is_not_clear_is_asked(text, sentence):
    with pytest.raises(ValidationError, match=sentence):
        written.day(text, *SPAN)


@pytest.mark.parametrize(
    ("text", "unit", "figure"),
    [
        ("150 new customers", "new customers", "150"),
        ("80万元", "元", "80万"),
        ("12", "", "12"),
        ("元", "元", "元"),
    ],
)
def test_a_figure_comes_without_its_unit(text, unit, figure):
    assert written.figure(text, unit) == figure


def test_lines_become_one_in_a_field_of_one_line():
    assert written.one_line("first\nsecond") == "first second"


def test_the_words_of_the_module_are_in_the_readers_language():
    with override("zh-hans"), pytest.raises(ValidationError) as refused:
        written.day("x", *SPAN)
    messages: Any = refused.value.messages

    assert "不是日期" in messages[0]
