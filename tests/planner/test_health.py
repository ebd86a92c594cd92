"""The probes of the operator are open, brief and never cached."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder


@pytest.fixture
def no_database(monkeypatch):
    def refuse(*args, **kwargs):
        raise DatabaseError("host db.internal, password s3cret")

    monkeypatch.setattr(connection, "cursor", refuse)


def test_live_answers_without_a_database(client, no_database):
    response = client.get("/health/live")
    assert (response.status_code, response.content) == (200, b"ok")
    assert response["Content-Type"] == "text/plain"


@pytest.mark.django_db
def test_ready_when_the_database_answers_and_is_migrated(client):
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (200, {"database": True, "migrations": True})


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing(client):
    MigrationRecorder(connection).record_unapplied("planner", "0001_initial")
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (503, {"database": True, "migrations": False})


def test_not_ready_without_a_database_and_no_word_why(client, no_database, caplog):
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (503, {"database": False, "migrations": False})
    assert "s3cret" not in response.content.decode()
    assert "The database does not answer" in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_probes_are_only_read_and_never_cached(client, path):
    assert "no-store" in client.get(path)["Cache-Control"]
    assert client.post(path).status_code == 405
