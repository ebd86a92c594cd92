"""What a plan is checked for: each pitfall found where it is, and not where it is not, for many plans at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from planner import stages
from planner.arithmetic.periods import full_months_before
from planner.models import Bottleneck, Goal, Metric, Plan, PlanMetric, Reading, Segment, SourceCheck
from planner.pitfalls import Pitfall
from reviews.models import Review
from strategies.models import Allocation, KeyAction, Pool, ServedGoal, Strategy
from tests.conftest import seat
from tracking.models import Progress, Task

DAY = dt.date(2026, 11, 24)
MOMENT = dt.datetime(2026, 11, 24, 3, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def on_a_tuesday(monkeypatch):
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: now.date() if now else DAY)


def found(plan) -> list[str]:
    return [check.message for check in stages.checks([plan])[plan.pk] if check.message]


@pytest.fixture
def sound(plan, status, team, manager) -> None:
    """A plan in which nothing is amiss."""
    status.rate.delete()
    PlanMetric.objects.filter(pk=status.sales.pk).update(problems="Region A, quotation: a rival is cheaper")
    Reading.objects.bulk_create(
        Reading(metric=status.sales.metric, month=month, segment=status.whole, value=1, source="CRM")
        for month in full_months_before(plan.start, 6)
    )
    SourceCheck.objects.create(team=team, source="CRM", by=manager, at=MOMENT)
    owner = seat(manager, team)
    core = Goal.objects.create(
        plan=plan, name="Sales", metric=status.sales.metric, target=1, owner=owner, due=plan.end,
        company_goal="Grow",
    )  # fmt: skip
    KeyAction.objects.create(goal=core, text="Ask every customer")
    strategy = Strategy.objects.create(plan=plan, title="Referrals", owner=owner)
    ServedGoal.objects.create(strategy=strategy, goal=core)
    Task.objects.create(
        strategy=strategy, description="Ask", owner=owner, start=DAY, due=plan.end, acceptance="50 answers"
    )
    Review.objects.create(plan=plan, start=dt.date(2026, 10, 1), worked="x", adjustments="y")


@dataclass(frozen=True)
class Case:
    """What makes the sound plan meet a pitfall, with the sentence on it, and what comes close but is fine."""

    meet: Callable[[Plan], object]
    found: str
    spare: Callable[[Plan], object]


def add_readings(month: dt.date) -> None:
    reading = Reading.objects.first()
    Reading.objects.create(metric=reading.metric, segment=reading.segment, month=month, value=1, source="CRM")


def add_metric(plan: Plan, **fields: Any) -> PlanMetric:
    metric = Metric.objects.create(team=plan.team, name="Repurchase rate", kind="rate")
    return PlanMetric.objects.create(plan=plan, metric=metric, order=5, **fields)


def add_bottlenecks(plan: Plan, count: int, **fields: Any) -> None:
    whole = {
        "kind": "value",
        "step": "quotation",
        "metric": PlanMetric.objects.get().metric,
        "segment": Segment.objects.get(dimension="whole"),
        "in_focus": True,
    }
    for number in range(count):
        Bottleneck.objects.create(plan=plan, cause=f"c{number}", **whole | fields)


def add_goals(plan: Plan, count: int, **fields: Any) -> None:
    core = Goal.objects.get(name="Sales")
    whole = {"metric": core.metric, "target": 1, "owner": core.owner, "due": plan.end, "company_goal": "Grow"}
    for number in range(count):
        goal = Goal.objects.create(plan=plan, name=f"g{number}", **whole | fields)
        KeyAction.objects.create(goal=goal, text="Call")


def add_parts(plan: Plan, *targets: int | None, cut: str = "lines") -> None:
    """Sub-goals of the core goal, which now goes from 0 to 100 CNY; each from 0 to its target."""
    core = Goal.objects.get(name="Sales")
    Goal.objects.filter(pk=core.pk).update(baseline=0, target=100, unit="CNY")
    for number, target in enumerate(targets):
        Goal.objects.create(
            plan=plan,
            parent=core,
            name=f"p{number}",
            unit="CNY",
            cut=cut,
            adds_up=True,
            baseline=0,
            target=target,
        )


def answer(plan: Plan, goal: Goal) -> None:
    """A strategy that serves a goal."""
    ServedGoal.objects.create(goal=goal, strategy=Strategy.objects.create(plan=plan, title="Points"))


def add_tasks(count: int) -> None:
    for number in range(count):
        task = Task.objects.get(description="Ask")
        task.pk, task.description = None, f"t{number}"
        task.save()


def allocate(plan: Plan, first: int, second: int, **fields: Any) -> None:
    """100 to share between Referrals, the first by its scores, and Fairs; `fields` are those of what Fairs gets."""
    change(Strategy, importance=5, urgency=5)
    fairs = Strategy.objects.create(plan=plan, title="Fairs", importance=4, urgency=4, state="proposed")
    pool = Pool.objects.create(plan=plan, name="Marketing", amount=100)
    Allocation.objects.create(pool=pool, strategy=Strategy.objects.get(title="Referrals"), amount=first)
    Allocation.objects.create(pool=pool, strategy=fairs, amount=second, **fields)


def change(model: Any, **fields: Any) -> None:
    model.objects.update(**fields)


def choose_scenario(plan: Plan, scenario: str) -> None:
    plan.scenario = scenario
    plan.save()


NOT_CHOSEN = (("step", ""), ("metric", None), ("segment", None))
CASES = {
    "unconfirmed_source": Case(
        lambda plan: change(SourceCheck, at=MOMENT - dt.timedelta(days=31)),
        "Nobody has confirmed lately that CRM is complete",
        lambda plan: (
            change(SourceCheck, at=MOMENT - dt.timedelta(days=30)),
            Reading.objects.filter(month=dt.date(2026, 9, 1)).update(source=""),
        ),
    ),
    "values_without_source": Case(
        lambda plan: Reading.objects.filter(month=dt.date(2026, 9, 1)).update(source=""),
        "Total sales has values without a source",
        lambda plan: change(PlanMetric, override=7, override_reason="the ledger"),
    ),
    "short_history": Case(
        lambda plan: Reading.objects.filter(month=dt.date(2026, 6, 1)).delete(),
        "Total sales has less than 6 months of history",
        lambda plan: (
            Reading.objects.filter(month=dt.date(2026, 4, 1)).delete(),
            add_readings(dt.date(2026, 10, 1)),
            change(PlanMetric, as_of=dt.date(2026, 11, 2)),
        ),
    ),
    "no_starting_value": Case(
        lambda plan: (choose_scenario(plan, "new"), Reading.objects.all().delete()),
        "Total sales has no starting value",
        lambda plan: (
            choose_scenario(plan, "new"),
            Reading.objects.all().delete(),
            change(PlanMetric, override=7, override_reason="ten interviews"),
        ),
    ),
    "metric_without_target": Case(
        lambda plan: change(PlanMetric, target=None),
        "Total sales has no target",
        lambda plan: change(PlanMetric, target=0),
    ),
    "metric_without_problem": Case(
        lambda plan: change(PlanMetric, problems=""),
        "No main problems entered for Total sales",
        lambda plan: change(PlanMetric, problems="x"),
    ),
    "too_many_in_focus": Case(
        lambda plan: add_bottlenecks(plan, 4),
        "More than three bottlenecks in focus (4)",
        lambda plan: (add_bottlenecks(plan, 3), add_bottlenecks(plan, 1, in_focus=False)),
    ),
    "vague_bottleneck": Case(
        lambda plan: [add_bottlenecks(plan, 1, **{name: value}) for name, value in NOT_CHOSEN],
        "3 bottlenecks in focus have no funnel step, metric or segment",
        lambda plan: [
            add_bottlenecks(plan, 1),
            *(add_bottlenecks(plan, 1, in_focus=False, **{name: value}) for name, value in NOT_CHOSEN),
        ],
    ),
    "too_many_core_goals": Case(
        lambda plan: add_goals(plan, 3),
        "More than three core goals (4)",
        lambda plan: (add_goals(plan, 2), add_goals(plan, 1, parent=Goal.objects.get(name="g0"))),
    ),
    "goal_without_measure": Case(
        lambda plan: change(Goal, metric=None),
        "1 goal is missing a metric or a target",
        lambda plan: change(Goal, target=0),
    ),
    "goal_without_owner": Case(
        lambda plan: change(Goal, owner=None),
        "1 goal is missing an owner or a due date",
        lambda plan: change(Goal, owner=None, removed_at=timezone.now()),
    ),
    "gap_without_goal": Case(
        lambda plan: add_metric(plan, target="0.2"),
        "Repurchase rate has a target but no goal",
        lambda plan: add_goals(
            plan, 1, parent=Goal.objects.get(), metric=add_metric(plan, target="0.2").metric
        ),
    ),
    "incomplete_core_goal": Case(
        lambda plan: add_goals(plan, 1, target=None),
        "The core goal “g0” has no baseline, target or due date",
        lambda plan: add_goals(plan, 1, parent=Goal.objects.get(), target=None),
    ),
    "goal_not_smart": Case(
        lambda plan: (
            change(Goal, company_goal=""),
            add_goals(plan, 1, parent=Goal.objects.get(), due=plan.end + dt.timedelta(days=1)),
        ),
        "2 goals fail a letter of SMART: Sales (R), g0 (SRT)",
        lambda plan: (
            change(Goal, target=None, due=None),
            add_bottlenecks(plan, 1),
            add_goals(
                plan, 1, parent=Goal.objects.get(), cut="customers", bottleneck=Bottleneck.objects.get()
            ),
        ),
    ),
    "uncovered_gap": Case(
        lambda plan: add_parts(plan, 50, 30),
        "20 CNY of “Sales” is not covered by its sub-goals",
        lambda plan: (add_parts(plan, 50, 50), add_parts(plan, 9, cut="regions")),
    ),
    "gap_without_strategy": Case(
        lambda plan: add_goals(plan, 1, metric=add_metric(plan, target="0.2").metric),
        "Repurchase rate has a goal but no strategy",
        lambda plan: (
            add_goals(plan, 1, metric=add_metric(plan, target="0.2").metric),
            answer(plan, Goal.objects.get(name="g0")),
        ),
    ),
    "goal_without_strategy": Case(
        lambda plan: add_parts(plan, 100),
        "“p0” has no strategy",
        lambda plan: (
            add_parts(plan, 100),
            KeyAction.objects.create(
                goal=Goal.objects.get(name="p0"), text="x", strategy=Strategy.objects.get()
            ),
            change(Strategy, state="paused"),
        ),
    ),
    "unanswered_bottleneck": Case(
        lambda plan: (
            add_bottlenecks(plan, 1),
            Strategy.objects.create(
                plan=plan, title="x", state="dropped", bottleneck=Bottleneck.objects.get()
            ),
        ),
        "“c0” is in focus but has no goal or strategy",
        lambda plan: (
            add_bottlenecks(plan, 2),
            Strategy.objects.create(plan=plan, title="x", bottleneck=Bottleneck.objects.get(cause="c0")),
            change(Goal, bottleneck=Bottleneck.objects.get(cause="c1")),
            add_bottlenecks(plan, 1, in_focus=False),
        ),
    ),
    "no_milestone": Case(
        lambda plan: choose_scenario(plan, "new"),
        "No goal is due before the plan's end",
        lambda plan: (choose_scenario(plan, "new"), add_goals(plan, 1, due=DAY)),
    ),
    "strategy_without_fallback": Case(
        lambda plan: choose_scenario(plan, "competition"),
        "“Referrals” has no fallback",
        lambda plan: (
            choose_scenario(plan, "competition"),
            change(Strategy, fallback=Strategy.objects.create(plan=plan, title="Calls", state="proposed")),
        ),
    ),
    "over_allocated_pool": Case(
        lambda plan: allocate(plan, 60, 41),
        "Marketing is over-allocated",
        lambda plan: allocate(plan, 60, 40),
    ),
    # 28 workdays of which 5 have a meeting of an hour leave 19.16 days for plans.
    "overloaded_person": Case(
        lambda plan: change(Task, effort="19.2"),
        "Mary has more work than days",
        lambda plan: change(Task, effort="19.1"),
    ),
    "inverted_allocation": Case(
        lambda plan: allocate(plan, 40, 60),
        "Fairs holds more than a strategy of higher priority",
        lambda plan: allocate(plan, 40, 60, reason="The fair is booked"),
    ),
    "task_without_owner": Case(
        lambda plan: change(Task, owner=None),
        "1 task has no owner",
        lambda plan: change(Task, owner=None, status="done", percent=100),
    ),
    "task_without_date": Case(
        lambda plan: change(Task, due=None),
        "1 task has no due date",
        lambda plan: (change(Task, due=None), change(Strategy, state="paused")),
    ),
    "task_without_standard": Case(
        lambda plan: change(Task, acceptance=""),
        "1 task has no acceptance standard",
        lambda plan: change(Task, acceptance="", status="cancelled", cancel_reason="x"),
    ),
    "strategy_without_task": Case(
        lambda plan: Strategy.objects.create(plan=plan, title="Members' 20 % offer"),
        "“Members' 20 % offer” has no task",
        lambda plan: Strategy.objects.create(plan=plan, title="Later", state="paused"),
    ),
    "too_many_tasks": Case(
        lambda plan: add_tasks(3),
        "“Referrals” has more than three tasks",
        lambda plan: (
            add_tasks(4),
            Task.objects.filter(description="t0").update(status="cancelled", cancel_reason="x"),
            Task.objects.filter(description="t1").update(removed_at=timezone.now()),
        ),
    ),
    "silent_task": Case(
        lambda plan: change(Task, start=DAY - dt.timedelta(days=7)),
        "1 open task has had no update for a week",
        lambda plan: change(Task, start=DAY - dt.timedelta(days=6)),
    ),
    "open_after_end": Case(
        lambda plan: change(Plan, end=DAY - dt.timedelta(days=1)),
        "1 task is still open after the plan's end",
        lambda plan: change(Plan, end=DAY),
    ),
    "slow_strategy_alone": Case(
        lambda plan: change(Strategy, effect_lag_days=60),
        "Referrals takes effect after its goal is due, and no fast strategy is paired with it",
        lambda plan: change(
            Strategy,
            effect_lag_days=60,
            pair=Strategy.objects.create(plan=plan, title="Fairs", state="proposed"),
        ),
    ),
    "riskiest_without_fallback": Case(
        lambda plan: change(
            Strategy, importance=5, urgency=5, capability_score=2, time_score=3, resources_score=3
        ),
        "Referrals is risky and important, and has no fallback",
        lambda plan: (
            change(Strategy, importance=3, urgency=5, risk="Nobody answers"),
            change(Strategy, fallback=Strategy.objects.create(plan=plan, title="Fairs", state="proposed")),
        ),
    ),
    "not_yet_but_active": Case(
        lambda plan: change(Strategy, capability_score=1),
        "Referrals is active, but its feasibility is “not yet”",
        lambda plan: (
            Strategy.objects.create(plan=plan, title="Fairs", state="proposed", capability_score=1),
            Strategy.objects.filter(title="Referrals").update(capability_score=2),
        ),
    ),
    "month_without_review": Case(
        lambda plan: change(Review, kind="quarter"),
        "No review for Oct 2026",
        lambda plan: Review.objects.create(
            plan=plan, start=dt.date(2026, 11, 1), worked="x", adjustments="y"
        ),
    ),
    "review_without_lesson": Case(
        lambda plan: change(Review, worked="", kind="quarter"),
        "The review for Q4 2026 is missing “What worked” and “To improve”",
        lambda plan: change(Review, worked="", improve="x"),
    ),
    "review_without_adjustment": Case(
        lambda plan: change(Review, adjustments=""),
        "The review for Oct 2026 has no next adjustments",
        lambda plan: change(Review, adjustments="", worked=""),
    ),
}


def declared() -> list[Pitfall]:
    """Every pitfall of the product, by its name."""
    root = Path(settings.BASE_DIR)
    modules = [
        import_module(".".join(path.relative_to(root).with_suffix("").parts))
        for app in ("planner", "strategies", "tracking", "reviews")
        for path in (root / app).rglob("pitfalls.py")
    ]
    constants = {value for module in modules for value in vars(module).values() if isinstance(value, Pitfall)}
    return sorted(constants, key=lambda pitfall: pitfall.name)


def test_every_pitfall_has_its_case_here():
    assert [pitfall.name for pitfall in declared()] == sorted(CASES)


def test_every_pitfall_is_looked_for_in_every_plan(plan):
    assert {check.pitfall for check in stages.checks([plan])[plan.pk]} == set(declared())


def test_a_sound_plan_has_nothing_to_mend(sound, plan):
    assert found(plan) == []


@pytest.mark.parametrize("pitfall", declared(), ids=lambda pitfall: pitfall.name)
def test_a_pitfall_is_found_where_it_is_with_the_page_that_mends_it(pitfall, sound, plan, manager, as_):
    CASES[pitfall.name].meet(plan)
    (check,) = [each for each in stages.checks([plan])[plan.pk] if each.pitfall is pitfall]
    address, _, row = check.url.partition("#")
    page = as_(manager).get(address).content.decode()

    assert check.message == CASES[pitfall.name].found
    assert not row or f'id="{row}"' in page
    assert not pitfall.lacks or f'<option value="{pitfall.lacks}" selected>' in page


@pytest.mark.parametrize("pitfall", declared(), ids=lambda pitfall: pitfall.name)
def test_a_pitfall_is_not_found_where_it_only_comes_close(pitfall, sound, plan):
    CASES[pitfall.name].spare(plan)
    assert pitfall not in {each.pitfall for each in stages.checks([plan])[plan.pk] if each.message}


def test_the_plans_home_counts_the_checks(sound, plan, manager, as_):
    change(Task, owner=None)
    page = as_(manager).get(f"/plans/{plan.pk}/").content.decode()

    assert f"Needs attention: 1 of {len(declared())}" in page
    assert "1 task has no owner" in page
    assert "Assign" in page


def test_many_names_are_listed_and_counted_in_the_readers_language(sound, plan):
    for number in range(4):
        metric = Metric.objects.create(team=plan.team, name=f"指标{number}", kind="amount")
        PlanMetric.objects.create(plan=plan, metric=metric, problems="x", order=number + 5)
    with override("zh-hans"):
        assert "4 个指标没有目标值：指标0、指标1、指标2 等 4 个" in found(plan)


def test_a_value_that_was_typed_without_a_reason_has_no_source(sound, plan):
    change(PlanMetric, override=7)
    assert found(plan) == ["Total sales has values without a source"]


def test_what_a_part_without_a_target_may_cover_is_not_called_uncovered(sound, plan):
    add_parts(plan, 50, None)
    assert not any("not covered" in message for message in found(plan))


def test_a_gap_that_no_strategy_answers_is_named_once(sound, plan):
    """Its goals are not named beside it."""
    add_goals(plan, 2, metric=add_metric(plan, target="0.2").metric)
    assert [message for message in found(plan) if "no strategy" in message] == [
        "Repurchase rate has a goal but no strategy"
    ]


def test_an_owner_who_left_owns_nothing(sound, plan, team, manager):
    type(seat(manager, team)).objects.update(removed_at=timezone.now())
    assert found(plan) == ["1 goal is missing an owner or a due date", "1 task has no owner"]


def test_what_a_paused_strategy_lacks_is_nobodys_worry(sound, plan):
    Task.objects.update(owner=None, due=None, acceptance="")
    Strategy.objects.update(state="paused")
    assert found(plan) == []


def test_a_running_task_that_nobody_spoke_of_for_a_week(sound, plan, team, manager):
    Task.objects.update(start=DAY - dt.timedelta(days=8))
    assert found(plan) == ["1 open task has had no update for a week"]
    said_now = Progress.objects.create(task=Task.objects.get(), status="in_progress", percent=10, note="x")
    Progress.objects.filter(pk=said_now.pk).update(at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC))
    assert found(plan) == []
    Progress.objects.filter(pk=said_now.pk).update(at=dt.datetime(2026, 11, 16, tzinfo=dt.UTC))
    assert found(plan) != []


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
    (check,) = [each for each in stages.checks([plan])[plan.pk] if each.message]
    page = as_(manager).get(check.url).content.decode()

    assert f'id="task-{task.pk}"' in page
    assert f'id="task-{other.pk}"' not in page


@pytest.mark.parametrize("sort", ["", "&sort=due", "&sort=-progress&q=l"])
@pytest.mark.parametrize(("lacks", "shown"), [("tasks", "Empty"), ("fewer", "Full"), ("", "Both")])
def test_table_3_shows_the_strategies_without_tasks_or_with_too_many(plan, manager, as_, lacks, shown, sort):
    Strategy.objects.create(plan=plan, title="Empty", aim="less")
    full = Strategy.objects.create(plan=plan, title="Full")
    for number in range(4):
        Task.objects.create(strategy=full, description=f"t{number}")
    page = as_(manager).get(f"/plans/{plan.pk}/tracking/?lacks={lacks}{sort}").content.decode()
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
    """Late 30 days after the end of a plan is late, and so is what was due after its end; due later is not."""
    over = type(plan).objects.create(
        team=team, name="Q1", start=dt.date(2026, 1, 1), end=dt.date(2026, 3, 31)
    )
    strategy = Strategy.objects.create(plan=over, title="Old")
    for due in (dt.date(2026, 3, 31), dt.date(2026, 4, 29), dt.date(2026, 4, 30)):
        Task.objects.create(strategy=strategy, description="x", due=due)
    lines = stages.summaries([plan, over])[over.pk]

    assert next(summary.line for stage, summary in lines if stage.url_name == "tracking") == (
        "3 of 3 tasks open · 2 overdue"
    )
