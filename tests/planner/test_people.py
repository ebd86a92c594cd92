"""Joining, changing and leaving a team: the verbs, without a page around them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from planner import people
from planner.models import Change, Invitation, Membership, Role, Segment, Team
from strategies.models import Strategy
from tests.conftest import TODAY, join, seat
from tracking.models import Task

ONLY_MARY = "East would have no manager with an account. Make another member with an account a manager first."


@pytest.fixture
def second_manager(team):
    return join(team, "Max", Role.MANAGER)


@pytest.fixture
def strategy(plan):
    return Strategy.objects.create(plan=plan, title="Call back")


def task_of(strategy, owner, **fields):
    return Task.objects.create(strategy=strategy, description="Call", owner=owner, **fields)


def test_a_new_team_has_the_segment_of_the_whole(db):
    team = people.create_team("West", time_zone="Asia/Shanghai", language="zh-hans", currency="CNY")
    assert (team.time_zone, team.language, team.currency) == ("Asia/Shanghai", "zh-hans", "CNY")
    assert list(team.segments.values_list("dimension", "name")) == [("whole", "")]


def test_a_team_in_an_unknown_time_zone_is_not_created(db):
    with pytest.raises(ValidationError) as refused:
        people.create_team("West", time_zone="Mars/Olympus")
    assert refused.value.messages == ["“Mars/Olympus” is not a time zone. Choose one such as Asia/Shanghai."]
    assert not Team.objects.exists()
    assert not Segment.objects.exists()


def test_somebody_can_be_in_the_team_before_having_an_account(team, manager):
    member = people.add_member(
        team, name="Customer operations", role=Role.REP, by=manager, job_title="Hotline"
    )
    assert (member.user, member.name, member.job_title, member.role) == (
        None,
        "Customer operations",
        "Hotline",
        "rep",
    )
    change = Change.objects.get()
    assert (change.action, change.label, change.by) == ("add", "Customer operations", manager)


def test_a_role_is_changed_and_written_down(team, manager, rep):
    people.change_member(seat(rep, team), {"role": Role.MANAGER}, by=manager)
    assert seat(rep, team).role == "manager"
    change = Change.objects.get()
    assert (change.field, change.old, change.new, change.by_name) == ("role", "rep", "manager", "Mary")


def test_the_last_manager_cannot_be_demoted(team, manager):
    with pytest.raises(ValidationError, match=ONLY_MARY):
        people.change_member(seat(manager, team), {"role": Role.REP}, by=manager)
    assert seat(manager, team).role == "manager"
    assert Team.objects.get().revision == 0


def test_the_last_manager_can_be_renamed(team, manager):
    people.change_member(seat(manager, team), {"name": "Mary Wang", "role": Role.MANAGER}, by=manager)
    assert seat(manager, team).name == "Mary Wang"


def test_the_last_manager_cannot_leave(team, manager, rep):
    with pytest.raises(ValidationError, match=ONLY_MARY):
        people.remove_member(seat(manager, team), by=manager, successor=seat(rep, team))
    assert seat(manager, team).removed_at is None


def test_a_manager_who_was_only_invited_does_not_count(team, manager):
    people.add_member(team, name="Nina", role=Role.MANAGER, by=manager)
    with pytest.raises(ValidationError, match=ONLY_MARY):
        people.remove_member(seat(manager, team), by=manager)


def test_a_manager_whose_account_is_switched_off_does_not_count(team, manager, second_manager):
    second_manager.is_active = False
    second_manager.save()
    with pytest.raises(ValidationError, match=ONLY_MARY):
        people.change_member(seat(manager, team), {"role": Role.VIEWER}, by=manager)


def test_a_manager_of_another_team_does_not_count(team, manager, outsider):
    with pytest.raises(ValidationError, match=ONLY_MARY):
        people.remove_member(seat(manager, team), by=manager)


def test_a_manager_leaves_when_another_one_stays(team, manager, second_manager):
    people.remove_member(seat(manager, team), by=manager)
    assert list(team.memberships.values_list("name", flat=True)) == ["Max"]


def test_an_invited_manager_can_be_removed_by_the_last_one(team, manager):
    nina = people.add_member(team, name="Nina", role=Role.MANAGER, by=manager)
    people.remove_member(nina, by=manager)
    assert list(team.memberships.values_list("name", flat=True)) == ["Mary"]


def test_of_two_managers_who_demote_each_other_the_second_is_refused(team, manager, second_manager):
    mary, max_ = seat(manager, team), seat(second_manager, team)
    people.change_member(max_, {"role": Role.REP}, by=manager)
    with pytest.raises(ValidationError, match=ONLY_MARY):
        people.change_member(mary, {"role": Role.REP}, by=second_manager)
    assert [each.name for each in team.memberships.managers()] == ["Mary"]


@pytest.mark.parametrize("verb", ["change", "remove", "invite"])
def test_a_verb_takes_the_lock_of_the_team_before_it_reads(team, manager, rep, verb):
    target = people.add_member(team, name="Nina", role=Role.REP, by=manager)
    with CaptureQueriesContext(connection) as seen:
        if verb == "change":
            people.change_member(target, {"role": Role.VIEWER}, by=manager)
        elif verb == "remove":
            people.remove_member(target, by=manager)
        else:
            people.invite(target, "nina@example.com", by=manager)
    assert [query["sql"] for query in seen][1].startswith('UPDATE "planner_team" SET "revision"')


def test_a_change_made_on_an_old_page_is_not_saved(team, manager, second_manager, rep):
    shown = seat(rep, team)
    people.change_member(shown, {"job_title": "Lead"}, by=second_manager)
    with pytest.raises(ValidationError) as refused:
        people.change_member(shown, {"job_title": "Head"}, by=manager, version=shown.version)
    assert refused.value.messages == [
        "Someone changed this member while you were editing. Current details: Rick, "
        "Lead, Rep. Check your entries and save again."
    ]
    assert seat(rep, team).job_title == "Lead"


def test_who_leaves_keeps_their_name_in_history_and_on_their_work(team, manager, rep, strategy):
    done = task_of(strategy, seat(rep, team), status="done", percent=100)
    people.change_member(seat(rep, team), {"job_title": "Lead"}, by=rep)
    people.remove_member(seat(rep, team), by=manager)
    done.refresh_from_db()
    assert done.owner.name == "Rick"
    assert [change.label for change in Change.objects.filter(model="planner.membership")] == ["Rick", "Rick"]
    assert Change.objects.filter(field="job_title").get().by_name == "Rick"
    assert not team.memberships.filter(name="Rick").exists()


def test_open_tasks_go_to_the_successor(team, manager, rep, strategy):
    mine = task_of(strategy, seat(rep, team), due=TODAY)
    assert [work.title for work in people.open_work(seat(rep, team))] == ["Call"]
    assert people.remove_member(seat(rep, team), by=manager, successor=seat(manager, team)) == 1
    mine.refresh_from_db()
    assert mine.owner == Membership.objects.get(name="Mary")
    moved = Change.objects.get(model="tracking.task", field="owner")
    removed = Change.objects.get(model="planner.membership", action="remove")
    assert moved.revision == removed.revision


def test_open_tasks_may_go_to_nobody(team, manager, rep, strategy):
    mine = task_of(strategy, seat(rep, team))
    people.remove_member(seat(rep, team), by=manager)
    mine.refresh_from_db()
    assert mine.owner is None


def test_what_is_done_does_not_change_hands(team, manager, rep, strategy):
    done = task_of(strategy, seat(rep, team), status="done", percent=100)
    assert people.open_work(seat(rep, team)) == []
    assert people.remove_member(seat(rep, team), by=manager, successor=seat(manager, team)) == 0
    done.refresh_from_db()
    assert done.owner.name == "Rick"


@pytest.mark.parametrize("who", ["viewer", "outsider", "leaver"])
def test_only_another_owner_of_the_team_takes_over(team, manager, rep, viewer, outsider, other_team, who):
    successor = {
        "viewer": seat(viewer, team),
        "outsider": seat(outsider, other_team),
        "leaver": seat(rep, team),
    }
    with pytest.raises(Http404):
        people.remove_member(seat(rep, team), by=manager, successor=successor[who])
    assert seat(rep, team).removed_at is None


def test_who_is_removed_can_no_longer_use_an_invitation(team, manager):
    nina = people.add_member(team, name="Nina", role=Role.REP, by=manager)
    people.invite(nina, "nina@example.com", by=manager)
    people.remove_member(nina, by=manager)
    assert Invitation.objects.get().withdrawn_at is not None


def test_settings_are_saved_field_by_field_and_leave_the_revision_alone(team, manager):
    stale = Team.objects.get()
    people.add_member(team, name="Nina", role=Role.REP, by=manager)
    Team.objects.update(digest_hour=9)
    stale.meeting_hour = 15
    people.change_settings(stale, ["meeting_hour"])
    saved = Team.objects.get()
    assert (saved.meeting_hour, saved.digest_hour, saved.revision) == (15, 9, 1)


def test_a_member_of_another_team_cannot_be_changed_through_ours(team, manager, outsider, other_team):
    strange = seat(outsider, other_team)
    strange.team = team
    with pytest.raises(Http404):
        people.change_member(strange, {"role": Role.REP}, by=manager)


def test_open_work_is_as_of_the_day_of_the_team(team, manager, rep, strategy, monkeypatch):
    task_of(strategy, seat(rep, team), due=TODAY - dt.timedelta(days=3))
    monkeypatch.setattr(Team, "today", lambda self: TODAY)
    work = people.open_work(seat(rep, team))
    assert [(each.title, each.due) for each in work] == [("Call", dt.date(2026, 11, 20))]
