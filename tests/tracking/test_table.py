"""Table 3 as people meet it: strategies and tasks, roll-ups, progress in one gesture, and what a rep may change."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from planner.models import Change
from strategies.models import Strategy
from tests.conftest import seat
from tracking.models import Progress, Task

HTMX = {"HTTP_HX_REQUEST": "true"}
TODAY = dt.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def on_a_tuesday(monkeypatch):
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: TODAY)


@pytest.fixture
def url(plan):
    return f"/plans/{plan.pk}/tracking/"


@pytest.fixture
def strategy(plan) -> Strategy:
    return Strategy.objects.create(plan=plan, order=1, title="Follow-up procedure", aim="raise conversion")


@pytest.fixture
def tasks(strategy, team, manager, rep):
    def make(order, description, owner, start, due, **more):
        return Task.objects.create(
            strategy=strategy, order=order, description=description, owner=seat(owner, team),
            start=dt.date(2026, 11, start), due=dt.date(2026, 11, due), **more,
        )  # fmt: skip

    return [
        make(1, "List the pain points", manager, 1, 7, status="done", percent=100),
        make(2, "Write the procedure", rep, 8, 20, status="in_progress", percent=30),
    ]


def row(url, task):
    return f"{url}rows/task-{task.pk}/"


def test_dates_and_progress_roll_up(tasks, url, manager, as_):
    page = as_(manager).get(url).content.decode()
    group = page[page.index('id="strategy-') : page.index('id="task-')]

    assert "1 Nov" in group
    assert "20 Nov" in group
    assert "In progress · 1/2" in group
    assert "1 overdue" in group


def test_overdue_counts_from_the_first_day_after_the_due_date(tasks, url, manager, as_):
    client = as_(manager)
    assert "4 days late" in client.get(url).content.decode()

    Task.objects.filter(pk=tasks[1].pk).update(due=TODAY)
    page = client.get(url).content.decode()
    assert "late" not in page[page.index("<tbody") : page.index("</tbody>")]
    assert "Due today" in page


@pytest.mark.parametrize("state", ["proposed", "paused", "dropped"])
def test_tasks_of_a_strategy_that_does_not_run_are_not_late(tasks, strategy, url, manager, as_, state):
    Strategy.objects.filter(pk=strategy.pk).update(state=state)
    client = as_(manager)
    page = client.get(url).content.decode()

    assert "days late" not in page
    assert "overdue" not in page[page.index("<tbody") : page.index("</tbody>")]
    Task.objects.filter(pk=tasks[1].pk).update(due=TODAY)
    assert "Due today" not in client.get(url).content.decode()
    for query in ("late=late", "late=week", "lacks=owner"):
        assert f'id="task-{tasks[1].pk}"' not in client.get(f"{url}?{query}").content.decode()


def test_progress_is_one_gesture_and_rolls_up_in_the_same_answer(tasks, url, rep, team, as_):
    sent = {"cell": "progress", "status": "done", "percent": "30", "note": "sent to all", "reason": ""}
    answer = as_(rep).post(row(url, tasks[1]), sent, **HTMX)

    page = answer.content.decode()
    assert page.count("<tr") == 2
    assert "Done · 2/2" in page
    tasks[1].refresh_from_db()
    assert (tasks[1].status, tasks[1].percent) == ("done", 100)
    said = Progress.objects.get()
    assert (said.by, said.status, said.percent, said.note) == (seat(rep, team), "done", 100, "sent to all")


def test_undo_takes_status_and_note_back_together(tasks, plan, url, rep, as_):
    client = as_(rep)
    client.post(
        row(url, tasks[1]), {"cell": "progress", "status": "done", "percent": "", "note": "x"}, **HTMX
    )

    assert client.post(f"/plans/{plan.pk}/undo/1/", **HTMX).status_code == 204
    tasks[1].refresh_from_db()
    assert (tasks[1].status, tasks[1].percent) == ("in_progress", 30)
    assert not Progress.objects.exists()


def test_a_note_alone_is_a_word_on_the_task(tasks, url, rep, as_):
    sent = {
        "cell": "progress",
        "status": "in_progress",
        "percent": "30",
        "note": "half the scripts are named",
    }
    answer = as_(rep).post(row(url, tasks[1]), sent, **HTMX)

    assert "half the scripts are named" in answer.content.decode()
    assert Progress.objects.get().percent == 30


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ({"status": "not_started", "percent": "50"}, ("not_started", "0")),
        ({"status": "done", "percent": "30"}, ("in_progress", "30")),
        ({"status": "in_progress", "percent": "50"}, ("in_progress", "30")),
    ],
)
def test_a_per_cent_that_somebody_else_gave_meanwhile_is_not_overwritten(
    tasks, url, manager, as_, typed, shown
):
    Task.objects.filter(pk=tasks[1].pk).update(percent=60)
    opened = {"initial-status": shown[0], "initial-percent": shown[1]}
    answer = as_(manager).post(row(url, tasks[1]), {"cell": "progress", **typed, **opened}, **HTMX)

    assert answer.status_code == 409
    tasks[1].refresh_from_db()
    assert (tasks[1].status, tasks[1].percent) == ("in_progress", 60)
    assert not Progress.objects.exists()


@pytest.mark.parametrize(("language", "theirs"), [("en", "20 Nov 2026"), ("zh-hans", "2026年11月20日")])
def test_a_day_that_somebody_else_set_meanwhile_is_shown_as_people_read_it(
    tasks, url, manager, as_, language, theirs
):
    Task.objects.filter(pk=tasks[1].pk).update(due="2026-11-20")
    client = as_(manager)
    client.cookies["django_language"] = language
    sent = {"cell": "due", "due": "2026-11-25", "initial-due": "2026-11-24"}
    answer = client.post(row(url, tasks[1]), sent, **HTMX)

    assert answer.status_code == 409
    assert f"<dd>{theirs}</dd>" in answer.content.decode()


def test_a_per_cent_left_empty_stays_as_it_is(tasks, url, rep, as_):
    sent = {"cell": "progress", "status": "in_progress", "percent": "", "initial-percent": "30"}
    assert as_(rep).post(row(url, tasks[1]), {**sent, "note": "x"}, **HTMX).status_code == 200

    assert Progress.objects.get().percent == 30


def test_cancelling_says_why(tasks, url, rep, as_):
    client = as_(rep)
    sent = {"cell": "progress", "status": "cancelled", "percent": "30", "note": "", "reason": ""}
    assert client.post(row(url, tasks[1]), sent, **HTMX).status_code == 422

    assert client.post(row(url, tasks[1]), {**sent, "reason": "the rival left"}, **HTMX).status_code == 200
    tasks[1].refresh_from_db()
    assert (tasks[1].status, tasks[1].cancel_reason) == ("cancelled", "the rival left")


@pytest.mark.parametrize(
    ("cell", "sent"),
    [
        ("owner", {"owner": ""}),
        ("due", {"due": "2026-12-31"}),
        ("start", {"start": "2026-11-09"}),
        ("strategy", {"description": "something easier"}),
    ],
)
def test_a_rep_does_not_change_what_was_agreed(tasks, url, rep, as_, cell, sent):
    assert as_(rep).post(row(url, tasks[1]), {"cell": cell, **sent}, **HTMX).status_code == 403
    assert not Change.objects.exists()


def test_a_rep_does_not_touch_the_tasks_of_others(tasks, url, rep, as_):
    answer = as_(rep).post(row(url, tasks[0]), {"cell": "risk", "risk": "late"}, **HTMX)

    assert answer.status_code == 403
    assert not Change.objects.exists()


def test_a_due_date_before_the_start_stands_beside_its_cell(tasks, url, manager, as_):
    answer = as_(manager).post(row(url, tasks[1]), {"cell": "due", "due": "2026-11-01"}, **HTMX)

    assert answer.status_code == 422
    assert "The due date is before the start" in answer.content.decode()
    assert "2026-11-01" in answer.content.decode()


def test_an_owner_comes_from_the_team(tasks, url, manager, outsider, other_team, as_):
    sent = {"cell": "owner", "owner": str(seat(outsider, other_team).pk)}
    answer = as_(manager).post(row(url, tasks[1]), sent, **HTMX)

    assert answer.status_code == 422
    assert "Otto" not in answer.content.decode()


def test_a_task_is_added_below_its_strategy(tasks, strategy, url, manager, as_):
    sent = {"beneath": strategy.pk, "description": "Train everybody"}
    answer = as_(manager).post(f"{url}rows/?kind=task", sent, **HTMX)

    page = answer.content.decode()
    assert "③" in page
    assert f'data-group="strategy-{strategy.pk}"' in page
    assert strategy.tasks.get(description="Train everybody").order == 3


def test_a_task_of_another_plan_is_not_found(tasks, team, url, manager, as_, plan):
    other = type(plan).objects.create(team=team, name="Q1", start=plan.start, end=plan.end)
    assert (
        as_(manager)
        .post(f"/plans/{other.pk}/tracking/rows/task-{tasks[0].pk}/", {"cell": "risk"})
        .status_code
        == 404
    )


def test_filters_by_owner_status_and_date(tasks, url, manager, rep, team, as_):
    client = as_(manager)

    def shown(query):
        page = client.get(f"{url}?{query}").content.decode()
        return [task.description in page for task in tasks]

    assert shown(f"owner={seat(rep, team).pk}") == [False, True]
    assert shown("status=done") == [True, False]
    assert shown("late=late") == [False, True]
    assert shown("late=week") == [False, False]
    assert shown("q=pain") == [True, True]
    assert shown("q=nowhere") == [False, False]


def test_strategies_sort_by_what_rolls_up(plan, tasks, url, manager, as_):
    later = Strategy.objects.create(plan=plan, title="Referrals", order=0)
    Task.objects.create(strategy=later, description="d", due=dt.date(2026, 12, 1))
    client = as_(manager)

    def order(sort):
        page = client.get(f"{url}?sort={sort}").content.decode()
        return page.index("Follow-up procedure") < page.index("Referrals</b>")

    assert not order("")
    assert order("due")
    assert not order("-due")
    assert order("strategy")


def test_the_page_asks_as_often_for_three_strategies_as_for_one(plan, tasks, url, team, manager, as_):
    client = as_(manager)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for title in ("a", "b"):
        strategy = Strategy.objects.create(plan=plan, title=title, owner=seat(manager, team))
        Task.objects.create(strategy=strategy, description=title, owner=seat(manager, team))
    with CaptureQueriesContext(connection) as three:
        client.get(url)

    assert len(three) == len(one)
    assert len(one) <= 14


def test_saving_a_cell_asks_as_often_in_a_large_plan(plan, tasks, url, rep, as_):
    client = as_(rep)

    def saving(note):
        sent = {"cell": "progress", "status": "in_progress", "percent": "30", "note": note}
        with CaptureQueriesContext(connection) as queries:
            assert client.post(row(url, tasks[1]), sent, **HTMX).status_code == 200
        return len(queries)

    saving("first")
    few = saving("second")
    for number in range(5):
        strategy = Strategy.objects.create(plan=plan, title=str(number))
        Task.objects.create(strategy=strategy, description="d")
    assert saving("third") == few


@pytest.mark.parametrize(
    ("end", "state", "late"),
    [
        (dt.date(2026, 11, 22), "active", "4 days late"),
        (dt.date(2026, 11, 10), "active", "4 days late"),
        (dt.date(2026, 10, 23), "active", "2 days late"),
        (dt.date(2026, 11, 22), "closed", "2 days late"),
    ],
)
def test_lateness_counts_to_30_days_after_the_end_and_in_a_closed_plan_to_its_end(
    plan, tasks, url, manager, as_, end, state, late
):
    type(plan).objects.filter(pk=plan.pk).update(end=end, state=state)

    assert late in as_(manager).get(url).content.decode()


def test_a_task_due_after_the_end_of_its_plan_is_late_and_found_by_the_filters(
    plan, tasks, url, manager, as_
):
    type(plan).objects.filter(pk=plan.pk).update(end=dt.date(2026, 11, 10))
    client = as_(manager)

    assert "4 days late" in client.get(f"{url}?late=late").content.decode()
    Task.objects.filter(pk=tasks[1].pk).update(due=TODAY)
    assert "Due today" in client.get(f"{url}?late=week").content.decode()
    assert f'id="task-{tasks[1].pk}"' in client.get(f"{url}?lacks=end").content.decode()
