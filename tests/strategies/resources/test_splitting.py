"""The suggested split of a budget."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from strategies.models import Allocation
from strategies.resources.pools import allocate, change_allocation, spend
from strategies.resources.splitting import suggestion_of, use_split

D = Decimal


def amounts(plan, pool) -> dict[str, Decimal]:
    found = suggestion_of(plan, pool)
    return {part.place.strategy.title: part.amount for part in found.parts} if found else {}


def test_minima_first_the_rest_by_score_up_to_the_maxima(write, plan, given):
    write(allocate, given.marketing, given.points, D(15_000), minimum=D(15_000))
    write(allocate, given.marketing, given.search, D(48_000), minimum=D(15_000))
    write(allocate, given.marketing, given.partners, D(12_000), minimum=D(5_000), maximum=D(12_000))
    assert amounts(plan, given.marketing) == {
        "Points": D("38888.89"),
        "Search": D("34111.11"),
        "Partners": D("12000.00"),
    }
    suggested = suggestion_of(plan, given.marketing)
    assert (suggested.total, suggested.left, suggested.missing) == (85_000, 0, 0)
    write(use_split, given.marketing, suggested)
    assert sum(Allocation.objects.values_list("amount", flat=True)) == D("85000.00")
    assert not suggestion_of(plan, given.marketing).is_new


def test_nobody_gets_less_than_was_spent(write, plan, given):
    write(allocate, given.marketing, given.points, D(10))
    partners = write(allocate, given.marketing, given.partners, D(60_000), maximum=D(70_000))
    write(spend, partners, dt.date(2026, 11, 1), D(50_000))
    assert amounts(plan, given.marketing) == {"Points": D(25_000), "Partners": D(60_000)}
    write(spend, partners, dt.date(2026, 11, 2), D(25_000))
    # More is spent than its maximum.
    assert amounts(plan, given.marketing)["Partners"] == 75_000


def test_what_is_dropped_or_paused_keeps_what_was_spent_alone(write, plan, given):
    write(allocate, given.marketing, given.points, D(10))
    search = write(allocate, given.marketing, given.search, D(20_000))
    write(spend, search, dt.date(2026, 11, 1), D(5_000))
    given.search.state = "dropped"
    given.search.save()
    assert amounts(plan, given.marketing) == {"Points": D(80_000), "Search": D(5_000)}


def test_what_is_not_scored_keeps_what_it_has(write, plan, given):
    write(allocate, given.marketing, given.points, D(10))
    write(allocate, given.marketing, given.search, D(20_000))
    given.search.urgency = None
    given.search.save()
    assert amounts(plan, given.marketing) == {"Points": D(65_000), "Search": D(20_000)}


def test_a_budget_of_which_nothing_is_allocated_is_split_among_all_that_are_scored(write, plan, given):
    assert amounts(plan, given.marketing) == {
        "Points": D("38636.36"),
        "Search": D("30909.09"),
        "Partners": D("15454.55"),
    }
    write(use_split, given.marketing, suggestion_of(plan, given.marketing))
    assert Allocation.objects.count() == 3


def test_minima_beyond_the_pool_are_a_result_that_cannot_be_taken(write, plan, given):
    write(allocate, given.marketing, given.points, D(0), minimum=D(80_000))
    write(allocate, given.marketing, given.search, D(0), minimum=D("5000.01"))
    suggested = suggestion_of(plan, given.marketing)
    assert (suggested.missing, suggested.is_new) == (D("0.01"), False)


def test_maxima_may_leave_something_over(write, plan, given):
    allocation = write(allocate, given.marketing, given.points, D(0), maximum=D(80_000))
    assert suggestion_of(plan, given.marketing).left == 5_000
    write(change_allocation, allocation, {"maximum": None})
    assert suggestion_of(plan, given.marketing).left == 0


def test_other_pools_have_no_split(plan, given):
    assert suggestion_of(plan, given.people) is None
    assert suggestion_of(plan, given.coaching) is None
