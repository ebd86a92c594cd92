"""The jobs that read and save uploads: thin, and safe to run twice, late, or by two workers at once."""

from __future__ import annotations

import logging

from django.utils import timezone
from kombu.exceptions import OperationalError

from planner.celery import app
from planner.readings import uploads

logger = logging.getLogger(__name__)


@app.task(name="planner.readings.jobs.read_upload")
def read_upload(pk: int) -> None:
    uploads.read_upload(pk)


@app.task(name="planner.readings.jobs.save_upload")
def save_upload(pk: int) -> None:
    uploads.save_upload(pk)


@app.task(name="planner.readings.jobs.take_up_uploads")
def take_up_uploads() -> None:
    uploads.take_up(timezone.now(), enqueue_upload)


@app.task(name="planner.readings.jobs.sweep_uploads")
def sweep_uploads() -> None:
    uploads.sweep(timezone.now())


def enqueue_upload(pk: int, *, saving: bool) -> bool:
    """Hand a file to a worker; False where the broker cannot be reached."""
    try:
        (save_upload if saving else read_upload).delay(pk)
    except (OperationalError, OSError) as error:
        logger.warning("Upload %s finds no broker: %s", pk, error)
        return False
    return True
