"""When a notice goes: at a team's hour on given days, or on an event, with the promise of the daily ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from planner import pulses
from planner.models import Membership, Notice, NoticeChoice, Pulse, Role, User
from planner.notices import ledger, post
from planner.notices.kinds import Content, Kind, Recipient, kinds
from planner.notices.occasions import AtTeamsHour, OnEvent
from tests.conftest import join, seat
from tests.test_parallel_writers import PEOPLE, at_once

NOON = dt.datetime(2026, 11, 26, 4, tzinfo=dt.UTC)  # in Shanghai, a Thursday
FOUR = NOON + dt.timedelta(hours=4)  # 16:00 there: the afternoon before East's meeting
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def named(to: Recipient) -> Content:
    """A mail whose subject names what it is about and the teams that it concerns."""
    teams = ", ".join(each.team.name for each in to.memberships)
    return Content(f"{to.about} for {teams}", {"day": str(to.day), "lines": [], "more": 0})


def is_eve_of_meeting(team, day: dt.date) -> bool:
    return (day + DAY).isoweekday() == team.meeting_weekday


AFTERNOON = AtTeamsHour(of=lambda team: 16, on=is_eve_of_meeting)
AGENDA = Kind("agenda", "Agenda", "Before the meeting.", "gap", named, when=AFTERNOON)
OPEN_POINTS = Kind("points", "Points", "For managers.", "gap", named, when=AFTERNOON, for_managers=True)
MINUTES = Kind("minutes", "Minutes", "After the meeting.", "gap", named, when=OnEvent())
UNDECLARED = Kind("undeclared", "", "", "gap", named, when=OnEvent())


@pytest.fixture(autouse=True)
def declared(settings) -> Iterator[None]:
    """The kinds above beside those of the product."""
    settings.NOTICE_KINDS = [
        *settings.NOTICE_KINDS,
        *(f"{__name__}.{name}" for name in ("AGENDA", "OPEN_POINTS", "MINUTES")),
    ]
    kinds.cache_clear()
    yield
    kinds.cache_clear()


@pytest.fixture
def team(team):
    team.meeting_weekday = 5
    team.save()
    return team


@pytest.fixture
def run(django_capture_on_commit_callbacks):
    """run(now) is a tick of beat; what was handed to the workers is sent at once."""

    def tick(now: dt.datetime) -> list[str]:
        return sent_by(lambda enqueue: ledger.decide(now, enqueue), now)

    def sent_by(decide, now: dt.datetime) -> list[str]:
        queue: list[int] = []
        with django_capture_on_commit_callbacks(execute=True):
            decide(queue.append)
        return [post.send(pk, lambda: now) for pk in queue]

    tick.sent_by = sent_by
    return tick


@pytest.fixture
def tell(run):
    """tell(about) tells everybody of the minutes; the states of what was sent."""

    def at(about: str, now: dt.datetime = NOON) -> list[str]:
        everybody = User.objects.all()
        return run.sent_by(lambda enqueue: ledger.notify(MINUTES, everybody, about, now, enqueue), now)

    return at


def rows(kind: str) -> list[tuple[str, str, str]]:
    """Who was told, what about, and what came of it."""
    found = Notice.objects.filter(kind=kind).order_by("day", "user__name", "about")
    return list(found.values_list("user__name", "about", "state"))


def eve(team, day: int = 26) -> str:
    return f"team-{team.pk}/2026-11-{day}"


# The hour of a team


def test_each_member_is_told_once_at_the_hour_of_the_team(team, rep, viewer, run):
    run(FOUR - MINUTE)
    assert rows("agenda") == []
    for later in range(3):
        run(FOUR + later * MINUTE)

    assert rows("agenda") == [("Rick", eve(team), "sent"), ("Vera", eve(team), "sent")]
    assert {str(day) for day in Notice.objects.filter(kind="agenda").values_list("day", flat=True)} == {
        "2026-11-26"
    }
    assert [message.subject for message in mail.outbox] == [f"{eve(team)} for East"] * 2


def test_a_persons_own_hour_moves_nothing(team, rep, run):
    User.objects.filter(pk=rep.pk).update(digest_hour=20)
    run(FOUR)

    assert rows("agenda") == [("Rick", eve(team), "sent")]


def test_the_clock_of_the_team_counts_also_for_whose_first_team_is_another(team, other_team, outsider, run):
    Membership.objects.create(team=team, user=outsider, name="Otto", role=Role.REP)
    run(FOUR)  # 8:00 by the clock of Otto's first team

    assert rows("agenda") == [("Otto", eve(team), "sent")]
    assert [message.subject for message in mail.outbox] == [f"{eve(team)} for East"]


def test_who_is_in_two_teams_that_meet_on_one_day_hears_of_both(team, other_team, rep, run):
    type(team).objects.update(meeting_weekday=5)
    Membership.objects.create(team=other_team, user=rep, name="Rick", role=Role.REP)
    run(FOUR)
    assert rows("agenda") == [("Rick", eve(team), "sent")]
    run(FOUR + 8 * HOUR)

    assert sorted(rows("agenda")) == sorted([("Rick", eve(team), "sent"), ("Rick", eve(other_team), "sent")])
    assert [m.subject for m in mail.outbox] == [
        f"{eve(team)} for East",
        f"{eve(other_team)} for Strangers",
    ]


@pytest.mark.parametrize("days", [-1, 1])
def test_on_other_days_nothing_is_decided(team, rep, run, days):
    run(FOUR + days * DAY)

    assert rows("agenda") == []


def test_the_days_are_the_kinds_own_also_where_the_team_is_off(team, rep, run):
    type(team).objects.update(holidays=["2026-11-26"])
    run(FOUR)

    assert rows("agenda") == [("Rick", eve(team), "sent")]
    assert rows("digest") == []


def test_an_hour_that_beat_slept_through_is_caught_up_for_four_hours(team, rep, run):
    run(FOUR - HOUR)
    run(FOUR + 4 * HOUR - MINUTE)

    assert rows("agenda") == [("Rick", eve(team), "sent")]


def test_after_four_hours_it_is_missed_and_listed(team, rep, run):
    run(FOUR - HOUR)
    assert run(FOUR + 4 * HOUR) == []

    assert rows("agenda") == [("Rick", eve(team), "missed")]
    assert list(Notice.objects.listed().values_list("kind", flat=True)) == ["agenda"]
    assert mail.outbox == []


@pytest.mark.parametrize(("month", "day"), [(3, 8), (11, 1)])
def test_a_change_of_the_clock_neither_loses_nor_repeats_it(team, rep, run, month, day):
    """At 2:00 in March the clock of New York jumps to 3:00, at 2:00 in November back to 1:00; both are Sundays."""
    type(team).objects.update(time_zone="America/New_York", meeting_weekday=1)
    kind = Kind(
        "agenda",
        "",
        "",
        "gap",
        named,
        when=AtTeamsHour(of=lambda team: 1 + (month == 3), on=is_eve_of_meeting),
    )
    kinds()["agenda"] = kind
    night = dt.datetime(2026, month, day, 4, tzinfo=dt.UTC)
    for tick in range(24):
        run(night + tick * 10 * MINUTE)

    assert rows("agenda") == [("Rick", f"team-{team.pk}/2026-{month:02}-{day:02}", "sent")]


def test_who_has_left_the_team_meanwhile_is_not_told(
    team, other_team, rep, run, django_capture_on_commit_callbacks
):
    Membership.objects.create(team=other_team, user=rep, name="Rick", role=Role.REP)
    queue: list[int] = []
    with django_capture_on_commit_callbacks(execute=True):
        ledger.decide(FOUR, queue.append)
    Membership.objects.filter(pk=seat(rep, team).pk).update(removed_at=FOUR)

    assert {post.send(pk, lambda: FOUR) for pk in queue} == {"nothing"}


def test_what_is_for_managers_is_for_those_of_that_team(team, manager, rep, outsider, run):
    Membership.objects.create(team=team, user=outsider, name="Otto", role=Role.REP)
    run(FOUR)

    assert rows("points") == [("Mary", eve(team), "sent")]


def test_who_manages_it_no_more_is_not_told_what_is_for_managers(
    team, manager, django_capture_on_commit_callbacks
):
    queue: list[int] = []
    with django_capture_on_commit_callbacks(execute=True):
        ledger.decide(FOUR, queue.append)
    Membership.objects.filter(user=manager).update(role=Role.REP)
    for pk in queue:
        post.send(pk, lambda: FOUR)

    assert rows("points") == [("Mary", eve(team), "nothing")]
    assert rows("agenda") == [("Mary", eve(team), "sent")]


# An event


def test_of_two_meetings_on_one_day_people_are_told_twice_and_of_one_once(team, rep, viewer, tell):
    assert tell("meeting-1") == ["sent", "sent"]
    assert tell("meeting-2", NOON + MINUTE) == ["sent", "sent"]
    assert tell("meeting-1", NOON + DAY) == []

    assert rows("minutes") == [
        ("Rick", "meeting-1", "sent"),
        ("Rick", "meeting-2", "sent"),
        ("Vera", "meeting-1", "sent"),
        ("Vera", "meeting-2", "sent"),
    ]
    assert {message.subject for message in mail.outbox} == {"meeting-1 for East", "meeting-2 for East"}
    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 4


def test_who_joins_later_is_told_when_it_is_told_again(team, rep, tell):
    tell("meeting-1")
    join(team, "Nora", Role.REP)

    assert tell("meeting-1") == ["sent"]


def test_only_those_named_are_told_and_by_their_own_date(team, rep, viewer, run):
    evening = NOON + 13 * HOUR  # past midnight in Shanghai
    only = User.objects.filter(pk=rep.pk)
    run.sent_by(lambda enqueue: ledger.notify(MINUTES, only, "meeting-1", evening, enqueue), evening)

    assert [str(row.day) for row in Notice.objects.filter(kind="minutes")] == ["2026-11-27"]


def test_beat_decides_no_event(team, rep, run):
    run(FOUR)
    assert rows("minutes") == []


def test_what_was_undone_is_told_to_nobody(team, rep):
    with transaction.atomic():
        ledger.notify(MINUTES, User.objects.all(), "meeting-1", NOON, lambda pk: pytest.fail("not committed"))
        transaction.set_rollback(True)

    assert rows("minutes") == []


def test_an_event_that_was_lost_on_its_way_is_handed_out_again(team, rep):
    ledger.notify(MINUTES, User.objects.all(), "meeting-1", NOON, lambda pk: None)
    again: list[int] = []
    ledger.sweep(NOON + 3 * MINUTE, again.append)

    assert [post.send(pk, lambda: NOON + 3 * MINUTE) for pk in again] == ["sent"]


@pytest.mark.parametrize(("kind", "about"), [(MINUTES, ""), (AGENDA, "meeting-1"), (UNDECLARED, "meeting-1")])
def test_what_is_no_event_or_about_nothing_is_refused(team, rep, kind, about):
    with pytest.raises(ValueError, match="no declared event"):
        ledger.notify(kind, User.objects.all(), about, NOON, lambda pk: None)


@pytest.mark.django_db(transaction=True)
def test_an_event_that_is_told_by_many_at_once_is_told_once(team, rep, viewer):
    queues: list[list[int]] = [[] for _teller in range(PEOPLE)]
    written = at_once(
        [
            lambda queue=queue: ledger.notify(MINUTES, User.objects.all(), "meeting-1", NOON, queue.append)
            for queue in queues
        ]
    )

    assert rows("minutes") == [("Rick", "meeting-1", "claimed"), ("Vera", "meeting-1", "claimed")]
    assert sum(written) == 2
    assert sorted(pk for queue in queues for pk in queue) == sorted(
        Notice.objects.values_list("pk", flat=True)
    )


# All of them


@pytest.mark.parametrize("kind", ["agenda", "minutes"])
def test_who_does_not_want_a_kind_gets_no_row(team, rep, viewer, run, tell, kind):
    NoticeChoice.objects.create(user=rep, kind=kind, wanted=False)
    run(FOUR)
    tell("meeting-1")

    assert [name for name, _about, _state in rows(kind)] == ["Vera"]


def test_a_kind_that_is_off_by_default_goes_to_who_wants_it(team, rep, viewer, tell, monkeypatch):
    kind = Kind("minutes", "", "", "gap", named, when=OnEvent(), is_on=False)
    monkeypatch.setitem(kinds(), "minutes", kind)
    monkeypatch.setattr(f"{__name__}.MINUTES", kind)
    NoticeChoice.objects.create(user=rep, kind="minutes", wanted=True)
    tell("meeting-1")

    assert rows("minutes") == [("Rick", "meeting-1", "sent")]


def test_the_database_holds_one_notice_per_person_kind_and_what_it_is_about(rep):
    def add(kind: str, about: str, day: dt.date, key: str) -> None:
        with transaction.atomic():
            Notice.objects.create(
                user=rep, kind=kind, about=about, day=day, message_id=key, decided_at=NOON, try_at=NOON
            )

    add("minutes", "meeting-1", NOON.date(), "<1>")
    add("minutes", "meeting-2", NOON.date(), "<2>")
    add("agenda", "meeting-1", NOON.date(), "<3>")
    with pytest.raises(IntegrityError):
        add("minutes", "meeting-1", NOON.date() + DAY, "<4>")
    with pytest.raises(IntegrityError):
        add("minutes", "", NOON.date(), "<5>")


def test_a_chunk_of_people_asks_as_often_for_many_as_for_one(team, other_team, rep):
    def asked(about: str, now: dt.datetime) -> tuple[int, int]:
        pulses.record_heartbeat(Pulse.Name.DECISIONS, now - MINUTE)
        with CaptureQueriesContext(connection) as of_tick:
            ledger.decide(now, lambda pk: None)
        with CaptureQueriesContext(connection) as of_event:
            ledger.notify(MINUTES, User.objects.all(), about, now, lambda pk: None)
        return len(of_tick), len(of_event)

    for_one = asked("meeting-1", FOUR)
    for number in range(5):
        user = join(team, f"User {number}".replace(" ", ""), Role.MANAGER)
        Membership.objects.create(team=other_team, user=user, name=user.name, role=Role.REP)

    assert asked("meeting-2", FOUR + 7 * DAY) == for_one
    assert Notice.objects.filter(kind="agenda", day=(FOUR + 7 * DAY).date()).count() == 6
