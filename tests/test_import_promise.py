"""Uploads and the broker's files under fire: real workers, kill -9 where it hurts, files that a full disk left."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from planner.models import Import, Metric, Pulse, Reading, Segment, Upload
from planner.models.imports import SILENCE
from planner.readings import uploads
from tests.test_mail_promise import Workers, on_both_brokers, sink, workers  # noqa: F401  # fixtures

pytestmark = pytest.mark.django_db(transaction=True)
State = Upload.State
LINES = 60_000


def large_file() -> bytes:
    lines = (f"{2010 + n % 120 // 12}-{n % 12 + 1:02d},Total sales,R{n // 120},{n}.25" for n in range(LINES))
    return "\n".join(["month,metric,region,value", *lines]).encode()


def wait_for(answer: Callable[[], bool], what: str, seconds: int = 120) -> None:
    until = time.monotonic() + seconds
    while not answer():
        if time.monotonic() > until:
            pytest.fail(f"{what}: not within {seconds} seconds")
        time.sleep(0.02)


def run(workers: Workers, code: str) -> None:  # noqa: F811
    """Run a job's code, as beat would ask for it, in a process of its own."""
    code = f"import django; django.setup(); {code}"
    subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, env=workers.env, check=True)


def take_up_after_silence(workers: Workers) -> None:  # noqa: F811
    """Let the time pass after which a worker is taken for dead, and beat tick."""
    Upload.objects.filter(state__in=["reading", "saving"]).update(
        beat_at=timezone.now() - SILENCE - dt.timedelta(seconds=1)
    )
    run(workers, "from planner.readings.jobs import take_up_uploads; take_up_uploads()")


@pytest.fixture
def upload(plan, manager, team, settings, tmp_path) -> Upload:
    settings.VAR_DIR = tmp_path
    Metric.objects.create(team=team, name="Total sales")
    Segment.objects.create(team=team, dimension="whole")
    return uploads.receive(plan, SimpleUploadedFile("large.csv", large_file()), manager)


def state_of(upload: Upload) -> tuple[str, bool]:
    """The state, and whether a worker is at it."""
    upload.refresh_from_db()
    return upload.state, bool(upload.worker)


@on_both_brokers
def test_a_worker_that_is_killed_at_an_upload_is_replaced_and_nothing_is_saved_twice(workers, upload):  # noqa: F811
    for saving, at_work, done in (
        (False, State.READING, State.READY),
        (True, State.SAVING, State.SAVED),
    ):
        assert uploads.hand_over(upload, lambda pk, saving: True, saving=saving)
        take_up_after_silence(workers)
        workers.start()
        wait_for(lambda at_work=at_work: state_of(upload) == (at_work, True), "a worker at the file")
        workers.kill()
        assert state_of(upload) == (at_work, True), "killed in the middle of it"
        assert Reading.objects.count() == 0
        workers.start()
        take_up_after_silence(workers)
        wait_for(lambda done=done: state_of(upload)[0] == done, f"{done} by another worker")
        assert upload.tries == 2
        workers.kill()
    assert Reading.objects.count() == LINES
    assert Import.objects.count() == 1


def test_a_worker_process_has_a_ceiling_of_memory(workers):  # noqa: F811
    """It raises MemoryError, which is a reason of the upload's (tests/planner/readings/test_upload_ends.py)."""
    workers.env["WORKER_MEMORY_MB"] = "300"
    run(
        workers,
        """
from planner.celery import limit_memory
bytearray(400 << 20)
limit_memory()
bytearray(100 << 20)
try:
    bytearray(400 << 20)
except MemoryError:
    pass
else:
    raise SystemExit("no ceiling")
""",
    )


def damage(folder: Path) -> None:
    """Leave what a full disk leaves: files of no length, and files that were cut."""
    control, queue = folder / "broker" / "control", folder / "broker" / "queue"
    for name in ("default", "mail", "celery.pidbox"):
        (control / f"{name}.exchange").write_bytes(b"")
    (control / "imports.exchange").write_text('[["imports", "", "imp')
    for number, content in enumerate(("", '{"body": "W1', "{}", "null", "[1]")):
        for name in ("default", "mail", "imports"):
            (queue / f"{number}_damaged.{name}.msg").write_text(content)


@pytest.mark.parametrize("workers", ["files"], indirect=True)
def test_damaged_files_of_the_broker_stop_no_worker(workers, tmp_path):  # noqa: F811
    damage(tmp_path)
    workers.start()
    for _before_and_while_it_runs in range(2):
        asked = timezone.now()
        run(workers, "from planner.jobs import pulse, pulse_of_mail; pulse.delay(); pulse_of_mail.delay()")
        wait_for(
            lambda asked=asked: Pulse.objects.filter(at__gt=asked).count() == 3, "both queues worked off"
        )
        assert workers.process.poll() is None
        damage(tmp_path)
    wait_for(lambda: not list((tmp_path / "broker" / "queue").glob("*damaged*")), "the damaged ones are gone")
