"""How an upload ends, whatever happens meanwhile: cancelled, outdated, interrupted, side by side with others."""

from __future__ import annotations

import datetime as dt
import time
from threading import Event, Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.utils import timezone

from planner import changes
from planner.models import Batch, Import, Membership, Metric, Plan, Reading, StagedReading, Upload, staging
from planner.models.imports import SILENCE
from planner.readings import uploads
from tests.conftest import join, seat
from tests.planner.readings.conftest import stored
from tests.planner.readings.test_uploads import LONG, Visitor, known, queue, visitor  # noqa: F401  # fixtures
from tests.test_parallel_writers import at_once

pytestmark = pytest.mark.django_db(transaction=True)
State = Upload.State
OTHER = "month,metric,value\n2026-08,Customer conversion rate,0.08\n2026-09,Customer conversion rate,0.09\n"


def typed(client, plan, value: str, month: str = "2026-08") -> None:
    """A colleague changes the sales of a month in the history."""
    reading = Reading.objects.filter(metric__name="Total sales", month=f"{month}-01").first()
    Reading.objects.filter(pk=reading.pk).update(value=value)


# Cancelling

SEAMS = {
    "before a worker begins": (uploads, "_claimed", "before"),
    "after a worker has begun": (uploads, "_claimed", "after"),
    "before anything is compared": (staging, "clashes", "before"),
    "before anything is counted": (staging, "counts", "before"),
    "before the old values are kept": (staging, "keep_old", "before"),
    "before the values are written": (staging, "write", "before"),
    "after the values are written": (staging, "write", "after"),
    "before the end is written": (uploads.Work, "end", "before"),
    "after the end is written": (uploads.Work, "end", "after"),
    "before the file is removed": (uploads, "_clear", "before"),
}


@pytest.mark.parametrize("seam", SEAMS)
def test_nothing_was_saved_is_said_only_where_nothing_was_saved(visitor, seam, monkeypatch):  # noqa: F811
    """The cancel comes from another connection, at every moment of the saving."""
    place, name, when = SEAMS[seam]
    visitor.bring(LONG)
    visitor.work()
    visitor.act("save")
    pages: list[str] = []

    def cancel() -> None:
        answer = visitor.client.post(visitor.page, {"act": "cancel"}, follow=True)
        pages.append(answer.content.decode())
        connection.close()

    thread, original = Thread(target=cancel), getattr(place, name)

    def meanwhile() -> None:
        thread.start()
        thread.join(0.5)  # a cancel that waits for the transaction ends after it

    def wrapped(*rest, **named):
        if when == "before" and not thread.ident:
            meanwhile()
        answer = original(*rest, **named)
        if when == "after" and not thread.ident:
            meanwhile()
        return answer

    monkeypatch.setattr(place, name, wrapped)
    while visitor.queue:
        pk, _saving = visitor.queue.pop(0)
        uploads.save_upload(pk)
    thread.join()
    upload = Upload.objects.get()
    if "Nothing was saved." in pages[0]:
        assert (Reading.objects.count(), Import.objects.count()) == (0, 0)
        assert upload.state == State.CANCELLED
        assert not StagedReading.objects.exists()
    else:
        assert "Too late to cancel: “file.csv” has been saved." in pages[0]
        assert 'action="/plans/' in pages[0]
        assert "undo/1/" in pages[0], "it can be undone"
        assert (Reading.objects.count(), Import.objects.count()) == (2, 1)
        assert upload.state == State.SAVED
    assert list(uploads.folder().iterdir()) == []


def test_a_cancelled_file_is_told_to_every_page_that_shows_it(visitor):  # noqa: F811
    visitor.bring(LONG)
    visitor.act("cancel")
    page = visitor.client.get(f"{visitor.base}{Upload.objects.get().pk}/", follow=True)
    assert "Import of “file.csv” cancelled. Nothing was saved." in page.content.decode()
    visitor.bring(LONG)
    address = visitor.page
    visitor.work()
    visitor.act("save")
    assert "Imported 2 values" in visitor.work()
    again = visitor.client.get(address, follow=True)
    assert again.status_code == 200
    assert "Imported 2 values" in again.content.decode()
    assert (
        "Too late to cancel" in visitor.client.post(address, {"act": "cancel"}, follow=True).content.decode()
    )


# Several files


def test_a_second_file_leaves_the_first_alone(visitor):  # noqa: F811
    visitor.bring(LONG, "first.csv")
    first = visitor.page
    visitor.work()
    visitor.act("save")
    visitor.bring(OTHER, "second.csv")
    visitor.work()
    second = visitor.page
    assert second != first
    assert Reading.objects.count() == 2
    visitor.act("save")
    visitor.work()
    assert Reading.objects.count() == 4
    assert set(Upload.objects.values_list("state", flat=True)) == {State.SAVED}


def test_eight_files_at_once_all_arrive(as_, manager, plan, queue, known):  # noqa: F811
    base = f"/plans/{plan.pk}/readings/import/"
    clients = [as_(manager) for _n in range(8)]

    def bringing(n: int):
        content = f"month,metric,value\n2026-0{n + 1},Total sales,{n}\n".encode()
        return lambda: clients[n].post(base, {"file": SimpleUploadedFile(f"{n}.csv", content)})

    answers = at_once([bringing(n) for n in range(8)])
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer["Location"] for answer in answers}) == Upload.objects.count() == 8
    for pk, _saving in queue:
        uploads.read_upload(pk)
    pages = [clients[0].get(answer["Location"]) for answer in answers]
    assert {page.status_code for page in pages} == {200}
    assert {"1 value" in page.content.decode() for page in pages} == {True}
    listed = clients[0].get(base).content.decode()
    assert all(f"{n}.csv" in listed for n in range(8))
    assert listed.count("Ready to save") == 8


def test_the_files_of_colleagues_stand_beside_each_other(visitor, team, as_, plan, queue):  # noqa: F811
    mia = Visitor(as_(join(team, "Mia", "manager")), plan, queue)
    visitor.bring(LONG, "mine.csv")
    mia.bring(LONG + "2026-10,Total sales,ten\n", "hers.csv")
    visitor.work()
    page = visitor.client.get(visitor.base).content.decode()
    assert page.index("hers.csv") < page.index("mine.csv")
    assert (page.count("Can&#x27;t be saved"), page.count("Ready to save")) == (1, 1)
    assert page.count("Mia") >= 1
    assert f'href="{mia.page}"' not in page
    visitor.act("cancel")
    assert "mine.csv" not in mia.client.get(mia.base).content.decode().split("</form>")[-1]


# What changed between the preview and the saving


@pytest.fixture
def previewed(visitor, as_, manager, plan, team):  # noqa: F811
    """A file that changes two stored values and adds one, previewed and not saved."""
    visitor.bring("month,metric,value\n2026-08,Total sales,1\n2026-09,Total sales,2\n2026-07,Total sales,7\n")
    visitor.work()
    visitor.act("save")
    visitor.work()
    visitor.bring(LONG + "2026-10,Total sales,300\n")
    assert "1 new, 2 changed, 0 unchanged." in visitor.work()
    return visitor


def test_a_value_that_a_colleague_changed_meanwhile_is_shown_and_nothing_is_saved(previewed, plan):
    typed(previewed.client, plan, "55")
    previewed.act("save")
    page = previewed.work()
    assert "Values were changed after the preview. Nothing was saved." in page
    assert "Total sales Aug 2026 Total 1 CNY 55 CNY 100.25 CNY" in page, "then, now, and in the file"
    assert page.count("Total sales Sep 2026") == 0
    assert stored()["Total sales", "2026-08", "Total"] == "55"
    assert "1 new, 2 changed, 0 unchanged." in previewed.act("again") + previewed.work()
    previewed.act("save")
    assert "Imported 3 values" in previewed.work()
    assert stored()["Total sales", "2026-08", "Total"] == "100.25"


def test_a_deleted_value_is_a_changed_one(previewed):
    Reading.objects.filter(month="2026-09-01").delete()
    previewed.act("save")
    assert "Total sales Sep 2026 Total 2 CNY – 200 CNY" in previewed.work()


@pytest.mark.parametrize(("month", "value"), [("2026-07", "55"), ("2026-08", "100.25")])
def test_another_cell_and_the_same_value_stop_nothing(previewed, plan, month, value):
    typed(previewed.client, plan, value, month)
    previewed.act("save")
    assert "Imported 3 values" in previewed.work()
    assert Import.objects.first().readings == (3 if month == "2026-07" else 2)


@pytest.mark.parametrize("field", [{"kind": "rate"}, {"name": "Sales"}, {"unit": "万元"}])
def test_a_metric_that_was_changed_meanwhile_stops_it(previewed, team, manager, status, field):
    with changes.recording(team, by=manager) as log:
        metric = log.take(Metric.objects.filter(team=team), status.sales.metric_id)
        for name, value in field.items():
            setattr(metric, name, value)
        log.save(metric)
    previewed.act("save")
    name = field.get("name", "Total sales")
    assert f"Metrics were changed after the preview: {name}. Nothing was saved." in previewed.work()
    assert Import.objects.count() == 1


def test_a_metric_that_somebody_else_added_meanwhile_stops_it(visitor, team):  # noqa: F811
    visitor.bring("month,metric,value\n2026-08,Leads,5\n")
    visitor.work()
    maps = {"map-month": "month", "map-metric": "metric", "map-value": "value"}
    visitor.act("read", create_metrics="on", **maps)
    visitor.work()
    Metric.objects.create(team=team, name="leads", kind="rate")
    visitor.act("save")
    assert "Metrics were changed after the preview: leads." in visitor.work()
    assert not Reading.objects.exists()


def test_of_two_saves_of_one_file_at_once_one_writes(visitor, as_, manager, plan, queue):  # noqa: F811
    pages = []
    for _twice in range(2):
        visitor.bring(LONG)
        visitor.work()
        pages.append(visitor.page)
    for page in pages:
        visitor.page = page
        visitor.act("save")
    jobs = [(lambda pk=pk: uploads.save_upload(pk)) for pk, _saving in queue]
    at_once(jobs)
    assert Import.objects.count() == 1
    assert Reading.objects.count() == 2
    assert set(Upload.objects.values_list("state", flat=True)) == {State.SAVED}
    assert sorted(upload.found["counted"]["new"] for upload in Upload.objects.all()) == [0, 2]


def test_of_two_different_files_for_one_cell_the_second_is_asked(visitor):  # noqa: F811
    pages = []
    for value in ("5", "6"):
        visitor.bring(f"month,metric,value\n2026-08,Total sales,{value}\n")
        visitor.work()
        pages.append(visitor.page)
    for page in pages:
        visitor.page = page
        visitor.act("save")
        text = visitor.work()
    assert "Total sales Aug 2026 Total – 5 CNY 6 CNY" in text
    assert stored() == {("Total sales", "2026-08", "Total"): "5"}


# Who may not any more


@pytest.mark.parametrize("loss", ["role", "membership", "plan"])
def test_who_may_not_import_any_more_saves_nothing(visitor, team, manager, plan, loss):  # noqa: F811
    visitor.bring(LONG)
    visitor.work()
    visitor.act("save")
    if loss == "role":
        Membership.objects.filter(pk=seat(manager, team).pk).update(role="rep")
    elif loss == "membership":
        Membership.objects.filter(pk=seat(manager, team).pk).update(removed_at=timezone.now())
    else:
        Plan.objects.filter(pk=plan.pk).update(removed_at=timezone.now())
    uploads.save_upload(visitor.queue.pop()[0])
    upload = Upload.objects.get()
    assert upload.state == State.REFUSED
    assert "You can no longer import" in upload.found["errors"][0]["message"]
    assert not Reading.objects.exists()


def test_a_person_who_is_gone_takes_the_upload_along(visitor, manager, monkeypatch):  # noqa: F811
    visitor.bring(LONG)
    visitor.work()
    visitor.act("save")
    pk = visitor.queue.pop()[0]
    original = uploads._claimed

    def claimed(*rest):
        upload = original(*rest)
        Upload.objects.filter(pk=pk).delete()
        return upload

    monkeypatch.setattr(uploads, "_claimed", claimed)
    uploads.save_upload(pk)
    assert not Reading.objects.exists()


# Workers that fail, die or come twice


@pytest.mark.parametrize("saving", [False, True])
def test_an_error_in_the_last_step_ends_in_a_state_too(visitor, monkeypatch, saving):  # noqa: F811
    visitor.bring(LONG)
    if saving:
        visitor.work()
        visitor.act("save")

    def fail(*_rest, **_named):
        raise ValueError("NUL (0x00) characters")

    with monkeypatch.context() as broken:
        broken.setattr(uploads.Work, "end", fail)
        with pytest.raises(ValueError, match="NUL"):
            visitor.work()
    assert "The import stopped before it finished. Read the file again. Nothing was saved." in visitor.look()
    assert not Reading.objects.exists()
    assert Batch.objects.count() == saving, "what was staged for nobody is gone"


def test_a_lack_of_memory_is_said(visitor, monkeypatch):  # noqa: F811
    def fail(*_rest, **_named):
        raise MemoryError

    visitor.bring(LONG)
    monkeypatch.setattr(uploads, "parse", fail)
    with pytest.raises(MemoryError):
        visitor.work()
    assert "needs more memory than there is. Split it into smaller files." in visitor.look()


@pytest.mark.parametrize("saving", [False, True])
def test_a_worker_that_died_is_noticed_and_its_work_taken_up(visitor, queue, saving):  # noqa: F811
    visitor.bring(LONG)
    if saving:
        visitor.work()
        visitor.act("save")
    pk = queue.pop()[0]
    assert uploads._claimed(pk, State.SAVING if saving else State.READING)  # and nothing more is heard
    visitor.look()
    assert queue == [], "it may be at work"
    Upload.objects.update(beat_at=timezone.now() - SILENCE - dt.timedelta(seconds=1))
    visitor.look()
    visitor.look()
    assert queue == [(pk, saving)], "it is handed over once"
    uploads._claimed(pk, State.SAVING if saving else State.READING)
    assert "The work was interrupted. It is being done again." in visitor.look()
    Upload.objects.update(beat_at=timezone.now() - SILENCE - dt.timedelta(seconds=1))
    uploads.take_up(timezone.now(), lambda pk, saving: queue.append((pk, saving)))
    assert "Imported 2 values" in visitor.work() if saving else "2 new, 0 changed" in visitor.work()


def test_a_file_that_every_worker_dies_of_is_given_up(visitor, queue):  # noqa: F811
    visitor.bring(LONG)
    for _each in range(uploads.MOST_TRIES):
        assert uploads._claimed(queue.pop()[0], State.READING)
        Upload.objects.update(beat_at=timezone.now() - SILENCE - dt.timedelta(seconds=1))
        page = visitor.look()
    assert "The background service stopped 3 times at this file. Nothing was saved." in page
    assert queue == []
    visitor.act("again")
    assert len(queue) == 1, "somebody may want it anyway"


def test_a_file_that_no_worker_takes_is_said(visitor, queue):  # noqa: F811
    visitor.bring(LONG)
    assert "has not taken the file yet" not in visitor.look()
    Upload.objects.update(started_at=timezone.now() - SILENCE - dt.timedelta(seconds=1))
    assert "The background service has not taken the file yet." in visitor.look()


def test_a_worker_that_was_taken_for_dead_saves_nothing_beside_the_other(visitor, queue, monkeypatch):  # noqa: F811
    visitor.bring(LONG)
    visitor.work()
    visitor.act("save")
    pk, original = queue.pop()[0], uploads._save

    def slow(work, findings):
        if Upload.objects.get(pk=pk).tries == 1:
            Upload.objects.update(beat_at=timezone.now() - SILENCE - dt.timedelta(seconds=1))
            uploads.save_upload(pk)
        original(work, findings)

    monkeypatch.setattr(uploads, "_save", slow)
    uploads.save_upload(pk)
    assert Import.objects.count() == 1
    assert Upload.objects.get().state == State.SAVED


def test_two_workers_never_have_one_upload(visitor, queue):  # noqa: F811
    visitor.bring(LONG)
    pk = queue.pop()[0]
    claims = at_once([lambda: uploads._claimed(pk, State.READING)] * 6)
    assert len([claim for claim in claims if claim]) == 1


def test_a_long_work_gives_signs_of_life(visitor, queue, monkeypatch):  # noqa: F811
    monkeypatch.setattr("planner.readings.heartbeats.EVERY", 0.05)
    visitor.bring(LONG)
    old, heard = timezone.now() - dt.timedelta(hours=1), Event()
    original = uploads.parse

    def slow(*rest):
        Upload.objects.update(beat_at=old)
        until = time.monotonic() + 20
        while not heard.is_set() and time.monotonic() < until:
            if Upload.objects.get().beat_at > old:
                heard.set()
            time.sleep(0.05)
        return original(*rest)

    monkeypatch.setattr(uploads, "parse", slow)
    visitor.work()
    assert heard.is_set()


# Loading


def test_nothing_is_locked_while_readings_are_staged(visitor, team, manager, monkeypatch):  # noqa: F811
    """A colleague writes between two pieces, in a connection of their own."""
    monkeypatch.setattr(staging, "PIECE", 1)
    original, written = staging._insert, []

    def colleague() -> None:
        with changes.recording(team, by=manager) as log:
            log.save(Metric(team=team, name=f"M{len(written)}"))
        written.append(1)

    def insert(*rest):
        assert not connection.in_atomic_block
        original(*rest)
        at_once([colleague])

    monkeypatch.setattr(staging, "_insert", insert)
    visitor.bring(LONG)
    try:
        visitor.work()
    except OperationalError:
        pytest.fail("the database is locked while a file is staged")
    assert len(written) == 2
    assert "2 new" in visitor.look()
