"""What goes down comes up again: Redis, PostgreSQL and beat, each away for a while from a real installation.

At most one digest for each person, and everybody is delivered or listed, as ever.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.installation import Browser, Installation
from tests.real_programs import MailSink, Postgres, RedisServer

pytestmark = pytest.mark.installation

PEOPLE = 12


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with MailSink() as running:
        yield running


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in ("queue", "control", "processed"):
        (tmp_path / "broker" / name).mkdir(parents=True)
    return tmp_path


def everybody_got_one(sink: MailSink, installation: Installation, count: int = PEOPLE) -> None:
    installation.until(lambda: len(sink.mails) >= count, f"{count} mails")
    time.sleep(3)  # a second one would come now: the ticks go on every second
    assert set(Counter(sink.recipients()).values()) == {1}
    assert Counter(installation.states().values()) == {"sent": count}


def test_redis_is_away_when_the_hour_strikes_and_comes_back_empty(folder, sink):
    with RedisServer() as redis, Installation(folder, sink.port, redis=redis.url) as installation:
        installation.serve()
        redis.kill()
        installation.make_people(PEOPLE)
        time.sleep(4)
        assert sink.mails == []
        assert installation.get("/accounts/login/") == 200, "pages need the broker for nothing"
        redis.start()
        everybody_got_one(sink, installation)
        installation.until(installation.is_ready, "an installation that is ready again")


def test_postgresql_is_restarted_while_digests_go_out(folder, sink):
    with Postgres() as postgres, Installation(folder, sink.port, database=postgres.url) as installation:
        installation.serve()
        postgres.stop()
        installation.until(lambda: installation.get("/health/ready") == 503, "a red light")
        postgres.start()
        installation.until(installation.is_ready, "an installation that is ready again")

        sink.answer = slowly
        installation.make_people(PEOPLE)
        installation.until(lambda: len(sink.mails) >= 3, "three mails")
        postgres.stop()
        time.sleep(2)
        postgres.start()
        installation.until(installation.is_ready, "an installation that is ready again")
        installation.sweep(minutes_later=3)  # whose task met no database is handed out again
        installation.until(lambda: len(sink.mails) >= PEOPLE - settings.WORKER_CONCURRENCY, "the mails")
        time.sleep(3)
        installation.sweep(minutes_later=12)  # whose mail was under way when the database went is listed

        assert set(Counter(sink.recipients()).values()) == {1}
        states = installation.states()
        sent = {address for address, state in states.items() if state == "sent"}
        assert len(states) == PEOPLE
        assert sent <= set(sink.recipients())
        assert {states[address] for address in set(states) - sent} <= {"unknown"}
        assert len(set(states) - sent) <= settings.WORKER_CONCURRENCY


def slowly(_mail: object) -> None:
    time.sleep(0.4)


def test_beat_was_off_across_the_hour(folder, sink):
    """Whose hour struck meanwhile is told late, up to four hours; who is later still is listed as missed."""
    with Installation(folder, sink.port) as installation:
        installation.manage("manage.py", "migrate", "--verbosity", "0")
        installation.decided(hours_ago=7)
        installation.make_people(PEOPLE, hours_ago=2)
        installation.make_people(3, hours_ago=6, prefix="late")
        installation.worker()
        installation.beat()
        installation.until(lambda: len(sink.mails) >= PEOPLE, "the mails")
        time.sleep(3)

        assert set(Counter(sink.recipients()).values()) == {1}
        states = installation.states()
        assert {state for address, state in states.items() if address.startswith("late")} == {"missed"}
        assert Counter(states.values()) == {"sent": PEOPLE, "missed": 3}


SIGN_IN, FORGOT = "/accounts/login/", "/accounts/password/reset/"
BOSS = {"login": "boss@example.com", "password": "tea-and-rice-7"}


def make_boss(installation: Installation) -> Browser:
    """A manager, and the browser in which they are not signed in yet."""
    team = ("create_team", "East", BOSS["login"], "--password", BOSS["password"])
    installation.manage("manage.py", *team)
    return Browser(installation.port)


def test_people_sign_in_and_ask_for_a_password_while_redis_is_away(folder, sink):
    with RedisServer() as redis, Installation(folder, sink.port, redis=redis.url) as installation:
        installation.serve()
        browser = make_boss(installation)
        redis.kill()
        assert browser.post(SIGN_IN, login=BOSS["login"], password="wrong")[0] == 200
        status, _page, headers = browser.post(SIGN_IN, **BOSS)
        assert (status, headers["Address"]) == (200, "/")
        status, _page, headers = Browser(installation.port).post(FORGOT, email=BOSS["login"])
        assert (status, headers["Address"]) == (200, f"{FORGOT}done/")
        assert installation.get("/health/ready") == 503
        redis.start()
        installation.sweep(minutes_later=3)
        installation.until(lambda: sink.recipients() == [BOSS["login"]], "the link for a new password")


def test_every_page_says_try_again_while_postgresql_is_away(folder, sink):
    with Postgres() as postgres, Installation(folder, sink.port, database=postgres.url) as installation:
        installation.serve()
        browser = make_boss(installation)
        browser.post(SIGN_IN, **BOSS)
        assert browser.get("/team/")[0] == 200
        postgres.stop()
        for path in ("/", "/team/", "/plans/1/", "/admin/", SIGN_IN):
            status, page, headers = browser.get(path)
            assert (path, status) == (path, 503)
            assert (headers["Retry-After"], headers["X-Frame-Options"]) == ("10", "DENY")
            assert "Please try again" in page
        assert [installation.get(path) for path in ("/health/live", "/health/ready")] == [200, 503]
        postgres.start()
        installation.until(lambda: browser.get("/team/")[0] == 200, "the page again, still signed in")
