"""What the mails say: the digest of a rep and of a manager, and what managers are told after the grace period."""

from __future__ import annotations

import datetime as dt

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from planner.models import Membership, Notice, Plan
from planner.notices.kinds import Recipient
from strategies.models import Strategy
from tests.conftest import seat
from tracking.alerts import raise_alerts
from tracking.models import Task
from tracking.notices import digest, escalation

DAY = dt.date(2026, 11, 25)  # a Wednesday


@pytest.fixture
def strategy(plan) -> Strategy:
    return Strategy.objects.create(plan=plan, title="Referrals")


def told(user, build=digest, day: dt.date = DAY):
    seats = tuple(Membership.objects.filter(user=user).select_related("team").order_by("pk"))
    return build(Recipient(user, seats, day, str(day), at(day)))


def at(day: dt.date) -> dt.datetime:
    """Noon in Shanghai, when what is told on that day is decided."""
    return dt.datetime.combine(day, dt.time(4), dt.UTC)


def task(strategy: Strategy, words: str, due: int, owner=None, **more) -> Task:
    return Task.objects.create(
        strategy=strategy, description=words, due=dt.date(2026, 11, due), owner=owner, **more
    )


def test_a_rep_hears_of_what_is_overdue_and_due_this_week(strategy, team, rep):
    mine = seat(rep, team)
    task(strategy, "late", 23, mine)
    task(strategy, "today", 25, mine)
    task(strategy, "sunday", 29, mine)
    task(strategy, "next week", 30, mine)
    task(strategy, "of somebody else", 20)
    said = told(rep)

    assert said.subject == "1 overdue, 1 due today"
    assert [(line.task.description, line.when) for line in said.context["overdue"]] == [
        ("late", "2 days late")
    ]
    assert [line.task.description for line in said.context["due"]] == ["today", "sunday"]
    late = Task.objects.get(description="late")
    assert said.context["overdue"][0].url.endswith(f"/plans/{strategy.plan_id}/tracking/#task-{late.pk}")


def test_nothing_to_say_is_no_mail(strategy, team, rep, viewer):
    task(strategy, "next week", 30, seat(rep, team))

    assert told(rep) is None
    assert told(viewer) is None


@pytest.mark.parametrize("state", ["proposed", "paused", "dropped"])
def test_what_is_done_or_does_not_run_is_not_called_overdue(strategy, team, rep, state):
    late = task(strategy, "late", 20, seat(rep, team))
    Task.objects.filter(pk=late.pk).update(status="done", percent=100)
    assert told(rep) is None
    Task.objects.filter(pk=late.pk).update(status="in_progress", percent=10)
    Strategy.objects.update(state=state)
    assert told(rep) is None


def test_a_manager_gets_the_team_by_owner_the_latest_first(strategy, team, manager, rep):
    task(strategy, "a", 24, seat(rep, team))
    task(strategy, "b", 20)
    task(strategy, "c", 18)
    task(strategy, "d", 27, seat(rep, team))
    said = told(manager)

    (rolled,) = said.context["rolled"]
    assert [(each.name, each.overdue, each.due, each.worst) for each in rolled.owners] == [
        ("No owner yet", 2, 0, 7),
        ("Rick", 1, 1, 1),
    ]
    assert said.subject == "Team: 3 overdue, 1 due this week"


def test_a_digest_speaks_the_language_that_is_active(strategy, team, rep):
    task(strategy, "late", 23, seat(rep, team))
    with translation.override("zh-hans"):
        assert told(rep).subject == "逾期 1 项"


def test_one_digest_covers_all_teams_of_a_person(strategy, team, other_team, rep):
    Membership.objects.create(team=other_team, user=rep, name="Rick", role="rep")
    there = Plan.objects.create(team=other_team, name="x", start=DAY, end=DAY)
    task(strategy, "here", 23, seat(rep, team))
    task(Strategy.objects.create(plan=there, title="S"), "there", 24, seat(rep, other_team))

    assert [line.task.description for line in told(rep).context["overdue"]] == ["here", "there"]


def test_open_work_outlives_the_end_of_its_plan(strategy, team, rep):
    Plan.objects.update(end=dt.date(2026, 11, 10))
    task(strategy, "late", 8, seat(rep, team))
    task(strategy, "due after the end", 20, seat(rep, team))
    task(strategy, "due today", 25, seat(rep, team))

    said = told(rep)
    assert [line.days_late for line in said.context["overdue"]] == [17, 5]
    assert [line.when for line in said.context["due"]] == ["Due today"]
    Plan.objects.update(start=dt.date(2026, 9, 1), end=dt.date(2026, 10, 25))
    assert told(rep) is None


def test_a_manager_reads_in_the_digest_which_plans_wait_to_be_closed(
    strategy, team, other_team, plan, manager, rep
):
    """A line of the digest, never a mail of its own, and of the teams that one manages alone."""
    Membership.objects.create(team=other_team, user=manager, name="Mary", role="rep")
    for there, name, end, state in (
        (team, "old", 9, "active"), (team, "closed", 9, "closed"), (team, "running", 25, "active"),
        (team, "draft", 9, "draft"), (other_team, "theirs", 9, "active"),
    ):  # fmt: skip
        Plan.objects.create(
            team=there, name=name, start=dt.date(2026, 9, 1), end=dt.date(2026, 11, end), state=state
        )
    assert told(manager) is None

    task(strategy, "late", 20, seat(manager, team))
    said = told(manager)
    assert [(ended.plan.name, ended.end) for ended in said.context["ended"]] == [("old", "9 Nov")]
    task(strategy, "late", 20, seat(rep, team))
    assert told(rep).context["ended"] == []
    for kind in ("html", "txt"):
        text = render_to_string(f"notices/email/digest.{kind}", {**said.context, "subject": said.subject})
        assert "“old” ended on 9 Nov and is not closed yet." in text


def test_a_manager_is_told_once_of_a_task_beyond_the_grace_period(strategy, manager, rep):
    late = task(strategy, "late", 20)
    raise_alerts(dt.datetime(2026, 11, 25, 4, tzinfo=dt.UTC))
    assert told(manager, escalation).subject == "1 task is long overdue"
    assert told(rep, escalation) is None

    Notice.objects.create(
        user=manager, kind="escalation", about=str(DAY), day=DAY, state="sent", message_id="<x>", decided_at=at(DAY),
        try_at=at(DAY), ended_at=timezone.now(),
    )  # fmt: skip
    assert told(manager, escalation, DAY + dt.timedelta(days=1)) is None
    Task.objects.filter(pk=late.pk).update(due=dt.date(2026, 11, 19))
    raise_alerts(dt.datetime(2026, 11, 26, 4, tzinfo=dt.UTC))
    assert told(manager, escalation, DAY + dt.timedelta(days=1)) is not None


def test_an_escalation_raised_after_the_mail_of_the_day_is_told_the_next_day(strategy, manager):
    Notice.objects.create(
        user=manager, kind="escalation", about=str(DAY), day=DAY, state="sent", message_id="<x>", decided_at=at(DAY),
        try_at=at(DAY), ended_at=at(DAY),
    )  # fmt: skip
    task(strategy, "late", 20)
    raise_alerts(at(DAY) + dt.timedelta(hours=3))

    assert told(manager, escalation, DAY + dt.timedelta(days=1)) is not None
