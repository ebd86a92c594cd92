"""The page of the metric history: the table, the link to import a file, and the imported files."""

from __future__ import annotations

from functools import cached_property

from django.urls import reverse

from planner import access
from planner.models import Import
from planner.readings.sources import Source, sources_of
from planner.readings.table import ReadingsTable
from planner.tables.page import TablePage
from planner.web.live import Piece

MOST_IMPORTS = 20


class ReadingsPage(TablePage[ReadingsTable]):
    template = "readings/readings.html"
    around = (
        Piece("imports", frozenset({"planner.import"})),
        Piece("sources", frozenset({"planner.import", "planner.sourcecheck", "planner.planmetric"})),
    )

    @cached_property
    def sources(self) -> list[Source]:
        """The sources of the plan's metrics, those to be confirmed first."""
        return sources_of(self.plan)

    @property
    def may_confirm(self) -> bool:
        return access.may_confirm(self.table.member)

    @property
    def unconfirmed(self) -> list[Source]:
        return [source for source in self.sources if not source.is_confirmed]

    @property
    def imports(self) -> list[Import]:
        """The files that were imported into this plan, the newest first."""
        files = Import.objects.filter(plan=self.plan).exclude(kind__in=Import.BY_HAND)
        return list(files[:MOST_IMPORTS])

    @property
    def import_url(self) -> str:
        """The address of the import page; "" for members who may not import."""
        return reverse("readings-import", args=[self.plan.pk]) if access.may_import(self.table.member) else ""
