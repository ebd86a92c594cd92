"""Readings in the table: staged at once or in pieces, they come to the same, and so does undoing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from planner import changes
from planner.models import Import, Metric, Reading, Segment, StagedReading, staging
from planner.models.history import CannotUndo
from planner.readings.imports.gathered import NewReading
from planner.readings.imports.readings import WHOLE
from planner.readings.save import Saved, save, save_typed, stage

pytestmark = pytest.mark.django_db

EAST = ("region", "East")
ODD_SOURCE = 'CRM\t"new"\\n \\N\nNULL\r中文'


def new(month: int, value: str, part=WHOLE, totals=(None, None), source: str = "") -> NewReading:
    over, under = (each and Decimal(each) for each in totals)
    return NewReading("Total sales", dt.date(2026, month, 1), part, Decimal(value), over, under, source)


def everything() -> list[tuple]:
    columns = ("month", "segment__name", "value", "numerator", "denominator", "source", "entered_by")
    return list(Reading.objects.order_by("month", "segment__name").values_list(*columns))


@pytest.fixture(params=[staging.PIECE, 1], ids=["at once", "in pieces"])
def way(request, monkeypatch):
    monkeypatch.setattr(staging, "PIECE", request.param)


@pytest.fixture
def put(plan, manager, status):
    def run(*readings: NewReading, source: str = "") -> Saved:
        return save(plan, readings, by=manager, kind="readings", file_name=source or "East.csv")

    return run


def test_what_is_new_what_changes_and_what_stays(way, put, manager):
    first = put(
        new(1, "100"), new(2, "0.080000", totals=("16", "200")), new(1, "-40.5", EAST, source=ODD_SOURCE)
    )
    assert first == Saved(3, 0, 0)
    second = put(new(1, "100.00"), new(2, "0.08"), new(1, "41", EAST), new(3, "0.000001"))
    assert second == Saved(1, 2, 1)
    assert everything() == [
        (dt.date(2026, 1, 1), "", Decimal("100"), None, None, "East.csv", manager.pk),
        (dt.date(2026, 1, 1), "East", Decimal("41"), None, None, "East.csv", manager.pk),
        (dt.date(2026, 2, 1), "", Decimal("0.08"), None, None, "East.csv", manager.pk),
        (dt.date(2026, 3, 1), "", Decimal("0.000001"), None, None, "East.csv", manager.pk),
    ]


def test_an_import_keeps_what_stood_there_and_gives_it_back(way, put, team):
    put(
        new(1, "14000000000000"),
        new(2, "0.08", totals=("16", "200")),
        new(1, "-40.5", EAST, source=ODD_SOURCE),
    )
    before = [row[:-1] for row in everything()]
    put(new(1, "99999999999999.5"), new(2, "0.08", totals=("8", "100")), new(1, "0", EAST), new(3, "5"))
    after = [row[:-1] for row in everything()]
    kept = sorted(
        (month, old, brought) for _metric, month, _part, old, brought in Import.objects.latest("pk").before
    )
    assert kept == [
        ("2026-01-01", "-40.5\t\t\t" + ODD_SOURCE, "0\t\t\tEast.csv"),
        ("2026-01-01", "14000000000000\t\t\tEast.csv", "99999999999999.5\t\t\tEast.csv"),
        ("2026-02-01", "0.08\t16\t200\tEast.csv", "0.08\t8\t100\tEast.csv"),
        ("2026-03-01", None, "5\t\t\tEast.csv"),
    ]
    for expected in (before, after):
        team.refresh_from_db()
        changes.undo(team, team.revision, by=None)
        assert [row[:-1] for row in everything()] == expected


@pytest.fixture
def type_in(plan, team, manager, status):
    """type_in(month, value, source) types total sales over what is there."""

    def run(month: int, value: str | None, source: str = "by phone", segment=None) -> None:
        with changes.recording(team, plan=plan, by=manager) as log:
            metric, typed = status.sales.metric, value and Decimal(value)
            save_typed(log, plan, metric, segment, dt.date(2026, month, 1), typed, source)

    return run


def layers() -> list[tuple]:
    """Each month's value and source, and beneath a typed one the imported value and its source."""
    columns = ("month__month", "value", "source", "is_typed", "imported_value", "imported_source")
    return list(Reading.objects.order_by("month").values_list(*columns))


def test_a_later_import_lies_beneath_what_was_typed(way, put, type_in, manager, rep):
    put(new(1, "100"), new(2, "200"), new(3, "300"), new(4, "400"))
    type_in(1, "111")
    type_in(5, "555")
    Reading.objects.filter(is_typed=True).update(entered_by=rep)
    assert put(
        new(1, "101"), new(2, "202"), new(3, "300"), new(5, "500"), new(6, "600"), source="B"
    ) == Saved(1, 1, 3, kept=2)
    assert layers() == [
        (1, 111, "by phone", True, 101, "B"),
        (2, 202, "B", False, None, ""),
        (3, 300, "East.csv", False, None, ""),
        (4, 400, "East.csv", False, None, ""),
        (5, 555, "by phone", True, 500, "B"),
        (6, 600, "B", False, None, ""),
    ]
    assert set(Reading.objects.filter(is_typed=True).values_list("entered_by", flat=True)) == {rep.pk}


def test_an_import_is_undone_and_redone_beneath_what_was_typed(way, put, type_in, team):
    put(new(1, "100"), new(2, "200"))
    type_in(1, "111")
    type_in(3, "333")
    before = layers()
    put(new(1, "101", totals=("101", "1")), new(2, "202"), new(3, "303"), source="B")
    after = layers()
    for expected in (before, after):
        team.refresh_from_db()
        changes.undo(team, team.revision, by=None)
        assert layers() == expected


def test_an_import_is_undone_beneath_a_value_that_was_typed_since(way, put, type_in, team):
    put(new(1, "100"), new(2, "200"))
    put(new(1, "101"), new(2, "202"), source="B")
    team.refresh_from_db()
    revision = team.revision
    type_in(1, "111")
    changes.undo(team, revision, by=None)
    assert layers() == [(1, 111, "by phone", True, 100, "East.csv"), (2, 200, "East.csv", False, None, "")]


def test_an_import_is_not_undone_when_only_the_totals_changed_since(way, put, team):
    put(new(1, "0.08", totals=("8", "100")), new(2, "7"))
    team.refresh_from_db()
    revision = team.revision
    put(new(1, "0.08", totals=("16", "200")))
    with pytest.raises(CannotUndo):
        changes.undo(team, revision, by=None)
    assert len(layers()) == 2


def test_the_same_file_beneath_a_typed_value_leaves_no_trace(way, put, type_in, team):
    put(new(1, "100", totals=("200", "2")), new(2, "200"))
    type_in(1, "111")
    team.refresh_from_db()
    revision = team.revision
    assert put(new(1, "100", totals=("200", "2")), new(2, "200")) == Saved(0, 0, 2)
    # What a person typed where there was nothing comes back in an exported file.
    type_in(3, "333")
    team.refresh_from_db()
    assert put(new(3, "333"), source="B") == Saved(0, 0, 1)
    team.refresh_from_db()
    assert team.revision == revision + 1


def test_the_same_again_leaves_no_trace(way, put, team):
    readings = [new(month, "7") for month in range(1, 13)]
    put(*readings)
    team.refresh_from_db()
    revision = team.revision
    assert put(*readings) == Saved(0, 0, 12)
    team.refresh_from_db()
    assert (team.revision, Import.objects.count()) == (revision, 1)


def test_many_are_saved_with_a_constant_number_of_statements(put, django_assert_max_num_queries):
    parts = [("region", f"R{n}") for n in range(250)]
    readings = [new(month, "7", part) for part in parts for month in range(1, 13)]
    put(*readings[:12])
    put(*(new(12, "1", part) for part in parts))  # the segments are known from here
    with django_assert_max_num_queries(40):
        assert put(*readings) == Saved(2739, 250, 11)


def test_what_is_staged_is_not_there_yet_and_goes_when_it_is_saved(put, plan, status):
    put(new(1, "100"))
    batch = stage(plan, [new(1, "200"), new(2, "5", EAST)], file_name="West.csv")
    assert everything()[0][2] == Decimal(100)
    assert len(everything()) == 1
    assert not Segment.objects.filter(name="East").exists()
    assert staging.counts(batch) == (1, 1, 0, 0)
    put(new(3, "1"))
    assert list(StagedReading.objects.values_list("batch", flat=True)) == [batch.pk] * 2


def test_the_command_says_that_a_metric_was_changed_while_the_file_was_read(importing, status, monkeypatch):
    def staged_and_overtaken(*args, **options):
        batch = stage(*args, **options)
        Metric.objects.filter(pk=status.sales.metric_id).update(version=7)
        return batch

    monkeypatch.setattr("planner.readings.save.stage", staged_and_overtaken)
    said = importing("month,metric,value\n2026-06,Total sales,5\n")
    assert [problem["message"] for problem in said["errors"]] == [
        "Total sales: changed while the file was read. Run the command again."
    ]
    assert not Reading.objects.exists()
