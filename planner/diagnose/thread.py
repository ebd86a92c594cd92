"""What the diagnosis has on the thread from metric to task: metrics, their gaps, bottlenecks."""

from __future__ import annotations

from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from planner import words
from planner.diagnose.standings import Standing, standings
from planner.models import Bottleneck, Plan, PlanMetric
from planner.stages import Knot, Strand


def _url(plan: Plan, name: str, metric: int, row: int) -> str:
    return f"{reverse('diagnose', args=[plan.pk])}?thread={name}-{metric}#metric-{row}"


def _metrics(plan: Plan) -> list[Knot]:
    rows = PlanMetric.objects.filter(plan=plan).values_list("metric", "metric__name", "pk")
    return [Knot(metric, name, _url(plan, "metric", metric, row)) for metric, name, row in rows]


def _gaps(plan: Plan) -> list[Knot]:
    """The gaps of the metrics of Table 1 that have a target, each by its metric's id."""
    rows = standings(plan, plan.metrics.select_related("metric", "plan"))
    return [_gap(plan, standing) for standing in rows if standing.gap.gap is not None]


def _gap(plan: Plan, standing: Standing) -> Knot:
    row = standing.row
    gap = standing.gap.gap or Decimal(0)
    size = words.figure(row.metric.scale, abs(gap), difference=True)
    title = _("Target met") if standing.gap.is_surplus else f"{size} ({words.per_cent(standing.rate)})"
    return Knot(row.metric_id, title, _url(plan, "gap", row.metric_id, row.pk), (("metric", row.metric_id),))


def _bottlenecks(plan: Plan) -> list[Knot]:
    url = reverse("bottlenecks", args=[plan.pk])
    return [
        Knot(
            bottleneck.pk,
            bottleneck.cause,
            f"{url}?thread=bottleneck-{bottleneck.pk}#bottleneck-{bottleneck.pk}",
            measured_above(bottleneck.metric_id),
            note=str(_("In focus")) if bottleneck.in_focus else "",
        )
        for bottleneck in Bottleneck.objects.filter(plan=plan).order_by("order", "pk")
    ]


def measured_above(metric: int | None) -> tuple[tuple[str, int], ...]:
    """What something with this metric follows from: the metric's gap, or the metric where there is none."""
    return () if metric is None else (("gap", metric), ("metric", metric))


_METRICS = frozenset({"planner.planmetric", "planner.metric"})
STRANDS = (
    Strand(
        "metric",
        pgettext_lazy("thread", "Metric"),
        gettext_lazy("No metric of Table 1"),
        "diagnose",
        _metrics,
        _METRICS,
    ),
    Strand(
        "gap",
        pgettext_lazy("thread", "Gap"),
        gettext_lazy("No gap: no target yet"),
        "diagnose",
        _gaps,
        _METRICS | {"planner.import", "planner.plan"},
    ),
    Strand(
        "bottleneck",
        pgettext_lazy("thread", "Bottleneck"),
        gettext_lazy("No bottleneck"),
        "bottlenecks",
        _bottlenecks,
        frozenset({"planner.bottleneck"}),
    ),
)
