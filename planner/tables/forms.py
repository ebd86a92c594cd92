"""The form of a row: its fields keep what they showed, so that no change of another person is overwritten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from planner import words
from planner.arithmetic import formats
from planner.changes import Recording, errors_by_field
from planner.models import Change, Membership, Recorded, User
from planner.people import add_member
from planner.tables import written
from planner.tables.fields import DayField, DayRangeField, PickField, QuantityField


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that somebody else changed while it was being typed: what they wrote, and who."""

    label: Any
    theirs: str
    by: str


@dataclass(frozen=True, slots=True)
class Part:
    """A field as its editor shows it: what it was opened with, its unit, and the conflict with another's change.

    `plain_unit` is its unit where none of the choices of `per_cent_for` makes it per cent, see `RowForm`.
    """

    field: forms.BoundField
    initial: str
    conflict: Conflict | None
    unit: str | None
    plain_unit: str | None
    per_cent_for: str

    @property
    def is_wrong(self) -> bool:
        return bool(self.field.errors or self.conflict)

    # What the template asks of the field behind: names that a field may lack are slow to look up there.

    @property
    def control(self) -> str:
        """How the field is drawn: "range", "scale" and "seg" are groups of several inputs, "" is one input."""
        widget = self.field.field.widget
        if not self.field.use_fieldset:
            return ""
        if getattr(widget, "input_type", "") != "radio":
            return "range"
        return "scale" if getattr(widget, "lines", None) else "seg"

    @property
    def insertions(self) -> list[str]:
        """Texts that the editor offers to put behind a line."""
        return getattr(self.field.field, "insertions", [])


class TableForm(forms.Form):
    """What the forms of a table share: errors beside their fields."""

    fields: dict[str, Any]
    table: Any
    data: Any

    def set_money(self) -> None:
        """Tell the fields of figures in which currency the team counts."""
        for field in self.fields.values():
            if isinstance(field, QuantityField):
                field.currency = self.table.plan.team.currency

    def posted(self, name: str, text: str) -> dict[str, str]:
        """What the field would be sent for a text that was written elsewhere, and what goes with it: by field.

        Raises ValidationError where that says nothing in this field.
        """
        field = self.fields[name]
        if isinstance(field, PickField):
            return {name: written.pick(field.options.values(), field.empty_label, text)}
        if isinstance(field, forms.ChoiceField):
            return {name: written.choice(field.choices, text)}
        if isinstance(field, DayField):
            return {name: written.day(text, self.table.plan.start, self.table.plan.end, self.table.day)}
        return {name: text if isinstance(field.widget, forms.Textarea) else written.one_line(text)}

    def take_errors(self, error: ValidationError) -> None:
        """Show a rule's sentence beside its field, or above the row where the field is not here."""
        for name, sentences in errors_by_field(error).items():
            field = name if name in self.fields and name != NON_FIELD_ERRORS else None
            for sentence in sentences:
                self.add_error(field, sentence)


class RowForm(TableForm):
    """The fields of one row; with `only`, those of one cell.

    Every field is posted with `initial-<name>`, the text it was opened with: a field that the person left as it
    was shown is not written, and one that changed meanwhile is a conflict, never overwritten.

    The first field of a cell is what its column is for; the others stand behind *More*, but for those in `beside`.
    """

    beside: ClassVar[frozenset[str]] = frozenset()
    # By the name of a figure: a field, and those of its choices with which the figure is per cent.
    per_cent_for: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def __init__(self, data: Any = None, *, table: Any, obj: Any = None, only: Any = None) -> None:
        super().__init__(data, auto_id="id_%s" if only is None else False)
        self.table, self.obj = table, obj
        self.prepare()
        self.set_money()
        if obj is not None:
            self.adapt()
        if only is not None:
            self.fields = {name: self.fields[name] for name in self.shown_order(only)}
        for name, field in self.fields.items():
            # Each radio button has its own label, below a legend.
            if only is not None and not isinstance(field.widget, forms.RadioSelect):
                field.widget.attrs.setdefault("aria-label", field.label)
            if obj is not None:
                self.initial[name] = self.current(name)
        self.conflicts: dict[str, Conflict] = {}

    @classmethod
    def shown_order(cls, names: Sequence[str]) -> list[str]:
        """The fields of a cell, or of several, as their editor shows them: what stands behind *More* last."""
        return sorted(names, key=lambda name: name != names[0] and name not in cls.beside)

    def prepare(self) -> None:
        """Set what depends on the table, such as choices: once a form."""

    def adapt(self) -> None:
        """Set what depends on the object: once a row, for one form serves all rows of a page."""

    def current(self, name: str) -> Any:
        """The field's value in the object, as the form's field cleans to."""
        return getattr(self.obj, name)

    def editor_texts(self, obj: Any, names: Iterable[str]) -> dict[str, str]:
        """The texts that the editor of these fields opens with for an object."""
        self.obj = obj
        self.adapt()
        return {name: self.text_of(name, self.current(name)) for name in names}

    def posted(self, name: str, text: str) -> dict[str, str]:
        if isinstance(self.fields[name], QuantityField):
            return {name: written.figure(text, self.unit_of(name) or "")}
        return super().posted(name, text)

    def units(self, names: Iterable[str]) -> dict[str, str]:
        """The plain units of those of these fields that are figures of the current object."""
        units = ((name, self.plain_unit(name)) for name in names)
        return {name: unit for name, unit in units if unit is not None}

    def unit_of(self, name: str) -> str | None:
        """What stands behind the figure of a field while it is typed; None for a field that is no figure."""
        field = self.fields[name]
        if not isinstance(field, QuantityField):
            return None
        if field.rate:
            return "%"
        return "" if self.obj is None else self.figure_unit()

    def plain_unit(self, name: str) -> str | None:
        """What stands there where no choice of another field makes the figure per cent."""
        unit = self.unit_of(name)
        return self.figure_unit() if unit and name in self.per_cent_for else unit

    def figure_unit(self) -> str:
        """The unit of the current object's figures."""
        return ""

    def text_of(self, name: str, value: Any) -> str:
        prepared = self.fields[name].prepare_value(value)
        return "" if prepared is None else str(prepared)

    def shown_value(self, name: str) -> Any:
        """What the field showed when it was opened; the current value if the request does not contain it."""
        raw = self.data.get(f"initial-{name}")
        if raw is None:
            return self.current(name)
        try:
            return self.fields[name].to_python(raw)
        except ValidationError:
            return self.current(name)

    def changed_fields(self) -> list[str]:
        """The fields that the person changed."""
        return [
            name
            for name in self.fields
            if name in self.cleaned_data and self.cleaned_data[name] != self.shown_value(name)
        ]

    def values(self) -> dict[str, Any]:
        """What the person typed, by field: what `put` sets, and what a verb is called with."""
        return {name: self.cleaned_data[name] for name in self.changed_fields()}

    def find_conflicts(self) -> bool:
        """Whether somebody else changed one of these fields since it was shown; fills `conflicts`."""
        for name in self.changed_fields():
            current = self.current(name)
            if current not in (self.shown_value(name), self.cleaned_data[name]):
                self.conflicts[name] = Conflict(
                    self.fields[name].label, self.describe(name, current), self._author(name)
                )
        return bool(self.conflicts)

    def describe(self, name: str, value: Any) -> str:
        """A value in words, for showing it beside another."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            choices: Any = field.choices
            return str(dict(choices).get(value, value))
        if isinstance(value, Recorded):
            return str(value)
        if isinstance(field, DayRangeField) and value:
            start, end = value
            return formats.day_range(start, end, words.language())
        if isinstance(value, dt.date):
            return formats.day(value, words.language(), year=True)
        sign = "%" if isinstance(field, QuantityField) and field.rate and value is not None else ""
        return f"{self.text_of(name, value)}{sign}"

    def _author(self, name: str) -> str:
        change = Change.objects.filter(
            model=self.obj._meta.label_lower, object_id=self.obj.pk, field=name
        ).first()
        return change.by_name if change else ""

    def initial_text(self, name: str) -> str:
        """What to post as `initial-<name>`: after a conflict theirs, so that saving again means *use mine*."""
        if name in self.conflicts or not self.is_bound:
            return self.text_of(name, self.current(name)) if self.obj is not None else ""
        sent: str = self.data.get(f"initial-{name}", "")
        return sent

    @cached_property
    def parts(self) -> list[Part]:
        """The fields in order, as the editor shows them: once they have been checked."""
        return [self._part(name) for name in self.fields]

    def _part(self, name: str) -> Part:
        return Part(
            self[name],
            self.initial_text(name),
            self.conflicts.get(name),
            self.unit_of(name),
            self.plain_unit(name),
            " ".join(self.per_cent_for.get(name, ())),
        )

    @property
    def first_parts(self) -> list[Part]:
        """The fields that a cell's editor shows at once."""
        first, *others = self.parts
        return [first, *(part for part in others if part.field.name in self.beside)]

    @cached_property
    def more_parts(self) -> list[Part]:
        """The fields that stand behind *More* in a cell's editor."""
        return [part for part in self.parts[1:] if part.field.name not in self.beside]

    @property
    def opens_more(self) -> bool:
        """Whether something behind *More* asks for an answer."""
        return any(part.is_wrong for part in self.more_parts)

    def admit(self, by: User | None) -> None:
        """Add the new members who were named: they stay in the team when the change of the row is undone."""
        for name, value in self.cleaned_data.items():
            if isinstance(value, Membership) and value.pk is None:
                self.cleaned_data[name] = add_member(value.team, name=value.name, role=value.role, by=by)

    def write(self, log: Recording) -> None:
        """Put what was typed into the object and save it. Raises ValidationError by field.

        Overridden where the noun has a verb that changes it, with rules that a caller without a form obeys too.
        """
        for name, value in self.values().items():
            self.put(name, value)
        log.save(self.obj)

    def put(self, name: str, value: Any) -> None:
        """Set one typed field on the object."""
        setattr(self.obj, name, value)


class AddForm(TableForm):
    """How a new row begins: as little as possible, the rest is typed in its cells."""

    title: Any = ""
    # The column whose cell the keyboard goes to once the row is there; "" stays for the next row.
    focus_column: str = ""

    def __init__(self, data: Any = None, *, table: Any, initial: Any = None, **kwargs: Any) -> None:
        super().__init__(data, initial=initial, auto_id=kwargs.pop("auto_id", False))
        self.table = table
        self.prepare()
        self.set_money()
        for field in self.fields.values():
            if not field.widget.is_hidden:
                field.widget.attrs.setdefault("aria-label", field.label)

    def prepare(self) -> None:
        """Set choices from the table."""

    def begun(self, texts: Mapping[str, str]) -> dict[str, str]:
        """What to fill in for a row that a line of a block begins: by field. `texts` are the line's by column, the
        name first. Raises ValidationError where the name cannot be read.
        """
        name, *others = (field.name for field in self.visible_fields())
        data = {
            other: str(next(iter(self.fields[other].choices))[0])
            for other in others
            if isinstance(self.fields[other], forms.ChoiceField)
        }
        return data | self.posted(name, next(iter(texts.values())))

    def besides(self, data: Mapping[str, str]) -> list[tuple[str, str]]:
        """Labels and values of what `begun` has chosen besides the name."""
        chosen = {name: self.fields[name] for name in data if hasattr(self.fields[name], "choices")}
        others = {name: field for name, field in chosen.items() if not isinstance(field, PickField)}
        first = self.visible_fields()[0].name
        return [
            (str(field.label), str(dict(field.choices)[data[name]]))
            for name, field in others.items()
            if name != first
        ]

    def create(self, log: Recording) -> Recorded:
        """Make the object inside an open recording; ValidationError by field where a rule is broken."""
        raise NotImplementedError
