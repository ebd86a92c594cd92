"""Table 1, performance status: its columns, its fields and how it shows the gaps."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from planner import access, words
from planner.arithmetic import formats, gaps
from planner.arithmetic.formats import RATE, Scale
from planner.arithmetic.periods import full_months_before
from planner.diagnose import gap_history, sheet, signs
from planner.diagnose.analysis.forecasting import FEWEST, forecast
from planner.diagnose.forms import AddMetricForm, StatusForm
from planner.diagnose.metrics import METRIC_FIELDS
from planner.diagnose.standings import MetricProgress, Standing, measure_progress, standings
from planner.models import GapPoint, Metric, Plan, PlanMetric, Recorded
from planner.spreadsheets import sheets
from planner.tables import cells
from planner.tables.columns import Cell, Column, Row
from planner.tables.kinds import RowKind
from planner.tables.markup import EMPTY
from planner.tables.searching import matching, sorted_by
from planner.tables.shows import ALL
from planner.tables.table import Table


class MetricKind(RowKind):
    name = "metric"
    strand = "metric"
    form = StatusForm
    add_form = AddMetricForm
    edits = {
        "metric": METRIC_FIELDS,
        "current": ("override", "override_reason"),
        "target": ("target", "target_period"),
        "rate": ("basis",),
        "problems": ("problems",),
    }

    computed = frozenset({"rate"})
    names_are_shared = True
    rights = access.Rights(access.may_diagnose)
    shows = {
        "planner.planmetric": ("pk",),
        "planner.metric": ("metric",),
        "planner.plan": ("plan",),
        "planner.import": ALL,
    }

    def thread_key(self, obj: PlanMetric) -> str:
        """A row stands for its metric."""
        return f"{self.strand}-{obj.metric_id}"

    def edited(self, obj: PlanMetric) -> tuple[Recorded, ...]:
        return (obj.metric,)

    def objects(self, plan: Plan) -> QuerySet[PlanMetric]:
        return self.with_removed(plan).filter(removed_at=None).select_related("metric", "plan")

    def with_removed(self, plan: Plan) -> QuerySet[PlanMetric]:
        return PlanMetric.with_removed.filter(plan=plan)


class StatusTable(Table):
    """Table 1: metric, current value, target, gap, gap rate and main problems."""

    url_name = "diagnose"
    file_name = "status"
    form_title = pgettext_lazy("form", "Sales performance status")
    title = gettext_lazy("Table 1 · Performance status")
    heading = gettext_lazy("Performance status")
    empty = gettext_lazy(
        "Start with three or four metrics that everyone knows. The current value and the target give the gap."
    )
    columns = (
        Column("metric", gettext_lazy("Metric"), css="first"),
        Column(
            "current",
            gettext_lazy("Current (avg. of last 3 months)"),
            numeric=True,
            prompt=gettext_lazy("Enter value"),
        ),
        Column("target", gettext_lazy("Annual target"), numeric=True, prompt=gettext_lazy("Set target")),
        Column("gap", gettext_lazy("Gap"), numeric=True),
        Column("rate", gettext_lazy("Gap rate")),
        Column(
            "problems",
            gettext_lazy("Main problems (with team feedback)"),
            sorts=False,
            css="wide",
            prompt=gettext_lazy("Add problems"),
        ),
    )
    kinds = {"metric": MetricKind()}

    @property
    def filter_names(self) -> list[str]:
        return ["q", "side"]

    def filters(self) -> list[dict[str, Any]]:
        sides = (("", _("All metrics")), ("behind", _("Below target")), ("ahead", _("Target met")))
        return [self.filter("side", _("Target status"), sides)]

    def summary(self) -> str:
        """The months of the current values, if they are the same for all rows."""
        with_data = [standing for standing in self.standings if standing.computed.present]
        spans = {standing.months for standing in with_data} or {self.common_months}
        if len(spans) > 1:
            months = words.months(self.common_months)
            return _("Current values: %(span)s, unless a row says otherwise") % {"span": months}
        return _("Current values: %(span)s") % {"span": words.months(spans.pop())}

    @cached_property
    def common_as_of(self) -> dt.date | None:
        """The day before whose month the current values lie, None for the plan's start: that of most rows."""
        days = Counter(standing.row.as_of for standing in self.standings)
        return days.most_common(1)[0][0] if days else None

    @property
    def common_months(self) -> tuple[dt.date, ...]:
        """The months of the table; a row that looks at others says so."""
        return full_months_before(self.plan.baseline_day(self.today, self.common_as_of))

    @cached_property
    def standings(self) -> list[Standing]:
        """Every row of the plan in figures, whatever the page filters."""
        return standings(self.plan, self.plan.metrics.select_related("metric", "plan"))

    def suggestions(self) -> list[str]:
        """The names of the team's metrics that are not in the table yet."""
        used = self.plan.metrics.values("metric")
        unused = Metric.objects.filter(team=self.plan.team).exclude(pk__in=used)
        return [metric.name for metric in words.by_name(unused)]

    def objects(self) -> list[Standing]:
        rows = self.kinds["metric"].objects(self.plan)
        if query := self.params.get("q", "").strip():
            rows = rows.filter(pk__in=matching(rows, query, "problems", names=["metric__name"]))
        rows_found = standings(self.plan, rows.order_by("order", "pk"))
        side = self.params.get("side")
        if side == "ahead":
            rows_found = [
                standing
                for standing in rows_found
                if standing.gap.gap is not None and standing.gap.is_surplus
            ]
        elif side == "behind":
            rows_found = [
                standing for standing in rows_found if standing.gap.gap is None or not standing.gap.is_surplus
            ]
        return self._sorted(rows_found)

    def _sorted(self, rows: list[Standing]) -> list[Standing]:
        """Figures of different units are compared by their share of the target (Decision 1 of the method)."""
        down, key = self.sort.startswith("-"), self.sort.removeprefix("-")
        if not key:
            return rows
        if key == "metric":
            return sorted_by(rows, "row__metric__name", down=down)
        key_of: Callable[[Standing], Any] = {
            "current": lambda standing: standing.current,
            "target": lambda standing: standing.target,
            "gap": lambda standing: standing.gap.shortfall,
            "rate": lambda standing: standing.gap.shortfall,
        }[key]
        with_value = sorted(
            (standing for standing in rows if key_of(standing) is not None), key=key_of, reverse=down
        )
        return with_value + [standing for standing in rows if key_of(standing) is None]

    def file_columns(self) -> tuple[sheets.Column[Standing], ...]:
        return sheet.columns(self.labels())

    def file_remarks(self) -> list[str]:
        return [self.summary()]

    def file_lines(self, columns: tuple[sheets.Column[Standing], ...]) -> Iterable[sheets.Line]:
        return (sheets.line_of(columns, standing) for standing in self.objects())

    def rows_for(self, objects: Iterable[Standing]) -> list[Row]:
        objects = list(objects)
        courses = gap_history.courses([standing.row.pk for standing in objects], self.plan.team.today())
        return [
            self._row(progress, courses.get(progress.standing.row.pk, []))
            for progress in measure_progress(self.plan, objects)
        ]

    def rows_of(self, keys: list[str]) -> list[Row]:
        keys_by_pk = {self.split(key)[1]: key for key in keys}
        present = standings(self.plan, self.kinds["metric"].objects(self.plan).filter(pk__in=keys_by_pk))
        rows = {standing.row.pk: row for standing, row in zip(present, self.rows_for(present), strict=True)}
        return [rows.get(pk) or Row(key, None) for pk, key in keys_by_pk.items()]

    def _row(self, progress: MetricProgress, course: Sequence[GapPoint]) -> Row:
        standing, row = progress.standing, progress.standing.row
        contents = {
            "metric": self._metric(progress),
            "current": Cell(self.columns[1], self._current(standing), below=self._other_value(standing)),
            "target": self._target(standing),
            "gap": self._with_course(self._gap(standing), course),
            "rate": self._rate(standing),
            "problems": cells.text(row.problems),
        }
        return self.row(self.kinds["metric"], row, contents)

    def _figure(self, standing: Standing, value: Decimal | None, *, difference: bool = False) -> Any:
        scale = standing.row.metric.scale
        return cells.figure(formats.figure(scale, value, language=words.language(), difference=difference))

    def _metric(self, progress: MetricProgress) -> Any:
        """The metric with its direction, its trend, and its way to the target with its sign."""
        metric, way = progress.standing.row.metric, progress.way
        pieces = (metric.get_direction_display(), self._trend(progress.standing))
        shown = cells.lines(metric.name, cells.joined([piece for piece in pieces if piece]))
        return format_html("{}{}", shown, signs.bar(way, signs.chip(way, metric.scale)))

    def _current(self, standing: Standing) -> Any:
        course = cells.sparkline([value for _month, value in standing.course], _("Last 12 months"))
        figure, origin = self._figure(standing, standing.current), self._origin(standing)
        return cells.beside(course, cells.lines(figure, origin) if origin else figure)

    def _origin(self, standing: Standing) -> str:
        """Where a current value comes from, if not from all of the table's months."""
        if standing.is_typed:
            return _("Entered by hand · %(source)s") % {
                "source": standing.row.override_reason or _("No source")
            }
        months = ""
        if standing.months != self.common_months:
            months = words.months(standing.months)
        if standing.computed.missing and standing.computed.present:
            text = ngettext(
                "%(n)d of 3 months with data", "%(n)d of 3 months with data", len(standing.computed.present)
            )
            coverage = text % {"n": len(standing.computed.present)}
            return f"{months} · {coverage}" if months else coverage
        return months

    def _other_value(self, standing: Standing) -> str:
        """What the data gives, beneath a current value that was entered by hand, where it is another."""
        row, computed = standing.row, standing.computed.value
        if row.override is None or computed is None or round(computed, 6) == row.override:
            return ""
        url = ""
        if access.may_diagnose(self.member):
            query = self.query_with(typed=formats.machine(row.override))
            url = f"{reverse('diagnose-computed', args=[self.plan.pk, row.pk])}?{query}"
        return cells.other_value(words.figure(row.metric.scale, computed), url)

    def _trend(self, standing: Standing) -> Any:
        """The trend of the last year by month; "" with too few months."""
        trend = forecast(dict(standing.course), 0)
        if trend is None or trend.months < FEWEST:
            return ""
        if not trend.is_clear:
            return _("→ no clear trend")
        pace = self._figure_text(standing, trend.pace)
        up = trend.pace > 0
        text = (_("↗ +%(pace)s a month") if up else _("↘ %(pace)s a month")) % {"pace": pace}
        return cells.toned("bad" if standing.row.metric.is_worse_by(trend.pace) else "good", text)

    def _figure_text(self, standing: Standing, value: Decimal) -> str:
        """A difference without its unit, which the figure above it has; rates keep theirs."""
        return words.figure(Scale(standing.row.metric.is_rate), value, difference=True)

    def _target(self, standing: Standing) -> Any:
        row = standing.row
        figure = self._figure(standing, row.target)
        if row.target is None or row.target_period == PlanMetric.TargetPeriod.MONTH:
            return figure
        if standing.target == row.target:
            return cells.lines(figure, _("Not divided by month"))
        monthly = formats.figure(row.metric.scale, standing.target, language=words.language())
        per_month = _("%(period)s: %(value)s a month")
        parts = {
            "period": row.get_target_period_display(),
            "value": formats.figure_text(monthly),
        }
        return cells.lines(figure, per_month % parts)

    def _gap(self, standing: Standing) -> Any:
        gap = standing.gap.gap
        if gap is None:
            return EMPTY
        if standing.gap.is_surplus and gap != 0:
            return cells.lines(self._figure(standing, -gap, difference=True), _("Surplus"))
        return self._figure(standing, gap, difference=True)

    def _with_course(self, gap: Any, points: Sequence[GapPoint]) -> Any:
        """The gap, and beneath it its course by week."""
        course = [point.gap for point in points if point.gap is not None]
        return cells.lines(gap, cells.sparkline(course, _("Gap by week"))) if len(course) > 1 else gap

    def _rate(self, standing: Standing) -> Any:
        gap = standing.gap
        rate = formats.per_cent(standing.rate, words.language())
        bar = cells.gap_bar(standing.rate, rate, gap.gap is not None and gap.is_surplus)
        return cells.tip(bar, rate_explanation(standing, words.language()))


def rate_explanation(standing: Standing, language: str) -> list[str]:
    """Both gap rates with their names and formulas, and why one is undefined; the row's own basis first."""
    lower = standing.row.metric.direction == gaps.Direction.LOWER
    uplift = _("Required reduction = gap ÷ current") if lower else _("Required uplift = gap ÷ current")
    names = {gaps.Basis.SHORTFALL: _("Shortfall rate = gap ÷ target"), gaps.Basis.UPLIFT: uplift}
    reasons = {
        gaps.NO_TARGET: _("No target yet"),
        gaps.NO_CURRENT: _("No current value yet"),
        gaps.TARGET_ZERO: _("Can't be calculated (target is 0)"),
        gaps.CURRENT_ZERO: _("Can't be calculated (current value is 0)"),
    }
    chosen = gaps.Basis(standing.row.basis)
    lines = []
    for basis in (chosen, *(other for other in gaps.Basis if other != chosen)):
        rate = standing.gap.rate(basis)
        value = (
            reasons.get(standing.gap.reason(basis), "") if rate is None else format_exact_rate(rate, language)
        )
        lines.append(words.labelled(names[basis], value))
    return lines


def format_exact_rate(rate: Decimal, language: str) -> str:
    """A rate with one decimal where it has one: 33.3%."""
    return formats.figure(RATE, rate, language=language).number
