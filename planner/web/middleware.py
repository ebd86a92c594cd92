"""Which language a page speaks, and how a refusal sounds."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.utils import translation

from planner.models.history import Refusal

logger = logging.getLogger(__name__)


class LanguageMiddleware(LocaleMiddleware):
    """The cookie set by the switch, else the user's own setting, else what the browser asks for."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            chosen = getattr(request.user, "language", "")
            if chosen:
                translation.activate(chosen)
                request.LANGUAGE_CODE = translation.get_language()


class RefusalMiddleware:
    """What the log of changes refuses to write answers with its sentence, wherever it was asked for.

    Any other rule is for the view to expect: where it does not, that is an error of ours, and stays one.

    What a person may not know of is nothing, under DEBUG too: the trial shows strangers what they would see.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # No address of ours holds a NUL, and PostgreSQL takes none in a text.
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return render(request, "400.html", status=400)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Http404):
            return render(request, "404.html", status=404)
        if isinstance(exception, Refusal):
            logger.warning("%s: %s", type(exception).__name__, request.path)
            return render(request, "409.html", {"sentences": exception.messages}, status=409)
        return None
