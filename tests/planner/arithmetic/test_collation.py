"""Names in the order of their sounds and numbers, and found by what people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.arithmetic.collation import finds, finds_name, fold, search_keys, sort_key


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("周易", "zhouyi zy"),
        ("曾琳", "cenglin zenglin cl zl"),
        ("吕布", "lvbu lubu lb"),
        ("曾琳 (销售经理)", "cenglinxiaoshoujingli zenglinxiaoshoujingli clxsjl zlxsjl"),
        ("曾经理", "cengjingli zengjingli cjl zjl"),
        ("单晓", "danxiao chanxiao shanxiao dx cx sx"),
        ("重庆大区", "chongqingdaqu cqdq"),
        ("行业客户", "hangyekehu hykh"),
        ("王丁", "wangding wd"),  # not yu, not zheng: those are of old books
        ("女", "nv nu n"),
        ("ＶＩＰ", ""),
        ("VIP客户", "vipkehu vipkh"),
        ("新客户获取成本", "xinkehuhuoquchengben xkhhqcb"),
        ("老客复购率 Q3", "laokefugoulvq3 laokefugoushuaiq3 laokefugouluq3 lkfglq3 lkfgsq3"),
        ("Zhou Yi", ""),
        ("", ""),
        ("，。", ""),
    ],
)
def test_what_finds_a_chinese_text(text, keys):
    assert search_keys(text) == keys


HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)


@given(st.text(HAN | st.characters(exclude_categories=("Cs",)), max_size=40))
def test_every_key_of_a_text_is_folded_as_what_is_typed(text):
    keys = search_keys(text).split()
    assert all(fold(key) == key for key in keys)
    assert all(finds_name(key, text) for key in keys if key.isascii())


@given(st.text(HAN, min_size=1, max_size=300))
def test_keys_stay_short_however_long_and_ambiguous_the_text(text):
    keys = search_keys(text).split()
    assert len(keys) <= 2 or sum(map(len, keys)) <= 400


@pytest.mark.parametrize("query", ["ＺＹ", "Zhou Yi", "zhou'yi", "周", "ouy", ""])
def test_a_name_is_found_by_its_sounds_as_input_methods_write_them(query):
    assert finds_name(query, "Mary", "周易")


@pytest.mark.parametrize("query", ["zhang", "yizhou", "zyz", "iz", "'", "%"])
def test_another_name_is_not(query):
    assert not finds_name(query, "周易")


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


def test_a_job_title_for_a_name_is_read_as_its_words():
    titles = ["培训专员", "区域经理", "任务协调员"]
    assert sorted(set(titles), key=lambda name: sort_key(name, is_person=True)) == titles


def test_words_are_read_as_words_and_one_character_stands_in_one_place():
    names = ["长沙", "重庆", "厦门", "张三", "张一", "章三", "长官"]
    assert sorted(set(names), key=sort_key) == names


def test_numbers_of_any_length_stand_by_their_value():
    names = ["Q3 09", "Q3 10", "Q3 " + "9" * 5_000, "Q20"]
    assert sorted(set(names), key=sort_key) == names


@given(st.text(HAN, min_size=1, max_size=30))
def test_every_chinese_character_has_a_place(text):
    pieces, _text = sort_key(text)
    assert len(pieces) == len(text)


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
