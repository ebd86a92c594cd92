"""The third team: its manager is a stranger to the other two, and they to its plan."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from planner import changes
from planner.arithmetic.periods import add_months
from planner.models import Membership, Metric, Plan, PlanMetric, Reading, Role, Team, User
from planner.stages import TaskSpec
from reviews.demo.build import new_team, running_period
from strategies.goals.goals import add_goal
from strategies.strategies import add_strategy
from tracking.tasks import add_task

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
        log.save(metric := Metric(team=team, name="Total sales", key="sales", unit="CNY"))
        log.save(plan := Plan(team=team, name="North · steady growth", start=start, end=end))
        log.save(PlanMetric(plan=plan, metric=metric, order=1, target=TARGET, problems=PROBLEM))
        name = "Sales to 500,000 a month"
        goal = add_goal(log, plan, name, metric, baseline=BASELINE, target=TARGET, owner=member)
        strategy = add_strategy(log, plan, "Visit every key account", [goal], owner=member)
        visits = TaskSpec(
            "Plan the visits",
            owner=member,
            start=today,
            due=today + dt.timedelta(days=10),
            acceptance="Every key account has a date",
        )
        add_task(log, strategy, visits)
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
