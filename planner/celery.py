"""The jobs' application: each app's jobs.py, carried by the broker that the settings name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import before_task_publish

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planner.settings")

app = Celery("planner")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")


def make_broker_folders() -> None:
    """The folders of the broker that needs no server; nothing where Redis is the broker."""
    options = app.conf.broker_transport_options or {}
    for name in ("data_folder_in", "control_folder", "processed_folder"):
        if name in options:
            Path(options[name]).mkdir(parents=True, exist_ok=True)


@before_task_publish.connect(sender="planner.jobs.pulse")
@before_task_publish.connect(sender="planner.jobs.pulse_of_mail")
def _beat_sends(body: Any, **kwargs: object) -> None:
    """The pulse of beat: written when it sends, by whichever process it runs in; the message carries the moment."""
    from django.utils import timezone

    from planner import pulses
    from planner.models import Pulse

    now = timezone.now()
    body[1]["sent_at"] = now.isoformat()  # arguments by keyword, in the message that is about to go
    pulses.feel(Pulse.Name.BEAT, now)
