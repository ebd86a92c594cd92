"""What a page says of its keys."""

from __future__ import annotations

import pytest

from strategies.models import Strategy
from tracking.models import Task


@pytest.mark.parametrize(
    ("table", "adds", "beneath"), [("diagnose", 1, 0), ("readings", 0, 0), ("goals", 1, 1)]
)
def test_only_keys_that_do_something_are_named(plan, manager, viewer, as_, table, adds, beneath):
    page = as_(manager).get(f"/plans/{plan.pk}/{table}/").content.decode()
    assert (page.count("add row"), page.count("add beneath")) == (adds, beneath)
    assert "next cell" in page
    assert "next cell" not in as_(viewer).get(f"/plans/{plan.pk}/{table}/").content.decode()


@pytest.mark.parametrize(("status", "percent", "asks"), [("in_progress", 20, True), ("done", 100, False)])
def test_a_task_that_is_over_asks_for_nothing_more(plan, manager, as_, status, percent, asks):
    strategy = Strategy.objects.create(plan=plan, title="Referrals", resources="budget", risk="none")
    Task.objects.create(strategy=strategy, description="Ask", status=status, percent=percent)
    page = as_(manager).get(f"/plans/{plan.pk}/tracking/").content.decode()
    assert ("Add risk" in page, "Add resources" in page) == (asks, asks)
