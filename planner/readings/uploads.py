"""A file that somebody brought to the page: kept until it is saved or thrown away, read and saved by a worker."""

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

# What nobody came back for is thrown away after this time.
KEPT = dt.timedelta(days=1)
# Reading is most of the work: so many per cent of it. Who waits is told in steps.
READ, STEP = 90, 5
State = Upload.State


def folder() -> Path:
    """Where the files wait: below VAR_DIR, which web server and workers share."""
    return Path(settings.VAR_DIR) / "uploads"


def path_of(upload: Upload) -> Path:
    return folder() / upload.stored_as


def receive(plan: Plan, file: UploadedFile[Any], by: User) -> Upload:
    """Keep a file for a worker; what this person left behind before is thrown away."""
    for old in Upload.objects.filter(plan=plan, by=by):
        throw_away(old)
    folder().mkdir(parents=True, exist_ok=True)
    upload = Upload(plan=plan, by=by, file_name=str(file.name)[-200:], stored_as=uuid.uuid4().hex)
    with path_of(upload).open("wb") as kept:
        for piece in file.chunks():
            kept.write(piece)
    upload.save()
    return upload


@contextmanager
def _never_left_alone(upload: Upload) -> Iterator[None]:
    """Whatever goes wrong in the worker, who waits is told; the error is the operators' as before."""
    try:
        yield
    except Exception:
        give_up(upload)
        raise


def give_up(upload: Upload) -> None:
    """Say that whoever worked on a file does not any more; it can be read again."""
    said = _("The import stopped before it finished. Nothing was saved. Read the file again.")
    found = Findings.from_json(upload.found).given_up(said)
    Upload.objects.filter(pk=upload.pk, state=upload.state).update(
        state=State.REFUSED, found=found.as_json(), progress=0
    )
    upload.refresh_from_db()


def throw_away(upload: Upload) -> None:
    path_of(upload).unlink(missing_ok=True)
    Upload.objects.filter(pk=upload.pk).delete()


def sweep(now: dt.datetime) -> None:
    """Throw away what nobody came back for, and files that a crash has left without a row."""
    for old in Upload.objects.filter(created_at__lt=now - KEPT):
        throw_away(old)
    known = set(Upload.objects.values_list("stored_as", flat=True))
    for file in folder().glob("*"):
        if file.name not in known and file.stat().st_mtime < (now - KEPT).timestamp():
            file.unlink(missing_ok=True)


class ThrownAway(Exception):
    """Whoever brought the file does not want it any more."""


class Progress:
    """Tells who waits how much of a file is read; raises ThrownAway once nobody waits any more."""

    def __init__(self, upload: Upload) -> None:
        self._mine = Upload.objects.filter(pk=upload.pk, state=upload.state)
        self._told = 0

    def __call__(self, share: float) -> None:
        per_cent = int(share * READ)
        if per_cent >= self._told + STEP:
            self._told = per_cent
            if not self._mine.update(progress=per_cent):
                raise ThrownAway


def _parsed(upload: Upload) -> Parsed | None:
    """What its file would bring; None where nobody waits for that any more."""
    try:
        return parse(path_of(upload), upload.plan.team, Choices.from_json(upload.choices), Progress(upload))
    except ThrownAway:
        return None


def read_upload(pk: int) -> None:
    """Read a file and write down what would come of it. May run twice; a file thrown away meanwhile is none."""
    upload = _get(pk, State.READING)
    if upload is None:
        return
    with override(upload.by.language or upload.plan.team.language), _never_left_alone(upload):
        parsed = _parsed(upload)
        if parsed is None:
            return
        found = findings_of(parsed, upload.plan)
    state = State.READY if parsed.is_accepted else State.REFUSED
    Upload.objects.filter(pk=pk, state=State.READING).update(found=found.as_json(), state=state)


def save_upload(pk: int) -> None:
    """Save a file that somebody has looked at: read once more, for the team may have changed. May run twice."""
    upload = _get(pk, State.SAVING)
    if upload is None:
        return
    with override(upload.by.language or upload.plan.team.language), _never_left_alone(upload):
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
        found = findings_of(parsed, upload.plan, saved)
    state = State.SAVED if parsed.is_accepted else State.REFUSED
    Upload.objects.filter(pk=pk, state=State.SAVING).update(found=found.as_json(), state=state)
    if parsed.is_accepted:
        path_of(upload).unlink(missing_ok=True)


def _get(pk: int, state: str) -> Upload | None:
    return Upload.objects.select_related("plan__team", "by").filter(pk=pk, state=state).first()
