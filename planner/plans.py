"""How a plan begins: with the metrics that its scenario asks about first."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import override

from planner import changes, gaps
from planner.models import Metric, Plan, PlanMetric, Segment, Team, User
from planner.models.metrics import Metric as M


def suggested_metrics(team: Team, scenario: str) -> list[Metric]:
    """The first metrics of a plan, in the team's language; unsaved.

    Every scenario looks at sales, conversion, repurchase and acquisition cost; a new market has no repurchase yet
    and counts its new customers instead.
    """
    with override(team.language):
        money = _("CNY") if team.currency == "CNY" else team.currency
        sales = Metric(name=_("Total sales"), unit=money, kind=M.Kind.AMOUNT)
        ratio = {"kind": M.Kind.RATE, "aggregation": M.Aggregation.RATIO}
        conversion = Metric(name=_("Customer conversion rate"), **ratio)
        repurchase = Metric(name=_("Repurchase rate"), **ratio)
        newcomers = Metric(name=_("New customers"), kind=M.Kind.COUNT)
        cost = Metric(
            name=_("New-customer acquisition cost"),
            unit=_("%(money)s per customer") % {"money": money},
            kind=M.Kind.COST,
            direction=M.Direction.LOWER,
            aggregation=M.Aggregation.RATIO,
        )
    third = newcomers if scenario == Plan.Scenario.NEW else repurchase
    return [sales, conversion, third, cost]


def begin_plan(team: Team, *, by: User, name: str, scenario: str, start: dt.date, end: dt.date) -> Plan:
    """Make a plan with its first metrics, in one transaction; metrics that the team has are used again."""
    plan = Plan(team=team, name=name, scenario=scenario, start=start, end=end)
    with changes.recording(team, by=by) as log:
        log.save(plan)
        Segment.objects.get_or_create(team=team, dimension=Segment.Dimension.WHOLE, name="")
        for order, suggested in enumerate(suggested_metrics(team, scenario), start=1):
            metric = Metric.objects.filter(team=team, name__iexact=suggested.name).first()
            if metric is None:
                metric = suggested
                metric.team = team
                log.save(metric)
            basis = gaps.default_basis(metric.kind)
            log.save(PlanMetric(plan=plan, metric=metric, order=order, basis=basis))
    return plan
