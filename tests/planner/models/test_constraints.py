"""The database's own rules, each from both sides, on whichever database the tests run on."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from planner.models import (
    Bottleneck,
    Goal,
    Membership,
    Metric,
    Plan,
    PlanMetric,
    Reading,
    Segment,
    Team,
    User,
)
from reviews.models import Review
from strategies.models import Strategy
from tracking.models import Task

DAY = dt.date(2026, 11, 1)


def holds(make) -> bool:
    """Whether the database takes the row."""
    try:
        with transaction.atomic():
            make()
    except IntegrityError:
        return False
    return True


def test_a_plan_ends_on_or_after_its_start(team):
    def make(end):
        return lambda: Plan.objects.create(team=team, name="p", start=DAY, end=end)

    assert holds(make(DAY))
    assert not holds(make(DAY - dt.timedelta(days=1)))


def test_a_person_is_in_a_team_once_unless_they_left(team, manager):
    assert not holds(lambda: Membership.objects.create(team=team, user=manager, name="again"))
    Membership.objects.filter(user=manager).update(removed_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert holds(lambda: Membership.objects.create(team=team, user=manager, name="again"))


def test_addresses_differ_in_more_than_case(manager):
    assert not holds(lambda: User.objects.create(email="MARY@example.com"))
    assert holds(lambda: User.objects.create(email="mary2@example.com"))


def test_a_month_has_one_reading_for_a_segment(team, status):
    metric = status.sales.metric
    east = Segment.objects.create(team=team, dimension="region", name="East")
    assert holds(lambda: Reading.objects.create(metric=metric, month=DAY, segment=status.whole, value=1))
    assert not holds(lambda: Reading.objects.create(metric=metric, month=DAY, segment=status.whole, value=2))
    assert holds(lambda: Reading.objects.create(metric=metric, month=DAY, segment=east, value=1))


def test_a_reading_is_of_a_month(status):
    day = DAY.replace(day=2)
    assert not holds(
        lambda: Reading.objects.create(metric=status.sales.metric, month=day, segment=status.whole, value=1)
    )


def test_only_a_typed_reading_covers_an_imported_one(status):
    def make(month, **layers):
        return lambda: Reading.objects.create(
            metric=status.sales.metric,
            month=DAY.replace(month=month),
            segment=status.whole,
            value=1,
            **layers,
        )

    assert not holds(make(1, imported_value=2))
    assert holds(make(1, imported_value=2, is_typed=True))
    assert holds(make(2, is_typed=True))


def test_only_the_whole_has_no_name(team):
    assert not holds(lambda: Segment.objects.create(team=team, dimension="region", name=""))
    assert not holds(lambda: Segment.objects.create(team=team, dimension="whole", name="all"))
    assert holds(lambda: Segment.objects.create(team=team, dimension="whole", name=""))


def test_a_metric_name_is_free_again_after_removal(team, status):
    assert not holds(lambda: Metric.objects.create(team=team, name="Total sales"))
    Metric.objects.filter(name="Total sales").update(removed_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert holds(lambda: Metric.objects.create(team=team, name="Total sales"))


@pytest.mark.parametrize(
    ("field", "good", "bad"), [("basis", "uplift", "guess"), ("target_period", "year", "day")]
)
def test_table_1_knows_its_words(plan, status, field, good, bad):
    assert holds(lambda: PlanMetric.objects.filter(pk=status.sales.pk).update(**{field: good}))
    assert not holds(lambda: PlanMetric.objects.filter(pk=status.sales.pk).update(**{field: bad}))


@pytest.mark.parametrize("field", ["impact", "ease"])
def test_scores_of_a_bottleneck_go_from_1_to_5(plan, field):
    assert holds(lambda: Bottleneck.objects.create(plan=plan, kind="customers", cause="few", **{field: 5}))
    assert not holds(
        lambda: Bottleneck.objects.create(plan=plan, kind="customers", cause="few", **{field: 6})
    )


@pytest.mark.parametrize(
    "field", ["resources_score", "capability_score", "time_score", "importance", "urgency"]
)
def test_scores_of_a_strategy_go_from_1_to_5(plan, field):
    assert holds(lambda: Strategy.objects.create(plan=plan, title="t", **{field: 1}))
    assert not holds(lambda: Strategy.objects.create(plan=plan, title="t", **{field: 0}))


def test_a_goal_is_not_a_part_of_itself(plan):
    goal = Goal.objects.create(plan=plan, name="growth")
    assert not holds(lambda: Goal.objects.filter(pk=goal.pk).update(parent=goal))


def test_hours_are_hours(db):
    assert not holds(lambda: Team.objects.create(name="t", digest_hour=24))
    assert not holds(lambda: Team.objects.create(name="t", meeting_weekday=8))
    assert holds(lambda: Team.objects.create(name="t", digest_hour=23, meeting_weekday=7))


@pytest.mark.parametrize(
    ("values", "taken"),
    [
        ({"start": DAY, "due": DAY}, True),
        ({"start": DAY, "due": DAY - dt.timedelta(days=1)}, False),
        ({"status": "done", "percent": 100}, True),
        ({"status": "done", "percent": 90}, False),
        ({"status": "in_progress", "percent": 100}, False),
        ({"percent": 101}, False),
        ({"status": "cancelled", "cancel_reason": "the rival left"}, True),
        ({"status": "cancelled"}, False),
        ({"status": "late"}, False),
    ],
)
def test_a_task_cannot_contradict_itself(plan, values, taken):
    strategy = Strategy.objects.create(plan=plan, title="t")
    assert holds(lambda: Task.objects.create(strategy=strategy, description="d", **values)) is taken


def test_a_period_has_one_review_until_that_is_removed(team):
    plan = Plan.objects.create(team=team, name="p", start=DAY, end=DAY)

    def make(**fields):
        return lambda: Review.objects.create(plan=plan, **{"start": DAY, **fields})

    assert holds(make())
    assert not holds(make())
    assert holds(make(kind="quarter"))
    Review.objects.all().update(removed_at="2026-11-01T00:00Z")
    assert holds(make())


def test_a_review_begins_with_a_month(team):
    plan = Plan.objects.create(team=team, name="p", start=DAY, end=DAY)

    assert not holds(lambda: Review.objects.create(plan=plan, start=dt.date(2026, 11, 2)))
