"""The pages around mails: who was not served, how they look, what each person wants, and the way out."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from planner import pulses
from planner.models import Membership, Notice, NoticeChoice, Pulse, User
from planner.notices import ledger
from planner.notices.kinds import Content, Kind, kinds
from planner.notices.mail import unsubscribe_token
from planner.notices.occasions import OnEvent
from strategies.models import Strategy
from tests.conftest import join, seat
from tests.test_access_matrix import POLICY, policy_of
from tracking.models import Task


@pytest.fixture
def late(plan, team, rep) -> Task:
    strategy = Strategy.objects.create(plan=plan, title="Referrals")
    return Task.objects.create(
        strategy=strategy, description="Call back", owner=seat(rep, team),
        due=timezone.now().date() - dt.timedelta(days=3),
    )  # fmt: skip


def notice(user: User, state: str, **more) -> Notice:
    now = timezone.now()
    fields = {
        "kind": "digest",
        "day": now.date(),
        "message_id": f"<{user.pk}{state}@x>",
        "decided_at": now,
        "try_at": now,
    }
    fields |= more
    return Notice.objects.create(user=user, state=state, about=str(fields["day"]), ended_at=now, **fields)


def test_a_manager_sees_whom_nothing_reached_and_why_in_their_own_teams(manager, rep, outsider, as_):
    notice(rep, "failed", error="550 no such mailbox")
    notice(outsider, "unknown")
    page = as_(manager).get("/team/mail/").content.decode()

    assert "Rick" in page
    assert "550 no such mailbox" in page
    assert "Otto" not in page


def test_a_site_admin_sees_everybody(rep, outsider, as_):
    notice(rep, "failed")
    notice(outsider, "unknown")
    admin = User.objects.create_superuser("root@example.com", "secret-pass-1", name="Root")

    page = as_(admin).get("/team/mail/").content.decode()
    assert "Rick" in page
    assert "Otto" in page


def test_the_button_sends_again_and_then_the_row_is_gone(late, manager, rep, as_, monkeypatch,
                                                          django_capture_on_commit_callbacks):  # fmt: skip
    queued = []
    monkeypatch.setattr("planner.views.notices.enqueue_notice", queued.append)
    listed = notice(rep, "missed")
    with django_capture_on_commit_callbacks(execute=True):
        as_(manager).post(f"/team/mail/{listed.pk}/resend/")

    assert queued == [listed.pk]
    assert "Rick" not in as_(manager).get("/team/mail/").content.decode().partition("Background jobs")[0]


def test_the_preview_is_the_mail_with_real_data_and_a_strict_policy(late, manager, as_):
    answer = as_(manager).get("/team/mail/preview/digest/")
    page = answer.content.decode()

    assert "Rick" in page
    assert "style=" not in page
    policy = policy_of(answer)
    (style,) = policy["style-src"]
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/=]{44}'", style)
    assert {**policy, "style-src": ["'self'"]} == POLICY


def test_the_preview_says_where_there_is_nothing_to_report(manager, as_):
    assert "no email goes out" in as_(manager).get("/team/mail/preview/digest/").content.decode()
    assert as_(manager).get("/team/mail/preview/nothing/").status_code == 404


@pytest.mark.parametrize(("latest", "words"), [("meeting-7", "meeting-7"), ("", "no email goes out")])
def test_a_look_at_a_kind_that_goes_on_an_event_shows_the_last_one(manager, as_, monkeypatch, latest, words):
    kind = Kind(
        name="minutes", label="Minutes", description="", template="gap",
        build=lambda to: Content(to.about, {"lines": []}), when=OnEvent(latest=lambda team: latest),
    )  # fmt: skip
    monkeypatch.setitem(kinds(), "minutes", kind)

    assert words in as_(manager).get("/team/mail/preview/minutes/").content.decode()


def test_one_click_ends_one_kind_for_one_person_without_a_sign_in(rep, viewer, as_):
    url = f"/unsubscribe/{unsubscribe_token(rep.pk, 'digest')}/"
    client = as_(None)
    assert "Stop these emails?" in client.get(url).content.decode()
    assert not NoticeChoice.objects.exists()

    answer = client.post(url, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert list(NoticeChoice.objects.values_list("user", "kind", "wanted")) == [(rep.pk, "digest", False)]
    client.post(url, {"again": "1"})
    assert NoticeChoice.objects.get().wanted


def test_a_mail_program_needs_no_csrf_token(rep):
    answer = Client(enforce_csrf_checks=True).post(f"/unsubscribe/{unsubscribe_token(rep.pk, 'digest')}/")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: t + "x", lambda t: t.replace(":", ";"), lambda t: "1:digest"]
)
def test_the_address_cannot_be_guessed(rep, as_, change):
    token = unsubscribe_token(rep.pk, "digest")
    assert as_(None).post(f"/unsubscribe/{change(token)}/").status_code == 404


def test_each_person_chooses_kinds_and_hour(rep, manager, as_):
    sent = {"name": "Rick", "language": "", "digest_hour": "18", "kinds": []}
    assert as_(rep).post("/accounts/preferences/", sent).status_code == 302
    rep.refresh_from_db()
    assert rep.digest_hour == 18
    assert list(NoticeChoice.objects.values_list("kind", "wanted")) == [("digest", False)]

    as_(rep).post("/accounts/preferences/", sent | {"digest_hour": "0"})
    rep.refresh_from_db()
    assert rep.digest_hour == 0, "midnight, and not the team's hour"
    assert (
        '<option value="0" selected>00:00</option>' in as_(rep).get("/accounts/preferences/").content.decode()
    )
    as_(rep).post("/accounts/preferences/", sent | {"digest_hour": ""})
    rep.refresh_from_db()
    assert rep.digest_hour is None

    page = as_(manager).get("/accounts/preferences/").content.decode()
    assert 'value="escalation"' in page
    assert 'value="escalation"' not in as_(rep).get("/accounts/preferences/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_command_sends_before_it_returns_and_never_twice(late, capsys, mailoutbox):
    day = str(late.due + dt.timedelta(days=1))
    call_command("send_digests", date=day, dry_run=True)
    assert "rick@example.com: 1 overdue" in capsys.readouterr().out
    assert not Notice.objects.exists()

    day = next_weekday(late.due)
    call_command("send_digests", date=str(day))
    assert [mail.to for mail in mailoutbox] == [["rick@example.com"]]
    call_command("send_digests", date=str(day))
    assert len(mailoutbox) == 1


def next_weekday(day: dt.date) -> dt.date:
    day += dt.timedelta(days=1)
    while day.isoweekday() > 5:
        day += dt.timedelta(days=1)
    return day


def test_the_command_refuses_what_is_no_date(db):
    with pytest.raises(CommandError, match="Write it as"):
        call_command("send_digests", date="tomorrow")


def test_who_lost_their_last_team_gets_no_row(late, rep, team):
    join(team, "Mary", "manager")
    Membership.objects.filter(user=rep).update(removed_at=timezone.now())
    call_command("send_digests", date=str(next_weekday(late.due)))

    assert not Notice.objects.filter(user=rep).exists()


def test_the_page_says_how_the_background_goes_and_what_the_last_digests_came_to(manager, rep, viewer, as_):
    now = timezone.now()
    pulses.record_heartbeat(Pulse.Name.WORKER, now, dt.timedelta(seconds=1.54))
    pulses.record_heartbeat(Pulse.Name.MAIL, now - dt.timedelta(minutes=5), dt.timedelta(seconds=41))
    notice(rep, "sent")
    notice(viewer, "nothing")
    notice(manager, "sent", day=now.date() - dt.timedelta(days=1))
    Notice.objects.create(
        user=manager, kind="digest", about=str(now.date()), day=now.date(), message_id="<w>", decided_at=now,
        try_at=now - dt.timedelta(minutes=7),
    )  # fmt: skip
    page = as_(manager).get("/team/mail/").content.decode()
    words = " ".join(re.sub("<[^>]+>", " ", page).split()).replace("\xa0", " ")

    assert "Background worker Just now 1.5 s in the queue" in words
    assert "Email worker 5 minutes ago 41.0 s in the queue" in words
    assert "Waiting to be sent 1 longest wait 7 minutes" in words
    assert "To be sent 1 Nothing to report 1 Sent 1" in words.partition("Latest digests")[2]


def test_what_somebody_has_looked_at_is_dismissed_and_kept(manager, rep, viewer, outsider, as_):
    one, two = notice(rep, "failed"), notice(viewer, "missed")
    of_others = notice(outsider, "unknown")
    browser = as_(manager)
    page = browser.post(f"/team/mail/{one.pk}/set-aside/", follow=True).content.decode()
    assert "Dismissed 1 message." in page
    assert "Rick" not in page
    assert "Vera" in page
    assert browser.post(f"/team/mail/{one.pk}/set-aside/").status_code == 404
    assert browser.post(f"/team/mail/{of_others.pk}/set-aside/").status_code == 404
    third = notice(manager, "failed")
    browser.post("/team/mail/set-aside/")

    assert list(Notice.objects.listed()) == [of_others]
    assert set(Notice.objects.uncertain()) == {one, two, third, of_others}


def test_a_message_that_fails_again_is_listed_again(rep):
    row = notice(rep, "failed", set_aside_at=timezone.now())
    ledger.resend(row.pk, timezone.now(), lambda pk: None)
    row.refresh_from_db()
    row.end(Notice.State.FAILED, timezone.now())
    assert list(Notice.objects.listed()) == [row]


def test_the_list_says_how_many_more_there_are(manager, rep, as_, monkeypatch):
    monkeypatch.setattr("planner.views.notices.MOST", 2)
    for back in range(5):
        notice(rep, "missed", day=timezone.now().date() - dt.timedelta(days=back), message_id=f"<{back}>")
    page = as_(manager).get("/team/mail/").content.decode()
    assert "and 3 older ones" in page
    assert "Dismiss all 5" in page
