"""The Celery application: it runs the jobs.py of each app."""

from __future__ import annotations

import os
from pathlib import Path

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planner.settings")

app = Celery("planner")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")
# Two packages inside planner/ have jobs of their own.
app.autodiscover_tasks(["planner.readings", "planner.diagnose"], related_name="jobs")


def make_broker_folders() -> None:
    """Create the folders of the file-based broker; does nothing where Redis is the broker."""
    options = app.conf.broker_transport_options or {}
    for name in ("data_folder_in", "control_folder", "processed_folder"):
        if name in options:
            Path(options[name]).mkdir(parents=True, exist_ok=True)
