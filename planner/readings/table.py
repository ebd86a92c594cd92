"""The metric history as an editable table: metrics down, a year of months across, one segment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Max, Min, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner import access, words
from planner.arithmetic import formats
from planner.arithmetic.formats import Scale
from planner.arithmetic.periods import add_months, month_start, parse_month
from planner.changes import Recording
from planner.models import Membership, Metric, Plan, Reading, Segment
from planner.readings.save import save_typed
from planner.tables import cells
from planner.tables.columns import Cell, Column, Row
from planner.tables.fields import QuantityField
from planner.tables.forms import AddForm, RowForm
from planner.tables.kinds import RowKind
from planner.tables.markup import EMPTY
from planner.tables.searching import matching
from planner.tables.shows import ALL
from planner.tables.table import Table

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

    def figure_unit(self) -> str:
        unit: str = self.obj.unit
        return unit

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
            save_typed(log, self.table.plan, self.obj, self.table.segment, month_of(month), value, source)
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
    rights = access.Rights(access.may_import, add=access.nobody, remove=access.nobody)
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
    takes_files = True
    cell_params = ("segment", "to")
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
    def running(self) -> dt.date:
        """The month in progress: its values can be entered, and count once it is over."""
        return month_start(self.today)

    @cached_property
    def last(self) -> dt.date:
        """The month in the address, else the one in progress: it and the one before can always be entered."""
        try:
            return parse_month(self.params.get("to", ""))
        except ValueError:
            return self.running

    @cached_property
    def _ends(self) -> tuple[dt.date, dt.date]:
        """The months of the first and the newest reading, no later than the running one and no earlier."""
        readings = Reading.objects.filter(metric__team=self.plan.team_id)
        ends = readings.aggregate(first=Min("month"), newest=Max("month"))
        return min(ends["first"] or self.running, self.running), max(
            ends["newest"] or self.running, self.running
        )

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
            *(self._month_column(month, spaced[month]) for month in self.months),
        )

    def _month_column(self, month: dt.date, label: str) -> Column:
        is_running = month == self.running
        if is_running:
            label = _("%(month)s (in progress)") % {"month": label}
        return Column(
            f"{month:%Y-%m}",
            label,
            numeric=True,
            sorts=False,
            css="uncounted" if is_running else "",
            prompt=gettext_lazy("Enter value"),
        )

    @cached_property
    def kinds(self) -> dict[str, RowKind]:  # type: ignore[override]  # they depend on the year
        return {"metric": ReadingsKind(self.months)}

    def filters(self) -> list[dict[str, Any]]:
        return [
            *([self._segment_filter()] if len(self.all_segments) > 1 else []),
            self._months_filter(),
        ]

    def _segment_filter(self) -> dict[str, Any]:
        choices = [
            (str(segment.pk), labelled(segment))
            for segment in sorted(
                words.by_name(self.all_segments),
                key=lambda segment: (bool(segment.name), segment.dimension),
            )
        ]
        result = self.filter("segment", _("Segment"), choices)
        for choice in result["choices"]:
            choice["chosen"] = self.segment is not None and choice["value"] == str(self.segment.pk)
        return result

    def _months_filter(self) -> dict[str, Any]:
        """The years that can be chosen, the newest first, and the one that is shown."""
        first, newest = self._ends
        end = self.running
        while end < newest:
            end = add_months(end, MONTHS)
        ends = [end]
        while len(ends) < MOST_WINDOWS and add_months(ends[-1], 1 - MONTHS) > first:
            ends.append(add_months(ends[-1], -MONTHS))
        shown_ends = sorted({*ends, self.last}, reverse=True)
        choices = [
            (self._address_of(end), words.months((add_months(end, 1 - MONTHS), end))) for end in shown_ends
        ]
        result = self.filter("to", _("Months"), choices)
        for choice in result["choices"]:
            choice["chosen"] = choice["value"] == self._address_of(self.last)
        return result

    def _address_of(self, end: dt.date) -> str:
        """How an address names the year that ends in this month; "" for the present one."""
        return "" if end == self.running else f"{end:%Y-%m}"

    def steps(self) -> dict[str, str]:
        later = min(add_months(self.last, MONTHS), self._ends[1])
        return {
            "label": words.months((self.months[0], self.last)),
            "back": self._query_to(add_months(self.last, -MONTHS)),
            "forward": self._query_to(later) if later > self.last else "",
        }

    def _query_to(self, end: dt.date) -> str:
        query = self.params.copy()
        query.pop("page", None)
        query["to"] = f"{end:%Y-%m}"
        return query.urlencode()

    def summary(self) -> str:
        hint = _("Hover or click a value to see its source.")
        if self.running in self.months:
            month = {"month": words.month(self.running)}
            hint = words.together([hint, _("%(month)s is in progress and is not counted yet.") % month])
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
        """The team's metrics, with those of the plan first: any of them can get a value."""
        in_plan = dict(self.plan.metrics.values_list("metric", "order"))
        metrics = Metric.objects.filter(team=self.plan.team_id)
        if query := self.params.get("q", "").strip():
            metrics = metrics.filter(pk__in=matching(metrics, query, names=["name"]))
        return sorted(
            words.by_name(metrics), key=lambda metric: (metric.pk not in in_plan, in_plan.get(metric.pk, 0))
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
            if (metric.pk, month) in self._readings and month != self.running
        ]
        name_cell = cells.lines(metric.name, metric.unit or metric.get_kind_display())
        contents = {
            "metric": cells.beside(name_cell, cells.sparkline(values, _("Months shown"))),
            **{
                column.key: Cell(column, self._cell(metric, month), below=self._beneath(metric, month))
                for column, month in zip(self.columns[1:], self.months, strict=True)
            },
        }
        return self.row(kind, metric, contents)

    def editable(self, kind: RowKind, obj: Any) -> frozenset[str]:
        """Months that have not started are shown where a file has brought them, and cannot be entered."""
        return frozenset(key for key in super().editable(kind, obj) if month_of(key) <= self.running)

    def _cell(self, metric: Metric, month: dt.date) -> Any:
        reading = self.reading(metric.pk, month)
        if reading is None:
            return EMPTY
        language = words.language()
        figure = cells.figure(formats.figure(Scale(metric.is_rate), reading.value, language=language))
        lines = [_("In progress, not counted yet")] if month == self.running else []
        if reading.is_typed:
            lines.append(_("Entered by hand"))
        lines.append(reading.source or _("No source"))
        if reading.entered_by:
            lines.append(str(reading.entered_by))
        lines.append(formats.day(self.plan.team.today(reading.entered_at), language))
        return cells.tip(figure, lines)

    def _beneath(self, metric: Metric, month: dt.date) -> str:
        """The imported value beneath one that was entered by hand, where it is another."""
        reading = self.reading(metric.pk, month)
        imported = reading.covered if reading else None
        if reading is None or imported is None:
            return ""
        url = ""
        if access.may_import(self.member):
            query = self.query_with(typed=formats.machine(reading.value))
            url = f"{reverse('readings-imported', args=[self.plan.pk, reading.pk])}?{query}"
        return cells.other_value(words.figure(Scale(metric.is_rate), imported.value), url)
