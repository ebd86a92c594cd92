"""Home: what waits for the person who signed in."""

from __future__ import annotations


def test_without_a_plan_home_asks_for_the_first_one(team, manager, as_):
    page = as_(manager).get("/").content.decode()

    assert "No plan yet. Create your first plan." in page
    assert "All plan checks pass." not in page


def test_a_plan_that_has_not_begun_leaves_nothing_to_attend_to(plan, manager, as_):
    type(plan).objects.update(state="draft")
    page = as_(manager).get("/").content.decode()

    assert "All plan checks pass." in page
    assert "No plan yet." not in page
