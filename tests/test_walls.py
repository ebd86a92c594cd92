"""One broken team stops only itself: every job with a broken team between two good ones, and a broken person too.

What fails is recorded for the team, which the operator's probe shows, and forgotten once it works again.
"""

from __future__ import annotations

import datetime as dt
import io
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import DataError, InterfaceError
from django.utils import timezone

from planner.diagnose import gap_history
from planner.models import (
    GapPoint,
    JobFailure,
    Membership,
    Metric,
    Notice,
    Plan,
    PlanMetric,
    Role,
    Segment,
    Team,
    Upload,
    User,
)
from planner.notices import ledger, post
from planner.notices.kinds import Content, Kind, kinds
from planner.notices.listeners import Listener
from planner.notices.occasions import AtTeamsHour, OnEvent
from planner.pulses import TROUBLES
from planner.readings import uploads
from strategies.models import Strategy
from tests.conftest import join, seat
from tracking import notices
from tracking.alerts import raise_alerts
from tracking.models import Alert, Task

EIGHT = dt.datetime(2026, 11, 25, 0, tzinfo=dt.UTC)  # 8:00 in Shanghai, a Wednesday
DAY = dt.date(2026, 11, 25)
# What an administrator may have saved before it was refused: written past the model.
BROKEN = {
    "time_zone": "Mars/Base",
    "workdays": ["Mon"],
    "holidays": ["1 May"],
    "extra_workdays": [7],
}


def spoil(team: Team, field: str) -> None:
    Team.objects.filter(pk=team.pk).update(**{field: BROKEN[field]})


@pytest.fixture
def three(db) -> list[SimpleNamespace]:
    """Three teams, each with a manager, a metric and a task that is late; the second is the one that breaks."""

    def made(name: str) -> SimpleNamespace:
        team = Team.objects.create(name=name, time_zone="Asia/Shanghai")
        user = join(team, name, Role.MANAGER)
        plan = Plan.objects.create(
            team=team, name=name, start=dt.date(2026, 10, 1), end=dt.date(2026, 12, 31)
        )
        strategy = Strategy.objects.create(plan=plan, title="Referrals", state="active")
        Task.objects.create(strategy=strategy, description=name, owner=seat(user, team), due="2026-11-10")
        Segment.objects.create(team=team, dimension="whole")
        metric = Metric.objects.create(team=team, name="Sales")
        row = PlanMetric.objects.create(plan=plan, metric=metric, target=10, override=5)
        return SimpleNamespace(team=team, user=user, plan=plan, row=row)

    return [made("First"), made("Second"), made("Third")]


@pytest.fixture
def tick(django_capture_on_commit_callbacks):
    def run(now: dt.datetime = EIGHT) -> list[int]:
        queue: list[int] = []
        with django_capture_on_commit_callbacks(execute=True):
            ledger.decide(now, queue.append)
        return queue

    return run


def failing() -> set[tuple[str, str]]:
    return set(JobFailure.objects.values_list("job", "team__name"))


def told(kind: str = "digest") -> set[str]:
    return set(Notice.objects.filter(kind=kind).values_list("user__name", flat=True))


@pytest.mark.parametrize("field", ["time_zone", "holidays", "extra_workdays"])
def test_digests_of_the_others_are_decided(three, tick, field):
    spoil(three[1].team, field)
    for pk in tick():
        post.send(pk, lambda: EIGHT)

    assert told() == {"First", "Third"}
    assert {message.to[0] for message in mail.outbox} == {"first@example.com", "third@example.com"}
    assert failing() == {("planner.jobs.decide_notices", "Second")}
    assert "planner.jobs.decide_notices fails" in TROUBLES["jobs"](EIGHT)


def test_what_works_again_is_forgotten(three, tick):
    spoil(three[1].team, "time_zone")
    tick()
    since = JobFailure.objects.get().since
    tick(EIGHT + dt.timedelta(minutes=1))
    assert JobFailure.objects.get().since == since

    Team.objects.update(time_zone="Asia/Shanghai")
    tick(EIGHT + dt.timedelta(minutes=2))
    assert failing() == set()
    assert told() == {"First", "Second", "Third"}
    assert TROUBLES["jobs"](EIGHT) == ""


def test_who_is_in_a_broken_team_too_hears_of_the_others(three, tick):
    """Also where it is their first: the clock of the next one counts then."""
    _first, broken, third = (each.team for each in three)
    bea = join(broken, "Bea", Role.REP)
    Membership.objects.create(team=third, user=bea, name="Bea", role="rep")
    Task.objects.filter(description="Third").update(owner=seat(bea, third))
    spoil(broken, "time_zone")
    for pk in tick():
        post.send(pk, lambda: EIGHT)

    assert told() == {"First", "Third", "Bea"}
    assert "Third" in next(message for message in mail.outbox if message.to == ["bea@example.com"]).body


def nothing(to) -> Content | None:
    return None


ROOM = AtTeamsHour(of=lambda team: 8, on=lambda team, day: team.calendar.is_workday(day))
AGENDA = Kind("agenda", "Agenda", "", "gap", nothing, when=ROOM)
MINUTES = Kind("minutes", "Minutes", "", "gap", nothing, when=OnEvent())


@pytest.fixture
def declared(settings):
    settings.NOTICE_KINDS = [*settings.NOTICE_KINDS, f"{__name__}.AGENDA", f"{__name__}.MINUTES"]
    kinds.cache_clear()
    yield
    kinds.cache_clear()


def test_the_hour_of_each_team_strikes_by_itself(three, tick, declared):
    first, broken, third = (each.team for each in three)
    everywhere = join(first, "Eva", Role.REP)
    for team in (broken, third):
        Membership.objects.create(team=team, user=everywhere, name="Eva")
    spoil(broken, "holidays")
    tick()

    agendas = Notice.objects.filter(kind="agenda", day=DAY, user=everywhere)
    assert {each.about.split("/")[0] for each in agendas} == {f"team-{first.pk}", f"team-{third.pk}"}
    assert told("agenda") == {"First", "Third", "Eva"}


def test_an_event_reaches_the_others(three, declared):
    spoil(three[1].team, "time_zone")
    ledger.notify(MINUTES, User.objects.all(), "meeting-1", EIGHT, lambda pk: None)

    assert told("minutes") == {"First", "Third"}
    assert failing() == {("planner.jobs.decide_notices", "Second")}


# A date that is given asks no clock.
@pytest.mark.parametrize(
    ("field", "date"), [("time_zone", []), ("holidays", []), ("holidays", ["--date", str(DAY)])]
)
def test_the_command_sends_the_digests_of_the_others(
    three, date, field, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(timezone, "now", lambda: EIGHT)
    spoil(three[1].team, field)
    out = io.StringIO()
    call_command("send_digests", *date, "--dry-run", stdout=out)
    assert "first@example.com: 1 overdue" in out.getvalue()
    assert "third@example.com: 1 overdue" in out.getvalue()
    assert "second@example.com" not in out.getvalue()

    with django_capture_on_commit_callbacks(execute=True):
        ledger.decide_day(DAY, EIGHT, "digest", lambda pk: None, only_today=not date)
    assert told() == {"First", "Third"}


def test_alerts_of_the_others_are_raised(three):
    spoil(three[1].team, "time_zone")
    raise_alerts(EIGHT)

    assert set(Alert.objects.values_list("team__name", flat=True)) == {"First", "Third"}
    assert failing() == {("tracking.jobs.raise_alerts", "Second")}
    Team.objects.update(time_zone="Asia/Shanghai")
    raise_alerts(EIGHT)
    assert failing() == set()


def test_gaps_of_the_others_are_kept(three):
    spoil(three[1].team, "time_zone")
    gap_history.refresh_gaps(EIGHT)

    kept = set(GapPoint.objects.values_list("plan_metric__plan__name", flat=True))
    assert kept == {"First", "Third"}
    assert failing() == {("planner.diagnose.jobs.refresh_gaps", "Second")}


def test_figures_that_fit_into_no_column_are_no_matter_of_the_others(three, monkeypatch):
    """One statement does it for all teams; where it fails, each team is done by itself."""
    write, broken = gap_history._write, three[1].team.pk

    def overflow(window, day, zones, now, team):
        if team in (None, broken):
            raise DataError("numeric field overflow")
        return write(window, day, zones, now, team)

    monkeypatch.setattr(gap_history, "_write", overflow)
    gap_history.refresh_gaps(EIGHT)

    kept = set(GapPoint.objects.values_list("plan_metric__plan__name", flat=True))
    assert kept == {"First", "Third"}
    assert failing() == {("planner.diagnose.jobs.refresh_gaps", "Second")}


def upload(each: SimpleNamespace, **fields) -> Upload:
    name = each.team.name
    return Upload.objects.create(plan=each.plan, by=each.user, file_name=name, stored_as=name, **fields)


def test_uploads_of_the_others_are_swept(three, tmp_path, settings):
    """A folder in the place of the file: it cannot be unlinked."""
    settings.VAR_DIR = tmp_path
    for each in three:
        upload(each, state="ready")
    (tmp_path / "uploads" / "Second").mkdir(parents=True)
    Upload.objects.update(created_at=EIGHT - dt.timedelta(days=3))
    uploads.sweep(EIGHT)

    assert set(Upload.objects.values_list("file_name", flat=True)) == {"Second"}
    assert failing() == {("planner.readings.jobs.sweep_uploads", "Second")}


def test_uploads_of_the_others_are_taken_up(three):
    long_ago, handed = EIGHT - dt.timedelta(hours=3), []
    by_pk = {upload(each, state="reading").pk: each.team.name for each in three}
    Upload.objects.update(beat_at=long_ago, started_at=long_ago, created_at=long_ago)

    def enqueue(pk: int, *, saving: bool) -> bool:
        if by_pk[pk] == "Second":
            raise RuntimeError("broken")
        handed.append(by_pk[pk])
        return True

    uploads.take_up(EIGHT, enqueue)

    assert sorted(handed) == ["First", "Third"]
    assert failing() == {("planner.readings.jobs.take_up_uploads", "Second")}


def test_a_calendar_tells_of_the_other_teams(three, as_):
    eva = join(three[0].team, "Eva", Role.REP)
    for each in three[1:]:
        Membership.objects.create(team=each.team, user=eva, name="Eva", role="rep")
    for each in three:
        Task.objects.filter(description=each.team.name).update(owner=seat(eva, each.team))
    User.objects.filter(pk=eva.pk).update(calendar_secret="x" * 40)
    spoil(three[1].team, "time_zone")
    feed = as_(None).get(f"/calendar/{'x' * 40}.ics")

    assert feed.status_code == 200
    for name, is_there in (("First", True), ("Second", False), ("Third", True)):
        assert (f"Sales meeting · {name}" in feed.content.decode()) == is_there
        assert (f"SUMMARY:◆ {name}" in feed.content.decode()) == is_there


def test_a_person_whose_message_breaks_does_not_stop_the_others(three, tick, monkeypatch):
    """A broken person between two good ones: their notice is listed as not sent, the others go out."""
    load = notices._load

    def break_for_second(tasks):
        found = load(tasks)
        if any(task.description == "Second" for task in found):
            raise RuntimeError("broken")
        return found

    monkeypatch.setattr(notices, "_load", break_for_second)
    states = {}
    for pk in tick():
        states[pk] = post.send(pk, lambda: EIGHT)

    by_name = {each.user.name: states[each.pk] for each in Notice.objects.filter(kind="digest")}
    assert by_name == {"First": "sent", "Second": "failed", "Third": "sent"}


def test_an_outage_is_no_failure_of_a_team(three, monkeypatch):
    """It concerns all: the job ends, and is run again."""

    def away(self, when, now, walls):
        with walls.around(self.team.pk):
            raise InterfaceError("the connection is closed")

    monkeypatch.setattr(Listener, "_struck", away)
    with pytest.raises(InterfaceError):
        ledger.decide(EIGHT, lambda pk: None)
    assert failing() == set()
