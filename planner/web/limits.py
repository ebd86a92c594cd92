"""Limits of attempts: those of allauth, counted in one table for all processes, and the answer beyond them."""

from __future__ import annotations

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

# After so many seconds without an attempt each limit (settings.ACCOUNT_RATE_LIMITS, and allauth's own) lets one pass.
LONGEST_WAIT = 300


def consume(request: HttpRequest, action: str, key: str | None = None) -> ratelimit.RateLimitUsage | None:
    """Count an attempt of a POST; None where there were too many."""
    return ratelimit.consume(request, app="allauth.account", action=action, key=key)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The answer to an attempt beyond a limit; also the handler429 of the URLs, which allauth looks for."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(LONGEST_WAIT)
    return response
