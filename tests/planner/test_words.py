"""Lists of names in the reader's language."""

from __future__ import annotations

import pytest
from django.template import engines
from django.utils.translation import override

from planner.arithmetic.formats import Scale
from planner.words import figure, labelled, listed


@pytest.mark.parametrize(
    ("names", "english", "chinese"),
    [
        ([], "", ""),
        (["A"], "A", "A"),
        (["A", "B", "C"], "A, B, C", "A、B、C"),
        (["A", "B", "C", "D"], "A, B, C and 1 more", "A、B、C 等 4 个"),
        (["A", "B", "C", "D", "E"], "A, B, C and 2 more", "A、B、C 等 5 个"),
        (["甲", "乙", "丙", "丁"], "甲, 乙, 丙 and 1 more", "甲、乙、丙等 4 个"),
        (range(1, 5), "1, 2, 3 and 1 more", "1、2、3 等 4 个"),
    ],
)
def test_a_few_names_are_listed_and_the_others_counted(names, english, chinese):
    with override("en"):
        assert listed(names) == english
    with override("zh-hans"):
        assert listed(iter(names)) == chinese


@pytest.mark.parametrize(
    ("unit", "value", "english", "chinese"),
    [
        ("CNY", 884_000, "884,000 CNY", "88.4 万 CNY"),
        ("元", 884_000, "884,000 元", "88.4 万元"),
        ("元", 460, "460 元", "460 元"),
        ("", 884_000, "884,000", "88.4 万"),
    ],
)
def test_a_space_stands_between_a_number_and_its_unit(unit, value, english, chinese):
    for language, shown in (("en", english), ("zh-hans", chinese)):
        with override(language):
            assert figure(Scale(unit=unit), value) == shown


def test_a_label_stands_before_its_value():
    assert labelled("Region", "East") == "Region: East"
    with override("zh-hans"):
        assert labelled("区域", "华东") == "区域：华东"


def test_a_list_is_as_long_as_its_reader_needs():
    with override("en"):
        assert listed("ABCDE", most=1) == "A and 4 more"
        assert listed("ABCDE", most=None) == "A, B, C, D, E"


@pytest.mark.parametrize(("language", "shown"), [("en", "Mon, &lt;b&gt;"), ("zh-hans", "Mon、&lt;b&gt;")])
def test_templates_list_names_whole_and_escaped(language, shown):
    page = engines["django"].from_string("{% load lists %}{{ names|listed }}")
    with override(language):
        assert page.render({"names": ["Mon", "<b>"]}) == shown
