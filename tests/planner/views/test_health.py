"""The probes of the operator are open, brief and never cached."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from planner import pulses
from planner.models import Notice, Pulse


@pytest.fixture
def no_database(monkeypatch):
    def refuse(*args, **kwargs):
        raise DatabaseError("host db.internal, password s3cret")

    monkeypatch.setattr(connection, "cursor", refuse)


def test_live_answers_without_a_database(client, no_database):
    response = client.get("/health/live")
    assert (response.status_code, response.content) == (200, b"ok")
    assert response["Content-Type"] == "text/plain"


ALL_WELL = dict.fromkeys(("database", "migrations", "beat", "worker", "mail"), True)


@pytest.fixture
def at_work(db):
    for name in Pulse.Name:
        pulses.record_heartbeat(name, timezone.now())


def test_ready_when_the_database_is_migrated_and_the_background_works(client, at_work):
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (200, ALL_WELL)


def test_not_ready_while_a_migration_is_missing(client, at_work):
    MigrationRecorder(connection).record_unapplied("reviews", "0001_initial")
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert (response.json()["database"], response.json()["migrations"]) == (True, False)


@pytest.mark.parametrize("name", [Pulse.Name.BEAT, Pulse.Name.WORKER, Pulse.Name.MAIL])
def test_not_ready_when_the_worker_or_the_beat_is_silent_for_two_minutes(client, at_work, name):
    pulses.record_heartbeat(name, timezone.now() - dt.timedelta(seconds=115))
    assert client.get("/health/ready").json() == ALL_WELL
    pulses.record_heartbeat(name, timezone.now() - dt.timedelta(seconds=121))
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (503, ALL_WELL | {name.value: False})


def test_not_ready_while_the_mail_server_turns_mails_away(client, at_work, viewer):
    now = timezone.now()
    Notice.objects.create(
        user=viewer,
        kind="digest",
        about=str(now.date()),
        day=now.date(),
        message_id="<x>",
        decided_at=now,
        try_at=now,
        tries=2,
    )
    assert client.get("/health/ready").json() == ALL_WELL | {"mail": False}


def test_not_ready_without_a_database_and_no_word_why(client, no_database, caplog):
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (503, dict.fromkeys(ALL_WELL, False))
    assert "s3cret" not in response.content.decode()
    assert "The database does not answer" in caplog.text
