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


FRAGMENT = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "table"}


@pytest.mark.parametrize(
    ("address", "status_code", "extra"),
    [
        ("/", 200, {}),
        ("/plans/{}/diagnose/", 200, {}),
        ("/plans/{}/diagnose/?q=a", 200, FRAGMENT),
        ("/plans/{}/diagnose/changes/?since=0", 204, {}),
        ("/plans/{}/diagnose/rows/metric-{}/", 200, FRAGMENT),
        ("/plans/{}/export/plan.xlsx", 200, {}),
        ("/plans/{}/export/status.csv", 200, {}),
        ("/accounts/preferences/", 200, {}),
        ("/plans/999999/", 404, {}),
        ("/accounts/login/", 302, {}),
    ],
)
def test_no_cache_keeps_what_people_see(plan, status, manager, as_, address, status_code, extra):
    answer = as_(manager).get(address.format(plan.pk, status.sales.pk), **extra)

    assert answer.status_code == status_code
    assert answer["Cache-Control"] == "private, no-store"
    vary = {name.strip() for name in answer["Vary"].split(",")}
    assert {"Cookie", "HX-Request", "HX-Target"} <= vary
    assert status_code != 200 or "Accept-Language" in vary


def test_a_page_without_a_sign_in_is_not_kept_either(db, as_):
    """It may follow from a secret in the address."""
    for address in ("/accounts/login/", "/accounts/password/reset/", "/", "/calendar/x.ics"):
        assert as_(None).get(address)["Cache-Control"] == "private, no-store"
