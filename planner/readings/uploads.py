"""Uploaded files: kept until they are saved or discarded, read and saved by a worker."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import override

from planner.changes import PlanClosed
from planner.models import Plan, Upload, User
from planner.readings.findings import Findings, findings_of
from planner.readings.imports.pipeline import Choices, Parsed, parse
from planner.readings.save import save

# An upload that nobody saved is discarded after this time.
KEPT = dt.timedelta(days=1)
# Reading is most of the work: its share in per cent. The progress is written in steps of STEP per cent.
READING_SHARE, STEP = 90, 5
State = Upload.State


def folder() -> Path:
    """The folder of the files: below VAR_DIR, which web server and workers share."""
    return Path(settings.VAR_DIR) / "uploads"


def path_of(upload: Upload) -> Path:
    return folder() / upload.stored_as


def receive(plan: Plan, file: UploadedFile[Any], by: User) -> Upload:
    """Keep a file for a worker; earlier uploads of the same person to the plan are discarded."""
    for old in Upload.objects.filter(plan=plan, by=by):
        discard(old)
    folder().mkdir(parents=True, exist_ok=True)
    upload = Upload(plan=plan, by=by, file_name=str(file.name)[-200:], stored_as=uuid.uuid4().hex)
    with path_of(upload).open("wb") as target:
        for piece in file.chunks():
            target.write(piece)
    upload.save()
    return upload


@contextmanager
def _giving_up_on_error(upload: Upload) -> Iterator[None]:
    """Mark the upload as given up after any error in the worker, and let the error pass on to the operators."""
    try:
        yield
    except Exception:
        give_up(upload)
        raise


def give_up(upload: Upload) -> None:
    """Mark an upload whose worker has stopped as refused, so that it can be read again."""
    message = _("The import stopped before it finished. Nothing was saved. Read the file again.")
    findings = Findings.from_json(upload.found).with_single_error(message)
    Upload.objects.filter(pk=upload.pk, state=upload.state).update(
        state=State.REFUSED, found=findings.as_json(), progress=0
    )
    upload.refresh_from_db()


def discard(upload: Upload) -> None:
    path_of(upload).unlink(missing_ok=True)
    Upload.objects.filter(pk=upload.pk).delete()


def sweep(now: dt.datetime) -> None:
    """Discard uploads that nobody saved in time, and files that a crash has left without a row."""
    for old in Upload.objects.filter(created_at__lt=now - KEPT):
        discard(old)
    stored = set(Upload.objects.values_list("stored_as", flat=True))
    for file in folder().glob("*"):
        if file.name not in stored and file.stat().st_mtime < (now - KEPT).timestamp():
            file.unlink(missing_ok=True)


class UploadDiscarded(Exception):
    """The upload was cancelled or replaced while it was read."""


class Progress:
    """Writes down how much of a file is read; raises UploadDiscarded once the upload is gone."""

    def __init__(self, upload: Upload) -> None:
        self._row = Upload.objects.filter(pk=upload.pk, state=upload.state)
        self._reported = 0

    def __call__(self, share: float) -> None:
        per_cent = int(share * READING_SHARE)
        if per_cent >= self._reported + STEP:
            self._reported = per_cent
            if not self._row.update(progress=per_cent):
                raise UploadDiscarded


def _parsed(upload: Upload) -> Parsed | None:
    """The parsed file; None where the upload was discarded meanwhile."""
    try:
        return parse(path_of(upload), upload.plan.team, Choices.from_json(upload.choices), Progress(upload))
    except UploadDiscarded:
        return None


def read_upload(pk: int) -> None:
    """Read a file and keep the findings. May run twice; an upload that was discarded meanwhile is skipped."""
    upload = _get(pk, State.READING)
    if upload is None:
        return
    with override(upload.by.language or upload.plan.team.language), _giving_up_on_error(upload):
        parsed = _parsed(upload)
        if parsed is None:
            return
        findings = findings_of(parsed, upload.plan)
    state = State.READY if parsed.is_accepted else State.REFUSED
    Upload.objects.filter(pk=pk, state=State.READING).update(found=findings.as_json(), state=state)


def save_upload(pk: int) -> None:
    """Save a file after its preview: it is read again, because the team may have changed. May run twice."""
    upload = _get(pk, State.SAVING)
    if upload is None:
        return
    with override(upload.by.language or upload.plan.team.language), _giving_up_on_error(upload):
        parsed = _parsed(upload)
        if parsed is None:
            return
        saved = None
        if parsed.is_accepted:
            try:
                saved = save(
                    upload.plan,
                    parsed.readings,
                    by=upload.by,
                    kind=str(parsed.kind),
                    file_name=upload.file_name,
                    new_metrics=parsed.new_metrics,
                    changed_metrics=parsed.changed_metrics,
                )
            except PlanClosed:
                parsed.problems.error(_("The plan is closed and can't be changed."))
        findings = findings_of(parsed, upload.plan, saved)
    state = State.SAVED if parsed.is_accepted else State.REFUSED
    Upload.objects.filter(pk=pk, state=State.SAVING).update(found=findings.as_json(), state=state)
    if parsed.is_accepted:
        path_of(upload).unlink(missing_ok=True)


def _get(pk: int, state: str) -> Upload | None:
    return Upload.objects.select_related("plan__team", "by").filter(pk=pk, state=state).first()
