"""Hands one message to a channel, and says for certain what is certain about it."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

from planner.models import Channel
from planner.notices.channels.guard import Watch, watched
from planner.notices.outcomes import NotNow, Refused, Unclear

Service = Channel.Service
# How these services name their own verdict in an answer that HTTP calls a success.
JUDGING = {Service.FEISHU, Service.LARK, Service.DINGTALK, Service.WECOM}
VERDICTS = ("errcode", "code", "StatusCode")
WORDS = ("errmsg", "msg", "StatusMessage")
# Too many messages at once, or a busy service: DingTalk, WeCom, Feishu.
BUSY = {-1, 130101, 410100, 45009, 45033, 9499, 11232}


def deliver(channel: Channel, title: str, body: str) -> None:
    """Send one message, once.

    Raises Refused where it never will be taken, NotNow where it certainly did not go out but may later, and Unclear
    where nobody knows. What they say never holds the address.
    """
    sender = _sender(channel.target)
    if sender is None:
        raise Refused(_("The channel's address is not valid. Remove the channel and add it again."))
    with watched() as watch:
        taken = sender.notify(title=title, body=body)
    _judge(Service(channel.service), bool(taken), watch)


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


def _judge(service: Service, taken: bool, watch: Watch) -> None:
    code, verdict = _verdict(watch.answer) if service in JUDGING else (0, "")
    if taken and not code:
        return
    status = watch.status
    if watch.forbidden:
        raise Refused(_("Not sent: this address leads to a private network or is not encrypted."))
    if status is None and watch.was_written:
        raise Unclear(_("The connection was lost before the service answered."))
    if status is None:
        raise NotNow(_("The service can't be reached."))
    said = _("The service returned %(status)s. %(words)s") % {"status": status, "words": verdict}
    if 300 <= status < 400:
        raise Refused(
            _("The address redirects to another one. Add the channel again with the final address.")
        )
    if status in (408, 429) or status >= 500 or code in BUSY:
        raise NotNow(said.strip())
    raise Refused(said.strip())


def _verdict(answer: bytes) -> tuple[int, str]:
    """The code and words of a service that has not taken the message, from the body of its answer; else 0, ""."""
    try:
        said = json.loads(answer)
    except ValueError:
        return 0, ""
    codes = [said[name] for name in VERDICTS if said.get(name)] if isinstance(said, dict) else []
    if not codes or not isinstance(codes[0], int):
        return 0, ""
    words = next((str(said[name]) for name in WORDS if said.get(name)), "")
    return codes[0], f"{codes[0]} {words}".strip()[:200]
