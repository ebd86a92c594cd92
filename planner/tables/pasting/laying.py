"""Lays a block over the rows of a table: through the forms and verbs of typing, all in one recording.

A preview is a rehearsal: the same work, and then nothing of it is kept. So every rule and constraint speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from planner import changes
from planner.arithmetic.names import name_key
from planner.models import Change, Recorded, User
from planner.tables.columns import Column
from planner.tables.forms import RowForm
from planner.tables.kinds import RowKind
from planner.tables.pasting.blocks import Block, Layout, Line, is_blank
from planner.tables.pasting.outcomes import Added, Changed, Failed, Outcome
from planner.tables.pasting.places import Places, Spot
from planner.tables.pasting.shown import texts_of
from planner.tables.table import Table


class _NotKept(Exception):
    """Ends the recording of a rehearsal."""


class Pasting:
    """One paste into a table, which `make_table` makes afresh: `rehearse` it, and `save` what was shown."""

    def __init__(self, make_table: Callable[[], Table], block: Block, *, by: User) -> None:
        self.make_table, self.block, self.by = make_table, block, by
        self.outcome = Outcome()
        # Whether what was shown is no longer what would be saved.
        self.is_other = False
        self.log: changes.Recording | None = None

    def rehearse(self) -> None:
        self._lay(shown=None)

    def save(self, shown: str) -> Change | None:
        """Save what a preview of this fingerprint has shown: its first change; None where it would be another now."""
        self._lay(shown)
        return self.log.changes[0] if self.log and self.log.changes else None

    def _lay(self, shown: str | None) -> None:
        plan = self.make_table().plan
        try:
            with changes.recording(plan.team, plan=plan, by=self.by) as log:
                self.outcome = _Laying(self.make_table, self.block, log).lay()
                self.is_other = shown is not None and shown != self.outcome.fingerprint
                if shown is None or self.is_other:
                    raise _NotKept
                self.log = log
        except _NotKept:
            pass


class _Laying:
    """The block over the rows as they are now, inside the open recording."""

    def __init__(self, make_table: Callable[[], Table], block: Block, log: changes.Recording) -> None:
        self.make_table, self.block, self.log = make_table, block, log
        self.table = make_table()
        self.columns: dict[str, Column] = {column.key: column for column in self.table.columns}
        start = block.column or self.table.columns[0].key
        if start not in self.columns:
            raise Http404
        self.layout = Layout(self.table.columns, start)
        self.places = Places(make_table, block, self.layout)
        self.outcome = Outcome(columns=block.width)
        self.readers: dict[str, RowForm] = {}
        self.skipped: set[str] = set()
        # What is to be shown once everything is in its place: by the key of the row.
        self.changed: list[tuple[str, str, Changed]] = []
        self.added: list[tuple[str, list[str], Added]] = []

    def lay(self) -> Outcome:
        lines = self._lines()
        self.outcome.lines = len(lines)
        at, group, spots = 0, self.places.group_at_start(), self.places.spots
        self.places.claim(lines)
        for number, line in enumerate(lines, start=1):
            if is_blank(line):
                self._count_blanks(line, self.places.kind)
                at = min(at + 1, len(spots))
                continue
            found = self.places.place(number, line, at, group)
            if found is None:
                self._add(number, line, group)
            else:
                spot = spots[found]
                at, group = found + 1, spot.row.group or spot.row.key
                self._change(number, line, spot)
        self._show()
        return self.outcome

    def _lines(self) -> Sequence[Line]:
        """The lines without the headings that were copied with them; what they are about decides the layout."""
        lines, labels = self.block.lines, self.table.labels()
        if len(lines) > 1 and self.layout.is_heading(lines[0], labels):
            self.outcome.has_heading = True
            lines = lines[1:]
        spans = self.places.kind.spans
        width = spans.get(self.layout.keys[self.layout.start], 1)
        self.layout.follow_cells(lines, width, self.places.head_at_start())
        self.outcome.beyond = self.layout.beyond(lines, spans)
        return lines

    # What becomes of a line

    def _change(self, number: int, line: Line, spot: Spot) -> None:
        texts = self.layout.texts(line, spot.kind.spans)
        self._count_blanks(line, spot.kind)
        if spot.row.obj is None:
            self._fail(number, "", "", "", _("This row has been removed."))
            return
        editable = spot.kind.may_edit(self.table.member, spot.row.obj)
        wanted = {}
        for column, text in texts.items():
            if name_key(text) == name_key(spot.shown.get(column, "")):
                self.outcome.same += 1
            elif column not in spot.kind.edits or column in spot.kind.computed:
                self.skipped.add(column)
            elif column not in editable:
                self._fail(
                    number, spot.name, column, text, _("You don't have permission to change this cell.")
                )
            else:
                wanted[column] = text
        for column, text in self._write(number, spot.kind, spot.row.obj.pk, spot.name, wanted).items():
            entry = Changed(spot.name, self._label(column), spot.shown.get(column, ""), text)
            entry.is_numeric = self.columns[column].numeric
            self.changed.append((spot.row.key, column, entry))

    def _add(self, number: int, line: Line, group: str) -> None:
        """A row for a line beyond the last one, if this person may add one and the line has a name for it."""
        kind = self.places.kind
        texts = self.layout.texts(line, kind.spans)
        first = self.table.columns[0]
        if first.key not in texts or not kind.may_add(self.table.member):
            self._fail(number, "", "", " · ".join(texts.values()), self._why_not_added(kind, first))
            return
        name = texts.pop(first.key)
        try:
            obj, begun = self._create(kind, {first.key: name, **texts}, group)
        except ValidationError as error:
            self._fail(number, name, first.key, name, " ".join(error.messages))
            return
        for column in [column for column in texts if column not in kind.edits or column in kind.computed]:
            self.skipped.add(column)
            del texts[column]
        written = self._write(number, kind, obj.pk, name, texts)
        self._count_blanks(line, kind)
        self.added.append((kind.key(obj.pk), list(written), Added(number, str(obj), begun)))

    def _why_not_added(self, kind: RowKind, first: Column) -> str:
        if not kind.may_add(self.table.member):
            return _("There is no row for this line, and you can't add rows here.")
        return _("There is no row for this line. To add rows, paste from the column “%(column)s” on.") % {
            "column": first.label
        }

    def _create(
        self, kind: RowKind, texts: dict[str, str], group: str
    ) -> tuple[Recorded, list[tuple[str, str]]]:
        """A new row, and with which choices it begins besides its name."""
        data = kind.add_form(table=self.table).begun(texts)
        if kind.beneath:
            data["beneath"] = group.rpartition("-")[2]
        form = kind.add_form(data, table=self.table)
        with self.log.attempt():
            if not form.is_valid():
                raise ValidationError(_sentences(form))
            obj = form.create(self.log)
        return obj, form.besides(data)

    def _write(self, number: int, kind: RowKind, pk: int, name: str, texts: dict[str, str]) -> dict[str, str]:
        """Write the cells of a row, all in one save where that works, else each by itself; returns those changed."""
        if not texts:
            return {}
        try:
            changed = self._save(kind, pk, texts)
        except ValidationError as error:
            if len(texts) > 1:
                found: dict[str, str] = {}
                for column, text in texts.items():
                    found |= self._write(number, kind, pk, name, {column: text})
                return found
            column, text = next(iter(texts.items()))
            self._fail(number, name, column, text, " ".join(error.messages))
            return {}
        self.outcome.same += len(texts) - len(changed)
        return {column: texts[column] for column in changed}

    def _save(self, kind: RowKind, pk: int, texts: dict[str, str]) -> list[str]:
        """The columns whose cells differ once these texts are typed into them. Raises ValidationError."""
        reader = self.readers.get(kind.name) or self.readers.setdefault(
            kind.name, kind.form(table=self.table)
        )
        names = [name for column in texts for name in kind.edits[column]]
        with self.log.attempt():
            obj = self.log.take(kind.objects(self.table.plan), pk)
            shown = reader.editor_texts(obj, names)
            data = {f"initial-{name}": text for name, text in shown.items()} | shown
            for column, text in texts.items():
                data |= reader.posted(kind.edits[column][0], text)
            form = kind.form(data, table=self.table, obj=obj, only=names)
            if not form.is_valid():
                raise ValidationError(_sentences(form))
            fields = set(form.changed_fields())
            if fields:
                form.write(self.log)
        return [column for column in texts if fields.intersection(kind.edits[column])]

    # What is said of it

    def _fail(self, number: int, row: str, column: str, text: str, sentence: str) -> None:
        label = self._label(column) if column else ""
        self.outcome.failed.append(Failed(number, row, label, text, sentence))

    def _label(self, column: str) -> str:
        return str(self.columns[column].label)

    def _count_blanks(self, line: Line, kind: RowKind) -> None:
        cells = self.layout.cells(line, kind.spans)
        typed = kind.edits.keys() - kind.computed
        self.outcome.blank += sum(not text and column in typed for column, text in cells.items())

    def _show(self) -> None:
        """Name what changes as a page shows it afterwards."""
        keys = list(dict.fromkeys([key for key, *_rest in (*self.changed, *self.added)]))
        rows = {row.key: texts_of(row) for row in self.make_table().rows_of(keys)} if keys else {}
        for key, column, entry in self.changed:
            new = rows[key].get(column, "")
            entry.new = new if new != entry.now else entry.new
            self.outcome.changed.append(entry)
        for key, columns, added in self.added:
            added.values += [(self._label(column), rows[key].get(column, "")) for column in columns]
            self.outcome.added.append(added)
        self.outcome.skipped = [self._label(key) for key in self.layout.keys if key in self.skipped]


def _sentences(form: Any) -> list[str]:
    return [sentence for sentences in form.errors.values() for sentence in sentences]
