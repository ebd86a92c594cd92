"""A link that gives a member their account: made, mailed, withdrawn, used once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from planner import people
from planner.jobs import mail_invitation
from planner.models import Change, Invitation, Membership, Role, Team, User
from tests.conftest import seat
from tests.letters import letters

OVER = "This invitation has expired, or has been used or withdrawn. Ask for a new one."


@pytest.fixture
def nina(team, manager) -> Membership:
    return people.add_member(team, name="Nina", role=Role.REP, by=manager)


@pytest.fixture
def invitation(nina, manager) -> Invitation:
    return people.invite(nina, "nina@example.com", by=manager)


@pytest.fixture
def address(invitation) -> str:
    return reverse("invitation", args=[invitation.token])


def text(response) -> str:
    return " ".join(response.content.decode().split())


def new_person(**changes) -> dict[str, str]:
    return {"name": "Nina Li", "password": "tea-and-rice-7"} | changes


# Making one


def test_an_invitation_is_mailed_with_the_commit(nina, manager, as_):
    as_(manager).post(reverse("member-invite", args=[nina.pk]), {"email": "Nina@Example.com"})
    (letter,) = letters()
    assert letter.to == ["nina@example.com"]
    assert letter.subject == "Your invitation to East"
    assert "Hello Nina," in letter.body
    assert "Mary has invited you to join East." in letter.body
    link = settings.PUBLIC_URL + reverse("invitation", args=[Invitation.objects.get().token])
    assert link in letter.body.splitlines()


def test_an_invitation_that_is_rolled_back_is_not_mailed(nina, manager):
    with transaction.atomic():
        people.invite(nina, "nina@example.com", by=manager, announce=mail_invitation)
        transaction.set_rollback(True)
    assert letters() == []


def test_an_invitation_that_is_withdrawn_before_it_goes_out_is_not_mailed(nina, manager):
    people.invite(nina, "nina@example.com", by=manager, announce=mail_invitation)
    newer = people.invite(nina, "nina@example.com", by=manager, announce=mail_invitation)
    (letter,) = letters()
    assert newer.token in letter.body


def test_the_mail_speaks_the_language_of_the_team(nina, manager, rep):
    Team.objects.update(language="zh-hans")
    people.invite(nina, "nina@example.com", by=manager, announce=mail_invitation)
    assert letters()[0].subject == "邀请你加入“East”"


def test_a_new_invitation_withdraws_the_old_one(nina, manager, invitation):
    newer = people.invite(nina, "nina@work.example", by=manager)
    assert list(Invitation.objects.open()) == [newer]


def test_who_has_an_account_is_not_invited(team, manager, rep):
    with pytest.raises(ValidationError, match=r"Rick already has an account\."):
        people.invite(seat(rep, team), "rick@example.com", by=manager)
    assert not Invitation.objects.exists()


def test_an_address_that_is_in_the_team_is_not_invited_again(nina, manager, rep):
    with pytest.raises(ValidationError, match=r"RICK@example\.com is already in the team, as Rick\."):
        people.invite(nina, "RICK@example.com", by=manager)


def test_the_manager_who_invited_sees_the_link_and_other_managers_do_not(team, as_, manager, nina, rep):
    people.change_member(seat(rep, team), {"role": Role.MANAGER}, by=manager)
    as_(manager).post(reverse("member-invite", args=[nina.pk]), {"email": "nina@example.com"})
    link = "http://testserver" + reverse("invitation", args=[Invitation.objects.get().token])
    for name, args in (("team", []), ("member", [nina.pk])):
        assert link in text(as_(manager).get(reverse(name, args=args)))
        page = text(as_(rep).get(reverse(name, args=args)))
        assert "nina@example.com" in page
        assert link not in page


def test_the_page_says_that_the_invitation_is_on_its_way_and_has_the_link(nina, manager, as_):
    page = as_(manager).post(
        reverse("member-invite", args=[nina.pk]), {"email": "nina@example.com"}, follow=True
    )
    sentence = (
        "The invitation is on its way to nina@example.com. "
        "If it does not arrive, send the link below yourself."
    )
    assert sentence in text(page)
    assert reverse("invitation", args=[Invitation.objects.get().token]) in text(page)


def test_a_wrong_address_is_refused_on_the_page(nina, manager, as_):
    page = as_(manager).post(reverse("member-invite", args=[nina.pk]), {"email": "nina"})
    assert page.status_code == 422
    assert "Enter a valid email address." in text(page)
    assert not Invitation.objects.exists()


def test_a_withdrawn_invitation_no_longer_works(nina, manager, as_, address):
    as_(manager).post(reverse("member-withdraw", args=[nina.pk]))
    page = as_(None).get(address)
    assert page.status_code == 410
    assert "This invitation was withdrawn. Ask a team manager for a new one." in text(page)


# Using one


def test_somebody_new_chooses_a_name_and_a_password_and_is_in(team, nina, as_, address):
    browser = as_(None)
    assert "Nina, you have been invited to join East." in text(browser.get(address))
    assert browser.post(address, new_person()).headers["Location"] == "/"
    user = User.objects.get(email="nina@example.com")
    assert (user.name, user.last_team, user.check_password("tea-and-rice-7")) == ("Nina Li", team, True)
    nina.refresh_from_db()
    assert (nina.user, nina.name) == (user, "Nina")
    assert browser.get(reverse("team")).status_code == 200
    change = Change.objects.get(field="user")
    assert (change.by, change.by_name, change.new) == (user, "Nina Li", user.pk)


def test_the_account_keeps_the_language_chosen_on_the_page(as_, address):
    browser = as_(None)
    browser.post(reverse("language"), {"language": "zh-hans"})
    browser.post(address, new_person())
    assert User.objects.get(email="nina@example.com").language == "zh-hans"


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("short", "This password is too short."),
        ("password", "This password is too common."),
        ("nina@example.com", "The password is too similar to the email address."),
    ],
)
def test_a_weak_password_is_refused(as_, address, password, sentence):
    page = as_(None).post(address, new_person(password=password))
    assert page.status_code == 422
    assert sentence in text(page)
    assert not User.objects.filter(email="nina@example.com").exists()
    assert Invitation.objects.open().count() == 1


def test_an_invitation_is_used_once(as_, address):
    as_(None).post(address, new_person())
    page = as_(None).post(address, new_person(name="Thief"))
    assert page.status_code == 410
    assert "This invitation has already been used. If you used it yourself, sign in." in text(page)


def test_an_invitation_pressed_twice_at_once_is_used_once(invitation, rep, outsider, team):
    same = people.get_invitation(invitation.token)
    people.accept(invitation, outsider)
    with pytest.raises(ValidationError, match=OVER):
        people.accept(same, User.objects.create_user("thief@example.com"))
    assert Membership.objects.get(name="Nina").user == outsider


def test_a_used_link_stays_used_when_the_account_is_deleted(invitation, outsider):
    people.accept(invitation, outsider)
    outsider.delete()
    with pytest.raises(ValidationError, match=OVER):
        people.join(invitation, name="Thief", password="tea-and-rice-7")


def test_of_two_new_people_on_the_same_link_the_second_gets_no_account(invitation):
    same = people.get_invitation(invitation.token)
    people.join(invitation, name="Nina", password="tea-and-rice-7")
    with pytest.raises(ValidationError, match="This email address already has an account"):
        people.join(same, name="Nina", password="other-pass-77")
    assert User.objects.filter(email="nina@example.com").count() == 1


def test_a_link_that_fails_leaves_no_account_behind(invitation):
    Invitation.objects.update(expires_at=timezone.now())
    with pytest.raises(ValidationError, match=OVER):
        people.join(invitation, name="Nina", password="tea-and-rice-7")
    assert not User.objects.filter(email="nina@example.com").exists()


def test_an_expired_invitation_no_longer_works(as_, invitation, address, outsider):
    Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    page = as_(None).get(address)
    assert page.status_code == 410
    assert "This invitation has expired. Ask a team manager for a new one." in text(page)
    with pytest.raises(ValidationError, match=OVER):
        people.accept(invitation, outsider)


def test_a_link_works_for_two_weeks(invitation):
    assert invitation.expires_at - invitation.created_at == pytest.approx(
        dt.timedelta(days=14), abs=dt.timedelta(seconds=5)
    )


def test_a_wrong_link_leads_nowhere(as_, db, manager):
    assert as_(None).get(reverse("invitation", args=["wrong"])).status_code == 404
    assert as_(manager).post(reverse("invitation", args=["wrong"])).status_code == 404


def test_who_is_signed_in_joins_with_the_account_they_have(team, as_, outsider, address, other_team):
    browser = as_(outsider)
    page = text(browser.get(address))
    assert "Join as otto@example.com" in page
    assert 'name="password"' not in page
    assert browser.post(address).headers["Location"] == "/"
    assert seat(outsider, team).name == "Nina"
    outsider.refresh_from_db()
    assert outsider.last_team == team
    assert not User.objects.filter(email="nina@example.com").exists()


def test_who_is_in_the_team_already_is_told_so_and_the_link_stays_good(as_, rep, invitation, address):
    assert "You are signed in as rick@example.com and are already in East as Rick." in text(
        as_(rep).get(address)
    )
    page = as_(rep).post(address)
    assert page.status_code == 409
    assert "You are already in East, as Rick." in text(page)
    assert list(Invitation.objects.open()) == [invitation]
    assert Membership.objects.get(name="Nina").user is None


def test_who_has_an_account_is_asked_to_sign_in_and_comes_back(as_, address, invitation):
    User.objects.create_user("nina@example.com", "tea-and-rice-7")
    browser = as_(None)
    sign_in = f"{reverse('account_login')}?next={address}"
    assert f'href="{sign_in}"' in text(browser.get(address))
    assert browser.post(address, new_person()).status_code == 200
    assert list(Invitation.objects.open()) == [invitation]
    answer = browser.post(sign_in, {"login": "nina@example.com", "password": "tea-and-rice-7"})
    assert answer.headers["Location"] == address
    browser.post(address)
    assert Membership.objects.get(name="Nina").user == User.objects.get(email="nina@example.com")


def test_an_invitation_page_is_never_kept(as_, address):
    assert "no-store" in as_(None).get(address).headers["Cache-Control"]
