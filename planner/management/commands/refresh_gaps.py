"""manage.py refresh_gaps: runs the scheduled job at once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from planner.diagnose.gap_history import refresh_gaps


class Command(BaseCommand):
    help = "Keep today's current value, target, gap and gap rates of every metric in a running plan."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Gaps kept or changed: {refresh_gaps()}.")
