"""The history of the figures as a table that people edit: metrics down, a year of months across, one segment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Max, Min, Q, QuerySet
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner import access, words
from planner.arithmetic import formats
from planner.arithmetic.formats import Scale
from planner.arithmetic.periods import add_months, parse_month
from planner.changes import Recording
from planner.models import Membership, Metric, Plan, Reading, Segment
from planner.readings.save import put_typed
from planner.tables import cells
from planner.tables.columns import Column, Row
from planner.tables.forms import AddForm, QuantityField, RowForm
from planner.tables.shows import ALL
from planner.tables.table import Rights, RowKind, Table

MONTHS = 12
# So many years back are offered by name.
MOST_WINDOWS = 10


def labelled(segment: Segment) -> str:
    """A segment with its type: "Region: East"; the total has its name alone."""
    kind = capfirst(segment.get_dimension_display())
    return words.labelled(kind, segment.name) if segment.name else kind


class ReadingForm(RowForm):
    """The readings of one metric: for each month of the page a value and where it comes from."""

    def prepare(self) -> None:
        for month in self.table.months:
            named = {"month": formats.month(month, words.language())}
            value = QuantityField(label=_("Value, %(month)s") % named, required=False)
            source = forms.CharField(
                label=_("Source, %(month)s") % named,
                max_length=120,
                required=False,
                widget=forms.TextInput(attrs={"placeholder": _("Source, such as CRM, June")}),
            )
            self.fields[f"value-{month:%Y-%m}"], self.fields[f"source-{month:%Y-%m}"] = value, source

    def adapt(self) -> None:
        for name, field in self.fields.items():
            if name.startswith("value"):
                field.rate = self.obj.is_rate

    def current(self, name: str) -> Any:
        what, _dash, month = name.partition("-")
        reading = self.table.reading(self.obj.pk, month_of(month))
        if what == "source":
            return reading.source if reading else ""
        return reading.value if reading else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in [each for each in self.fields if each.startswith("source")]:
            if cleaned.get(name) and cleaned.get(name.replace("source", "value")) is None:
                value = name.replace("source", "value")
                if value in cleaned:
                    cleaned[name] = ""  # a month without a value has no source either
        return cleaned

    def _author(self, name: str) -> str:
        reading = self.table.reading(self.obj.pk, month_of(name.partition("-")[2]))
        return str(reading.entered_by or "") if reading else ""

    def write(self, log: Recording) -> None:
        typed = {name.partition("-")[2] for name in self.typed()}
        for month in sorted(typed):
            value, source = self.cleaned_data[f"value-{month}"], self.cleaned_data[f"source-{month}"]
            there = self.table.reading(self.obj.pk, month_of(month))
            put_typed(
                log, self.table.plan, self.obj, self.table.segment, month_of(month), there, value, source
            )
        self.table.forget_readings()


def month_of(text: str) -> dt.date:
    """The month of a field's name: 2023-07."""
    return dt.date.fromisoformat(f"{text}-01")


class ReadingsKind(RowKind):
    """A metric of the team with its months; which cells there are depends on the page."""

    name = "metric"
    form = ReadingForm
    add_form = AddForm
    # Metrics are added in Table 1 or by a file, and archived on the team's page.
    rights = Rights(access.may_import, add=access.nobody, remove=access.nobody)
    shows = {"planner.metric": ("pk",), "planner.planmetric": ("in_plans",), "planner.import": ALL}

    def __init__(self, months: Iterable[dt.date]) -> None:
        self.edits = {  # type: ignore[misc]  # the page's own
            f"{month:%Y-%m}": (f"value-{month:%Y-%m}", f"source-{month:%Y-%m}") for month in months
        }

    def objects(self, plan: Plan) -> QuerySet:
        return Metric.objects.filter(team=plan.team_id)

    def every(self, plan: Plan) -> QuerySet:
        return Metric.with_removed.filter(team=plan.team_id)


class ReadingsTable(Table):
    """A year of readings for the whole or one segment, each with its source and author."""

    url_name = "readings"
    file_name = ""
    is_broad = True
    title = gettext_lazy("Metric history")
    heading = gettext_lazy("Metric history")
    empty = gettext_lazy("No metrics yet. Import last year's orders or an Excel table.")

    def __init__(self, plan: Plan, member: Membership, params: QueryDict | None = None) -> None:
        self.plan, self.params = plan, params or QueryDict()
        super().__init__(plan, member, params)

    @property
    def filter_names(self) -> list[str]:
        return ["q"]

    # Where one looks: the segment and the year.

    @cached_property
    def all_segments(self) -> list[Segment]:
        return list(Segment.objects.filter(team=self.plan.team_id))

    @cached_property
    def segment(self) -> Segment | None:
        """The segment of the address, else the whole; None for a team without any reading yet."""
        whole = next((each for each in self.all_segments if each.dimension == Segment.Dimension.WHOLE), None)
        asked = self.params.get("segment", "")
        return next((each for each in self.all_segments if str(each.pk) == asked), whole)

    @cached_property
    def last(self) -> dt.date:
        """The month of the address, else the newest reading before the plan's day, else the newest of all."""
        try:
            return parse_month(self.params.get("to", ""))
        except ValueError:
            readings = Reading.objects.filter(metric__team=self.plan.team_id)
            newest = readings.aggregate(
                by_then=Max("month", filter=Q(month__lt=self.day)), newest=Max("month")
            )
            return newest["by_then"] or newest["newest"] or add_months(self.today, -1)

    @cached_property
    def months(self) -> list[dt.date]:
        return [add_months(self.last, back) for back in range(1 - MONTHS, 1)]

    @cached_property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]  # they depend on the year
        language = words.language()
        spaced = {
            month: formats.month(month, language).replace(" ", "\N{NO-BREAK SPACE}") for month in self.months
        }
        return (
            Column("metric", _("Metric"), sorts=False, css="first"),
            *(Column(f"{month:%Y-%m}", spaced[month], numeric=True, sorts=False) for month in self.months),
        )

    @cached_property
    def kinds(self) -> dict[str, RowKind]:  # type: ignore[override]  # they depend on the year
        return {"metric": ReadingsKind(self.months)}

    def filters(self) -> list[dict[str, Any]]:
        return [
            *([self._segment_filter()] if len(self.all_segments) > 1 else []),
            self.filter("to", _("Months"), self._windows()),
        ]

    def _segment_filter(self) -> dict[str, Any]:
        shown = [
            (str(each.pk), labelled(each))
            for each in sorted(
                self.all_segments, key=lambda each: (bool(each.name), each.dimension, each.name)
            )
        ]
        found = self.filter("segment", _("Segment"), shown)
        for choice in found["choices"]:
            choice["chosen"] = self.segment is not None and choice["value"] == str(self.segment.pk)
        return found

    def _windows(self) -> list[tuple[str, str]]:
        """The years that can be looked at, the newest first; the one that is shown stands among them."""
        readings = Reading.objects.filter(metric__team=self.plan.team_id)
        ends = readings.aggregate(first=Min("month"), newest=Max("month"))
        first, newest = ends["first"] or self.last, ends["newest"] or self.last
        end = self.last
        while end < newest:
            end = add_months(end, MONTHS)
        found: list[tuple[str, str]] = []
        while len(found) < MOST_WINDOWS and (not found or end >= first or end >= self.last):
            is_default = end == self.last and not self.params.get("to")
            span = words.months((add_months(end, 1 - MONTHS), end))
            found.append(("" if is_default else f"{end:%Y-%m}", span))
            end = add_months(end, -MONTHS)
        return found

    def summary(self) -> str:
        said = _("Hover or click a value to see its source.")
        return f"{self.segment} · {said}" if self.segment else said

    # Its rows.

    @cached_property
    def _found(self) -> dict[tuple[int, dt.date], Reading]:
        inside = Reading.objects.filter(
            metric__team=self.plan.team_id, segment=self.segment, month__in=self.months
        ).select_related("entered_by")
        return {(each.metric_id, each.month): each for each in inside}

    def reading(self, metric: int, month: dt.date) -> Reading | None:
        """What stands in a cell."""
        return self._found.get((metric, month))

    def forget_readings(self) -> None:
        """What was read is no longer true."""
        self.__dict__.pop("_found", None)

    def objects(self) -> list[Metric]:
        """The team's metrics that have readings in these months, with those of the plan first."""
        in_plan = dict(self.plan.metrics.values_list("metric", "order"))
        ids = {metric for metric, _month in self._found} | set(in_plan)
        found = Metric.objects.filter(team=self.plan.team_id, pk__in=ids)
        if sought := self.params.get("q", "").strip():
            found = found.filter(name__icontains=sought)
        return sorted(
            found, key=lambda metric: (metric.pk not in in_plan, in_plan.get(metric.pk, 0), metric.name)
        )

    def rows_for(self, objects: Iterable[Metric]) -> list[Row]:
        return [self._row(metric) for metric in objects]

    def rows_of(self, keys: list[str]) -> list[Row]:
        ids = {self.split(key)[1]: key for key in keys}
        found = {metric.pk: metric for metric in self.kinds["metric"].objects(self.plan).filter(pk__in=ids)}
        return [self._row(found[pk]) if pk in found else Row(key, None) for pk, key in ids.items()]

    def _row(self, metric: Metric) -> Row:
        kind = self.kinds["metric"]
        values = [
            self._found[metric.pk, month].value for month in self.months if (metric.pk, month) in self._found
        ]
        named = cells.lines(metric.name, metric.unit or metric.get_kind_display())
        shown = {
            "metric": cells.beside(named, cells.sparkline(values, _("Months shown"))),
            **{f"{month:%Y-%m}": self._cell(metric, month) for month in self.months},
        }
        return self.row(kind, metric, shown)

    def _cell(self, metric: Metric, month: dt.date) -> Any:
        reading = self.reading(metric.pk, month)
        if reading is None:
            return cells.EMPTY
        language = words.language()
        shown = cells.figure(formats.figure(Scale(metric.is_rate), reading.value, language=language))
        said = [reading.source or _("No source")]
        if reading.entered_by:
            said.append(str(reading.entered_by))
        said.append(formats.day(self.plan.team.today(reading.entered_at), language))
        return cells.tip(shown, said)
