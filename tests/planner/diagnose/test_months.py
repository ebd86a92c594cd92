"""Which months are looked at: one rule for Table 1, goals, checks, completeness, kept gaps and files (Decision 13)."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from planner import changes, stages
from planner.arithmetic.periods import add_months, closing_day, full_months_before, months_between
from planner.diagnose.analysis.page import Analysis
from planner.diagnose.gap_history import _windows, refresh_gaps
from planner.diagnose.standings import measure_progress, standings
from planner.models import GapPoint, Plan, PlanMetric, Reading, SourceCheck
from strategies.goals.goals import add_goal, change_goal
from strategies.goals.targets import targets

NOVEMBER_27 = dt.date(2026, 11, 27)


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    """`clock.today` is the team's day."""
    clock = SimpleNamespace(today=NOVEMBER_27)
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: clock.today)
    return clock


@pytest.fixture
def in_advance(team, status, clock) -> Plan:
    """A plan for January made on 27 November beside the running one, with the last 20 months known, 1 to 20."""
    plan = Plan.objects.create(team=team, name="Q1", start=dt.date(2027, 1, 1), end=dt.date(2027, 3, 31))
    PlanMetric.objects.create(plan=plan, metric=status.sales.metric, target=100, problems="x")
    months = months_between(dt.date(2025, 3, 1), dt.date(2026, 10, 1))
    for number, month in enumerate(months, start=1):
        read(status, month, number)
    SourceCheck.objects.create(team=team, source="CRM", at=timezone.now())
    return plan


def read(status, month: dt.date, value: int) -> None:
    Reading.objects.create(
        metric=status.sales.metric, segment=status.whole, month=month, value=value, source="CRM"
    )


def standing_of(plan: Plan):
    return standings(plan, plan.metrics.select_related("metric"))[0]


def found(plan: Plan) -> list[str]:
    return [check.message for check in stages.checks([plan])[plan.pk] if check.message]


def test_a_plan_made_in_advance_looks_at_the_last_months_that_are_over(in_advance, plan, manager, as_, clock):
    assert standing_of(in_advance).current == 19
    page = as_(manager).get(f"/plans/{in_advance.pk}/diagnose/").content.decode()
    assert "Current values: Aug 2026 – Oct 2026" in page
    assert "of 3 months with data" not in page
    # The running plan beside it keeps the months before its own start.
    assert standing_of(plan).current == 18
    assert (
        "Current values: Jul 2026 – Sep 2026"
        in as_(manager).get(f"/plans/{plan.pk}/diagnose/").content.decode()
    )


def test_checks_and_completeness_of_a_plan_made_in_advance_agree(in_advance):
    assert not [message for message in found(in_advance) if "history" in message]
    analysis = Analysis(in_advance, QueryDict())
    assert (analysis.score, analysis.reasons) == ("100%", [])


def test_with_a_month_missing_both_say_so(in_advance):
    Reading.objects.filter(month=dt.date(2026, 7, 1)).delete()
    assert "Total sales has less than 6 months of history" in found(in_advance)
    assert Analysis(in_advance, QueryDict()).score == "92%"


def test_the_kept_gap_of_a_plan_made_in_advance_is_that_of_table_1(in_advance, team):
    refresh_gaps(dt.datetime(2026, 11, 27, 4, tzinfo=dt.UTC))
    row = in_advance.metrics.get()
    assert GapPoint.objects.get(plan_metric=row).gap == standing_of(in_advance).gap.gap == 81


@pytest.mark.parametrize(
    ("today", "baseline"),
    [
        (NOVEMBER_27, 19),
        (dt.date(2026, 12, 1), 20),
        (dt.date(2027, 1, 1), 21),
        (dt.date(2027, 2, 10), 21),
        (dt.date(2027, 8, 1), 21),
    ],
)
def test_table_1_and_an_untyped_baseline_move_on_until_the_plan_starts(
    in_advance, status, manager, clock, today, baseline
):
    with changes.recording(in_advance.team, plan=in_advance, by=manager) as log:
        goal = add_goal(log, in_advance, "Sales", status.sales.metric, target=100)
        typed = add_goal(log, in_advance, "Sales from 7", status.sales.metric, baseline=7, target=100)
    for number, month in enumerate(
        (dt.date(2026, 11, 1), dt.date(2026, 12, 1), dt.date(2027, 1, 1)), start=21
    ):
        read(status, month, number)
    clock.today = today

    assert standing_of(in_advance).current == baseline
    moving, fixed = targets(in_advance, [goal, typed], today)
    assert (moving.baseline, moving.baseline_months) == (baseline, standing_of(in_advance).months)
    assert (fixed.baseline, fixed.baseline_months) == (7, ())


def test_a_growth_of_an_untyped_baseline_grows_from_the_level_of_the_day(in_advance, status, manager):
    with changes.recording(in_advance.team, plan=in_advance, by=manager) as log:
        goal = add_goal(log, in_advance, "+100 %", status.sales.metric, kind="grow_percent", growth=1)
        assert (goal.baseline, goal.target) == (None, 38)
        change_goal(log, goal, {"growth": 2})
    assert (goal.baseline, goal.target) == (None, 57)


def test_table_2_names_the_months_of_a_baseline_that_nobody_typed(in_advance, status, manager, as_):
    with changes.recording(in_advance.team, plan=in_advance, by=manager) as log:
        add_goal(log, in_advance, "Sales", status.sales.metric, target=38)
    page = as_(manager).get(f"/plans/{in_advance.pk}/goals/").content.decode()
    assert "From 19 to 38 CNY, +100% · Baseline: Aug 2026 – Oct 2026" in page


def test_a_row_that_names_a_later_day_looks_no_further_than_today(in_advance):
    in_advance.metrics.update(as_of=dt.date(2027, 1, 1))
    assert standing_of(in_advance).current == 19


def test_the_last_month_of_a_plan_counts_once_it_is_over(plan, status, clock):
    """A quarter that is over has three months behind it, also in completeness and in what is shown as now."""
    for month in (10, 11, 12):
        read(status, dt.date(2026, month, 1), month)
    clock.today = dt.date(2026, 12, 31)
    assert measure_progress(plan, [standing_of(plan)])[0].now == 10.5
    clock.today = dt.date(2027, 1, 1)
    progress = measure_progress(plan, [standing_of(plan)])[0]
    assert (progress.now, progress.months[-1]) == (11, dt.date(2026, 12, 1))
    analysis = Analysis(plan, QueryDict())
    assert analysis.history.due == analysis.history.last == dt.date(2026, 12, 1)


def test_a_year_long_plan_looks_at_its_last_three_months(team, status, clock):
    year = Plan.objects.create(team=team, name="2026", start=dt.date(2026, 1, 1), end=dt.date(2026, 12, 31))
    PlanMetric.objects.create(plan=year, metric=status.sales.metric, target=100)
    for month in range(1, 13):
        read(status, dt.date(2026, month, 1), month)
    assert measure_progress(year, [standing_of(year)])[0].now == 9
    clock.today = dt.date(2028, 1, 1)
    assert measure_progress(year, [standing_of(year)])[0].now == 11


def test_a_files_note_names_the_months(in_advance, manager, as_):
    from planner.diagnose.table import StatusTable
    from tests.conftest import seat

    sheet = StatusTable(in_advance, seat(manager, in_advance.team)).sheet()
    assert sheet.note.endswith(" · Current values: Aug 2026 – Oct 2026")


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.integers(-30, 400))
def test_kept_gaps_take_each_plan_with_the_months_that_are_full_on_the_day(day, ends_in):
    """Every plan that is watched lies in one window, and its months are the last three full ones."""
    end = day + dt.timedelta(days=ends_in)
    (window,) = [window for window in _windows(day) if window.first_end <= end <= window.last_end]
    assert window.months == full_months_before(closing_day(day, end))
    assert window.after == add_months(window.months[-1], 1)
