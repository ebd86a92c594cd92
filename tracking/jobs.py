"""The jobs of the execute stage."""

from __future__ import annotations

from planner.celery import app
from tracking import alerts


@app.task(name="tracking.jobs.raise_alerts")
def raise_alerts() -> None:
    alerts.raise_alerts()
