"""What a page says of its keys."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("table", "adds", "beneath"), [("diagnose", 1, 0), ("readings", 0, 0), ("goals", 1, 1)]
)
def test_only_keys_that_do_something_are_named(plan, manager, viewer, as_, table, adds, beneath):
    page = as_(manager).get(f"/plans/{plan.pk}/{table}/").content.decode()
    assert (page.count("add row"), page.count("add beneath")) == (adds, beneath)
    assert "next cell" in page
    assert "next cell" not in as_(viewer).get(f"/plans/{plan.pk}/{table}/").content.decode()
