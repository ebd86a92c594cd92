"""The migrations are those of the models."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command


@pytest.mark.django_db
def test_no_migration_is_missing(capsys):
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1, skip_checks=True)
    except SystemExit:
        pytest.fail(f"manage.py makemigrations would write:\n{capsys.readouterr().out}")


def private_names(source: str) -> list[str]:
    """What a migration names of our code that its authors may rename at any time."""
    return re.findall(r"\b(?:planner|strategies|tracking|reviews)(?:\.\w+)*\._\w+", source)


def test_no_migration_needs_a_private_function():
    sources = {path: path.read_text() for path in Path(settings.BASE_DIR).glob("*/migrations/0*.py")}
    assert {path.name: names for path, text in sources.items() if (names := private_names(text))} == {}
    assert private_names("default=planner.models.people._token") == ["planner.models.people._token"]
