"""Targets are agreed: the owner of a goal answers with a number and a reason, a manager accepts or keeps."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from planner import changes
from planner.models import Bottleneck, Change, Goal
from strategies.goals.answers import accept_answer, answer_target, keep_target
from strategies.models import TargetAnswer
from strategies.steps import next_step
from tests.conftest import seat

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def goal(plan, team, status, rep) -> Goal:
    """A conversion rate of 20 % that Rick is to reach."""
    return Goal.objects.create(
        plan=plan, name="Conversion", metric=status.rate.metric, target="0.2", owner=seat(rep, team)
    )


def send(client, goal: Goal, **typed: str):
    return client.post(f"/plans/{goal.plan_id}/goals/{goal.pk}/answer/", typed)


def decide(client, goal: Goal, decision: str):
    answer = TargetAnswer.objects.get()
    return client.post(f"/plans/{goal.plan_id}/goals/answers/{answer.pk}/{decision}/", follow=True)


def page(client, goal: Goal) -> str:
    text = client.get(f"/plans/{goal.plan_id}/goals/").content.decode()
    return text.partition(f'<tr id="core-{goal.pk}"')[2].partition("</tr>")[0]


def test_an_owner_answers_a_target_with_a_number_and_a_reason(goal, rep, manager, as_):
    client = as_(rep)
    assert f'href="{goal.pk}/answer/"' in page(client, goal)
    assert send(client, goal, value="18", reason="The points start in August").status_code == 302

    answer = TargetAnswer.objects.get()
    assert (str(answer.value.normalize()), answer.outcome) == ("0.18", "open")
    for user in (rep, manager):
        row = page(as_(user), goal)
        assert "Rick proposes 18%" in row
        assert "The points start in August" in row
        assert ("Accept 18%" in row, "Keep 20%" in row) == (user == manager, user == manager)
    assert f'href="{goal.pk}/answer/"' not in page(client, goal)  # one at a time


def test_accepting_changes_the_target_with_the_reason_and_can_be_undone(goal, rep, manager, as_):
    send(as_(rep), goal, value="18", reason="The points start in August")
    client = as_(manager)
    text = decide(client, goal, "accept").content.decode()

    goal.refresh_from_db()
    assert (str(goal.target.normalize()), TargetAnswer.objects.get().outcome) == ("0.18", "accepted")
    change = Change.objects.get(field="target")
    assert (change.old, change.new, change.why) == ("0.2", "0.18", "The points start in August")
    assert "Accepted the proposed target." in text
    assert "Mary accepted 18%, proposed by Rick" in page(client, goal)

    client.post(f"/plans/{goal.plan_id}/undo/{change.revision}/", **HTMX)
    goal.refresh_from_db()
    assert (str(goal.target.normalize()), TargetAnswer.objects.get().outcome) == ("0.2", "open")


def test_keeping_leaves_the_target_and_both_stay_in_its_history(goal, rep, manager, as_):
    send(as_(rep), goal, value="18", reason="Too far")
    decide(as_(manager), goal, "keep")

    goal.refresh_from_db()
    assert str(goal.target.normalize()) == "0.2"
    row = page(as_(rep), goal)
    assert "Mary kept 20%; Rick had proposed 18% (“Too far”)" in row
    assert f'href="{goal.pk}/answer/"' in row  # it can be answered again


def test_the_same_decision_twice_is_one_and_another_is_refused(goal, rep, manager, as_):
    send(as_(rep), goal, value="18", reason="Too far")
    client = as_(manager)
    decide(client, goal, "keep")
    revision = Change.objects.latest("revision").revision
    decide(client, goal, "keep")
    text = decide(client, goal, "accept").content.decode()

    assert "This answer has been decided already. Reload the page." in text
    assert Change.objects.latest("revision").revision == revision


def test_the_same_number_says_why_it_is_achievable(goal, rep, as_):
    send(as_(rep), goal, value="20", reason="The new script doubled it in the pilot")
    goal.refresh_from_db()
    assert goal.why_achievable == "The new script doubled it in the pilot"
    assert not TargetAnswer.objects.exists()


@pytest.mark.parametrize(("value", "reason"), [("", "x"), ("18", ""), ("x", "x"), ("18", "x" * 301)])
def test_an_answer_needs_a_number_and_a_short_reason(goal, rep, as_, value, reason):
    answer = send(as_(rep), goal, value=value, reason=reason)
    assert answer.status_code == 422
    assert not TargetAnswer.objects.exists()


def test_who_does_not_own_the_goal_has_no_say(goal, team, rep, viewer, as_):
    assert send(as_(viewer), goal, value="18", reason="x").status_code == 403
    Goal.objects.update(owner=None)
    assert send(as_(rep), goal, value="18", reason="x").status_code == 403
    assert f'href="{goal.pk}/answer/"' not in page(as_(rep), goal)


def test_the_verbs_refuse_with_a_sentence(goal, team, plan, manager):
    member = seat(manager, team)
    with changes.recording(team, plan=plan, by=manager) as log:
        answer = answer_target(log, goal, member, 1, "x")
        keep_target(log, answer, member)
        for wrong in (goal.target, None):
            with pytest.raises(ValidationError, match="Enter a different target"):
                answer_target(log, goal, member, wrong, "x")
        goal.target = None
        with pytest.raises(ValidationError, match="no target yet"):
            answer_target(log, goal, member, 1, "x")
        with pytest.raises(ValidationError, match="decided already"):
            accept_answer(log, answer, member)


def test_progress_is_read_against_the_original_and_the_current_target(
    plan, status, manager, as_, monkeypatch
):
    """810 on the way from 700: 37 % of the way to 1,000, and 55 % of that to 900."""
    days = [dt.date(2026, 11, 2)]
    monkeypatch.setattr(
        "planner.models.people.Team.today", lambda team, now=None: now.date() if now else days[0]
    )
    read = {7: 700, 8: 700, 9: 700, 10: 810}
    for month, value in read.items():
        status.whole.readings.create(metric=status.sales.metric, month=dt.date(2026, month, 1), value=value)
    goal = Goal.objects.create(plan=plan, name="Sales", metric=status.sales.metric, target=1000)
    day = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    with changes.recording(plan.team, plan=plan, by=manager, why="A rival left") as log:
        goal.target = 900
        log.save(goal)
    Change.objects.update(at=day)
    client = as_(manager)

    current = page(client, goal)
    assert "55% of the way, 33% of the time" in current
    assert "Target revised 1 time" in current
    assert "from 1,000 to 900 – A rival left" in current
    text = client.get(f"/plans/{plan.pk}/goals/?targets=original").content.decode()
    assert "37% of the way, 33% of the time" in text
    assert "From 700 to 1,000 CNY" in text
    assert f'href="rows/core-{goal.pk}/?targets=original&amp;cell=target" data-v="[&quot;900&quot;' in text


def test_an_open_answer_is_what_to_do_next(goal, plan, rep, manager, as_):
    Goal.objects.filter(pk=goal.pk).update(baseline="0.1", due=plan.end)
    Goal.objects.create(plan=plan, parent=goal, name="Part")
    plan.scenario = "decline"
    Bottleneck.objects.create(plan=plan, kind="value", cause="x", metric=goal.metric, in_focus=True)
    before = next_step(plan)
    send(as_(rep), goal, value="18", reason="Too far")
    step = next_step(plan)
    assert (step.sentence, step.url) == (
        "The owner of “Conversion” proposes another target.",
        f"/plans/{plan.pk}/goals/#core-{goal.pk}",
    )
    decide(as_(manager), goal, "keep")
    assert next_step(plan) == before != step
