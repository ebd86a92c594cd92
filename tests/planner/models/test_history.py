"""What recorded objects share: who comes next among them."""

from __future__ import annotations

from planner.models import PlanMetric
from planner.models.history import next_order


def test_the_first_comes_first(plan):
    assert next_order(plan.goals) == 1


def test_who_is_added_comes_behind_the_last(plan, status):
    PlanMetric.objects.filter(pk=status.rate.pk).update(order=7)

    assert next_order(plan.metrics) == next_order(PlanMetric.objects.filter(plan=plan)) == 8
