"""How a refusal sounds, and in which language."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError

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


def test_what_the_log_refuses_answers_with_its_sentence_and_is_logged(plan, status, manager, as_, caplog):
    with changes.recording(plan.team, plan=plan, by=manager) as log:
        status.sales.problems = "late"
        log.save(status.sales)
    Plan.objects.filter(pk=plan.pk).update(state="closed")

    answer = as_(manager).post(f"/plans/{plan.pk}/undo/1/")

    assert answer.status_code == 409
    assert "This plan is closed" in answer.content.decode()
    assert f"PlanClosed: /plans/{plan.pk}/undo/1/" in caplog.messages
    status.sales.refresh_from_db()
    assert status.sales.problems == "late"


def test_any_other_rule_that_a_view_does_not_expect_is_an_error(plan, manager, as_, monkeypatch):
    def broken(*args, **options):
        raise ValidationError("Nobody expects this.")

    monkeypatch.setattr(changes, "undo", broken)
    client = as_(manager)
    client.raise_request_exception = False
    assert client.post(f"/plans/{plan.pk}/undo/1/").status_code == 500
