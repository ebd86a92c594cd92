"""A request as our views get it."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from planner.models import User


class Request(HttpRequest):
    """A request as the middleware completes it: of somebody who signed in, with what htmx says of itself."""

    htmx: HtmxDetails
    user: User  # LoginRequiredMiddleware leaves nobody else in
