"""The probes of the operator are open, brief and never cached."""

from __future__ import annotations

import datetime as dt
import shutil
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from planner import jobs, pulses
from planner.models import Channel, JobFailure, Notice, Pulse, Team, Upload, User
from planner.notices import ledger, post
from tests import outages
from tests.real_programs import MailSink, RedisServer, free_port

PARTS = (
    "database",
    "disk",
    "broker",
    "migrations",
    "beat",
    "worker",
    "decisions",
    "jobs",
    "mail",
    "channels",
    "uploads",
)
ALL_WELL = dict.fromkeys(PARTS, True)
MINUTE = dt.timedelta(minutes=1)
# Which part goes red without a heartbeat.
PART_OF = {Pulse.Name.BEAT: "beat", Pulse.Name.WORKER: "worker", Pulse.Name.MAIL: "mail"}


@pytest.fixture
def at_work(db):
    for name in Pulse.Name:
        pulses.record_heartbeat(name, timezone.now())


def probe() -> dict[str, bool]:
    """The parts and whether each is well; the status and the reasons follow from them."""
    response = Client().get("/health/ready")
    state = response.json()
    reasons = state.pop("reasons", {})
    assert set(state) == set(PARTS)
    assert set(reasons) == {name for name, is_well in state.items() if not is_well}
    assert response.status_code == (503 if reasons else 200)
    return state


def red() -> set[str]:
    return {name for name, is_well in probe().items() if not is_well}


def test_live_answers_whatever_is_away(client, transactional_db):
    with outages.away():
        for response in (client.get("/health/live"), client.head("/health/live")):
            assert response.status_code == 200
            assert response["Content-Type"] == "text/plain"
        assert client.get("/health/live").content == b"ok"


def test_ready_when_the_database_is_migrated_and_the_background_works(client, at_work):
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (200, ALL_WELL)
    assert "no-store" in response["Cache-Control"]


def test_not_ready_while_a_migration_is_missing(at_work):
    MigrationRecorder(connection).record_unapplied("reviews", "0001_initial")
    assert red() == {"migrations", *pulses.TROUBLES}


@pytest.mark.parametrize("name", list(PART_OF))
def test_not_ready_when_the_worker_or_the_beat_is_silent_for_two_minutes(at_work, name):
    pulses.record_heartbeat(name, timezone.now() - dt.timedelta(seconds=115))
    assert red() == set()
    pulses.record_heartbeat(name, timezone.now() - dt.timedelta(seconds=121))
    assert red() == {PART_OF[name]}
    Pulse.objects.filter(name=name).delete()
    assert red() == {PART_OF[name]}


def test_not_ready_when_nothing_is_decided_for_five_minutes(at_work):
    pulses.record_heartbeat(Pulse.Name.DECISIONS, timezone.now() - 4 * MINUTE)
    assert red() == set()
    pulses.record_heartbeat(Pulse.Name.DECISIONS, timezone.now() - 6 * MINUTE)
    assert red() == {"decisions"}
    Pulse.objects.filter(name=Pulse.Name.DECISIONS).delete()
    assert red() == set(), "the first tick after a start is not late yet"


def people(count: int) -> list[User]:
    return [User.objects.create_user(f"p{n}@example.com") for n in range(count)]


def claim(user: User, *, now: dt.datetime | None = None, about: str = "2026-11-27", **more) -> Notice:
    now = now or timezone.now()
    fields = {"day": now.date(), "decided_at": now, "try_at": now, "message_id": f"<{user.pk}{about}>"}
    return Notice.objects.create(user=user, kind="digest", about=about, **(fields | more))


@pytest.fixture
def digests(monkeypatch):
    """What is in the mails is no matter here: each is a few words to its person."""
    from django.core.mail import EmailMessage

    monkeypatch.setattr(post, "build", lambda notice: EmailMessage("Work", "x", to=[notice.user.email]))


@pytest.fixture
def sink(settings, digests):
    with MailSink() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", running.port, 0.3
        yield running


def send_all() -> None:
    for notice in Notice.objects.filter(state="claimed", taken_at=None):
        post.send(notice.pk, lambda notice=notice: max(timezone.now(), notice.try_at))


def test_not_ready_while_the_mail_server_refuses_every_mail_and_again_once_it_takes_one(at_work, sink):
    """The case that was green: 21 of 21 were refused for good."""
    everybody = people(21)
    for user in everybody:
        claim(user)
    sink.answer = lambda mail: "550 not from here"
    send_all()
    assert set(Notice.objects.values_list("state", flat=True)) == {"failed"}
    assert red() == {"mail"}
    sink.answer = lambda mail: None
    claim(everybody[0], about="2026-11-28")
    send_all()
    assert red() == set()


def test_one_mailbox_that_refuses_is_no_matter_of_the_server(at_work, sink):
    first, full, last = people(3)
    claim(first)
    send_all()
    sink.answer = lambda mail: "550 full" if mail["To"] == full.email else None
    for day in ("2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"):
        claim(full, about=day)
    claim(last)
    send_all()
    assert Notice.objects.filter(state="failed").count() == 4
    assert red() == set()


def test_three_people_in_a_row_are_one(at_work, sink):
    first, *others = people(4)
    claim(first)
    send_all()
    sink.answer = lambda mail: "550 no"
    for user, expected in zip(others, (set(), set(), {"mail"}), strict=True):
        claim(user)
        send_all()
        assert red() == expected


def test_what_happened_five_hours_ago_says_nothing_of_now(at_work, sink):
    for user in people(3):
        claim(user)
    sink.answer = lambda mail: "550 no"
    send_all()
    then = timezone.now() - dt.timedelta(hours=5)
    Notice.objects.update(ended_at=then, decided_at=then)
    assert red() == set()


def test_not_ready_while_the_mail_server_hangs_or_cannot_be_reached(at_work, sink, settings):
    import time

    (user, other) = people(2)
    sink.answer = lambda mail: time.sleep(1)
    claim(user)
    send_all()
    assert Notice.objects.get().state == "unknown"
    assert red() == {"mail"}
    Notice.objects.all().delete()

    settings.EMAIL_PORT = free_port()
    claim(other)
    send_all()
    assert red() == set(), "it is tried again in a minute"
    send_all()
    assert red() == {"mail"}


def test_not_ready_while_a_worker_waits_for_the_mail_server(at_work, viewer):
    now = timezone.now()
    row = claim(viewer, taken_at=now - MINUTE, tries=1)
    assert red() == set()
    Notice.objects.filter(pk=row.pk).update(taken_at=now - 3 * MINUTE)
    assert red() == {"mail"}


def test_not_ready_while_what_is_due_waits(at_work, viewer):
    """A worker lives and beat ticks, but nobody hands the messages out."""
    claim(viewer, now=timezone.now() - 9 * MINUTE)
    assert red() == set()
    claim(viewer, now=timezone.now() - 11 * MINUTE, about="2026-11-20")
    assert red() == {"mail"}
    Notice.objects.filter(about="2026-11-20").update(try_at=timezone.now() + 5 * MINUTE)
    assert red() == set()


def test_a_channel_that_refuses_does_not_stand_for_the_mail_server(at_work, team, viewer, rep):
    channel = Channel.objects.create(team=team, name="Room", service="slack", target="slack://x")
    User.objects.filter(pk=viewer.pk).update(channel=channel)
    now = timezone.now()
    claim(viewer, state="failed", ended_at=now, tries=1)
    claim(rep, state="sent", ended_at=now + MINUTE, tries=1)
    assert red() == {"channels"}
    claim(viewer, state="sent", ended_at=now + MINUTE, tries=1, about="2026-11-28")
    assert red() == set()


def test_a_letter_to_an_address_is_mail_too(at_work):
    now = timezone.now()
    for kind in ("invitation", "password"):
        Notice.objects.create(
            address="nina@example.com",
            kind=kind,
            about="x",
            day=now.date(),
            message_id=kind,
            decided_at=now,
            try_at=now,
            state="failed",
            ended_at=now,
            tries=1,
        )
    assert red() == {"mail"}


def test_not_ready_while_a_job_fails_and_again_once_it_succeeds(at_work, team, other_team, manager, outsider):
    """A team whose digest cannot be decided: its data break every tick."""
    Team.objects.filter(pk=other_team.pk).update(time_zone="Nowhere/Land")
    jobs.decide_notices.apply()
    assert "jobs" in red()
    body = Client().get("/health/ready").content.decode()
    assert "planner.jobs.decide_notices" in body
    assert "Strangers" not in body, "no name of a team"
    assert "Nowhere" not in body
    first = JobFailure.objects.get(job="planner.jobs.decide_notices").since
    jobs.decide_notices.apply()
    row = JobFailure.objects.get(job="planner.jobs.decide_notices")
    assert (row.since, row.at > first) == (first, True)
    Team.objects.filter(pk=other_team.pk).update(time_zone="UTC")
    jobs.decide_notices.apply()
    assert red() == set()


def test_a_failure_of_one_team_is_told_from_that_of_another(at_work, team, other_team):
    now = timezone.now()
    for each in (team, other_team):
        pulses.failed("planner.jobs.decide_notices", KeyError("x"), now, each)
    assert red() == {"jobs"}
    assert "for 2 teams" in Client().get("/health/ready").json()["reasons"]["jobs"]
    pulses.succeeded("planner.jobs.decide_notices", team)
    assert list(JobFailure.objects.values_list("team", flat=True)) == [other_team.pk]
    pulses.succeeded("planner.jobs.decide_notices")
    assert red() == {"jobs"}
    pulses.succeeded("planner.jobs.decide_notices", other_team)
    assert red() == set()


def test_a_job_that_meets_a_lock_is_no_failure(at_work, monkeypatch):
    def locked(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ledger, "sweep", locked)
    jobs.sweep_notices.apply()
    assert not JobFailure.objects.exists()


def test_not_ready_while_an_upload_is_stuck(at_work, plan, manager):
    now = timezone.now()
    for minutes, stored in ((10, "a"), (12, "b")):
        Upload.objects.create(
            plan=plan, by=manager, file_name="x", stored_as=stored, started_at=now - minutes * MINUTE
        )
    assert red() == {"uploads"}
    Upload.objects.filter(stored_as="b").update(state="ready")
    assert red() == set()


GIGABYTE = 10**9


@pytest.mark.parametrize(
    ("total", "free", "is_red"),
    [
        (500, 2, False),
        (500, 0.9, True),
        (10, 0.6, False),
        (10, 0.4, True),
        (0.1, 0.05, False),
        (0.1, 0, True),
    ],
)
def test_not_ready_when_the_disk_is_as_good_as_full(
    at_work, monkeypatch, settings, tmp_path, total, free, is_red
):
    settings.VAR_DIR = tmp_path / "var"  # which nothing has made yet
    asked = []

    def usage(path):
        asked.append(path)
        return SimpleNamespace(total=total * GIGABYTE, free=free * GIGABYTE)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    assert red() == ({"disk"} if is_red else set())
    assert asked == [tmp_path]


def test_not_ready_while_redis_is_away(at_work, settings):
    with RedisServer() as redis:
        settings.REDIS_URL = redis.url
        assert red() == set()
        redis.kill()
        assert red() == {"broker"}
        redis.start()
        assert red() == set()


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("cookie", ["", "sessionid=abc", "django_language=zh-hans; sessionid=abc"])
def test_a_probe_is_answered_while_the_database_is_away_whatever_it_carries(
    transactional_db, manager, as_, method, cookie, caplog
):
    for client in (Client(), as_(manager)):
        with outages.away():
            response = getattr(client, method)("/health/ready", headers={"Cookie": cookie} if cookie else {})
        assert response.status_code == 503
        if method == "get":
            state = response.json()
            assert state["database"] is False
            assert state["reasons"]["database"] == "It does not answer."
            assert "nonexistent" not in response.content.decode()
    assert "/health/ready: " in caplog.text


def test_a_probe_asks_for_no_session_and_no_account(at_work, manager, as_):
    counts = []
    for client in (Client(), as_(manager)):
        with CaptureQueriesContext(connection) as queries:
            client.get("/health/ready")
        assert not [
            query for query in queries if "session" in query["sql"] or 'planner_user" WHERE' in query["sql"]
        ]
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_probe_may_ask_by_any_name_of_the_machine(at_work, settings):
    settings.ALLOWED_HOSTS = ["plan.example.com"]
    for path in ("/health/live", "/health/ready"):
        assert Client().get(path, headers={"Host": "10.1.2.3:8000"}).status_code == 200
    assert Client().get("/accounts/login/", headers={"Host": "10.1.2.3:8000"}).status_code == 400


def test_a_probe_only_looks(at_work):
    assert Client().post("/health/ready").status_code == 405


def test_a_part_that_cannot_be_looked_up_is_red_and_the_rest_is_told(at_work, monkeypatch):
    def broken(now):
        raise KeyError("mary@example.com")

    monkeypatch.setitem(pulses.TROUBLES, "uploads", broken)
    assert red() == {"uploads"}
    assert "mary" not in Client().get("/health/ready").content.decode()
