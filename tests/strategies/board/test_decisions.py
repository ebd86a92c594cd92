"""Approve, pause, drop, propose again: what each needs, what it says, and what the history keeps."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from planner import changes
from planner.models import Change, Goal
from strategies.board.decisions import (
    approve,
    change_state,
    choose_fallback,
    decisions,
    drop,
    lacks,
    lacks_of,
    pair,
    pause,
    propose,
)
from strategies.board.table import strategies_of
from strategies.models import LeadMeasure, ServedGoal, Strategy
from tests.conftest import seat

State = Strategy.State


@pytest.fixture
def do(board, plan, manager):
    """do(verb, strategy, …) decides in a recording of its own; returns the strategy as it is then."""

    def decide(verb, strategy, *args):
        with changes.recording(plan.team, plan=plan, by=manager) as log:
            verb(log, log.take(strategies_of(plan), strategy.pk), *args)
        return Strategy.objects.get(pk=strategy.pk)

    return decide


def errors(do, verb, strategy, *args) -> dict[str, list[str]]:
    before = Strategy.objects.get(pk=strategy.pk).state
    with pytest.raises(ValidationError) as refused:
        do(verb, strategy, *args)
    assert Strategy.objects.get(pk=strategy.pk).state == before
    return changes.errors_by_field(refused.value)


def test_a_strategy_with_owner_goal_and_standard_is_approved(board, do):
    assert lacks(board.slow) == []
    assert do(approve, board.slow, "Agreed on Monday").state == State.ACTIVE
    change = Change.objects.get(model="strategies.strategy", field="state")
    assert (change.old, change.new, change.why, change.by_name) == (
        "proposed", "active", "Agreed on Monday", "Mary",
    )  # fmt: skip


def without_owner(board) -> None:
    Strategy.objects.filter(pk=board.slow.pk).update(owner=None)


def with_an_owner_who_left(board) -> None:
    type(board.slow.owner).objects.filter(pk=board.slow.owner_id).update(removed_at="2026-11-01T00:00Z")


def without_goals(board) -> None:
    ServedGoal.objects.filter(strategy=board.slow).delete()


def without_a_metric(board) -> None:
    Goal.objects.filter(pk=board.part.pk).update(metric=None)


def without_a_target(board) -> None:
    Goal.objects.filter(pk=board.part.pk).update(target=None)


def with_a_removed_goal(board) -> None:
    Goal.objects.filter(pk=board.part.pk).update(removed_at="2026-11-01T00:00Z")


def with_an_incomplete_core_goal(board) -> None:
    ServedGoal.objects.filter(strategy=board.slow).update(goal=board.core)
    Goal.objects.filter(pk=board.core.pk).update(due=None)


def without_a_standard(board) -> None:
    type(board.task).objects.update(acceptance=" ")


def with_a_cancelled_task(board) -> None:
    type(board.task).objects.update(status="cancelled", cancel_reason="x")


@pytest.mark.parametrize(
    ("spoil", "name", "leads_to"),
    [
        (without_owner, "owner", "{page}#owner"),
        (with_an_owner_who_left, "owner", "{page}#owner"),
        (without_goals, "goal", "{page}#goals"),
        (with_a_removed_goal, "goal", "{page}#goals"),
        (without_a_metric, "goal", "/plans/{plan}/goals/#part-{part}"),
        (without_a_target, "goal", "/plans/{plan}/goals/#part-{part}"),
        (with_an_incomplete_core_goal, "goal", "/plans/{plan}/goals/#core-{core}"),
        (without_a_standard, "task", "/plans/{plan}/tracking/#strategy-{slow}"),
        (with_a_cancelled_task, "task", "/plans/{plan}/tracking/#strategy-{slow}"),
    ],
)
def test_what_lacks_is_named_with_its_click(board, do, manager, as_, spoil, name, leads_to):
    spoil(board)
    (lack,) = lacks(Strategy.objects.get(pk=board.slow.pk))
    places = {"page": board.page, "plan": board.plan.pk, "part": board.part.pk, "core": board.core.pk}
    assert (lack.name, lack.url) == (name, leads_to.format(**places, slow=board.slow.pk))

    assert errors(do, approve, board.slow) == {
        "state": [f"Before approval, this strategy needs: {lack.text}."]
    }
    if spoil is not with_an_owner_who_left:
        page = as_(manager).get(board.page).content.decode()
        assert f'href="{lack.url}"' in page


def test_a_lead_measure_stands_in_for_a_measured_goal_but_not_for_a_complete_core_goal(board, do):
    without_a_metric(board)
    LeadMeasure.objects.create(strategy=board.slow, name="Calls", weekly_target=20)
    assert lacks(board.slow) == []
    with_an_incomplete_core_goal(board)
    (lack,) = lacks(Strategy.objects.get(pk=board.slow.pk))
    assert "“Sales +25 %” needs a baseline, a target and a due date" in lack.text
    ServedGoal.objects.create(strategy=board.slow, goal=board.part)
    assert lacks(Strategy.objects.get(pk=board.slow.pk)) == []


def test_a_dropped_strategy_is_proposed_again_before_it_is_approved(board, do):
    do(drop, board.slow, "Too dear")
    assert errors(do, approve, board.slow) == {
        "state": ["This strategy is dropped. Propose it again before you approve it."]
    }
    assert do(propose, board.slow).state == State.PROPOSED
    assert do(approve, board.slow).state == State.ACTIVE


@pytest.mark.parametrize("verb", [pause, drop])
def test_pausing_and_dropping_ask_for_a_reason(board, do, verb):
    assert errors(do, verb, board.fast, " ") == {"reason": ["Enter a reason: it stays in the history."]}
    assert do(verb, board.fast, "No budget").state in (State.PAUSED, State.DROPPED)


@pytest.mark.parametrize(
    ("state", "why"), [("paused", "x"), ("dropped", "x"), ("proposed", ""), ("standardised", "")]
)
def test_each_state_has_its_verb(board, do, state, why):
    assert do(change_state, board.fast, state, why).state == state


def test_a_loop_of_fallbacks_is_refused_with_its_way(board, do, plan):
    third = Strategy.objects.create(plan=plan, order=3, title="Calls")
    do(choose_fallback, board.slow, board.fast)
    do(choose_fallback, board.fast, third)
    assert errors(do, choose_fallback, third, board.slow) == {
        "fallback": [
            "These fallbacks lead back to the start: Calls → Membership points → Members' offer → Calls. "
            "Choose another one."
        ]
    }
    assert errors(do, choose_fallback, third, third) == {
        "fallback": ["A strategy cannot be its own fallback. Choose another one."]
    }


def test_a_dropped_strategy_is_nobodys_fallback(board, do):
    assert do(choose_fallback, board.slow, board.fast).fallback == board.fast
    do(drop, board.fast, "Too dear")
    board.slow.refresh_from_db()
    assert board.slow.fallback is None
    assert errors(do, choose_fallback, board.slow, Strategy.objects.get(pk=board.fast.pk)) == {
        "fallback": ["“Members' offer” is dropped, so it cannot be a fallback. Choose another one."]
    }


def test_no_strategy_is_paired_with_itself(board, do):
    assert list(errors(do, pair, board.slow, board.slow)) == ["pair"]
    assert do(pair, board.slow, board.fast).pair == board.fast


def test_the_decisions_are_told_with_who_and_why(board, do, plan, manager):
    with changes.recording(plan.team, plan=plan, by=manager) as log:
        made = Strategy(plan=plan, title="Calls", state="proposed", owner=seat(manager, plan.team))
        log.save(made)
    do(drop, made, "Too dear")
    do(propose, made)
    told = decisions(changes.changes_of(made), made)
    assert [(each.state, each.why, each.change.by_name) for each in told] == [
        ("Proposed", "", "Mary"),
        ("Dropped", "Too dear", "Mary"),
        ("Proposed", "", "Mary"),
    ]


def test_the_history_of_a_strategy_has_that_of_its_parts(board, plan, manager):
    with changes.recording(plan.team, plan=plan, by=manager) as log:
        measure = LeadMeasure(strategy=board.slow, name="Calls", weekly_target=20)
        log.save(measure)
        value = measure.values.model(measure=measure, week=dt.date(2026, 11, 23), value=18)
        log.save(value)
        log.remove(log.take(type(board.task).objects, board.task.pk))
        other = log.take(Strategy.objects, board.fast.pk)
        other.title = "Offer"
        log.save(other)
    told = {(change.model, change.object_id) for change in changes.changes_of(board.slow)}
    assert told == {
        ("strategies.leadmeasure", measure.pk),
        ("strategies.leadvalue", value.pk),
        ("tracking.task", board.task.pk),
    }


def test_what_many_lack_costs_as_many_queries_as_what_one_lacks(board, plan):
    def asked(strategies) -> int:
        with CaptureQueriesContext(connection) as queries:
            lacks_of(plan, strategies)
        return len(queries)

    for number in range(3):
        more = Strategy.objects.create(plan=plan, title=f"S{number}", state="proposed")
        ServedGoal.objects.create(strategy=more, goal=board.core)
    found = list(strategies_of(plan))
    assert asked(found) == asked(found[:1])


def test_table_3_obeys_the_same_rules(board, manager, as_):
    client, url = as_(manager), f"/plans/{board.plan.pk}/tracking/rows/strategy-{board.slow.pk}/"
    without_owner(board)
    sent = {"cell": "strategy", "title": "Points", "initial-title": "Membership points"}
    answer = client.post(url, sent | {"initial-state": "proposed", "state": "active"}, HTTP_HX_REQUEST="true")
    assert answer.status_code == 422
    assert "Before approval, this strategy needs: An owner." in answer.content.decode()
    board.slow.refresh_from_db()
    assert (board.slow.state, board.slow.title) == ("proposed", "Membership points")

    dropping = sent | {"initial-state": "proposed", "state": "dropped", "initial-reason": ""}
    answer = client.post(url, dropping, HTTP_HX_REQUEST="true")
    assert "Enter a reason" in answer.content.decode()
    assert client.post(url, dropping | {"reason": "Too dear"}, HTTP_HX_REQUEST="true").status_code == 200
    board.slow.refresh_from_db()
    assert (board.slow.state, board.slow.title) == ("dropped", "Points")
    assert Change.objects.get(field="state").why == "Too dear"


def test_what_is_typed_into_table_3_is_active_and_here_proposed(plan, manager, as_):
    client = as_(manager)
    client.post(f"/plans/{plan.pk}/tracking/rows/?kind=strategy", {"name": "Typed"})
    client.post(f"/plans/{plan.pk}/strategies/rows/?kind=strategy", {"name": "Planned"})
    states = dict(Strategy.objects.values_list("title", "state"))
    assert states == {"Typed": "active", "Planned": "proposed"}
