"""A table of a plan: which rows it has, in which order, and who may edit what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from planner import access, words
from planner.arithmetic import formats
from planner.models import Change, Membership, Plan
from planner.spreadsheets import sheets
from planner.tables import cells
from planner.tables.columns import Cell, Column, Row, Switch
from planner.tables.forms import RowForm
from planner.tables.kinds import RowKind
from planner.tables.searching import sorted_by
from planner.tables.shows import rows_touched

# Rows of a form to fill in.
BLANK_LINES = 30


class Table:
    """The base of the four tables. A subclass defines columns, kinds and how a page of objects becomes rows."""

    url_name: ClassVar[str]
    title: ClassVar[Any]
    # What the form is called in a file, and the name in the file's address; "" for any other table.
    form_title: ClassVar[Any]
    file_name: ClassVar[str]
    heading: ClassVar[Any]
    empty: ClassVar[Any]
    columns: ClassVar[tuple[Column, ...]]
    kinds: ClassVar[dict[str, RowKind]]
    page_size: ClassVar[int] = 50
    # Whether its values can be imported: that is where too large a block goes.
    takes_files: ClassVar[bool] = False
    # Whether it has more columns than a screen is wide: it scrolls sideways by itself then.
    is_broad: ClassVar[bool] = False
    # Whether some of its rows are moved by hand: `RowKind.moves` says which.
    moves_rows: ClassVar[bool] = False
    default_sort: ClassVar[str] = ""
    # The models whose objects the editors of cells offer.
    offers: ClassVar[frozenset[str]] = frozenset({"planner.membership"})
    # The parameters without which a cell would be another one, such as the period of the columns.
    cell_params: ClassVar[tuple[str, ...]] = ()

    def __init__(self, plan: Plan, member: Membership, params: QueryDict | None = None) -> None:
        self.plan = plan
        self.member = member
        self.today = plan.team.today()
        self.day: dt.date = plan.as_of(self.today)
        self.params = params or QueryDict()
        sort = self.params.get("sort", "")
        sortable = {column.key for column in self.columns if column.sorts}
        self.sort = sort if sort.removeprefix("-") in sortable else self.default_sort

    # What a subclass provides.

    def objects(self) -> Any:
        """The objects of the page, filtered and sorted: a queryset or a list."""
        raise NotImplementedError

    def rows_for(self, objects: Iterable[Any]) -> list[Row]:
        """The rows of these objects, in a constant number of queries."""
        raise NotImplementedError

    def rows_of(self, keys: list[str]) -> list[Row]:
        """The rows of these keys as they are now; a removed one for each key that no longer exists."""
        raise NotImplementedError

    def file_columns(self) -> tuple[sheets.Column[Any], ...]:
        """The columns of the table in a file, with widths, choices, and the formulas of a row to fill in."""
        raise NotImplementedError

    def file_lines(self, columns: tuple[sheets.Column[Any], ...]) -> Iterable[sheets.Line]:
        """Every row of the table in a file, filtered and sorted as on the page, from all pages."""
        raise NotImplementedError

    def file_remarks(self) -> list[str]:
        """What a file says of the table besides its plan, such as the months of its values."""
        return []

    def summary(self) -> str:
        """One line beside the title."""
        return ""

    def steps(self) -> dict[str, str]:
        """Where the columns are a period: what they show, and the addresses of the periods before and after it."""
        return {}

    def switches(self) -> list[Switch]:
        """The ways to look at the table, of which one is on."""
        return []

    def suggestions(self) -> list[str]:
        """Names offered to who adds a row."""
        return []

    # What every table shares.

    @property
    def url(self) -> str:
        return reverse(self.url_name, args=[self.plan.pk])

    @cached_property
    def page(self) -> Page[Any]:
        return Paginator(self.objects(), self.page_size).get_page(self.params.get("page"))

    @cached_property
    def rows(self) -> list[Row]:
        return self.rows_for(self.page.object_list)

    @property
    def is_filtered(self) -> bool:
        """Whether rows may be missing because of a filter: an empty table then shows a note."""
        return any(self.params.get(name) for name in self.filter_names)

    @property
    def keeps_order(self) -> bool:
        """Whether the rows stand in their own order, all of them: else nothing is moved."""
        return not self.sort and not self.is_filtered

    @property
    def can_move(self) -> bool:
        """Whether this member may move rows of the table."""
        return self.keeps_order and any(kind.may_move(self.member, None) for kind in self.kinds.values())

    @property
    def filter_names(self) -> list[str]:
        return ["q"]

    @property
    def can_manage(self) -> bool:
        """Whether this member may change what a manager may change."""
        return access.may_manage(self.member)

    @property
    def can_report(self) -> bool:
        """Whether this member may edit any cell of the table."""
        return access.may_report(self.member)

    @property
    def can_add(self) -> bool:
        return any(kind.may_add(self.member) for kind in self.kinds.values())

    @property
    def adds_beneath(self) -> bool:
        """Whether this member may add rows beneath others."""
        return any(kind.beneath and kind.may_add(self.member) for kind in self.kinds.values())

    def sheet(self, *, blank: bool = False) -> sheets.Sheet:
        """The table as a file shows it: the form of the method, filled in or, with `blank`, to fill in."""
        language = words.language()
        parts = [
            self.plan.team.name,
            self.plan.name,
            formats.day_range(self.plan.start, self.plan.end, language),
            *self.file_remarks(),
        ]
        if self.is_filtered and not blank:
            parts.append(_("Filtered"))
        columns = self.file_columns()
        return sheets.Sheet(
            name=str(self.heading),
            title=str(self.form_title),
            note="" if blank else " · ".join(parts),
            language=language,
            headings=columns,
            lines=() if blank else tuple(self.file_lines(columns)),
            blank_lines=BLANK_LINES if blank else 0,
        )

    def labels(self) -> dict[str, str]:
        """The columns' headings by their keys."""
        return {column.key: str(column.label) for column in self.columns}

    def headings(self) -> list[dict[str, Any]]:
        """The columns with the address that sorts by each, and how the table is sorted now."""
        headings = []
        for column in self.columns:
            up = self.sort == column.key
            down = self.sort == f"-{column.key}"
            query = self.params.copy()
            query["sort"] = f"-{column.key}" if up else column.key
            query.pop("page", None)
            order = "ascending" if up else "descending" if down else ""
            headings.append({"column": column, "query": query.urlencode(), "order": order})
        return headings

    def page_query(self, number: int) -> str:
        query = self.params.copy()
        query["page"] = str(number)
        return query.urlencode()

    def query_with(self, **more: str) -> str:
        """The address of what is shown with more parameters, the same for a page and for one that asks for news."""
        query = self.params.copy()
        query.pop("since", None)
        query.update(more)
        return query.urlencode()

    @cached_property
    def cell_query(self) -> str:
        """The `cell_params` of the page, for the addresses of its cells."""
        return urlencode({name: str(self.params[name]) for name in self.cell_params if self.params.get(name)})

    @property
    def older_query(self) -> str:
        return self.page_query(self.page.previous_page_number())

    @property
    def newer_query(self) -> str:
        return self.page_query(self.page.next_page_number())

    def split(self, key: str) -> tuple[RowKind, int]:
        """The kind and the id that a row's key names; 404 for any other text."""
        name, _dash, pk = key.partition("-")
        if name not in self.kinds or not pk.isdecimal() or len(pk) > 18:
            raise Http404
        return self.kinds[name], int(pk)

    def keys_touched(self, changes: Sequence[Change], saved_key: str = "") -> list[str]:
        """The keys of the rows that these changes make look different, by what each kind shows.

        `saved_key` names the row whose saving these changes are.
        """
        touched: list[str] = []
        name, _dash, pk = saved_key.partition("-")
        for kind in self.kinds.values():
            saved = int(pk) if name == kind.name else None
            pks = rows_touched(kind.with_removed(self.plan), kind.shows, changes, saved)
            if pks is None:
                touched += [row.key for row in self.rows if row.key.startswith(f"{kind.name}-")]
            else:
                touched += [kind.key(pk) for pk in sorted(pks)]
        return touched

    def row(self, kind: RowKind, obj: Any, contents: dict[str, Any], **options: Any) -> Row:
        """One row with the `contents` of its cells; `options` are a Row's css, group and adder."""
        return Row(
            key=kind.key(obj.pk),
            obj=obj,
            cells=self.cells(kind, obj, contents),
            label=str(obj),
            thread=kind.thread_key(obj),
            can_remove=kind.may_remove(self.member, obj),
            can_move=self.keeps_order and kind.may_move(self.member, obj),
            order=obj.order if kind.moves and self.keeps_order else None,
            query=self.cell_query,
            **options,
        )

    def cells(self, kind: RowKind, obj: Any, contents: dict[str, Any]) -> list[Cell]:
        """The cells of one row: `contents` maps a column's key to HTML or to a finished Cell."""
        editable = self.editable(kind, obj)
        cells = []
        for column in self.columns:
            if column.key not in contents:
                continue
            cell = contents[column.key]
            cell = cell if isinstance(cell, Cell) else Cell(column, cell)
            if column.key in editable:
                form, names = self._forms[kind.name], self._names[kind.name, column.key]
                cell.values = form.editor_texts(obj, names)
                cell.units = form.units(names)
                if kind.asks(obj):
                    cell.prompt()
            cells.append(cell)
        return cells

    def editable(self, kind: RowKind, obj: Any) -> frozenset[str]:
        """The columns whose cells open an editor for this member in this row."""
        return kind.may_edit(self.member, obj)

    @cached_property
    def _forms(self) -> dict[str, RowForm]:
        """One form of each kind for the whole page: one for each row would be too slow."""
        return {name: kind.form(table=self) for name, kind in self.kinds.items()}

    @cached_property
    def _names(self) -> dict[tuple[str, str], list[str]]:
        """The fields of a cell in the order of its editor, by the kind of row and the column."""
        kinds = self.kinds.values()
        return {
            (kind.name, key): kind.form.shown_order(names)
            for kind in kinds
            for key, names in kind.edits.items()
        }

    def ordered(self, queryset: QuerySet[Any], by: dict[str, str], names: dict[str, str]) -> Any:
        """The objects in the order that was asked for: `by` a column's field, or by its name as people read it.

        `names` are the paths of names by their columns. Otherwise they stand in their own order.
        """
        key, down = self.sort.removeprefix("-"), self.sort.startswith("-")
        if key in names:
            return sorted_by(queryset.order_by("order", "pk"), names[key], down=down)
        field = by.get(key)
        if field is None:
            return queryset.order_by("order", "pk")
        ordered = F(field).desc(nulls_last=True) if down else F(field).asc(nulls_last=True)
        return queryset.order_by(ordered, "order", "pk")

    def owner_filter(self) -> dict[str, Any]:
        """The drop-down that picks the rows of one owner."""
        owners = [("", _("Anyone")), *((str(pk), name) for pk, name in self.member_names.items())]
        return self.filter("owner", _("Owner"), owners)

    def filter(self, name: str, label: str, choices: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        """A drop-down above the table, as its template shows it."""
        chosen = self.params.get(name, "")
        options = [{"value": value, "label": text, "chosen": value == chosen} for value, text in choices]
        return {"name": name, "label": label, "choices": options}

    def clear_filters(self) -> None:
        """Show rows that were asked for by key whatever the page filters."""
        self.params = self.params.copy()
        for name in self.filter_names:
            self.params.pop(name, None)

    @cached_property
    def members(self) -> list[Membership]:
        """Who can own something in this team."""
        memberships: Any = self.plan.team.memberships
        return words.by_name(memberships.owners())

    @cached_property
    def member_names(self) -> Mapping[int, str]:
        """What the members are called in this table, by their ids."""
        return words.told_apart(self.members)

    def person(self, member: Membership | None) -> SafeString:
        """The cell of a member."""
        return cells.person(member, words.called(member, self.member_names))

    def editors(self) -> list[dict[str, Any]]:
        """One empty editor for each kind of editable cell, which the page fills when a cell is opened."""
        editors = []
        for kind in self.kinds.values():
            for key, names in kind.edits.items():
                form = kind.form(table=self, only=names)
                editors.append({"id": f"edit-{kind.name}-{key}", "form": form, "cell": key})
        return editors

    def add_forms(self) -> list[dict[str, Any]]:
        """The forms that begin a new row, for who may add one."""
        return [
            {"kind": kind.name, "beneath": kind.beneath, "form": kind.add_form(table=self)}
            for kind in self.kinds.values()
            if kind.may_add(self.member)
        ]
