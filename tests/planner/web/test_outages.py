"""While a part is away or a lock is held, pages say “try again” with a 503, and only then."""

from __future__ import annotations

import errno
import sqlite3

import psycopg
import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from planner.models import Team
from planner.web.outages import Outage, outage_of
from tests import outages

POLICY = "default-src 'none'"


def error_of(act) -> BaseException:
    with pytest.raises(Exception) as caught:  # noqa: PT011  # which one it is, is the question
        act()
    return caught.value


# Which errors are outages


def sqlite_errors(folder) -> dict[str, BaseException]:
    path = str(folder / "small.sqlite3")
    small = sqlite3.connect(path)
    small.executescript("PRAGMA max_page_count = 3; CREATE TABLE a (b TEXT);")
    read_only = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    found = {
        "full": error_of(lambda: small.execute("INSERT INTO a VALUES (?)", ["x" * 100_000])),
        "read-only": error_of(lambda: read_only.execute("INSERT INTO a VALUES ('x')")),
        "gone": error_of(lambda: sqlite3.connect("/nonexistent/a").execute("SELECT 1")),
        "no such table": error_of(lambda: small.execute("SELECT * FROM nothing")),
    }
    small.rollback()
    small.execute("BEGIN IMMEDIATE")
    other = sqlite3.connect(path, timeout=0.01)
    found["locked"] = error_of(lambda: other.execute("BEGIN IMMEDIATE"))
    for each in (small, read_only, other):
        each.close()
    return found


def test_errors_of_sqlite_are_told_apart(tmp_path):
    assert {name: outage_of(error) for name, error in sqlite_errors(tmp_path).items()} == {
        "full": Outage.AWAY,
        "read-only": Outage.AWAY,
        "gone": Outage.AWAY,
        "no such table": None,
        "locked": Outage.LOCKED,
    }


@pytest.mark.parametrize(
    ("state", "outage"),
    [
        ("40001", Outage.LOCKED),  # serialization failure
        ("40P01", Outage.LOCKED),  # deadlock
        ("55P03", Outage.LOCKED),  # lock timeout
        ("57014", Outage.LOCKED),  # statement timeout
        ("57P01", Outage.AWAY),  # stopped by its operator
        ("57P03", Outage.AWAY),  # starting up
        ("53100", Outage.AWAY),  # disk full
        ("53300", Outage.AWAY),  # too many connections
        ("58030", Outage.AWAY),  # the disk does not answer
        ("25006", Outage.AWAY),  # read-only
        ("08006", Outage.AWAY),  # connection failure
        ("23505", None),  # a constraint
        ("22P05", None),  # a text that cannot be kept
        ("42P01", None),  # no such table
    ],
)
def test_errors_of_postgresql_are_told_apart(db, state, outage):
    if not outages.IS_POSTGRES:
        pytest.skip("raised by PostgreSQL itself")

    def fail() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$")

    error = error_of(fail)
    assert isinstance(error, DatabaseError)
    assert outage_of(error) == outage


def test_a_server_that_is_not_there_is_away():
    import redis

    refused = error_of(lambda: psycopg.connect("host=127.0.0.1 port=1 connect_timeout=2"))
    assert outage_of(refused) == Outage.AWAY
    assert outage_of(error_of(lambda: redis.Redis(port=1).ping())) == Outage.AWAY
    assert outage_of(OSError(errno.ENOSPC, "No space left on device")) == Outage.AWAY


@pytest.mark.parametrize(
    "error", [ValueError("x"), FileNotFoundError(2, "x"), ConnectionRefusedError(111, "x"), None]
)
def test_an_error_of_ours_is_none(error):
    assert outage_of(error) is None


def test_what_an_outage_caused_is_one():
    def fail() -> None:
        try:
            raise OSError(errno.ENOSPC, "full")
        except OSError:
            raise ValueError("what came of it")  # noqa: B904  # the context is what is read

    assert outage_of(error_of(fail)) == Outage.AWAY


# What is answered


@pytest.fixture
def browser(transactional_db, manager, plan, as_):
    client = as_(manager)
    client.raise_request_exception = False
    return client


BUSY = "The server is busy with a large change. Your last change was not saved. Try again."
COPY = {"name": "Copy", "start": "2027-01-01", "end": "2027-03-31"}


def test_a_page_that_meets_a_lock_is_a_503_that_says_so(browser, plan):
    with outages.locked(plan.team):
        response = browser.post(reverse("plan-copy", args=[plan.pk]), COPY)
    page = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert BUSY in page
    assert "Go back: your entries are still there." in page
    assert 'http-equiv="refresh"' not in page, "a form is not sent again by itself"
    assert_whole(response)
    assert plan.team.plans.count() == 1


@pytest.mark.parametrize("header", ["HX-Request", "X-Whole-Form"])
def test_a_script_that_meets_a_lock_gets_the_sentence_alone(browser, plan, header):
    with outages.locked(plan.team):
        response = browser.post(reverse("plan-copy", args=[plan.pk]), COPY, headers={header: "true"})
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert response.content.decode() == BUSY
    assert response["Content-Type"].startswith("text/plain")
    assert_whole(response)


def assert_whole(response) -> None:
    """The headers that every page has, and no word in any cache."""
    assert POLICY in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("language", ["en", "zh-hans", ""])
@pytest.mark.parametrize("debug", [False, True])
def test_every_page_is_a_503_while_the_database_is_away(browser, plan, settings, debug, language):
    settings.DEBUG = debug
    if language:
        browser.cookies["django_language"] = language
    with outages.away():
        for address in ("/", f"/plans/{plan.pk}/", "/team/", "/accounts/preferences/"):
            response = browser.get(
                address, headers={"Accept-Language": "zh-CN" if language == "zh-hans" else "en"}
            )
            assert (address, response.status_code) == (address, 503)
            page = response.content.decode()
            assert response["Retry-After"] == "10"
            assert f'<a class="button" href="{address}">' in page
            assert ("请重试" if language == "zh-hans" else "Please try again") in page
            assert_whole(response)
            assert browser.head(address).status_code == 503
            assert browser.get(address, headers={"HX-Request": "true"})["Content-Type"].startswith(
                "text/plain"
            )
        sign_in = {"login": "mary@example.com", "password": "secret-pass-1"}
        assert browser.post(reverse("account_login"), sign_in).status_code == 503
        assert (
            browser.post(reverse("account_reset_password"), {"email": "mary@example.com"}).status_code == 503
        )
    assert browser.get("/").status_code == 200, "and it comes back by itself"


@pytest.mark.parametrize("is_new", [True, False])
def test_a_session_that_cannot_be_written_is_a_503_and_no_deleted_session(browser, manager, plan, is_new):
    if outages.IS_POSTGRES:
        pytest.skip("a session has a row of its own there, which nobody else locks")
    if is_new:
        browser.logout()
    key = default_token_generator.make_token(manager)
    link = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(manager), key])
    with outages.locked(plan.team):
        assert browser.get(link).status_code == 503
    assert browser.get(link).status_code == 302


def test_an_error_of_ours_stays_a_500(browser, monkeypatch):
    def broken(*args, **options):
        raise ValueError("ours")

    monkeypatch.setattr(Team, "today", broken)
    assert browser.get("/").status_code == 500
