"""manage.py create_team: the way into a new installation."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from planner.models import Invitation, Membership, Segment, Team, User


def create_team(*args: str) -> list[str]:
    out = StringIO()
    call_command("create_team", *args, stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture
def mary(db) -> User:
    return User.objects.create_user("mary@example.com", "secret-pass-1", name="Mary")


def test_who_has_an_account_is_manager_at_once(mary):
    assert create_team("East", "MARY@example.com") == [
        "The team “East” is created.",
        "mary@example.com is its manager and can sign in.",
    ]
    member = Membership.objects.get()
    assert (member.team.name, member.user, member.name, member.role) == ("East", mary, "Mary", "manager")
    assert not Invitation.objects.exists()


def test_who_has_none_is_invited_by_a_link_that_works(db):
    lines = create_team("East", "mary@example.com", "--base-url", "https://plan.example/")
    assert lines[:2] == [
        "The team “East” is created.",
        "mary@example.com becomes its manager by opening this link (once, within two weeks):",
    ]
    invitation = Invitation.objects.get()
    assert lines[2] == f"https://plan.example/accounts/invitation/{invitation.token}/"
    browser = Client()
    browser.post(
        lines[2].removeprefix("https://plan.example"), {"name": "Mary", "password": "tea-and-rice-7"}
    )
    assert Membership.objects.get().user == User.objects.get(email="mary@example.com")
    assert browser.get("/team/settings/").status_code == 200


def test_the_team_is_made_as_asked_and_has_its_whole(mary):
    create_team(
        "East",
        "mary@example.com",
        "--language",
        "zh-hans",
        "--time-zone",
        "Asia/Shanghai",
        "--currency",
        "USD",
    )
    team = Team.objects.get()
    assert (team.language, team.time_zone, team.currency) == ("zh-hans", "Asia/Shanghai", "USD")
    assert list(Segment.objects.values_list("team", "dimension", "name")) == [(team.pk, "whole", "")]


def test_a_second_call_makes_nothing_twice_and_says_so(mary):
    create_team("East", "mary@example.com")
    assert create_team("East", "mary@example.com") == [
        "The team “East” exists already, with mary@example.com as its manager.",
        "mary@example.com is its manager and can sign in.",
    ]
    assert (Team.objects.count(), Membership.objects.count(), Segment.objects.count()) == (1, 1, 1)


def test_a_second_call_shows_the_same_link_again(db):
    first, second = create_team("East", "Mary@Example.com"), create_team("East", "mary@example.com")
    assert second[0] == "The team “East” exists already, with mary@example.com as its manager."
    assert second[1:] == first[1:]
    assert (Team.objects.count(), Membership.objects.count(), Invitation.objects.count()) == (1, 1, 1)


def test_a_second_call_makes_a_new_link_when_the_old_one_expired(db):
    first = create_team("East", "mary@example.com")
    Invitation.objects.update(expires_at=timezone.now())
    second = create_team("East", "mary@example.com")
    assert second[2] != first[2]
    assert second[2].endswith(f"/{Invitation.objects.open().get().token}/")
    assert Membership.objects.count() == 1


def test_a_second_call_after_the_link_was_used_says_who_manages(db):
    link = create_team("East", "mary@example.com")[2]
    Client().post(link.removeprefix("http://127.0.0.1:8000"), {"name": "Mary", "password": "tea-and-rice-7"})
    assert create_team("East", "mary@example.com")[1:] == ["mary@example.com is its manager and can sign in."]


def test_an_address_written_in_capitals_is_the_same(db):
    assert create_team("East", "mary@example.com")[1:] == create_team("East", "MARY@example.com")[1:]
    assert Team.objects.count() == 1


def test_somebody_may_manage_several_teams(mary):
    create_team("East", "mary@example.com")
    create_team("West", "mary@example.com")
    assert list(mary.memberships.order_by("pk").values_list("team__name", flat=True)) == ["East", "West"]


def test_a_password_makes_the_account(db):
    assert create_team("East", "mary@example.com", "--password", "tea-and-rice-7") == [
        "The team “East” is created.",
        "mary@example.com is its manager and can sign in.",
    ]
    user = User.objects.get()
    assert user.check_password("tea-and-rice-7")
    assert (Membership.objects.get().user, Membership.objects.get().name) == (user, "mary")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["East", "mary"], "“mary” is no email address. Write one such as mary@example.com."),
        (
            ["East", "new@example.com", "--time-zone", "Mars/Olympus"],
            "“Mars/Olympus” is not a time zone. Choose one such as Asia/Shanghai.",
        ),
        (["East", "new@example.com", "--password", "tea"], "This password is too short."),
        (
            ["East", "mary@example.com", "--password", "tea-and-rice-7"],
            "mary@example.com has an account with a password already. Leave --password out.",
        ),
        (["", "new@example.com"], "This field cannot be blank."),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence_and_nothing_is_made(mary, args, sentence):
    with pytest.raises(CommandError) as refused:
        create_team(*args)
    assert sentence in str(refused.value)
    assert (Team.objects.count(), User.objects.count()) == (0, 1)
