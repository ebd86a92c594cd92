"""What the operator's probes ask: does the process answer, and can it work?"""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from planner.pulses import heartbeats, mail_goes_out

logger = logging.getLogger(__name__)


@login_not_required
@require_GET
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is checked."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_GET
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Whether the product can do its work: the answer names what fails, the log has the reason."""
    state = dict.fromkeys(("database", "migrations", "beat", "worker", "mail"), False)
    state["database"] = _database_answers()
    state["migrations"] = state["database"] and _all_migrated()
    if state["migrations"]:
        now = timezone.now()
        state |= {heartbeat.name: not heartbeat.is_silent for heartbeat in heartbeats(now)}
        state["mail"] = state["mail"] and mail_goes_out(now)
    return JsonResponse(state, status=200 if all(state.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("The database does not answer: %s", error)
        return False
    return True


def _all_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
