"""Metrics and segments by their names: the database's key, earlier names, and which object answers."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from planner import changes
from planner.models import Metric, Segment
from planner.models.names import by_name
from tests.planner.models.test_constraints import holds


def test_a_team_has_one_present_metric_of_a_name_however_it_is_spelled(team, other_team):
    first = Metric.objects.create(team=team, name="Total sales")

    assert first.name_key == "totalsales"
    assert not holds(lambda: Metric.objects.create(team=team, name="ＴＯＴＡＬ  sales"))
    assert not holds(lambda: Metric.objects.bulk_create([Metric(team=team, name="total\u00a0sales")]))
    assert holds(lambda: Metric.objects.create(team=other_team, name="Total sales"))
    assert holds(lambda: Metric.objects.create(team=team, name="TOTAL SALES", removed_at=timezone.now()))


def test_a_team_has_one_present_segment_of_a_name_in_a_dimension(team, other_team):
    Segment.objects.create(team=team, dimension="region", name="East")

    assert not holds(lambda: Segment.objects.create(team=team, dimension="region", name="Ｅａｓｔ"))
    assert not holds(
        lambda: Segment.objects.bulk_create([Segment(team=team, dimension="region", name="EAST ")])
    )
    assert holds(lambda: Segment.objects.create(team=team, dimension="channel", name="East"))
    assert holds(lambda: Segment.objects.create(team=other_team, dimension="region", name="East"))
    assert holds(
        lambda: Segment.objects.create(team=team, dimension="region", name="EAST", removed_at=timezone.now())
    )


def test_a_metric_of_the_method_is_there_once_and_own_ones_as_often_as_wanted(team, other_team):
    Metric.objects.create(team=team, name="Total sales", key="sales")

    assert not holds(lambda: Metric.objects.create(team=team, name="Umsatz", key="sales"))
    assert holds(lambda: Metric.objects.create(team=other_team, name="Umsatz", key="sales"))
    assert holds(lambda: Metric.objects.create(team=team, name="Old", key="sales", removed_at=timezone.now()))
    for name in ("Visits", "Calls"):
        assert holds(lambda name=name: Metric.objects.create(team=team, name=name))


def test_a_second_spelling_is_refused_in_words(team, manager):
    sentence = "The team already has a metric with this name."
    with changes.recording(team, by=manager) as log:
        log.save(Metric(team=team, name="Visits"))
        log.save(calls := Metric(team=team, name="Calls"))
        with pytest.raises(ValidationError) as refused:
            log.save(Metric(team=team, name="VISITS "))
        assert refused.value.messages == [sentence]

        calls.rename("vis its")
        with pytest.raises(ValidationError) as refused:
            log.save(calls)
        assert changes.errors_by_field(refused.value) == {"name": [sentence]}


def test_a_name_that_nobody_can_see_is_refused(team, manager):
    with pytest.raises(ValidationError) as refused, changes.recording(team, by=manager) as log:
        log.save(Metric(team=team, name="\u200b"))
    assert changes.errors_by_field(refused.value) == {"name": ["Enter a name that can be seen."]}


def test_a_renamed_metric_has_its_new_key_and_undo_gives_back_both(team, manager):
    metric = Metric.objects.create(team=team, name="Total sales")
    with changes.recording(team, by=manager) as log:
        metric = log.take(Metric.objects.filter(team=team), metric.pk)
        metric.rename("Umsatz")
        log.save(metric)

    metric.refresh_from_db()
    assert (metric.name, metric.name_key, metric.old_names) == ("Umsatz", "umsatz", ["Total sales"])
    changes.undo(team, log.revision, by=manager)
    metric.refresh_from_db()
    assert (metric.name, metric.name_key, metric.old_names) == ("Total sales", "totalsales", [])


def test_another_spelling_of_the_same_name_is_no_earlier_name(team):
    metric = Metric(team=team, name="total sales")
    metric.rename("Total Sales")
    assert (metric.name, metric.old_names) == ("Total Sales", [])


def test_a_present_name_answers_before_an_earlier_one_and_that_before_an_archived_one(team):
    now = timezone.now()
    renamed = Metric.objects.create(team=team, name="C", old_names=["A", "B", "D"])
    named = Metric.objects.create(team=team, name="a")
    archived = [Metric.objects.create(team=team, name=name, removed_at=now) for name in ("b", "E")]

    assert by_name([*archived, renamed, named]) == {
        "c": renamed,
        "a": named,
        "b": renamed,
        "d": renamed,
        "e": archived[1],
    }
