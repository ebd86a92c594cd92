"""The migrations are those of the models."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from planner.models import Import, Reading


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


def test_what_was_typed_before_is_found_in_the_history(team, plan, status):
    """Of each month: what is stored, and the entries of what was typed there."""
    months = {
        1: ("5", [(None, "5")]),  # typed where there was nothing
        2: ("6", [("4", "5"), ("5", "6")]),  # twice over an imported value
        3: ("7", [("4", "5")]),  # and imported anew since
        4: ("4", [("4", "4")]),  # another source alone
        5: (None, [("4", None)]),  # an imported value was removed
        6: ("9", []),  # imported
    }
    for month, (value, entries) in months.items():
        if value:
            Reading.objects.create(
                metric=status.sales.metric, segment=status.whole, month=dt.date(2026, month, 1), value=value
            )
        for old, new in entries:
            line = [status.sales.metric_id, f"2026-{month:02d}-01", status.whole.pk]
            texts = [text and f"{text}\t\t\tCRM" for text in (old, new)]
            Import.objects.create(
                team=team, plan=plan, kind="typed", file_name=str(month), readings=1, before=[[*line, *texts]]
            )
    entered_at = dict(Reading.objects.values_list("pk", "entered_at"))
    import_module("planner.migrations.0004_typed_over_imported").mark_typed(apps, None)

    columns = ("month__month", "value", "is_typed", "imported_value", "imported_source")
    assert list(Reading.objects.order_by("month").values_list(*columns)) == [
        (1, 5, True, None, ""),
        (2, 6, True, 4, "CRM"),
        (3, 7, False, None, ""),
        (4, 4, False, None, ""),
        (6, 9, False, None, ""),
    ]
    assert dict(Reading.objects.values_list("pk", "entered_at")) == entered_at
    kinds = [(each.file_name, each.kind, each.before[0][3:]) for each in Import.objects.order_by("pk")]
    assert kinds == [
        ("1", "typed", [None, "5\t\t\tCRM"]),
        ("2", "typed", [None, "5\t\t\tCRM"]),
        ("2", "typed", ["5\t\t\tCRM", "6\t\t\tCRM"]),
        ("3", "typed", [None, "5\t\t\tCRM"]),
        ("4", "edited", ["4\t\t\tCRM", "4\t\t\tCRM"]),
        ("5", "edited", ["4\t\t\tCRM", None]),
    ]
    for entry in Import.objects.filter(file_name="2").order_by("-pk"):
        entry.on_removed(None)
    shown = Reading.objects.get(month=dt.date(2026, 2, 1))
    assert (shown.value, shown.is_typed, shown.imported_value) == (Decimal(4), False, None)
