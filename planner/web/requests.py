"""A request as our views get it."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, QueryDict
from django_htmx.middleware import HtmxDetails

from planner.models import User


class Request(HttpRequest):
    """A request as the middleware completes it: of somebody who signed in, with what htmx says of itself."""

    htmx: HtmxDetails
    user: User  # LoginRequiredMiddleware leaves nobody else in


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: even an empty POST was sent."""
    return request.POST if request.method == "POST" else None


def status_of(form: BaseForm | None) -> int:
    """422 for a form that was sent and refused: htmx shows that answer as well."""
    return 422 if form is not None and form.is_bound and form.errors else 200


def with_value(data: Any, name: str, value: Any) -> Any:
    """What was sent, with another value under one name."""
    changed = data.copy()
    changed[name] = value
    return changed
