"""What is answered while a part that the planner leans on is away, or a lock is held for too long: a 503, try again.

`outage_of` is the one place that tells such errors from errors in our code; jobs ask it too. The page needs no
database, session or cache.
"""

from __future__ import annotations

import errno
import logging
import sqlite3
import sys
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

from django.contrib.sessions import middleware as sessions
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.signals import got_request_exception
from django.db import InterfaceError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from planner.web.scripts import is_from_script

logger = logging.getLogger(__name__)


class Outage(Enum):
    """Why something cannot be done now, with the seconds after which another attempt makes sense."""

    LOCKED = 2
    AWAY = 10

    @property
    def retry_after(self) -> int:
        return self.value

    @property
    def sentence(self) -> str:
        if self is Outage.LOCKED:
            return _("The server is busy with a large change. Your last change was not saved. Try again.")
        return _(
            "A part of the server can't be reached at the moment. Your last change may not have been saved. "
            "Try again in a minute."
        )


# SQLSTATE of PostgreSQL: deadlock, serialization failure, lock not available, query cancelled by a timeout.
LOCK_STATES = {"40P01", "40001", "55P03", "57014"}
# Its classes for connections, resources such as a full disk, an operator who stops it, and the system beneath it;
# and a database that is read-only for now, as a replica is.
AWAY_CLASSES, AWAY_STATES = {"08", "53", "57", "58"}, {"25006"}
# Primary result codes of SQLite.
SQLITE_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
SQLITE_AWAY = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
}
# A disk that is full, over quota or read-only, for files of our own.
DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


def outage_of(error: BaseException | None) -> Outage | None:
    """Which outage an error comes from, directly or as the cause of another; None for an error in our own code."""
    return next((outage for each in _chain(error) if (outage := _outage_of_one(each))), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and those that it was raised from or while handling."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _outage_of_one(error: BaseException) -> Outage | None:
    if isinstance(error, OSError) and error.errno in DISK:
        return Outage.AWAY
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the extended codes have the primary one in it
        return Outage.LOCKED if code in SQLITE_LOCKED else Outage.AWAY if code in SQLITE_AWAY else None
    if isinstance(error, InterfaceError):  # Django's own, where a connection was closed
        return Outage.AWAY if "closed" in str(error) else None
    # By name, so that a process loads no client that it has no use for.
    library = type(error).__module__.partition(".")[0]
    if library == "psycopg":
        return _outage_of_postgres(error)
    if library == "redis" or (library == "kombu" and type(error).__name__ == "OperationalError"):
        return Outage.AWAY
    return None


def _outage_of_postgres(error: Any) -> Outage | None:
    """By its SQLSTATE; an OperationalError without one comes from the connection itself."""
    state = getattr(error, "sqlstate", None)
    if state is None:
        is_connection = "OperationalError" in {each.__name__ for each in type(error).__mro__}
        return Outage.AWAY if is_connection or "closed" in str(error) else None
    if state in LOCK_STATES:
        return Outage.LOCKED
    return Outage.AWAY if state in AWAY_STATES or state[:2] in AWAY_CLASSES else None


def answer(request: HttpRequest, outage: Outage) -> HttpResponse:
    """A page that says it and tries again by itself; for a script the sentence alone."""
    language = getattr(request, "LANGUAGE_CODE", "") or translation.get_language_from_request(request)
    with translation.override(language):
        if is_from_script(request):
            response = HttpResponse(outage.sentence, content_type="text/plain; charset=utf-8")
        else:
            response = HttpResponse(_page(request, outage))
        response["Content-Language"] = language
    response.status_code = 503
    response["Retry-After"] = str(outage.retry_after)
    add_never_cache_headers(response)
    return response


def _page(request: HttpRequest, outage: Outage) -> str:
    """Rendered without the request, so that nothing asks for a session or a team."""
    context = {
        "outage": outage,
        "address": request.get_full_path() if request.method in ("GET", "HEAD") else "",
        "theme": request.COOKIES.get("theme", ""),
    }
    return render_to_string("503.html", context)


class OutageMiddleware:
    """Answers 503 instead of 500 where an outage is the reason, whichever view or middleware met it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        outage = getattr(request, "outage", None)
        return answer(request, outage) if outage and response.status_code == 500 else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """For the views, which meet most of them: without the traceback that the log has for a 500."""
        outage = outage_of(exception)
        if outage is None:
            return None
        logger.warning("%s: %s: %s", request.path, outage.name.lower(), exception)
        return answer(request, outage)


@receiver(got_request_exception)
def remember_outage(request: HttpRequest | None = None, **kwargs: object) -> None:
    """Django turns the errors of middleware into a 500 before OutageMiddleware sees them; this is its only word."""
    if request is not None:
        request.outage = outage_of(sys.exception())  # type: ignore[attr-defined]  # read above


class SessionMiddleware(sessions.SessionMiddleware):
    """A session that cannot be written for an outage is not one that was deleted meanwhile, which is a 400."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except SessionInterrupted as error:
            outage = outage_of(error)
            if outage is None:
                raise
            return answer(request, outage)
