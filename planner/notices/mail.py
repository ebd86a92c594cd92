"""A notice as a mail: HTML with its styles inlined, plain text, and unsubscribing with one click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from planner import words
from planner.models import Channel, Membership, User
from planner.notices.kinds import Content, Kind

SALT = "planner.notices.unsubscribe"


def compose(kind: Kind, content: Content, user: User, message_id: str) -> EmailMultiAlternatives:
    """The mail, in the language that is active, with the headers of one-click unsubscribing (RFC 8058)."""
    context = mail_context(kind, content, user)
    unsubscribe_url = context["unsubscribe"]
    message = EmailMultiAlternatives(
        subject=" ".join(content.subject.split()),
        body=render_to_string(f"notices/email/{kind.template}.txt", context),
        to=[user.email],
        headers={
            "Message-ID": message_id,
            "List-Unsubscribe": f"<{unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(html_of(kind, context), "text/html")
    return message


@dataclass(frozen=True, slots=True)
class Post:
    """A message to a channel: a title with the name of the recipient, and plain text."""

    channel: Channel
    subject: str
    body: str


def compose_post(kind: Kind, content: Content, seat: Membership, channel: Channel) -> Post:
    """The plain text for a channel. Others can read it too, so every address in it needs a sign-in, and the person
    has the name that they have in this team.
    """
    context = {**content.context, "subject": content.subject, "kind": kind, "user": seat.user}
    context["choose"] = public_url(reverse("preferences"))
    _heading, _blank, body = render_to_string(f"notices/email/{kind.template}.txt", context).partition("\n\n")
    title = words.labelled(seat.name, content.subject)
    return Post(channel, " ".join(title.split()), body.strip())


def mail_context(kind: Kind, content: Content, user: User) -> dict[str, Any]:
    """The context of the templates of a mail."""
    unsubscribe_url = public_url(reverse("unsubscribe", args=[unsubscribe_token(user.pk, kind.name)]))
    return {
        **content.context,
        "subject": content.subject,
        "kind": kind,
        "user": user,
        "unsubscribe": unsubscribe_url,
    }


def html_of(kind: Kind, context: dict[str, Any]) -> str:
    """The HTML with every style in its element, because mail programs drop stylesheets."""
    import css_inline  # here: a web process that sends nothing does not load it

    html = render_to_string(f"notices/email/{kind.template}.html", context)
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)
    return inliner.inline(html)


def public_url(path: str) -> str:
    """The full public address of a path, for use outside of a request."""
    return f"{settings.PUBLIC_URL}{path}"


def unsubscribe_token(user_pk: int, kind: str) -> str:
    """The token that unsubscribes one person from one kind of notice; it never expires, because mails are kept."""
    return signing.dumps([user_pk, kind], salt=SALT)


def read_token(token: str) -> tuple[int, str]:
    """The user's id and the kind of a token. Raises signing.BadSignature for any other text."""
    user_pk, kind = signing.loads(token, salt=SALT)
    return user_pk, kind
