"""Sends one notice: takes it, builds its current content, hands it to the mail server, and records the outcome."""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
from collections.abc import Callable
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone, translation

from planner.models.notices import Notice
from planner.notices import letters
from planner.notices.channels import post as channels
from planner.notices.kinds import Recipient, kinds
from planner.notices.mail import Post, compose, compose_post
from planner.notices.outcomes import NotNow, Refused, Unclear
from planner.notices.routes import claim_rest, route_of
from planner.web.outages import outage_of

logger = logging.getLogger(__name__)

# How long to wait after the first, second, … attempt that certainly failed.
BACK_OFF = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 3, 10, 30, 60))


def send(pk: int, clock: Callable[[], dt.datetime] = timezone.now) -> str:
    """Send a claimed notice, unless another worker has it; returns its state afterwards, "" where it was not taken.

    The content is built now: a task that was finished meanwhile is not listed, and a person who left gets nothing. What
    does not belong into the person's channel follows by mail.
    """
    notice = Notice.take(pk, clock())
    if notice is None:
        return ""
    rest = _send(notice, clock)
    if rest is not None:
        send(rest, clock)
    return notice.state


def _send(notice: Notice, clock: Callable[[], dt.datetime]) -> int | None:
    """Build and deliver it, and write down what became of it; returns the id of what is to follow by mail."""
    rest = None
    try:
        rest = claim_rest(notice, kinds()[notice.kind]) if notice.kind in kinds() else None
        message = build(notice)
        if message is None:
            notice.end(Notice.State.NOTHING, clock())
            return rest
        deliver(message)
    except NotNow as error:
        _put_back(notice, error, clock())
    except Refused as error:
        notice.end(Notice.State.FAILED, clock(), str(error))
    except Unclear as error:
        notice.end(Notice.State.UNKNOWN, clock(), str(error))
    except (OSError, smtplib.SMTPException) as error:
        notice.end(Notice.State.UNKNOWN, clock(), f"The connection broke while it was sent: {error}")
    except Exception as error:
        _not_built(notice, error, clock())
    else:
        notice.end(Notice.State.SENT, clock())
    return rest


def _put_back(notice: Notice, error: Exception, now: dt.datetime) -> None:
    wait = BACK_OFF[min(notice.tries, len(BACK_OFF)) - 1]
    notice.put_back(now + wait, str(error))


def _not_built(notice: Notice, error: Exception, now: dt.datetime) -> None:
    """It was not handed over yet. An error in our own code would come again, an outage passes."""
    if outage_of(error):
        logger.warning("Notice %s waits: %s", notice.pk, error)
        _put_back(notice, error, now)
        return
    logger.exception("Notice %s cannot be built.", notice.pk)
    notice.end(Notice.State.FAILED, now, f"It could not be written: {type(error).__name__}")


def build(notice: Notice) -> EmailMessage | Post | None:
    """The current message in the person's language; None where there is nothing to report, or no recipient.

    A mail about the person's teams, or a post about one of them to the channel of that team (routes.py).
    """
    if notice.address:
        return letters.write(notice)
    user: Any = notice.user
    kind = kinds().get(notice.kind)
    if kind is None or not user.is_active:
        return None
    route = route_of(notice, kind)
    if not route.seats or not kind.is_meant_for(route.seats):
        return None
    with translation.override(user.language or route.seats[0].team.language):
        content = kind.build(Recipient(user, route.seats, notice.day, route.about, notice.decided_at))
        if content is None:
            return None
        if route.channel:
            return compose_post(kind, content, route.seats[0], route.channel)
        return compose(kind, content, user, notice.message_id)


def deliver(message: EmailMessage | Post) -> None:
    """Hand a message to the mail server, or to its channel. Raises NotNow or Refused where it was not sent.

    After Unclear, or any other OSError or SMTPException, it may have been sent: the connection broke before the answer.
    """
    if isinstance(message, Post):
        channels.deliver(message.channel, message.subject, message.body)
        return
    connection = get_connection(fail_silently=False)
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise NotNow(f"The mail server cannot be reached: {error}") from error
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        code, reply = next(iter(error.recipients.values()), (0, b""))
        raise _smtp_error(code, reply) from error
    except smtplib.SMTPResponseException as error:
        raise _smtp_error(error.smtp_code, error.smtp_error) from error
    finally:
        _close(connection)


def _smtp_error(code: int, reply: bytes | str) -> Exception:
    """The exception for a reply of the server: codes from 500 on are refusals for good."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
    return Refused(f"{code} {text}") if code >= 500 else NotNow(f"{code} {text}")


def _close(connection: BaseEmailBackend) -> None:
    """Close the connection; errors do not matter, because the mail is already sent or refused."""
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        logger.info("The mail server ended the connection in its own way.")
