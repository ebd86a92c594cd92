"""Table 1, performance status: what people type in it and how it shows the gaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from planner import access, words
from planner.arithmetic import formats, gaps
from planner.arithmetic.formats import RATE, Scale
from planner.arithmetic.periods import full_months_before
from planner.diagnose import gap_history, sheet
from planner.diagnose.analysis.forecasting import FEWEST, forecast
from planner.diagnose.forms import AddMetricForm, StatusForm
from planner.diagnose.metrics import METRIC_FIELDS
from planner.diagnose.standings import Standing, standings
from planner.models import GapPoint, Metric, Plan, PlanMetric
from planner.spreadsheets import sheets
from planner.tables import cells
from planner.tables.columns import Column, Row
from planner.tables.shows import ALL
from planner.tables.table import Rights, RowKind, Table


class MetricKind(RowKind):
    name = "metric"
    form = StatusForm
    add_form = AddMetricForm
    edits = {
        "metric": METRIC_FIELDS,
        "current": ("override", "override_reason", "as_of"),
        "target": ("target", "target_period"),
        "rate": ("basis",),
        "problems": ("problems",),
    }

    rights = Rights(access.may_diagnose)
    shows = {
        "planner.planmetric": ("pk",),
        "planner.metric": ("metric",),
        "planner.plan": ("plan",),
        "planner.import": ALL,
    }

    def objects(self, plan: Plan) -> QuerySet:
        return self.every(plan).filter(removed_at=None).select_related("metric", "plan")

    def every(self, plan: Plan) -> QuerySet:
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
        Column("current", gettext_lazy("Current (avg. of last 3 months)"), numeric=True),
        Column("target", gettext_lazy("Annual target"), numeric=True),
        Column("gap", gettext_lazy("Gap"), numeric=True),
        Column("rate", gettext_lazy("Gap rate")),
        Column("problems", gettext_lazy("Main problems (with team feedback)"), sorts=False, css="wide"),
    )
    kinds = {"metric": MetricKind()}

    @property
    def filter_names(self) -> list[str]:
        return ["q", "side"]

    def filters(self) -> list[dict[str, Any]]:
        sides = (("", _("All metrics")), ("behind", _("Below target")), ("ahead", _("Target met")))
        return [self.filter("side", _("Target status"), sides)]

    def summary(self) -> str:
        """The months of the current values, where all that are known look at the same ones."""
        known = [each for each in self.standings if each.computed.present]
        looked_at = {each.months for each in known} or {full_months_before(self.plan.start)}
        if len(looked_at) > 1:
            own = words.months(full_months_before(self.plan.start))
            return _("Current values: %(span)s, unless a row says otherwise") % {"span": own}
        return _("Current values: %(span)s") % {"span": words.months(looked_at.pop())}

    def links(self) -> list[tuple[str, str]]:
        return [
            (reverse("readings", args=[self.plan.pk]), _("Metric history")),
            (reverse("bottlenecks", args=[self.plan.pk]), _("Bottlenecks")),
        ]

    @cached_property
    def standings(self) -> list[Standing]:
        """Every row of the plan in figures, whatever the page filters."""
        return standings(self.plan, self.plan.metrics.select_related("metric", "plan"))

    def suggestions(self) -> list[str]:
        """The names of the team's metrics that are not in the table yet."""
        used = self.plan.metrics.values("metric")
        return list(
            Metric.objects.filter(team=self.plan.team).exclude(pk__in=used).values_list("name", flat=True)
        )

    def objects(self) -> list[Standing]:
        rows = self.kinds["metric"].objects(self.plan)
        if sought := self.params.get("q", "").strip():
            rows = rows.filter(metric__name__icontains=sought) | rows.filter(problems__icontains=sought)
        found = standings(self.plan, rows.order_by("order", "pk"))
        side = self.params.get("side")
        if side == "ahead":
            found = [each for each in found if each.gap.gap is not None and each.gap.is_surplus]
        elif side == "behind":
            found = [each for each in found if each.gap.gap is None or not each.gap.is_surplus]
        return self._sorted(found)

    def _sorted(self, found: list[Standing]) -> list[Standing]:
        """Figures of different units are compared by their share of the target (Decision 1 of the method)."""
        down, key = self.sort.startswith("-"), self.sort.removeprefix("-")
        if not key:
            return found
        if key == "metric":
            return sorted(found, key=lambda each: each.row.metric.name, reverse=down)
        by = {
            "current": lambda each: each.current,
            "target": lambda each: each.target,
            "gap": lambda each: each.gap.shortfall,
            "rate": lambda each: each.gap.shortfall,
        }[key]
        known = sorted((each for each in found if by(each) is not None), key=by, reverse=down)
        return known + [each for each in found if by(each) is None]

    def columns_of_file(self) -> tuple[sheets.Column, ...]:
        return sheet.columns(self.labels())

    def lines_of_file(self, columns: tuple[sheets.Column, ...]) -> Iterable[sheets.Line]:
        return (sheets.line_of(columns, each) for each in self.objects())

    def rows_for(self, objects: Iterable[Standing]) -> list[Row]:
        objects = list(objects)
        courses = gap_history.courses([each.row.pk for each in objects], self.plan.team.today())
        return [self._row(each, courses.get(each.row.pk, [])) for each in objects]

    def rows_of(self, keys: list[str]) -> list[Row]:
        wanted = {self.split(key)[1]: key for key in keys}
        present = standings(self.plan, self.kinds["metric"].objects(self.plan).filter(pk__in=wanted))
        rows = {each.row.pk: row for each, row in zip(present, self.rows_for(present), strict=True)}
        return [rows.get(pk) or Row(key, None) for pk, key in wanted.items()]

    def _row(self, standing: Standing, course: Sequence[GapPoint]) -> Row:
        row = standing.row
        shown = {
            "metric": self._metric(standing),
            "current": self._current(standing),
            "target": self._target(standing),
            "gap": self._with_course(self._gap(standing), course),
            "rate": self._rate(standing),
            "problems": cells.text(row.problems),
        }
        return self.row(self.kinds["metric"], row, shown)

    def _figure(self, standing: Standing, value: Decimal | None, *, difference: bool = False) -> Any:
        scale = standing.row.metric.scale
        return cells.figure(formats.figure(scale, value, language=words.language(), difference=difference))

    def _metric(self, standing: Standing) -> Any:
        metric, trend = standing.row.metric, self._trend(standing)
        said = metric.get_direction_display()
        return cells.lines(metric.name, cells.joined([said, trend]) if trend else said)

    def _current(self, standing: Standing) -> Any:
        course = cells.sparkline([value for _month, value in standing.course], _("Last 12 months"))
        figure, origin = self._figure(standing, standing.current), self._origin(standing)
        return cells.beside(course, cells.lines(figure, origin) if origin else figure)

    def _origin(self, standing: Standing) -> str:
        """Where a current value comes from, where that is not three known months before the plan."""
        if standing.is_typed:
            return _("Entered by hand · %(source)s") % {
                "source": standing.row.override_reason or _("No source")
            }
        months = ""
        if standing.row.as_of and standing.months != full_months_before(self.plan.start):
            months = words.months(standing.months)
        if standing.computed.missing and standing.computed.present:
            known = ngettext(
                "%(n)d of 3 months with data", "%(n)d of 3 months with data", len(standing.computed.present)
            )
            said = known % {"n": len(standing.computed.present)}
            return f"{months} · {said}" if months else said
        return months

    def _trend(self, standing: Standing) -> Any:
        """Where the last year's figures go, month by month; nothing while too few of them are known."""
        found = forecast(dict(standing.course), 0)
        if found is None or found.months < FEWEST:
            return ""
        if not found.is_clear:
            return _("→ no clear trend")
        pace = self._figure_text(standing, found.pace)
        up = found.pace > 0
        said = (_("↗ +%(pace)s a month") if up else _("↘ %(pace)s a month")) % {"pace": pace}
        return cells.toned("bad" if standing.row.metric.is_worse_by(found.pace) else "good", said)

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
            "value": formats.joined(monthly),
        }
        return cells.lines(figure, per_month % parts)

    def _gap(self, standing: Standing) -> Any:
        gap = standing.gap.gap
        if gap is None:
            return cells.EMPTY
        if standing.gap.is_surplus and gap != 0:
            return cells.lines(self._figure(standing, -gap, difference=True), _("Surplus"))
        return self._figure(standing, gap, difference=True)

    def _with_course(self, shown: Any, points: Sequence[GapPoint]) -> Any:
        """The gap, and beneath it how it went since it is kept."""
        course = [point.gap for point in points if point.gap is not None]
        return cells.lines(shown, cells.sparkline(course, _("Gap by week"))) if len(course) > 1 else shown

    def _rate(self, standing: Standing) -> Any:
        gap = standing.gap
        rate = formats.per_cent(standing.rate, words.language())
        bar = cells.gap_bar(standing.rate, rate, gap.gap is not None and gap.is_surplus)
        return cells.tip(bar, rate_explained(standing, words.language()))


def rate_explained(standing: Standing, language: str) -> list[str]:
    """Both gap rates with their names and formulas, and why one is undefined; the row's own basis first."""
    lower = standing.row.metric.direction == gaps.Direction.LOWER
    uplift = _("Required reduction = gap ÷ current") if lower else _("Required uplift = gap ÷ current")
    said = {gaps.Basis.SHORTFALL: _("Shortfall rate = gap ÷ target"), gaps.Basis.UPLIFT: uplift}
    reasons = {
        gaps.NO_TARGET: _("No target yet"),
        gaps.NO_CURRENT: _("No current value yet"),
        gaps.TARGET_ZERO: _("Can't be calculated (target is 0)"),
        gaps.CURRENT_ZERO: _("Can't be calculated (current value is 0)"),
    }
    own = gaps.Basis(standing.row.basis)
    lines = []
    for basis in (own, *(each for each in gaps.Basis if each != own)):
        rate = standing.gap.rate(basis)
        shown = (
            reasons.get(standing.gap.reason(basis), "") if rate is None else exact_per_cent(rate, language)
        )
        lines.append(words.labelled(said[basis], shown))
    return lines


def exact_per_cent(rate: Decimal, language: str) -> str:
    """A rate with one decimal where it has one: 33.3%."""
    return formats.figure(RATE, rate, language=language).number
