"""Sends one message to a channel, and tells apart certain failures from unclear ones."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

from planner.models import Channel
from planner.notices.channels.guard import Watch, watched
from planner.notices.outcomes import NotNow, Refused, Unclear

Service = Channel.Service
# These services report errors in the body of a successful HTTP answer, under these names.
JUDGING = {Service.FEISHU, Service.LARK, Service.DINGTALK, Service.WECOM}
VERDICTS = ("errcode", "code", "StatusCode")
WORDS = ("errmsg", "msg", "StatusMessage")
# Too many messages at once, or a busy service: DingTalk, WeCom, Feishu.
BUSY = {-1, 130101, 410100, 45009, 45033, 9499, 11232}


def deliver(channel: Channel, title: str, body: str) -> None:
    """Send one message, once.

    Raises Refused where it was refused for good, NotNow where it certainly was not sent but may be later, and Unclear
    where that is unknown. Their messages never contain the address.
    """
    sender = _sender(channel.target)
    if sender is None:
        raise Refused(_("The channel's address is not valid. Remove the channel and add it again."))
    with watched() as watch:
        was_accepted = sender.notify(title=title, body=body)
    _raise_unless_delivered(Service(channel.service), bool(was_accepted), watch)


def _sender(target: str) -> Any:
    import apprise  # here: a process that sends nothing to channels does not load it

    asset = apprise.AppriseAsset(
        app_id="Strategy planner",
        app_desc="",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        allow_templates=False,
        http_redirects=False,
    )
    return apprise.Apprise.instantiate(target, asset=asset)


def _raise_unless_delivered(service: Service, was_accepted: bool, watch: Watch) -> None:
    code, verdict = _verdict(watch.answer) if service in JUDGING else (0, "")
    if was_accepted and not code:
        return
    status = watch.status
    if watch.forbidden:
        raise Refused(_("Not sent: this address leads to a private network or is not encrypted."))
    if status is None and watch.was_written:
        raise Unclear(_("The connection was lost before the service answered."))
    if status is None:
        raise NotNow(_("The service can't be reached."))
    message = _("The service returned %(status)s. %(words)s") % {"status": status, "words": verdict}
    if 300 <= status < 400:
        raise Refused(
            _("The address redirects to another one. Add the channel again with the final address.")
        )
    if status in (408, 429) or status >= 500 or code in BUSY:
        raise NotNow(message.strip())
    raise Refused(message.strip())


def _verdict(answer: bytes) -> tuple[int, str]:
    """The error code and text of the service in the body of its answer; 0 and "" without an error."""
    try:
        reply = json.loads(answer)
    except ValueError:
        return 0, ""
    codes = [reply[name] for name in VERDICTS if reply.get(name)] if isinstance(reply, dict) else []
    if not codes or not isinstance(codes[0], int):
        return 0, ""
    text = next((str(reply[name]) for name in WORDS if reply.get(name)), "")
    return codes[0], f"{codes[0]} {text}".strip()[:200]
