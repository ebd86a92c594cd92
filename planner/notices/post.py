"""Sends one notice: takes it, builds it as it is true now, hands it to the mail server, and says what became of it."""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
from collections.abc import Callable

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone, translation

from planner.models import Membership
from planner.models.notices import Notice
from planner.notices.channels import post as channels
from planner.notices.kinds import Recipient, kinds
from planner.notices.mail import Post, compose, compose_post
from planner.notices.outcomes import NotNow, Refused, Unclear

logger = logging.getLogger(__name__)

# How long to wait after the first, second, … try that certainly failed.
BACK_OFF = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 3, 10, 30, 60))


def send(pk: int, clock: Callable[[], dt.datetime] = timezone.now) -> str:
    """Send a claimed notice, if nobody else does; returns its state afterwards, "" where it was not ours.

    The mail is built at this moment: what was done meanwhile is not called overdue, and who left is told nothing.
    """
    notice = Notice.take(pk, clock())
    if notice is None:
        return ""
    _send(notice, clock)
    return notice.state


def _send(notice: Notice, clock: Callable[[], dt.datetime]) -> None:
    """Build and deliver it, and write down what became of it."""
    try:
        message = build(notice)
        if message is None:
            notice.end(Notice.State.NOTHING, clock())
            return
        deliver(message)
    except NotNow as error:
        wait = BACK_OFF[min(notice.tries, len(BACK_OFF)) - 1]
        notice.put_back(clock() + wait, str(error))
    except Refused as error:
        notice.end(Notice.State.FAILED, clock(), str(error))
    except Unclear as error:
        notice.end(Notice.State.UNKNOWN, clock(), str(error))
    except (OSError, smtplib.SMTPException) as error:
        notice.end(Notice.State.UNKNOWN, clock(), f"The connection broke while it was sent: {error}")
    except Exception as error:
        # It was not handed over yet: what broke is our own, and trying again would break again.
        logger.exception("Notice %s cannot be built.", notice.pk)
        notice.end(Notice.State.FAILED, clock(), f"It could not be written: {type(error).__name__}")
    else:
        notice.end(Notice.State.SENT, clock())


def build(notice: Notice) -> EmailMessage | Post | None:
    """What is said as it is true now, in the person's language; None where there is nothing to say, or nobody.

    A mail, or a post to the channel that the person has chosen in a team they are in.
    """
    user = notice.user
    kind = kinds().get(notice.kind)
    seats = tuple(Membership.objects.filter(user=user).select_related("team").order_by("pk"))
    concerned = kind.when.seats_for(notice.about, notice.day, seats) if kind else ()
    if kind is None or not user.is_active or not concerned or not kind.is_meant_for(concerned):
        return None
    with translation.override(user.language or concerned[0].team.language):
        content = kind.build(Recipient(user, concerned, notice.day, notice.about, notice.decided_at))
        if content is None:
            return None
        if user.channel and user.channel.team_id in {seat.team_id for seat in seats}:
            return compose_post(kind, content, user, user.channel)
        return compose(kind, content, user, notice.message_id)


def deliver(message: EmailMessage | Post) -> None:
    """Hand a message to the mail server, or to its channel. Raises NotNow or Refused where it did not go out.

    Unclear, and any other OSError or SMTPException, leave that open: the connection broke between our last word and
    the answer.
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
        code, said = next(iter(error.recipients.values()), (0, b""))
        raise _answered(code, said) from error
    except smtplib.SMTPResponseException as error:
        raise _answered(error.smtp_code, error.smtp_error) from error
    finally:
        _close(connection)


def _answered(code: int, said: bytes | str) -> Exception:
    """What the server's refusal means: from 500 on it is for good."""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return Refused(f"{code} {words}") if code >= 500 else NotNow(f"{code} {words}")


def _close(connection: BaseEmailBackend) -> None:
    """The mail is out, or refused; how the connection ends says nothing about it."""
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        logger.info("The mail server ended the connection in its own way.")
