"""What a plan is checked for: each pitfall found where it is, and not where it is not, for many plans at once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from planner import stages
from planner.arithmetic.periods import full_months_before
from planner.models import Bottleneck, Goal, Metric, PlanMetric, Reading
from reviews.models import Review
from strategies.models import Strategy
from tests.conftest import seat
from tracking.models import Progress, Task

DAY = dt.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def on_a_tuesday(monkeypatch):
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: DAY)


def found(plan) -> list[str]:
    return [check.found for check in stages.checks([plan])[plan.pk] if check.found]


def said(plan, words: str) -> bool:
    return any(words in each for each in found(plan))


@pytest.fixture
def sound(plan, status, team, manager) -> None:
    """A plan in which nothing is amiss."""
    status.rate.delete()
    PlanMetric.objects.filter(pk=status.sales.pk).update(problems="Region A, quotation: a rival is cheaper")
    Reading.objects.bulk_create(
        Reading(metric=status.sales.metric, month=month, segment=status.whole, value=1, source="CRM")
        for month in full_months_before(plan.start, 6)
    )
    owner = seat(manager, team)
    core = Goal.objects.create(
        plan=plan, name="Sales", metric=status.sales.metric, target=1, owner=owner, due=plan.end
    )
    strategy = Strategy.objects.create(plan=plan, title="Referrals", goal=core, owner=owner)
    Task.objects.create(
        strategy=strategy, description="Ask", owner=owner, start=DAY, due=plan.end, acceptance="50 answers"
    )
    Review.objects.create(plan=plan, start=dt.date(2026, 10, 1), worked="x", adjustments="y")


def test_a_sound_plan_has_nothing_to_mend(sound, plan):
    assert found(plan) == []
    assert len(stages.checks([plan])[plan.pk]) == 19


def test_values_without_a_source(sound, plan, status):
    Reading.objects.filter(month=dt.date(2026, 9, 1)).update(source="")
    assert said(plan, "A value of Total sales has no source")
    Reading.objects.update(source="CRM")
    PlanMetric.objects.filter(pk=status.sales.pk).update(override=7)
    assert said(plan, "A value of Total sales has no source")


def test_a_hole_in_the_history(sound, plan):
    Reading.objects.filter(month=dt.date(2026, 6, 1)).delete()
    assert found(plan) == ["Total sales has less than 6 months of history"]


def test_metrics_without_target_or_problem(sound, plan, status):
    PlanMetric.objects.filter(pk=status.sales.pk).update(target=None, problems="")
    assert found(plan) == ["Total sales has no target", "No problem is named for Total sales"]


def test_bottlenecks_too_many_or_too_vague(sound, plan, status):
    for number in range(4):
        Bottleneck.objects.create(
            plan=plan,
            kind="value",
            cause=f"c{number}",
            step="quotation",
            metric=status.sales.metric,
            in_focus=True,
        )
    assert found(plan) == ["4 bottlenecks are in focus"]
    Bottleneck.objects.filter(cause="c0").update(in_focus=False)
    Bottleneck.objects.filter(cause="c1").update(step="")
    assert found(plan) == ["1 bottleneck does not say where it is"]


def test_goals_too_many_unmeasured_or_unowned(sound, plan, status, team, manager):
    goals = [
        Goal.objects.create(
            plan=plan,
            name=f"g{number}",
            metric=status.sales.metric,
            target=1,
            owner=seat(manager, team),
            due=plan.end,
        )
        for number in range(3)
    ]
    assert found(plan) == ["4 core goals"]
    Goal.objects.filter(pk=goals[0].pk).update(parent=goals[1], metric=None)
    Goal.objects.filter(pk=goals[1].pk).update(owner=None)
    assert found(plan) == ["1 goal has no metric or no target", "1 goal has no owner or no date"]


def test_an_owner_who_left_owns_nothing(sound, plan, team, manager):
    type(seat(manager, team)).objects.update(removed_at=timezone.now())
    assert found(plan) == ["1 goal has no owner or no date", "1 task has no owner"]


def test_a_gap_that_no_goal_speaks_of(sound, plan, team):
    metric = Metric.objects.create(team=team, name="Repurchase rate", kind="rate")
    PlanMetric.objects.create(plan=plan, metric=metric, target="0.2", problems="x", order=5)
    assert said(plan, "No goal answers the gap of Repurchase rate")


def test_tasks_without_name_date_or_standard(sound, plan):
    Task.objects.update(owner=None, due=None, acceptance="")
    assert found(plan) == [
        "1 task has no owner",
        "1 task has no due date",
        "1 task has no acceptance standard",
    ]


def test_what_a_paused_strategy_lacks_is_nobodys_worry(sound, plan):
    Task.objects.update(owner=None, due=None, acceptance="")
    Strategy.objects.update(state="paused")
    assert found(plan) == []


def test_strategies_without_tasks_or_with_too_many(sound, plan):
    Strategy.objects.create(plan=plan, title="Members' 20 % offer")
    assert found(plan) == ["“Members' 20 % offer” has no task"]
    strategy = Strategy.objects.get(title="Referrals")
    for number in range(3):
        task = Task.objects.get(description="Ask")
        task.pk, task.description = None, f"t{number}"
        task.save()
    assert said(plan, f"“{strategy}” has more than three tasks")


def test_a_running_task_that_nobody_spoke_of_for_a_week(sound, plan, team, manager):
    Task.objects.update(start=DAY - dt.timedelta(days=8))
    assert found(plan) == ["Nobody has said a word on 1 running task this week"]
    said_now = Progress.objects.create(task=Task.objects.get(), status="in_progress", percent=10, note="x")
    Progress.objects.filter(pk=said_now.pk).update(at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC))
    assert found(plan) == []
    Progress.objects.filter(pk=said_now.pk).update(at=dt.datetime(2026, 11, 16, tzinfo=dt.UTC))
    assert found(plan) != []


def test_a_month_without_a_review_and_reviews_without_an_end(sound, plan):
    Review.objects.update(adjustments="")
    assert found(plan) == ["Nothing follows from the review of 2026-10"]
    Review.objects.update(worked="")
    assert said(plan, "The review of 2026-10 says neither")
    Review.objects.all().delete()
    assert found(plan) == ["2026-10 ended without a review"]


def test_each_check_leads_to_the_rows_that_it_speaks_of(sound, plan, manager, as_):
    task = Task.objects.get()
    Task.objects.update(owner=None)
    other = Task.objects.create(
        strategy=task.strategy,
        description="Fine",
        owner=seat(manager, plan.team),
        start=DAY,
        due=plan.end,
        acceptance="x",
    )
    (check,) = [each for each in stages.checks([plan])[plan.pk] if each.found]
    page = as_(manager).get(check.url).content.decode()

    assert f'id="task-{task.pk}"' in page
    assert f'id="task-{other.pk}"' not in page


@pytest.mark.parametrize(("lacks", "shown"), [("tasks", "Empty"), ("fewer", "Full"), ("", "Both")])
def test_table_3_shows_the_strategies_without_tasks_or_with_too_many(plan, manager, as_, lacks, shown):
    Strategy.objects.create(plan=plan, title="Empty")
    full = Strategy.objects.create(plan=plan, title="Full")
    for number in range(4):
        Task.objects.create(strategy=full, description=f"t{number}")
    page = as_(manager).get(f"/plans/{plan.pk}/tracking/?lacks={lacks}").content.decode()
    body = page[page.index("<tbody") : page.index("</tbody>")]

    assert ("<b>Empty</b>" in body, "<b>Full</b>" in body) == {
        "Empty": (True, False), "Full": (False, True), "Both": (True, True),
    }[shown]  # fmt: skip


def test_many_plans_are_summed_up_and_checked_with_as_many_queries_as_one(sound, plan, team):
    def asked(plans) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert len(stages.summaries(plans)) == len(stages.checks(plans)) == len(plans)
        return len(queries)

    others = [
        type(plan).objects.create(
            team=team, name=f"P{n}", start=dt.date(2025, n, 1), end=dt.date(2025, n, 20)
        )
        for n in range(1, 4)
    ]
    assert asked([plan, *others]) == asked([plan])


def test_each_plan_is_looked_at_on_its_own_day(sound, plan, team, manager):
    """Late on the last day of a plan that is over is late; due after that day is not."""
    over = type(plan).objects.create(
        team=team, name="Q1", start=dt.date(2026, 1, 1), end=dt.date(2026, 3, 31)
    )
    strategy = Strategy.objects.create(plan=over, title="Old")
    for due in (dt.date(2026, 3, 30), dt.date(2026, 3, 31), dt.date(2026, 4, 1)):
        Task.objects.create(strategy=strategy, description="x", due=due)
    lines = stages.summaries([plan, over])[over.pk]

    assert next(summary.line for stage, summary in lines if stage.url_name == "tracking") == (
        "3 of 3 tasks open · 1 overdue"
    )
