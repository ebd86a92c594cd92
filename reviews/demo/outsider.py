"""The third team: its manager is a stranger to the other two, and they to its plan."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from planner import changes
from planner.arithmetic.periods import add_months
from planner.models import Goal, Membership, Metric, Plan, PlanMetric, Reading, Role, Team, User
from reviews.demo.build import new_team, running_period
from strategies.models import Strategy
from tracking.models import Task

TEAM, NAME, JOB_TITLE = "North China sales", "Gao Lei", "Sales manager"
BASELINE, TARGET = Decimal(417_667), Decimal(500_000)
PROBLEM = "Half of the key accounts have had no visit this year."
# Total sales of the last six months.
SALES = (402_000, 409_000, 414_000, 418_000, 421_000, 430_000)


def build_outsider(user: User, today: dt.date | None = None) -> Team:
    team = new_team(TEAM, "en")
    today = today or team.today()
    start, end = running_period(today)
    with changes.recording(team, by=user) as log:
        log.save(
            member := Membership(team=team, user=user, name=NAME, job_title=JOB_TITLE, role=Role.MANAGER)
        )
        log.save(metric := Metric(team=team, name="Total sales", unit="CNY"))
        log.save(plan := Plan(team=team, name="North · steady growth", start=start, end=end))
        log.save(PlanMetric(plan=plan, metric=metric, order=1, target=TARGET, problems=PROBLEM))
        goal = Goal(
            plan=plan,
            name="Sales to 500,000 a month",
            metric=metric,
            unit="CNY",
            baseline=BASELINE,
            target=TARGET,
            owner=member,
            due=end,
        )
        log.save(goal)
        strategy = Strategy(plan=plan, order=1, title="Visit every key account", goal=goal, owner=member)
        log.save(strategy)
        task = Task(
            strategy=strategy,
            order=1,
            description="Plan the visits",
            acceptance="Every key account has a date",
            owner=member,
            start=today,
            due=today + dt.timedelta(days=10),
        )
        log.save(task)
    whole = team.segments.get()
    Reading.objects.bulk_create(
        Reading(
            metric=metric,
            month=add_months(today, n - len(SALES)),
            segment=whole,
            value=Decimal(value),
            source="CRM",
            entered_by=user,
        )
        for n, value in enumerate(SALES)
    )
    return team
