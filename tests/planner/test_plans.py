"""How a plan begins, changes, is duplicated, goes and comes back; and what becomes of its metrics."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial

import pytest
from django.core.exceptions import ValidationError

from planner import changes
from planner.forms.plans import periods
from planner.models import Change, Goal, Metric, Plan, PlanMetric
from planner.plans import add_to_table, begin_plan, change_plan, new_metric, standard_metrics
from reviews.models import Review
from strategies.models import KeyAction, ServedGoal, Strategy
from tests.conftest import TODAY, seat
from tracking.models import Progress, Task


@pytest.fixture(autouse=True)
def on_a_monday(monkeypatch):
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: TODAY)


def names(plan: Plan) -> list[str]:
    return list(PlanMetric.objects.filter(plan=plan).order_by("order").values_list("metric__name", flat=True))


def test_periods_are_whole_months_around_today():
    assert periods(dt.date(2026, 11, 23))["next-quarter"] == (dt.date(2027, 1, 1), dt.date(2027, 3, 31))
    assert periods(dt.date(2026, 11, 23))["this-quarter"] == (dt.date(2026, 10, 1), dt.date(2026, 12, 31))
    assert periods(dt.date(2026, 1, 31))["next-month"] == (dt.date(2026, 2, 1), dt.date(2026, 2, 28))
    assert periods(dt.date(2026, 12, 1))["next-year"] == (dt.date(2027, 1, 1), dt.date(2027, 12, 31))


def test_a_plan_begins_in_one_step_and_ends_on_table_1(team, manager, as_):
    sent = {"scenario": "decline", "name": "Q1", "period": "next-quarter", "metrics": ["sales", "orders"]}
    answer = as_(manager).post("/plans/new/", sent)

    plan = Plan.objects.get()
    assert answer.url == f"/plans/{plan.pk}/diagnose/"
    assert (plan.start, plan.end, plan.scenario) == (dt.date(2027, 1, 1), dt.date(2027, 3, 31), "decline")
    assert names(plan) == ["Total sales", "Order count"]


def test_dates_of_ones_own_are_taken_where_no_period_is_named(team, manager, as_):
    sent = {"scenario": "target", "name": "x", "period": "other", "start": "2027-02-01", "end": "2027-02-14"}
    as_(manager).post("/plans/new/", sent)

    assert (Plan.objects.get().start, Plan.objects.get().end) == (dt.date(2027, 2, 1), dt.date(2027, 2, 14))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"start": "2027-02-01", "end": ""}, "Enter a date."),
        ({"start": "2027-02-01", "end": "2027-01-01"}, "The plan ends before it starts"),
        ({"start": "2027-02-0x", "end": "2027-03-01"}, "Enter a valid date, such as 2026-10-01."),
        ({"start": "0001-01-01", "end": "2027-03-01"}, "Choose a date between 1990 and 2199."),
        ({"start": "2027-01-01", "end": "2199-12-31"}, "A plan can last three years at most"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused_and_what_was_typed_stays(team, manager, as_, sent, said):
    answer = as_(manager).post(
        "/plans/new/", {"scenario": "target", "name": "My name", "period": "other", **sent}
    )

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert 'value="My name"' in answer.content.decode()
    assert not Plan.objects.exists()


def test_a_metric_that_is_asked_for_twice_is_refused_in_its_field(team, manager, as_):
    sent = {"scenario": "target", "name": "x", "period": "this-year", "metrics": ["sales", "sales"]}
    answer = as_(manager).post("/plans/new/", sent)

    assert answer.status_code == 422
    assert "“Total sales” is already in the table." in answer.content.decode()
    assert not Plan.objects.exists()


def test_the_scenario_suggests_the_first_metrics(team, manager, as_):
    page = as_(manager).get("/plans/new/?scenario=new").content.decode()
    checked = [line for line in page.split("<input") if 'name="metrics"' in line and "checked" in line]

    assert [line.split('value="')[1].split('"')[0] for line in checked] == [
        "sales", "conversion", "new_customers", "acquisition",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "unit", "aggregation"),
    [("amount", "元", "sum"), ("count", "", "sum"), ("rate", "", "ratio"), ("cost", "元", "ratio")],
)
def test_a_new_metric_is_as_its_kind_suggests_in_the_teams_language(team, kind, unit, aggregation):
    team.language = "zh-hans"
    made = new_metric(team, "x", kind, "lower")

    assert (made.team, made.name, made.kind, made.direction) == (team, "x", kind, "lower")
    assert (made.unit, made.aggregation, made.pk) == (unit, aggregation, None)


def test_a_metric_is_added_behind_the_others_and_once(plan, status, team, manager):
    with changes.recording(team, plan=plan, by=manager) as log:
        row = add_to_table(log, plan, new_metric(team, "Visits", "count"))
    assert (row.order, row.metric.name) == (3, "Visits")
    assert [each.model for each in Change.objects.order_by("pk")] == ["planner.metric", "planner.planmetric"]

    with (
        pytest.raises(ValidationError) as refused,
        changes.recording(team, plan=plan, by=manager) as log,
    ):
        add_to_table(log, plan, new_metric(team, "visits", "count"))
    assert changes.errors_by_field(refused.value) == {"name": ["“Visits” is already in the table."]}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_metrics_of_the_method_say_which_kind_of_bottleneck_they_speak_of(team, language):
    team.language = language
    assert {key: metric.bottleneck for key, metric in standard_metrics(team).items()} == {
        "sales": "",
        "orders": "customers",
        "leads": "customers",
        "conversion": "conversion",
        "order_value": "value",
        "repurchase": "value",
        "customers": "customers",
        "new_customers": "customers",
        "acquisition": "customers",
        "per_head": "execution",
    }


def test_a_metric_of_the_team_is_offered_once_and_used_again(team, manager, as_):
    own = Metric.objects.create(team=team, name="total SALES", unit="CNY")
    more = Metric.objects.create(team=team, name="Visits", kind="count")
    page = as_(manager).get("/plans/new/").content.decode()
    assert page.count("total SALES") == 1
    assert "Total sales" not in page

    sent = {
        "scenario": "target",
        "name": "x",
        "period": "this-year",
        "metrics": ["sales", f"metric-{more.pk}"],
    }
    as_(manager).post("/plans/new/", sent)
    assert list(PlanMetric.objects.values_list("metric", flat=True)) == [own.pk, more.pk]


def test_a_plan_is_renamed_and_others_words_are_not_lost(plan, manager, as_):
    client, url = as_(manager), f"/plans/{plan.pk}/settings/"
    sent = {
        "name": "Q4 push",
        "scenario": "decline",
        "start": "2026-10-01",
        "end": "2026-12-31",
        "state": "active",
    }
    assert client.post(url, {**sent, "version": 1}).url == f"/plans/{plan.pk}/"
    plan.refresh_from_db()
    assert (plan.name, plan.scenario) == ("Q4 push", "decline")

    late = client.post(url, {**sent, "name": "Mine", "version": 1})
    assert late.status_code == 422
    assert "It is now called “Q4 push”" in late.content.decode()
    assert client.post(url, {**sent, "name": "Mine", "version": 2}).status_code == 302


@pytest.fixture
def spread(plan, status, team, manager) -> Plan:
    """A plan with open work and dates before and after 30 November."""
    status.rate.target_period = "quarter"
    status.rate.save()
    core = Goal.objects.create(plan=plan, name="Core", due=plan.end)
    Goal.objects.create(plan=plan, parent=core, name="Part", due=dt.date(2026, 12, 1))
    Goal.objects.create(plan=plan, parent=core, name="Early part", due=dt.date(2026, 11, 30))
    strategy = Strategy.objects.create(plan=plan, title="S")
    for name, start, due, more in (
        ("early", dt.date(2026, 11, 1), dt.date(2026, 11, 30), {}),
        ("late", dt.date(2026, 11, 1), dt.date(2026, 12, 10), {}),
        ("begins late", dt.date(2026, 12, 2), None, {}),
        ("done late", None, dt.date(2026, 12, 10), {"status": "done", "percent": 100}),
        ("was outside before", None, dt.date(2027, 1, 10), {}),
    ):
        Task.objects.create(strategy=strategy, description=name, start=start, due=due, **more)
    Review.objects.create(plan=plan, start=dt.date(2026, 11, 1))
    Review.objects.create(plan=plan, start=dt.date(2026, 12, 1))
    return plan


def test_shortening_a_plan_lists_first_what_falls_outside_and_asks(spread, manager, as_):
    client, url = as_(manager), f"/plans/{spread.pk}/settings/"
    sent = {
        "name": "Q4", "scenario": "target", "state": "active",
        "start": "2026-10-01", "end": "2026-11-30", "version": 1,
    }  # fmt: skip
    asked = client.post(url, sent)
    assert asked.status_code == 422
    page = asked.content.decode()
    listed = re.findall(r"<li>\s*([^<]*)<a [^>]*>([^<]*)</a>", page[page.index("Not saved yet") :])
    assert [f"{what}{title}" for what, title in listed] == [
        "Target: Customer conversion rate",
        "Goal: Core · 31 Dec 2026",
        "Goal: Part · 1 Dec 2026",
        "Task: late · 10 Dec 2026",
        "Task: begins late · 2 Dec 2026",
        "Review: Dec 2026",
    ]
    spread.refresh_from_db()
    assert spread.end == dt.date(2026, 12, 31)

    # Another period than the one that was asked about is asked about anew.
    other = client.post(url, {**sent, "end": "2026-11-29", "confirmed": "2026-10-01/2026-11-30"})
    assert "Goal: <a" in other.content.decode()
    confirmed = re.search(r'name="confirmed" value="([^"]*)"', page)[1]
    assert client.post(url, {**sent, "confirmed": confirmed}).status_code == 302
    spread.refresh_from_db()
    assert spread.end == dt.date(2026, 11, 30)
    assert Task.objects.get(description="late").due == dt.date(2026, 12, 10)


@pytest.mark.parametrize("end", ["2026-12-31", "2027-02-28"])
def test_a_plan_that_is_not_shortened_is_saved_at_once(spread, manager, as_, end):
    sent = {"name": "Q4", "scenario": "target", "state": "active", "start": "2026-10-01", "end": end}

    assert as_(manager).post(f"/plans/{spread.pk}/settings/", sent).status_code == 302


def test_the_dates_of_a_duplicate_lie_inside_it(spread, manager, team, as_):
    """A quarter into a month: in proportion, on workdays, the last day the last, whatever lay outside before."""
    as_(manager).post(
        f"/plans/{spread.pk}/copy/", {"name": "Again", "start": "2027-02-01", "end": "2027-02-28"}
    )
    new = Plan.objects.get(name="Again")
    dates = {each.description: (each.start, each.due) for each in Task.objects.filter(strategy__plan=new)}
    day = partial(dt.date, 2027, 2)
    assert dates == {
        "early": (day(10), day(19)),
        "late": (day(10), day(22)),
        "begins late": (day(19), None),
        "done late": (None, day(22)),
        "was outside before": (None, day(28)),
    }
    assert Goal.objects.get(plan=new, name="Core").due == new.end


@pytest.mark.parametrize(
    ("end", "said"),
    [(dt.date(2199, 12, 31), "three years at most"), (dt.date(2026, 9, 1), "ends before")],
)
def test_a_period_that_makes_no_sense_is_refused_to_who_has_no_form(plan, team, manager, end, said):
    with pytest.raises(ValidationError, match=said):
        change_plan(plan, {"end": end}, by=manager)
    with pytest.raises(ValidationError, match=said):
        begin_plan(team, by=manager, name="x", scenario="target", start=plan.start, end=end)

    assert not Change.objects.exists()


def test_a_removed_plan_takes_all_along_and_comes_back_whole(plan, status, manager, as_):
    strategy = Strategy.objects.create(plan=plan, title="S")
    Task.objects.create(strategy=strategy, description="T")
    client = as_(manager)
    home = client.post(f"/plans/{plan.pk}/remove/", follow=True).content.decode()

    assert f"/plans/{plan.pk}/restore/" in home
    assert client.get(f"/plans/{plan.pk}/").status_code == 404
    assert not Task.objects.exists()
    assert client.post(f"/plans/{plan.pk}/restore/").url == f"/plans/{plan.pk}/"
    assert Task.objects.get().strategy == strategy
    assert names(plan) == ["Total sales", "Customer conversion rate"]


def test_a_plan_that_is_there_cannot_be_brought_back(plan, manager, as_):
    assert as_(manager).post(f"/plans/{plan.pk}/restore/").status_code == 404


@pytest.fixture
def full(plan, status, team, manager):
    """A plan with one of everything, links among them."""
    owner = seat(manager, team)
    core = Goal.objects.create(plan=plan, name="Core", metric=status.sales.metric, owner=owner, due=plan.end)
    part = Goal.objects.create(
        plan=plan, parent=core, name="Part", baseline=1, target=2, due=dt.date(2026, 11, 30)
    )
    first = Strategy.objects.create(plan=plan, order=1, title="First")
    second = Strategy.objects.create(plan=plan, order=2, title="Second", fallback=first)
    ServedGoal.objects.create(strategy=first, goal=part)
    Strategy.objects.filter(pk=first.pk).update(pair=second)
    KeyAction.objects.create(goal=part, order=1, text="act", strategy=first)
    task = Task.objects.create(
        strategy=first, description="Do", owner=owner, start=dt.date(2026, 10, 5), due=dt.date(2026, 10, 9),
        status="done", percent=100,
    )  # fmt: skip
    Progress.objects.create(task=task, status="done", percent=100, note="done")
    Review.objects.create(plan=plan, start=plan.start)
    return plan


def test_a_duplicate_has_everything_anew_with_its_links_inside(full, manager, as_):
    before = {model: model.objects.count() for model in (PlanMetric, Goal, Strategy, KeyAction, Task)}
    sent = {"name": "Again", "start": "2027-01-01", "end": "2027-03-31"}
    answer = as_(manager).post(f"/plans/{full.pk}/copy/", sent)

    new = Plan.objects.exclude(pk=full.pk).get()
    assert answer.url == f"/plans/{new.pk}/"
    for model, count in before.items():
        assert model.objects.count() == 2 * count
    core, part = Goal.objects.filter(plan=new).order_by("pk")
    assert (part.parent, part.due, core.due) == (core, dt.date(2027, 3, 2), dt.date(2027, 3, 31))
    first, second = Strategy.objects.filter(plan=new).order_by("order")
    assert (first.goals, first.pair, second.fallback) == ([part], second, first)
    assert KeyAction.objects.get(goal=part).strategy == first
    task = Task.objects.get(strategy=first)
    assert (task.status, task.percent, task.start, task.due) == (
        "not_started", 0, dt.date(2027, 1, 5), dt.date(2027, 1, 8),
    )  # fmt: skip
    assert names(new) == names(full)
    assert Progress.objects.count() == Review.objects.count() == 1


def test_a_duplicate_names_nobody_who_left_and_keeps_an_archived_metric(full, manager, team, as_):
    leaver = seat(manager, team)
    type(leaver).objects.create(team=team, name="Other", role="manager", user=None)
    Task.objects.update(
        owner=type(leaver).objects.create(team=team, name="Gone", removed_at="2026-11-01T00:00Z")
    )
    Metric.objects.update(removed_at="2026-11-01T00:00Z")
    sent = {"name": "Again", "start": "2027-01-01", "end": "2027-03-31"}
    as_(manager).post(f"/plans/{full.pk}/copy/", sent)

    new = Plan.objects.exclude(pk=full.pk).get()
    assert Task.objects.get(strategy__plan=new).owner is None
    assert names(new) == names(full)


def test_the_period_after_a_plan_is_offered_for_its_duplicate(full, manager, as_):
    page = as_(manager).get(f"/plans/{full.pk}/copy/").content.decode()

    assert 'value="2027-01-01"' in page
    assert 'value="2027-03-31"' in page


def test_a_duplicate_is_one_revision_that_undo_takes_back(full, manager, as_):
    as_(manager).post(f"/plans/{full.pk}/copy/", {"name": "x", "start": "2027-01-01", "end": "2027-03-31"})

    assert Change.objects.values("revision").distinct().count() == 1


def test_an_archived_metric_is_no_longer_offered_and_plans_keep_it(plan, status, manager, as_):
    client, metric = as_(manager), status.sales.metric
    client.post(f"/team/metrics/{metric.pk}/archive/")

    assert "Total sales" in client.get(f"/plans/{plan.pk}/diagnose/").content.decode()
    assert "Archived" in client.get("/team/metrics/").content.decode()
    other = Plan.objects.create(team=plan.team, name="Q1", start=plan.start, end=plan.end)
    assert '<option value="Total sales"' not in client.get(f"/plans/{other.pk}/diagnose/").content.decode()


def test_adding_an_archived_metric_brings_it_back_with_its_history(plan, status, manager, as_):
    client, metric = as_(manager), status.sales.metric
    client.post(f"/team/metrics/{metric.pk}/archive/")
    other = Plan.objects.create(team=plan.team, name="Q1", start=plan.start, end=plan.end)
    sent = {"name": "total sales", "kind": "amount", "direction": "higher"}
    client.post(f"/plans/{other.pk}/diagnose/rows/?kind=metric", sent)

    assert names(other) == ["Total sales"]
    assert Metric.objects.get(pk=metric.pk).removed_at is None


def test_a_metric_whose_name_was_taken_meanwhile_does_not_come_back(team, manager, as_):
    old = Metric.objects.create(team=team, name="Visits", removed_at="2026-11-01T00:00Z")
    Metric.objects.create(team=team, name="Visits")
    page = as_(manager).post(f"/team/metrics/{old.pk}/restore/", follow=True).content.decode()

    assert "The team already has a metric with this name." in page
    assert Metric.objects.filter(name="Visits").count() == 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_renamed_metric_of_the_method_is_used_again_by_the_next_plan(team, plan, manager, language):
    with changes.recording(team, by=manager) as log:
        log.save(sales := new_metric(team, "Total sales", "amount"))
        sales.rename("Umsatz")
        log.save(sales)
    team.language = language
    team.save()

    following = begin_plan(team, by=manager, name="Next", scenario="decline", start=plan.start, end=plan.end)

    assert standard_metrics(team)["sales"] == sales
    assert next(row.metric for row in following.metrics.order_by("order")) == sales
    assert new_metric(team, "销售总额", "amount").key == ""
    assert Metric.objects.filter(team=team, key="sales").count() == 1
