"""The one way to write: revisions, comparison, history, undo, and the walls behind the forms."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from planner import changes
from planner.models import Change, Goal, Metric, Plan, PlanMetric
from planner.models.history import CannotUndo
from strategies.models import ServedGoal, Strategy
from tracking.models import Task


def write(plan, user, obj, **values):
    with changes.recording(plan.team, plan=plan, by=user) as log:
        for name, value in values.items():
            setattr(obj, name, value)
        log.save(obj)
    return log


@pytest.fixture
def strategy(plan) -> Strategy:
    return Strategy.objects.create(plan=plan, title="Membership points")


def test_one_block_is_one_revision_with_one_line_a_field(plan, status, manager):
    log = write(plan, manager, status.sales, target=Decimal("900000"), problems="a rival")

    lines = Change.objects.filter(revision=log.revision)
    assert {(c.field, c.old, c.new, c.by_name) for c in lines} == {
        ("target", "1000000", "900000", "Mary"),
        ("problems", "", "a rival", "Mary"),
    }
    plan.team.refresh_from_db()
    assert plan.team.revision == log.revision == 1


def test_a_block_that_changes_nothing_raises_no_revision(plan, status, manager):
    write(plan, manager, status.sales, target=Decimal("1000000.000"))

    plan.team.refresh_from_db()
    assert plan.team.revision == 0
    assert not Change.objects.exists()


def test_a_change_raises_the_version(plan, status, manager):
    write(plan, manager, status.sales, problems="one")
    write(plan, manager, status.sales, problems="two")

    status.sales.refresh_from_db()
    assert status.sales.version == 3


def test_undo_gives_the_old_value_back_and_can_itself_be_undone(plan, status, manager):
    log = write(plan, manager, status.sales, problems="late")

    again = changes.undo(plan.team, log.revision, by=manager, plan=plan)
    status.sales.refresh_from_db()
    assert status.sales.problems == ""

    changes.undo(plan.team, again, by=manager, plan=plan)
    status.sales.refresh_from_db()
    assert status.sales.problems == "late"


def test_undo_refuses_where_somebody_wrote_since(plan, status, manager, rep):
    log = write(plan, manager, status.sales, problems="one")
    write(plan, rep, status.sales, problems="two")

    with pytest.raises(CannotUndo, match="changed again since"):
        changes.undo(plan.team, log.revision, by=manager, plan=plan)
    status.sales.refresh_from_db()
    assert status.sales.problems == "two"


def test_nothing_is_undone_twice(plan, status, manager):
    log = write(plan, manager, status.sales, problems="one")
    changes.undo(plan.team, log.revision, by=manager, plan=plan)

    with pytest.raises(CannotUndo, match="already"):
        changes.undo(plan.team, log.revision, by=manager, plan=plan)


def test_what_a_rule_forbids_by_now_is_not_undone(plan, team, status, manager):
    metric = status.sales.metric
    log = write(plan, manager, metric, name="Turnover")
    with changes.recording(team, by=manager) as adding:
        adding.save(Metric(team=team, name="Total sales"))

    with pytest.raises(CannotUndo, match="metric with this name"):
        changes.undo(team, log.revision, by=manager, plan=plan)
    metric.refresh_from_db()
    assert metric.name == "Turnover"


def test_a_row_whose_place_is_taken_does_not_come_back(plan, status, manager):
    metric = status.sales.metric
    with changes.recording(plan.team, plan=plan, by=manager) as log:
        log.remove(status.sales)
    with changes.recording(plan.team, plan=plan, by=manager) as again:
        again.save(PlanMetric(plan=plan, metric=metric, order=9))

    with pytest.raises(CannotUndo, match="already in the table"):
        changes.undo(plan.team, log.revision, by=manager, plan=plan)
    assert plan.metrics.filter(metric=metric).count() == 1


def test_removing_a_strategy_takes_its_tasks_along_and_undo_brings_all_back(plan, strategy, manager):
    task = Task.objects.create(strategy=strategy, description="survey")
    gone = Task.objects.create(strategy=strategy, description="removed before")
    with changes.recording(plan.team, plan=plan, by=manager) as log:
        log.remove(gone)
    with changes.recording(plan.team, plan=plan, by=manager) as log:
        log.remove(strategy)
    assert not Task.objects.exists()
    assert not plan.strategies.exists()

    changes.undo(plan.team, log.revision, by=manager, plan=plan)
    assert list(Task.objects.all()) == [task]
    assert list(plan.strategies.all()) == [strategy]


def test_undoing_an_addition_removes_it(plan, manager):
    strategy = Strategy(plan=plan, title="Referrals")
    log = write(plan, manager, strategy)

    changes.undo(plan.team, log.revision, by=manager, plan=plan)
    assert not plan.strategies.exists()


def test_who_is_in_the_team_cannot_be_undone_here(plan, manager, rep, team):
    with changes.recording(team, by=manager) as log:
        seat = team.memberships.get(user=rep)
        seat.job_title = "lead"
        log.save(seat)

    with pytest.raises(CannotUndo, match="on the team page"):
        changes.undo(team, log.revision, by=manager, plan=plan)


def test_a_closed_plan_is_not_written(plan, status, manager):
    Plan.objects.filter(pk=plan.pk).update(state="closed")

    with pytest.raises(changes.PlanClosed):
        write(plan, manager, status.sales, problems="late")
    assert not Change.objects.exists()


def test_a_broken_rule_saves_nothing_of_its_block(plan, status, strategy, manager):
    task = Task(strategy=strategy, description="x", start=dt.date(2026, 11, 2), due=dt.date(2026, 11, 1))
    refused = pytest.raises(ValidationError, match="due date is before the start")
    with refused, changes.recording(plan.team, plan=plan, by=manager) as log:
        status.sales.problems = "late"
        log.save(status.sales)
        log.save(task)

    status.sales.refresh_from_db()
    assert status.sales.problems == ""
    plan.team.refresh_from_db()
    assert plan.team.revision == 0


def test_a_link_into_another_team_is_refused(plan, strategy, manager, outsider, other_team):
    stranger = other_team.memberships.get()
    with pytest.raises(ValidationError, match="another team"):
        write(plan, manager, strategy, owner=stranger)


def test_a_link_into_another_plan_of_the_team_is_refused(plan, team, strategy, manager):
    elsewhere = Plan.objects.create(team=team, name="Q1", start=plan.start, end=plan.end)
    goal = Goal.objects.create(plan=elsewhere, name="growth")
    with pytest.raises(ValidationError, match="another team or plan"):
        write(plan, manager, ServedGoal(strategy=strategy, goal=goal))


def test_an_object_of_another_team_is_refused(plan, manager, other_team):
    metric = Metric(team=other_team, name="theirs")
    with pytest.raises(ValidationError, match="another team"):
        write(plan, manager, metric)


def test_a_metric_stands_in_a_table_once(plan, status, manager):
    with pytest.raises(ValidationError, match="already in the table"):
        write(plan, manager, PlanMetric(plan=plan, metric=status.sales.metric))


def test_undoing_leads_back_to_where_one_was_and_never_out(plan, status, manager, as_):
    client = as_(manager)
    cell = f"/plans/{plan.pk}/diagnose/rows/metric-{status.sales.pk}/"
    history = f"/plans/{plan.pk}/history/"
    for came_from, leads_to in (
        (
            f"http://testserver/plans/{plan.pk}/diagnose/?q=a",
            f"http://testserver/plans/{plan.pk}/diagnose/?q=a",
        ),
        ("https://elsewhere.example/", history),
        ("", history),
    ):
        client.post(cell, {"cell": "problems", "problems": f"late {came_from}"})
        undo = f"/plans/{plan.pk}/undo/{Change.objects.latest('pk').revision}/"
        assert client.post(undo, HTTP_REFERER=came_from)["Location"] == leads_to


def test_an_object_knows_its_teams_revision_after_a_block_that_changed_nothing(plan, status, manager):
    write(plan, manager, status.sales, problems="one")
    log = write(plan, manager, status.sales, problems="one")
    plan.team.refresh_from_db()
    assert log.revision == plan.team.revision == 1


@pytest.mark.parametrize("revision", [0, 2, 99])
def test_a_revision_that_is_none_has_nothing_to_undo(plan, status, manager, revision):
    write(plan, manager, status.sales, problems="one")
    with pytest.raises(CannotUndo, match="Nothing to undo"):
        changes.undo(plan.team, revision, by=manager, plan=plan)
    plan.team.refresh_from_db()
    assert plan.team.revision == 1


def test_every_link_of_an_object_is_looked_at_not_the_first_alone(plan, status, team, manager, other_team):
    """A goal of this plan, with its own core goal, whose metric is another team's."""
    core = Goal.objects.create(plan=plan, name="Core")
    foreign = Metric.objects.create(team=other_team, name="Foreign")
    with (
        pytest.raises(ValidationError, match="another team"),
        changes.recording(team, plan=plan, by=manager) as log,
    ):
        log.save(Goal(plan=plan, parent=core, name="Part", metric=foreign))
    assert not Goal.objects.filter(name="Part").exists()


def test_a_block_of_one_plan_writes_nothing_of_another(plan, team, manager):
    """Two plans of one team: the wall is between them too."""
    sister = Plan.objects.create(team=team, name="Q1", start=plan.start, end=plan.end)
    with (
        pytest.raises(ValidationError, match="another team"),
        changes.recording(team, plan=plan, by=manager) as log,
    ):
        log.save(Goal(plan=sister, name="Elsewhere"))
    foreign_core = Goal.objects.create(plan=sister, name="Core")
    with pytest.raises(ValidationError, match="another team or plan"):
        write(plan, manager, Goal(plan=plan, name="Part", parent=foreign_core))


def test_one_revision_is_undone_under_its_own_plan_alone(plan, status, team, manager):
    sister = Plan.objects.create(team=team, name="Q1", start=plan.start, end=plan.end)
    log = write(plan, manager, status.sales, problems="one")
    with pytest.raises(CannotUndo, match="Nothing to undo"):
        changes.undo(team, log.revision, by=manager, plan=sister)
    status.sales.refresh_from_db()
    assert status.sales.problems == "one"


def test_dates_and_numbers_come_back_as_they_were(plan, status, manager):
    row = status.sales
    day = dt.date(2026, 9, 30)
    PlanMetric.objects.filter(pk=row.pk).update(as_of=day, target=Decimal("0.1"))
    row.refresh_from_db()
    log = write(plan, manager, row, as_of=None, target=None)
    changes.undo(plan.team, log.revision, by=manager, plan=plan)
    row.refresh_from_db()
    assert (row.as_of, row.target) == (day, Decimal("0.1"))
    written = Change.objects.filter(undoes=log.revision).order_by("field")
    assert [(change.field, change.old, change.new) for change in written] == [
        ("as_of", None, "2026-09-30"),
        ("target", None, "0.1"),
    ]


def test_a_part_that_fails_takes_back_what_it_wrote_and_noted_alone(plan, manager):
    refused = pytest.raises(ValidationError, match="120 characters")
    with changes.recording(plan.team, plan=plan, by=manager) as log:
        log.save(Goal(plan=plan, name="Kept"))
        with refused, log.attempt():
            log.save(Goal(plan=plan, name="Dropped"))
            log.save(Goal(plan=plan, name="x" * 121))
        with log.attempt():
            log.save(Goal(plan=plan, name="Kept too"))

    assert list(Goal.objects.order_by("pk").values_list("name", flat=True)) == ["Kept", "Kept too"]
    assert [change.label for change in log.changes] == ["Kept", "Kept too"]
    assert {obj.name for obj in log.objects.values()} == {"Kept", "Kept too"}
