"""The tables as files, for who may read them."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from planner.access import get_plan
from planner.models import Plan
from planner.readings.sheet import readings_sheet
from planner.spreadsheets.sheets import Sheet
from planner.spreadsheets.text import as_csv
from planner.spreadsheets.xlsx import as_xlsx
from planner.stages import stages
from planner.web.requests import Request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WHOLE = "plan"
READINGS = "readings"


@require_GET
def export(request: Request, plan_pk: int, table: str, suffix: str) -> HttpResponse:
    """One table as XLSX or CSV, as filtered and sorted in the address, or the whole plan as one workbook.

    With `?blank=1` the forms are empty, to be filled in. The readings are the team's, as an import reads them.
    """
    plan, member = get_plan(request, plan_pk)
    blank = request.GET.get("blank") == "1"
    sheets = (
        [readings_sheet(plan)]
        if table == READINGS
        else [
            import_string(dotted)(plan, member, request.GET).sheet(blank=blank)
            for stage in stages()
            for name, dotted in stage.tables
            if table in (name, WHOLE)
        ]
    )
    if not sheets or suffix not in ("xlsx", "csv") or (suffix == "csv" and len(sheets) > 1):
        raise Http404
    if suffix == "csv":
        answer = HttpResponse(as_csv(sheets[0]), content_type="text/csv; charset=utf-8")
    else:
        answer = HttpResponse(as_xlsx(sheets), content_type=XLSX)
    name = f"{_file_name(plan, sheets, blank)}.{suffix}"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return answer


def _file_name(plan: Plan, sheets: list[Sheet], blank: bool) -> str:
    title = sheets[0].title if len(sheets) == 1 else _("All tables")
    name = f"{title} ({_('blank')})" if blank else f"{plan.name} - {title}"
    return "".join(
        " " if character in '\\/:*?"<>|' or not character.isprintable() else character for character in name
    )[:120]
