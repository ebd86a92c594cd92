"""The page of the strategies, and the page of one."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from planner.models import Goal
from strategies.models import Allocation, LeadMeasure, LeadValue, Pool, Question, Strategy
from tests.conftest import seat

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def client(manager, as_):
    return as_(manager)


def rows(page: str) -> list[str]:
    return re.findall(r'<tr id="strategy-(\d+)"', page)


def test_the_list_shows_the_strategies_by_priority(board, client):
    page = client.get(board.url).content.decode()
    assert rows(page) == [str(board.slow.pk), str(board.fast.pk)]
    assert "1, 2 tie at 12: the more important one comes first." in page
    # urgency 3 to the right, importance 4 upwards: the first is proposed, the second active
    assert '<circle cx="250" cy="150"' in page
    assert '<circle class="focus" cx="350" cy="250"' in page


def test_the_chart_and_the_ranks_follow_a_score_at_once(board, client):
    row = f"{board.url}rows/strategy-{board.fast.pk}/"
    answer = client.post(row, {"cell": "importance", "importance": "5", "initial-importance": "3"}, **HTMX)
    told = answer.content.decode()
    assert set(rows(told)) == {str(board.slow.pk), str(board.fast.pk)}  # both have another rank now
    table = told.partition("</table>")[0]
    assert table.count('aria-label="Rank 1"') == table.count('aria-label="Rank 2"') == 1
    assert '<circle class="focus" cx="350" cy="50"' in told  # with the rows, not with the next question
    changed = client.get(f"{board.url}changes/", {"since": 0}).content.decode()
    assert '<circle class="focus" cx="350" cy="50"' in changed


def test_a_score_that_moves_no_rank_returns_its_own_row_alone(board, client):
    row = f"{board.url}rows/strategy-{board.slow.pk}/"
    answer = client.post(row, {"cell": "importance", "importance": "5", "initial-importance": "4"}, **HTMX)
    assert rows(answer.content.decode()) == [str(board.slow.pk)]


def test_a_dropped_strategy_has_no_rank_and_no_dot(board, client):
    Strategy.objects.filter(pk=board.slow.pk).update(state="dropped")
    page = client.get(board.url).content.decode()
    assert 'cx="250"' not in page
    assert 'aria-label="Rank –"' in page


def test_several_goals_are_typed_one_a_line(board, client):
    url = f"{board.url}rows/strategy-{board.slow.pk}/"
    sent = {"cell": "goals", "initial-goals": "Conversion to 12 %", "bottleneck": str(board.bottleneck.pk)}
    client.post(url, sent | {"goals": "conversion to 12%\nSales +25 %\n"}, **HTMX)
    assert Strategy.objects.get(pk=board.slow.pk).goals == [board.part, board.core]

    refused = client.post(url, sent | {"goals": "Sales +50 %"}, **HTMX)
    assert refused.status_code == 422
    assert "No goal of this plan is called “Sales +50 %”" in refused.content.decode()


@pytest.mark.parametrize("score", ["6", "0", "x"])
def test_a_score_of_6_is_a_sentence(board, client, score):
    url = f"{board.url}rows/strategy-{board.slow.pk}/"
    answer = client.post(url, {"cell": "urgency", "urgency": score}, **HTMX)
    assert answer.status_code == 422
    assert "Scores are whole numbers from 1 to 5." in answer.content.decode()


def test_the_list_approves_what_is_ready_and_names_what_lacks(board, client):
    button = f'formaction="{board.page}decide/?state=active"'
    assert button in client.get(board.url).content.decode()
    Strategy.objects.filter(pk=board.slow.pk).update(owner=None)
    page = client.get(board.url).content.decode()
    assert button not in page
    assert f'Needs: <a href="{board.page}#owner">An owner</a>' in page
    Strategy.objects.filter(pk=board.slow.pk).update(owner=board.core.owner)

    answer = client.post(f"{board.page}decide/?state=active")
    assert answer.url == f"{board.url}#strategy-{board.slow.pk}"
    assert Strategy.objects.get(pk=board.slow.pk).state == "active"


# The page of one


def test_the_sum_of_the_dates_is_shown_and_suggests_the_score_of_time(board, client):
    page = client.get(board.page).content.decode()
    # 10 Oct 2026 + 90 days is 10 Jan 2027, later than the goal's due date by less than a month
    assert "10 Oct 2026 + 3 months = 10 Jan 2027; the goal is due 31 Dec 2026." in page
    assert "Suggested 2: 10 Oct 2026" in page


def test_a_fast_strategy_is_proposed_to_pair_with_in_one_click(board, client):
    page = client.get(board.page).content.decode()
    assert "Pair with Members&#x27; offer" in page
    answer = client.post(f"{board.page}set/", {"field": "pair", "pair": str(board.fast.pk)})
    assert answer.status_code == 302
    page = client.get(board.page).content.decode()
    assert "Paired with “Members&#x27; offer”." in page
    assert "Pair with" not in page


def test_a_strategy_of_another_goal_is_no_pair(board, client):
    board.fast.served.update(goal=board.core)
    assert "Pair with" not in client.get(board.page).content.decode()
    Strategy.objects.filter(pk=board.fast.pk).update(bottleneck=board.bottleneck)
    assert "Pair with" in client.get(board.page).content.decode()


def test_importance_is_suggested_from_the_share_of_the_gap(board, client):
    # The gap rates: 20 % of sales; 33 % of conversion, the only sub-goal
    page = client.get(board.page).content.decode()
    assert "Suggested 5: its goals carry 100% of the plan&#x27;s gap" in page
    Goal.objects.create(
        plan=board.plan, parent=board.core, name="Orders", metric=board.part.metric, baseline=1, target=3
    )
    page = client.get(board.page).content.decode()
    # 33 of 33 + 67
    assert "Suggested 4: its goals carry 33% of the plan&#x27;s gap" in page
    assert "33% of 100% = 33%" in page
    assert "Conversion to 12 %: gap rate 33%" in page


def test_urgency_is_suggested_from_due_date_and_pace(board, client):
    page = client.get(board.page).content.decode()
    assert "Suggested 4: due in 5 weeks, no data for this plan yet" in page


def test_a_score_saves_on_click_and_without_script(board, client):
    answer = client.post(f"{board.page}set/", {"field": "urgency", "urgency": "5"}, **HTMX)
    assert (answer.status_code, answer["X-Rows"]) == (204, "1")
    assert Strategy.objects.get(pk=board.slow.pk).urgency == 5
    assert client.post(f"{board.page}set/", {"field": "urgency", "urgency": "4"}).url == board.page
    page = client.get(board.page).content.decode()
    assert re.search(r'id="urgency-4"[^>]*\s+checked', page)
    refused = client.post(f"{board.page}set/", {"field": "urgency", "urgency": "6"}, **HTMX)
    assert refused.status_code == 422
    assert '<p class="error">Scores are whole numbers from 1 to 5.</p>' in refused.content.decode()


def test_a_field_that_is_none_of_the_form_is_not_found(board, client):
    assert client.post(f"{board.page}set/", {"field": "plan", "plan": "1"}).status_code == 404
    assert client.post(f"{board.page}set/", {}).status_code == 404


def test_a_fallback_that_was_changed_meanwhile_is_not_overwritten(board, client, plan):
    third = Strategy.objects.create(plan=plan, title="Calls")
    Strategy.objects.filter(pk=board.slow.pk).update(fallback=third)
    sent = {"field": "fallback", "initial-fallback": "", "fallback": str(board.fast.pk)}
    answer = client.post(f"{board.page}set/", sent)
    assert answer.status_code == 409
    assert "entered Calls in the meantime" in answer.content.decode()
    assert Strategy.objects.get(pk=board.slow.pk).fallback == third


def test_the_verdict_names_its_conditions(board, client):
    Strategy.objects.filter(pk=board.slow.pk).update(resources_score=3, capability_score=3, time_score=2)
    page = client.get(board.page).content.decode()
    assert '<span class="chip warn">With conditions</span>' in page
    assert '<small class="muted">time</small>' in page


def test_a_question_is_asked_and_closed(board, client, manager, team):
    asked = {
        "text": "Who builds it?", "dimension": "time", "department": "Engineering",
        "owner": str(seat(manager, team).pk), "due": "2026-12-01",
    }  # fmt: skip
    assert client.post(f"{board.page}questions/", asked).url == board.page
    question = Question.objects.get()
    assert (question.strategy, question.plan, question.due) == (board.slow, board.plan, dt.date(2026, 12, 1))
    assert "Time · " in (page := client.get(board.page).content.decode())
    assert "Engineering" in page
    assert client.post(f"{board.page}questions/{question.pk}/", {"answer": " "}).status_code == 422
    client.post(f"{board.page}questions/{question.pk}/", {"answer": "Li, from the 21st"})
    question.refresh_from_db()
    assert (question.answer, question.closed_on) == ("Li, from the 21st", dt.date(2026, 11, 24))


def test_an_empty_question_keeps_what_was_typed(board, client):
    answer = client.post(f"{board.page}questions/", {"text": "", "department": "Engineering"})
    assert answer.status_code == 422
    assert 'value="Engineering"' in answer.content.decode()
    assert not Question.objects.exists()


def test_the_question_of_another_strategy_is_not_closed_here(board, client):
    question = Question.objects.create(plan=board.plan, strategy=board.fast, text="Who?")
    assert client.post(f"{board.page}questions/{question.pk}/", {"answer": "x"}).status_code == 404


def test_allocations_are_listed_with_their_units(board, client):
    for kind, amount in (("budget", 20000), ("people", 5), ("time", 12)):
        pool = Pool.objects.create(plan=board.plan, kind=kind, name=f"Of {kind}", amount=50000)
        Allocation.objects.create(pool=pool, strategy=board.slow, amount=amount)
    page = client.get(board.page).content.decode()
    assert all(text in page for text in ("Of budget: 20,000 CNY", "Of people: 5 days", "Of time: 12 h"))


def test_the_pieces_follow_what_others_change(board, client, plan):
    url = f"{board.page}changes/"
    client.post(f"{board.page}set/", {"field": "urgency", "urgency": "5"}, **HTMX)
    told = client.get(url, {"since": 0}).content.decode()
    assert all(f'id="{name}"' in told for name in ("standing", "scores", "outlook", "work", "record"))
    assert 'id="lead"' not in told
    plan.team.refresh_from_db()
    assert client.get(url, {"since": plan.team.revision}).status_code == 204


def test_a_viewer_sees_the_page_without_any_form_of_it(board, viewer, as_):
    LeadMeasure.objects.create(strategy=board.slow, name="Calls", weekly_target=60)
    page = as_(viewer).get(board.page).content.decode()
    main = page.partition("<main")[2]
    assert "Membership points" in main
    assert f'action="{board.page}' not in re.sub(r'<form class="scored".*?</form>', "", main, flags=re.DOTALL)
    assert main.count("<fieldset disabled>") == 5


def test_a_strategy_of_another_plan_is_not_found(board, other_plan, client):
    assert client.get(f"/plans/{other_plan.pk}/strategies/{board.slow.pk}/").status_code == 404


def test_the_page_asks_as_often_for_many_as_for_one(board, client, plan):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(board.page).status_code == 200
        return len(queries)

    Question.objects.create(plan=plan, strategy=board.slow, text="Who?")
    client.get(board.page)
    before = asked()
    for number in range(3):
        more = Strategy.objects.create(plan=plan, title=f"S{number}", importance=3, urgency=3)
        more.served.create(goal=board.core)
        more.served.create(goal=board.part)
        Question.objects.create(plan=plan, strategy=board.slow, text=f"Q{number}", owner=board.core.owner)
        pool = Pool.objects.create(plan=plan, name=f"P{number}", amount=10)
        Allocation.objects.create(pool=pool, strategy=board.slow, amount=1)
    assert asked() == before


# Lead measures


@pytest.fixture
def measured(board, rep, team) -> LeadMeasure:
    return LeadMeasure.objects.create(
        strategy=board.slow, name="Calls", weekly_target=60, unit="calls", owner=seat(rep, team)
    )


def test_a_lead_measure_is_set_once_and_changed(board, client):
    url = f"{board.page}lead/"
    client.post(url, {"name": "Calls", "weekly_target": "60", "unit": "calls"})
    client.post(url, {"name": "Calls to members", "weekly_target": "80"})
    measure = LeadMeasure.objects.get()
    assert (measure.strategy, measure.name, measure.weekly_target) == (board.slow, "Calls to members", 80)
    assert client.post(url, {"name": "Calls", "weekly_target": "0"}).status_code == 422


def test_its_owner_enters_weeks_and_nobody_elses_rep_does(board, measured, rep, team, as_):
    client, url = as_(rep), f"{board.page}weeks/"
    client.post(url, {"week": "2026-11-25", "value": "48"})
    client.post(url, {"week": "2026-11-27", "value": "54"})
    value = LeadValue.objects.get()
    assert (value.week, value.value, value.by) == (dt.date(2026, 11, 23), 54, seat(rep, team))
    page = client.get(board.page).content.decode()
    assert "Week of 23 Nov" in page
    assert "90%" in page
    LeadMeasure.objects.update(owner=None)
    assert client.post(url, {"week": "2026-11-25", "value": "1"}).status_code == 403
