"""Every list asks the database as often for three things as for one."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from planner import changes
from planner.arithmetic.periods import add_months
from planner.models import Bottleneck, Goal, Leave, Membership, Metric, Plan, PlanMetric, Segment
from reviews.models import Review
from strategies.models import (
    Allocation,
    Idea,
    KeyAction,
    LeadMeasure,
    Pool,
    Question,
    ServedGoal,
    Spending,
    Strategy,
)
from tests.conftest import seat
from tracking.models import Task


def asked(client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.fixture
def grow(team, plan, manager, rep):
    """grow() adds one of everything that a list may show."""

    def add() -> None:
        number = Plan.objects.count()
        other = Plan.objects.create(team=team, name=f"P{number}", start=plan.start, end=plan.end)
        member = Membership.objects.create(team=team, name=f"Member {number}")
        Segment.objects.create(team=team, dimension="region", name=f"R{number}")
        Idea.objects.create(team=team, kind="value", title=f"I{number}", steps=[["Bake", "Eaten"]])
        PlanMetric.objects.create(plan=plan, metric=Metric.objects.create(team=team, name=f"M{number}"))
        for each in (plan, other):
            strategy = Strategy.objects.create(plan=each, title=f"S{number}", owner=member)
            LeadMeasure.objects.create(strategy=strategy, name=f"L{number}", weekly_target=5)
            Question.objects.create(plan=each, strategy=strategy, text=f"Q{number}", owner=member)
            for owner in (seat(manager, team), seat(rep, team), member):
                due = dt.date(2026, 10, 2)
                Task.objects.create(
                    strategy=strategy, description=f"T{number}", owner=owner, due=due, effort=9
                )
            for kind in ("budget", "people"):
                pool = Pool.objects.create(plan=each, name=f"{kind} {number}", kind=kind, amount=9)
                given = Allocation.objects.create(pool=pool, strategy=strategy, amount=10)
                Spending.objects.create(allocation=given, day=dt.date(2026, 10, 2), amount=1)
            Leave.objects.create(member=member, start="2026-12-01", end="2026-12-02")
            core = Goal.objects.create(plan=each, name=f"G{number}", owner=member)
            part = Goal.objects.create(plan=each, parent=core, name=f"g{number}", owner=member, target=1)
            ServedGoal.objects.create(strategy=strategy, goal=part)
            ServedGoal.objects.create(strategy=strategy, goal=core)
            KeyAction.objects.create(goal=part, text="a", strategy=strategy)
            Bottleneck.objects.create(plan=each, kind="value", cause=f"B{number}", in_focus=True)
            Review.objects.create(plan=each, start=add_months(plan.start, number), worked="x")
        with changes.recording(team, plan=plan, by=manager) as log:
            strategy = Strategy(plan=plan, title=f"R{number}")
            log.save(strategy)

    return add


@pytest.mark.parametrize("address", ["/", "/plans/{}/", "/plans/{}/history/", "/plans/{}/diagnose/",
                                     "/plans/{}/goals/", "/plans/{}/strategies/", "/plans/{}/resources/",
                                     "/team/leave-days/",
                                     "/plans/{}/tracking/", "/plans/{}/reviews/", "/team/",
                                     "/team/metrics/", "/team/segments/", "/plans/{}/export/plan.xlsx",
                                     "/plans/{}/diagnose/?sort=metric&q=M", "/plans/{}/goals/?sort=owner&q=g",
                                     "/plans/{}/tracking/?sort=strategy&q=S", "/plans/{}/readings/?q=M",
                                     "/plans/{}/reviews/?q=x", "/plans/{}/ideas/",
                                     "/plans/{}/ideas/?sort=idea&q=I"])  # fmt: skip
def test_a_list_asks_as_often_for_three_as_for_one(grow, plan, manager, as_, address):
    client, url = as_(manager), address.format(plan.pk)
    grow()
    client.get(url)
    one = asked(client, url)
    grow()
    grow()

    assert asked(client, url) == one


def test_an_open_page_that_asks_for_news_costs_a_handful_of_queries(plan, manager, as_):
    client = as_(manager)
    client.get(f"/plans/{plan.pk}/tracking/")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/plans/{plan.pk}/tracking/changes/?since=0").status_code == 204

    assert len(queries) <= 4
