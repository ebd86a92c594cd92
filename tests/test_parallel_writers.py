"""Many people writing at once, each in a connection of their own: nobody's word is lost."""

from __future__ import annotations

import datetime as dt
import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from planner.diagnose.gap_history import refresh_gaps
from planner.models import Change, GapPoint, Notice
from planner.notices import ledger, post
from strategies.models import Strategy
from tests.conftest import seat
from tracking.alerts import raise_alerts
from tracking.models import Alert, Progress, Task

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HTTP_HX_REQUEST": "true"}
PEOPLE, TIMES = 6, 4


def at_once(jobs):
    """Run the jobs in threads, close their connections, and return the answers."""

    def run(job):
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.fixture
def task(plan, team, rep):
    strategy = Strategy.objects.create(plan=plan, title="Referrals")
    return Task.objects.create(strategy=strategy, description="Print the cards", owner=seat(rep, team))


def test_every_word_of_many_writers_is_kept_in_one_order(plan, task, manager, as_):
    url = f"/plans/{plan.pk}/tracking/rows/task-{task.pk}/"
    clients = [as_(manager) for _each in range(PEOPLE)]

    def writing(number):
        def write():
            return [
                clients[number].post(
                    url, {"cell": "progress", "status": "not_started", "note": f"{number}.{k}"}, **HTMX
                )
                for k in range(TIMES)
            ]

        return write

    answers = [each for some in at_once([writing(n) for n in range(PEOPLE)]) for each in some]

    assert {each.status_code for each in answers} == {200}
    assert set(Progress.objects.values_list("note", flat=True)) == {
        f"{n}.{k}" for n in range(PEOPLE) for k in range(TIMES)
    }
    revisions = [int(each.headers["X-Revision"]) for each in answers]
    assert sorted(revisions) == list(range(1, PEOPLE * TIMES + 1))
    plan.team.refresh_from_db()
    assert plan.team.revision == PEOPLE * TIMES


def test_of_many_who_change_one_cell_at_once_one_is_saved_and_the_others_are_asked(plan, task, manager, as_):
    url = f"/plans/{plan.pk}/tracking/rows/task-{task.pk}/"
    clients = [as_(manager) for _each in range(PEOPLE)]

    def writing(number):
        sent = {"cell": "risk", "initial-risk": "", "risk": f"risk {number}"}
        return lambda: clients[number].post(url, sent, **HTMX).status_code

    answers = at_once([writing(n) for n in range(PEOPLE)])

    assert sorted(answers) == [200] + [409] * (PEOPLE - 1)
    task.refresh_from_db()
    assert task.risk == f"risk {answers.index(200)}"
    assert Change.objects.filter(field="risk").count() == 1


def test_edits_of_different_cells_at_once_all_stand(plan, task, manager, as_):
    url = f"/plans/{plan.pk}/tracking/rows/task-{task.pk}/"
    edits = {
        "risk": "engineering is short",
        "resources": "a printer",
        "due": "2026-12-01",
        "start": "2026-11-01",
    }
    clients = {name: as_(manager) for name in edits}

    def writing(name):
        sent = {"cell": name, f"initial-{name}": "", name: edits[name]}
        return lambda: clients[name].post(url, sent, **HTMX).status_code

    assert at_once([writing(name) for name in edits]) == [200] * len(edits)
    task.refresh_from_db()
    assert (task.risk, task.resources, str(task.due), str(task.start)) == tuple(edits.values())
    assert task.version == 1 + len(edits)


def test_beats_that_tick_at_once_decide_each_person_once(task, rep):
    Task.objects.update(due=dt.date(2026, 11, 20))
    now = dt.datetime(2026, 11, 25, 0, 30, tzinfo=dt.UTC)  # half past eight in Shanghai
    queues: list[list[int]] = [[] for _beat in range(PEOPLE)]
    at_once([lambda queue=queue: ledger.decide(now, queue.append) for queue in queues])

    assert Notice.objects.count() == 1
    assert [pk for queue in queues for pk in queue] == [Notice.objects.get().pk]


def test_workers_that_get_one_notice_at_once_send_it_once(task, rep, mailoutbox):
    Task.objects.update(due=dt.date(2026, 11, 20))
    now = dt.datetime(2026, 11, 25, 0, 30, tzinfo=dt.UTC)
    queue: list[int] = []
    ledger.decide(now, queue.append)
    states = at_once([lambda: post.send(queue[0], lambda: now) for _worker in range(PEOPLE)])

    assert sorted(states) == ["", "", "", "", "", "sent"]
    assert len(mailoutbox) == 1


def test_alerts_that_are_raised_at_once_are_raised_once(task):
    Task.objects.update(due=dt.date(2026, 11, 24))
    now = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)

    assert sum(at_once([lambda: raise_alerts(now) for _beat in range(PEOPLE)])) == 1
    assert Alert.objects.count() == 1


def test_gaps_that_are_kept_at_once_are_kept_once(status):
    now = dt.datetime(2026, 11, 25, 4, tzinfo=dt.UTC)

    assert sum(at_once([lambda: refresh_gaps(now) for _worker in range(PEOPLE)])) == 2
    assert GapPoint.objects.count() == 2


def test_of_many_who_paste_into_one_cell_at_once_one_is_saved_and_the_others_see_what_is_there(
    plan, task, manager, as_
):
    url, clients = f"/plans/{plan.pk}/tracking/paste/", [as_(manager) for _each in range(PEOPLE)]
    keys = json.dumps([f"task-{task.pk}"])
    blocks = [
        {"lines": json.dumps([[f"money {n}", f"risk {n}"]]), "column": "resources", "keys": keys}
        for n in range(PEOPLE)
    ]
    for client, block in zip(clients, blocks, strict=True):
        block["fingerprint"] = fingerprint(client.post(url, block, **HTMX))
    answers = at_once(
        [
            lambda client=client, block=block: client.post(url, block, **HTMX)
            for client, block in zip(clients, blocks, strict=True)
        ]
    )

    assert {each.status_code for each in answers} == {200}
    assert sum("X-Rows" in each.headers for each in answers) == 1
    refused = [each.content.decode() for each in answers if "X-Rows" not in each.headers]
    assert all("has changed since you saw this preview" in page for page in refused)
    task.refresh_from_db()
    assert task.resources.split()[-1] == task.risk.split()[-1]
    plan.team.refresh_from_db()
    assert plan.team.revision == 1


def test_many_who_paste_new_rows_at_once_each_get_theirs(plan, manager, as_):
    url, clients = f"/plans/{plan.pk}/tracking/paste/", [as_(manager) for _each in range(PEOPLE)]
    blocks = [
        {
            "lines": json.dumps([[f"S{n}"], [f"T{n}"]]),
            "column": "",
            "kind": "strategy",
            "form_key": f"{n}" * 32,
        }
        for n in range(PEOPLE)
    ]
    for client, block in zip(clients, blocks, strict=True):
        block["fingerprint"] = fingerprint(client.post(url, block, **HTMX))
    twice = [(client, block) for client, block in zip(clients, blocks, strict=True) for _time in range(2)]
    answers = at_once(
        [lambda client=client, block=block: client.post(url, block, **HTMX) for client, block in twice]
    )

    assert [each.headers.get("X-Rows") for each in answers] == ["1"] * 2 * PEOPLE
    assert Strategy.objects.count() == 2 * PEOPLE


def fingerprint(preview) -> str:
    return re.search(r'name="fingerprint" value="(\w+)"', preview.content.decode())[1]
