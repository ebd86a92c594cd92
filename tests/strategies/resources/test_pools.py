"""Pools and allocations: what is refused, and what each pool holds."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import ValidationError

from planner.changes import errors_by_field
from planner.copies import copy_plan
from planner.models import Membership, Plan
from planner.people import add_leave
from strategies.models import Allocation, Pool, Spending
from strategies.resources.people import workforces
from strategies.resources.pools import (
    Holding,
    add_pool,
    allocate,
    change_allocation,
    change_pool,
    holdings,
    spend,
)
from strategies.resources.splitting import inversions
from tests.strategies.resources.conftest import MONDAY

D = Decimal


def held(plan: Plan) -> dict[str, Holding]:
    found = holdings([plan], workforces([plan.team]))[plan.pk]
    return {holding.pool.name: holding for holding in found}


def refusal(call) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as error:
        call()
    return errors_by_field(error.value)


def test_a_pool_of_0_or_without_an_amount_is_refused(write, plan):
    assert refusal(lambda: write(add_pool, plan, "Training", "budget", D(0))) == {
        "amount": ["Enter an amount above 0, or remove the pool."]
    }
    assert "Enter how much the pool has." in str(refusal(lambda: write(add_pool, plan, "Training", "time")))
    assert write(add_pool, plan, "Team", "people").amount is None
    assert not Pool.objects.filter(name="Training").exists()


def test_a_pool_is_over_allocated_from_the_first_cent_on(write, plan, given):
    write(allocate, given.marketing, given.points, D("50000.00"))
    second = write(allocate, given.marketing, given.search, D("35000.00"))
    assert (held(plan)["Marketing"].left, held(plan)["Marketing"].is_over) == (0, False)
    write(change_allocation, second, {"amount": D("35000.01")})
    assert (held(plan)["Marketing"].left, held(plan)["Marketing"].is_over) == (Fraction("-0.01"), True)
    write(change_pool, given.marketing, {"amount": D("85000.01")})
    assert not held(plan)["Marketing"].is_over


def test_allocations_stand_by_the_rank_of_their_strategies(write, plan, given):
    for strategy in (given.partners, given.search, given.points):
        write(allocate, given.marketing, strategy, D(10))
    shares = held(plan)["Marketing"].shares
    assert [(share.place.rank, share.strategy) for share in shares] == [
        (1, given.points),
        (2, given.search),
        (3, given.partners),
    ]


def test_a_dropped_strategy_gets_nothing_but_may_give_back(write, given):
    allocation = write(allocate, given.marketing, given.points, D(100))
    given.points.state = "dropped"
    given.points.save()
    allocation.refresh_from_db()
    text = "“Points” is dropped and gets nothing more. Set it to active first."
    assert refusal(lambda: write(allocate, given.coaching, given.points, D(1))) == {"strategy": [text]}
    assert refusal(lambda: write(change_allocation, allocation, {"amount": D(101)})) == {"amount": [text]}
    allocation.refresh_from_db()
    assert write(change_allocation, allocation, {"amount": D(0)}).amount == 0


def test_dates_outside_of_the_plan_are_refused(write, plan, given, mary):
    days = {"member": mary, "start": MONDAY, "end": plan.end + dt.timedelta(days=1)}
    assert refusal(lambda: write(allocate, given.people, given.points, D(5), **days)) == {
        "start": ["These dates are outside the plan: 1 Oct – 31 Dec 2026."]
    }
    assert write(allocate, given.people, given.points, D(5), **{**days, "end": plan.end}).end == plan.end


def test_money_has_no_person_and_no_dates(write, given, mary):
    assert "member" in refusal(lambda: write(allocate, given.marketing, given.points, D(5), member=mary))


def test_a_maximum_below_the_minimum_is_refused(write, given):
    limits = {"minimum": D(10), "maximum": D(9)}
    text = "The maximum is below the minimum."
    assert text in str(refusal(lambda: write(allocate, given.marketing, given.points, D(10), **limits)))


def test_what_was_spent_is_dated_and_added_up(write, plan, given):
    allocation = write(allocate, given.marketing, given.points, D(100))
    write(spend, allocation, dt.date(2026, 11, 20), D("40.10"), "Posters")
    write(spend, allocation, dt.date(2026, 11, 5), D("20.05"))
    share = held(plan)["Marketing"].shares[0]
    assert (share.spent, share.last_spent) == (D("60.15"), dt.date(2026, 11, 20))
    assert held(plan)["Marketing"].spent == D("60.15")


@pytest.mark.parametrize(
    ("day", "amount", "field"),
    [
        (MONDAY + dt.timedelta(days=1), D(5), "day"),
        (dt.date(2026, 9, 30), D(5), "day"),
        (MONDAY, D(0), "amount"),
        (MONDAY, D(-5), "amount"),
    ],
)
def test_spending_to_come_before_the_plan_or_of_nothing_is_refused(write, given, day, amount, field):
    allocation = write(allocate, given.marketing, given.points, D(100))
    assert list(refusal(lambda: write(spend, allocation, day, amount))) == [field]
    assert not Spending.objects.exists()


def test_people_without_an_amount_have_what_their_capacity_comes_to(team, plan, given, write, mary):
    """Five people for ten days with 1.5, 1.5, 1.5, 2 and 1.5 days of meetings and three of leave: 27.3 days."""
    Plan.objects.filter(pk=plan.pk).update(start=MONDAY, end=dt.date(2026, 12, 11))
    plan.refresh_from_db()
    Membership.objects.filter(pk=mary.pk).update(meeting_hours=5)
    members = [mary] + [
        Membership.objects.create(team=team, name=name, meeting_hours=hours)
        for name, hours in (("Lin", 5), ("Xu", 5), ("He", 7), ("Tang", 5))
    ]
    Membership.objects.create(team=team, name="Eve", role="viewer")
    write(add_leave, members[1], dt.date(2026, 12, 2), dt.date(2026, 12, 3))
    write(add_leave, members[4], dt.date(2026, 12, 8), dt.date(2026, 12, 8))
    assert held(plan)["People"].size == Fraction("27.3")
    write(change_pool, given.people, {"amount": D(30)})
    assert held(plan)["People"].size == 30


def test_the_days_of_a_plan_that_are_over_stay_in_its_pool(plan, given, mary, monkeypatch):
    """Allocations are of the whole plan: what was right at its start is not over-allocated at its end."""
    size = held(plan)["People"].size
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: plan.end)
    assert held(plan)["People"].size == size > 0


def test_leave_is_entered_once(write, mary):
    write(add_leave, mary, MONDAY, MONDAY + dt.timedelta(days=2))
    text = "Mary has leave on some of these days already. Remove that first."
    again = MONDAY + dt.timedelta(days=2)
    assert refusal(lambda: write(add_leave, mary, again, again)) == {"start": [text]}


def test_a_copy_has_pools_and_allocations_but_no_spending(write, plan, given, manager):
    allocation = write(allocate, given.marketing, given.points, D(100), minimum=D(50))
    write(spend, allocation, MONDAY, D(40))
    new = copy_plan(plan, by=manager, name="Q1", start=dt.date(2027, 1, 1), end=dt.date(2027, 3, 31))
    copied = Allocation.objects.get(pool__plan=new)
    assert (copied.pool.name, copied.strategy.plan, copied.minimum) == ("Marketing", new, 50)
    assert Spending.objects.count() == 1
    assert new.pools.count() == 3


def test_who_holds_more_than_a_higher_one_stands_against_the_order(write, plan, given):
    points = write(allocate, given.marketing, given.points, D(15_000))
    search = write(allocate, given.marketing, given.search, D(48_000))
    write(allocate, given.marketing, given.partners, D(12_000))
    [found] = inversions(held(plan)["Marketing"])
    assert (found.lower.strategy, found.higher.strategy) == (given.search, given.points)
    # Limits explain it: the first has its maximum, or the second no more than its minimum.
    write(change_allocation, points, {"maximum": D(15_000)})
    assert inversions(held(plan)["Marketing"]) == []
    write(change_allocation, points, {"maximum": None})
    write(change_allocation, search, {"minimum": D(48_000)})
    assert inversions(held(plan)["Marketing"]) == []
    write(change_allocation, search, {"minimum": None, "reason": "The contract runs until March"})
    assert inversions(held(plan)["Marketing"]) == []
