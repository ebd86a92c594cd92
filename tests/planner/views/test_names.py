"""The pages of the team's metrics and segments."""

from __future__ import annotations

import pytest
from django.urls import reverse

from planner.models import Goal, Metric, Reading, Segment
from tests.planner.readings.test_merging import MAY, read


@pytest.fixture
def regions(team, other_team, status) -> tuple[Segment, Segment]:
    Segment.objects.create(team=other_team, dimension="region", name="North")
    return tuple(Segment.objects.create(team=team, dimension="region", name=name) for name in ("East", "Ost"))


def undo_address(answer) -> str:
    """Where the undo of the message on the page leads."""
    [message] = answer.context["messages"]
    return message.extra_tags.removeprefix("undo:")


def test_a_renamed_segment_shows_its_earlier_name_and_the_message_takes_it_back(regions, as_, manager):
    east, _ost = regions
    client = as_(manager)

    answer = client.post(reverse("segment-name", args=[east.pk]), {"name": "East China"}, follow=True)

    assert "East China" in answer.text
    assert "Formerly East" in answer.text
    client.post(undo_address(answer))
    east.refresh_from_db()
    assert (east.name, east.old_names) == ("East", [])


def test_a_name_that_is_taken_is_refused_on_the_page(regions, as_, manager):
    answer = as_(manager).post(reverse("segment-name", args=[regions[0].pk]), {"name": "ＯＳＴ "})
    assert answer.status_code == 422
    assert "The team already has a segment with this name." in answer.text


def test_merging_lists_the_months_with_two_values_and_adds_them_when_told(regions, status, as_, manager):
    east, ost = regions
    for segment, value in ((east, 1), (ost, 2)):
        read(status.sales.metric, segment, MAY, value)
    client, address = as_(manager), reverse("segment-merge", args=[ost.pk])

    refused = client.post(address, {"into": east.pk})
    assert refused.status_code == 422
    assert "Total sales · East · 2026-05" in " ".join(refused.text.split())
    assert Reading.objects.count() == 2

    answer = client.post(address, {"into": east.pk, "add": "on"}, follow=True)
    assert [reading.value for reading in Reading.objects.all()] == [3]
    client.post(undo_address(answer))
    assert sorted(reading.value for reading in Reading.objects.all()) == [1, 2]


def test_another_teams_segment_or_another_type_is_no_choice(team, regions, as_, manager):
    Segment.objects.create(team=team, dimension="channel", name="Online")
    page = as_(manager).get(reverse("segment-name", args=[regions[0].pk])).text
    assert "Ost" in page
    assert "North" not in page
    assert "Online" not in page


def test_an_archived_segment_is_offered_no_more_and_its_values_are_shown_on_demand(
    plan, regions, status, as_, manager
):
    east, ost = regions
    read(status.sales.metric, ost, MAY, 777)
    goal = Goal.objects.create(plan=plan, name="G", segment=ost)
    client = as_(manager)
    client.post(reverse("segment-archive", args=[ost.pk]), follow=True)

    assert ">Ost</option>" not in client.get(reverse("readings", args=[plan.pk])).text
    shown = client.get(reverse("readings", args=[plan.pk]), {"segment": ost.pk, "to": "2026-05"}).text
    assert "777" in shown
    assert f"?segment={ost.pk}" in client.get(reverse("team-segments")).text
    goal.refresh_from_db()
    assert goal.segment == ost
    client.post(reverse("segment-restore", args=[ost.pk]))
    assert list(Segment.objects.filter(team=plan.team, dimension="region")) == [east, ost]


def test_the_latest_changes_can_be_undone_later_but_only_once(regions, as_, manager):
    east, ost = regions
    client = as_(manager)
    client.post(reverse("segment-name", args=[east.pk]), {"name": "E"})
    client.post(reverse("segment-archive", args=[ost.pk]))
    latest = client.get(reverse("team-segments")).context["latest"]
    assert len(latest) == 2
    client.post(reverse("names-undo", args=[latest[1].revision]))
    east.refresh_from_db()
    assert east.name == "East"
    assert [change.revision for change in client.get(reverse("team-segments")).context["latest"]] == [
        latest[0].revision
    ]


def test_what_is_no_change_of_a_name_is_not_undone_here(team, regions, as_, manager, plan):
    assert as_(manager).post(reverse("names-undo", args=[12345])).status_code == 404


def test_a_viewer_reads_both_pages_without_buttons(regions, as_, viewer):
    for name in ("team-segments", "team-metrics"):
        page = as_(viewer).get(reverse(name))
        assert page.status_code == 200
        assert "Archive" not in page.text


def test_a_cell_typed_while_its_metric_is_renamed_is_saved_in_the_same_metric(plan, status, as_, manager):
    """One tab renames in Table 1 while another, opened before, types a value of that metric, and its target."""
    client, sales = as_(manager), status.sales.metric
    row = reverse("diagnose-row", args=[plan.pk, f"metric-{status.sales.pk}"])
    history = reverse("readings-row", args=[plan.pk, f"metric-{sales.pk}"])
    cell = {"cell": "2026-09", "value-2026-09": "800", "source-2026-09": "CRM"}

    client.post(reverse("metric-name", args=[sales.pk]), {"name": "Umsatz"})
    assert client.post(f"{history}?to=2026-09", cell, headers={"HX-Request": "true"}).status_code == 200
    assert (
        client.post(
            row, {"cell": "target", "target": "900", "target_period": "month"}, headers={"HX-Request": "true"}
        ).status_code
        == 200
    )

    assert Metric.objects.filter(team=plan.team).count() == 2
    assert [(reading.metric.name, reading.value) for reading in Reading.objects.all()] == [("Umsatz", 800)]
    status.sales.refresh_from_db()
    assert (status.sales.target, status.sales.metric.name) == (900, "Umsatz")
