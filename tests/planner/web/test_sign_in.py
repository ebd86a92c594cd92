"""What a script is told when its request cannot be taken: the reason, where to sign in, and the token that is valid."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from planner.models import Membership, Team
from tests.conftest import seat

SCRIPT, FORM = {"HX-Request": "true"}, {"X-Whole-Form": "1"}


@pytest.fixture
def cell(plan, status) -> tuple[str, dict[str, str]]:
    """A cell of Table 1, and what is typed into it."""
    return f"/plans/{plan.pk}/diagnose/rows/metric-{status.sales.pk}/", {
        "cell": "problems",
        "problems": "late",
    }


@pytest.mark.parametrize("headers", [SCRIPT, FORM])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_script_whose_session_ended_is_told_where_to_sign_in(cell, as_, headers, method):
    here = {"HX-Current-URL": "http://testserver/plans/7/diagnose/?q=a%20b"}
    answer = getattr(as_(None), method)(cell[0], headers=headers | here)

    assert answer.status_code == 401
    assert answer["X-Sign-In"] == "/accounts/login/?next=%2Fplans%2F7%2Fdiagnose%2F%3Fq%3Da%2520b"
    assert answer.content.decode().startswith("You have been signed out.")


def test_the_way_back_from_the_sign_in_page_stays_on_this_site(cell, as_):
    there = {"HX-Current-URL": "https://evil.example/plans/7/"}

    assert as_(None).get(cell[0], headers=SCRIPT | there)["X-Sign-In"] == "/accounts/login/"


def test_a_page_whose_session_ended_leads_to_the_sign_in_page(cell, as_):
    answer = as_(None).post(*cell)

    assert answer.status_code == 302
    assert answer.url == f"/accounts/login/?next={cell[0]}"


@pytest.mark.parametrize("headers", [SCRIPT, FORM])
def test_a_page_of_somebody_else_saves_nothing_in_this_name(cell, status, manager, rep, as_, headers):
    of_manager = headers | {"X-Signed-In-As": str(manager.pk)}
    seat(rep, status.sales.plan.team).delete()
    Membership.objects.create(team=status.sales.plan.team, user=rep, name="Rick", role="manager")

    answer = as_(rep).post(*cell, headers=of_manager)

    assert answer.status_code == 401
    assert "signed in as Rick" in answer.content.decode()
    assert answer["X-Sign-In"] == "/accounts/logout/"
    status.sales.refresh_from_db()
    assert status.sales.problems == ""
    assert as_(manager).post(*cell, headers=of_manager).status_code in (200, 204)
    status.sales.refresh_from_db()
    assert status.sales.problems == "late"


def strict(user) -> Client:
    """A browser that is checked against forgery."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("headers", [SCRIPT, FORM])
def test_a_script_with_an_old_token_gets_the_new_one_and_is_taken(cell, status, manager, headers):
    client = strict(manager)
    client.get(f"/plans/{status.sales.plan_id}/diagnose/")
    refused = client.post(*cell, headers=headers | {"X-CSRFToken": "a" * 64})
    status.sales.refresh_from_db()

    assert (refused.status_code, refused.content, status.sales.problems) == (403, b"", "")
    token = {"X-CSRFToken": refused["X-CSRF-Token"]}
    assert client.post(*cell, headers=headers | token).status_code in (200, 204)
    status.sales.refresh_from_db()
    assert status.sales.problems == "late"


def test_a_page_with_an_old_token_gets_no_token_but_the_page_that_says_so(cell, manager):
    answer = strict(manager).post(*cell, headers={"X-CSRFToken": "a" * 64})

    assert answer.status_code == 403
    assert "X-CSRF-Token" not in answer
    assert "This page has expired" in answer.content.decode()


def test_a_page_that_waits_for_a_sign_in_asks_for_the_session(manager, as_):
    answer = as_(manager).get("/accounts/session/", headers=SCRIPT)

    assert answer.status_code == 204
    assert re.fullmatch(r"[A-Za-z0-9]{64}", answer["X-CSRF-Token"])
    assert "no-store" in answer["Cache-Control"]


def test_a_whole_form_is_told_where_its_answer_leads(team, manager, as_):
    sent = {"name": "Anna", "role": "rep"}
    answer = as_(manager).post("/team/members/add/", sent, headers=FORM)
    anna = Membership.objects.get(name="Anna")

    assert answer.status_code == 204
    assert answer["Location"] == f"/team/members/{anna.pk}/"
    assert as_(manager).post("/team/members/add/", sent).url == f"/team/members/{anna.pk + 1}/"


def test_a_script_learns_whether_a_row_is_gone_or_the_whole_plan(cell, plan, manager, as_):
    client = as_(manager)
    other = cell[0].replace("metric-", "metric-9")
    row = client.post(other, cell[1], headers=SCRIPT)
    Membership.objects.filter(user=manager).delete()
    Team.objects.filter(pk=plan.team_id).update(name="East")
    whole = client.post(*cell, headers=SCRIPT)

    assert (row.status_code, whole.status_code) == (404, 404)
    assert ("X-Out-Of-Reach" in row, "X-Out-Of-Reach" in whole) == (False, True)
