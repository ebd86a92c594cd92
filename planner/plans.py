"""Creates, changes, removes and restores plans, and chooses their metrics."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from planner import changes
from planner.arithmetic import gaps
from planner.models import Change, Metric, Plan, PlanMetric, Segment, Team, User
from planner.models.history import CannotUndo, next_order
from planner.models.metrics import BottleneckKind as B

# The first metrics of each scenario, by the keys of standard_metrics().
FIRST_METRICS = {
    Plan.Scenario.TARGET: ("sales", "conversion", "repurchase", "acquisition"),
    Plan.Scenario.DECLINE: ("sales", "orders", "conversion", "order_value"),
    Plan.Scenario.NEW: ("sales", "new_customers", "conversion", "acquisition"),
    Plan.Scenario.EFFECTIVENESS: ("sales", "per_head", "conversion", "orders"),
    Plan.Scenario.COMPETITION: ("sales", "conversion", "order_value", "repurchase"),
}


def standard_metrics(team: Team) -> dict[str, Metric]:
    """The metrics of the method, in the team's language: the team's own of the same name, else unsaved ones."""
    money = currency_unit(team)
    with override(team.language):
        ratio = {"aggregation": Metric.Aggregation.RATIO}
        amount, count = {"unit": money, "kind": Metric.Kind.AMOUNT}, {"kind": Metric.Kind.COUNT}
        rate = {"kind": Metric.Kind.RATE, **ratio}
        customers, value = {"bottleneck": B.CUSTOMERS}, {"bottleneck": B.VALUE}
        standard = {
            "sales": Metric(name=_("Total sales"), **amount),
            "orders": Metric(name=_("Order count"), **count, **customers),
            "leads": Metric(name=_("Leads"), **count, **customers),
            "conversion": Metric(name=_("Customer conversion rate"), **rate, bottleneck=B.CONVERSION),
            "order_value": Metric(name=_("Average order value"), **amount, **ratio, **value),
            "repurchase": Metric(name=_("Repurchase rate"), **rate, **value),
            "customers": Metric(name=_("Customers"), **count, **customers),
            "new_customers": Metric(name=_("New customers"), **count, **customers),
            "acquisition": Metric(
                name=_("New-customer acquisition cost"),
                unit=_("%(money)s per customer") % {"money": money},
                kind=Metric.Kind.COST,
                direction=Metric.Direction.LOWER,
                **ratio,
                **customers,
            ),
            "per_head": Metric(name=_("Output per head"), **amount, **ratio, bottleneck=B.EXECUTION),
        }
    own = {metric.name.casefold(): metric for metric in Metric.objects.filter(team=team)}
    return {key: own.get(metric.name.casefold(), metric) for key, metric in standard.items()}


def currency_unit(team: Team) -> str:
    """The team's money as a unit, in the team's language: people in China read 元 rather than CNY."""
    with override(team.language):
        return _("CNY") if team.currency == "CNY" else team.currency


def new_metric(team: Team, name: str, kind: str, direction: str = Metric.Direction.HIGHER) -> Metric:
    """An unsaved metric with the defaults of its kind: rates and costs are ratios, money has the currency as unit.

    One with the name of a metric of the method gets its kind of bottleneck.
    """
    is_ratio = kind in (Metric.Kind.RATE, Metric.Kind.COST)
    namesakes = (
        metric for metric in standard_metrics(team).values() if metric.name.casefold() == name.casefold()
    )
    standard = next(namesakes, None)
    return Metric(
        team=team,
        name=name,
        kind=kind,
        unit=currency_unit(team) if kind in (Metric.Kind.AMOUNT, Metric.Kind.COST) else "",
        direction=direction,
        aggregation=Metric.Aggregation.RATIO if is_ratio else Metric.Aggregation.SUM,
        bottleneck=standard.bottleneck if standard else "",
    )


def begin_plan(
    team: Team,
    *,
    by: User,
    name: str,
    scenario: str,
    start: dt.date,
    end: dt.date,
    metrics: Iterable[Metric] | None = None,
) -> Plan:
    """Create a plan with its first metrics, in one transaction; without `metrics` with those of its scenario.

    Metrics that the team has are used again, an archived one of the same name is restored.
    """
    if metrics is None:
        standard = standard_metrics(team)
        metrics = [standard[key] for key in FIRST_METRICS[Plan.Scenario(scenario)]]
    plan = Plan(team=team, name=name, scenario=scenario, start=start, end=end)
    with changes.recording(team, by=by) as log:
        log.save(plan)
        whole_of(team)
        for metric in metrics:
            add_to_table(log, plan, metric)
    return plan


def add_to_table(log: changes.Recording, plan: Plan, metric: Metric) -> PlanMetric:
    """Add a metric at the end of Table 1: the team's own with that name where there is one, even an archived one.

    It looks at the same months as the other rows. Raises ValidationError where the plan has it already.
    """
    namesakes = Metric.with_removed.filter(team=plan.team, name__iexact=metric.name)
    existing = (
        namesakes.order_by("removed_at").filter(removed_at=None).first()
        or namesakes.order_by("-removed_at").first()
    )
    if existing is None:
        metric.team = plan.team
        log.save(metric)
        existing = metric
    elif existing.removed_at is not None:
        log.restore(existing)
    if plan.metrics.filter(metric=existing).exists():
        raise ValidationError({"name": _("“%(name)s” is already in the table.") % {"name": existing.name}})
    order, basis = next_order(plan.metrics), gaps.default_basis(existing.kind)
    days = set(plan.metrics.values_list("as_of", flat=True))
    as_of = days.pop() if len(days) == 1 else None
    row = PlanMetric(plan=plan, metric=existing, order=order, basis=basis, as_of=as_of)
    log.save(row)
    return row


def change_plan(plan: Plan, values: Mapping[str, Any], *, by: User, version: int | None = None) -> Plan:
    """Change a plan; `version` is the version that was shown to the person who changes it.

    Raises ValidationError when the plan was changed meanwhile, or by field where a rule is broken.
    """
    with changes.recording(plan.team, plan=plan, by=by) as log:
        current: Plan = log.take(Plan.objects.filter(team=plan.team), plan.pk)
        if version is not None and version != current.version:
            raise ValidationError(
                _(
                    "Someone changed this plan while you were editing. It is now called “%(name)s”. "
                    "Check it and save again."
                )
                % {"name": current.name}
            )
        for name, value in values.items():
            setattr(current, name, value)
        log.save(current)
    return current


def remove_plan(plan: Plan, *, by: User, shown: int | None = None) -> None:
    """Remove a plan with its content; `restore_plan` restores it. `shown` is as for `Recording.remove`."""
    with changes.recording(plan.team, by=by) as log:
        log.remove(log.take(Plan.objects.filter(team=plan.team), plan.pk), shown=shown)


def restore_plan(plan: Plan, *, by: User) -> None:
    """Restore a removed plan with its content. Raises CannotUndo where it is not removed."""
    removal = Change.objects.filter(
        team=plan.team, model=Plan._meta.label_lower, object_id=plan.pk, action=Change.Action.REMOVE
    ).first()
    if removal is None:
        raise CannotUndo(_("Nothing to undo."))
    changes.undo(plan.team, removal.revision, by=by)


def whole_of(team: Team) -> Segment:
    """The segment of the team's whole business."""
    return Segment.objects.get_or_create(team=team, dimension=Segment.Dimension.WHOLE, name="")[0]


def segments_of(team: Team) -> list[Segment]:
    """The team's regions, product lines and sub-teams."""
    return list(Segment.objects.filter(team=team).exclude(dimension=Segment.Dimension.WHOLE))


def metrics_of(plan: Plan, ids: Iterable[int | None] | QuerySet[Any]) -> list[Metric]:
    """The team's metrics, those of the plan first; archived ones only where they are among `ids`."""
    of_plan = set(plan.metrics.values_list("metric", flat=True))
    metrics = Metric.with_removed.filter(Q(removed_at=None) | Q(pk__in=ids), team=plan.team_id)
    return sorted(metrics, key=lambda metric: (metric.pk not in of_plan, metric.name, metric.pk))
