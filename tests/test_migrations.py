"""The migrations are those of the models."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import call_command

from planner.models import Import


@pytest.mark.django_db
def test_no_migration_is_missing(capsys):
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1, skip_checks=True)
    except SystemExit:
        pytest.fail(f"manage.py makemigrations would write:\n{capsys.readouterr().out}")


@pytest.mark.django_db
def test_what_older_imports_kept_can_still_be_undone(team):
    sides = [["5", None, None, "CRM"], None, "7\t\t\tERP"]
    done = Import.objects.create(
        team=team,
        kind="readings",
        file_name="a.csv",
        readings=2,
        before=[[1, "2026-01-01", 2, *sides[:2]], [1, "2026-02-01", 2, *sides[1:]]],
    )
    import_module("planner.migrations.0010_import_texts").join(apps, None)
    done.refresh_from_db()
    assert done.before == [[1, "2026-01-01", 2, "5\t\t\tCRM", None], [1, "2026-02-01", 2, None, "7\t\t\tERP"]]
