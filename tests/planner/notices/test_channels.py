"""Channels: which addresses are known, what is connected to, what became of a message, and what stays secret."""

from __future__ import annotations

import datetime as dt
import ipaddress
import logging
import socket
from importlib import import_module
from typing import Any

import pytest
from django.core import mail

from planner.models import Channel, Membership, Notice
from planner.notices import post as notices
from planner.notices.channels import post
from planner.notices.channels.addresses import AddressError, recognise
from planner.notices.channels.networks import is_public
from planner.notices.outcomes import NotNow, Refused, Unclear
from strategies.models import Strategy
from tests.conftest import join, seat
from tests.real_programs import WebhookSink, free_port
from tracking.models import Task

HEX = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
TEAMS = "https://prod-12.westus.logic.azure.com:443/workflows/3e8b/triggers/manual/paths/invoke"
TEAMS_QUERY = "api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=abc_DEF-123"


@pytest.mark.parametrize(
    ("address", "service", "sender"),
    [
        (f"https://open.feishu.cn/open-apis/bot/v2/hook/{HEX}", "feishu", "NotifyFeishu"),
        (f"  feishu://{HEX}/ ", "feishu", "NotifyFeishu"),
        (f"https://open.larksuite.com/open-apis/bot/v2/hook/{HEX}", "lark", "NotifyLark"),
        (f"https://oapi.dingtalk.com/robot/send?access_token={HEX}{HEX}", "dingtalk", "NotifyDingTalk"),
        (f"dingtalk://SEC{HEX}@{HEX}{HEX}", "dingtalk", "NotifyDingTalk"),
        (f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={HEX}", "wecom", "NotifyWeComBot"),
        (f"https://hooks.slack.com/services/T1234ABCD/B1234ABCD/{HEX[:24]}", "slack", "NotifySlack"),
        (f"{TEAMS}?{TEAMS_QUERY}", "teams", "NotifyWorkflows"),
        ("https://example.com:8443/hook?token=a%20b&x=", "webhook", "NotifyJSON"),
        ("jsons://example.com/hook", "webhook", "NotifyJSON"),
    ],
)
def test_an_address_is_known_by_its_looks(address, service, sender):
    found = recognise(address)
    made = post._sender(found.target)

    assert found.service == service
    assert type(made).__name__ == sender
    assert (made.redirects, made.verify_certificate) == (False, True)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("tgram://123/456", "“tgram” isn't a supported service."),
        ("file:///etc/passwd", "“file” isn't a supported service"),
        ("mailto://a:b@example.com", "“mailto” isn't a supported service"),
        ("syslog://", "“syslog” isn't a supported service"),
        ("token", "“token” isn't a supported service"),
        ("https://", "This isn't a valid address."),
        ("https://example.com:99999/", "This isn't a valid address."),
        ("https://[::1", "This isn't a valid address."),
        ("https://hooks.slack.com/services/T1234", "This hooks.slack.com address is incomplete."),
        (f"https://oapi.dingtalk.com/robot/send?access_token={HEX}&x=1", "address is incomplete"),
        (f"{TEAMS}?sv=1.0", "address is incomplete"),
        ("https://user:word@example.com/", "Remove the user name and password from the address."),
        ("http://example.com/hook", "Use an https:// address"),
        ("https://10.0.0.8/hook", "10.0.0.8 is in a private network"),
        ("https://169.254.169.254/latest", "169.254.169.254 is in a private network"),
        ("https://[::ffff:127.0.0.1]/", "is in a private network"),
    ],
)
def test_any_other_address_is_refused_with_a_reason(address, sentence):
    with pytest.raises(AddressError) as refused:
        recognise(address)
    assert sentence in str(refused.value)


def test_only_dingtalk_signs():
    found = recognise(f"https://oapi.dingtalk.com/robot/send?access_token={HEX}", f"SEC{HEX}")
    assert found.target.startswith(f"dingtalk://SEC{HEX}@{HEX}/")
    for address, secret in (("https://example.com/", "SEC1234567890"), (f"dingtalk://{HEX}", "no secret")):
        with pytest.raises(AddressError):
            recognise(address, secret)


def test_what_stands_behind_an_address_never_steers_the_sender():
    """A template is a file of this machine, `verify` the certificate, a method another verb."""
    target = recognise(f"{TEAMS}?{TEAMS_QUERY}&template=/etc/passwd&verify=no&redirect=yes").target
    assert "passwd" not in target
    assert "verify=no" not in target
    made: Any = post._sender(
        recognise("https://example.com/?method=DELETE&verify=no&+Host=x&:title=y").target
    )
    assert (made.method, made.verify_certificate, made.headers, made.payload_extras) == ("POST", True, {}, {})
    assert made.params == {"method": "DELETE", "verify": "no", " Host": "x", ":title": "y"}


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("64:ff9b::8.8.8.8", True),
        *((each, False) for each in (
            "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
            "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:c0a8:101::1",
        )),
    ],
)  # fmt: skip
def test_which_addresses_belong_to_the_internet(address, public):
    assert is_public(ipaddress.ip_address(address)) is public


@pytest.fixture
def sink():
    with WebhookSink() as sink:
        yield sink


@pytest.fixture
def open_network(settings):
    """This machine's own network, as an operator opens theirs."""
    settings.CHANNEL_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]


def channel_of(team, address: str, **fields) -> Channel:
    found = recognise(address, fields.pop("secret", ""))
    return Channel.objects.create(
        team=team, name="Room", service=found.service, target=found.target, **fields
    )


@pytest.fixture
def webhook(team, sink, open_network) -> Channel:
    return channel_of(team, f"{sink.url}/hook?key=s3cret")


def test_a_webhook_gets_title_and_text_as_json(webhook, sink):
    post.deliver(webhook, "3 overdue", "- Call back\n- Write")

    ((path, said),) = sink.posts
    assert path == "/hook?key=s3cret"
    assert (said["title"], said["message"]) == ("3 overdue", "- Call back\n- Write")


def test_a_private_address_gets_nothing(team, sink, settings, open_network):
    channel = channel_of(team, f"{sink.url}/hook")
    settings.CHANNEL_NETWORKS = []
    with pytest.raises(Refused, match="private network"):
        post.deliver(channel, "x", "y")
    assert sink.posts == []


def test_a_name_is_judged_by_the_address_that_is_connected_to(team, sink, monkeypatch, settings):
    """The DNS says something public when the address is typed, and this machine when the message goes out."""
    asked = []

    def resolve(host, port, *rest, **more):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", sink.port))]

    channel = channel_of(team, "https://hooks.example.com/hook")
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(Refused, match="private network"):
        post.deliver(channel, "x", "y")
    assert asked == ["hooks.example.com"], "resolved once: what was checked is what is connected to"
    assert sink.posts == []


def test_one_private_address_among_public_ones_is_enough(team, monkeypatch):
    found = [(socket.AF_INET, 1, 6, "", (address, 443)) for address in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *rest, **more: found)
    with pytest.raises(Refused, match="private network"):
        post.deliver(channel_of(team, "https://hooks.example.com/"), "x", "y")


def test_a_redirect_is_not_followed(webhook, sink):
    sink.status, sink.headers = 302, {"Location": f"{sink.url}/inside"}
    with pytest.raises(Refused, match="redirects to another"):
        post.deliver(webhook, "x", "y")
    assert [path for path, _said in sink.posts] == ["/hook?key=s3cret"]


def test_a_sender_that_follows_redirects_is_stopped_at_a_private_address(webhook, sink, settings):
    """Should the sender ever follow one: each connection is looked at, the second as the first."""
    import requests

    from planner.notices.channels.guard import watched

    sink.status, sink.headers = 307, {"Location": "http://127.1.1.1:80/"}
    settings.CHANNEL_NETWORKS = [ipaddress.ip_network("127.0.0.1/32")]
    with watched() as watch, pytest.raises(requests.ConnectionError):
        requests.post(sink.url, json={}, timeout=5)
    assert watch.forbidden
    assert len(sink.posts) == 1


@pytest.mark.parametrize(
    ("status", "outcome"), [(200, None), (204, None), (400, Refused), (404, Refused), (429, NotNow), (503, NotNow)]
)  # fmt: skip
def test_what_an_answer_means(webhook, sink, status, outcome):
    sink.status, sink.body = status, b""
    if outcome is None:
        post.deliver(webhook, "x", "y")
    else:
        with pytest.raises(outcome, match=str(status)):
            post.deliver(webhook, "x", "y")
    assert len(sink.posts) == 1, "never a second try by itself"


def test_silence_after_the_message_is_unclear(webhook, sink):
    sink.silent = True
    with pytest.raises(Unclear):
        post.deliver(webhook, "x", "y")


def test_nobody_there_is_certain(team, open_network):
    with pytest.raises(NotNow):
        post.deliver(channel_of(team, f"http://127.0.0.1:{free_port()}/"), "x", "y")


# Where the sender posts to, by service; what the service answers where it has taken it, where not, and where not now.
SERVICES = {
    "feishu": (f"feishu://{HEX}", "feishu.NotifyFeishu.notify_url", b'{"code":0}', b'{"code":19001,"msg":"no bot"}',
               b'{"code":9499,"msg":"too many"}'),
    "lark": (f"lark://{HEX}", "lark.NotifyLark.notify_url", b'{"code":0}', b'{"code":19001,"msg":"no bot"}',
             b'{"code":11232,"msg":"frequency limited"}'),
    "dingtalk": (f"dingtalk://{HEX}", "dingtalk.NotifyDingTalk.notify_url", b'{"errcode":0,"errmsg":"ok"}',
                 b'{"errcode":310000,"errmsg":"no bot"}', b'{"errcode":130101,"errmsg":"too many"}'),
    "wecom": (f"wecombot://{HEX}", "wecombot.NotifyWeComBot.notify_url", b'{"errcode":0,"errmsg":"ok"}',
              b'{"errcode":93000,"errmsg":"no bot"}', b'{"errcode":45009,"errmsg":"too many"}'),
    "slack": (f"slack://T1234ABCD/B1234ABCD/{HEX[:24]}", "slack.NotifySlack.webhook_url", b"ok", None, None),
}  # fmt: skip


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_gets_its_message_and_its_verdict_is_heard(
    team, sink, open_network, monkeypatch, service
):
    address, place, taken, refused, busy = SERVICES[service]
    module, name, attribute = place.split(".")
    monkeypatch.setattr(getattr(import_module(f"apprise.plugins.{module}"), name), attribute, f"{sink.url}/")
    channel = channel_of(team, address)
    sink.body = taken
    post.deliver(channel, "Rick: 3 overdue", "- Call back")

    ((_path, said),) = sink.posts
    assert "Rick: 3 overdue" in str(said)
    assert "- Call back" in str(said)
    for body, outcome, words in ((refused, Refused, "no bot"), (busy, NotNow, "200")):
        if body is not None:
            sink.body = body
            with pytest.raises(outcome, match=words):
                post.deliver(channel, "x", "y")


def test_the_secret_is_in_no_word_that_is_said_or_logged(team, sink, open_network, caplog, as_, manager):
    caplog.set_level(logging.DEBUG)
    channel = channel_of(team, f"{sink.url}/hook?key=s3cret")
    browser = as_(manager)
    for sink.status in (200, 404, 503):
        page = browser.post(f"/team/channels/{channel.pk}/test/", follow=True).content.decode()
        assert "s3cret" not in page
    sink.silent = True
    with pytest.raises(Unclear) as unclear:
        post.deliver(channel, "x", "y")

    apart_from_debug = [each.getMessage() for each in caplog.records if each.levelno > logging.DEBUG]
    assert "s3cret" not in f"{unclear.value} {apart_from_debug} {channel} {channel!r}"
    assert "s3cret" not in browser.get("/team/channels/").content.decode()


NOW = dt.datetime(2026, 11, 25, 4, tzinfo=dt.UTC)


@pytest.fixture
def listed(plan, team, rep, webhook) -> Notice:
    """The rep's digest of the day, to be sent to the channel that the rep has chosen."""
    rep.channel = webhook
    rep.save()
    strategy = Strategy.objects.create(plan=plan, title="Referrals")
    Task.objects.create(
        strategy=strategy, description="Call back", owner=seat(rep, team), due=dt.date(2026, 11, 20)
    )
    return Notice.objects.create(
        user=rep,
        kind="digest",
        about=str(NOW.date()),
        day=NOW.date(),
        message_id="<x>",
        decided_at=NOW,
        try_at=NOW,
    )


def test_who_chose_a_channel_is_told_there_and_others_read_nothing_that_acts(listed, sink):
    assert notices.send(listed.pk, lambda: NOW) == "sent"
    assert mail.outbox == []
    ((_path, said),) = sink.posts
    assert said["title"] == "Rick: 1 overdue"
    assert "Call back (5 days late)" in said["message"]
    assert "/accounts/preferences/" in said["message"]
    assert "unsubscribe" not in said["message"]


def test_the_ledger_knows_what_became_of_it(listed, sink):
    sink.status = 503
    assert notices.send(listed.pk, lambda: NOW) == "claimed"
    sink.status = 404
    later = NOW + dt.timedelta(minutes=2)
    assert notices.send(listed.pk, lambda: later) == "failed"
    listed.refresh_from_db()
    assert listed.error == "The service returned 404."


def test_a_broken_connection_is_listed_as_unknown(listed, sink):
    sink.silent = True
    assert notices.send(listed.pk, lambda: NOW) == "unknown"


def test_who_left_the_team_of_the_channel_gets_a_mail(listed, sink, rep, other_team):
    Membership.objects.filter(user=rep).update(user=None)
    Membership.objects.create(team=other_team, user=rep, name="Rick", role="rep")
    Task.objects.update(owner=seat(rep, other_team))

    assert notices.send(listed.pk, lambda: NOW) == "sent"
    assert (sink.posts, len(mail.outbox)) == ([], 1)


def test_a_manager_adds_tests_and_removes_a_channel(team, manager, rep, as_, sink, open_network):
    browser = as_(manager)
    typed = {"name": "Sales room", "address": f"{sink.url}/hook?key=s3cret"}
    page = browser.post("/team/channels/", typed, follow=True).content.decode()
    assert "Added “Sales room”. Send a test message to check it." in page
    channel = Channel.objects.get()
    assert (channel.team, channel.service, channel.added_by) == (team, "webhook", manager)

    page = browser.post(f"/team/channels/{channel.pk}/test/", follow=True).content.decode()
    assert "Test message sent to “Sales room”." in page
    assert "Mary sent this message to test the channel" in sink.posts[0][1]["message"]
    sink.status = 500
    page = browser.post(f"/team/channels/{channel.pk}/test/", follow=True).content.decode()
    assert "“Sales room”: The service returned 500." in page

    answer = as_(rep).post(
        "/accounts/preferences/", {"name": "Rick", "channel": str(channel.pk), "kinds": ["digest"]}
    )
    assert answer.status_code == 302
    rep.refresh_from_db()
    assert rep.channel == channel
    assert "Used by 1 member" in browser.get("/team/channels/").content.decode()
    page = browser.post(f"/team/channels/{channel.pk}/remove/", follow=True).content.decode()
    assert "Removed “Sales room”." in page
    rep.refresh_from_db()
    assert rep.channel is None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": "Room", "address": "https://example.com/"}, "The team already has a channel with this name."),
        ({"name": "", "address": "https://example.com/"}, "This field is required."),
        ({"name": "New", "address": "irc://x"}, "“irc” isn&#x27;t a supported service"),
        ({"name": "New", "address": "https://example.com/", "signing_secret": "SECabcdefghij"},
         "Only DingTalk uses a signing secret"),
    ],
)  # fmt: skip
def test_a_channel_that_makes_no_sense_is_refused_with_what_was_typed(webhook, manager, as_, typed, sentence):
    answer = as_(manager).post("/team/channels/", typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert f'value="{typed["address"]}"' in answer.content.decode()
    assert Channel.objects.count() == 1


def test_a_channel_of_another_team_cannot_be_chosen(webhook, outsider, as_):
    page = as_(outsider).get("/accounts/preferences/").content.decode()
    assert "Room" not in page
    answer = as_(outsider).post("/accounts/preferences/", {"name": "Otto", "channel": str(webhook.pk)})
    assert answer.status_code == 422


def test_in_two_teams_both_channels_are_offered(team, other_team, webhook, as_):
    both = join(team, "Bea", "rep")
    Membership.objects.create(team=other_team, user=both, name="Bea", role="rep")
    Channel.objects.create(team=other_team, name="There", service="webhook", target="jsons://example.com/")
    page = as_(both).get("/accounts/preferences/").content.decode()
    assert "Room (Webhook)" in page
    assert "There (Webhook)" in page
    assert "Email to bea@example.com" in page
