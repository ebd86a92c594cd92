"""The promise of the ledger: at most one notice per person, kind and local day, and everyone not served is listed."""

from __future__ import annotations

import datetime as dt
import smtplib
import threading

import pytest
from django.core import mail

from planner.models import Membership, Notice, NoticeChoice, User
from planner.notices import ledger, post
from planner.notices.listeners import listeners
from strategies.models import Strategy
from tests.conftest import seat
from tests.real_programs import MailSink, free_port
from tracking.models import Task

EIGHT = dt.datetime(2026, 11, 25, 0, tzinfo=dt.UTC)  # 8:00 in Shanghai, a Wednesday
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def late(plan, team, rep) -> Task:
    strategy = Strategy.objects.create(plan=plan, title="Referrals")
    return Task.objects.create(
        strategy=strategy, description="Call back", owner=seat(rep, team), due=dt.date(2026, 11, 20)
    )


@pytest.fixture
def run(django_capture_on_commit_callbacks):
    """run(now) is a tick of beat: what it decided, and what was handed to the workers."""

    def tick(now: dt.datetime) -> list[int]:
        queue: list[int] = []
        with django_capture_on_commit_callbacks(execute=True):
            ledger.decide(now, queue.append)
        return queue

    return tick


def states() -> dict[str, str]:
    return {f"{each.user.name} {each.kind}": each.state for each in Notice.objects.select_related("user")}


def test_before_the_hour_nothing_is_decided(late, run):
    assert run(EIGHT - MINUTE) == []
    assert not Notice.objects.exists()


MIDNIGHT = EIGHT - dt.timedelta(hours=8)


def test_midnight_is_an_hour_that_a_person_can_choose(late, run, rep, manager):
    """Zero is an hour, not “as my team”: who chose it is served then, for the new day; the other at the team's hour."""
    User.objects.filter(pk=rep.pk).update(digest_hour=0)
    assert run(MIDNIGHT - MINUTE) == []
    (pk,) = run(MIDNIGHT)
    notice = Notice.objects.get(pk=pk)
    assert (notice.user, notice.about) == (rep, "2026-11-25")
    run(EIGHT)
    assert Notice.objects.filter(user=rep).count() == 1
    assert Notice.objects.filter(user=manager, kind="digest").count() == 1


def test_midnight_is_an_hour_that_a_team_can_choose(late, run, team, rep, other_team, outsider):
    type(team).objects.filter(pk=team.pk).update(digest_hour=0)
    type(team).objects.filter(pk=other_team.pk).update(digest_hour=8)
    run(MIDNIGHT)
    assert {notice.user for notice in Notice.objects.all()} == {rep}


def test_at_the_hour_everybody_gets_a_row_and_whoever_has_something_to_hear_a_mail(
    late, run, manager, viewer
):
    queue = run(EIGHT)
    for pk in queue:
        post.send(pk, lambda: EIGHT)

    assert states() == {
        "Rick digest": "sent",
        "Mary digest": "sent",
        "Mary escalation": "nothing",
        "Mary gap": "nothing",
        "Vera digest": "nothing",
    }
    assert {tuple(each.to) for each in mail.outbox} == {("rick@example.com",), ("mary@example.com",)}


def test_a_second_tick_or_a_second_beat_decides_nothing_again(late, run):
    assert len(run(EIGHT)) == 1
    assert run(EIGHT) == []
    assert run(EIGHT + 5 * MINUTE) == []


def test_two_workers_that_get_the_same_notice_send_it_once(late, run):
    (pk,) = run(EIGHT)

    assert [post.send(pk, lambda: EIGHT), post.send(pk, lambda: EIGHT)] == ["sent", ""]
    assert len(mail.outbox) == 1


def test_a_task_done_meanwhile_is_not_called_overdue(late, run):
    (pk,) = run(EIGHT)
    Task.objects.update(status="done", percent=100)

    assert post.send(pk, lambda: EIGHT) == "nothing"
    assert mail.outbox == []


def test_a_person_removed_meanwhile_gets_nothing(late, run, rep):
    (pk,) = run(EIGHT)
    Membership.objects.filter(user=rep).update(removed_at=EIGHT)

    assert post.send(pk, lambda: EIGHT) == "nothing"


def test_an_hour_that_beat_slept_through_is_listed_as_missed(late, run):
    run(EIGHT)
    assert run(EIGHT + dt.timedelta(days=2, hours=1)) != []
    days = Notice.objects.filter(kind="digest").order_by("day")

    assert [(str(each.day), each.state) for each in days] == [
        ("2026-11-25", "claimed"),
        ("2026-11-26", "missed"),
        ("2026-11-27", "claimed"),
    ]


def test_who_joined_today_has_missed_nothing(late, run):
    assert run(EIGHT + dt.timedelta(hours=5)) == []
    assert not Notice.objects.exists()


def test_days_on_which_somebody_wanted_no_digest_are_not_missed(late, run, rep):
    run(EIGHT)
    NoticeChoice.objects.create(user=rep, kind="digest", wanted=False)
    run(EIGHT + dt.timedelta(days=1))
    NoticeChoice.objects.update(wanted=True)
    run(EIGHT + dt.timedelta(days=1, hours=6))

    assert [str(each.day) for each in Notice.objects.filter(user=rep)] == ["2026-11-25"]


def test_a_date_that_was_sent_by_hand_in_advance_does_not_silence_the_days_before(late, run):
    ledger.decide_day(dt.date(2026, 12, 1), EIGHT - MINUTE, "digest", lambda pk: None)

    assert len(run(EIGHT)) == 1


def test_who_wants_no_digest_gets_no_row(late, run, rep):
    NoticeChoice.objects.create(user=rep, kind="digest", wanted=False)

    assert run(EIGHT) == []


def test_the_persons_own_hour_counts(late, run, rep):
    User.objects.filter(pk=rep.pk).update(digest_hour=9)

    assert run(EIGHT) == []
    assert len(run(EIGHT + dt.timedelta(hours=1))) == 1


def test_a_day_off_of_the_team_has_no_digest(late, run, team):
    type(team).objects.update(country="CN", holidays=["2026-11-25"])

    assert run(EIGHT) == []


def test_a_message_keeps_its_id_and_names_the_way_out(late, run):
    (pk,) = run(EIGHT)
    post.send(pk, lambda: EIGHT)
    (sent,) = mail.outbox

    assert sent.extra_headers["Message-ID"] == Notice.objects.get().message_id
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/unsubscribe/" in sent.extra_headers["List-Unsubscribe"]
    assert sent.subject == "1 overdue"
    html = sent.alternatives[0].content
    assert 'style="' in html
    assert "Call back" in html
    assert "Call back" in sent.body


@pytest.fixture
def sink(settings):
    with MailSink() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", running.port, 2
        yield running


def test_a_real_server_that_takes_the_mail(late, run, sink):
    (pk,) = run(EIGHT)

    assert post.send(pk, lambda: EIGHT) == "sent"
    assert sink.recipients() == ["rick@example.com"]
    assert sink.mails[0]["Message-ID"] == Notice.objects.get().message_id


def test_a_temporary_refusal_is_tried_again_and_waits_longer_each_time(late, run, sink):
    sink.answer = lambda mail: "451 come back later"
    (pk,) = run(EIGHT)
    assert post.send(pk, lambda: EIGHT) == "claimed"
    assert post.send(pk, lambda: EIGHT) == ""
    assert post.send(pk, lambda: EIGHT + MINUTE) == "claimed"
    assert Notice.objects.get().try_at == EIGHT + 4 * MINUTE
    assert "451" in Notice.objects.get().error

    sink.answer = lambda mail: None
    assert post.send(pk, lambda: EIGHT + 4 * MINUTE) == "sent"


def test_a_permanent_refusal_is_listed_and_not_tried_again(late, run, sink):
    sink.answer = lambda mail: "550 no such mailbox"
    (pk,) = run(EIGHT)

    assert post.send(pk, lambda: EIGHT) == "failed"
    assert list(Notice.objects.uncertain().values_list("error", flat=True)) == ["550 no such mailbox"]


def test_a_server_that_hangs_after_the_mail_leaves_it_unknown_and_never_sends_it_again(late, run, sink):
    go_on = threading.Event()
    sink.answer = lambda mail: go_on.wait(5) and None
    (pk,) = run(EIGHT)
    state = post.send(pk, lambda: EIGHT)
    go_on.set()

    assert state == "unknown"
    assert post.send(pk, lambda: EIGHT + MINUTE) == ""
    ledger.sweep(EIGHT + dt.timedelta(minutes=30), lambda pk: pytest.fail("it is never sent by itself again"))


def test_a_server_that_is_away_is_no_reason_to_give_up_at_once(late, run, sink, settings):
    (pk,) = run(EIGHT)
    settings.EMAIL_PORT = free_port()

    assert post.send(pk, lambda: EIGHT) == "claimed"
    assert "cannot be reached" in Notice.objects.get().error
    ledger.sweep(EIGHT + dt.timedelta(hours=5), lambda pk: None)
    assert Notice.objects.get().state == "failed"


def test_a_worker_that_died_while_sending_leaves_it_unknown(late, run):
    (pk,) = run(EIGHT)
    Notice.take(pk, EIGHT)
    ledger.sweep(EIGHT + 5 * MINUTE, lambda pk: pytest.fail("somebody has it"))
    ledger.sweep(EIGHT + 11 * MINUTE, lambda pk: pytest.fail("it is never sent by itself again"))

    assert Notice.objects.get().state == "unknown"


def test_a_notice_that_was_lost_on_its_way_is_handed_out_again(late, run):
    (pk,) = run(EIGHT)
    again: list[int] = []
    ledger.sweep(EIGHT + MINUTE, again.append)
    assert again == []
    ledger.sweep(EIGHT + 3 * MINUTE, again.append)
    assert again == [pk]


def test_what_nobody_tried_within_four_hours_is_missed(late, run):
    run(EIGHT)
    ledger.sweep(EIGHT + dt.timedelta(hours=4, minutes=1), lambda pk: pytest.fail("too late"))

    assert Notice.objects.get().state == "missed"


def test_who_is_listed_is_served_by_the_button_once(late, run, django_capture_on_commit_callbacks):
    (pk,) = run(EIGHT)
    Notice.take(pk, EIGHT)
    ledger.sweep(EIGHT + 11 * MINUTE, lambda pk: None)
    queue: list[int] = []
    with django_capture_on_commit_callbacks(execute=True):
        assert ledger.resend(pk, EIGHT + 12 * MINUTE, queue.append)
        assert not ledger.resend(pk, EIGHT + 12 * MINUTE, queue.append)

    assert queue == [pk]
    assert post.send(pk, lambda: EIGHT + 12 * MINUTE) == "sent"


def test_a_mail_that_cannot_be_written_is_listed(late, run, monkeypatch):
    monkeypatch.setattr("planner.notices.post.compose", lambda *args: 1 / 0)
    (pk,) = run(EIGHT)

    assert post.send(pk, lambda: EIGHT) == "failed"
    assert "ZeroDivisionError" in Notice.objects.get().error


def test_one_bad_address_among_many_harms_nobody_else(late, run, team, sink):
    for name in ("Ann", "Bob"):
        user = User.objects.create_user(f"{name.lower()}@example.com", "secret-pass-1", name=name)
        Task.objects.create(
            strategy=late.strategy, description=name, due=late.due,
            owner=Membership.objects.create(team=team, user=user, name=name, role="rep"),
        )  # fmt: skip
    sink.answer = lambda mail: "550 no" if "ann@" in str(mail["To"]) else None
    ended = [post.send(pk, lambda: EIGHT) for pk in run(EIGHT)]

    assert sorted(ended) == ["failed", "sent", "sent"]


def test_everybody_is_listened_to_in_chunks(team, monkeypatch):
    monkeypatch.setattr("planner.notices.listeners.CHUNK", 2)
    for number in range(5):
        user = User.objects.create_user(f"u{number}@example.com", "secret-pass-1")
        Membership.objects.create(team=team, user=user, name=f"u{number}")

    assert [len(chunk) for chunk in listeners()] == [2, 2, 1]


def test_an_answer_of_the_server_is_told_from_a_broken_line():
    assert isinstance(post._smtp_error(451, b"x"), post.NotNow)
    assert isinstance(post._smtp_error(550, "x"), post.Refused)
    assert not isinstance(smtplib.SMTPServerDisconnected(), smtplib.SMTPResponseException)
