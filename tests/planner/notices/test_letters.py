"""Letters about accounts and invitations: written when they are sent, and never by the page that asks for them."""

from __future__ import annotations

import datetime as dt
import re
import socket
import time

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from planner import people
from planner.jobs import mail_invitation
from planner.models import Membership, Notice, Role, User
from planner.notices import ledger, post
from planner.notices.letters import LETTERS
from tests import outages
from tests.letters import letters
from tests.real_programs import MailSink


@pytest.fixture(autouse=True)
def no_tries_counted_yet(db):
    cache.clear()


SMTP = "django.core.mail.backends.smtp.EmailBackend"


def ask(as_, email: str = "mary@example.com"):
    return as_(None).post(reverse("account_reset_password"), {"email": email})


def waiting() -> list[tuple[str, str]]:
    return list(Notice.objects.letters().filter(state="claimed").values_list("kind", "address"))


def refusing(settings) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", 1


def hanging(settings) -> socket.socket:
    """A server that takes the connection and never says a word."""
    server = socket.create_server(("127.0.0.1", 0))
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    settings.EMAIL_PORT = server.getsockname()[1]
    return server


@pytest.mark.parametrize("weather", [refusing, hanging])
def test_a_page_that_asks_for_a_letter_answers_as_always_whatever_the_mail_server_does(
    as_, manager, settings, weather
):
    server = weather(settings)
    began = time.monotonic()
    known, unknown = ask(as_), ask(as_, "nobody@example.com")
    assert time.monotonic() - began < 5
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert known["Location"] == reverse("account_reset_password_done")
    assert waiting() == [("unknown", "nobody@example.com"), ("password", "mary@example.com")]
    if server:
        server.close()


def test_who_is_known_and_who_is_not_costs_as_many_writes(as_, manager, django_assert_num_queries):
    """The ledger is written once for either: no answer takes longer for an account that exists."""
    for email in ("mary@example.com", "nobody@example.com"):
        ask(as_, email)
        (notice,) = Notice.objects.letters().filter(address=email)
        assert notice.tries == 0
        assert not re.search(r"/accounts/|key", f"{notice.about} {notice.error}"), "no secret in the ledger"


def test_a_letter_goes_out_when_the_mail_server_is_back(as_, manager, settings):
    refusing(settings)
    ask(as_)
    notice = Notice.objects.get()
    assert post.send(notice.pk) == "claimed"
    with MailSink() as sink:
        settings.EMAIL_PORT = sink.port
        assert post.send(notice.pk, lambda: timezone.now() + dt.timedelta(minutes=2)) == "sent"
    (mail,) = sink.mails
    assert (mail["To"], mail["Subject"]) == ("mary@example.com", "Choose a new password")
    link = re.search(rf"{re.escape(settings.PUBLIC_URL)}(\S+)", mail.get_content())[1]
    assert as_(None).get(link, follow=True).status_code == 200


def test_a_link_that_goes_out_late_works_as_long_as_any(as_, manager):
    """It is made when it is sent: the three days begin then, and a password changed meanwhile is no obstacle."""
    ask(as_)
    manager.set_password("tea-and-rice-8")
    manager.save()
    link = re.search(rf"{re.escape(settings.PUBLIC_URL)}(\S+)", letters()[0].body)[1]
    assert "Choose a new password" in as_(None).get(link, follow=True).content.decode()


def test_who_asks_again_while_one_waits_gets_one(as_, manager, rep):
    for _time in range(2):  # of the three that the limit lets pass
        ask(as_)
    ask(as_, "rick@example.com")
    assert sorted(letter.to for letter in letters()) == [["mary@example.com"], ["rick@example.com"]]
    ask(as_)
    assert len(letters()) == 3, "the next one, once the first has gone"


def test_who_was_switched_off_meanwhile_gets_none(as_, manager):
    ask(as_)
    User.objects.update(is_active=False)
    assert letters() == []
    assert Notice.objects.get().state == "nothing"


def test_an_address_that_is_no_longer_wanted_gets_none(as_, manager):
    browser = as_(manager)
    browser.post(reverse("account_email"), {"email": "mary@new.example", "action_add": "1"})
    EmailAddress.objects.filter(email="mary@new.example").delete()
    assert letters() == []


def test_a_letter_is_forgotten_after_a_week(as_, manager):
    ask(as_, "nobody@example.com")
    letters()
    now = timezone.now()
    ledger.sweep(now + dt.timedelta(days=6), print)
    assert Notice.objects.count() == 1
    ledger.sweep(now + dt.timedelta(days=7, minutes=1), print)
    assert not Notice.objects.exists()


def test_managers_see_the_invitations_of_their_teams_and_no_other_letter(
    as_, team, manager, rep, outsider, other_team
):
    ask(as_, "rick@example.com")
    for each, boss in ((team, manager), (other_team, outsider)):
        seat = people.add_member(each, name="Nina", role=Role.REP, by=boss)
        people.invite(seat, f"nina@{each.pk}.example", by=boss, announce=mail_invitation)
    Notice.objects.update(state="failed", ended_at=timezone.now(), error="550 no such mailbox")
    page = as_(manager).get(reverse("team-mail")).content.decode()
    assert f"nina@{team.pk}.example · Invitation" in page
    assert f"nina@{other_team.pk}.example" not in page
    assert "rick@example.com" not in page
    User.objects.filter(pk=outsider.pk).update(is_superuser=True)
    page = as_(outsider).get(reverse("team-mail")).content.decode()
    assert "rick@example.com · New password" in page


def test_every_mail_of_allauth_that_has_a_template_is_a_letter():
    folder = settings.BASE_DIR / "templates" / "account" / "email"
    names = {path.name.removesuffix("_subject.txt") for path in folder.glob("*_subject.txt")}
    ours = {letter.template.removeprefix("account/email/") for letter in LETTERS.values()}
    assert names == ours - {"team/invitation"}


def test_a_notice_is_to_somebody(db):
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(kind="x", about="x", day=now.date(), decided_at=now, try_at=now)


@pytest.mark.django_db(transaction=True)
def test_a_notice_that_meets_a_lock_while_it_is_written_is_tried_again(as_, team, manager, monkeypatch):
    ask(as_)
    notice = Notice.objects.get()

    def locked(_notice):
        with outages.locked(team):
            Membership.objects.filter(team=team).update(name="Mary")
            people.change_settings(team, ["name"])

    monkeypatch.setattr(post, "build", locked)
    assert post.send(notice.pk) == "claimed"
    notice.refresh_from_db()
    assert notice.taken_at is None
    assert notice.try_at > timezone.now()
