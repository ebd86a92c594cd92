"""Uploaded files: read, previewed and saved by a worker, each with a state that ends well-defined.

Every change of a state is a conditional update: from the states, and by the worker, that may change it. What comes
too late finds no row and leaves everything as it is.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from planner import access, changes
from planner.changes import PlanClosed
from planner.models import Batch, Membership, Plan, Upload, User
from planner.models.imports import UNDER_WAY
from planner.pulses import Walls
from planner.readings.findings import Findings, findings_of
from planner.readings.heartbeats import beating
from planner.readings.imports.pipeline import Choices, Parsed, parse
from planner.readings.save import (
    Covered,
    PreviewOutdated,
    count,
    covered_by,
    metric_versions,
    save_batch,
    stage,
)

# An upload that nobody saved is discarded after this time; readings that were staged for nobody after the other.
KEPT, ORPHANED = dt.timedelta(days=1), dt.timedelta(hours=1)
# How many workers may begin with a file: one that each of them dies of is not read for ever.
MOST_TRIES = 3
# Reading is most of the work: its share in per cent. The progress is written in steps of STEP per cent.
READING_SHARE, STEP = 90, 5
State = Upload.State
# The states in which nothing is saved yet.
OPEN = (State.READING, State.READY, State.REFUSED, State.SAVING)
# Hands an upload to a worker: enqueue(pk, saving=True); False where none can be reached.
Enqueue = Callable[..., bool]


def folder() -> Path:
    """The folder of the files: below VAR_DIR, which web server and workers share."""
    return Path(settings.VAR_DIR) / "uploads"


def path_of(upload: Upload) -> Path:
    return folder() / upload.stored_as


def receive(plan: Plan, file: UploadedFile[Any], by: User) -> Upload:
    """Keep a file for a worker."""
    folder().mkdir(parents=True, exist_ok=True)
    upload = Upload(plan=plan, by=by, file_name=str(file.name)[-200:], stored_as=uuid.uuid4().hex)
    upload.state = State.REFUSED  # until a worker is asked
    with path_of(upload).open("wb") as target:
        for piece in file.chunks():
            target.write(piece)
    upload.save()
    return upload


def hand_over(upload: Upload, enqueue: Enqueue, *, saving: bool) -> bool:
    """Ask a worker to read or to save a file; False where none can be reached, and the file stays as it was.

    Does nothing where the file is under way already, or cannot be saved.
    """
    previous_states = (State.READY,) if saving else (State.READY, State.REFUSED)
    state, now = (State.SAVING if saving else State.READING), timezone.now()
    row = Upload.objects.filter(pk=upload.pk)
    previous_state = row.values_list("state", flat=True).first()
    handed = row.filter(state__in=previous_states).update(
        state=state, choices=upload.choices, progress=0, started_at=now, beat_at=now, worker="", tries=0
    )
    if not handed or enqueue(upload.pk, saving=saving):
        return True
    row.filter(state=state, worker="").update(state=previous_state)
    return False


def cancel(upload: Upload) -> bool:
    """Cancel an upload; False where it came too late and the file has been saved.

    A worker at it finds out: what it has written is rolled back, and it removes the file.
    """
    still_open = Upload.objects.filter(pk=upload.pk, state__in=OPEN)
    if still_open.filter(worker="").update(state=State.CANCELLED):
        _clear(upload)
    else:
        still_open.update(state=State.CANCELLED)
    upload.refresh_from_db()
    return upload.state == State.CANCELLED


def _clear(upload: Upload) -> None:
    """Remove the file and the staged readings of an upload that has ended; its row is kept for who looks at it."""
    path_of(upload).unlink(missing_ok=True)
    Batch.objects.filter(uploads=upload.pk).delete()


def sweep(now: dt.datetime) -> None:
    """Remove uploads that nobody saved in time, files and staged readings that a crash has left without a row."""
    expired = Upload.objects.filter(created_at__lt=now - KEPT).exclude(state__in=UNDER_WAY)
    with Walls("planner.readings.jobs.sweep_uploads", now) as walls:
        for old in expired.select_related("plan"):
            with walls.around(old.plan.team_id):
                if Upload.objects.filter(pk=old.pk, state=old.state).update(state=State.CANCELLED):
                    _clear(old)
                    Upload.objects.filter(pk=old.pk).delete()
    stored = set(Upload.objects.values_list("stored_as", flat=True))
    for file in folder().glob("*"):
        if file.name not in stored and file.stat().st_mtime < (now - KEPT).timestamp():
            file.unlink(missing_ok=True)
    Batch.objects.filter(uploads=None, created_at__lt=now - ORPHANED).delete()


def take_up(now: dt.datetime, enqueue: Enqueue) -> None:
    """Hand uploads whose worker has died, or whose message was lost, to another worker.

    Reading saves nothing, and saving is one transaction: what the state still says is to be done was not done.
    """
    with Walls("planner.readings.jobs.take_up_uploads", now) as walls:
        for upload in Upload.objects.silent(now).select_related("plan"):
            with walls.around(upload.plan.team_id):
                _take_up(upload, now, enqueue)


def _take_up(upload: Upload, now: dt.datetime, enqueue: Enqueue) -> None:
    if upload.tries >= MOST_TRIES:
        give_up(upload, _("The background service stopped %(n)d times at this file.") % {"n": MOST_TRIES})
        return
    row = Upload.objects.filter(pk=upload.pk, state=upload.state, beat_at=upload.beat_at)
    if row.update(worker="", beat_at=now):
        enqueue(upload.pk, saving=upload.state == State.SAVING)


def give_up(upload: Upload, reason: str) -> None:
    """Refuse an upload whose worker has stopped, so that it can be read again."""
    message = f"{reason} {_('Nothing was saved.')}"
    findings = Findings.from_json(upload.found).with_single_error(message)
    row = Upload.objects.filter(pk=upload.pk, state=upload.state, worker=upload.worker)
    row.update(state=State.REFUSED, found=findings.as_json(), progress=0, worker="")


def _reason(error: Exception) -> str:
    """Why a worker could not finish, and what to do about it."""
    if isinstance(error, MemoryError):
        return _("The file needs more memory than there is. Split it into smaller files.")
    if isinstance(error, SoftTimeLimitExceeded):
        return _("The file takes too long to import. Split it into smaller files.")
    return _("The import stopped before it finished. Read the file again.")


class UploadTaken(Exception):
    """The upload was cancelled, or another worker has taken it, since this one began."""


class Work:
    """A worker's work at an upload. What it writes raises UploadTaken once the upload is no longer this worker's."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self._row = Upload.objects.filter(pk=upload.pk, state=upload.state, worker=upload.worker)
        self._reported = 0

    def report(self, share: float) -> None:
        """Write down how much of the file is read."""
        per_cent = int(share * READING_SHARE)
        if per_cent >= self._reported + STEP:
            self._reported = per_cent
            self._update(progress=per_cent, beat_at=timezone.now())

    def beat(self) -> None:
        """Give a sign of life, if it is still this worker's."""
        self._row.update(beat_at=timezone.now())

    def end(self, state: str, findings: Findings, **fields: Any) -> None:
        """Write down the end of the work, in the transaction of what was done."""
        self._update(state=state, found=findings.as_json(), worker="", **fields)

    def _update(self, **fields: Any) -> None:
        if not self._row.update(**fields):
            raise UploadTaken


def _claimed(pk: int, state: str) -> Upload | None:
    """The upload, for one worker at a time; None where there is nothing to be done."""
    now, worker = timezone.now(), uuid.uuid4().hex
    claim = {"worker": worker, "beat_at": now, "tries": F("tries") + 1}
    waiting = Upload.objects.filter(pk=pk, state=state, worker="")
    if not (waiting.update(**claim) or Upload.objects.silent(now).filter(pk=pk, state=state).update(**claim)):
        return None
    own = Upload.objects.filter(pk=pk, state=state, worker=worker)
    return own.select_related("plan__team", "by", "batch").first()


@contextmanager
def _working(upload: Upload) -> Iterator[Work]:
    """The block of the work: whatever it raises ends in a state with a reason, and passes on to the operators."""
    work = Work(upload)
    with override(upload.by.language or upload.plan.team.language):
        try:
            with beating(work.beat):
                yield work
        except UploadTaken:
            if Upload.objects.filter(pk=upload.pk, state=State.CANCELLED).exists():
                _clear(upload)
        except Exception as error:
            give_up(upload, _reason(error))
            raise


def read_upload(pk: int) -> None:
    """Read a file, and keep its readings and the findings for the preview. May run twice, late or side by side."""
    upload = _claimed(pk, State.READING)
    if upload is None:
        return
    with _working(upload) as work:
        batch, counted = None, None
        covered: list[Covered] = []
        versions = metric_versions(upload.plan.team)
        parsed = parse(path_of(upload), upload.plan.team, Choices.from_json(upload.choices), work.report)
        try:
            if parsed.is_accepted:
                batch = _stage(upload, parsed, versions)
                counted, covered = count(batch), covered_by(batch)
            state = State.READY if parsed.is_accepted else State.REFUSED
            work.end(state, findings_of(parsed, upload.plan, counted, covered), batch=batch)
        except BaseException:
            if batch is not None:
                batch.delete()
            raise
        if upload.batch is not None:
            upload.batch.delete()  # of an earlier preview


def _stage(upload: Upload, parsed: Parsed, versions: dict[int, int]) -> Batch:
    return stage(
        upload.plan,
        parsed.readings,
        file_name=upload.file_name,
        new_metrics=parsed.new_metrics,
        changed_metrics=parsed.changed_metrics,
        versions=versions,
    )


def save_upload(pk: int) -> None:
    """Save what the preview of a file has shown. May run twice, late or side by side: it is saved once."""
    upload = _claimed(pk, State.SAVING)
    if upload is None:
        return
    with _working(upload) as work:
        findings = Findings.from_json(upload.found)
        try:
            _save(work, findings)
        except PreviewOutdated as outdated:
            work.end(State.REFUSED, findings.outdated_by(outdated))
        except PlanClosed:
            message = _("The plan is closed and can't be changed.")
            work.end(State.REFUSED, findings.with_single_error(message))
        except NotAllowed:
            message = _("You can no longer import values into this plan. Nothing was saved.")
            work.end(State.REFUSED, findings.with_single_error(message))
        else:
            _clear(upload)


class NotAllowed(Exception):
    """The person may not import into the plan any more, or the plan is gone."""


def _save(work: Work, findings: Findings) -> None:
    """Save the staged readings and the new state in one transaction: a cancel comes before it, or after it."""
    upload = work.upload
    if upload.batch is None:
        raise PreviewOutdated([], [])
    with changes.recording(upload.plan.team, by=upload.by, plan=upload.plan) as log:
        member = Membership.objects.filter(team=upload.plan.team, user=upload.by).first()
        is_there = Plan.objects.filter(pk=upload.plan.pk).exists()
        if member is None or not access.may_import(member) or not is_there:
            raise NotAllowed
        saved = save_batch(
            log, upload.plan, upload.batch, kind=str(findings.kind), file_name=upload.file_name
        )
        work.end(State.SAVED, replace(findings, counted=saved))
