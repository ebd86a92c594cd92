"""The jobs of the shared core: thin, and safe to run twice, late, or by two workers at once."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from celery.signals import before_task_publish
from django.utils import timezone
from kombu.exceptions import OperationalError

from planner import pulses
from planner.celery import app
from planner.models import Pulse
from planner.notices import ledger, post

logger = logging.getLogger(__name__)


@app.task(name="planner.jobs.pulse")
def pulse(sent_at: str = "") -> None:
    """Say that a worker works, and how long this waited for it."""
    _feel(Pulse.Name.WORKER, sent_at)


@app.task(name="planner.jobs.pulse_of_mail")
def pulse_of_mail(sent_at: str = "") -> None:
    """The same of the queue that mails travel in."""
    _feel(Pulse.Name.MAIL, sent_at)


@before_task_publish.connect(sender="planner.jobs.pulse")
@before_task_publish.connect(sender="planner.jobs.pulse_of_mail")
def _beat_sends(body: Any, **kwargs: object) -> None:
    """The pulse of beat: written when it sends, by whichever process it runs in; the message carries the moment."""
    now = timezone.now()
    body[1]["sent_at"] = now.isoformat()  # arguments by keyword, in the message that is about to go
    pulses.feel(Pulse.Name.BEAT, now)


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


def enqueue_notice(pk: int) -> None:
    """Hand a claimed notice to a worker. Where the broker is away, the sweep hands it out once it is back."""
    try:
        send_notice.delay(pk)
    except (OperationalError, OSError) as error:
        logger.warning("Notice %s waits for the broker: %s", pk, error)
