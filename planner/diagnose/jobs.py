"""The jobs of the first stage: thin, and safe to run twice, late, or by two workers at once."""

from __future__ import annotations

from planner.celery import app
from planner.diagnose import gap_history


@app.task(name="planner.diagnose.jobs.refresh_gaps")
def refresh_gaps() -> None:
    gap_history.refresh_gaps()
