"""Table 2 as people meet it: core goals and sub-goals, the third figure computed, key actions as a list."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest

from planner.models import Change, Goal, Metric, PlanMetric, Reading, Segment
from strategies.models import KeyAction, Strategy
from tests.conftest import seat

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def url(plan):
    return f"/plans/{plan.pk}/goals/"


@pytest.fixture
def core(plan, status) -> Goal:
    return Goal.objects.create(
        plan=plan, order=1, name="Q4 sales +25 %", metric=status.sales.metric, kind="grow_percent",
        baseline=800_000, target=1_000_000, due=plan.end,
    )  # fmt: skip


@pytest.fixture
def part(core, plan, team) -> Goal:
    metric = Metric.objects.create(team=team, name="New customers", kind="count")
    return Goal.objects.create(
        plan=plan, parent=core, order=2, name="New customers +30 %", metric=metric, kind="grow_percent",
        baseline="115.384615", target=150, unit="new customers", due=plan.end,
    )  # fmt: skip


@pytest.fixture
def points(plan) -> Strategy:
    return Strategy.objects.create(plan=plan, title="Membership points")


def save(client, url: str, key: str, cell: str, **sent: str):
    return client.post(f"{url}rows/{key}/", {"cell": cell, **sent}, **HTMX)


def figures(goal: Goal) -> tuple:
    goal.refresh_from_db()
    return goal.kind, goal.baseline, goal.target


def test_a_sub_goal_stands_below_its_core_goal_and_says_what_it_means(core, part, url, manager, as_):
    page = as_(manager).get(url).content.decode()
    rows = page[page.index("<tbody") : page.index("</tbody>")]

    assert rows.index(f'id="core-{core.pk}"') < rows.index(f'id="part-{part.pk}"')
    assert f'data-group="core-{core.pk}"' in rows
    assert "From 800,000 to 1,000,000 CNY, +25%" in rows
    assert "From 115 to 150 new customers, +30%" in rows
    assert "1 core goal · 1 sub-goal" in page


@pytest.mark.parametrize(
    ("target", "direction", "sentence"),
    [
        (135, "higher", "From 120 to 135 new customers, +12.5%"),
        (105, "lower", "From 120 to 105 new customers, −12.5%"),
        (150, "higher", "From 120 to 150 new customers, +25%"),
    ],
)
def test_a_growth_is_shown_with_its_decimal(part, url, manager, as_, target, direction, sentence):
    Goal.objects.filter(pk=part.pk).update(baseline=120, target=target, direction=direction)
    page = as_(manager).get(url).content.decode()
    assert re.search("From 120 to [^<]*", page)[0] == sentence


def test_in_chinese_the_sentence_is_chinese(core, part, url, manager, as_):
    client = as_(manager)
    client.cookies["django_language"] = "zh-hans"

    assert "从 115 到 150 new customers，+30%" in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"kind": "grow_percent", "baseline": "120", "growth": "30%", "target": "150"}, ("grow_percent", 120, 150)),
        ({"kind": "grow_percent", "baseline": "120", "growth": "50%", "target": "130"}, ("grow_percent", 120, 180)),
        ({"kind": "grow_percent", "baseline": "120", "growth": "12.5%", "target": "130"}, ("grow_percent", 120, 135)),
        ({"kind": "grow_percent", "baseline": "120", "growth": "12.5", "target": "130"}, ("grow_percent", 120, 135)),
        ({"kind": "grow_percent", "baseline": "120", "growth": "0", "target": "130"}, ("grow_percent", 120, 120)),
        ({"kind": "grow_by", "baseline": "120", "growth": "", "target": "130"}, ("grow_by", 120, 130)),
        ({"kind": "grow_by", "baseline": "0", "growth": "30", "target": "130"}, ("grow_by", 0, 30)),
        ({"kind": "reach", "baseline": "", "growth": "", "target": "0"}, ("reach", None, 0)),
        ({"kind": "reach", "baseline": "", "growth": "", "target": "1,000"}, ("reach", None, 1000)),
        ({"kind": "share", "baseline": "40%", "growth": "", "target": "50%"}, ("share", "0.4", "0.5")),
    ],
)  # fmt: skip
def test_of_baseline_growth_and_target_two_give_the_third(part, url, manager, as_, sent, stored):
    Goal.objects.filter(pk=part.pk).update(baseline=100, target=130)
    shown = {
        "initial-kind": "grow_percent",
        "initial-baseline": "100",
        "initial-growth": "30%",
        "initial-target": "130",
    }
    answer = save(as_(manager), url, f"part-{part.pk}", "target", unit="new customers", **sent, **shown)

    assert answer.status_code == 200, answer.content.decode()
    kind, *numbers = stored
    assert figures(part) == (kind, *(None if each is None else Decimal(each) for each in numbers))


def test_three_figures_that_disagree_are_refused_with_the_one_that_fits(part, url, manager, as_):
    sent = {"kind": "grow_percent", "baseline": "100", "growth": "40%", "target": "160", "unit": ""}
    answer = save(as_(manager), url, f"part-{part.pk}", "target", **sent)

    assert answer.status_code == 422
    assert "Baseline and growth give a target of 140." in answer.content.decode()
    assert figures(part)[2] == 150


def test_a_growth_beyond_what_can_be_stored_is_refused(part, url, manager, as_):
    sent = {"kind": "grow_percent", "baseline": "120", "growth": "99999999999999%", "target": "", "unit": ""}
    answer = save(as_(manager), url, f"part-{part.pk}", "target", **sent)
    assert answer.status_code == 422
    assert "more than 14 digits" in answer.content.decode()


def test_a_growth_left_over_from_another_kind_is_not_taken(part, url, manager, as_):
    Goal.objects.filter(pk=part.pk).update(kind="grow_by", baseline=132, target=150)
    sent = {"kind": "grow_percent", "baseline": "132", "growth": "18", "target": "150", "unit": ""}
    shown = {
        "initial-kind": "grow_by",
        "initial-baseline": "132",
        "initial-growth": "18",
        "initial-target": "150",
    }

    assert save(as_(manager), url, f"part-{part.pk}", "target", **sent, **shown).status_code == 200
    assert figures(part) == ("grow_percent", 132, 150)


def test_a_share_of_the_plans_own_target_is_shown_as_the_amount_that_it_comes_to(
    core, plan, team, url, manager, as_
):
    line = Segment.objects.create(team=team, dimension="product_line", name="Product A")
    Goal.objects.create(
        plan=plan, parent=core, name="Product A to 50 %", metric=core.metric, segment=line, kind="share",
        baseline="0.4", target="0.5",
    )  # fmt: skip
    page = as_(manager).get(url).content.decode()

    assert '<span class="fig">500,000</span><span class="unit">CNY of Product A</span>' in page
    assert "From 40% to 50% of Total sales" in page


def test_how_far_a_goal_has_come_is_read_from_the_months_of_the_plan(
    core, status, url, manager, as_, monkeypatch
):
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: dt.date(2026, 12, 2))
    for month, value in ((9, 700_000), (10, 880_000), (11, 920_000)):
        Reading.objects.create(
            metric=status.sales.metric, month=dt.date(2026, month, 1), segment=status.whole, value=value
        )

    assert "Now 900,000 · 50% of the way" in as_(manager).get(url).content.decode()


def test_a_goal_begins_at_the_level_of_its_metric_before_the_plan(plan, status, url, manager, as_):
    for month, value in ((7, 780_000), (8, 800_000), (9, 820_000), (10, 999_000)):
        Reading.objects.create(
            metric=status.sales.metric, month=dt.date(2026, month, 1), segment=status.whole, value=value
        )
    sent = {"name": "Q4 sales +25 %", "metric": str(status.sales.metric_id)}
    as_(manager).post(f"{url}rows/?kind=core", sent, **HTMX)

    goal = Goal.objects.get()
    assert (goal.baseline, goal.unit, goal.due) == (800_000, "CNY", plan.end)


def test_a_sub_goal_is_added_below_its_core_goal_and_the_core_goal_counts_it(core, url, manager, as_):
    sent = {"beneath": core.pk, "name": "Repurchase rate to 20 %", "metric": ""}
    answer = as_(manager).post(f"{url}rows/?kind=part", sent, **HTMX)

    page = answer.content.decode()
    assert page.count("<tr") == 2
    assert "1 sub-goal" in page
    assert Goal.objects.get(parent=core).name == "Repurchase rate to 20 %"


def test_a_sub_goal_below_another_plans_core_goal_is_refused(core, url, plan, team, manager, as_):
    other = type(plan).objects.create(team=team, name="Q1", start=plan.start, end=plan.end)
    sent = {"beneath": core.pk, "name": "x", "metric": ""}
    answer = as_(manager).post(f"/plans/{other.pk}/goals/rows/?kind=part", sent, **HTMX)

    assert answer.status_code == 422
    assert Goal.objects.count() == 1


def test_key_actions_are_typed_one_a_line_and_point_to_strategies(part, points, url, manager, as_):
    typed = "① tune ad keywords\n② referral reward -> membership POINTS\n8 % → 12 % in the pilot team"
    answer = save(as_(manager), url, f"part-{part.pk}", "actions", actions=typed)

    assert answer.status_code == 200
    assert [(each.text, each.strategy) for each in KeyAction.objects.order_by("order")] == [
        ("tune ad keywords", None),
        ("referral reward", points),
        ("8 % → 12 % in the pilot team", None),
    ]
    page = answer.content.decode()
    assert "①" in page
    assert "→ Membership points" in page


def test_an_action_whose_words_stay_keeps_its_history(part, points, url, manager, as_):
    client = as_(manager)
    save(client, url, f"part-{part.pk}", "actions", actions="one\ntwo\nthree")
    before = {each.text: each.pk for each in KeyAction.objects.all()}
    shown = {"initial-actions": "one\ntwo\nthree"}
    save(client, url, f"part-{part.pk}", "actions", actions="three\ntwo → Membership points", **shown)

    after = {each.text: each.pk for each in KeyAction.objects.all()}
    assert after == {"three": before["three"], "two": before["two"]}
    assert [each.text for each in KeyAction.objects.order_by("order")] == ["three", "two"]


def test_undo_brings_the_key_actions_back(part, plan, url, manager, as_):
    client = as_(manager)
    save(client, url, f"part-{part.pk}", "actions", actions="one\ntwo")
    save(client, url, f"part-{part.pk}", "actions", actions="one", **{"initial-actions": "one\ntwo"})
    last = Change.objects.order_by("-revision").first().revision

    assert client.post(f"/plans/{plan.pk}/undo/{last}/", **HTMX).status_code == 204
    assert sorted(each.text for each in KeyAction.objects.all()) == ["one", "two"]


def test_a_key_action_that_is_too_long_is_refused_and_kept_in_the_editor(part, url, manager, as_):
    answer = save(as_(manager), url, f"part-{part.pk}", "actions", actions="x" * 201)

    assert answer.status_code == 422
    assert "longer than 200 characters" in answer.content.decode()
    assert "x" * 201 in answer.content.decode()


def test_somebody_elses_list_of_actions_is_not_overwritten(part, url, manager, as_):
    client = as_(manager)
    save(client, url, f"part-{part.pk}", "actions", actions="theirs")
    answer = save(client, url, f"part-{part.pk}", "actions", actions="mine", **{"initial-actions": ""})

    assert answer.status_code == 409
    assert "theirs" in answer.content.decode()
    assert KeyAction.objects.get().text == "theirs"


def test_removing_a_core_goal_takes_its_sub_goals_along_and_undo_brings_all_back(
    core, part, plan, url, manager, as_
):
    client = as_(manager)
    save(client, url, f"part-{part.pk}", "actions", actions="one")
    answer = client.post(f"{url}rows/core-{core.pk}/remove/", **HTMX)

    assert answer.content.decode().count("data-gone") == 2
    assert not Goal.objects.exists()
    last = Change.objects.order_by("-revision").first().revision
    client.post(f"/plans/{plan.pk}/undo/{last}/", **HTMX)
    assert Goal.objects.count() == 2
    assert KeyAction.objects.count() == 1


@pytest.mark.parametrize(
    ("query", "shown"), [("?q=customers", True), ("?q=points", True), ("?q=nothing", False)]
)
def test_the_search_finds_goals_by_their_words_and_their_actions(core, part, url, manager, as_, query, shown):
    KeyAction.objects.create(goal=part, order=1, text="membership points")
    page = as_(manager).get(url + query).content.decode()

    assert (f'id="part-{part.pk}"' in page) is shown
    assert (f'id="core-{core.pk}"' in page) is shown


def test_the_owner_filter_leaves_the_sub_goals_of_others_out(core, part, team, url, rep, manager, as_):
    mine = Goal.objects.create(plan=core.plan, parent=core, name="Mine", owner=seat(rep, team))
    page = as_(manager).get(f"{url}?owner={seat(rep, team).pk}").content.decode()

    assert f'id="part-{mine.pk}"' in page
    assert f'id="part-{part.pk}"' not in page


def test_sorting_by_due_puts_goals_without_a_date_last(core, plan, url, manager, as_):
    late = Goal.objects.create(plan=plan, order=0, name="No date")
    early = Goal.objects.create(plan=plan, order=9, name="Early", due=plan.start)
    page = as_(manager).get(f"{url}?sort=due").content.decode()

    at = [page.index(f'id="core-{goal.pk}"') for goal in (early, core, late)]
    assert at == sorted(at)


def test_a_changed_strategy_name_reaches_an_open_page(part, points, plan, url, manager, as_):
    client = as_(manager)
    save(client, url, f"part-{part.pk}", "actions", actions="reward → Membership points")
    sent = {"cell": "strategy", "title": "Points for members", "state": "active"}
    client.post(f"/plans/{plan.pk}/tracking/rows/strategy-{points.pk}/", sent, **HTMX)
    answer = client.get(f"{url}changes/?since=1", **HTMX)

    assert f'id="part-{part.pk}"' in answer.content.decode()
    assert "Points for members" in answer.content.decode()


def test_a_rep_reads_goals_and_edits_none(core, part, url, rep, as_):
    page = as_(rep).get(url).content.decode()

    assert "From 115 to 150" in page
    assert "?cell=" not in page[page.index("<tbody") : page.index("</tbody>")]
    assert save(as_(rep), url, f"part-{part.pk}", "owner", owner="").status_code == 403


def test_an_archived_metric_stays_with_the_goal_that_names_it(part, url, manager, as_):
    Metric.objects.filter(pk=part.metric_id).update(removed_at=dt.datetime.now(tz=dt.UTC))
    sent = {"name": "New name", "metric": str(part.metric_id), "segment": ""}
    answer = save(as_(manager), url, f"part-{part.pk}", "core", **sent)

    assert answer.status_code == 200
    part.refresh_from_db()
    assert (part.name, part.metric.name) == ("New name", "New customers")


def test_a_target_of_table_1_reaches_the_share_that_is_computed_from_it(
    core, plan, team, status, url, manager, as_
):
    line = Segment.objects.create(team=team, dimension="product_line", name="Product A")
    share = Goal.objects.create(
        plan=plan, parent=core, name="A", metric=core.metric, segment=line, kind="share", target="0.5"
    )
    client = as_(manager)
    sent = {"cell": "target", "target": "1,200,000", "target_period": "month"}
    client.post(f"/plans/{plan.pk}/diagnose/rows/metric-{status.sales.pk}/", sent, **HTMX)
    page = client.get(f"{url}changes/?since=0", **HTMX).content.decode()

    assert f'id="part-{share.pk}"' in page
    assert "600,000" in page
    assert PlanMetric.objects.get(pk=status.sales.pk).target == 1_200_000


def test_the_editors_offer_what_can_be_picked(core, part, team, url, rep, manager, as_):
    page = as_(manager).get(url).content.decode()
    editors = page[page.index('id="edit-part-core"') :]

    assert f'<option value="{part.metric_id}">New customers</option>' in editors
    assert f'<option value="{seat(rep, team).pk}">Rick</option>' in editors
    assert "<option" in page[page.index("<tfoot") : page.index("</tfoot>")]
