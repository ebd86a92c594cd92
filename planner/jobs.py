"""The jobs of the shared core: thin, and safe to run twice, late, or by two workers at once."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from celery.signals import before_task_publish, task_failure, task_success
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from planner import pulses
from planner.celery import app
from planner.models import Invitation, LimitEntry, Pulse, Submission, User
from planner.notices import ledger, letters, post
from planner.web.outages import outage_of

logger = logging.getLogger(__name__)


@app.task(name="planner.jobs.pulse")
def pulse(sent_at: str = "") -> None:
    """Record the heartbeat of the worker, and how long this task waited for it."""
    _record_heartbeat(Pulse.Name.WORKER, sent_at)


@app.task(name="planner.jobs.pulse_of_mail")
def pulse_of_mail(sent_at: str = "") -> None:
    """The same for the queue of mails."""
    _record_heartbeat(Pulse.Name.MAIL, sent_at)


@before_task_publish.connect(sender="planner.jobs.pulse")
@before_task_publish.connect(sender="planner.jobs.pulse_of_mail")
def _record_beat(body: Any, **kwargs: object) -> None:
    """Record the heartbeat of beat when it publishes a pulse, and add the moment to the message."""
    now = timezone.now()
    body[1]["sent_at"] = now.isoformat()  # the keyword arguments in the message that is about to be sent
    pulses.record_heartbeat(Pulse.Name.BEAT, now)


# The jobs of the schedule, whose failures the operator's probe shows.
SCHEDULED = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


@task_failure.connect
def _record_failure(sender: Any, exception: BaseException, **kwargs: object) -> None:
    """Record a failure in our own code or data; an outage passes, and the probe sees it elsewhere."""
    if sender.name in SCHEDULED and not outage_of(exception):
        pulses.failed(sender.name, exception, timezone.now())


@task_success.connect
def _record_success(sender: Any, **kwargs: object) -> None:
    if sender.name in SCHEDULED:
        pulses.succeeded(sender.name)


def _record_heartbeat(name: str, sent_at: str) -> None:
    now = timezone.now()
    pulses.record_heartbeat(
        name, now, max(dt.timedelta(0), now - dt.datetime.fromisoformat(sent_at)) if sent_at else None
    )


@app.task(name="planner.jobs.decide_notices")
def decide_notices() -> None:
    ledger.decide(timezone.now(), enqueue_notice)


@app.task(name="planner.jobs.sweep_notices")
def sweep_notices() -> None:
    """Take up the notices that wait, and forget the forms that nobody sends again."""
    ledger.sweep(timezone.now(), enqueue_notice)
    Submission.forget(timezone.now())


@app.task(name="planner.jobs.sweep_limits")
def sweep_limits() -> None:
    """Forget what was counted and no longer limits anybody, addresses of strangers among it."""
    LimitEntry.objects.filter(expires__lt=timezone.now()).delete()


@app.task(name="planner.jobs.send_notice")
def send_notice(pk: int) -> None:
    post.send(pk)


def mail_account(template: str, address: str, user: User | None) -> None:
    """Send a letter about an account through the ledger (settings.ACCOUNT_MAILER)."""
    letters.about_account(template, address, user, timezone.now(), enqueue_notice)


def mail_invitation(invitation: Invitation) -> None:
    letters.about_invitation(invitation, timezone.now(), enqueue_notice)


def enqueue_notice(pk: int) -> None:
    """Hand a claimed notice to a worker. Where the broker cannot be reached, the sweep does it later."""
    try:
        send_notice.delay(pk)
    except (OperationalError, OSError) as error:
        logger.warning("Notice %s waits for the broker: %s", pk, error)
