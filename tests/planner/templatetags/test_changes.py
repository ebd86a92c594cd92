"""Lines of the history as sentences."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from planner.models import Change
from planner.templatetags.changes import change_sentence, change_text


@pytest.mark.parametrize(
    ("action", "english", "chinese"),
    [
        ("add", "Zhou Yi added “Win-back calls”", "Zhou Yi添加了“Win-back calls”"),
        ("set", "Zhou Yi changed “Win-back calls”", "Zhou Yi修改了“Win-back calls”"),
        ("remove", "Zhou Yi removed “Win-back calls”", "Zhou Yi删除了“Win-back calls”"),
        ("restore", "Zhou Yi restored “Win-back calls”", "Zhou Yi恢复了“Win-back calls”"),
    ],
)
def test_a_change_is_a_sentence(action, english, chinese):
    change = Change(action=action, by_name="Zhou Yi", label="Win-back calls")
    for language, sentence in (("en", english), ("zh-hans", chinese)):
        with override(language):
            assert change_sentence(change) == sentence


def test_what_nobody_did_was_done_by_the_system():
    assert change_sentence(Change(action="set", label="Leads")) == "The system changed “Leads”"


def test_the_factors_of_a_formula_are_only_said_to_have_changed():
    change = Change(action="set", model="planner.formula", field="factors", old=[[1, None]], new=[[2, None]])
    assert change_text(change) == "Factors changed"


def test_a_field_is_written_with_its_old_and_new_value():
    change = Change(action="set", model="tracking.task", field="status", old="not_started", new="done")
    assert change_text(change) == "Status: Not started → Done"
    with override("zh-hans"):
        assert change_text(change) == "状态：未开始 → 完成"
