"""What the operator's probes ask: does the process answer, and can it do its work?

Whatever happens, a probe is answered: 200 or 503. It looks up no session and no account (planner/web/probes.py), and
shows numbers and kinds only, for it is open without sign-in.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from planner import pulses

logger = logging.getLogger(__name__)

# The disk is as good as full with less than this free, in bytes and as a share, whichever is less.
LEAST_FREE, LEAST_SHARE = 1_000_000_000, 0.05
NOT_KNOWN = "Not known without the database."


@login_not_required
@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is checked."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Whether the product can do its work: for each part true or false, and for each that fails why."""
    reasons = {
        "database": _reason(_trouble_with_database),
        "disk": _reason(_trouble_with_disk),
        "broker": _reason(_trouble_with_broker),
    }
    reasons["migrations"] = NOT_KNOWN if reasons["database"] else _reason(_trouble_with_migrations)
    now = timezone.now()
    for name, trouble in pulses.TROUBLES.items():
        reasons[name] = NOT_KNOWN if reasons["migrations"] else _reason(partial(trouble, now))
    failing = {name: reason for name, reason in reasons.items() if reason}
    state: dict[str, object] = {name: not reason for name, reason in reasons.items()}
    return JsonResponse(state | ({"reasons": failing} if failing else {}), status=503 if failing else 200)


def _reason(trouble: Callable[[], str]) -> str:
    """What is wrong, as the answer says it; the log has the error of what cannot be looked up, with its names."""
    try:
        return trouble()
    except Exception as error:
        logger.warning("/health/ready: %s", error)
        return "It does not answer."


def _trouble_with_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _trouble_with_migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(missing)} migrations are missing." if missing else ""


def _trouble_with_disk() -> str:
    """Whether there is room beneath VAR_DIR, for uploads, jobs and SQLite; it may have to be made yet."""
    folders = (settings.VAR_DIR, *settings.VAR_DIR.absolute().parents)
    usage = shutil.disk_usage(next(folder for folder in folders if folder.exists()))
    if usage.free < min(LEAST_FREE, usage.total * LEAST_SHARE):
        return f"Only {usage.free // 1_000_000} MB are free."
    return ""


def _trouble_with_broker() -> str:
    """Whether Redis answers, where it is the broker."""
    if settings.REDIS_URL:
        import redis  # here: the web server needs it for nothing else

        with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2) as client:
            client.ping()
    return ""
