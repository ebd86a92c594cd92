"""How a refusal sounds, and in which language."""

from __future__ import annotations

import re

import pytest

from planner import changes
from planner.models import Plan


@pytest.mark.parametrize("debug", [False, True])
def test_strangers_get_our_own_page_of_nothing(plan, outsider, as_, settings, debug):
    settings.DEBUG = debug
    answer = as_(outsider).get(f"/plans/{plan.pk}/")

    assert answer.status_code == 404
    page = answer.content.decode()
    assert 'class="narrow"' in page
    assert "Q4" not in re.sub(r"[A-Za-z0-9]{32,}", "", page)


def test_a_broken_rule_answers_with_its_sentence(plan, status, manager, as_):
    with changes.recording(plan.team, plan=plan, by=manager) as log:
        status.sales.problems = "late"
        log.save(status.sales)
    Plan.objects.filter(pk=plan.pk).update(state="closed")

    answer = as_(manager).post(f"/plans/{plan.pk}/undo/1/")

    assert answer.status_code == 409
    assert "This plan is closed" in answer.content.decode()
    status.sales.refresh_from_db()
    assert status.sales.problems == "late"
