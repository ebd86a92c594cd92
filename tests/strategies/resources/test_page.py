"""The page of the resources, as people use it."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest

from planner.models import Leave, Membership
from strategies.models import Allocation, Pool, Spending
from strategies.resources.pools import allocate, change_allocation, spend
from tests.strategies.resources.conftest import MONDAY, task
from tracking.models import Task

D = Decimal
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def url(plan) -> str:
    return f"/plans/{plan.pk}/resources/"


@pytest.fixture
def split(write, given) -> list[Allocation]:
    """Of the budget of 85,000: 15,000, 48,000 and 12,000, the second against the order."""
    return [
        write(allocate, given.marketing, given.points, D(15_000)),
        write(allocate, given.marketing, given.search, D(48_000)),
        write(allocate, given.marketing, given.partners, D(12_000), maximum=D(12_000)),
    ]


def page(client, url: str) -> str:
    return " ".join(client.get(url).content.decode().split())


def test_the_bars_end_where_the_pool_ends(split, url, write, manager, as_):
    html = page(as_(manager), url)
    assert "10,000 CNY unallocated" in html
    assert "75,000 CNY allocated, 88%" in html
    write(change_allocation, split[0], {"amount": D("25000.01")})
    html = page(as_(manager), url)
    assert '<span class="chip bad">over by 0.01 CNY</span>' in html
    assert 'class="over" x="84.00%"' in html


def test_one_click_takes_the_split_and_one_undo_brings_the_old_one_back(split, url, given, manager, as_):
    client = as_(manager)
    assert "Rank 2 holds more than rank 1:" in page(client, url)
    client.post(f"{url}pools/{given.marketing.pk}/split/")
    amounts = list(Allocation.objects.order_by("pk").values_list("amount", flat=True))
    assert amounts == [D("40555.56"), D("32444.44"), D("12000.00")]
    html = page(client, url)
    assert "Use this split" not in html
    assert "holds more than" not in html
    undo = html.partition('action="/plans/')[2].partition('"')[0]
    client.post(f"/plans/{undo}")
    assert list(Allocation.objects.order_by("pk").values_list("amount", flat=True)) == [
        15_000,
        48_000,
        12_000,
    ]


def test_a_split_taken_twice_changes_nothing_the_second_time(split, url, plan, given, manager, as_):
    client = as_(manager)
    client.post(f"{url}pools/{given.marketing.pk}/split/")
    plan.team.refresh_from_db()
    revision = plan.team.revision
    client.post(f"{url}pools/{given.marketing.pk}/split/")
    plan.team.refresh_from_db()
    assert plan.team.revision == revision


def test_what_stands_against_the_order_is_kept_with_a_reason(split, url, manager, as_):
    client = as_(manager)
    keep = f"{url}allocations/{split[1].pk}/keep/"
    refused = client.post(keep, {"reason": ""})
    assert refused.status_code == 422
    client.post(keep, {"reason": "The contract runs until March"})
    html = page(client, url)
    assert "holds more than" not in html
    assert "The contract runs until March" in html


def test_spending_is_entered_listed_and_removed(split, url, manager, as_):
    client = as_(manager)
    sent = {"allocation": split[0].pk, "day": "2026-11-20", "amount": "9,800", "note": "Posters"}
    client.post(f"{url}spending/", sent)
    html = page(client, url)
    assert "9,800 CNY · Points" in html
    assert "20 Nov 2026" in html
    refused = client.post(f"{url}spending/", sent | {"day": "2026-12-01"})
    assert refused.status_code == 422
    assert "This day is still to come" in refused.content.decode()
    client.post(f"{url}spending/{Spending.objects.get().pk}/remove/")
    assert not Spending.objects.exists()


def test_saving_what_does_not_fit_saves_it_and_says_so(split, url, manager, as_):
    sent = {
        "cell": "amount",
        "initial-amount": "15000",
        "amount": "25001",
        "initial-reason": "",
        "reason": "",
    }
    answer = as_(manager).post(f"{url}rows/allocation-{split[0].pk}/", sent, **HTMX)
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert toast["text"] == "Marketing is over-allocated by 1 CNY."
    assert toast["undo"].startswith("/plans/")
    assert Allocation.objects.get(pk=split[0].pk).amount == 25_001
    fits = as_(manager).post(
        f"{url}rows/allocation-{split[0].pk}/", sent | {"initial-amount": "25001", "amount": "25000"}, **HTMX
    )
    assert "HX-Trigger" not in fits


def test_a_task_that_does_not_fit_its_owner_is_saved_and_says_so(whole_days, given, mary, manager, as_):
    made = task(given.points, mary, "1", 0, 2)
    url = f"/plans/{whole_days.pk}/tracking/rows/task-{made.pk}/"
    due = made.due.isoformat()
    sent = {"cell": "due", "initial-due": due, "due": due, "initial-effort": "1"}
    assert "HX-Trigger" not in as_(manager).post(url, sent | {"effort": "3"}, **HTMX)
    answer = as_(manager).post(url, sent | {"initial-effort": "3", "effort": "3.5"}, **HTMX)
    assert json.loads(answer["HX-Trigger"])["toast"]["text"] == (
        "Mary, 30 Nov – 2 Dec 2026: 3.5 days of tasks in 3 days, over by 0.5 days."
    )
    assert Task.objects.get().effort == D("3.5")
    assert "3.5 days" in answer.content.decode()
    too_fine = as_(manager).post(url, sent | {"initial-effort": "3.5", "effort": "3.55"}, **HTMX)
    assert "Enter days with one decimal at most" in too_fine.content.decode()


def test_people_with_windows_that_do_not_fit(whole_days, url, given, mary, manager, as_):
    first = task(given.points, mary, "3", 0, 2, "Connect phone leads")
    task(given.search, mary, "1", 1, 1, "Train the evening shift")
    Membership.objects.create(team=whole_days.team, name="Silent Sam")
    Task.objects.create(strategy=given.points, description="No estimate")
    html = page(as_(manager), url)
    assert "Mary, 30 Nov – 2 Dec 2026: 4 days of tasks in 3 days, over by 1 day." in html
    assert f'<a href="/plans/{whole_days.pk}/tracking/#task-{first.pk}">Connect phone leads</a>' in html
    assert "24 workdays − 0 meetings − 0 leave = 24 days; × 100% for plans = 24 days" in html
    assert html.count("over by 1 day.") == 1
    assert "Silent Sam, " not in html
    assert "1 open task has no effort and is not counted." in html


def test_a_pool_and_its_allocations_are_typed_in_the_table(plan, url, given, manager, as_):
    client = as_(manager)
    refused = client.post(f"{url}rows/?kind=pool", {"name": "Fairs", "kind": "budget", "amount": "0"}, **HTMX)
    assert "Enter an amount above 0, or remove the pool." in refused.content.decode()
    client.post(f"{url}rows/?kind=pool", {"name": "Fairs", "kind": "budget", "amount": "2万"}, **HTMX)
    pool = Pool.objects.get(name="Fairs")
    assert pool.amount == 20_000
    sent = {"beneath": pool.pk, "strategy": given.points.pk, "amount": "5,000"}
    client.post(f"{url}rows/?kind=allocation", sent, **HTMX)
    assert Allocation.objects.get(pool=pool).amount == 5_000
    again = client.post(f"{url}rows/?kind=allocation", sent, **HTMX)
    assert "has an allocation of this pool already" in again.content.decode()
    client.post(
        f"{url}rows/pool-{pool.pk}/", {"cell": "name", "initial-name": "Fairs", "name": "Trade fairs"}, **HTMX
    )
    client.post(f"{url}rows/pool-{pool.pk}/remove/", **HTMX)
    assert not Allocation.objects.filter(pool=pool).exists()


def test_days_of_a_person_have_dates_inside_of_the_plan(plan, url, given, mary, write, manager, as_):
    days = write(allocate, given.people, given.points, D(5), member=mary)
    row, sent = f"{url}rows/days-{days.pk}/", {"cell": "dates", "initial-dates": ""}
    refused = as_(manager).post(row, sent | {"dates": "2026-12-01/2027-01-04"}, **HTMX)
    assert "These dates are outside the plan: 1 Oct – 31 Dec 2026." in refused.content.decode()
    as_(manager).post(row, sent | {"dates": "2026-12-01/2026-12-04"}, **HTMX)
    days.refresh_from_db()
    assert (days.start, days.end) == (dt.date(2026, 12, 1), dt.date(2026, 12, 4))


def test_a_column_of_amounts_is_pasted(plan, url, split, manager, as_):
    keys = [f"allocation-{each.pk}" for each in split]
    block = {"lines": '[["10,000"], ["9,000"], ["0.5"]]', "column": "amount", "keys": json.dumps(keys)}
    preview = as_(manager).post(f"{url}paste/", block, **HTMX).content.decode()
    fingerprint = preview.partition('name="fingerprint" value="')[2].partition('"')[0]
    as_(manager).post(f"{url}paste/", block | {"fingerprint": fingerprint}, **HTMX)
    assert list(Allocation.objects.order_by("pk").values_list("amount", flat=True)) == [
        10_000,
        9_000,
        D("0.5"),
    ]


def test_an_open_page_is_told_of_what_others_change(plan, url, split, given, mary, write, manager, as_):
    plan.team.refresh_from_db()
    since = plan.team.revision
    write(spend, split[0], MONDAY, D(500))
    told = as_(manager).get(f"{url}changes/", {"since": since}).content.decode()
    for piece in ("pools", "splits", "people", "spending"):
        assert f'id="{piece}"' in told
    assert "500 CNY · Points" in told


def test_leave_is_everybodys_own_and_the_managers(team, rep, manager, viewer, mary, as_):
    url = "/team/leave-days/"
    ricks = Membership.objects.get(name="Rick")
    as_(rep).post(url, {"member": ricks.pk, "dates": "2026-12-01/2026-12-02"})
    refused = as_(rep).post(url, {"member": mary.pk, "dates": "2026-12-01/2026-12-02"})
    assert refused.status_code == 422
    as_(manager).post(url, {"member": ricks.pk, "dates": "2026-12-07/2026-12-08"})
    assert list(Leave.objects.values_list("member__name", flat=True)) == ["Rick", "Rick"]
    assert as_(viewer).post(url, {"member": ricks.pk, "dates": "2026-12-10/2026-12-10"}).status_code == 403
    first = Leave.objects.first()
    as_(rep).post(f"{url}{first.pk}/remove/")
    assert Leave.objects.count() == 1
    marys = Leave.objects.create(member=mary, start="2026-12-01", end="2026-12-01")
    assert as_(rep).post(f"{url}{marys.pk}/remove/").status_code == 403
    assert (
        "The end date is before the start date"
        in as_(rep).post(url, {"member": ricks.pk, "dates": "2026-12-03/2026-12-02"}).content.decode()
    )


def test_a_member_and_the_team_say_what_takes_time(team, manager, mary, as_):
    client = as_(manager)
    data = {"name": "Mary", "role": "manager", "first_day": "2026-12-01", "meeting_hours": "5.5"}
    client.post(f"/team/members/{mary.pk}/", data)
    mary.refresh_from_db()
    assert (mary.first_day, mary.meeting_hours) == (dt.date(2026, 12, 1), D("5.5"))
    client.post(f"/team/members/{mary.pk}/", {"name": "Mary", "role": "manager"})
    mary.refresh_from_db()
    assert mary.meeting_hours == D("5.5")
    assert "70%" in page(client, "/team/")


def test_money_is_called_as_the_team_calls_it(plan, manager, as_):
    plan.pools.create(name="培训", amount=20_000)
    type(plan.team).objects.filter(pk=plan.team.pk).update(language="zh-hans", currency="CNY")
    page = as_(manager).get(f"/plans/{plan.pk}/resources/").content.decode()
    assert "元" in page
    assert "CNY" not in page
