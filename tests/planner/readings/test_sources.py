"""Sources of values: each says who confirmed last that it is complete; one click confirms, and can be undone."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from planner import changes
from planner.models import Change, Metric, Plan, PlanMetric, Reading, Segment, SourceCheck, Team
from planner.readings.sources import sources_of, unconfirmed
from tests.conftest import TODAY

NOON = dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def on_a_monday(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)


@pytest.fixture
def url(plan):
    return f"/plans/{plan.pk}/readings/"


@pytest.fixture
def read(status):
    def put(month: str, source: str, metric=None, segment=None) -> Reading:
        return Reading.objects.create(
            metric=metric or status.sales.metric, segment=segment or status.whole,
            month=dt.date.fromisoformat(f"{month}-01"), value=1, source=source,
        )  # fmt: skip

    return put


def words(page) -> str:
    part = page.content.decode().partition('id="sources"')[2].partition('id="imports"')[0]
    return " ".join(re.sub("<[^>]+>", " ", part).replace("\xa0", " ").split())


def names(plan) -> list[str]:
    return [source.name for source in sources_of(plan)]


def test_one_click_confirms_with_who_and_when(url, plan, read, manager, as_):
    read("2026-09", "CRM")
    read("2026-08", "ERP")
    client = as_(manager)
    assert "CRM Never confirmed Confirm as complete ERP Never confirmed" in words(client.get(url))
    page = client.post(f"{url}sources/", {"source": "CRM"}, follow=True)
    assert "Confirmed as complete: CRM." in page.content.decode()
    assert "ERP Never confirmed Confirm as complete CRM Confirmed by Mary, 23 Nov Confirm again" in words(
        page
    )
    check = SourceCheck.objects.get()
    assert (check.source, check.by, check.day, check.plan) == ("CRM", manager, TODAY, plan)
    assert "Mary added “CRM”" in client.get(f"/plans/{plan.pk}/history/").content.decode()

    changes.undo(plan.team, Change.objects.latest("revision").revision, by=manager, plan=plan)
    assert "CRM Never confirmed" in words(client.get(url))


def test_a_form_that_comes_twice_confirms_once(url, read, manager, as_):
    read("2026-09", "CRM")
    client = as_(manager)
    key = re.search(
        'name="form_key" value="([^"]*)"', client.get(url).content.decode().partition('id="sources"')[2]
    )[1]
    for _click in range(2):
        assert client.post(f"{url}sources/", {"source": "CRM", "form_key": key}).status_code == 302
    assert SourceCheck.objects.count() == 1
    client.post(f"{url}sources/", {"source": "CRM", "form_key": "another"})
    assert SourceCheck.objects.count() == 2


def test_undo_brings_the_confirmation_before_back(url, plan, read, team, manager, rep, as_):
    read("2026-09", "CRM")
    SourceCheck.objects.create(team=team, source="CRM", by=rep, at=NOON - dt.timedelta(days=3))
    as_(manager).post(f"{url}sources/", {"source": "CRM"})
    assert "Confirmed by Mary, 23 Nov" in words(as_(manager).get(url))
    changes.undo(plan.team, Change.objects.latest("revision").revision, by=manager, plan=plan)
    assert "Confirmed by Rick, 20 Nov" in words(as_(manager).get(url))


def test_all_are_confirmed_at_once_and_only_sources_of_the_plan(url, plan, read, manager, as_):
    read("2026-09", "CRM")
    read("2026-08", "ERP")
    as_(manager).post(f"{url}sources/", {"source": ["CRM", "ERP", "Rumours"]})
    assert set(SourceCheck.objects.values_list("source", flat=True)) == {"CRM", "ERP"}
    assert unconfirmed([plan]) == {plan.pk: []}


def test_who_only_reads_sees_it_and_cannot_confirm(url, read, viewer, as_):
    read("2026-09", "CRM")
    page = words(as_(viewer).get(url))
    assert "CRM Never confirmed" in page
    assert "Confirm as complete" not in page


@pytest.mark.parametrize(("days", "left"), [(30, []), (31, ["CRM"])])
def test_a_confirmation_counts_for_the_days_of_the_team(plan, read, team, days, left):
    read("2026-09", "CRM")
    SourceCheck.objects.create(team=team, source="CRM", at=NOON - dt.timedelta(days=days))
    assert unconfirmed([plan])[plan.pk] == left
    Team.objects.filter(pk=team.pk).update(source_days=days)
    assert unconfirmed([Plan.objects.get(pk=plan.pk)])[plan.pk] == []


def test_the_day_of_a_confirmation_is_the_teams(plan, read, team):
    """The 30 days before 23 November begin at midnight in Shanghai, not in London."""
    read("2026-09", "CRM")
    midnight = dt.datetime(2026, 10, 23, 16, tzinfo=dt.UTC)
    SourceCheck.objects.create(team=team, source="CRM", at=midnight - dt.timedelta(minutes=1))
    assert unconfirmed([plan])[plan.pk] == ["CRM"]
    SourceCheck.objects.update(at=midnight)
    assert unconfirmed([plan])[plan.pk] == []


def test_a_plan_that_is_over_is_looked_at_on_its_last_day(plan, read, team):
    read("2026-09", "CRM")
    SourceCheck.objects.create(team=team, source="CRM", at=NOON - dt.timedelta(days=90))
    assert unconfirmed([plan])[plan.pk] == ["CRM"]
    plan.start, plan.end = dt.date(2026, 7, 1), dt.date(2026, 9, 15)
    assert unconfirmed([plan])[plan.pk] == []


def test_each_team_confirms_its_own(plan, read, status, other_team):
    read("2026-09", "CRM")
    theirs = Metric.objects.create(team=other_team, name="Total sales")
    whole = Segment.objects.create(team=other_team, dimension="whole")
    other = Plan.objects.create(team=other_team, name="Q4", start=plan.start, end=plan.end)
    PlanMetric.objects.create(plan=other, metric=theirs)
    read("2026-09", "CRM", theirs, whole)
    read(
        "2026-09",
        "Their ERP",
        theirs,
        Segment.objects.create(team=other_team, dimension="region", name="East"),
    )
    SourceCheck.objects.create(team=other_team, source="CRM", at=NOON)
    assert unconfirmed([plan, other]) == {plan.pk: ["CRM"], other.pk: []}
    assert names(plan) == ["CRM"]
    assert names(other) == ["Their ERP", "CRM"]


def test_only_the_plans_own_metrics_and_months_count(plan, read, team, status):
    """Two plans of a team: each asks for the sources of its own metrics over its own months."""
    leads = Metric.objects.create(team=team, name="Leads", kind="count")
    early = Plan.objects.create(
        team=team, name="Q1 2024", start=dt.date(2024, 1, 1), end=dt.date(2024, 3, 31)
    )
    PlanMetric.objects.create(plan=early, metric=leads)
    read("2024-02", "Old CRM")
    read("2024-02", "Old count", leads)
    read("2026-09", "CRM")
    read("2026-09", "Count", leads)
    assert unconfirmed([plan, early]) == {plan.pk: ["CRM"], early.pk: ["Old count"]}
    assert (names(plan), names(early)) == (["CRM"], ["Old count"])


def test_the_sources_of_segments_are_listed_and_values_without_one_are_not(plan, read, team):
    east = Segment.objects.create(team=team, dimension="region", name="East")
    read("2026-09", "East's sheet", segment=east)
    read("2026-09", "")
    assert names(plan) == ["East's sheet"]


def test_others_see_a_confirmation_at_once(url, plan, read, manager, viewer, as_):
    read("2026-09", "CRM")
    as_(manager).post(f"{url}sources/", {"source": "CRM"})
    answer = as_(viewer).get(f"{url}changes/?since=0", HTTP_HX_REQUEST="true")
    assert "Confirmed by Mary, 23 Nov" in words(answer)


def test_many_sources_and_plans_cost_as_many_queries_as_one(url, plan, read, team, viewer, as_):
    client = as_(viewer)

    def asked(plans) -> tuple[int, int]:
        client.get(url)
        counts = []
        for ask in (lambda: unconfirmed(plans), lambda: client.get(url)):
            with CaptureQueriesContext(connection) as queries:
                ask()
            counts.append(len(queries))
        return tuple(counts)

    read("2026-09", "CRM")
    SourceCheck.objects.create(team=team, source="CRM", at=NOON)
    one = asked([plan])
    others = [Plan.objects.create(team=team, name=f"P{n}", start=plan.start, end=plan.end) for n in range(3)]
    for month in ("2026-06", "2026-07", "2026-08"):
        read(month, f"Export {month}")
        SourceCheck.objects.create(team=team, source=f"Export {month}", at=NOON)
    assert asked([plan, *others]) == one
