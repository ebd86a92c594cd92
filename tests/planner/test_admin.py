"""The site admin's pages: accounts by address, memberships through the log of changes."""

from __future__ import annotations

import pytest
from django.urls import reverse

from planner.models import Change, Membership, User
from tests.conftest import seat


@pytest.fixture
def admin(db) -> User:
    return User.objects.create_superuser("root@example.com", "secret-pass-1")


@pytest.mark.parametrize("model", ["user", "team", "membership"])
def test_every_page_of_a_model_opens(as_, admin, manager, team, model):
    pk = {"user": manager.pk, "team": team.pk, "membership": seat(manager, team).pk}[model]
    for page, args in (("changelist", []), ("add", []), ("change", [pk])):
        assert as_(admin).get(reverse(f"admin:planner_{model}_{page}", args=args)).status_code == 200


def test_an_account_is_made_by_its_address_in_small_letters(as_, admin):
    password = {"usable_password": "true", "password1": "tea-and-rice-7", "password2": "tea-and-rice-7"}
    as_(admin).post(
        reverse("admin:planner_user_add"), {"email": "Nina@Example.com", "name": "Nina", **password}
    )
    assert User.objects.get(name="Nina").email == "nina@example.com"


def test_a_membership_is_written_through_the_log_of_changes(as_, admin, rep, team):
    where = reverse("admin:planner_membership_change", args=[seat(rep, team).pk])
    as_(admin).post(where, {"name": "Rick", "role": "manager", "job_title": "", "user": rep.pk})
    change = Change.objects.get()
    assert (change.field, change.old, change.new, change.by) == ("role", "rep", "manager", admin)


def test_a_person_is_not_given_a_second_seat(as_, admin, rep, manager, team):
    where = reverse("admin:planner_membership_change", args=[seat(rep, team).pk])
    answer = as_(admin).post(where, {"name": "Rick", "role": "rep", "job_title": "", "user": manager.pk})
    assert "This person is already in the team." in answer.content.decode()
    assert seat(rep, team).user == rep


def test_a_membership_is_not_deleted_here(as_, admin, rep, team):
    where = reverse("admin:planner_membership_delete", args=[seat(rep, team).pk])
    assert as_(admin).post(where, {"post": "yes"}).status_code == 403
    assert Membership.objects.filter(user=rep).exists()


def test_a_site_admin_has_no_right_in_a_team(as_, admin, team):
    assert as_(admin).get(reverse("team")).status_code == 404


def test_who_is_no_site_admin_does_not_get_in(as_, manager):
    assert as_(manager).get(reverse("admin:index")).headers["Location"].startswith("/admin/login/")
