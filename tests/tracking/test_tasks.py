"""Tasks made and changed without a form: what the verbs write, what they refuse, and what history says of it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from planner import changes
from planner.models import Change, Membership
from planner.stages import TaskSpec, stages
from strategies.models import Strategy
from tests.conftest import seat
from tracking.models import Progress, Task
from tracking.tasks import add_task, add_tasks, change_task, report_progress

OCTOBER = dt.date(2026, 10, 5)


@pytest.fixture
def strategy(plan) -> Strategy:
    return Strategy.objects.create(plan=plan, title="Follow-up procedure")


@pytest.fixture
def task(strategy) -> Task:
    return Task.objects.create(
        strategy=strategy, order=1, description="Write it", status="in_progress", percent=30
    )


@pytest.fixture
def member(rep, team) -> Membership:
    return seat(rep, team)


@pytest.fixture
def record(plan, manager):
    """record() is an open recording of the plan by its manager."""
    return lambda: changes.recording(plan.team, plan=plan, by=manager)


def lines(model: str) -> list[tuple]:
    """What history says of this model's objects, the oldest line first."""
    found = Change.objects.filter(model=f"tracking.{model}").order_by("pk")
    return list(found.values_list("action", "field", "new"))


def errors_of(record, verb, *args, **kwargs) -> dict[str, list[str]]:
    """The sentences with which a verb refuses, by field; nothing is written."""
    before = Change.objects.count()
    with pytest.raises(ValidationError) as refused, record() as log:
        verb(log, *args, **kwargs)
    assert Change.objects.count() == before
    return changes.errors_by_field(refused.value)


def test_a_task_stands_behind_the_others_as_nobody_has_begun_it(record, task, strategy, member):
    spec = TaskSpec("Train everybody", member, OCTOBER, dt.date(2026, 10, 9), "All have passed")
    with record() as log:
        made = add_task(log, strategy, spec)

    made.refresh_from_db()
    assert (made.strategy, made.order, made.description, made.owner) == (
        strategy, 2, "Train everybody", member,
    )  # fmt: skip
    assert (made.start, made.due, made.acceptance) == (OCTOBER, dt.date(2026, 10, 9), "All have passed")
    assert (made.status, made.percent) == ("not_started", 0)
    assert lines("task") == [("add", "", None)]


def test_a_task_that_is_due_before_it_starts_is_refused(record, strategy):
    spec = TaskSpec("Train everybody", start=OCTOBER, due=dt.date(2026, 10, 1))

    assert "The due date is before the start" in str(errors_of(record, add_task, strategy, spec))


def test_a_task_is_not_given_to_a_stranger(record, strategy, outsider, other_team):
    spec = TaskSpec("Train everybody", owner=seat(outsider, other_team))

    assert list(errors_of(record, add_task, strategy, spec)) == ["owner"]


def test_several_tasks_come_in_their_order_and_all_or_none(record, strategy):
    with record() as log:
        made = add_tasks(log, strategy, [TaskSpec("one"), TaskSpec("two")])
    assert [(each.order, each.description) for each in made] == [(1, "one"), (2, "two")]

    errors_of(record, add_tasks, strategy, [TaskSpec("three"), TaskSpec("")])
    assert strategy.tasks.count() == 2


def test_a_lower_stage_makes_tasks_without_knowing_who_has_them(record, strategy):
    with record() as log:
        made = [task for stage in stages() for task in stage.add_tasks(log, strategy, [TaskSpec("one")])]

    assert made == [Task.objects.get(strategy=strategy, description="one")]


def test_what_was_agreed_changes_without_a_word_on_progress(record, task, member):
    with record() as log:
        taken = log.take(Task.objects.all(), task.pk)
        change_task(log, taken, {"due": OCTOBER, "risk": "holidays"}, by=member)

    task.refresh_from_db()
    assert (task.due, task.risk, task.status) == (OCTOBER, "holidays", "in_progress")
    assert lines("task") == [("set", "due", "2026-10-05"), ("set", "risk", "holidays")]
    assert not Progress.objects.exists()


def test_fields_and_progress_are_written_together(record, task, member):
    with record() as log:
        change_task(log, task, {"risk": "", "due": OCTOBER, "status": "done", "note": "sent"}, by=member)

    task.refresh_from_db()
    assert (task.due, task.status, task.percent) == (OCTOBER, "done", 100)
    said = Progress.objects.get()
    assert (said.by, said.status, said.percent, said.note) == (member, "done", 100, "sent")


def test_progress_is_a_word_of_somebody_and_moves_the_task(record, task, member):
    with record() as log:
        said = report_progress(log, task, by=member, percent=60, note="half", reason="the flu")

    said.refresh_from_db()
    assert (said.task, said.by, said.status, said.percent) == (task, member, "in_progress", 60)
    assert (said.note, said.reason) == ("half", "the flu")
    assert lines("task") == [("set", "percent", 60)]
    assert lines("progress") == [("add", "", None)]


@pytest.mark.parametrize(
    ("word", "stands"),
    [
        ({"note": "still waiting"}, ("in_progress", 30)),
        ({"percent": 100}, ("done", 100)),
        ({"status": "done"}, ("done", 100)),
        ({"status": "not_started"}, ("not_started", 0)),
        ({"status": "done", "percent": 50}, ("done", 100)),
    ],
)
def test_status_and_per_cent_are_made_to_agree(record, task, member, word, stands):
    with record() as log:
        report_progress(log, task, by=member, **word)

    task.refresh_from_db()
    assert (task.status, task.percent) == stands


def test_a_cancelled_task_says_why(record, task, member):
    said = errors_of(record, report_progress, task, by=member, status="cancelled", note="no time")
    assert said == {"reason": ["Enter a reason for cancelling the task."]}
    task.refresh_from_db()
    assert task.status == "in_progress"

    with record() as log:
        report_progress(log, task, by=member, status="cancelled", reason="the rival left")
        report_progress(log, task, by=member, note="the partner was told")
    task.refresh_from_db()
    assert (task.status, task.cancel_reason) == ("cancelled", "the rival left")


def test_a_per_cent_beyond_the_scale_is_refused_beside_it(record, task, member):
    assert list(errors_of(record, report_progress, task, by=member, percent=101)) == ["percent"]
