"""The page of the metric history: the table, the link to import a file, and the imported files."""

from __future__ import annotations

from django.urls import reverse

from planner import access
from planner.models import Import
from planner.readings.table import ReadingsTable
from planner.tables.page import TablePage
from planner.web.live import Piece

MOST_IMPORTS = 20


class ReadingsPage(TablePage[ReadingsTable]):
    template = "readings/readings.html"
    pieces = (Piece("imports", frozenset({"planner.import"})),)

    @property
    def imports(self) -> list[Import]:
        """The files that were imported into this plan, the newest first."""
        files = Import.objects.filter(plan=self.plan).exclude(
            kind__in=(Import.Kind.TYPED, Import.Kind.MERGED)
        )
        return list(files[:MOST_IMPORTS])

    @property
    def import_url(self) -> str:
        """The address of the import page; "" for members who may not import."""
        return reverse("readings-import", args=[self.plan.pk]) if access.may_import(self.table.member) else ""
