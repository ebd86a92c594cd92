"""Two of everything: what is done or shown for one team, plan, field or choice leaves the one beside it alone."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from django.urls import reverse

from planner import access, changes
from planner.models import (
    Bottleneck,
    Change,
    Goal,
    Membership,
    Metric,
    Notice,
    Plan,
    PlanMetric,
    Reading,
    Role,
    Segment,
    User,
)
from planner.notices import ledger
from planner.notices.kinds import Recipient
from planner.readings.save import save_typed
from strategies.models import Pool, ServedGoal, Strategy
from tests.conftest import TODAY, join, seat
from tracking.alerts import raise_alerts
from tracking.models import Alert, Task
from tracking.notices import digest, escalation

HTMX = {"HTTP_HX_REQUEST": "true"}
TUESDAY = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)  # 8:00 in Shanghai


@pytest.fixture
def clock(monkeypatch) -> None:
    monkeypatch.setattr("planner.models.people.Team.today", lambda team, now=None: TODAY)


def text(page: str) -> str:
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", page)).split())


@pytest.fixture
def late() -> Callable[..., Task]:
    """late(plan, description, owner) is a task that was due on Friday."""

    def make(plan: Plan, description: str, owner: Membership) -> Task:
        strategy = Strategy.objects.create(plan=plan, title=f"Way of {plan.name}")
        return Task.objects.create(
            strategy=strategy, description=description, owner=owner, due=dt.date(2026, 11, 20)
        )

    return make


@pytest.fixture
def in_both(team, other_team, plan, both, rep, outsider, late) -> dict[str, Task]:
    """Late tasks of the person in both teams, and of a colleague in each."""
    theirs = Plan.objects.create(team=other_team, name="North", start=plan.start, end=plan.end)
    return {
        "managed": late(plan, "Call Rick's clients", seat(rep, team)),
        "mine here": late(plan, "Sign the contract", seat(both, team)),
        "not managed": late(theirs, "Call Otto's clients", seat(outsider, other_team)),
        "mine there": late(theirs, "Visit the fair", seat(both, other_team)),
    }


# One person, manager in one team and rep in another


def told(user: User, build) -> object:
    seats = tuple(Membership.objects.filter(user=user).select_related("team").order_by("pk"))
    return build(Recipient(user, seats, TUESDAY.date(), "2026-11-24", TUESDAY + dt.timedelta(minutes=5)))


def test_the_digest_has_ones_own_tasks_of_both_teams_and_the_summary_of_the_managed_one(in_both, both):
    said = told(both, digest)
    assert {line.task.description for line in said.context["overdue"]} == {
        "Sign the contract",
        "Visit the fair",
    }
    summaries = {each.team.name: [line.name for line in each.owners] for each in said.context["rolled"]}
    assert {name: sorted(owners) for name, owners in summaries.items()} == {"East": ["Bea", "Rick"]}


def test_of_long_overdue_tasks_only_those_of_the_managed_team_are_told(in_both, both, outsider):
    raise_alerts(TUESDAY)
    assert Alert.objects.filter(kind=Alert.Kind.ESCALATED).count() == 4
    said = {line.task.description for line in told(both, escalation).context["overdue"]}
    assert said == {"Call Rick's clients", "Sign the contract"}
    theirs = {line.task.description for line in told(outsider, escalation).context["overdue"]}
    assert theirs == {"Call Otto's clients", "Visit the fair"}


def test_home_shows_what_is_late_and_what_is_amiss_in_the_managed_team_alone(clock, in_both, both, as_):
    page = text(as_(both).get("/").content.decode())
    assert "Call Rick's clients" in page
    assert "Visit the fair" in page
    assert "Call Otto's clients" not in page
    amiss = as_(both).get("/").context["needs"]
    assert {each["plan"].name for each in amiss} == {"Q4"}


@pytest.mark.parametrize(
    ("at", "days", "notices"),
    [
        # The first team is East, in Shanghai; the second is in London and works at weekends alone.
        (dt.datetime(2026, 11, 24, 0, 5, tzinfo=dt.UTC), [6, 7], 1),
        (dt.datetime(2026, 11, 24, 8, 5, tzinfo=dt.UTC), [1, 2, 3, 4, 5], 0),
        (dt.datetime(2026, 11, 28, 0, 5, tzinfo=dt.UTC), [6, 7], 0),
        (dt.datetime(2026, 11, 28, 8, 5, tzinfo=dt.UTC), [6, 7], 0),
    ],
)
def test_the_digest_comes_by_the_clock_and_the_workdays_of_the_first_team(
    team, other_team, both, in_both, at, days, notices
):
    type(other_team).objects.filter(pk=other_team.pk).update(workdays=days)
    ledger.decide(at - dt.timedelta(minutes=10), lambda pk: None)
    Notice.objects.all().delete()
    ledger.decide(at, lambda pk: None)
    assert Notice.objects.filter(user=both, kind="digest").count() == notices


def test_a_role_in_one_team_gives_no_right_in_the_other(both, in_both, other_team, as_):
    north = Plan.objects.get(team=other_team)
    client = as_(both)
    task = in_both["not managed"]
    row = reverse("tracking-row", args=[north.pk, f"task-{task.pk}"])
    assert client.get(f"/plans/{north.pk}/settings/").status_code == 403
    assert client.post(row, {"cell": "owner", "owner": ""}, **HTMX).status_code == 403
    mine = reverse("tracking-row", args=[north.pk, f"task-{in_both['mine there'].pk}"])
    assert client.post(mine, {"cell": "risk", "risk": "rain"}, **HTMX).status_code == 200
    assert client.get(f"/plans/{in_both['managed'].strategy.plan_id}/settings/").status_code == 200


# Two plans of a team


def write(plan: Plan, user: User, obj, **values) -> int:
    with changes.recording(plan.team, plan=plan, by=user) as log:
        for name, value in values.items():
            setattr(obj, name, value)
        log.save(obj)
    return log.revision


def test_undo_under_one_plans_address_refuses_the_others_revision(plan, other_plan, status, manager, as_):
    revision = write(plan, manager, status.sales, problems="a rival")
    refused = as_(manager).post(f"/plans/{other_plan.pk}/undo/{revision}/", follow=True)
    assert "Nothing to undo." in text(refused.content.decode())
    status.sales.refresh_from_db()
    assert status.sales.problems == "a rival"

    as_(manager).post(f"/plans/{plan.pk}/undo/{revision}/")
    status.sales.refresh_from_db()
    assert status.sales.problems == ""


def test_the_activity_of_a_plan_is_its_own(plan, other_plan, status, manager, as_):
    theirs = Strategy.objects.create(plan=other_plan, title="Resellers")
    write(plan, manager, status.sales, problems="a rival")
    write(other_plan, manager, theirs, title="Partners")
    mine = text(as_(manager).get(f"/plans/{plan.pk}/history/").content.decode())
    assert "a rival" in mine
    assert "Partners" not in mine


@pytest.mark.parametrize("page", ["diagnose", "bottlenecks", "goals", "resources", "tracking"])
def test_a_row_of_one_plan_is_not_found_under_the_others_address(
    plan, other_plan, status, manager, as_, page
):
    rows = {
        "diagnose": ("metric", status.sales, "problems"),
        "bottlenecks": ("bottleneck", Bottleneck.objects.create(plan=plan, kind="value", cause="x"), "cause"),
        "goals": ("core", Goal.objects.create(plan=plan, name="Sales"), "due"),
        "resources": ("pool", Pool.objects.create(plan=plan, name="Fairs", amount=5), "amount"),
        "tracking": ("strategy", Strategy.objects.create(plan=plan, title="Referrals"), "risk"),
    }
    kind, obj, cell = rows[page]
    client = as_(manager)
    for own, status_code in ((other_plan, 404), (plan, 200)):
        row = f"/plans/{own.pk}/{page}/rows/{kind}-{obj.pk}/"
        assert client.get(f"{row}?cell={cell}").status_code == status_code
        assert (client.post(row, {"cell": cell}, **HTMX).status_code == 404) == (status_code == 404)
    assert client.post(f"/plans/{other_plan.pk}/{page}/rows/{kind}-{obj.pk}/remove/").status_code == 404


# A closed plan beside the open one


def test_a_closed_plan_calls_for_nobody_and_the_open_one_beside_it_does(
    clock, plan, closed_plan, team, rep, manager, late, as_
):
    late(plan, "Open work", seat(rep, team))
    late(closed_plan, "Closed work", seat(rep, team))
    raise_alerts(TUESDAY)
    assert {each.task.description for each in Alert.objects.all()} == {"Open work"}
    for user in (rep, manager):
        page = text(as_(user).get("/").content.decode())
        assert "Open work" in page
        assert "Closed work" not in page
    assert [line.task.description for line in told(rep, digest).context["overdue"]] == ["Open work"]
    (rolled,) = told(manager, digest).context["rolled"]
    assert [(line.name, line.overdue) for line in rolled.owners] == [("Rick", 1)]


def test_nothing_is_written_under_a_closed_plan_and_all_is_under_the_open_one(
    clock, plan, closed_plan, status, team, manager, as_
):
    row = PlanMetric.objects.create(plan=closed_plan, metric=status.sales.metric)
    client, sent = as_(manager), {"cell": "2026-10", "value-2026-10": "5", "source-2026-10": "CRM"}
    for own, metric_row in ((closed_plan, row), (plan, status.sales)):
        client.post(f"/plans/{own.pk}/readings/rows/metric-{status.sales.metric_id}/", sent, **HTMX)
        client.post(
            f"/plans/{own.pk}/diagnose/rows/metric-{metric_row.pk}/", {"cell": "problems", "problems": "x"}
        )
        assert Reading.objects.exists() == (own == plan)
        metric_row.refresh_from_db()
        assert metric_row.problems == ("x" if own == plan else "")


def test_a_change_of_the_open_plan_is_undone_beside_a_closed_one(plan, closed_plan, status, manager, as_):
    revision = write(plan, manager, status.sales, problems="a rival")
    answer = as_(manager).post(f"/plans/{closed_plan.pk}/undo/{revision}/", follow=True)
    assert "This plan is closed" in text(answer.content.decode())
    as_(manager).post(f"/plans/{plan.pk}/undo/{revision}/")
    status.sales.refresh_from_db()
    assert status.sales.problems == ""


# Two fields in a cell


def test_a_conflict_in_the_second_field_of_a_cell_is_one(plan, status, manager, rep, as_):
    """The target was changed by one, its period by two: nothing is saved, and neither period is lost."""
    write(plan, rep, status.sales, target_period="quarter")
    sent = {"cell": "target", "target": "2,000,000", "initial-target": "1,000,000",
            "target_period": "year", "initial-target_period": "month"}  # fmt: skip
    answer = as_(manager).post(f"/plans/{plan.pk}/diagnose/rows/metric-{status.sales.pk}/", sent, **HTMX)
    assert answer.status_code == 409
    assert "Rick entered Per quarter" in text(answer.content.decode())
    status.sales.refresh_from_db()
    assert (status.sales.target, status.sales.target_period) == (1_000_000, "quarter")


def test_who_left_the_second_field_alone_overwrites_nothing_in_it(plan, status, manager, rep, as_):
    write(plan, rep, status.sales, target_period="quarter")
    sent = {"cell": "target", "target": "2,000,000", "initial-target": "1,000,000",
            "target_period": "month", "initial-target_period": "month"}  # fmt: skip
    answer = as_(manager).post(f"/plans/{plan.pk}/diagnose/rows/metric-{status.sales.pk}/", sent, **HTMX)
    assert answer.status_code == 200
    status.sales.refresh_from_db()
    assert (status.sales.target, status.sales.target_period) == (2_000_000, "quarter")


# Another team's things among the choices


@pytest.fixture
def theirs(other_team, outsider, plan) -> dict[str, object]:
    """What another team has to choose from, and the members and plans of it."""
    north = Plan.objects.create(team=other_team, name="North", start=plan.start, end=plan.end)
    return {
        "segment": Segment.objects.create(team=other_team, dimension="region", name="Their region"),
        "metric": Metric.objects.create(team=other_team, name="Their metric"),
        "owner": seat(outsider, other_team),
        "bottleneck": Bottleneck.objects.create(plan=north, kind="value", cause="Their cause"),
        "goal": Goal.objects.create(plan=north, name="Their goal"),
    }


def choices(plan: Plan, status, team, manager) -> Iterator[tuple[str, str, str]]:
    """Every cell in which something of the team is chosen: its row, its column, and the field."""
    Segment.objects.create(team=team, dimension="region", name="Our region")
    bottleneck = Bottleneck.objects.create(plan=plan, kind="value", cause="Our cause")
    core = Goal.objects.create(plan=plan, name="Our goal", metric=status.sales.metric)
    part = Goal.objects.create(plan=plan, parent=core, name="Our part", metric=status.sales.metric)
    strategy = Strategy.objects.create(plan=plan, title="Our strategy")
    ServedGoal.objects.create(strategy=strategy, goal=core)
    task = Task.objects.create(strategy=strategy, description="Our task", owner=seat(manager, team))
    yield f"bottlenecks/rows/bottleneck-{bottleneck.pk}/", "place", "segment"
    yield f"bottlenecks/rows/bottleneck-{bottleneck.pk}/", "place", "metric"
    for key in (f"core-{core.pk}", f"part-{part.pk}"):
        yield f"goals/rows/{key}/", "core", "segment"
        yield f"goals/rows/{key}/", "core", "metric"
        yield f"goals/rows/{key}/", "owner", "owner"
    yield f"tracking/rows/strategy-{strategy.pk}/", "goal", "goal"
    yield f"tracking/rows/strategy-{strategy.pk}/", "owner", "owner"
    yield f"tracking/rows/task-{task.pk}/", "owner", "owner"


def test_another_teams_things_are_in_no_choice_and_taken_from_nobody(
    plan, status, team, manager, theirs, as_
):
    client = as_(manager)
    client.get("/")  # the team last looked at
    before = Change.objects.count()
    for address, cell, name in choices(plan, status, team, manager):
        row = f"/plans/{plan.pk}/{address}"
        page = client.get(f"{row}?cell={cell}").content.decode()
        assert f'name="{name}"' in page, (address, name)
        assert "Their " not in page, (address, name)
        assert "Otto" not in page, (address, name)
        answer = client.post(row, {"cell": cell, name: str(theirs[name].pk)}, **HTMX)
        assert answer.status_code == 422, (address, name)
    assert Change.objects.count() == before


def test_another_teams_segment_and_metric_are_no_evidence(plan, status, team, manager, theirs, as_):
    sent = {"cause": "Late", "evidence": "CRM", "kind": "execution"}
    for name in ("segment", "metric"):
        as_(manager).post(f"/plans/{plan.pk}/bottlenecks/from/", sent | {name: theirs[name].pk})
    assert not plan.bottlenecks.exists()


def test_another_teams_segment_is_not_shown_in_the_history(plan, status, team, viewer, theirs, as_):
    page = as_(viewer).get(f"/plans/{plan.pk}/readings/?segment={theirs['segment'].pk}").content.decode()
    assert "Their region" not in page
    Segment.objects.create(team=team, dimension="region", name="Our region")
    page = as_(viewer).get(f"/plans/{plan.pk}/readings/").content.decode()
    assert "Our region" in page
    assert "Their region" not in page


# A plan of a year


def test_now_is_the_last_three_months_of_a_long_plan(clock, team, status, manager, as_):
    year = Plan.objects.create(team=team, name="2026", start=dt.date(2026, 1, 1), end=dt.date(2026, 12, 31))
    metric = status.sales.metric
    goal = Goal.objects.create(plan=year, name="Sales", metric=metric, kind="reach", baseline=0, target=1000)
    for month in range(1, 12):
        Reading.objects.create(
            metric=metric, month=dt.date(2026, month, 1), segment=status.whole, value=month * 100
        )
    page = as_(manager).get(f"/plans/{year.pk}/goals/").content.decode()
    row = text(page[page.index(f'id="core-{goal.pk}"') :])
    assert "900" in row.partition("Now ")[2][:20]


# A metric that is renamed for the team

METRIC = {"cell": "metric", "unit": "CNY", "kind": "amount", "direction": "higher", "aggregation": "sum"}


def test_a_metric_that_is_renamed_elsewhere_reaches_the_open_pages_of_both_plans(
    plan, other_plan, status, manager, viewer, as_
):
    there = PlanMetric.objects.create(plan=other_plan, metric=status.sales.metric)
    PlanMetric.objects.create(plan=other_plan, metric=status.rate.metric)
    client = as_(viewer)
    client.get(f"/plans/{other_plan.pk}/diagnose/")
    as_(manager).post(
        f"/plans/{plan.pk}/diagnose/rows/metric-{status.sales.pk}/",
        METRIC | {"name": "Revenue"},
        **HTMX,
    )
    for own, key in ((plan, status.sales.pk), (other_plan, there.pk)):
        told_of = client.get(f"/plans/{own.pk}/diagnose/changes/?since=0", **HTMX).content.decode()
        assert f'id="metric-{key}"' in told_of
        assert "Revenue" in told_of
        assert "Customer conversion rate" not in told_of.partition("<section")[0]


def test_a_name_that_was_changed_under_another_plan_meanwhile_is_a_conflict(
    plan, other_plan, status, manager, rep, as_
):
    there = PlanMetric.objects.create(plan=other_plan, metric=status.sales.metric)
    with changes.recording(plan.team, by=rep) as log:
        metric = log.take(Metric.objects.filter(team=plan.team), status.sales.metric_id)
        metric.name = "Revenue"
        log.save(metric)
    sent = METRIC | {"name": "Turnover", "initial-name": "Total sales"}
    answer = as_(manager).post(f"/plans/{other_plan.pk}/diagnose/rows/metric-{there.pk}/", sent, **HTMX)
    assert answer.status_code == 409
    assert "Rick entered Revenue" in text(answer.content.decode())
    assert Metric.objects.get(pk=status.sales.metric_id).name == "Revenue"


# A plan that was removed


def test_a_removed_plan_is_nothing_to_a_viewer_and_the_managers_to_restore(
    plan, other_plan, team, other_team, status, manager, viewer, outsider, as_
):
    as_(manager).post(f"/plans/{plan.pk}/remove/")
    for user in (viewer, outsider):
        page = text(as_(user).get("/").content.decode())
        assert "Q4" not in page
        for address in ("", "diagnose/", "history/", "export/status.xlsx", "diagnose/changes/?since=0"):
            assert as_(user).get(f"/plans/{plan.pk}/{address}").status_code == 404
    assert as_(viewer).post(f"/plans/{plan.pk}/restore/").status_code == 403
    assert as_(outsider).post(f"/plans/{plan.pk}/restore/").status_code == 404
    assert "Channels" in text(as_(viewer).get("/").content.decode())
    assert "1 removed plan" in text(as_(manager).get("/").content.decode())
    assert [each.pk for each in access.removed_plans(manager)] == [plan.pk]
    assert not access.removed_plans(join(team, "Rita", Role.REP))
    assert not access.removed_plans(outsider)


# Two segments and two months


def test_undo_of_a_typed_value_leaves_the_one_beside_it(clock, plan, status, team, manager):
    east = Segment.objects.create(team=team, dimension="region", name="East")
    revisions = {}
    for segment, month in ((None, 9), (None, 10), (east, 10)):
        with changes.recording(team, plan=plan, by=manager) as log:
            save_typed(
                log, plan, status.sales.metric, segment, dt.date(2026, month, 1), Decimal(month), "CRM"
            )
        revisions[segment, month] = log.revision
    changes.undo(team, revisions[None, 10], by=manager, plan=plan)
    places = set(Reading.objects.values_list("segment", "month__month"))
    assert places == {(status.whole.pk, 9), (east.pk, 10)}
