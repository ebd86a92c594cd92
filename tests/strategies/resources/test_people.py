"""The people of a plan: loads, windows that do not fit, and who is silent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from planner import stages
from planner.models import Leave, Membership, Plan
from strategies.models import Strategy
from strategies.resources.people import People, people_of, workforces
from strategies.resources.pools import allocate
from tests.strategies.resources.conftest import MONDAY, task


def people(plan: Plan) -> People:
    return people_of(plan, workforces([plan.team])[plan.team_id], MONDAY)


def windows(plan: Plan) -> list[tuple]:
    return [
        (strain.window.first, strain.window.last, strain.window.over, strain.is_of_tasks)
        for strain in people(plan).strains
    ]


def day(number: int) -> dt.date:
    return MONDAY + dt.timedelta(days=number)


def test_work_that_fits_in_any_way_gets_no_word(whole_days, given, mary):
    task(given.points, mary, "2", 0, 3, "A")
    task(given.points, mary, "1", 1, 1, "B")
    assert windows(whole_days) == []


def test_work_that_does_not_fit_names_the_days_and_the_tasks(whole_days, given, mary):
    task(given.points, mary, "3", 0, 2, "A")
    task(given.search, mary, "1", 1, 1, "B")
    assert windows(whole_days) == [(day(0), day(2), 1, True)]
    [strain] = people(whole_days).strains
    assert [cause.label for cause in strain.causes] == ["A", "B"]


def test_windows_are_judged_against_what_plans_may_use(team, plan, given, mary):
    """Three days with a meeting of an hour on Monday: 2.875 days, of which plans may use 70 %."""
    task(given.points, mary, "2.0", 0, 2)
    assert windows(plan) == []
    task(given.points, mary, "0.1", 1, 1)
    assert windows(plan) == [(day(0), day(2), Fraction("2.1") - Fraction("2.0125"), True)]


def test_what_has_begun_lies_between_today_and_its_due_date(whole_days, given, mary):
    task(given.points, mary, "3", -10, 2)
    assert windows(whole_days) == []
    task(given.points, mary, "0.5", -3, 1)
    assert windows(whole_days) == [(day(0), day(2), Fraction(1, 2), True)]


def test_overdue_tasks_are_named_by_themselves(whole_days, given, mary):
    task(given.points, mary, "30", -20, -1, "Late")
    task(given.points, mary, "3", 0, 2, "In time")
    [person] = people(whole_days).persons
    assert (person.load, [effort.label for effort in person.overdue], person.strains) == (3, ["Late"], [])


def test_silent_strategies_force_nothing(whole_days, given, mary):
    task(given.points, mary, "9", 0, 2)
    assert len(windows(whole_days)) == 1
    Strategy.objects.update(state="paused")
    assert windows(whole_days) == []


def test_tasks_of_other_plans_count_but_are_said_in_theirs(whole_days, other_plan, given, mary):
    other = Strategy.objects.create(plan=other_plan, title="Fairs")
    task(other, mary, "9", 0, 2)
    assert windows(whole_days) == []
    assert (people(whole_days).load, people(whole_days).other_load) == (9, 9)
    task(given.points, mary, "1", 0, 4)
    # The worst window of these days is the other plan's alone.
    assert windows(whole_days) == []
    task(given.points, mary, "1", 0, 2)
    assert windows(whole_days) == [(day(0), day(2), 7, True)]


def test_leave_makes_a_window_too_small(whole_days, given, mary):
    task(given.points, mary, "3", 0, 2)
    assert windows(whole_days) == []
    Leave.objects.create(member=mary, start=day(1), end=day(1))
    assert windows(whole_days) == [(day(0), day(2), 1, True)]


def test_an_allocation_is_a_ceiling_that_is_never_added_to_its_tasks(whole_days, given, mary, write):
    task(given.points, mary, "3", 0, 2)
    write(allocate, given.people, given.points, Decimal(3), member=mary, start=day(0), end=day(2))
    assert windows(whole_days) == []
    write(allocate, given.people, given.search, Decimal(1), member=mary, start=day(1), end=day(1))
    assert windows(whole_days) == [(day(0), day(2), 1, False)]


@pytest.mark.parametrize(("hours", "short"), [("28.5", False), ("28.6", True)])
def test_who_has_hardly_a_day_a_week_is_asked_about(team, plan, mary, hours, short):
    """A week of 40 hours less meetings, of which plans may use 70 %, is a day where 11.43 are left."""
    type(team).objects.update(meeting_minutes=0)
    plan.team.refresh_from_db()
    Membership.objects.filter(pk=mary.pk).update(meeting_hours=Decimal(hours))
    [person] = people(plan).persons
    assert person.is_short is short


def test_checks_take_the_same_queries_for_many_plans(team, plan, other_plan, given, mary, write, closed_plan):
    def count(plans: list[Plan]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            stages.checks(plans)
        return len(queries)

    write(allocate, given.marketing, given.points, Decimal(10))
    task(given.points, mary, "9", 0, 2)
    few = count([plan])
    for each in (other_plan, closed_plan):
        strategy = Strategy.objects.create(plan=each, title="Fairs", importance=5, urgency=5)
        pool = each.pools.create(name="Fairs", amount=5)
        pool.allocations.create(strategy=strategy, amount=4)
        task(strategy, mary, "9", 0, 2)
    assert count([plan, other_plan, closed_plan]) == few
