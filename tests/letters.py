"""Sends the letters about accounts and invitations that wait in the ledger, as a worker does."""

from __future__ import annotations

from django.core import mail
from django.core.mail import EmailMessage

from planner.models import Notice
from planner.notices import post


def letters() -> list[EmailMessage]:
    """All mails that were sent, with those that waited until now."""
    for pk in Notice.objects.letters().filter(state=Notice.State.CLAIMED).values_list("pk", flat=True):
        post.send(pk)
    return mail.outbox
