"""The promise under fire: a real worker on a real Redis, a real mail server, and kill -9 where it hurts.

Duplicates 0; delivered + listed = everybody. The worker runs in processes of its own on the database of the tests.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from redis import Redis

from planner.models import Membership, Notice, Plan, Team, User
from planner.notices import ledger
from strategies.models import Strategy
from tests.real_programs import MailSink, redis_url
from tracking.models import Task

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 1000


def database_url() -> str:
    """The address of the database that this test runs on, for another process."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["TEST_DATABASE_URL"])._replace(path=f"/{name}").geturl()


class Workers:
    """A worker with its children as one process group, and what else is to be run beside it."""

    def __init__(self, folder: Path, port: int, broker: str) -> None:
        self.env = {
            **{name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
            "DJANGO_SETTINGS_MODULE": "planner.settings",
            "DEBUG": "0",
            "SECRET_KEY": "workers",
            "ALLOWED_HOSTS": "planner.example.com",
            "VAR_DIR": str(folder),
            "DATABASE_URL": database_url(),
            "REDIS_URL": broker,
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        }
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        command = (
            "-m",
            "celery",
            "--quiet",
            "-A",
            "planner.celery",
            "worker",
            "--queues",
            "default,mail,imports",
        )
        self.process = subprocess.Popen(
            [sys.executable, *command, "--concurrency", "2", "--loglevel", "error", "--without-mingle"],
            cwd=settings.BASE_DIR,
            env=self.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def sweep(self) -> None:
        """What beat asks for every minute, at once, in a process of its own."""
        code = "import django; django.setup(); from planner.jobs import sweep_notices; sweep_notices()"
        subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, env=self.env, check=True)


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with MailSink() as running:
        yield running


@pytest.fixture
def workers(request, tmp_path, sink) -> Iterator[Workers]:
    """A worker on a real Redis, or on files where the test asks for that broker by the name "files"."""
    broker = ""
    if getattr(request, "param", "redis") == "redis":
        broker = redis_url()
        Redis.from_url(broker).flushall()
    for name in ("queue", "control", "processed"):
        (tmp_path / "broker" / name).mkdir(parents=True)
    found = Workers(tmp_path, sink.port, broker)
    yield found
    found.kill()


on_both_brokers = pytest.mark.parametrize("workers", ["redis", "files"], indirect=True)


@pytest.fixture
def crowd() -> Callable[[int], None]:
    """crowd(n) makes n people who each have something overdue, and claims their digests some minutes ago."""

    def make(count: int) -> None:
        now = timezone.now()
        team = Team.objects.create(name="East", time_zone="UTC")
        plan = Plan.objects.create(
            team=team,
            name="Now",
            start=now.date() - dt.timedelta(days=9),
            end=now.date() + dt.timedelta(days=9),
        )
        strategy = Strategy.objects.create(plan=plan, title="Referrals")
        users = User.objects.bulk_create(User(email=f"p{n}@example.com", name=f"P{n}") for n in range(count))
        seats = Membership.objects.bulk_create(
            Membership(team=team, user=user, name=user.name, role="rep") for user in users
        )
        late = now.date() - dt.timedelta(days=2)
        Task.objects.bulk_create(
            Task(strategy=strategy, description="Call back", owner=seat, due=late) for seat in seats
        )
        with transaction.atomic():
            # Claimed, and lost on the way to the broker: the sweep hands them out.
            day = now.date()
            type(team).objects.update(workdays=[1, 2, 3, 4, 5, 6, 7])
            ledger.decide_day(day, now - dt.timedelta(minutes=5), "digest", lambda pk: None)
        assert Notice.objects.filter(state="claimed").count() == count

    return make


def wait_until(done: Callable[[], bool], what: str, seconds: float = 240) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if done():
            return
        time.sleep(0.1)
    pytest.fail(f"{what}: not within {seconds} seconds")


def nobody_waits() -> bool:
    """Whether every notice has ended, or is in hands that will not answer any more."""
    return not Notice.objects.filter(state="claimed", taken_at=None).exists()


def test_a_thousand_people_and_three_kills_duplicate_nothing_and_lose_nobody(workers, sink, crowd):
    crowd(PEOPLE)
    workers.start()
    workers.sweep()
    for delivered in (100, 350, 700):
        wait_until(lambda: len(sink.mails) >= delivered, f"{delivered} mails")  # noqa: B023  # called at once
        workers.kill()
        workers.start()
        workers.sweep()
    wait_until(nobody_waits, "the end of the queue")
    time.sleep(1)
    workers.kill()
    ledger.sweep(timezone.now() + dt.timedelta(minutes=11), lambda pk: None)

    everybody_is_delivered_or_listed(sink, PEOPLE)
    assert len(sink.mails) > PEOPLE * 0.95


def everybody_is_delivered_or_listed(sink: MailSink, count: int) -> None:
    got = Counter(sink.recipients())
    assert [address for address, times in got.items() if times > 1] == []
    listed = set(Notice.objects.uncertain().values_list("user__email", flat=True))
    sent = set(Notice.objects.filter(state="sent").values_list("user__email", flat=True))
    assert not sent & listed
    assert len(sent | listed) == count
    assert sent <= set(got)
    assert set(got) - sent <= listed


@on_both_brokers
def test_a_kill_between_the_servers_word_and_ours_counts_once_and_is_listed(workers, sink, crowd):
    crowd(1)
    first: list[str] = []

    def kill_the_worker(mail) -> None:
        first.append(str(mail["To"]))
        workers.kill()

    sink.answer = kill_the_worker
    workers.start()
    workers.sweep()
    wait_until(lambda: bool(first) and workers.process is None, "the kill at the first mail", 60)
    sink.answer = lambda mail: None
    workers.start()
    workers.sweep()
    time.sleep(3)
    ledger.sweep(timezone.now() + dt.timedelta(minutes=11), lambda pk: None)

    assert Notice.objects.get().state == "unknown"
    assert len(first) == 1
    assert len(sink.mails) <= 1  # the server took it, though nobody heard its answer


@on_both_brokers
def test_a_worker_that_is_killed_and_started_again_loses_nothing(workers, sink, crowd):
    crowd(40)
    workers.start()
    workers.sweep()
    wait_until(lambda: len(sink.mails) >= 10, "ten mails", 60)
    workers.kill()
    workers.start()
    workers.sweep()
    wait_until(nobody_waits, "the end of the queue", 90)
    time.sleep(1)
    workers.kill()
    ledger.sweep(timezone.now() + dt.timedelta(minutes=11), lambda pk: None)

    everybody_is_delivered_or_listed(sink, 40)
