"""What a cell shows, as text."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils.html import format_html

from planner.arithmetic.formats import Figure
from planner.tables import cells
from planner.tables.pasting.shown import main_line

SCORE, FIGURE = cells.score(4), cells.figure(Figure("800,000", "CNY"))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (cells.EMPTY, ""),
        (cells.text("Slow <b>\nstart"), "Slow <b>\nstart"),
        (FIGURE, "800,000 CNY"),
        (SCORE, "4"),
        (cells.day(dt.date(2026, 7, 15), dt.date(2026, 1, 1)), "15 Jul"),
        (cells.lines("Sales", "CNY"), "Sales"),
        (cells.lines(FIGURE, "Surplus"), "800,000 CNY"),
        (format_html('<span class="lines">{}{}</span>', "15 Jul", cells.late(3)), "15 Jul"),
        (cells.chip("warn", "In progress · 50%"), "In progress · 50%"),
        (cells.steps(["call", "ask"]), "call\nask"),
        (cells.steps([format_html("call <small>→ {}</small>", "Referrals")]), "call"),
        (cells.tip(FIGURE, ["Entered by hand"]), "800,000 CNY"),
        (cells.beside(cells.sparkline([1, 2, 3], "months"), FIGURE), "800,000 CNY"),
        (format_html("{}{}", cells.lines("150", "from 115"), cells.share_bar(None, "30%")), "150"),
    ],
)
def test_the_main_line_of_a_cell(html, text):
    assert main_line(html) == text


def test_the_strategy_that_an_action_points_to_belongs_to_it():
    actions = [format_html("call <small>→ {}</small>", name) for name in ("Referrals", "Points")]

    assert main_line(cells.steps(actions)) == "call → Referrals\ncall → Points"
