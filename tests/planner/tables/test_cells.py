"""What the cells of a table are drawn with."""

from __future__ import annotations

import re
from decimal import Decimal as D

import pytest

from planner.tables import cells
from planner.tables.columns import Cell, Column
from planner.tables.markup import EMPTY


@pytest.mark.parametrize(
    ("rate", "is_surplus", "tone", "width"),
    [
        ("0.399", False, "warn", 39),
        ("0.4", False, "bad", 40),
        ("1.5", False, "bad", 100),
        ("0", False, "warn", 0),
        (None, False, "warn", 0),
        ("0.5", True, "good", 0),
        ("-0.2", True, "good", 0),
    ],
)
def test_a_gap_is_a_bar_of_its_size_and_a_surplus_is_green(rate, is_surplus, tone, width):
    drawn = cells.gap_bar(None if rate is None else D(rate), "label", is_surplus)
    assert f'class="bar {tone}"' in drawn
    assert f'<rect width="{width}"' in drawn


@pytest.mark.parametrize(
    ("share", "width"), [(None, 0), ("-0.1", 0), ("0.256", 25), ("1", 100), ("1.2", 100)]
)
def test_a_share_is_a_bar_within_its_frame(share, width):
    assert f'<rect width="{width}"' in cells.share_bar(None if share is None else D(share), "label")


def test_a_score_has_as_many_full_dots_as_it_says():
    dots = re.findall(r'cx="(\d+)" cy="5" r="(\d)"', cells.score(3))
    assert dots == [("5", "4"), ("15", "4"), ("25", "4"), ("35", "2"), ("45", "2")]
    assert cells.score(None) == EMPTY


def test_a_score_says_what_its_step_means():
    drawn = cells.score(2, ("one", "<two>", "three", "four", "five"))
    assert '<span class="tip" role="tooltip">&lt;two&gt;</span>' in drawn
    assert cells.score(None, ("one",)) == EMPTY


@pytest.mark.parametrize(("days", "words"), [(1, "1 day late"), (2, "2 days late"), (21, "21 days late")])
def test_one_day_is_a_day(days, words):
    assert f">{words}<" in cells.late(days)


def test_a_course_ends_with_a_dot_on_its_last_value():
    drawn = cells.sparkline([D(0), D(5), D(10)], "label")
    assert 'd="M2 20.0 42 12.0 82 4.0"' in drawn
    assert '<circle cx="82" cy="4.0" r="2"/>' in drawn
    assert cells.sparkline([D(1)], "label") == ""


@pytest.mark.parametrize(
    ("numeric", "css", "shown"),
    [(False, "", "<td>"), (True, "", '<td class="n">'), (True, "wide", '<td class="n wide">')],
)
def test_a_cell_has_the_classes_of_its_column(numeric, css, shown):
    cell = Cell(Column("key", "Label", numeric=numeric, css=css), "text")
    assert cell.render("rows/x-1/", labelled=False).startswith(shown)
    assert ' data-label="Label"' in cell.render("rows/x-1/", labelled=True)
    assert "data-label" not in cell.render("rows/x-1/", labelled=False)


NASTY = "\"'><b>&"


def test_what_people_typed_is_escaped_in_text_and_attribute():
    column = Column("key", NASTY)
    cell = Cell(column, NASTY, values={"one": NASTY, "two": NASTY}, units={"one": NASTY, "two": NASTY})
    drawn = cell.render("rows/x-1/", labelled=True)
    assert "<b>" not in drawn
    assert "'" not in drawn
    assert drawn.count('"') == 2 * len(re.findall(r"\s[\w-]+=", drawn))
