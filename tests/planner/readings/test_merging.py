"""Two names of one thing become one, with all that was said of either, and undo gives both back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from planner import changes
from planner.models import Bottleneck, Formula, Goal, Metric, Plan, PlanMetric, Reading, Segment
from planner.models.history import CannotUndo
from planner.plans import standard_metrics
from planner.readings.merging import Clash, clashes, merge
from tests.planner.readings.conftest import stored

MAY, JUNE, JULY = (dt.date(2026, month, 1) for month in (5, 6, 7))


@pytest.fixture
def merging(team, manager):
    """merging(source, target, **options) merges and returns the revision."""

    def run(source, target, **options) -> int:
        with changes.recording(team, by=manager) as log:
            current = [
                log.take(type(named).objects.filter(team=team), named.pk) for named in (source, target)
            ]
            merge(log, *current, **options)
        return log.revision

    return run


@pytest.fixture
def regions(team, status) -> tuple[Segment, Segment, Segment]:
    return tuple(
        Segment.objects.create(team=team, dimension="region", name=name) for name in ("East", "Ost", "West")
    )


def read(metric, segment, month, value, **totals) -> Reading:
    return Reading.objects.create(
        metric=metric, segment=segment, month=month, value=value, source=f"{segment} {month:%m}", **totals
    )


def texts() -> dict:
    """Every reading with what makes it: where it is, its figures and its source."""
    columns = ("value", "numerator", "denominator", "source")
    return {
        (reading.metric_id, reading.month, reading.segment_id): tuple(
            getattr(reading, name) for name in columns
        )
        for reading in Reading.objects.all()
    }


def test_a_segment_gives_its_values_and_whoever_names_it_to_another(
    team, plan, status, regions, merging, manager
):
    east, ost, west = regions
    sales, rate = status.sales.metric, status.rate.metric
    read(sales, east, MAY, 1)
    read(sales, ost, JUNE, 2)
    read(rate, ost, JUNE, Decimal("0.5"), numerator=1, denominator=2)
    read(sales, west, JUNE, 4)
    before = texts()
    closed = Plan.objects.create(team=team, name="Q3", start=MAY, end=JULY, state="closed")
    goals = [Goal.objects.create(plan=each, name="G", segment=ost) for each in (plan, closed)]
    other_goal = Goal.objects.create(plan=plan, name="H", segment=west)
    bottleneck = Bottleneck.objects.create(plan=plan, kind="value", cause="C", segment=ost)

    revision = merging(ost, east)

    assert stored() == {
        ("Total sales", "2026-05", "East"): "1",
        ("Total sales", "2026-06", "East"): "2",
        ("Customer conversion rate", "2026-06", "East"): "0.5",
        ("Total sales", "2026-06", "West"): "4",
    }
    moved = Reading.objects.get(metric=rate)
    assert (moved.numerator, moved.denominator, moved.source) == (1, 2, "Ost 06")
    for obj in (*goals, bottleneck):
        obj.refresh_from_db()
        assert obj.segment == east
    other_goal.refresh_from_db()
    assert other_goal.segment == west
    assert list(Segment.objects.filter(dimension="region")) == [east, west]
    east.refresh_from_db()
    assert east.old_names == ["Ost"]

    changes.undo(team, revision, by=manager)

    assert texts() == before
    for obj in (*goals, bottleneck):
        obj.refresh_from_db()
        assert obj.segment == ost
    east.refresh_from_db()
    assert (east.old_names, list(Segment.objects.filter(dimension="region"))) == ([], list(regions))


def test_a_month_with_two_values_is_refused_unless_they_may_be_added(team, status, regions, merging, manager):
    east, ost, _west = regions
    sales = status.sales.metric
    for segment, month, value in ((east, MAY, 1), (ost, MAY, 2), (ost, JUNE, 4)):
        read(sales, segment, month, value)
    before = texts()

    assert clashes(ost, east) == [Clash(sales, east, MAY)]
    with pytest.raises(ValidationError, match="Both have values for the same months"):
        merging(ost, east)
    assert texts() == before

    revision = merging(ost, east, add=True)
    assert stored() == {("Total sales", "2026-05", "East"): "3", ("Total sales", "2026-06", "East"): "4"}
    assert Reading.objects.get(month=MAY).source == "East 05 · Ost 05"
    changes.undo(team, revision, by=manager)
    assert texts() == before


def test_rates_are_never_added(status, regions, merging):
    east, ost, _west = regions
    for metric in (status.sales.metric, status.rate.metric):
        for segment in (east, ost):
            read(metric, segment, MAY, Decimal("0.2"))

    with pytest.raises(ValidationError, match="Both have values"):
        merging(ost, east, add=True)
    assert Reading.objects.count() == 4


def test_a_merge_is_not_undone_over_a_value_that_changed_since(team, status, regions, merging, manager):
    east, ost, _west = regions
    read(status.sales.metric, ost, MAY, 1)
    revision = merging(ost, east)
    Reading.objects.update(value=9)

    with pytest.raises(CannotUndo):
        changes.undo(team, revision, by=manager)
    assert stored() == {("Total sales", "2026-05", "East"): "9"}
    assert Segment.with_removed.get(pk=ost.pk).removed_at is not None


def test_only_segments_of_one_type_are_merged_and_never_the_whole(team, status, regions, merging):
    online = Segment.objects.create(team=team, dimension="channel", name="East")
    for source, target in (
        (online, regions[0]),
        (status.whole, regions[0]),
        (regions[0], status.whole),
        (online, online),
    ):
        with pytest.raises(ValidationError):
            merging(source, target)


def test_a_metric_gives_values_rows_goals_ratios_formulas_and_its_key(team, plan, status, merging, manager):
    turnover = Metric.objects.create(team=team, name="Turnover", unit="CNY", kind="amount")
    sales, rate = status.sales.metric, status.rate.metric
    Metric.objects.filter(pk=sales.pk).update(key="sales")
    rate.numerator = sales
    rate.save()
    formula = Formula.objects.create(team=team, result=sales, factors=[[rate.pk, None], [rate.pk, sales.pk]])
    goal = Goal.objects.create(plan=plan, name="G", metric=sales)
    bottleneck = Bottleneck.objects.create(plan=plan, kind="value", cause="C", metric=sales)
    read(sales, status.whole, MAY, 1)
    read(turnover, status.whole, JUNE, 2)
    before = texts()

    revision = merging(sales, turnover)

    def refreshed():
        for obj in (formula, goal, bottleneck, rate, status.sales):
            obj.refresh_from_db()
        return [
            formula.result,
            formula.factors,
            goal.metric,
            bottleneck.metric,
            rate.numerator,
            status.sales.metric,
        ]

    assert refreshed() == [turnover, [[rate.pk, None], [rate.pk, turnover.pk]], *[turnover] * 4]
    assert standard_metrics(team)["sales"] == turnover
    assert Metric.objects.get(pk=turnover.pk).old_names == ["Total sales"]
    assert {place[0] for place in texts()} == {turnover.pk}

    changes.undo(team, revision, by=manager)

    assert refreshed() == [sales, [[rate.pk, None], [rate.pk, sales.pk]], *[sales] * 4]
    assert standard_metrics(team)["sales"] == sales
    assert texts() == before


def test_unlike_metrics_and_two_rows_of_one_table_are_not_merged(team, plan, status, merging):
    sales = status.sales.metric
    turnover = Metric.objects.create(team=team, name="Turnover", unit="CNY", kind="amount")
    PlanMetric.objects.create(plan=plan, metric=turnover, order=3)
    with pytest.raises(ValidationError, match="Table 1 of “Q4” has both metrics"):
        merging(turnover, sales)
    with pytest.raises(ValidationError, match="differ in type"):
        merging(status.rate.metric, sales)


def test_a_file_with_the_name_of_the_merged_one_brings_values_of_the_other(
    status, regions, merging, importing
):
    merging(regions[1], regions[0])
    assert importing("month,metric,value,region\n2026-08,Total sales,7,OST\n")["accepted"]
    assert stored() == {("Total sales", "2026-08", "East"): "7"}


def layers() -> dict:
    """Every reading with its typed and its imported layer."""
    columns = ("value", "source", "is_typed", "imported_value", "imported_source")
    return {
        (reading.month, str(reading.segment)): tuple(getattr(reading, name) for name in columns)
        for reading in Reading.objects.select_related("segment")
    }


def test_typed_values_move_with_the_imported_ones_beneath_them(team, status, regions, merging, manager):
    east, ost, _west = regions
    sales = status.sales.metric
    beneath = {"is_typed": True, "imported_value": 9, "imported_source": "CRM"}
    read(sales, ost, MAY, 1, **beneath)
    read(sales, ost, JUNE, 2, is_typed=True)
    read(sales, ost, JULY, 3)
    before = layers()

    revision = merging(ost, east)
    assert layers() == {
        (MAY, "East"): (1, "Ost 05", True, 9, "CRM"),
        (JUNE, "East"): (2, "Ost 06", True, None, ""),
        (JULY, "East"): (3, "Ost 07", False, None, ""),
    }
    changes.undo(team, revision, by=manager)
    assert layers() == before


def test_where_one_of_two_was_typed_their_sum_counts_as_typed(team, status, regions, merging, manager):
    east, ost, _west = regions
    sales = status.sales.metric
    read(sales, east, MAY, 10)
    read(sales, ost, MAY, 1, is_typed=True, imported_value=5, imported_source="CRM")
    read(sales, east, JUNE, 20, is_typed=True)
    read(sales, ost, JUNE, 2)
    before = layers()

    revision = merging(ost, east, add=True)
    assert layers() == {
        (MAY, "East"): (11, "East 05 · Ost 05", True, 15, "East 05 · CRM"),
        (JUNE, "East"): (22, "East 06 · Ost 06", True, 2, "Ost 06"),
    }
    changes.undo(team, revision, by=manager)
    assert layers() == before
