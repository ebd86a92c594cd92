"""Lists as people type them in a cell."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from planner.arithmetic.items import circled, number_items, split_items


@pytest.mark.parametrize(
    ("typed", "items"),
    [
        ("", ()),
        ("tune ad keywords", ("tune ad keywords",)),
        ("tune ad keywords\n\n  referral reward ", ("tune ad keywords", "referral reward")),
        ("① tune ad keywords; ② referral reward", ("tune ad keywords", "referral reward")),
        ("①优化广告关键词；②转介绍奖励", ("优化广告关键词", "转介绍奖励")),
        ("① one\n② two\n③ three", ("one", "two", "three")),
        ("1. one\n2) two\n(3) three\n4、four", ("one", "two", "three", "four")),
        ("- one\n• two", ("one", "two")),
        ("- one - and more", ("one - and more",)),
        ("1. - one", ("one",)),
        ("1. ① one\n- ② two\n③ 3、three", ("one", "two", "three")),
        ("（1）one（2）two", ("one（2）two",)),
        ("1.5 % of those who see the ad click it", ("1.5 % of those who see the ad click it",)),
        ("-5 % against June", ("-5 % against June",)),
        ("2023 was better", ("2023 was better",)),
        ("10 new customers", ("10 new customers",)),
        ("①", ()),
    ],
)
def test_a_typed_list_is_split_into_its_items(typed, items):
    assert split_items(typed) == items


@given(st.text(alphabet="①②⑳1２.)、．(（）-–•* ;；\nab个", max_size=30))
@example("1. - ① 2) one")
def test_what_is_kept_is_shown_as_it_was_typed(typed):
    """A list is kept one item a line, and split again wherever it is shown."""
    items = split_items(typed)
    assert split_items("\n".join(items)) == items


@pytest.mark.parametrize("piece", ["1. ", ";", " ", "- ① ", "①;"])
def test_a_very_long_list_is_split_at_once(piece):
    begun = time.monotonic()
    split_items(piece * 500_000 + "x")
    assert time.monotonic() - begun < 5


def test_items_are_numbered_as_the_forms_write_them():
    assert number_items(("one", "two"), "; ") == "① one; ② two"
    assert number_items(("one",)) == "one"
    assert number_items(()) == ""
    assert [circled(1), circled(20), circled(21), circled(0)] == ["①", "⑳", "21.", "0."]
