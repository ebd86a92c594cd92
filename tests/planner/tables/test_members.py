"""An owner who is not in the team yet, named in the cell itself."""

from __future__ import annotations

import pytest
from django.urls import reverse

from planner import changes
from planner.models import Change, Membership, Role
from strategies.models import Strategy
from tests.conftest import seat
from tracking.models import Task

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def task(plan) -> Task:
    strategy = Strategy.objects.create(plan=plan, order=1, title="Follow-up procedure")
    return Task.objects.create(strategy=strategy, order=1, description="List the pain points")


@pytest.fixture
def url(task, plan) -> str:
    return f"/plans/{plan.pk}/tracking/rows/task-{task.pk}/"


def send(client, url, owner, initial="", cell="owner"):
    return client.post(url, {"cell": cell, "owner": owner, "initial-owner": initial}, **HTMX)


def test_a_new_member_is_added_by_name_and_owns_the_task(url, task, team, manager, as_):
    answer = send(as_(manager), url, "new: 周  易 ")

    member = Membership.objects.get(team=team, name="周 易")
    task.refresh_from_db()
    assert (task.owner, member.role, member.user) == (member, Role.REP, None)
    assert "周 易" in answer.content.decode()
    assert answer["X-Changed"] == "1"


def test_undo_gives_the_owner_back_and_keeps_the_member(url, task, team, plan, manager, as_):
    client = as_(manager)
    revision = int(send(client, url, "new:Zhou Yi")["X-Revision"])
    assert client.post(reverse("plan-undo", args=[plan.pk, revision]), **HTMX).status_code == 204

    task.refresh_from_db()
    assert task.owner is None
    assert Membership.objects.filter(team=team, name="Zhou Yi", removed_at=None).count() == 1


def test_each_of_the_two_changes_has_a_revision_of_its_own(url, team, manager, as_):
    send(as_(manager), url, "new:Zhou Yi")

    made = dict(Change.objects.values_list("model", "revision").distinct())
    team.refresh_from_db()
    assert made["planner.membership"] == made["tracking.task"] + 1 == team.revision
    revisions = Change.objects.values_list("revision", flat=True)
    with changes.recording(team, by=manager) as log:
        assert log.revision not in set(revisions)


@pytest.mark.parametrize("written", ["Rick", "rick", "ＲＩＣＫ"])
def test_who_is_in_the_team_already_is_taken(url, task, team, manager, rep, as_, written):
    send(as_(manager), url, f"new:{written}")

    task.refresh_from_db()
    assert task.owner == seat(rep, team)
    assert Membership.objects.filter(team=team).count() == 2


def test_a_name_that_several_have_is_asked_about_and_kept(url, task, team, manager, as_):
    for title in ("Sales lead", "Trainer"):
        Membership.objects.create(team=team, name="Zhou Yi", job_title=title, role=Role.REP)
    answer = send(as_(manager), url, "new:Zhou Yi")

    assert answer.status_code == 422
    assert "Several members are called “Zhou Yi”." in answer.content.decode()
    assert '<option value="new:Zhou Yi" selected>' in answer.content.decode()
    assert Membership.objects.filter(team=team).count() == 3


def test_a_name_that_is_too_long_is_refused(url, team, manager, as_):
    answer = send(as_(manager), url, f"new:{'n' * 81}")
    assert answer.status_code == 422
    assert "too long" in answer.content.decode()
    assert Membership.objects.filter(team=team).count() == 1


def test_nobody_is_added_where_somebody_else_chose_another_owner(url, task, team, manager, rep, as_):
    Task.objects.filter(pk=task.pk).update(owner=seat(rep, team))
    assert send(as_(manager), url, "new:Zhou Yi").status_code == 409
    assert Membership.objects.filter(team=team).count() == 2


def test_nobody_is_added_where_the_row_is_refused(plan, team, manager, task, as_):
    """Two things in one transaction: the member goes where the row cannot be saved."""
    url = f"/plans/{plan.pk}/tracking/rows/task-{task.pk}/"
    sent = {"owner": "new:Zhou Yi", "initial-owner": "", "description": "", "initial-description": "x"}
    assert as_(manager).post(url, sent, **HTMX).status_code == 422
    assert Membership.objects.filter(team=team).count() == 1


def test_a_rep_names_no_new_member(url, task, team, rep, manager, as_):
    Task.objects.filter(pk=task.pk).update(owner=seat(rep, team))
    assert send(as_(rep), url, "new:Zhou Yi", initial=str(seat(rep, team).pk)).status_code == 403
    page = as_(rep).get(f"/plans/{task.strategy.plan_id}/tracking/").content.decode()
    assert "data-new" not in page
    assert Membership.objects.filter(team=team).count() == 2
