"""Who removes what somebody else has changed meanwhile is asked first: who changed what, and what to do about it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from planner import changes
from planner.models import (
    Bottleneck,
    CauseView,
    Change,
    Channel,
    Formula,
    Goal,
    Invitation,
    Membership,
    Metric,
    Team,
    User,
)
from planner.plans import change_plan
from reviews.models import Review
from strategies.models import Idea, KeyAction, Strategy
from tests.conftest import join, seat
from tracking.models import Progress, Task

HTMX = {"HX-Request": "true"}


@pytest.fixture
def mia(team) -> User:
    """Another manager of the team."""
    return join(team, "Mia", "manager")


@pytest.fixture
def rows(plan, status, team, manager, rep) -> dict[str, Any]:
    """Two of everything in the tables, so that the change of one says nothing about the other."""
    found: dict[str, Any] = {"metric": status.sales, "metric 2": status.rate}
    for suffix in ("", " 2"):
        bottleneck = Bottleneck.objects.create(plan=plan, kind="conversion", cause=f"Late{suffix}")
        core = Goal.objects.create(plan=plan, name=f"Sales{suffix}")
        part = Goal.objects.create(plan=plan, parent=core, name=f"New{suffix}")
        action = KeyAction.objects.create(goal=part, text="Call")
        strategy = Strategy.objects.create(plan=plan, title=f"Referrals{suffix}")
        task = Task.objects.create(strategy=strategy, description=f"Print{suffix}", owner=seat(rep, team))
        review = Review.objects.create(plan=plan, start=f"2026-1{1 if suffix else 0}-01")
        view = CauseView.objects.create(
            plan=plan, by=seat(rep, team), text=f"Slow{suffix}", kind="conversion"
        )
        own = {"bottleneck": bottleneck, "core": core, "part": part, "action": action, "strategy": strategy}
        idea = Idea.objects.create(team=team, kind="value", title=f"Care calls{suffix}")
        own |= {"task": task, "review": review, "view": view, "idea": idea}
        found |= {f"{name}{suffix}": obj for name, obj in own.items()}
    return found


# Table, row to remove, what somebody else changes, and how: in the row itself, or in a part that goes with it.
CASES = [
    ("diagnose", "metric", "metric", "problems"),
    ("bottlenecks", "bottleneck", "bottleneck", "evidence"),
    ("bottlenecks", "view", "view", "text"),
    ("goals", "core", "core", "name"),
    ("goals", "core", "part", "name"),
    ("goals", "core", "action", "text"),
    ("goals", "part", "action", "text"),
    ("ideas", "idea", "idea", "needs"),
    ("tracking", "strategy", "strategy", "risk"),
    ("tracking", "strategy", "task", "risk"),
    ("tracking", "task", "task", "risk"),
    ("reviews", "review", "review", "worked"),
]


def change(by: User, obj: Any, field: str, text: str = "theirs") -> None:
    with changes.recording(Team.objects.get(pk=obj.home()[0]), by=by) as log:
        setattr(obj, field, text)
        log.save(obj)


def is_there(obj: Any) -> bool:
    return type(obj)._base_manager.get(pk=obj.pk).removed_at is None


def remove(client, plan, table: str, name: str, obj: Any, shown: int | None, **headers: str):
    sent = {} if shown is None else {"shown": str(shown)}
    return client.post(f"/plans/{plan.pk}/{table}/rows/{name}-{obj.pk}/remove/", sent, headers=HTMX | headers)


@pytest.mark.parametrize(("table", "name", "touched", "field"), CASES)
def test_a_row_that_somebody_changed_is_not_removed_unasked(
    table, name, touched, field, rows, plan, manager, mia, as_
):
    client = as_(manager)
    change(mia, rows[touched], field)
    plan.team.refresh_from_db()
    answer = remove(client, plan, table, name, rows[name], plan.team.revision - 1)
    page = answer.content.decode()

    assert (answer.status_code, answer["X-Asks"]) == (409, "1")
    assert is_there(rows[name])
    assert "Mia changed" in page
    assert "theirs" in page
    shown = int(re.search(r'name="shown" value="(\d+)"', page)[1])
    assert remove(client, plan, table, name, rows[name], shown).status_code == 200
    assert not is_there(rows[name])


@pytest.mark.parametrize(("table", "name", "touched", "field"), CASES)
def test_a_row_is_removed_where_another_was_changed_or_one_changed_it_oneself(
    table, name, touched, field, rows, plan, manager, mia, as_
):
    change(mia, rows[f"{touched} 2"], field)
    change(manager, rows[touched], field, "mine")

    assert remove(as_(manager), plan, table, name, rows[name], 0).status_code == 200
    assert not is_there(rows[name])


def test_what_was_shown_already_is_not_asked_again(rows, plan, manager, mia, as_):
    change(mia, rows["strategy"], "risk")
    plan.team.refresh_from_db()

    assert (
        remove(as_(manager), plan, "tracking", "strategy", rows["strategy"], plan.team.revision).status_code
        == 200
    )
    assert not is_there(rows["strategy"])


def test_a_request_that_does_not_say_what_it_saw_removes(rows, plan, manager, mia, as_):
    change(mia, rows["strategy"], "risk")

    assert remove(as_(manager), plan, "tracking", "strategy", rows["strategy"], None).status_code == 200
    assert not is_there(rows["strategy"])


def test_a_report_on_a_task_is_a_change_of_its_strategy(rows, plan, team, manager, rep, as_):
    sent = {"cell": "progress", "status": "in_progress", "note": "half done"}
    as_(rep).post(f"/plans/{plan.pk}/tracking/rows/task-{rows['task'].pk}/", sent, headers=HTMX)
    answer = remove(as_(manager), plan, "tracking", "strategy", rows["strategy"], 0)

    assert answer.status_code == 409
    assert "Rick" in answer.content.decode()
    assert Progress.objects.get().removed_at is None


def test_a_metric_that_somebody_renamed_is_another_row(rows, plan, manager, mia, as_):
    change(mia, rows["metric"].metric, "name", "Net sales")
    answer = remove(as_(manager), plan, "diagnose", "metric", rows["metric"], 0)

    assert answer.status_code == 409
    assert "Net sales" in answer.content.decode()


def test_without_script_a_page_asks_and_its_form_removes(rows, plan, manager, mia, as_):
    client = as_(manager)
    page = client.get(f"/plans/{plan.pk}/tracking/").content.decode()
    shown = re.search(r'id="removing".*?name="shown" value="(\d+)"', page, re.DOTALL)[1]
    change(mia, rows["strategy"], "risk", "<b>theirs</b>")
    url = f"/plans/{plan.pk}/tracking/rows/strategy-{rows['strategy'].pk}/remove/"
    back = f"http://testserver/plans/{plan.pk}/tracking/"
    asked = client.post(url, {"shown": shown}, headers={"Referer": back}).content.decode()

    assert "Remove anyway" in asked
    assert f'href="{back}"' in asked
    assert "&lt;b&gt;theirs" in asked
    assert f'action="{url}"' in asked
    again = re.search(r'name="shown" value="(\d+)"', asked)[1]
    assert client.post(url, {"shown": again}).status_code == 302
    assert not is_there(rows["strategy"])


@pytest.mark.parametrize("what", ["plan", "formula", "archived metric", "member", "work of a member"])
def test_other_pages_ask_as_tables_do(what, rows, plan, team, status, manager, mia, rep, as_):
    rate, sales = status.rate.metric, status.sales.metric
    formula = Formula.objects.create(team=team, result=sales, factors=[[rate.pk, None], [sales.pk, None]])
    rick, client = seat(rep, team), as_(manager)
    page, url, obj, touch = {
        "plan": (
            f"/plans/{plan.pk}/settings/",
            f"/plans/{plan.pk}/remove/",
            plan,
            (rows["task"], "risk", "x"),
        ),
        "formula": (
            f"/plans/{plan.pk}/diagnose/formulas/",
            f"/plans/{plan.pk}/diagnose/formulas/{formula.pk}/remove/",
            formula,
            (formula, "factors", [[rate.pk, None], [rate.pk, None]]),
        ),
        "archived metric": (
            "/team/metrics/",
            f"/team/metrics/{sales.pk}/archive/",
            sales,
            (sales, "unit", "EUR"),
        ),
        "member": (f"/team/members/{rick.pk}/remove/",) * 2 + (rick, (rick, "job_title", "lead")),
        "work of a member": (f"/team/members/{rick.pk}/remove/",) * 2
        + (rick, (rows["strategy"], "owner", rick)),
    }[what]
    html = client.get(page).content.decode()
    form = rf'action="{url}".*?</form>' if page != url else r"<main.*?<form.*?</form>"
    shown = re.search(r'name="shown" value="(\d+)"', re.search(form, html, re.DOTALL)[0])[1]
    change(mia, *touch)
    asked = client.post(url, {"shown": shown})

    assert asked.status_code == 409
    assert "Mia changed" in asked.content.decode()
    assert is_there(obj)
    again = re.search(r'name="shown" value="(\d+)"', asked.content.decode())[1]
    assert client.post(url, {"shown": again}).status_code == 302
    assert not is_there(obj)


def test_a_plan_is_removed_where_only_another_plan_was_changed(plan, team, manager, mia, as_):
    other = type(plan).objects.create(team=team, name="Q1", start=plan.start, end=plan.end)
    change_plan(other, {"name": "Q2"}, by=mia)

    assert as_(manager).post(f"/plans/{plan.pk}/remove/", {"shown": "0"}).status_code == 302
    assert not is_there(plan)


def test_a_channel_that_more_people_use_by_now_is_kept(team, manager, rep, as_):
    channel = Channel.objects.create(team=team, name="Room", service="webhook", target="json://127.0.0.1:9/")
    client, url = as_(manager), f"/team/channels/{channel.pk}/remove/"
    form = re.search(rf'action="{url}".*?</form>', client.get("/team/channels/").content.decode(), re.DOTALL)[
        0
    ]
    User.objects.filter(pk=rep.pk).update(channel=channel)
    asked = client.post(url, {"shown": re.search(r'name="shown" value="(\d+)"', form)[1]})

    assert asked.status_code == 409
    assert "1 member uses “Room” now" in asked.content.decode()
    assert Channel.objects.exists()
    assert client.post(url, {"shown": "1"}).status_code == 302
    assert not Channel.objects.exists()


def test_an_invitation_that_somebody_sent_meanwhile_is_not_withdrawn_for_another(team, manager, mia, as_):
    olga = Membership.objects.create(team=team, name="Olga")
    client, member = as_(manager), f"/team/members/{olga.pk}/"
    client.post(f"{member}invite/", {"email": "old@example.com"})
    form = re.search(
        rf'action="{member}withdraw/".*?</form>', client.get(member).content.decode(), re.DOTALL
    )[0]
    as_(mia).post(f"{member}invite/", {"email": "new@example.com"})
    asked = client.post(f"{member}withdraw/", {"shown": re.search(r'name="shown" value="(\d+)"', form)[1]})

    assert asked.status_code == 409
    assert "new@example.com" in asked.content.decode()
    assert Invitation.objects.open().get().email == "new@example.com"
    again = re.search(r'name="shown" value="(\d+)"', asked.content.decode())[1]
    client.post(f"{member}withdraw/", {"shown": again})
    assert not Invitation.objects.open().exists()


def test_many_changes_are_listed_ten_at_most(rows, plan, manager, mia, as_):
    for number in range(12):
        change(mia, rows["strategy"], "risk", f"risk {number}")
    page = remove(as_(manager), plan, "tracking", "strategy", rows["strategy"], 0).content.decode()

    assert page.count("Mia changed") == 10
    assert "risk 11" in page


@pytest.mark.parametrize("shown", ["x", "-1", "²", "9" * 30, "\x00"])
def test_whatever_a_request_says_it_saw_is_taken_or_ignored(shown, rows, plan, manager, as_):
    url = f"/plans/{plan.pk}/tracking/rows/strategy-{rows['strategy'].pk}/remove/"

    assert as_(manager).post(url, {"shown": shown}).status_code == 302


def test_metrics_of_two_teams_do_not_ask_for_each_other(team, other_team, manager, outsider, as_):
    ours, theirs = (Metric.objects.create(team=each, name="Leads") for each in (team, other_team))
    change(outsider, theirs, "unit", "EUR")
    Change.objects.update(object_id=ours.pk)

    assert as_(manager).post(f"/team/metrics/{ours.pk}/archive/", {"shown": "0"}).status_code == 302
    assert not is_there(ours)
