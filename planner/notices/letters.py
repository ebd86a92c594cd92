"""Letters: emails about an account or an invitation, which somebody waits for. The ledger sends them too.

So no page waits for a mail server, and a letter that finds none goes out later. The link in a letter is a secret: it is
made when the letter is sent, and kept nowhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from planner.models import Invitation, Notice, User
from planner.notices import ledger
from planner.notices.mail import public_url


@dataclass(frozen=True, slots=True)
class Letter:
    """One kind of letter. `context` is what its templates show; None where there is no longer a reason to send it."""

    name: str
    label: Any
    template: str
    context: Callable[[Notice], dict[str, Any] | None]


def _new_password(notice: Notice) -> dict[str, Any] | None:
    user = notice.user
    if user is None or not user.is_active:
        return None
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])
    return {"password_reset_url": public_url(path)}


def _unknown_account(notice: Notice) -> dict[str, Any]:
    return {"email": notice.address}


def _new_address(notice: Notice) -> dict[str, Any] | None:
    address = EmailAddress.objects.filter(user=notice.user, email=notice.address, verified=False).first()
    if address is None:
        return None
    return {
        "activate_url": public_url(
            reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key])
        )
    }


def _invitation(notice: Notice) -> dict[str, Any] | None:
    open_invitations = Invitation.objects.open().select_related("membership__team", "created_by")
    invitation = open_invitations.filter(pk=notice.about.removeprefix(INVITATION)).first()
    if invitation is None:
        return None
    return {
        "invitation": invitation,
        "team": invitation.membership.team,
        "link": public_url(reverse("invitation", args=[invitation.token])),
    }


INVITATION = "invitation-"
LETTERS = {
    letter.name: letter
    for letter in (
        Letter("password", _("New password"), "account/email/password_reset_key", _new_password),
        Letter("unknown", _("Unknown address"), "account/email/unknown_account", _unknown_account),
        Letter("address", _("New email address"), "account/email/email_confirmation", _new_address),
        Letter("invitation", _("Invitation"), "team/invitation", _invitation),
    )
}


def about_account(
    template: str, address: str, user: User | None, now: dt.datetime, enqueue: ledger.Enqueue
) -> None:
    """Send the letter with this template to an address, in the language of its owner or of the page that asked.

    It takes as long, and looks the same, whether there is an account or not.
    """
    letter = next(letter for letter in LETTERS.values() if letter.template == template)
    language = getattr(user, "language", "") or translation.get_language()
    ledger.claim_letter(letter.name, user, address, f"{language} {now.isoformat()}", now, enqueue)


def about_invitation(invitation: Invitation, now: dt.datetime, enqueue: ledger.Enqueue) -> None:
    """Send an invitation, in the language of its team."""
    about = f"{INVITATION}{invitation.pk}"
    ledger.claim_letter("invitation", None, invitation.email, about, now, enqueue)


def write(notice: Notice) -> EmailMessage | None:
    """The letter, with its link; None where there is no longer a reason for it."""
    letter = LETTERS[notice.kind]
    context = letter.context(notice)
    if context is None:
        return None
    team = context.get("team")
    with translation.override(team.language if team else notice.about.partition(" ")[0]):
        subject = render_to_string(f"{letter.template}_subject.txt", context)
        return EmailMessage(
            subject=" ".join(subject.split()),
            body=render_to_string(f"{letter.template}_message.txt", context).strip(),
            to=[notice.address],
            headers={"Message-ID": notice.message_id, "Auto-Submitted": "auto-generated"},
        )
