"""Requests that no page of ours sends: an answer in words, never a traceback, and nothing saved."""

from __future__ import annotations

import pytest

from planner.models import Change, Goal
from reviews.models import Review

HUGE = "99999999999999999999"


@pytest.mark.parametrize(
    "address",
    [
        f"/plans/{HUGE}/",
        "/plans/{plan}/tracking/?owner=" + HUGE,
        "/plans/{plan}/tracking/?page=" + HUGE,
        "/plans/{plan}/tracking/?sort=password",
        "/plans/{plan}/tracking/?status=%00&late=%00&q=%00",
        "/plans/{plan}/diagnose/?q=%00&side=%00",
        "/plans/{plan}/diagnose/rows/metric-" + HUGE + "/",
        "/plans/{plan}/diagnose/rows/metric-²/",
        "/plans/{plan}/diagnose/rows/nothing/",
        "/plans/{plan}/diagnose/changes/?since=" + HUGE,
        "/plans/{plan}/diagnose/changes/?since=²",
        "/plans/{plan}/history/?page=-1",
        "/team/members/" + HUGE + "/",
        "/accounts/invitation/%00/",
    ],
)
def test_strange_addresses(status, plan, manager, as_, address):
    answer = as_(manager).get(address.replace("{plan}", str(plan.pk)))

    assert answer.status_code in (200, 204, 400, 404)


@pytest.mark.parametrize(
    "sent",
    [
        {"cell": "target", "target": "9" * 300, "target_period": "month"},
        {"cell": "target", "target": "12%\x00", "target_period": "month"},
        {"cell": "target", "target": "12%", "target_period": "decade"},
        {"cell": "rate", "basis": "\x00"},
        {"cell": "problems", "problems": "x" * 3000},
        {"cell": "problems", "problems": "a\x00b"},
        {"cell": "metric", "name": "", "kind": "rate", "direction": "higher", "aggregation": "ratio"},
    ],
)
def test_what_cannot_be_saved_is_refused_beside_its_cell(status, plan, manager, as_, sent):
    url = f"/plans/{plan.pk}/diagnose/rows/metric-{status.rate.pk}/"
    answer = as_(manager).post(url, sent, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Change.objects.exists()


@pytest.mark.parametrize("sent", [{"cell": "gap"}, {"cell": "nothing"}])
def test_a_computed_or_unknown_cell_is_not_found(status, plan, manager, as_, sent):
    url = f"/plans/{plan.pk}/diagnose/rows/metric-{status.rate.pk}/"

    assert as_(manager).post(url, sent, headers={"HX-Request": "true"}).status_code == 404


@pytest.mark.parametrize("strategy", ["", "0", HUGE, "x"])
def test_a_task_below_nothing_is_refused(status, plan, manager, as_, strategy):
    sent = {"beneath": strategy, "description": "Print the cards"}
    answer = as_(manager).post(
        f"/plans/{plan.pk}/tracking/rows/?kind=task", sent, headers={"HX-Request": "true"}
    )

    assert answer.status_code == 422
    assert not Change.objects.exists()


def test_undo_of_a_revision_that_never_was_says_so(plan, manager, as_):
    answer = as_(manager).post(f"/plans/{plan.pk}/undo/{HUGE}/")

    assert answer.status_code == 409
    assert "Nothing to undo." in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "sort=x&page=-1&owner=abc&lacks=zzz&kind=xx",
        f"page={HUGE}&owner={HUGE}",
        "sort=-target&side=x",
        "q=%F0%9F%98%80",
        f"bottleneck={HUGE}&kind=zzz",
    ],
)
def test_garbage_in_the_address_shows_a_table_all_the_same(status, plan, manager, as_, query):
    client = as_(manager)
    for table in ("diagnose", "goals", "ideas", "tracking", "reviews"):
        assert client.get(f"/plans/{plan.pk}/{table}/?{query}").status_code == 200
    assert client.get(f"/plans/{plan.pk}/export/plan.xlsx?{query}").status_code == 200
    assert client.get(f"/plans/new/?scenario={query}").status_code == 200


ABSURD = [
    "",
    "x" * 9999,
    "a\x00b",
    "<script>alert(1)</script>",
    "99999999999999",
    HUGE,
    "-300%",
    "NaN",
    "9999-12-31",
]


@pytest.mark.parametrize("text", ABSURD)
def test_whatever_is_typed_in_tables_2_and_4_is_taken_or_refused(status, plan, manager, as_, text):
    client, url = as_(manager), f"/plans/{plan.pk}"
    core = Goal.objects.create(plan=plan, name="Core", metric=status.sales.metric)
    review = Review.objects.create(plan=plan, start="2026-10-01")
    for kind in ("reach", "grow_by", "grow_percent", "share", text):
        figures = {"kind": kind, "baseline": text, "growth": text, "target": text, "unit": text}
        answer = client.post(f"{url}/goals/rows/core-{core.pk}/", {"cell": "target", **figures})
        assert answer.status_code in (302, 422)
    for cell, names in (
        ("core", ("name", "metric", "segment")),
        ("due", ("due",)),
        ("actions", ("actions",)),
    ):
        answer = client.post(
            f"{url}/goals/rows/core-{core.pk}/", {"cell": cell, **dict.fromkeys(names, text)}
        )
        assert answer.status_code in (302, 422)
    for cell in ("period", "effect"):
        answer = client.post(f"{url}/reviews/rows/review-{review.pk}/", {"cell": cell, cell: text})
        assert answer.status_code in (302, 422)
    for page in ("goals", "reviews", "settings"):
        answer = client.get(f"{url}/{page}/")
        assert answer.status_code == 200
        assert b"<script>alert" not in answer.content


@pytest.mark.parametrize("text", ABSURD)
def test_whatever_is_typed_about_a_plan_is_taken_or_refused(status, plan, manager, as_, text):
    client = as_(manager)
    names = ("scenario", "name", "period", "start", "end", "metrics", "state", "version")
    for url in ("/plans/new/", f"/plans/{plan.pk}/settings/", f"/plans/{plan.pk}/copy/"):
        answer = client.post(url, dict.fromkeys(names, text))
        assert answer.status_code == 422
        assert b"<script>alert" not in answer.content
