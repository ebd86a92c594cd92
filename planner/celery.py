"""The Celery application: it runs the jobs.py of each app."""

from __future__ import annotations

import os
from contextlib import suppress

from celery import Celery
from celery.signals import worker_process_init
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planner.settings")
TRANSPORT_ALIASES["filesystem"] = "planner.management.broker:Transport"

app = Celery("planner")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")
# Two packages inside planner/ have jobs of their own.
app.autodiscover_tasks(["planner.readings", "planner.diagnose"], related_name="jobs")


@worker_process_init.connect
def limit_memory(**kwargs: object) -> None:
    """Give the process of a worker a ceiling: beyond it an import ends with an error, not the machine."""
    from django.conf import settings

    with suppress(ImportError):  # no such limits on Windows
        import resource

        ceiling = settings.WORKER_MEMORY_MB << 20
        resource.setrlimit(resource.RLIMIT_DATA, (ceiling, ceiling))
