"""Names from before they had keys get them, and no value is lost where two were one name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE, AFTER = ("planner", "0008_uploads_at_work"), ("planner", "0011_one_name_a_team")
MAY, JUNE = dt.date(2026, 5, 1), dt.date(2026, 6, 1)


def migrate(target):
    executor = MigrationExecutor(connection)
    executor.migrate([target])
    return MigrationExecutor(connection).loader.project_state([target]).apps


@pytest.fixture
def before(transactional_db) -> Iterator:
    yield migrate(BEFORE)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def value_of(apps, segment) -> dict[tuple[str, dt.date], Decimal]:
    readings = apps.get_model("planner", "Reading").objects.filter(segment=segment)
    return {(reading.metric.name, reading.month): reading.value for reading in readings}


def made(apps, model, **values):
    return apps.get_model("planner", model).objects.create(**values)


def test_spellings_of_one_segment_are_merged_unless_a_month_has_both(before):
    team, other = made(before, "Team", name="One"), made(before, "Team", name="Two")
    metric = made(before, "Metric", team=team, name="Total sales")
    plan = made(before, "Plan", team=team, name="P", start=MAY, end=JUNE)
    names = ("East", "EAST", "Ｅａｓｔ", "East (2)")
    east, merged, apart, _taken = (
        made(before, "Segment", team=team, dimension="region", name=name) for name in names
    )
    line = made(before, "Segment", team=team, dimension="product_line", name="EAST")
    elsewhere = made(before, "Segment", team=other, dimension="region", name="EAST")
    whole = made(before, "Segment", team=team, dimension="whole", name="")
    for segment, month, value in (
        (east, MAY, 1),
        (merged, JUNE, 2),
        (apart, JUNE, 4),
        (line, MAY, 8),
        (whole, MAY, 16),
    ):
        made(before, "Reading", metric=metric, segment=segment, month=month, value=value)
    goal = made(before, "Goal", plan=plan, name="G", segment=merged)
    bottleneck = made(before, "Bottleneck", plan=plan, kind="value", cause="C", segment=merged)

    after = migrate(AFTER)

    segments = {segment.pk: segment for segment in after.get_model("planner", "Segment").objects.all()}
    assert value_of(after, east.pk) == {("Total sales", MAY): 1, ("Total sales", JUNE): 2}
    assert value_of(after, apart.pk) == {("Total sales", JUNE): 4}
    assert value_of(after, line.pk) == {("Total sales", MAY): 8}
    assert value_of(after, whole.pk) == {("Total sales", MAY): 16}
    assert (segments[east.pk].name, segments[east.pk].old_names) == ("East", ["EAST"])
    assert segments[merged.pk].removed_at is not None
    assert (segments[apart.pk].name, segments[apart.pk].name_key) == ("Ｅａｓｔ (3)", "east(3)")
    assert segments[elsewhere.pk].removed_at is None
    present = [segment for segment in segments.values() if segment.removed_at is None]
    places = [(segment.team_id, segment.dimension, segment.name_key) for segment in present]
    assert len(set(places)) == len(places) == 6
    for model, pk in (("Goal", goal.pk), ("Bottleneck", bottleneck.pk)):
        assert after.get_model("planner", model).objects.get(pk=pk).segment_id == east.pk


def test_metrics_of_the_method_get_their_keys_in_both_languages_and_later_spellings_a_number(before):
    team, other = made(before, "Team", name="One"), made(before, "Team", name="Two")
    names = ("Total sales", "TOTAL SALES", "Total  sales", "订单量", "Order count", "老客复购率", "Visits")
    pks = [made(before, "Metric", team=team, name=name).pk for name in names]
    other_pk = made(before, "Metric", team=other, name="销售总额").pk
    archived = made(
        before, "Metric", team=team, name="Leads", removed_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    )

    metrics = migrate(AFTER).get_model("planner", "Metric").objects.in_bulk()

    assert [(metrics[pk].name, metrics[pk].key) for pk in pks] == [
        ("Total sales", "sales"),
        ("TOTAL SALES (2)", ""),
        ("Total  sales (3)", ""),
        ("订单量", "orders"),
        ("Order count", ""),
        ("老客复购率", "repurchase"),
        ("Visits", ""),
    ]
    assert (metrics[other_pk].key, metrics[archived.pk].key) == ("sales", "leads")
    assert all(metric.name_key for metric in metrics.values())
