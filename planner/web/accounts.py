"""Adapts allauth's account flows: no open sign-up, limits by source and account, mails in their reader's language."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.module_loading import import_string

from planner.web import limits


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from `create_team` and from invitations."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count an attempt as failed, which `authenticate` takes back where it succeeds; 429 where there were too many.

        The failures of others never keep the owner out: they count by source and account. Guesses from many sources at
        one account are slowed: beyond what it takes from all of them together, each has one attempt in five minutes.
        """
        here = self._get_login_attempts_cache_key(request, **credentials)
        used = limits.consume(request, "login_failed", here)
        anywhere = used and limits.consume(request, "login_failed_anywhere", _account(credentials))
        if used and not anywhere:
            anywhere = limits.consume(request, "login_failed_under_attack", here)
        if not used or not anywhere:
            raise ImmediateHttpResponse(limits.too_many(request))
        self._login_failed_rl_usage = ratelimit.RateLimitUsage([*used.usage, *anywhere.usage])

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return f"{ratelimit.get_ip(request)} {_account(credentials)}"

    def add_message(
        self, request: HttpRequest, level: int, message_template: Any = None, *args: Any, **kwargs: Any
    ) -> None:
        """Leaves out the messages at sign-in and sign-out."""
        if message_template in ("account/messages/logged_in.txt", "account/messages/logged_out.txt"):
            return
        super().add_message(request, level, message_template, *args, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Through the ledger: the page waits for no mail server, and says the same whether there is an account."""
        import_string(settings.ACCOUNT_MAILER)(template_prefix, email, context.get("user"))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url("home")


def _account(credentials: dict[str, Any]) -> str:
    """The account that somebody tries to sign in to, whether it exists or not."""
    return str(credentials.get("email", credentials.get("username", ""))).strip().casefold()
