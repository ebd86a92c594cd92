"""Blocks as a browser sends them, and which of their texts belong to which cells."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import ValidationError

from planner.tables.columns import Column
from planner.tables.pasting.blocks import MOST_LINES, Layout, TooLarge, read_block

COLUMNS = tuple(Column(key, key.upper()) for key in ("name", "aim", "steps", "owner", "due"))
LABELS = {column.key: column.label for column in COLUMNS}
TASK = {"name": 3}


def sent(lines: object, **more: str) -> dict[str, str]:
    return {"lines": json.dumps(lines), "column": "name", "keys": '["task-1", "task-2", "task-1"]'} | more


def test_a_block_is_read_with_its_place():
    block = read_block(sent([["a ", "b\r\nc"], ["d"], ["", ""]], kind="task", beneath="7"))

    assert block.lines == (("a", "b\nc"), ("d",))
    assert block.keys == ("task-1", "task-2")
    assert (block.column, block.kind, block.beneath, block.width) == ("name", "task", 7, 2)


@pytest.mark.parametrize("lines", [[], [[]], [["", "–"]], "a", [["a"], "b"], [[1]], [None]])
def test_what_is_no_block_is_refused(lines):
    with pytest.raises(ValidationError, match="nothing to paste"):
        read_block(sent(lines))


@pytest.mark.parametrize("keys", ["[1]", "{}", "no json"])
def test_keys_are_texts(keys):
    with pytest.raises(ValidationError):
        read_block(sent([["a"]], keys=keys))


def test_as_many_lines_as_the_limit_are_taken_and_not_one_more():
    assert len(read_block(sent([["a"]] * MOST_LINES)).lines) == MOST_LINES
    with pytest.raises(TooLarge):
        read_block(sent([["a"]] * (MOST_LINES + 1)))


def test_blank_lines_behind_a_block_do_not_count():
    assert len(read_block(sent([["a"], *[[""]] * 2 * MOST_LINES])).lines) == 1


def test_a_block_follows_the_columns_from_where_it_starts():
    assert Layout(COLUMNS, "steps").texts(("x", "", "2026"), {}) == {"steps": "x", "due": "2026"}
    assert Layout(COLUMNS, "name").texts(("a", "–", "c"), {}) == {"name": "a", "steps": "c"}


def test_of_the_columns_of_a_wide_cell_the_last_text_is_its_own():
    layout = Layout(COLUMNS, "name")

    assert layout.texts(("Strategy", "Aim", "① Call", "Mary"), TASK) == {"name": "① Call", "owner": "Mary"}
    assert layout.texts(("Call", "", "", "Mary"), TASK) == {"name": "Call", "owner": "Mary"}


def test_a_wide_cell_that_begins_before_the_block_gets_nothing():
    assert Layout(COLUMNS, "aim").texts(("x", "y", "Mary"), TASK) == {"owner": "Mary"}


@pytest.mark.parametrize(
    ("lines", "by_cell"),
    [
        ([("Call", "Mary", "2026-10-01")], True),
        ([("Call", "", "", "Mary")], False),
        ([("Referrals", "Aim", "① Call", "Mary"), ("Referrals", "Aim", "② Ask", "Rick")], False),
        ([("Call",)], False),
    ],
)
def test_a_list_of_ones_own_follows_the_cells_that_one_sees(lines, by_cell):
    layout = Layout(COLUMNS, "name")
    layout.follow_cells(lines, 3, "Referrals")

    assert layout.by_cell is by_cell


def test_who_follows_the_cells_goes_from_the_wide_one_to_its_neighbour():
    layout = Layout(COLUMNS, "name")
    layout.by_cell = True

    assert layout.texts(("Call", "Mary", "2026"), TASK) == {"name": "Call", "owner": "Mary", "due": "2026"}
    assert layout.beyond([("Call", "Mary", "2026", "more")], TASK) == 1


def test_columns_beyond_the_last_one_count_where_they_have_texts():
    layout = Layout(COLUMNS, "owner")

    assert layout.beyond([("Mary", "2026", "x", "", "y"), ("Rick",)], {}) == 2
    assert layout.beyond([("Mary", "2026", "", "–")], {}) == 0


@pytest.mark.parametrize(
    ("line", "is_heading"),
    [
        (("NAME", "aim", "Ｓteps"), True),
        (("NAME", "", "steps"), True),
        (("NAME",), False),
        (("NAME", "Sales"), False),
        (("", ""), False),
    ],
)
def test_headings_are_known_by_the_columns_names(line, is_heading):
    assert Layout(COLUMNS, "name").is_heading(line, LABELS) is is_heading
