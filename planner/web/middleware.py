"""The middleware for caches, for the language of pages, and for refusals and unknown addresses."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from planner.models.history import ChangedMeanwhile, Refusal
from planner.web.requests import OutOfReach

logger = logging.getLogger(__name__)


class PrivacyMiddleware:
    """Keeps every answer but static files out of all caches, so that nothing of a team stays after signing out.

    Back asks the server again, and shows what was saved meanwhile. Where an answer is kept after all, a piece that htmx
    asked for is not taken for its page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Cache-Control"] = "private, no-store"
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response


class LanguageMiddleware(LocaleMiddleware):
    """The language of the cookie set by the switch, else of the user's setting, else of the browser."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            language = getattr(request.user, "language", "")
            if language:
                translation.activate(language)
                request.LANGUAGE_CODE = translation.get_language()


class RefusalMiddleware:
    """Answers a Refusal of the log of changes with a page that shows its sentence, from every view.

    Other ValidationErrors are for the view to handle; an unhandled one is an error in our code and stays one.

    A 404 has the same page under DEBUG as in production.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # No address of ours has a NUL, and PostgreSQL does not accept one in a text.
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return render(request, "400.html", status=400)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Http404):
            answer = render(request, "404.html", status=404)
            if isinstance(exception, OutOfReach):
                answer["X-Out-Of-Reach"] = "1"  # a script says otherwise that a row is gone
            return answer
        if isinstance(exception, ChangedMeanwhile):
            return _ask(request, exception)
        if isinstance(exception, Refusal):
            logger.warning("%s: %s", type(exception).__name__, request.path)
            return render(request, "409.html", {"sentences": exception.messages}, status=409)
        return None


def _ask(request: HttpRequest, changed: ChangedMeanwhile) -> HttpResponse:
    """Ask what to do about a thing that somebody else changed before it could be removed: the same request, or none."""
    again = {
        name: values for name, values in request.POST.lists() if name not in ("csrfmiddlewaretoken", "shown")
    }
    back = request.headers.get("Referer", "")
    hosts = {request.get_host()}
    context = {
        "sentence": changed.messages[0],
        "changes": changed.changes,
        "fields": [("shown", changed.shown), *((name, value) for name in again for value in again[name])],
        "action": request.get_full_path(),
        "back": back
        if url_has_allowed_host_and_scheme(back, hosts, request.is_secure())
        else reverse("home"),
    }
    answer = render(request, "remove_anyway.html", context, status=409)
    answer["X-Asks"] = "1"  # a script asks in a dialog, beside what was to be removed
    return answer
