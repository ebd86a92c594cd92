"""The site admin's pages: accounts by address, memberships through the log of changes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from planner import people
from planner.admin import TeamAdmin
from planner.models import Change, Membership, Team, User
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
    as_(admin).post(
        where, {"name": "Rick", "role": "manager", "job_title": "", "meeting_hours": "0", "user": rep.pk}
    )
    change = Change.objects.get()
    assert (change.field, change.old, change.new, change.by) == ("role", "rep", "manager", admin)


def test_a_person_is_not_given_a_second_seat(as_, admin, rep, manager, team):
    where = reverse("admin:planner_membership_change", args=[seat(rep, team).pk])
    answer = as_(admin).post(
        where, {"name": "Rick", "role": "rep", "job_title": "", "meeting_hours": "0", "user": manager.pk}
    )
    assert "This person is already in the team." in answer.content.decode()
    assert seat(rep, team).user == rep


def test_a_membership_is_not_deleted_here(as_, admin, rep, team):
    where = reverse("admin:planner_membership_delete", args=[seat(rep, team).pk])
    assert as_(admin).post(where, {"post": "yes"}).status_code == 403
    assert Membership.objects.filter(user=rep).exists()


BROKEN = {
    "workdays": [
        "",
        "5",
        '"Mon"',
        "[]",
        "[0]",
        "[1, 8]",
        "[1.5]",
        "[true]",
        '{"1": 1}',
        "null",
        "[[1]]",
        "no",
    ],
    "holidays": ['"2026-10-01"', "[20261001]", '["1 May"]', '["2026-13-01"]', '{"a": 1}', "[null]", "no"],
    "extra_workdays": ['["2026-02-30"]', "7"],
    "time_zone": ["Mars/Base", ""],
    "country": ["ZZ", "C"],
    "currency": ["yuan", "12", ""],
    "language": ["xx"],
    "meeting_weekday": ["0", "8"],
    "meeting_hour": ["24", "-1"],
    "digest_hour": ["24"],
    "grace_days": ["61", "-1"],
    "gap_threshold": ["0", "2"],
}


@pytest.fixture
def sent(as_, admin, team):
    """sent(**values) posts the team's form with these values; the answer."""

    def send(**values: str):
        where = reverse("admin:planner_team_change", args=[team.pk])
        form = as_(admin).get(where).context["adminform"].form
        data = {name: form[name].value() for name in form.fields} | values
        return as_(admin).post(where, {name: "" if value is None else value for name, value in data.items()})

    return send


@pytest.mark.parametrize(
    ("field", "value"), [(name, each) for name, values in BROKEN.items() for each in values]
)
def test_what_breaks_a_team_is_not_saved(sent, team, field, value):
    before = Team.objects.filter(pk=team.pk).values().get()
    answer = sent(**{field: value})

    assert answer.status_code == 200
    # A rule of the database is said above the form.
    assert {field, "__all__"} & set(answer.context["adminform"].form.errors)
    assert Team.objects.filter(pk=team.pk).values().get() == before


def test_what_is_written_in_another_way_is_saved_in_one(sent, team):
    values = {"workdays": "[5, 1, 1]", "holidays": '["2026-10-02", "20261001"]', "extra_workdays": "null"}
    assert sent(**values, country="cn", currency=" usd ").status_code == 302

    team.refresh_from_db()
    assert (team.workdays, team.holidays) == ([1, 5], ["2026-10-01", "2026-10-02"])
    assert (team.extra_workdays, team.country, team.currency) == ([], "CN", "USD")
    assert team.calendar.is_workday(dt.date(2026, 11, 27))


def test_a_program_is_refused_too(db):
    with pytest.raises(ValidationError, match="Workdays are a list"):
        people.create_team("West", workdays=["Mon"])
    assert not Team.objects.exists()


def test_the_admin_takes_no_change_of_others_back(sent, team):
    """A page that stood open while the team worked does not set its revision back."""
    where = Team.objects.filter(pk=team.pk)
    original, TeamAdmin.get_object = TeamAdmin.get_object, None

    def get_object(self, request, object_id, from_field=None):
        found = original(self, request, object_id, from_field)
        if request.method == "POST":
            where.update(revision=7, digest_hour=6)
        return found

    TeamAdmin.get_object = get_object
    try:
        assert sent(name="Far East").status_code == 302
    finally:
        TeamAdmin.get_object = original
    assert where.values("name", "revision", "digest_hour").get() == {
        "name": "Far East", "revision": 7, "digest_hour": 6,
    }  # fmt: skip


# The last manager with an account stays; the rep, and a manager beside another, may go.
LAST = "East would have no manager with an account"


def change(client, obj, **values):
    where = reverse(f"admin:planner_{obj._meta.model_name}_change", args=[obj.pk])
    form = client.get(where).context["adminform"].form
    shown = {name: form[name].value() for name in form.fields if name != "password"}
    sent = {name: value for name, value in (shown | values).items() if value or value == 0}
    return client.post(where, sent)


def assert_last_manager_stays(answer, manager, team) -> None:
    assert LAST in answer.content.decode()
    mary = seat(manager, team)
    assert (mary.role, mary.user.is_active) == ("manager", True)


@pytest.mark.parametrize("values", [{"role": "rep"}, {"role": "viewer"}, {"user": ""}])
def test_the_last_manager_keeps_role_and_account(as_, admin, manager, rep, team, values):
    client = as_(admin)
    assert_last_manager_stays(change(client, seat(manager, team), **values), manager, team)
    assert change(client, seat(rep, team), **values | {"role": "viewer"}).status_code == 302

    Membership.objects.filter(user=rep).update(role="manager")
    if "role" in values:
        assert change(client, seat(manager, team), **values).status_code == 302
        assert seat(manager, team).role == values["role"]


def test_the_account_of_the_last_manager_is_not_switched_off(as_, admin, manager, rep, team):
    assert_last_manager_stays(change(as_(admin), manager, is_active=""), manager, team)
    assert change(as_(admin), rep, is_active="").status_code == 302

    User.objects.filter(pk=rep.pk).update(is_active=True)
    Membership.objects.filter(user=rep).update(role="manager")
    assert change(as_(admin), manager, is_active="").status_code == 302
    # A manager whose account is switched off is none to count on.
    assert_last_manager_stays(change(as_(admin), rep, is_active=""), rep, team)


def test_the_account_of_the_last_manager_is_not_deleted(as_, admin, manager, rep, team):
    client = as_(admin)

    def delete(user):
        return client.post(reverse("admin:planner_user_delete", args=[user.pk]), {"post": "yes"})

    def delete_together(*users):
        picked = {"action": "delete_selected", "_selected_action": [user.pk for user in users], "post": "yes"}
        return client.post(reverse("admin:planner_user_changelist"), picked)

    assert_last_manager_stays(delete(manager), manager, team)
    Membership.objects.filter(user=rep).update(role="manager")
    assert_last_manager_stays(delete_together(manager, rep), manager, team)
    assert delete(rep).status_code == 302
    assert_last_manager_stays(delete_together(manager), manager, team)
    assert not User.objects.filter(pk=rep.pk).exists()


def test_a_site_admin_has_no_right_in_a_team(as_, admin, team):
    assert as_(admin).get(reverse("team")).status_code == 404


def test_who_is_no_site_admin_does_not_get_in(as_, manager):
    assert as_(manager).get(reverse("admin:index")).headers["Location"].startswith("/admin/login/")
