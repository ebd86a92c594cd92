"""Creates, changes, removes and restores plans, and chooses their metrics."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from planner import changes, words
from planner.arithmetic import gaps
from planner.arithmetic.names import name_key
from planner.models import Change, Metric, Plan, PlanMetric, Segment, Team, User
from planner.models.history import CannotUndo, next_order
from planner.models.metrics import BottleneckKind as B
from planner.models.scenarios import TUNINGS

# What the metrics of the method are called when they are made; they keep their keys whatever they are called later.
STANDARD_NAMES = {
    "sales": gettext_lazy("Total sales"),
    "orders": gettext_lazy("Order count"),
    "leads": gettext_lazy("Leads"),
    "conversion": gettext_lazy("Customer conversion rate"),
    "order_value": gettext_lazy("Average order value"),
    "repurchase": gettext_lazy("Repurchase rate"),
    "customers": gettext_lazy("Customers"),
    "new_customers": gettext_lazy("New customers"),
    "acquisition": gettext_lazy("New-customer acquisition cost"),
    "per_head": gettext_lazy("Output per head"),
}


def standard_metrics(team: Team) -> dict[str, Metric]:
    """The metrics of the method by their keys: the team's own, even archived, else unsaved ones in its language.

    A metric of the team without a key is the one whose name it has, in either language.
    """
    own = Metric.with_removed.filter(team=team).order_by("pk")
    metrics = sorted(own, key=lambda metric: (metric.removed_at is not None, not metric.key))
    found: dict[str, Metric] = {}
    for metric in metrics:
        found.setdefault(metric.key or standard_key(metric.name), metric)
    return {key: found.get(key, metric) for key, metric in _new_standard_metrics(team).items()}


def standard_key(name: str) -> str:
    """The key of the metric of the method with this name, in either language; "" for all others."""
    return _standard_keys().get(name_key(name), "")


@cache
def _standard_keys() -> dict[str, str]:
    keys: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            keys |= {name_key(str(name)): key for key, name in STANDARD_NAMES.items()}
    return keys


def _new_standard_metrics(team: Team) -> dict[str, Metric]:
    money = currency_unit(team)
    ratio = {"aggregation": Metric.Aggregation.RATIO}
    amount, count = {"unit": money, "kind": Metric.Kind.AMOUNT}, {"kind": Metric.Kind.COUNT}
    rate = {"kind": Metric.Kind.RATE, **ratio}
    customers, value = {"bottleneck": B.CUSTOMERS}, {"bottleneck": B.VALUE}
    with override(team.language):
        unit_cost = {"unit": _("%(money)s per customer") % {"money": money}, "kind": Metric.Kind.COST}
        fields: dict[str, dict[str, Any]] = {
            "sales": amount,
            "orders": count | customers,
            "leads": count | customers,
            "conversion": rate | {"bottleneck": B.CONVERSION},
            "order_value": amount | ratio | value,
            "repurchase": rate | value,
            "customers": count | customers,
            "new_customers": count | customers,
            "acquisition": unit_cost | {"direction": Metric.Direction.LOWER} | ratio | customers,
            "per_head": amount | ratio | {"bottleneck": B.EXECUTION},
        }
        return {key: Metric(key=key, name=str(STANDARD_NAMES[key]), **fields[key]) for key in fields}


def currency_unit(team: Team) -> str:
    """The team's money as a unit, in the team's language: people in China read 元 rather than CNY."""
    with override(team.language):
        return _("CNY") if team.currency == "CNY" else team.currency


def new_metric(team: Team, name: str, kind: str, direction: str = Metric.Direction.HIGHER) -> Metric:
    """An unsaved metric with the defaults of its kind: rates and costs are ratios, money has the currency as unit.

    One with the name of a metric of the method gets its kind of bottleneck, and its key where that is free.
    """
    is_ratio = kind in (Metric.Kind.RATE, Metric.Kind.COST)
    standard = standard_metrics(team).get(standard_key(name))
    return Metric(
        team=team,
        name=name,
        key=new_metric_key(team, name),
        kind=kind,
        unit=currency_unit(team) if kind in (Metric.Kind.AMOUNT, Metric.Kind.COST) else "",
        direction=direction,
        aggregation=Metric.Aggregation.RATIO if is_ratio else Metric.Aggregation.SUM,
        bottleneck=standard.bottleneck if standard else "",
    )


def new_metric_key(team: Team, name: str) -> str:
    """The key of a new metric of this name: that of a metric of the method which the team does not have yet."""
    key = standard_key(name)
    return "" if Metric.objects.filter(team=team, key=key).exists() else key


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
        metrics = [standard[key] for key in TUNINGS[Plan.Scenario(scenario)].metrics]
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
    existing = own_metric(plan.team, metric)
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


def own_metric(team: Team, metric: Metric) -> Metric | None:
    """The team's metric that `metric` is: itself, else its own of that name, the present one first."""
    metrics = Metric.with_removed.filter(team=team).order_by("-removed_at")
    if metric.pk is not None:
        return metrics.filter(pk=metric.pk).first()
    namesakes = metrics.filter(name_key=name_key(metric.name))
    return namesakes.filter(removed_at=None).first() or namesakes.first()


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
    return Segment.begin(team, Segment.Dimension.WHOLE)


def segments_of(team: Team, ids: QuerySet[Any]) -> list[Segment]:
    """The team's regions, product lines, channels and sub-teams; archived ones only where they are among `ids`."""
    segments = Segment.with_removed.filter(Q(removed_at=None) | Q(pk__in=ids), team=team)
    named = words.by_name(segments.exclude(dimension=Segment.Dimension.WHOLE))
    return sorted(named, key=lambda segment: segment.dimension)


def metrics_of(plan: Plan, ids: Iterable[int | None] | QuerySet[Any]) -> list[Metric]:
    """The team's metrics, those of the plan first; archived ones only where they are among `ids`."""
    of_plan = set(plan.metrics.values_list("metric", flat=True))
    metrics = Metric.with_removed.filter(Q(removed_at=None) | Q(pk__in=ids), team=plan.team_id)
    return sorted(words.by_name(metrics), key=lambda metric: metric.pk not in of_plan)
