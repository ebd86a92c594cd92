"""The way of a goal as people read it: held, on track, behind, out of reach (Decisions 17 and 21)."""

from __future__ import annotations

import datetime as dt

import pytest

from planner.models import Goal, Plan, PlanMetric, Reading, Segment

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def on_2_december(monkeypatch):
    """Two of the three months of the plan are full."""
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: dt.date(2026, 12, 2))


def read(row: PlanMetric, values: dict[int, object], segment: Segment) -> None:
    for month, value in values.items():
        Reading.objects.create(metric=row.metric, segment=segment, month=dt.date(2026, month, 1), value=value)


@pytest.fixture
def rate(plan, status) -> Goal:
    """A repurchase rate of 16 % that is to stay at 15 % at least, at 15.5 % now."""
    read(status.rate, {7: "0.16", 8: "0.16", 9: "0.16", 10: "0.155", 11: "0.155"}, status.whole)
    PlanMetric.objects.filter(pk=status.rate.pk).update(target="0.15")
    return Goal.objects.create(plan=plan, name="Repurchase", metric=status.rate.metric, target="0.15")


def page(client, plan: Plan, name: str) -> str:
    return client.get(f"/plans/{plan.pk}/{name}").content.decode()


def test_at_least_15_per_cent_falling_from_16_to_15_and_a_half_is_held(rate, plan, manager, as_):
    client = as_(manager)
    assert '<span class="chip good">Held</span>' in page(client, plan, "diagnose/")
    for text in (page(client, plan, "goals/"), page(client, plan, "")):
        assert '<span class="chip good">Held</span>' in text
        assert "Hold at least 15%" in text
        assert "of the way" not in text

    Reading.objects.filter(month=dt.date(2026, 11, 1)).update(value="0.1")
    for text in (page(client, plan, "goals/"), page(client, plan, "")):
        assert '<span class="chip warn">Behind</span>' in text
        assert "of the way" not in text


def test_a_cost_below_its_ceiling_is_held(plan, status, manager, as_):
    status.sales.metric.direction = "lower"
    status.sales.metric.save()
    read(status.sales, {7: 380, 8: 380, 9: 380, 10: 390, 11: 395}, status.whole)
    PlanMetric.objects.filter(pk=status.sales.pk).update(target=400)
    Goal.objects.create(plan=plan, name="Cost", metric=status.sales.metric, baseline=380, target=400)
    client = as_(manager)

    for text in (page(client, plan, "goals/"), page(client, plan, "")):
        assert "Hold at most 400 CNY" in text
        assert '<span class="chip good">Held</span>' in text
        assert "−" not in text.split("<tbody")[-1].split("</tbody")[0]


def test_a_goal_has_a_direction_of_its_own(rate, plan, manager, as_):
    """Less of it is wanted: then 16 % to 15 % is a way, and half of it is done."""
    client, url = as_(manager), f"/plans/{plan.pk}/goals/"
    sent = {"cell": "target", "kind": "reach", "target": "15%", "direction": "lower", "unit": ""}
    client.post(f"{url}rows/core-{rate.pk}/", sent, **HTMX)

    rate.refresh_from_db()
    assert rate.direction == "lower"
    text = page(client, plan, "goals/")
    assert "50% of the way" in text
    assert '<span class="chip warn">Behind</span>' in text
    assert "Held" not in text


def test_two_goals_of_one_plan_have_signs_of_their_own(plan, status, manager, as_):
    """From 700 to 1,000: 810 after two of three months is behind, and 190 in the last month was never seen."""
    values = {4: 640, 5: 660, 6: 680, 7: 690, 8: 700, 9: 710, 10: 800, 11: 820}
    read(status.sales, values, status.whole)
    Goal.objects.create(plan=plan, order=1, name="Far", metric=status.sales.metric, target=1000)
    Goal.objects.create(plan=plan, order=2, name="Near", metric=status.sales.metric, target=850)
    text = page(as_(manager), plan, "goals/")
    far, near = text.split("<b>Far</b>")[1].split("<b>Near</b>")

    assert '<span class="chip bad">Out of reach at this pace</span>' in far
    assert "Needs +190 CNY a month; the best so far was +90 CNY." in far
    assert '<span class="chip good">On track</span>' in near
    assert "Needs" not in near


def test_the_share_of_a_segment_has_moves_of_its_own(plan, status, team, manager, as_):
    """The share of product A rises by 2 points a month; from 40 % to 60 % is out of reach with 1 month left."""
    line = Segment.objects.create(team=team, dimension="product_line", name="A")
    months = range(4, 12)
    read(status.sales, dict.fromkeys(months, 1000), status.whole)
    read(status.sales, {month: 320 + 20 * (month - 4) for month in months}, line)
    Goal.objects.create(
        plan=plan, name="A", metric=status.sales.metric, segment=line, kind="share", target="0.6"
    )
    text = page(as_(manager), plan, "goals/")

    assert "From 40% to 60% of Total sales" in text
    assert "Needs +15 pp a month; the best so far was +2 pp." in text


def test_before_the_first_full_month_there_is_no_data_yet(plan, status, manager, as_, monkeypatch):
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: dt.date(2026, 10, 20))
    read(status.sales, {7: 700, 8: 700, 9: 700, 10: 900}, status.whole)
    Goal.objects.create(plan=plan, name="Sales", metric=status.sales.metric, target=1000)

    assert '<span class="chip off">No data yet</span>' in page(as_(manager), plan, "goals/")
