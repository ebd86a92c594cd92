"""Names in the order of their sounds and numbers, and found by what people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.arithmetic.collation import finds, fold, search_keys, sort_key


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("周易", "zhouyi zy"),
        ("曾琳", "cenglin zenglin cl zl"),
        ("吕布", "lvbu lubu lb"),
        ("重庆大区", "zhongqingdaqu"),
        ("VIP客户", "vipkehu vipkh"),
        ("新客户获取成本", "xinkehuhuoquchengben xkhhqcb"),
        ("老客复购率 Q3", "laokefugoulvq3 laokefugouluq3 lkfglq3"),
        ("Zhou Yi", ""),
        ("", ""),
        ("，。", ""),
    ],
)
def test_what_finds_a_chinese_text(text, keys):
    found = search_keys(text)
    assert found == keys if len(keys.split()) != 1 else keys in found.split()


@given(st.text(max_size=40))
def test_every_text_has_keys_without_end(text):
    keys = search_keys(text).split()
    assert len(keys) <= 64
    assert all(key == key.strip() for key in keys)


def test_a_list_stands_as_people_look_for_it():
    names = [
        "10 号",
        "2 号",
        "b",
        "A",
        "阿强",
        "陈静",
        "西安",
        "先生",
        "周易",
        "Zhou",
        "É",
        "f",
        "区域10",
        "区域2",
    ]
    assert sorted(names, key=sort_key) == [
        "2 号", "10 号", "A", "b", "É", "f", "Zhou", "阿强", "陈静", "区域2", "区域10", "西安", "先生", "周易",
    ]  # fmt: skip


def test_a_surname_is_read_as_one():
    people = ["周易", "曾琳", "陈静", "单晓", "任重"]
    by_person = sorted(people, key=lambda name: sort_key(name, is_person=True))
    assert by_person == ["陈静", "任重", "单晓", "曾琳", "周易"]
    assert sorted(["曾琳", "陈静"], key=sort_key) == ["曾琳", "陈静"]  # a thing of that name is read ceng


@given(st.lists(st.text(max_size=12), max_size=12), st.booleans())
def test_the_order_is_total_and_the_same_from_any_order(texts, is_person):
    backwards = list(reversed(texts))
    for names in (texts, backwards):
        names.sort(key=lambda text: sort_key(text, is_person=is_person))
    assert texts == backwards


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("１２", "Region 12"),
        ("12", "第１２区"),
        ("ａｂ", "xABy"),
        ("Ünal", "unal"),
        ("straße", "STRASSE"),
        ("80万元", "80 万元"),
        ("", "anything"),
        ("100%", "100 % of it"),
    ],
)
def test_a_search_finds_whatever_the_case_and_the_width(query, text):
    assert finds(query, "other", text)


@pytest.mark.parametrize(("query", "text"), [("%", "abc"), ("_", "abc"), ("a.c", "abc"), ("周", "zhou")])
def test_a_search_takes_every_character_for_itself(query, text):
    assert not finds(query, text)


@given(st.text(max_size=30), st.text(max_size=10))
def test_a_text_is_found_by_any_part_of_it(text, more):
    assert finds(text, more + text + more) or not fold(text)
