"""manage.py raise_alerts: what the schedule does by itself, at once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tracking.alerts import raise_alerts


class Command(BaseCommand):
    help = "Raise what overdue and soon due tasks call for, by each team's local day; each once."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"New alerts: {raise_alerts()}.")
