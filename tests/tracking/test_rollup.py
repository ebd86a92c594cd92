"""Status and per cent that agree, and the word of several tasks together."""

from __future__ import annotations

import datetime as dt

import pytest

from tracking.models import Task
from tracking.rollup import roll_up, settle

DAY = dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("said", "settled"),
    [
        (("done", 30, 30), ("done", 100)),
        (("in_progress", 100, 30), ("done", 100)),
        (("in_progress", 100, 100), ("in_progress", 0)),
        (("not_started", 100, 100), ("not_started", 0)),
        (("not_started", 20, 0), ("in_progress", 20)),
        (("not_started", 30, 30), ("not_started", 0)),
        (("in_progress", 40, 30), ("in_progress", 40)),
        (("cancelled", 100, 100), ("cancelled", 99)),
        (("not_started", 0, 0), ("not_started", 0)),
    ],
)
def test_status_and_per_cent_agree(said, settled):
    assert settle(*said) == settled


def task(status, start=None, due=None, note=""):
    made = Task(status=status, start=start and dt.date(2026, 11, start), due=due and dt.date(2026, 11, due))
    made.latest_note = note
    return made


def test_a_strategy_is_done_when_all_that_was_not_cancelled_is():
    rolled = roll_up([task("done"), task("cancelled"), task("done")], DAY)

    assert (rolled.status, rolled.done, rolled.total) == ("done", 2, 2)


def test_a_strategy_is_in_progress_once_anything_is_done():
    assert roll_up([task("done"), task("not_started")], DAY).status == "in_progress"


def test_a_strategy_without_tasks_is_not_started():
    rolled = roll_up([], DAY)

    assert (rolled.status, rolled.total, rolled.start, rolled.due) == ("not_started", 0, None, None)


def test_dates_go_from_the_first_start_to_the_last_due():
    rolled = roll_up([task("done", 5, 9), task("in_progress", 3, 20), task("cancelled", 1, 30)], DAY)

    assert (rolled.start, rolled.due) == (dt.date(2026, 11, 3), dt.date(2026, 11, 20))
    assert rolled.late == 1


def test_where_it_stands_is_what_was_said_of_the_work_in_hand():
    rolled = roll_up(
        [task("done", note="done"), task("in_progress", note="listed"), task("not_started", note="x")], DAY
    )

    assert rolled.note == "listed"
