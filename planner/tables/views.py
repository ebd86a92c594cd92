"""The views that every table shares: its page, its rows, and what changed since.

The page works without script: a cell is a link to a small form, a removal is a button. With script the same views
answer htmx with the pieces of the same templates: an editor with its errors, or the rows that a change touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from planner import access, changes
from planner.access import get_plan
from planner.models import Change, Recorded
from planner.models.history import Refusal
from planner.tables.forms import AddForm, RowForm
from planner.tables.kinds import RowKind
from planner.tables.page import TablePage
from planner.tables.pasting.blocks import TooLarge, read_block
from planner.tables.pasting.laying import Pasting
from planner.tables.table import Table
from planner.web import live
from planner.web.requests import Request, shown_to
from planner.web.submissions import once

STEPS = {"up": -1, "down": 1}


def table_urls(url_name: str, table: type[Table], page: type[TablePage[Any]] = TablePage) -> list[URLPattern]:
    """The addresses of one table below its page, each named for the page."""
    base = f"plans/<int:plan_pk>/{url_name}/"
    page_kwargs, row_kwargs = {"table_class": table, "page_class": page}, {"table_class": table}
    move_urls = [path(f"{base}rows/<str:key>/move/", move, row_kwargs, name=f"{url_name}-move")]
    return [
        path(base, show, page_kwargs, name=url_name),
        path(f"{base}changes/", poll_changes, page_kwargs, name=f"{url_name}-changes"),
        path(f"{base}paste/", paste, row_kwargs, name=f"{url_name}-paste"),
        path(f"{base}rows/", add, row_kwargs, name=f"{url_name}-add"),
        path(f"{base}rows/<str:key>/", row, page_kwargs, name=f"{url_name}-row"),
        path(f"{base}rows/<str:key>/remove/", remove, row_kwargs, name=f"{url_name}-remove"),
        *(move_urls if table.moves_rows else ()),
    ]


@require_GET
def show(
    request: Request, plan_pk: int, table_class: type[Table], page_class: type[TablePage[Any]]
) -> HttpResponse:
    plan, member = get_plan(request, plan_pk)
    page = page_class(table_class(plan, member, request.GET))
    template = page.template
    if request.htmx:
        piece = next((piece for piece in page.pieces if piece.id == request.htmx.target), None)
        template = f"{piece.template or template}#{piece.id}" if piece else "tables/page.html#table"
    return render(request, template, _page_context(page))


@require_GET
def poll_changes(
    request: Request, plan_pk: int, table_class: type[Table], page_class: type[TablePage[Any]]
) -> HttpResponse:
    """What others changed since the revision that a page has, in its rows and its pieces; 204 where nothing is new."""
    plan, member = get_plan(request, plan_pk)
    changes = live.new_changes(request, plan.team)
    if not changes:
        return HttpResponse(status=204)
    page = page_class(table_class(plan, member, request.GET))
    pieces = live.render_pieces(request, page.template, _page_context(page), page.pieces, changes)
    rows = page.table.rows_of(keys) if (keys := page.table.keys_touched(changes)) else []
    html = render_to_string("tables/changes.html", {"rows": rows}) if rows else ""
    return live.answer(html + pieces, plan.team.revision)


def _page_context(page: TablePage[Any]) -> dict[str, Any]:
    return {"plan": page.plan, "table": page.table, "page": page}


@require_http_methods(["GET", "POST"])
def row(
    request: Request, plan_pk: int, key: str, table_class: type[Table], page_class: type[TablePage[Any]]
) -> HttpResponse:
    plan, member = get_plan(
        request, plan_pk, may=access.may_read if request.method == "GET" else access.may_report
    )
    table = table_class(plan, member, request.GET)
    kind, pk = table.split(key)
    if request.method == "POST":
        return _save(request, page_class(table), kind, key, pk)
    obj = kind.objects(plan).filter(pk=pk).first()
    if obj is None:
        raise Http404
    if request.htmx:
        return _rows(request, table, [key], plan.team.revision)
    only = _fields(table, kind, obj, request.GET.get("cell"))
    return _row_form(request, table, key, kind.form(table=table, obj=obj, only=only))


@require_http_methods(["GET", "POST"])
def add(request: Request, plan_pk: int, table_class: type[Table]) -> HttpResponse:
    plan, member = get_plan(request, plan_pk, may=access.may_report)
    table = table_class(plan, member, request.GET)
    # The address names the kind of row, for a form may have a field of that name.
    kind = table.kinds.get(request.GET.get("kind", ""))
    if kind is None:
        raise Http404
    if not kind.may_add(table.member):
        raise PermissionDenied
    if request.method == "GET":
        form = kind.add_form(table=table, initial=request.GET.dict(), auto_id="id_%s")
        return render(request, "tables/add.html", _context(table, form=form, kind=kind))
    return _create(request, table, kind)


@require_POST
def remove(request: Request, plan_pk: int, key: str, table_class: type[Table]) -> HttpResponse:
    plan, member = get_plan(request, plan_pk, may=access.may_report)
    table = table_class(plan, member, request.GET)
    kind, pk = table.split(key)
    if not kind.may_remove(table.member, kind.objects(plan).filter(pk=pk).first()):
        raise PermissionDenied
    with changes.recording(plan.team, plan=plan, by=request.user) as log:
        obj = log.take(kind.objects(plan), pk)
        log.remove(obj, shown=shown_to(request), besides=kind.edited(obj))
    message = _("Removed “%(name)s”.") % {"name": obj}
    may_undo = access.may_undo(member, log.changes, log.objects)
    undo = reverse("plan-undo", args=[plan.pk, log.revision]) if may_undo else ""
    if not request.htmx:
        messages.success(request, message, extra_tags=f"undo:{undo}" if undo else "")
        return redirect(table.url)
    answer = _changed_rows(request, table, log.changes, log.revision, objects=log.objects)
    return trigger_client_event(answer, "toast", {"text": message, "undo": undo})


@require_POST
def move(request: Request, plan_pk: int, key: str, table_class: type[Table]) -> HttpResponse:
    """Move a row up or down among its neighbours; the answer is every row that has another place now."""
    plan, member = get_plan(request, plan_pk, may=access.may_report)
    table = table_class(plan, member, request.GET)
    kind, pk = table.split(key)
    step = STEPS.get(request.POST.get("to", ""))
    if step is None or not kind.moves:
        raise Http404
    with changes.recording(plan.team, plan=plan, by=request.user) as log:
        obj = log.take(kind.objects(plan), pk)
        if not kind.may_move(member, obj):
            raise PermissionDenied
        kind.move(log, obj, step)
    if not request.htmx:
        return redirect(f"{table.url}#{key}")
    return _changed_rows(request, table, log.changes, log.revision, objects=log.objects, saved_key=key)


@require_POST
def paste(request: Request, plan_pk: int, table_class: type[Table]) -> HttpResponse:
    """A preview of a block that somebody pastes; with the fingerprint of a preview the block is saved."""
    plan, member = get_plan(request, plan_pk, may=access.may_report)
    try:
        block = read_block(request.POST)
        pasting = Pasting(lambda: table_class(plan, member, request.GET), block, by=request.user)
        if not request.POST.get("fingerprint"):
            pasting.rehearse()
        elif (change := once(request, lambda: pasting.save(request.POST["fingerprint"]))[0]) is not None:
            return _pasted(request, table_class(plan, member, request.GET), pasting, change)
    except ValidationError as error:
        # What cannot be pasted at all is said where the preview would be.
        status = 409 if isinstance(error, Refusal) else 422
        is_large = isinstance(error, TooLarge) and table_class.takes_files and access.may_import(member)
        import_url = reverse("readings-import", args=[plan.pk]) if is_large else ""
        context = {"error": error, "import_url": import_url}
        return render(request, "tables/paste.html", context, status=status)
    context = {"outcome": pasting.outcome, "is_other": pasting.is_other}
    return render(request, "tables/paste.html", context)


def _pasted(request: Request, table: Table, pasting: Pasting, change: Change) -> HttpResponse:
    """The rows that a paste has changed, and the way back."""
    made = list(Change.objects.filter(team=table.plan.team, revision=change.revision))
    answer = _changed_rows(request, table, made, change.revision)
    undo = reverse("plan-undo", args=[table.plan.pk, change.revision]) if "X-Changed" in answer else ""
    return trigger_client_event(answer, "toast", {"text": pasting.outcome.done or _("Saved."), "undo": undo})


class _Saving:
    """One row that is being saved: the form that was sent, and what it changed."""

    def __init__(self, request: Request, table: Table, kind: RowKind, pk: int) -> None:
        self.request, self.table, self.kind, self.pk = request, table, kind, pk
        self.form: RowForm | None = None
        self.log: changes.Recording | None = None

    def save(self) -> Recorded | None:
        """The saved object; None where the form has errors or conflicts."""
        plan = self.table.plan
        try:
            with changes.recording(plan.team, plan=plan, by=self.request.user) as self.log:
                obj: Recorded = self.log.take(self.kind.objects(plan), self.pk)
                only = _fields(self.table, self.kind, obj, self.request.POST.get("cell"))
                self.form = self.kind.form(self.request.POST, table=self.table, obj=obj, only=only)
                if not self.form.is_valid() or self.form.find_conflicts():
                    return None
                self.form.admit(self.log.by)
                self.form.write(self.log)
        except ValidationError as error:
            if self.form is None:
                raise
            self.form.take_errors(error)
            return None
        return obj


def answer_use(
    request: Request, table: Table, key: str, name: str, log: changes.Recording, *, is_used: bool
) -> HttpResponse:
    """Back to the table, which uses the data by now, or has another value than the page that asked for that."""
    if is_used:
        undo = f"undo:{reverse('plan-undo', args=[table.plan.pk, log.revision])}" if log.changes else ""
        messages.success(request, _("“%(name)s” now uses the data.") % {"name": name}, extra_tags=undo)
    else:
        messages.error(
            request, _("Someone changed “%(name)s” in the meantime. Nothing was saved.") % {"name": name}
        )
    query = table.params.copy()
    query.pop("typed", None)
    return redirect(f"{table.url}?{query.urlencode()}#{key}" if query else f"{table.url}#{key}")


def _save(request: Request, page: TablePage[Any], kind: RowKind, key: str, pk: int) -> HttpResponse:
    table = page.table
    saving = _Saving(request, table, kind, pk)
    saved, _is_new = once(request, saving.save)
    if saved is None:
        return _row_form(request, table, key, saving.form)
    notice = _notice(kind, saved, saving.log)
    if not request.htmx:
        messages.warning(request, notice) if notice else messages.success(request, _("Saved."))
        query = f"?{table.cell_query}" if table.cell_query else ""
        return redirect(f"{table.url}{query}#{key}")
    if saving.log is None:  # it was saved before, and is shown as it is now
        return _rows(request, table, [key], table.plan.team.revision)
    log = saving.log
    answer = _changed_rows(request, table, log.changes, log.revision, objects=log.objects, saved_key=key)
    _add_pieces(request, page, answer, log.changes)
    return _with_notice(answer, notice, table, log.revision)


def _add_pieces(request: Request, page: TablePage[Any], answer: HttpResponse, made: Sequence[Change]) -> None:
    """What of the page is shown with the rows of a save, without another request."""
    at_once = [piece for piece in page.pieces if piece.at_once]
    html = live.render_pieces(request, page.template, _page_context(page), at_once, made) if at_once else ""
    if html:
        rows = answer.content.decode()
        answer.content = f"<table data-rows><tbody>{rows}</tbody></table>{html}"


def _notice(kind: RowKind, obj: Recorded, log: changes.Recording | None) -> str:
    """What somebody should know of what they have saved now."""
    made = log.changes if log is not None else []
    own = [change for change in made if change.object_id == obj.pk and change.model == obj._meta.label_lower]
    return kind.notice(obj, {change.field for change in own}) if own else ""


def _with_notice(answer: HttpResponse, notice: str, table: Table, revision: int) -> HttpResponse:
    if not notice:
        return answer
    undo = reverse("plan-undo", args=[table.plan.pk, revision]) if "X-Changed" in answer else ""
    return trigger_client_event(answer, "toast", {"text": notice, "undo": undo})


def _create(request: Request, table: Table, kind: RowKind) -> HttpResponse:
    form = kind.add_form(request.POST, table=table)

    def create() -> Recorded | None:
        if not form.is_valid():
            return None
        try:
            with changes.recording(table.plan.team, plan=table.plan, by=request.user) as log:
                return form.create(log)
        except ValidationError as error:
            form.take_errors(error)
            return None

    obj, _is_new = once(request, create)
    if obj is not None:
        key, notice = kind.key(obj.pk), kind.notice(obj, set())
        if not request.htmx:
            if notice:
                messages.warning(request, notice)
            return redirect(f"{table.url}#{key}")
        added = changes.that_added(obj)
        answer = _changed_rows(request, table, added, added[0].revision)
        answer = _with_notice(answer, notice, table, added[0].revision)
        return trigger_client_event(answer, "row-added", {"key": key})
    piece = "#form" if request.htmx else ""
    return render(request, f"tables/add.html{piece}", _context(table, form=form, kind=kind), status=422)


def _fields(table: Table, kind: RowKind, obj: Any, cell: str | None) -> list[str] | None:
    """The form fields of one cell, or of all cells that this person may edit; 403 where that is none."""
    editable = kind.may_edit(table.member, obj)
    if not editable or (cell and cell in kind.edits and cell not in editable):
        raise PermissionDenied
    if cell and cell not in kind.edits:
        raise Http404
    columns = [cell] if cell else [column.key for column in table.columns if column.key in editable]
    return [name for column in columns for name in kind.edits[column]]


def _changed_rows(
    request: Request,
    table: Table,
    made: Sequence[Change],
    revision: int,
    *,
    objects: access.Objects | None = None,
    saved_key: str = "",
) -> HttpResponse:
    """The rows that these changes touch, and the one that was saved; marked where this person may undo them."""
    keys = table.keys_touched(made, saved_key) or [saved_key] * bool(saved_key)
    answer = _rows(request, table, keys, revision)
    if made and access.may_undo(table.member, made, objects):
        answer["X-Changed"] = "1"
    return answer


def _rows(request: Request, table: Table, keys: list[str], revision: int) -> HttpResponse:
    """The rows of these keys, for the script to put in their places."""
    html = render_to_string("tables/rows.html", {"rows": table.rows_of(keys)}) if keys else ""
    return live.answer(html, revision)


def _row_form(request: Request, table: Table, key: str, form: RowForm | None) -> HttpResponse:
    """The editor with its errors or its conflict beside it; a page of its own without script."""
    if form is None:
        raise Http404
    cell = request.POST.get("cell") or request.GET.get("cell") or ""
    status = 409 if form.conflicts else 422 if form.is_bound else 200
    query = f"?{table.cell_query}" if table.cell_query else ""
    url = reverse(f"{table.url_name}-row", args=[table.plan.pk, key])
    context = _context(table, form=form, key=key, cell=cell, url=f"{url}{query}")
    if request.htmx:
        return render(request, "tables/editor.html", context, status=status)
    return render(request, "tables/row.html", context, status=status)


def _context(table: Table, *, form: AddForm | RowForm, **extra: Any) -> dict[str, Any]:
    return {
        "plan": table.plan,
        "table": table,
        "form": form,
        "can_edit": access.may_manage(table.member),
        **extra,
    }
