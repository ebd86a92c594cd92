"""Bottlenecks and views of causes made and merged without a form."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from planner import changes
from planner.diagnose.bottlenecks.bottlenecks import (
    add_bottleneck,
    add_view,
    bottleneck_from,
    bottleneck_of_view,
    merge_view,
)
from planner.models import Bottleneck, CauseView, Change, Metric
from tests.conftest import seat


@pytest.fixture
def record(plan, manager):
    """record() is an open recording of the plan by its manager."""
    return lambda: changes.recording(plan.team, plan=plan, by=manager)


@pytest.fixture
def late(plan) -> Bottleneck:
    return Bottleneck.objects.create(plan=plan, order=3, cause="Late replies", kind="conversion")


@pytest.fixture
def view(plan, rep) -> CauseView:
    return CauseView.objects.create(
        plan=plan, by=seat(rep, plan.team), kind="conversion", text="Nobody calls back"
    )


def lines() -> list[tuple]:
    """What history says, the oldest line first."""
    return list(Change.objects.order_by("pk").values_list("action", "model", "field"))


def errors_of(record, verb, *args, **kwargs) -> list[str]:
    """The fields beside which a verb refuses; nothing is written."""
    with pytest.raises(ValidationError) as refused, record() as log:
        verb(log, *args, **kwargs)
    assert not Change.objects.exists()
    return list(changes.errors_by_field(refused.value))


def test_a_bottleneck_stands_behind_the_others(record, plan, late, status):
    with record() as log:
        made = add_bottleneck(log, plan, "Few leads", "customers", metric=status.sales.metric, impact=4)

    made.refresh_from_db()
    assert (made.plan, made.order, made.cause, made.kind) == (plan, 4, "Few leads", "customers")
    assert (made.metric, made.impact, made.in_focus) == (status.sales.metric, 4, False)
    assert lines() == [("add", "planner.bottleneck", "")]


def test_what_makes_no_sense_is_refused_beside_its_field(record, plan, other_team):
    metric = Metric.objects.create(team=other_team, name="Theirs")

    assert errors_of(record, add_bottleneck, plan, "x", "value", ease=6) == ["ease"]
    assert errors_of(record, add_bottleneck, plan, "x", "unknown") == ["kind"]
    assert errors_of(record, add_bottleneck, plan, "", "value") == ["cause"]
    assert errors_of(record, add_bottleneck, plan, "x", "value", metric=metric) == ["metric"]


def test_the_same_evidence_makes_a_bottleneck_once(record, plan, status):
    rate = status.rate.metric
    Metric.objects.filter(pk=rate.pk).update(bottleneck="conversion")
    rate.refresh_from_db()
    made = []
    for _time in range(2):
        with record() as log:
            made.append(bottleneck_from(log, plan, "Conversion falls", "From 8% to 5%.", "conversion", rate))

    (first, is_new), (again, is_new_again) = made
    assert (is_new, is_new_again, first) == (True, False, again)
    assert (first.kind, first.metric, first.evidence) == ("conversion", rate, "From 8% to 5%.")
    assert lines() == [("add", "planner.bottleneck", "")]


def test_other_evidence_and_another_plan_make_another_bottleneck(record, plan, team, manager):
    with record() as log:
        bottleneck_from(log, plan, "Conversion falls", "From 8% to 5%.", "conversion")
        assert bottleneck_from(log, plan, "Conversion falls", "From 5% to 4%.", "conversion")[1]
    elsewhere = type(plan).objects.create(team=team, name="Q1", start=plan.start, end=plan.end)
    with changes.recording(team, plan=elsewhere, by=manager) as log:
        assert bottleneck_from(log, elsewhere, "Conversion falls", "From 8% to 5%.", "conversion")[1]


def test_a_view_is_its_members(record, plan, rep):
    with record() as log:
        made = add_view(log, plan, seat(rep, plan.team), "Nobody calls back", "conversion")

    made.refresh_from_db()
    assert (made.plan, made.by, made.text, made.kind, made.bottleneck) == (
        plan, seat(rep, plan.team), "Nobody calls back", "conversion", None,
    )  # fmt: skip
    assert lines() == [("add", "planner.causeview", "")]


def test_a_view_is_merged_and_taken_out_again(record, late, view):
    with record() as log:
        merge_view(log, view, late)
    view.refresh_from_db()
    assert view.bottleneck == late

    with record() as log:
        merge_view(log, view, None)
    view.refresh_from_db()
    assert view.bottleneck is None
    assert lines() == [("set", "planner.causeview", "bottleneck")] * 2


def test_a_view_is_not_merged_into_another_plan(record, plan, team, view):
    elsewhere = type(plan).objects.create(team=team, name="Q1", start=plan.start, end=plan.end)
    theirs = Bottleneck.objects.create(plan=elsewhere, kind="value", cause="x")

    assert errors_of(record, merge_view, view, theirs) == ["bottleneck"]


def test_a_view_becomes_a_bottleneck_of_its_own_in_one_step(record, view, late):
    with record() as log:
        made = bottleneck_of_view(log, view)

    view.refresh_from_db()
    assert (made.order, made.cause, made.kind, view.bottleneck) == (4, view.text, view.kind, made)
    assert lines() == [("add", "planner.bottleneck", ""), ("set", "planner.causeview", "bottleneck")]
    assert Change.objects.values("revision").distinct().count() == 1
