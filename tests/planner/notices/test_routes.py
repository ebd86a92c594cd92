"""A team's channel hears of that team alone: a person of two teams gets the rest by mail, each once."""

from __future__ import annotations

import datetime as dt
import ipaddress

import pytest
from django.core import mail

from planner.models import Channel, GapPoint, Membership, Metric, Notice, Plan, PlanMetric, Role, User
from planner.notices import ledger, post
from planner.notices.channels.addresses import recognise
from strategies.models import Strategy
from tests.conftest import join, seat
from tests.real_programs import WebhookSink
from tracking.models import Alert, Task

NOW = dt.datetime(2026, 11, 25, 0, tzinfo=dt.UTC)  # 8:00 in Shanghai, a Wednesday
DAY = NOW.date()
FIELDS = {"day": DAY, "decided_at": NOW, "try_at": NOW}


@pytest.fixture
def sink(settings):
    settings.CHANNEL_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]
    with WebhookSink() as sink:
        yield sink


def late(plan: Plan, owner: Membership, *names: str) -> None:
    strategy = Strategy.objects.create(plan=plan, title=f"Referrals of {plan.team.name}")
    for name in names:
        task = Task.objects.create(strategy=strategy, description=name, owner=owner, due="2026-11-10")
        Alert.objects.create(
            task=task,
            team=plan.team,
            kind="escalated",
            due=task.due,
            day=DAY,
            raised_at=NOW - dt.timedelta(hours=9),
        )


@pytest.fixture
def bea(team, other_team, plan, sink) -> User:
    """A manager of East and a rep of Strangers, whose messages go to East's channel."""
    bea = join(team, "Bea", Role.MANAGER)
    Membership.objects.create(team=other_team, user=bea, name="Bea of Strangers", role="rep")
    Membership.objects.filter(team=team, user=bea).update(name="Bea of East")
    address = recognise(f"{sink.url}/hook").target
    bea.channel = Channel.objects.create(team=team, name="Room", service="webhook", target=address)
    bea.save()
    there = Plan.objects.create(team=other_team, name="Secret plan", start=plan.start, end=plan.end)
    late(plan, seat(bea, team), "Call East")
    late(there, seat(bea, other_team), "Call Strangers", "Write Strangers")
    return bea


def notice(user: User, kind: str = "digest") -> Notice:
    return Notice.objects.create(user=user, kind=kind, about=str(DAY), message_id=f"<{kind}>", **FIELDS)


def text_of(message) -> str:
    return f"{message.subject}\n{message.body}\n{message.alternatives[0].content}"


def test_a_digest_in_a_teams_channel_says_what_is_that_teams(bea, sink):
    assert post.send(notice(bea).pk, lambda: NOW) == "sent"

    ((_path, posted),) = sink.posts
    assert posted["title"] == "Bea of East: 1 overdue"
    assert "Call East" in posted["message"]
    assert "Strangers" not in posted["title"] + posted["message"]
    assert "Secret plan" not in posted["message"]
    (mailed,) = mail.outbox
    assert mailed.to == ["bea@example.com"]
    assert mailed.subject == "2 overdue"
    assert "Write Strangers" in mailed.body
    assert "East" not in text_of(mailed)
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}


def test_each_of_the_two_is_sent_once(bea, sink):
    """Whatever is sent again, by a sweep, a second worker or after a channel that was busy."""
    first = notice(bea)
    sink.status = 503
    assert post.send(first.pk, lambda: NOW) == "claimed"
    assert (len(sink.posts), len(mail.outbox)) == (1, 1)

    sink.status = 200
    later = NOW + dt.timedelta(minutes=3)
    queue: list[int] = []
    ledger.sweep(later, queue.append)
    for pk in (*queue, first.pk, *Notice.objects.values_list("pk", flat=True)):
        post.send(pk, lambda: later)
    assert (len(sink.posts), len(mail.outbox)) == (2, 1)
    assert sorted(Notice.objects.values_list("state", flat=True)) == ["sent", "sent"]


def test_what_is_to_follow_is_not_lost_with_its_worker(bea, sink, monkeypatch):
    """The second notice is in the ledger before the first goes out: the sweep hands it to another worker."""

    def killed(message) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(post, "deliver", killed)
    with pytest.raises(KeyboardInterrupt):
        post.send(notice(bea).pk, lambda: NOW)
    monkeypatch.undo()
    later, queue = NOW + dt.timedelta(minutes=3), []
    ledger.sweep(later, queue.append)
    for pk in queue:
        post.send(pk, lambda: later)

    assert [message.subject for message in mail.outbox] == ["2 overdue"]
    assert sink.posts == []


def test_with_nothing_of_the_channels_team_the_rest_is_mailed_all_the_same(bea, sink, team):
    Task.objects.filter(owner=seat(bea, team)).delete()
    assert post.send(notice(bea).pk, lambda: NOW) == "nothing"

    assert sink.posts == []
    assert [message.subject for message in mail.outbox] == ["2 overdue"]


def test_who_is_in_one_team_has_one_notice(bea, sink, other_team):
    Membership.objects.filter(user=bea, team=other_team).update(user=None)
    post.send(notice(bea).pk, lambda: NOW)

    assert (len(sink.posts), len(mail.outbox), Notice.objects.count()) == (1, 0, 1)


def test_without_a_channel_one_mail_has_both_teams(bea, sink):
    """Decision 16: one digest per person, across their teams."""
    User.objects.update(channel=None)
    post.send(notice(bea).pk, lambda: NOW)

    (mailed,) = mail.outbox
    assert mailed.subject == "3 overdue"
    assert "Call East" in mailed.body
    assert "Call Strangers" in mailed.body
    assert Notice.objects.count() == 1


def gap(plan: Plan, name: str) -> None:
    row = PlanMetric.objects.create(
        plan=plan, metric=Metric.objects.create(team=plan.team, name=name), target=10
    )
    GapPoint.objects.create(
        plan_metric=row, day=DAY, gap=5, shortfall="0.5", widened_from="0.1", at=NOW, current=5, target=10,
        widened_at=NOW - dt.timedelta(hours=1),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["escalation", "gap"])
def test_every_kind_keeps_to_the_channels_team(bea, sink, team, other_team, plan, kind):
    """A manager of both teams: the alerts of one in its channel, those of the other by mail."""
    Membership.objects.filter(user=bea).update(role="manager")
    gap(plan, "Sales of East")
    gap(Plan.objects.get(name="Secret plan"), "Sales of Strangers")
    assert post.send(notice(bea, kind).pk, lambda: NOW) == "sent"

    ((_path, posted),) = sink.posts
    (mailed,) = mail.outbox
    assert "East" in posted["message"]
    assert "Strangers" not in posted["title"] + posted["message"]
    assert "Strangers" in mailed.body
    assert "East" not in text_of(mailed)


def test_alerts_of_a_team_that_one_does_not_manage_are_no_second_notice(bea, sink):
    post.send(notice(bea, "escalation").pk, lambda: NOW)

    assert (len(sink.posts), len(mail.outbox), Notice.objects.count()) == (1, 0, 1)
