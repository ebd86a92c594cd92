"""A notice as a mail that people like to read: HTML with its styles inlined, plain text, a way out in one click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from planner import words
from planner.models import Channel, User
from planner.notices.kinds import Content, Kind

SALT = "planner.notices.unsubscribe"


def compose(kind: Kind, content: Content, user: User, message_id: str) -> EmailMultiAlternatives:
    """The mail, in the language that is active, with the headers of one-click unsubscribing (RFC 8058)."""
    context = mail_context(kind, content, user)
    way_out = context["unsubscribe"]
    message = EmailMultiAlternatives(
        subject=" ".join(content.subject.split()),
        body=render_to_string(f"notices/email/{kind.template}.txt", context),
        to=[user.email],
        headers={
            "Message-ID": message_id,
            "List-Unsubscribe": f"<{way_out}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(html_of(kind, context), "text/html")
    return message


@dataclass(frozen=True, slots=True)
class Post:
    """What goes to a channel: a title, which names whom it is for, and plain text."""

    channel: Channel
    subject: str
    body: str


def compose_post(kind: Kind, content: Content, user: User, channel: Channel) -> Post:
    """The plain text for a channel. Others read it too: no address in it does anything without a sign-in."""
    context = {**content.context, "subject": content.subject, "kind": kind, "user": user}
    context["choose"] = public_url(reverse("preferences"))
    _heading, _blank, body = render_to_string(f"notices/email/{kind.template}.txt", context).partition("\n\n")
    title = words.labelled(user, content.subject)
    return Post(channel, " ".join(title.split()), body.strip())


def mail_context(kind: Kind, content: Content, user: User) -> dict[str, Any]:
    """What the templates of a mail are rendered with."""
    way_out = public_url(reverse("unsubscribe", args=[unsubscribe_token(user.pk, kind.name)]))
    return {**content.context, "subject": content.subject, "kind": kind, "user": user, "unsubscribe": way_out}


def html_of(kind: Kind, context: dict) -> str:
    """The HTML with every style in its element: mail programs drop the sheet, and keep the rest."""
    import css_inline  # here: a web process that sends nothing does not load it

    html = render_to_string(f"notices/email/{kind.template}.html", context)
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)
    return inliner.inline(html)


def public_url(path: str) -> str:
    """An address of the product as people outside of a request reach it."""
    return f"{settings.PUBLIC_URL}{path}"


def unsubscribe_token(user_pk: int, kind: str) -> str:
    """The secret of the address that ends one kind of notice for one person; without an end, as mails are kept."""
    return signing.dumps([user_pk, kind], salt=SALT)


def read_token(token: str) -> tuple[int, str]:
    """Whom and what a token is for. Raises signing.BadSignature for any other text."""
    user_pk, kind = signing.loads(token, salt=SALT)
    return user_pk, kind
