"""Recognises the service of an address, and builds the address that the sender (apprise) uses for it.

An address is matched as a whole and only its tokens are kept: other parts of it could name a file to read, another
host, or a certificate not to be checked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.models.channels import Channel
from planner.notices.channels.networks import may_be_reached

TOKEN = r"[\w-]{8,200}"
Service = Channel.Service

# Options of the sender for every address: a text that is too long is cut, so that it is sent as one message.
BEHAVIOUR = {"overflow": "truncate", "redirect": "no", "verify": "yes", "cto": "5", "rto": "10"}


class AddressError(ValueError):
    """An address that nothing can be sent to; the message is a translated sentence."""


@dataclass(frozen=True, slots=True)
class Address:
    """A service and the sender's own address for it (a secret, like the typed one)."""

    service: str
    target: str


@dataclass(frozen=True, slots=True)
class _ServicePattern:
    """A service: its scheme for the sender, the prefix before its tokens, and their pattern."""

    service: str
    scheme: str
    before: str
    tokens: str

    def match(self, typed: str) -> re.Match[str] | None:
        """The tokens, from the service's own address or from the sender's (feishu://…)."""
        return re.fullmatch(
            rf"(?:{re.escape(self.before)}|{self.scheme}://(?:(?P<secret>\w+)@)?)(?P<tokens>{self.tokens})/?",
            typed,
        )


_SERVICES = (
    _ServicePattern(Service.FEISHU, "feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/", TOKEN),
    _ServicePattern(Service.LARK, "lark", "https://open.larksuite.com/open-apis/bot/v2/hook/", TOKEN),
    _ServicePattern(
        Service.DINGTALK, "dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=", TOKEN
    ),
    _ServicePattern(
        Service.WECOM, "wecombot", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=", TOKEN
    ),
    _ServicePattern(
        Service.SLACK, "slack", "https://hooks.slack.com/services/", r"\w{5,40}/\w{5,40}/\w{10,60}"
    ),
)
# Microsoft's clouds: a workflow that posts to a channel of Teams.
_TEAMS = re.compile(
    r"[a-z0-9.-]+\.(?:logic\.azure\.(?:com|us|cn)|api(?:\.[a-z]+)?\.powerplatform\.(?:com|us|cn|microsoft\.us))"
)
_TEAMS_PATH = re.compile(
    r"(?:/powerautomate/automations/direct(?:/cu/\d+)?)?/workflows/[\w-]+/triggers/manual/paths/invoke/?"
)
_TEAMS_QUERY = {"api-version", "sp", "sv", "sig"}
# Hosts of the services above: a mistyped address there must not be accepted as a custom webhook.
_HOSTS = (
    "open.feishu.cn", "open.larksuite.com", "oapi.dingtalk.com", "qyapi.weixin.qq.com", "hooks.slack.com",
)  # fmt: skip
NAMES = gettext_lazy("Feishu, Lark, DingTalk, WeCom, Slack, Teams or your own webhook (https://…)")


def recognise(typed: str, signing_secret: str = "") -> Address:
    """The service and target of the address that somebody typed, as their chat program shows it.

    `signing_secret` is called 加签 by DingTalk. Raises AddressError for addresses that are not accepted.
    """
    typed = typed.strip()
    for service_pattern in _SERVICES:
        if match := service_pattern.match(typed):
            secret = _signing_secret(service_pattern.service, signing_secret or match["secret"] or "")
            return Address(
                service_pattern.service, f"{service_pattern.scheme}://{secret}{match['tokens']}/?{_query({})}"
            )
    _signing_secret(Service.WEBHOOK, signing_secret)
    parts = _split(re.sub(r"^json(s?)://", r"http\1://", typed))
    if parts.scheme not in ("https", "http"):
        raise AddressError(
            _("“%(scheme)s” isn't a supported service. Enter the address of %(names)s.")
            % {"scheme": parts.scheme[:20] or typed[:20], "names": NAMES}
        )
    if (parts.hostname or "") in _HOSTS:
        raise AddressError(
            _("This %(host)s address is incomplete. Copy it again from your chat app.")
            % {"host": parts.hostname}
        )
    if _TEAMS.fullmatch(parts.hostname or ""):
        return _teams_address(parts)
    return _webhook_address(parts)


def _split(typed: str) -> SplitResult:
    try:
        parts = urlsplit(typed)
        _port = parts.port  # raises ValueError where it is not a port
    except ValueError:
        raise AddressError(
            _("This isn't a valid address. Copy it from your chat app, including https://.")
        ) from None
    if parts.scheme in ("https", "http") and not parts.hostname:
        raise AddressError(_("This isn't a valid address. Copy it from your chat app, including https://."))
    return parts


def _signing_secret(service: str, secret: str) -> str:
    secret = secret.strip()
    if secret and service != Service.DINGTALK:
        raise AddressError(_("Only DingTalk uses a signing secret. Leave that field empty."))
    if secret and not re.fullmatch(r"[A-Za-z0-9]{10,100}", secret):
        raise AddressError(_("This isn't a valid DingTalk signing secret. It starts with SEC."))
    return f"{secret}@" if secret else ""


def _teams_address(parts: SplitResult) -> Address:
    query = {name: value for name, value in parse_qsl(parts.query) if name in _TEAMS_QUERY}
    if not _TEAMS_PATH.fullmatch(parts.path) or "sig" not in query or parts.port not in (None, 443):
        raise AddressError(
            _("This %(host)s address is incomplete. Copy it again from your chat app.")
            % {"host": parts.hostname}
        )
    return Address(Service.TEAMS, f"https://{parts.hostname}:443{parts.path}?{_query(query)}")


def _webhook_address(parts: SplitResult) -> Address:
    _check_host(parts.hostname or "", encrypted=parts.scheme == "https")
    if parts.username or parts.password:
        raise AddressError(
            _("Remove the user name and password from the address. Put the token in the path instead.")
        )
    params = {f"-{name}": value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
    scheme = "jsons" if parts.scheme == "https" else "json"
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = f":{parts.port}" if parts.port else ""
    return Address(Service.WEBHOOK, f"{scheme}://{host}{port}{parts.path or '/'}?{_query(params)}")


def _check_host(host: str, *, encrypted: bool) -> None:
    """Refuse what is certainly not allowed; a name is resolved and checked when a message is sent (guard.py)."""
    if not encrypted and not settings.CHANNEL_NETWORKS:
        raise AddressError(_("Messages to this address would not be encrypted. Use an https:// address."))
    try:
        address = ip_address(host)
    except ValueError:
        return
    if not may_be_reached(address, encrypted=encrypted):
        raise AddressError(
            _(
                "%(host)s is in a private network that messages can't be sent to. Ask the person "
                "who runs this server to allow it."
            )
            % {"host": host}
        )


def _query(params: dict[str, str]) -> str:
    all_params: dict[str, Any] = {**params, **BEHAVIOUR}
    return "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in all_params.items())
