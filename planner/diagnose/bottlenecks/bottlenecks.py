"""How bottlenecks and views of causes begin, and how a view is merged: by a table, a meeting or an API."""

from __future__ import annotations

from typing import Any

from planner.changes import Recording
from planner.models import Bottleneck, CauseView, Membership, Metric, Plan, Segment
from planner.models.history import next_order
from planner.plans import whole_of


def add_bottleneck(log: Recording, plan: Plan, cause: str, kind: str, **values: Any) -> Bottleneck:
    """Add a bottleneck behind the plan's others; `values` are further fields of it."""
    bottleneck = Bottleneck(plan=plan, order=next_order(plan.bottlenecks), cause=cause, kind=kind, **values)
    log.save(bottleneck)
    return bottleneck


def bottleneck_from(
    log: Recording,
    plan: Plan,
    cause: str,
    evidence: str,
    kind: str,
    metric: Metric | None = None,
    segment: Segment | None = None,
) -> tuple[Bottleneck, bool]:
    """The bottleneck that the diagnosis proposes, and whether it is new: an existing one is returned.

    What it proposes without a segment is about the whole. A metric without a bottleneck kind takes this one.
    """
    existing = plan.bottlenecks.filter(cause=cause, evidence=evidence).first()
    if existing is not None:
        return existing, False
    if metric is not None and not metric.bottleneck:
        metric = log.take(Metric.objects.filter(team=plan.team), metric.pk)
        metric.bottleneck = kind
        log.save(metric)
    place = {"metric": metric, "segment": segment or whole_of(plan.team)}
    return add_bottleneck(log, plan, cause, kind, evidence=evidence, **place), True


def add_view(log: Recording, plan: Plan, by: Membership, text: str, kind: str) -> CauseView:
    """Write down what a member sees as a cause; it is merged into no bottleneck yet."""
    view = CauseView(plan=plan, by=by, text=text, kind=kind)
    log.save(view)
    return view


def merge_view(log: Recording, view: CauseView, into: Bottleneck | None) -> CauseView:
    """Merge a view into a bottleneck of its plan; None takes it out again."""
    view.bottleneck = into
    log.save(view)
    return view


def bottleneck_of_view(log: Recording, view: CauseView) -> Bottleneck:
    """Make a bottleneck out of what a member sees as a cause, and merge the view into it."""
    bottleneck = add_bottleneck(log, view.plan, view.text, view.kind)
    merge_view(log, view, bottleneck)
    return bottleneck
