"""The page of ideas: what is offered against which bottleneck, adding with one click, and the team's own ideas."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse

from planner.models import Bottleneck, Goal, Plan
from strategies.models import Idea, KeyAction, Strategy
from tracking.models import Task

DAY = dt.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def on_a_tuesday(monkeypatch):
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: DAY)


@pytest.fixture
def late(plan) -> Bottleneck:
    return Bottleneck.objects.create(plan=plan, kind="conversion", cause="Late", in_focus=True)


@pytest.fixture
def page(plan, manager, as_):
    """page(…) is the page of ideas with these parameters, as the manager sees it."""
    return lambda **params: as_(manager).get(reverse("ideas", args=[plan.pk]), params).content.decode()


@pytest.fixture
def add(plan, manager, as_):
    """add(…) posts what the buttons of the section post."""

    def post(**fields):
        return as_(manager).post(reverse("strategy-answer", args=[plan.pk]), fields, follow=True)

    return post


def test_the_first_bottleneck_without_a_strategy_is_chosen(plan, late, page):
    few = Bottleneck.objects.create(plan=plan, kind="customers", cause="Few leads", in_focus=True)
    assert "Ideas against “Late”" in page()
    Strategy.objects.create(plan=plan, title="Calls", bottleneck=late)

    assert "Ideas against “Few leads”" in page()
    assert "Ideas against “Late”" in page(bottleneck=late.pk)
    assert "Ideas against “Few leads”" in page(bottleneck="nonsense")
    assert f'href="?bottleneck={few.pk}#ideas" aria-current="true"' in page()


def test_a_bottleneck_out_of_focus_has_ideas_when_asked(plan, late, page):
    other = Bottleneck.objects.create(plan=plan, kind="value", cause="Small orders")
    assert "Small orders" not in page()
    assert "Membership points" in page(bottleneck=other.pk)


def test_another_plans_bottleneck_is_not_shown(other_plan, late, page):
    other = Bottleneck.objects.create(plan=other_plan, kind="value", cause="Small orders", in_focus=True)
    assert "Small orders" not in page(bottleneck=other.pk)


def test_without_a_bottleneck_in_focus_the_page_says_what_to_do_and_shows_the_whole_library(page):
    html = page()
    assert "No bottlenecks in focus yet." in html
    assert html.count('<th scope="row">') == 12
    assert 'to the plan"' not in html


def test_another_bottleneck_is_chosen_without_a_reload(plan, late, manager, as_):
    other = Bottleneck.objects.create(plan=plan, kind="value", cause="Small orders", in_focus=True)
    headers = {"HX-Request": "true", "HX-Target": "ideas"}
    for name in ("ideas", "strategies"):
        answer = as_(manager).get(f"/plans/{plan.pk}/{name}/?bottleneck={other.pk}", headers=headers)
        html = answer.content.decode().strip()
        assert html.startswith('<section id="ideas"')
        assert html.endswith("</section>")
        assert "Membership points" in html


def test_the_page_of_strategies_offers_the_same_ideas_and_is_gone_back_to(plan, late, manager, as_, add):
    html = as_(manager).get(f"/plans/{plan.pk}/strategies/").content.decode()
    assert "Add “One follow-up procedure” to the plan" in html
    assert '<input type="hidden" name="page" value="strategies">' in html
    answer = add(page="strategies", bottleneck=late.pk, idea="follow_up")

    assert answer.redirect_chain == [(f"/plans/{plan.pk}/strategies/?bottleneck={late.pk}", 302)]
    assert "In this plan" in answer.content.decode()


def test_an_idea_is_added_with_one_click_and_taken_back_with_another(plan, team, late, manager, as_, add):
    answer = add(page="ideas", bottleneck=late.pk, idea="follow_up")
    html = answer.content.decode()
    strategy = Strategy.objects.get()

    assert answer.redirect_chain == [(f"/plans/{plan.pk}/ideas/?bottleneck={late.pk}", 302)]
    assert "Added “One follow-up procedure” as a proposed strategy." in html
    assert f'href="/plans/{plan.pk}/strategies/{strategy.pk}/">In this plan' in html
    assert Task.objects.count() == 3
    as_(manager).post(re.findall(r'action="(.*?/undo/\d+/)"', html)[0])
    assert (Strategy.objects.count(), Task.objects.count()) == (0, 0)


def test_an_idea_that_is_in_the_plan_is_not_added_again(late, add):
    add(bottleneck=late.pk, idea="follow_up")
    html = add(bottleneck=late.pk, idea="follow_up").content.decode()

    assert "“One follow-up procedure” is in this plan already." in html
    assert Strategy.objects.count() == 1


def test_a_strategy_without_an_idea_has_its_title_alone(late, add):
    add(bottleneck=late.pk, title="Chat on the website")
    strategy = Strategy.objects.get()
    assert (strategy.title, strategy.bottleneck, strategy.idea) == ("Chat on the website", late, "")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"bottleneck": "x", "idea": "follow_up"},
        {"idea": "follow_up"},
        {"bottleneck": "own"},
        {"bottleneck": "own", "idea": "nonsense"},
        {"bottleneck": "own", "title": "x" * 121},
        {"bottleneck": "own", "idea": "follow_up", "page": "https://example.com"},
        {"bottleneck": "other", "idea": "follow_up"},
        {"bottleneck": "9" * 30, "idea": "follow_up"},
        {"bottleneck": "own", "title": "a\x00b"},
    ],
)
def test_what_chooses_nothing_says_so(other_plan, late, add, fields):
    other = Bottleneck.objects.create(plan=other_plan, kind="conversion", cause="Theirs")
    ids = {"own": late.pk, "other": other.pk}
    fields = {name: ids.get(value, value) for name, value in fields.items()}
    html = add(**fields).content.decode()

    assert "Choose an idea, or enter a title for the strategy." in html
    assert not Strategy.objects.exists()


def test_a_closed_plan_takes_no_strategies(plan, late, manager, as_):
    Plan.objects.update(state="closed")
    client = as_(manager)
    fields = {"bottleneck": late.pk, "idea": "follow_up"}
    answer = client.post(reverse("strategy-answer", args=[plan.pk]), fields)

    assert answer.status_code == 409
    assert (
        "Add “One follow-up procedure” to the plan"
        not in client.get(f"/plans/{plan.pk}/ideas/").content.decode()
    )


@pytest.mark.parametrize(("who", "offered"), [("manager", True), ("rep", False), ("viewer", False)])
def test_only_managers_are_offered_to_add(plan, late, who, offered, request, as_):
    html = as_(request.getfixturevalue(who)).get(f"/plans/{plan.pk}/ideas/").content.decode()
    assert "One follow-up procedure" in html
    assert ("Add “One follow-up procedure” to the plan" in html) is offered


def test_an_effect_after_the_plans_end_is_said(plan, late, page):
    assert "after the plan's end" not in page()
    Plan.objects.update(end=DAY + dt.timedelta(days=29))
    assert page().count("after the plan's end") == 2  # a month each; the reminders take three weeks


def test_an_open_page_follows_what_others_add(plan, late, manager, as_, add):
    add(bottleneck=late.pk, idea="follow_up")
    answer = as_(manager).get(f"/plans/{plan.pk}/ideas/changes/", {"since": 0}).content.decode()

    assert '<section id="ideas"' in answer
    assert "In this plan" in answer


def test_the_bottlenecks_in_focus_lead_to_their_ideas(plan, late, manager, as_):
    Bottleneck.objects.create(plan=plan, kind="value", cause="Small orders")
    html = as_(manager).get(f"/plans/{plan.pk}/bottlenecks/").content.decode()
    link = f'href="/plans/{plan.pk}/ideas/?bottleneck={late.pk}"'

    assert html.count(link) == 2  # in the ranking and in its row
    assert html.count("ideas/?bottleneck=") == 2


def test_an_idea_of_the_team_is_typed_one_task_a_line(team, plan, manager, as_):
    idea = Idea.objects.create(team=team, kind="value", title="Cake")
    client, url = as_(manager), reverse("ideas-row", args=[plan.pk, f"idea-{idea.pk}"])
    text = "① Bake → 10 cakes\n② Eat -> all gone\nClean up"
    client.post(url, {"cell": "steps", "initial-steps": "", "steps": text})
    idea.refresh_from_db()

    assert idea.steps == [["Bake", "10 cakes"], ["Eat", "all gone"], ["Clean up", ""]]
    editor = client.get(url, {"cell": "steps"}).content.decode()
    assert "Bake → 10 cakes\nEat → all gone\nClean up</textarea>" in editor


@pytest.mark.parametrize(
    ("cell", "text", "sentence"),
    [
        (
            "steps",
            "a\nb\nc\nd",
            "Enter up to three tasks, each with a description and an acceptance standard.",
        ),
        ("steps", "→ only a standard", "Enter up to three tasks"),
        ("lag_days", "1097", "1096"),
        ("lag_days", "-1", "0"),
    ],
)
def test_an_idea_that_cannot_be_is_refused_with_a_sentence(team, plan, manager, as_, cell, text, sentence):
    idea = Idea.objects.create(team=team, kind="value", title="Cake")
    url = reverse("ideas-row", args=[plan.pk, f"idea-{idea.pk}"])
    answer = as_(manager).post(url, {"cell": cell.removesuffix("_days"), cell: text})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    idea.refresh_from_db()
    assert (idea.steps, idea.lag_days) == ([], 30)


def test_a_key_action_without_a_strategy_has_its_button(plan, manager, viewer, as_):
    goal = Goal.objects.create(plan=plan, name="Sales")
    first = KeyAction.objects.create(goal=goal, order=1, text="Referral reward")
    linked = Strategy.objects.create(plan=plan, title="Calls")
    second = KeyAction.objects.create(goal=goal, order=2, text="Calls", strategy=linked)
    url = f"/plans/{plan.pk}/goals/"
    client, to = as_(manager), reverse("strategy-from-action", args=[plan.pk, first.pk])
    html = client.get(url).content.decode()

    assert f'formaction="{to}" aria-label="Make a strategy of “Referral reward”"' in html
    assert reverse("strategy-from-action", args=[plan.pk, second.pk]) not in html
    assert "Make a strategy" not in as_(viewer).get(url).content.decode()
    answer = client.post(to)
    assert answer.url == f"{url}#core-{goal.pk}"
    assert Strategy.objects.get(title="Referral reward").goals == [goal]
    assert to not in client.get(url).content.decode()
