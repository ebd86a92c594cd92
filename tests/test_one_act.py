"""One act makes one thing, however often its form is sent; two acts make two.

Every address that takes a POST is either in MAKES, and then its form carries a key that it honours, or it makes
nothing: a new address that makes something without a key fails here.
"""

from __future__ import annotations

import datetime as dt
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from planner.models import CauseView, Goal, Membership, Reading, Segment, Submission, Upload
from planner.models.submissions import REMEMBERED
from planner.web.submissions import KEY
from strategies.models import Pool, Strategy
from tests.conftest import seat
from tests.test_access_matrix import RULES, world  # noqa: F401  # the world is a fixture
from tests.test_imports import ORDER
from tests.test_parallel_writers import at_once

HTMX = {"HX-Request": "true"}
DATES = {"start": "2027-01-01", "end": "2027-03-31"}
PLAN = {"scenario": "target", "period": "other", "metrics": ["sales"], **DATES}


def file() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.csv", b"month,metric,value\n2026-09,Total sales,800000\n")


# What makes something: the page that shows its form, the posting address, and what is typed. Arguments are of `world`.
MAKES: dict[str, tuple[tuple[str, list[str]], tuple[str, list[str], str], dict[str, Any]]] = {
    "a plan": (("plan-new", []), ("plan-new", [], ""), {"name": "P", **PLAN}),
    "a copy": (("plan-copy", ["plan"]), ("plan-copy", ["plan"], ""), {"name": "P", **DATES}),
    "a member": (("member-add", []), ("member-add", [], ""), {"name": "Anna", "role": "rep"}),
    "an invitation": (("member", ["seat"]), ("member-invite", ["seat"], ""), {"email": "a@example.com"}),
    "a channel": (
        ("team-channels", []),
        ("team-channels", [], ""),
        {
            "name": "Chat",
            "address": "https://open.feishu.cn/open-apis/bot/v2/hook/abcdefgh-1234-5678-9abc-def012345678",
        },
    ),
    "a calendar": (("preferences", []), ("calendar-choose", [], ""), {"calendar": "new"}),
    "an upload": (("readings-import", ["plan"]), ("readings-import", ["plan"], ""), {"file": file}),
    "a formula": (
        ("formulas", ["plan"]),
        ("formulas", ["plan"], ""),
        {"result": "rate", "factor_1": "of_team", "factor_2": "of_team"},
    ),
    "a bottleneck of evidence": (
        ("bottlenecks", ["plan"]),
        ("bottleneck-from", ["plan"], ""),
        {"cause": "Late", "evidence": "CRM", "kind": "execution"},
    ),
    "a metric": (
        ("diagnose", ["plan"]),
        ("diagnose-add", ["plan"], "?kind=metric"),
        {"name": "Orders", "kind": "count", "direction": "higher"},
    ),
    "a bottleneck": (
        ("bottlenecks", ["plan"]),
        ("bottlenecks-add", ["plan"], "?kind=bottleneck"),
        {"cause": "Slow", "kind": "conversion"},
    ),
    "a view": (
        ("bottlenecks", ["plan"]),
        ("bottlenecks-add", ["plan"], "?kind=view"),
        {"text": "Slow", "kind": "conversion"},
    ),
    "a core goal": (("goals", ["plan"]), ("goals-add", ["plan"], "?kind=core"), {"name": "Sales"}),
    "a sub-goal": (
        ("goals", ["plan"]),
        ("goals-add", ["plan"], "?kind=part"),
        {"name": "New", "beneath": "core"},
    ),
    "a sub-goal that a breakdown lacks": (
        ("goals", ["plan"]),
        ("goals-cover", ["plan", "core"], ""),
        {"cut": "lines", "segment": "line_b"},
    ),
    "a strategy from an idea": (
        ("ideas", ["plan"]),
        ("strategy-answer", ["plan"], ""),
        {"bottleneck": "in_focus", "idea": "follow_up", "title": "", "page": "ideas"},
    ),
    "a strategy without an idea": (
        ("ideas", ["plan"]),
        ("strategy-answer", ["plan"], ""),
        {"bottleneck": "in_focus", "title": "Chat on the website", "page": "ideas"},
    ),
    "a strategy of a key action": (("goals", ["plan"]), ("strategy-from-action", ["plan", "action"], ""), {}),
    "an idea": (
        ("ideas", ["plan"]),
        ("ideas-add", ["plan"], "?kind=idea"),
        {"name": "Fairs", "kind": "value"},
    ),
    "an answer to a target": (
        ("goals-answer", ["plan", "of_plan"]),
        ("goals-answer", ["plan", "of_plan"], ""),
        {"value": "140", "reason": "Rain"},
    ),
    "sub-goals of a formula": (
        ("goals-backwards", ["plan", "core"]),
        ("goals-take", ["plan", "core"], ""),
        {"product": "product", "v0": "9", "v1": "9000001", "shown": "1"},
    ),
    "a strategy": (
        ("tracking", ["plan"]),
        ("tracking-add", ["plan"], "?kind=strategy"),
        {"name": "Referrals"},
    ),
    "a proposed strategy": (
        ("strategies", ["plan"]),
        ("strategies-add", ["plan"], "?kind=strategy"),
        {"name": "Referrals"},
    ),
    "a question": (
        ("strategy", ["plan", "strategy"]),
        ("strategy-ask", ["plan", "strategy"], ""),
        {"text": "Who pays?"},
    ),
    "a lead measure": (
        ("strategy", ["plan", "unmeasured"]),
        ("strategy-lead", ["plan", "unmeasured"], ""),
        {"name": "Visits", "weekly_target": "5"},
    ),
    "a weekly value": (
        ("strategy", ["plan", "strategy"]),
        ("strategy-week", ["plan", "strategy"], ""),
        {"week": "2026-11-23", "value": "55"},
    ),
    "a task": (
        ("tracking", ["plan"]),
        ("tracking-add", ["plan"], "?kind=task"),
        {"description": "Print", "beneath": "strategy"},
    ),
    "a pool": (
        ("resources", ["plan"]),
        ("resources-add", ["plan"], "?kind=pool"),
        {"name": "Training", "kind": "budget", "amount": "20000"},
    ),
    "an allocation": (
        ("resources", ["plan"]),
        ("resources-add", ["plan"], "?kind=allocation"),
        {"beneath": "other_pool", "strategy": "strategy", "amount": "500"},
    ),
    "days of a person": (
        ("resources", ["plan"]),
        ("resources-add", ["plan"], "?kind=days"),
        {"beneath": "people", "strategy": "strategy", "amount": "5"},
    ),
    "spending": (
        ("resources-spend", ["plan"]),
        ("resources-spend", ["plan"], ""),
        {"allocation": "allocated", "day": "2026-10-01", "amount": "500"},
    ),
    "leave": (
        ("team-leave-days", []),
        ("team-leave-days", [], ""),
        {"member": "seat", "dates": "2026-12-01/2026-12-02"},
    ),
    "a review": (
        ("reviews", ["plan"]),
        ("reviews-add", ["plan"], "?kind=review"),
        {"period": "month:2026-11"},
    ),
    "an update of a task": (
        ("tracking-row", ["plan", "task"]),
        ("tracking-row", ["plan", "task"], ""),
        {"cell": "progress", "status": "in_progress", "note": "begun"},
    ),
    "a typed value": (
        ("readings-row", ["plan", "history"]),
        ("readings-row", ["plan", "history"], "?to=2026-09"),
        {"cell": "2026-09", "value-2026-09": "80", "source-2026-09": "CRM"},
    ),
    "a bottleneck of a view": (
        ("bottlenecks-row", ["plan", "view"]),
        ("bottlenecks-row", ["plan", "view"], ""),
        {"cell": "impact", "bottleneck": "new"},
    ),
}


class Forms(HTMLParser):
    """The posting forms of a page: their address, and the hidden fields that each carries."""

    def __init__(self, html: str, address: str) -> None:
        super().__init__()
        self.address, self.found = address, []
        self.by_id: dict[str, dict[str, str]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        values = dict(attrs)
        if tag == "form":
            self.found.append((values.get("action") or self.address, {}))
            self.by_id[values.get("id", "")] = self.found[-1][1]
        if tag == "button" and values.get("formaction") and values.get("form") in self.by_id:
            self.found.append((values["formaction"], self.by_id[values["form"]]))
        if tag == "input" and values.get("type") == "hidden" and self.found:
            self.found[-1][1][values["name"]] = values.get("value") or ""


def count() -> dict[str, int]:
    """How many of everything there are; forms that were sent and the history are no things."""
    own = [model for model in apps.get_models() if model._meta.app_label in ORDER]
    left_out = ("planner.Submission", "planner.Change", "planner.LimitEntry")
    kept = [each for each in own if each._meta.label not in left_out]
    return {model._meta.label: model._base_manager.count() for model in kept}


@pytest.fixture
def things(world, plan, status, team, manager, monkeypatch, settings, tmp_path) -> dict[str, Any]:  # noqa: F811
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr("planner.readings.views.enqueue_upload", lambda pk, *, saving: True)
    view = CauseView.objects.create(plan=plan, by=seat(manager, team), text="Slow", kind="conversion")
    Upload.objects.all().delete()  # the next one would take its place
    for month in (7, 8, 9):  # Table 1 has a gap, of which a page offers to make a bottleneck
        place = {"metric": status.sales.metric, "month": dt.date(2026, month, 1), "segment": status.whole}
        Reading.objects.update_or_create(**place, defaults={"value": 800_000})
        Reading.objects.create(**place | {"metric": status.rate.metric}, value="0.08")
    goal = plan.goals.get(parent=None)
    line_a, line_b = (
        Segment.objects.create(team=team, dimension="product_line", name=name) for name in ("A", "B")
    )
    of_sales = {"plan": plan, "metric": status.sales.metric, "baseline": 1, "target": 9}
    Goal.objects.filter(pk=goal.pk).update(**of_sales)
    Goal.objects.create(parent=goal, name="A", segment=line_a, cut="lines", adds_up=True, **of_sales)
    plan.bottlenecks.update(in_focus=True)
    # A step of the funnel, so that the page of its formula has something to take.
    step = {"plan": plan, "parent": goal, "cut": "funnel", "metric": status.rate.metric, "baseline": "0.08"}
    Goal.objects.create(name="Convert", target="0.09", **step)
    return world | {
        "product": f"f{world['formula']}",
        "line_b": line_b.pk,
        "view": f"view-{view.pk}",
        "seat": Membership.objects.create(team=team, name="Olga").pk,
        "rate": status.rate.metric_id,
        "core": goal.pk,
        "in_focus": plan.bottlenecks.get().pk,
        "other_pool": Pool.objects.create(plan=plan, name="Fairs", amount=9_000).pk,
        "people": Pool.objects.create(plan=plan, name="People", kind="people").pk,
        "strategy": Strategy.objects.get().pk,
        "unmeasured": Strategy.objects.create(plan=plan, title="Fairs").pk,
    }


def address(things, name: str, args: list[str], query: str = "") -> str:
    return reverse(name, args=[things[each] for each in args]) + query


def typed(things, data: dict[str, Any]) -> dict[str, Any]:
    values = {name: value() if callable(value) else value for name, value in data.items()}
    names = (
        *("result", "factor_1", "factor_2", "beneath", "segment", "bottleneck", "product"),
        *("strategy", "allocation", "member"),
    )
    return values | {name: things[values[name]] for name in names if values.get(name) in things}
    names = ("result", "factor_1", "factor_2", "beneath", "strategy", "allocation", "member")
    return values | {name: things[values[name]] for name in names if name in values}


def test_every_address_that_takes_a_post_is_asked():
    made = {url for _page, (url, _args, _query), _data in MAKES.values()}
    posted = {name for name, (_args, _get, post, _data) in RULES.items() if 405 not in post}

    assert made <= posted


@pytest.mark.parametrize("what", MAKES)
def test_a_form_that_comes_twice_makes_one_thing(things, manager, as_, what):
    (page, page_args), (url, args, query), data = MAKES[what]
    client, to = as_(manager), address(things, url, args, query)
    shown = address(things, page, page_args, query if url == page else "")
    found = Forms(client.get(shown).content.decode(), shown).found
    forms = [hidden for action, hidden in found if action in (to, to.partition("?to=")[0])]
    assert forms
    assert [hidden for hidden in forms if KEY not in hidden] == []
    hidden = forms[-1]
    initial = {name: value for name, value in hidden.items() if name.startswith("initial-")}
    sent = lambda key: initial | typed(things, data) | {KEY: key}  # noqa: E731

    before = count()
    first = client.post(to, sent(hidden[KEY]))
    made = count()
    secret = type(manager).objects.get(pk=manager.pk).calendar_secret
    second = client.post(to, sent(hidden[KEY]))

    assert first.status_code == 302, first.content[:3000]
    assert made != before or (what == "a calendar" and secret)
    assert count() == made
    assert type(manager).objects.get(pk=manager.pk).calendar_secret == secret
    assert (second.status_code, second.url) == (302, first.url)


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if 405 not in rule[2]])
def test_what_has_no_key_makes_nothing_or_is_in_the_list(things, manager, as_, name):
    """The addresses outside MAKES, with what the matrix of access posts."""
    args, _get, _post, data = RULES[name]
    if name in {url for _page, (url, _args, _query), _data in MAKES.values()}:
        return
    before = count()
    as_(manager).post(address(things, name, args), data)
    after = count()

    assert {label: n for label, n in after.items() if n > before[label]} == {}


def test_two_acts_with_the_same_words_make_two(plan, manager, as_):
    client, url = as_(manager), f"/plans/{plan.pk}/tracking/rows/?kind=strategy"
    for key in ("a" * 32, "b" * 32):
        client.post(url, {"name": "Referrals", KEY: key})

    assert [each.title for each in Strategy.objects.all()] == ["Referrals", "Referrals"]


def test_a_page_gone_back_to_and_filled_in_anew_makes_another(team, manager, as_):
    client = as_(manager)
    for name in ("Anna", "Ben", "Anna"):
        client.post("/team/members/add/", {"name": name, "role": "rep", KEY: "a" * 32})

    assert set(Membership.objects.exclude(user=manager).values_list("name", flat=True)) == {"Anna", "Ben"}
    assert Membership.objects.count() == 3


def test_a_file_that_was_mended_is_another_one_though_it_has_the_same_name_and_size(things, manager, as_):
    client, url = as_(manager), address(things, "readings-import", ["plan"])
    sent = [
        client.post(url, {"file": SimpleUploadedFile("a.csv", text), KEY: "a" * 32}).url
        for text in (b"month,metric,value\n1", b"month,metric,value\n1", b"month,metric,value\n2")
    ]

    assert sent[0] == sent[1] != sent[2]


def test_a_form_with_an_error_can_be_sent_again(plan, manager, as_):
    client, url = as_(manager), f"/plans/{plan.pk}/tracking/rows/?kind=strategy"
    refused = client.post(url, {"name": "", KEY: "a" * 32})

    assert refused.status_code == 422
    assert not Submission.objects.exists()


def test_what_a_program_sends_without_a_key_is_taken_each_time(plan, manager, as_):
    client, url = as_(manager), f"/plans/{plan.pk}/tracking/rows/?kind=strategy"
    for _time in range(2):
        client.post(url, {"name": "Referrals"})

    assert Strategy.objects.count() == 2


def test_the_same_key_of_two_people_is_two_acts(plan, team, manager, as_):
    ben = type(manager).objects.create_user("ben@example.com", "x")
    Membership.objects.create(team=team, user=ben, name="Ben", role="manager")
    url = f"/plans/{plan.pk}/tracking/rows/?kind=strategy"
    for user in (manager, ben):
        as_(user).post(url, {"name": "Referrals", KEY: "a" * 32})

    assert Strategy.objects.count() == 2


def test_a_script_that_tries_again_gets_the_same_row_and_the_same_undo(plan, manager, as_):
    client, url = as_(manager), f"/plans/{plan.pk}/tracking/rows/?kind=strategy"
    sent = {"name": "Referrals", KEY: "a" * 32}
    first = client.post(url, sent, headers=HTMX)
    client.post(url, {"name": "Fairs", KEY: "b" * 32}, headers=HTMX)
    second = client.post(url, sent, headers=HTMX)

    assert (first.content, first["X-Revision"], first["HX-Trigger"]) == (
        second.content,
        second["X-Revision"],
        second["HX-Trigger"],
    )


def test_a_cell_sent_again_after_somebody_changed_it_shows_theirs_and_asks_nothing(plan, manager, as_):
    client, strategy = as_(manager), Strategy.objects.create(plan=plan, title="Referrals")
    url = f"/plans/{plan.pk}/tracking/rows/strategy-{strategy.pk}/"
    sent = {"cell": "risk", "initial-risk": "", "risk": "mine", KEY: "a" * 32}
    client.post(url, sent, headers=HTMX)
    client.post(url, {"cell": "risk", "initial-risk": "mine", "risk": "theirs", KEY: "b" * 32}, headers=HTMX)
    again = client.post(url, sent, headers=HTMX)

    assert again.status_code == 200
    assert "theirs" in again.content.decode()
    strategy.refresh_from_db()
    assert strategy.risk == "theirs"


def test_what_was_made_and_deleted_for_good_is_not_made_again(team, manager, as_):
    client, sent = as_(manager), MAKES["a channel"][2] | {KEY: "a" * 32}
    client.post("/team/channels/", sent)
    channel = team.channels.get()
    client.post(f"/team/channels/{channel.pk}/remove/")
    again = client.post("/team/channels/", sent)

    assert again.status_code == 409
    assert "already sent" in again.content.decode()
    assert not team.channels.exists()


def test_forms_are_forgotten_after_a_while(manager):
    now = timezone.now()
    for days in (0, 1, 2):
        old = Submission.objects.create(user=manager, digest=str(days))
        Submission.objects.filter(pk=old.pk).update(created_at=now - REMEMBERED - dt.timedelta(days=1 - days))
    Submission.forget(now)

    assert sorted(Submission.objects.values_list("digest", flat=True)) == ["1", "2"]


MANY = 20


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["a plan", "a member", "an invitation", "a channel", "a core goal", "a strategy",
                                  "an upload", "an update of a task"])  # fmt: skip
def test_of_many_at_once_one_makes_and_all_are_answered_alike(things, manager, as_, what):
    _page, (url, args, query), data = MAKES[what]
    to, clients = address(things, url, args, query), [as_(manager) for _each in range(MANY)]
    before = count()
    answers = at_once(
        [lambda client=client: client.post(to, typed(things, data) | {KEY: "a" * 32}) for client in clients]
    )

    assert {each.status_code for each in answers} == {302}
    assert len({each.url for each in answers}) == 1
    more = {label: n - before[label] for label, n in count().items() if n != before[label]}
    assert set(more.values()) <= {1}
    assert more
