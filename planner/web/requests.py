"""The request type of our views, and functions for its data."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm
from django.http import Http404, HttpRequest, QueryDict
from django_htmx.middleware import HtmxDetails

from planner.models import User


class Request(HttpRequest):
    """A request as completed by the middleware: with the signed-in user and the details of htmx."""

    htmx: HtmxDetails
    user: User  # LoginRequiredMiddleware refuses anybody else


class OutOfReach(Http404):
    """The whole plan or team is not found: it does not exist, or the person is not in it (any more)."""


def post_data(request: HttpRequest) -> QueryDict | None:
    """The data to bind a form to: the POST, even an empty one; None for other methods."""
    return request.POST if request.method == "POST" else None


def shown_to(request: HttpRequest) -> int | None:
    """What the page showed of a thing that is removed from it: a revision or a number; None where it does not say."""
    shown = request.POST.get("shown", "")
    return int(shown) if shown.isdecimal() and len(shown) < 19 else None


def status_of(form: BaseForm | None) -> int:
    """422 for a form with errors, whose answer htmx shows as well; else 200."""
    return 422 if form is not None and form.is_bound and form.errors else 200


def with_value(data: Any, name: str, value: Any) -> Any:
    """A copy of the posted data with another value under one name."""
    changed = data.copy()
    changed[name] = value
    return changed
