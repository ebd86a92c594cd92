"""Which metric and which segment a file speaks of (Decision 18 of the method)."""

from __future__ import annotations

import pytest
from django.utils import timezone, translation

from planner import changes
from planner.models import Metric, Reading, Segment
from planner.models.history import CannotUndo
from planner.readings.sheet import segment_text
from tests.planner.readings.conftest import places, stored

REGIONS = (
    "date,order,customer,amount,region\n"
    "2026-06-01,A1,C1,100,East\n2026-06-02,A2,C2,200,EAST\n2026-06-03,A3,C3,50,East \n2026-06-04,A4,C4,25,Ｅａｓｔ\n"
)


def renamed(named, name, by) -> None:
    with changes.recording(named.team, by=by) as log:
        current = log.take(type(named).objects.all(), named.pk)
        current.rename(name)
        log.save(current)


def names(dimension: str) -> list[str]:
    return list(Segment.objects.filter(dimension=dimension).values_list("name", flat=True))


def test_a_region_spelled_in_four_ways_is_one_region(importing):
    assert importing(REGIONS)["accepted"]

    assert names("region") == ["East"]
    assert stored()["Total sales", "2026-06", "East"] == "375"
    assert stored()["Customers", "2026-06", "East"] == "4"


def test_the_spelling_of_the_team_is_kept_by_later_files(importing):
    importing(REGIONS.replace("East\n", "EAST\n", 1).replace("2026-06", "2026-05"))
    importing(REGIONS)

    assert names("region") == ["EAST"]
    assert stored()["Total sales", "2026-06", "EAST"] == "375"


def test_two_spellings_of_one_segment_in_a_month_are_two_values_for_one_place(importing, status):
    said = importing(
        "month,metric,value,region\n2026-08,Total sales,1,East\n2026-08,Total sales,2,ＥＡＳＴ\n"
    )

    assert places(said) == [(3, "value")]
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    "name", ["Total sales", "TOTAL  SALES", "Ｔotal sales", "Totalsales", "Total\u00a0sales"]
)
def test_a_metric_is_found_however_it_is_spelled(importing, status, name):
    assert importing(f"month,metric,value\n2026-08,{name},1\n")["accepted"]
    assert stored() == {("Total sales", "2026-08", "Total"): "1"}


def test_a_file_may_use_the_earlier_names_of_metrics_and_segments(importing, team, status, manager):
    east = Segment.objects.create(team=team, dimension="region", name="East")
    renamed(east, "East China", manager)
    renamed(status.sales.metric, "Umsatz", manager)

    importing("month,metric,value,region\n2026-08,Total sales,1,EAST\n2026-09,umsatz,2,eastchina\n")

    assert stored() == {("Umsatz", "2026-08", "East China"): "1", ("Umsatz", "2026-09", "East China"): "2"}
    assert names("region") == ["East China"]


def test_an_earlier_and_a_later_name_of_one_region_in_order_lines_add_up(importing, team, manager):
    east = Segment.objects.create(team=team, dimension="region", name="East")
    renamed(east, "East China", manager)

    importing(REGIONS.replace("EAST", "East China"))

    assert names("region") == ["East China"]
    assert stored()["Total sales", "2026-06", "East China"] == "375"


def test_another_teams_names_are_not_asked(importing, team, other_team, status, manager):
    Segment.objects.create(team=other_team, dimension="region", name="Ost", old_names=["East"])
    importing(REGIONS)
    assert list(Segment.objects.filter(team=team, dimension="region").values_list("name", flat=True)) == [
        "East"
    ]


def test_an_archived_segment_that_a_file_names_is_there_again(importing, team):
    Segment.objects.create(team=team, dimension="region", name="East", removed_at=timezone.now())
    importing(REGIONS)
    assert [segment.name for segment in Segment.with_removed.filter(dimension="region")] == ["East"]
    assert names("region") == ["East"]


@pytest.mark.parametrize(
    ("header", "dimension"),
    [
        ("channel", "channel"),
        ("渠道", "channel"),
        ("Sales channel", "channel"),
        ("小组", "sub_team"),
        ("Sub-team", "sub_team"),
    ],
)
def test_order_lines_and_readings_have_channels_and_sub_teams(importing, status, header, dimension):
    assert importing(REGIONS.replace("region", header))["accepted"]
    assert importing(f"month,metric,value,{header}\n2026-08,Total sales,7,East\n")["accepted"]

    assert names(dimension) == ["East"]
    assert (stored()["Total sales", "2026-06", "East"], stored()["Total sales", "2026-08", "East"]) == (
        "375",
        "7",
    )


@pytest.mark.parametrize("dimension", [value for value in Segment.Dimension.values if value != "whole"])
def test_what_the_export_calls_a_segment_is_read_again(importing, team, status, dimension):
    text = segment_text(Segment.objects.create(team=team, dimension=dimension, name="Online"))

    said = importing(f"month,metric,value,segment\n2026-08,Total sales,1,{text}\n")

    assert said["accepted"], said
    assert names(dimension) == ["Online"]


def test_a_metric_renamed_after_its_first_file_gets_the_values_of_the_next(importing, team, manager):
    importing(REGIONS.replace("2026-06", "2026-05"))
    renamed(Metric.objects.get(key="sales"), "Umsatz", manager)

    importing(REGIONS)

    assert Metric.objects.filter(team=team).count() == 6
    assert stored()["Umsatz", "2026-06", "Total"] == "375"


def test_a_team_that_changes_its_language_keeps_its_six_metrics(importing, team):
    importing(REGIONS.replace("2026-06", "2026-05"))
    team.language = "zh-hans"
    team.save()

    with translation.override("zh-hans"):
        importing(REGIONS)

    assert Metric.objects.filter(team=team).count() == 6
    assert stored()["Total sales", "2026-06", "Total"] == "375"


def test_orders_bring_an_archived_metric_back_rather_than_a_second_one(importing, team, manager):
    importing(REGIONS.replace("2026-06", "2026-05"))
    with changes.recording(team, by=manager) as log:
        log.remove(log.take(Metric.objects.all(), Metric.objects.get(key="sales").pk))

    importing(REGIONS)

    assert Metric.with_removed.filter(team=team).count() == 6
    assert Metric.objects.get(key="sales").readings.filter(segment__name="").count() == 2


def test_a_metric_that_a_file_brings_is_one_of_the_method_where_it_has_its_name(importing, team):
    importing("month,metric,value\n2026-08,销售总额,1\n2026-08,Visits,2\n", "--create-metrics")
    importing(REGIONS)

    assert dict(Metric.objects.filter(name__in=["销售总额", "Visits"]).values_list("name", "key")) == {
        "销售总额": "sales",
        "Visits": "",
    }
    assert stored()["销售总额", "2026-06", "Total"] == "375"


def test_an_import_after_a_rename_is_undone_as_before(importing, team, status, manager):
    importing("month,metric,value\n2026-08,Total sales,1\n")
    team.refresh_from_db()
    revision = team.revision
    renamed(status.sales.metric, "Umsatz", manager)

    changes.undo(team, revision, by=manager)

    assert not Reading.objects.exists()
    with pytest.raises(CannotUndo):
        changes.undo(team, revision, by=manager)
