"""The page of the strategies, and the page of one."""

from __future__ import annotations

HTMX = {"HTTP_HX_REQUEST": "true"}


def test_the_list_shows_the_strategies_by_priority(board, manager, as_):
    page = as_(manager).get(board.url).content.decode()
    assert page.index("Membership points") < page.index("Members&#x27; offer")


def test_the_page(board, manager, as_):
    page = as_(manager).get(board.page).content.decode()
    assert "Membership points" in page
