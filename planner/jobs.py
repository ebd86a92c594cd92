"""The jobs of the shared core: thin, and safe to run twice, late, or by two workers at once."""

from __future__ import annotations

import datetime as dt
import logging

from django.utils import timezone
from kombu.exceptions import OperationalError

from planner import pulses
from planner.celery import app
from planner.diagnose import gap_history
from planner.models import Pulse
from planner.notices import ledger, post
from planner.readings import uploads

logger = logging.getLogger(__name__)


@app.task(name="planner.jobs.pulse")
def pulse(sent_at: str = "") -> None:
    """Say that a worker works, and how long this waited for it; what beat does is written down in planner/celery.py."""
    _feel(Pulse.Name.WORKER, sent_at)


@app.task(name="planner.jobs.pulse_of_mail")
def pulse_of_mail(sent_at: str = "") -> None:
    """The same of the queue that mails travel in."""
    _feel(Pulse.Name.MAIL, sent_at)


def _feel(name: str, sent_at: str) -> None:
    now = timezone.now()
    pulses.feel(
        name, now, max(dt.timedelta(0), now - dt.datetime.fromisoformat(sent_at)) if sent_at else None
    )


@app.task(name="planner.jobs.decide_notices")
def decide_notices() -> None:
    ledger.decide(timezone.now(), enqueue_notice)


@app.task(name="planner.jobs.sweep_notices")
def sweep_notices() -> None:
    ledger.sweep(timezone.now(), enqueue_notice)


@app.task(name="planner.jobs.send_notice")
def send_notice(pk: int) -> None:
    post.send(pk)


@app.task(name="planner.jobs.refresh_gaps")
def refresh_gaps() -> None:
    gap_history.refresh_gaps()


@app.task(name="planner.jobs.read_upload")
def read_upload(pk: int) -> None:
    uploads.read_upload(pk)


@app.task(name="planner.jobs.save_upload")
def save_upload(pk: int) -> None:
    uploads.save_upload(pk)


@app.task(name="planner.jobs.sweep_uploads")
def sweep_uploads() -> None:
    uploads.sweep(timezone.now())


def enqueue_upload(pk: int, *, saving: bool) -> bool:
    """Hand a file to a worker; False where the broker is away."""
    try:
        (save_upload if saving else read_upload).delay(pk)
    except (OperationalError, OSError) as error:
        logger.warning("Upload %s finds no broker: %s", pk, error)
        return False
    return True


def enqueue_notice(pk: int) -> None:
    """Hand a claimed notice to a worker. Where the broker is away, the sweep hands it out once it is back."""
    try:
        send_notice.delay(pk)
    except (OperationalError, OSError) as error:
        logger.warning("Notice %s waits for the broker: %s", pk, error)
