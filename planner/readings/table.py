"""The metric history as an editable table: metrics down, a year of months across, one segment."""

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
from planner.readings.save import save_typed
from planner.tables import cells
from planner.tables.columns import Column, Row
from planner.tables.forms import AddForm, QuantityField, RowForm
from planner.tables.shows import ALL
from planner.tables.table import Rights, RowKind, Table

MONTHS = 12
# How many years are offered in the filter.
MOST_WINDOWS = 10


def labelled(segment: Segment) -> str:
    """A segment with its type: "Region: East"; the total has its name alone."""
    kind = capfirst(segment.get_dimension_display())
    return words.labelled(kind, segment.name) if segment.name else kind


class ReadingForm(RowForm):
    """The readings of one metric: for each month of the page a value and its source."""

    def prepare(self) -> None:
        for month in self.table.months:
            params = {"month": formats.month(month, words.language())}
            value = QuantityField(label=_("Value, %(month)s") % params, required=False)
            source = forms.CharField(
                label=_("Source, %(month)s") % params,
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
        prefix, _dash, month = name.partition("-")
        reading = self.table.reading(self.obj.pk, month_of(month))
        if prefix == "source":
            return reading.source if reading else ""
        return reading.value if reading else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in [field for field in self.fields if field.startswith("source")]:
            if cleaned.get(name) and cleaned.get(name.replace("source", "value")) is None:
                value = name.replace("source", "value")
                if value in cleaned:
                    cleaned[name] = ""  # a month without a value has no source either
        return cleaned

    def _author(self, name: str) -> str:
        reading = self.table.reading(self.obj.pk, month_of(name.partition("-")[2]))
        return str(reading.entered_by or "") if reading else ""

    def write(self, log: Recording) -> None:
        typed = {name.partition("-")[2] for name in self.changed_fields()}
        for month in sorted(typed):
            value, source = self.cleaned_data[f"value-{month}"], self.cleaned_data[f"source-{month}"]
            existing = self.table.reading(self.obj.pk, month_of(month))
            save_typed(
                log, self.table.plan, self.obj, self.table.segment, month_of(month), existing, value, source
            )
        self.table.forget_readings()


def month_of(text: str) -> dt.date:
    """The month of a field's name: 2023-07."""
    return dt.date.fromisoformat(f"{text}-01")


class ReadingsKind(RowKind):
    """A metric of the team with its months; its cells depend on the year of the page."""

    name = "metric"
    form = ReadingForm
    add_form = AddForm
    # Metrics are added in Table 1 or by a file, and archived on the team's page.
    rights = Rights(access.may_import, add=access.nobody, remove=access.nobody)
    shows = {"planner.metric": ("pk",), "planner.planmetric": ("in_plans",), "planner.import": ALL}

    def __init__(self, months: Iterable[dt.date]) -> None:
        self.edits = {  # type: ignore[misc]  # per page
            f"{month:%Y-%m}": (f"value-{month:%Y-%m}", f"source-{month:%Y-%m}") for month in months
        }

    def objects(self, plan: Plan) -> QuerySet[Metric]:
        return Metric.objects.filter(team=plan.team_id)

    def with_removed(self, plan: Plan) -> QuerySet[Metric]:
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

    # The segment and the year that are shown.

    @cached_property
    def all_segments(self) -> list[Segment]:
        """The team's segments; an archived one where it is the one in the address."""
        wanted_pk = self.params.get("segment", "")
        wanted = Q(pk=wanted_pk) if wanted_pk.isdecimal() and len(wanted_pk) < 19 else Q()
        segments = Segment.with_removed.filter(team=self.plan.team_id)
        return list(segments.filter(Q(removed_at=None) | wanted if wanted else Q(removed_at=None)))

    @cached_property
    def segment(self) -> Segment | None:
        """The segment in the address, else the whole; None for a team without readings."""
        whole = next(
            (segment for segment in self.all_segments if segment.dimension == Segment.Dimension.WHOLE), None
        )
        wanted_pk = self.params.get("segment", "")
        return next((segment for segment in self.all_segments if str(segment.pk) == wanted_pk), whole)

    @cached_property
    def last(self) -> dt.date:
        """The month in the address, else that of the newest reading before the plan's day, else of the newest."""
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
        choices = [
            (str(segment.pk), labelled(segment))
            for segment in sorted(
                self.all_segments, key=lambda segment: (bool(segment.name), segment.dimension, segment.name)
            )
        ]
        result = self.filter("segment", _("Segment"), choices)
        for choice in result["choices"]:
            choice["chosen"] = self.segment is not None and choice["value"] == str(self.segment.pk)
        return result

    def _windows(self) -> list[tuple[str, str]]:
        """The years that can be chosen, the newest first, including the one that is shown."""
        readings = Reading.objects.filter(metric__team=self.plan.team_id)
        ends = readings.aggregate(first=Min("month"), newest=Max("month"))
        first, newest = ends["first"] or self.last, ends["newest"] or self.last
        end = self.last
        while end < newest:
            end = add_months(end, MONTHS)
        windows: list[tuple[str, str]] = []
        while len(windows) < MOST_WINDOWS and (not windows or end >= first or end >= self.last):
            is_default = end == self.last and not self.params.get("to")
            span = words.months((add_months(end, 1 - MONTHS), end))
            windows.append(("" if is_default else f"{end:%Y-%m}", span))
            end = add_months(end, -MONTHS)
        return windows

    def summary(self) -> str:
        hint = _("Hover or click a value to see its source.")
        return f"{self.segment} · {hint}" if self.segment else hint

    # Its rows.

    @cached_property
    def _readings(self) -> dict[tuple[int, dt.date], Reading]:
        readings = Reading.objects.filter(
            metric__team=self.plan.team_id, segment=self.segment, month__in=self.months
        ).select_related("entered_by")
        return {(reading.metric_id, reading.month): reading for reading in readings}

    def reading(self, metric: int, month: dt.date) -> Reading | None:
        """The reading of a cell."""
        return self._readings.get((metric, month))

    def forget_readings(self) -> None:
        """Drop the loaded readings after a change."""
        self.__dict__.pop("_readings", None)

    def objects(self) -> list[Metric]:
        """The team's metrics that have readings in these months, with those of the plan first."""
        in_plan = dict(self.plan.metrics.values_list("metric", "order"))
        ids = {metric for metric, _month in self._readings} | set(in_plan)
        metrics = Metric.objects.filter(team=self.plan.team_id, pk__in=ids)
        if query := self.params.get("q", "").strip():
            metrics = metrics.filter(name__icontains=query)
        return sorted(
            metrics, key=lambda metric: (metric.pk not in in_plan, in_plan.get(metric.pk, 0), metric.name)
        )

    def rows_for(self, objects: Iterable[Metric]) -> list[Row]:
        return [self._row(metric) for metric in objects]

    def rows_of(self, keys: list[str]) -> list[Row]:
        ids = {self.split(key)[1]: key for key in keys}
        by_id = {metric.pk: metric for metric in self.kinds["metric"].objects(self.plan).filter(pk__in=ids)}
        return [self._row(by_id[pk]) if pk in by_id else Row(key, None) for pk, key in ids.items()]

    def _row(self, metric: Metric) -> Row:
        kind = self.kinds["metric"]
        values = [
            self._readings[metric.pk, month].value
            for month in self.months
            if (metric.pk, month) in self._readings
        ]
        name_cell = cells.lines(metric.name, metric.unit or metric.get_kind_display())
        contents = {
            "metric": cells.beside(name_cell, cells.sparkline(values, _("Months shown"))),
            **{f"{month:%Y-%m}": self._cell(metric, month) for month in self.months},
        }
        return self.row(kind, metric, contents)

    def _cell(self, metric: Metric, month: dt.date) -> Any:
        reading = self.reading(metric.pk, month)
        if reading is None:
            return cells.EMPTY
        language = words.language()
        figure = cells.figure(formats.figure(Scale(metric.is_rate), reading.value, language=language))
        lines = [reading.source or _("No source")]
        if reading.entered_by:
            lines.append(str(reading.entered_by))
        lines.append(formats.day(self.plan.team.today(reading.entered_at), language))
        return cells.tip(figure, lines)
