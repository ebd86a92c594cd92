"""Goals are moved among each other, and to another core goal."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from planner import changes
from planner.models import Change, Goal
from strategies.goals.goals import move_beneath, move_goal

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def goals(plan) -> dict[str, Goal]:
    """Two core goals, the first with the sub-goals a and b, the second with c."""
    made = {name: Goal.objects.create(plan=plan, name=name, order=n) for n, name in enumerate("MN", start=1)}
    for order, (name, core) in enumerate({"a": "M", "b": "M", "c": "N"}.items(), start=3):
        made[name] = Goal.objects.create(plan=plan, name=name, order=order, parent=made[core])
    return made


def shown(client, plan) -> list[str]:
    """The names of the goals in the order of the page."""
    page = client.get(f"/plans/{plan.pk}/goals/").content.decode()
    places = {f'id="{"part" if goal.parent_id else "core"}-{goal.pk}"': goal for goal in Goal.objects.all()}
    return [places[place].name for place in sorted(places, key=page.index)]


def move(client, plan, goal: Goal, to: str, **headers: str):
    key = f"{'part' if goal.parent_id else 'core'}-{goal.pk}"
    return client.post(f"/plans/{plan.pk}/goals/rows/{key}/move/", {"to": to}, **headers)


@pytest.mark.parametrize(
    ("name", "to", "order"),
    [
        ("b", "up", "MbaNc"),
        ("a", "down", "MbaNc"),
        ("b", "down", "MaNbc"),
        ("c", "up", "MabcN"),
        ("a", "up", "MabNc"),
        ("c", "down", "MabNc"),
        ("N", "up", "NcMab"),
        ("M", "down", "NcMab"),
        ("M", "up", "MabNc"),
    ],
)
def test_a_goal_moves_by_one_place_and_beyond_its_core_goal(goals, plan, manager, as_, name, to, order):
    client = as_(manager)
    move(client, plan, goals[name], to)
    assert "".join(shown(client, plan)) == order


def test_goals_of_one_position_can_be_moved_too(plan, manager, as_):
    goals = [Goal.objects.create(plan=plan, name=name) for name in "xyz"]
    client = as_(manager)
    move(client, plan, goals[2], "up")
    assert shown(client, plan) == ["x", "z", "y"]


def test_the_answer_is_what_has_another_place_and_undo_brings_it_back(goals, plan, manager, as_):
    client = as_(manager)
    answer = move(client, plan, goals["b"], "down", **HTMX)
    rows = answer.content.decode()

    assert answer["X-Changed"] == "1"
    assert f'id="part-{goals["b"].pk}" data-group="core-{goals["N"].pk}" data-order=' in rows
    assert rows.count("1 sub-goal<") == rows.count("2 sub-goals<") == 1  # both core goals count anew
    client.post(f"/plans/{plan.pk}/undo/{answer['X-Revision']}/", **HTMX)
    assert "".join(shown(client, plan)) == "MabNc"


def test_where_nothing_can_move_nothing_is_written(goals, plan, manager, as_):
    answer = move(as_(manager), plan, goals["a"], "up", **HTMX)
    assert answer.status_code == 200
    assert "X-Changed" not in answer
    assert not Change.objects.exists()


@pytest.mark.parametrize("to", ["", "left", "core-1"])
def test_there_are_two_directions(goals, plan, manager, as_, to):
    assert move(as_(manager), plan, goals["a"], to).status_code == 404


@pytest.mark.parametrize(
    ("name", "core", "sentence"),
    [
        ("M", "M", "A goal can't be its own sub-goal."),
        ("a", "b", "A sub-goal belongs to a core goal, not to another sub-goal."),
        ("M", "a", "A sub-goal belongs to a core goal, not to another sub-goal."),
        ("M", "N", "This core goal has sub-goals. Move them to another core goal first."),
    ],
)
def test_a_goal_goes_beneath_core_goals_only(goals, team, plan, manager, name, core, sentence):
    with (
        pytest.raises(ValidationError) as refused,
        changes.recording(team, plan=plan, by=manager) as log,
    ):
        move_beneath(log, goals[name], goals[core])
    assert changes.errors_by_field(refused.value) == {"parent": [sentence]}


def test_a_goal_is_moved_by_its_verb(goals, team, plan, manager):
    with changes.recording(team, plan=plan, by=manager) as log:
        move_goal(log, goals["a"], 1)
    assert [change.field for change in log.changes] == ["order", "order"]


@pytest.mark.parametrize("query", ["?sort=due", "?q=a"])
def test_only_a_table_in_its_own_order_offers_to_move(goals, plan, manager, as_, query):
    client = as_(manager)
    url = f"/plans/{plan.pk}/goals/"
    page = client.get(url).content.decode()

    assert page.count('form="moving"') == 2 * len(goals)
    assert "data-order=" not in client.get(url + query).content.decode()
    assert 'form="moving"' not in client.get(url + query).content.decode()


def test_who_may_not_edit_goals_is_not_offered_to_move_them(goals, plan, rep, as_):
    page = as_(rep).get(f"/plans/{plan.pk}/goals/").content.decode()
    assert 'form="moving"' not in page
    assert move(as_(rep), plan, goals["a"], "down").status_code == 403
