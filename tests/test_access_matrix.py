"""Every address of the product against everybody: generated from the URL resolver, so that none is forgotten.

A rule is (arguments, answers to GET, answers to POST, what is posted); answers stand for anonymous, viewer, rep,
manager and outsider, in this order. S is the way to the sign-in page.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from planner.models import (
    Bottleneck,
    Change,
    Channel,
    Formula,
    Goal,
    Leave,
    Metric,
    Notice,
    Plan,
    Reading,
    Segment,
    Upload,
)  # fmt: skip
from reviews.models import Review
from strategies.models import (
    Allocation,
    Idea,
    KeyAction,
    LeadMeasure,
    Pool,
    Question,
    Spending,
    Strategy,
    TargetAnswer,
)
from tests.conftest import seat
from tests.test_imports import ORDER
from tracking.models import Task

S = "sign in"
NO_GET = (S, 405, 405, 405, 405)
NO_POST = (S, 405, 405, 405, 405)
READ = (S, 200, 200, 200, 404)
WRITE = (S, 403, 403, 302, 404)
OPEN = (200, 200, 200, 200, 200)
MINE = (S, 200, 200, 200, 200)
NOT_OPEN_POST = (405, 405, 405, 405, 405)


def pasted(table: str) -> dict[str, str]:
    """A block that adds rows, or is an error where none can be added."""
    column, kind = {
        "readings": ("metric", "metric"),
        "diagnose": ("metric", "metric"),
        "bottlenecks": ("cause", "bottleneck"),
        "goals": ("core", "core"),
        "ideas": ("idea", "idea"),
        "strategies": ("strategy", "strategy"),
        "tracking": ("strategy", "strategy"),
        "reviews": ("period", "review"),
        "resources": ("name", "pool"),
    }[table]
    return {"lines": '[["2026-12"], ["2026-10"]]', "column": column, "kind": kind}


def table(name: str, key: str, cell: dict[str, str], add: dict[str, str]) -> dict[str, tuple]:
    """The addresses of one table."""
    return {
        name: (["plan"], READ, NO_POST, {}),
        f"{name}-changes": (["plan"], (S, 204, 204, 204, 404), NO_POST, {}),
        f"{name}-add": (["plan"], (S, 403, 404, 404, 404), WRITE, add),
        # Who may edit some cell sees a preview, in which each cell that they may not edit is an error.
        f"{name}-paste": (["plan"], NO_GET, (S, 403, 200, 200, 404), pasted(name)),
        f"{name}-row": (["plan", key], (S, 403, 403, 200, 404), WRITE, cell),
        f"{name}-remove": (["plan", key], NO_GET, WRITE, {}),
    }


NEW_METRIC = {"?kind": "metric", "name": "Orders", "kind": "count", "direction": "higher"}
NEW_BOTTLENECK = {"?kind": "bottleneck", "cause": "Slow follow-up", "kind": "conversion"}
RULES: dict[str, tuple] = {
    "home": ([], MINE, NO_POST, {}),
    "plan-new": ([], (S, 403, 403, 200, 200), (S, 403, 403, 422, 422), {}),
    "plan": (["plan"], READ, NO_POST, {}),
    "plan-changes": (["plan"], (S, 204, 204, 204, 404), NO_POST, {}),
    "plan-settings": (["plan"], (S, 403, 403, 200, 404), (S, 403, 403, 422, 404), {}),
    "plan-copy": (["plan"], (S, 403, 403, 200, 404), (S, 403, 403, 422, 404), {}),
    "export": (["plan", "table", "suffix"], READ, NO_POST, {}),
    **table("readings", "history", {"cell": "2026-09", "value-2026-09": "80万", "source-2026-09": "CRM"}, {}),
    # Metrics are added in Table 1 and archived on the team's page.
    "readings-add": (["plan"], (S, 403, 404, 404, 404), (S, 403, 403, 403, 404), {"?kind": "metric"}),
    "readings-remove": (["plan", "history"], NO_GET, (S, 403, 403, 403, 404), {}),
    "readings-import": (["plan"], (S, 403, 403, 200, 404), (S, 403, 403, 422, 404), {}),
    "readings-upload": (["plan", "upload"], (S, 403, 403, 200, 404), WRITE, {"act": "cancel"}),
    "readings-confirm": (["plan"], NO_GET, WRITE, {"source": "CRM"}),
    "readings-imported": (["plan", "covering"], NO_GET, WRITE, {}),
    "plan-remove": (["plan"], NO_GET, WRITE, {}),
    "plan-restore": (["removed"], NO_GET, WRITE, {}),
    "plan-history": (["plan"], READ, NO_POST, {}),
    "plan-undo": (["plan", "revision"], NO_GET, WRITE, {}),
    **table("diagnose", "metric", {"cell": "problems", "problems": "late"}, NEW_METRIC),
    "diagnose-data": (["plan", "part_of_page"], READ, NO_POST, {}),
    "diagnose-months": (["plan"], NO_GET, WRITE, {}),
    "diagnose-as-of": (["plan"], NO_GET, WRITE, {"as_of": "2026-07-01"}),
    "diagnose-computed": (["plan", "row"], NO_GET, WRITE, {}),
    "formulas": (["plan"], (S, 403, 403, 200, 404), (S, 403, 403, 422, 404), {}),
    "formula": (["plan", "formula"], (S, 403, 403, 200, 404), (S, 403, 403, 422, 404), {}),
    "formula-remove": (["plan", "formula"], NO_GET, WRITE, {}),
    **table("bottlenecks", "bottleneck", {"cell": "impact", "impact": "4"}, NEW_BOTTLENECK),
    "bottleneck-from": (["plan"], NO_GET, WRITE, {"cause": "Late", "evidence": "CRM", "kind": "execution"}),
    **table("goals", "part", {"cell": "due", "due": ""}, {"?kind": "core", "name": "Sales +25 %"}),
    "goals-answer": (["plan", "of_plan"], (S, 403, 403, 200, 404), (S, 403, 403, 422, 404), {}),
    "goals-accept": (["plan", "open_answer"], NO_GET, WRITE, {}),
    "goals-keep": (["plan", "open_answer"], NO_GET, WRITE, {}),
    "goals-move": (["plan", "part"], NO_GET, WRITE, {"to": "up"}),
    "goals-cover": (["plan", "core"], NO_GET, WRITE, {"cut": "lines"}),
    "goals-backwards": (["plan", "core"], (S, 403, 403, 200, 404), NO_POST, {}),
    "goals-take": (["plan", "core"], NO_GET, WRITE, {}),
    **table(
        "ideas", "idea", {"cell": "lag", "lag_days": "7"}, {"?kind": "idea", "name": "Fairs", "kind": "value"}
    ),
    # What chooses no bottleneck is sent back to the ideas; what makes a strategy is in tests/test_one_act.py.
    "strategy-answer": (["plan"], NO_GET, WRITE, {"idea": "follow_up"}),
    "strategy-from-action": (["plan", "action"], NO_GET, WRITE, {}),
    **table(
        "strategies", "of_board", {"cell": "owner", "owner": ""}, {"?kind": "strategy", "name": "Referrals"}
    ),
    "strategy": (["plan", "strategy"], READ, NO_POST, {}),
    "strategy-changes": (["plan", "strategy"], (S, 204, 204, 204, 404), NO_POST, {}),
    "strategy-set": (["plan", "strategy"], NO_GET, WRITE, {"field": "urgency", "urgency": "4"}),
    "strategy-decide": (["plan", "strategy"], NO_GET, WRITE, {"state": "paused", "reason": "No budget"}),
    "strategy-ask": (["plan", "strategy"], NO_GET, WRITE, {"text": "Who builds it?"}),
    "strategy-close": (["plan", "strategy", "question"], NO_GET, WRITE, {"answer": "Engineering"}),
    "strategy-lead": (["plan", "strategy"], NO_GET, WRITE, {"name": "Calls", "weekly_target": "60"}),
    # Its owner reports as well, see tests/strategies/board/test_leads.py.
    "strategy-week": (["plan", "strategy"], NO_GET, WRITE, {"week": "2026-11-23", "value": "55"}),
    **table(
        "reviews", "review", {"cell": "worked", "worked": "x"}, {"?kind": "review", "period": "month:2026-11"}
    ),
    **table("tracking", "task", {"cell": "owner", "owner": ""}, {"?kind": "strategy", "name": "Referrals"}),
    **table(
        "resources",
        "allocation",
        {"cell": "amount", "amount": "5"},
        {"?kind": "pool", "name": "Training", "kind": "budget", "amount": "20000"},
    ),
    "resources-split": (["plan", "pool"], NO_GET, WRITE, {}),
    "resources-keep": (["plan", "allocated"], (S, 403, 403, 200, 404), WRITE, {"reason": "Contract"}),
    "resources-spend": (["plan"], (S, 403, 403, 200, 404), (S, 403, 403, 422, 404), {}),
    "resources-unspend": (["plan", "spending"], NO_GET, WRITE, {}),
    "team": ([], MINE, NO_POST, {}),
    "team-settings": ([], (S, 403, 403, 200, 200), (S, 403, 403, 422, 422), {}),
    "team-metrics": ([], MINE, NO_POST, {}),
    "metric-archive": (["of_team"], NO_GET, WRITE, {}),
    "metric-restore": (["archived"], NO_GET, WRITE, {}),
    "metric-name": (["of_team"], (S, 403, 403, 200, 404), WRITE, {"name": "Turnover"}),
    "metric-merge": (["of_team"], NO_GET, (S, 403, 403, 422, 404), {}),
    "team-segments": ([], MINE, NO_POST, {}),
    "segment-name": (["segment"], (S, 403, 403, 200, 404), WRITE, {"name": "East China"}),
    "segment-merge": (["segment"], NO_GET, (S, 403, 403, 422, 404), {}),
    "segment-archive": (["segment"], NO_GET, WRITE, {}),
    "segment-restore": (["archived_segment"], NO_GET, WRITE, {}),
    "names-undo": (["rename"], NO_GET, WRITE, {}),
    "team-mail": ([], (S, 403, 403, 200, 200), NO_POST, {}),
    "notice-resend": (["notice"], NO_GET, (S, 403, 403, 302, 404), {}),
    "notice-set-aside": (["notice"], NO_GET, (S, 403, 403, 302, 404), {}),
    "notices-set-aside": ([], NO_GET, (S, 403, 403, 302, 302), {}),
    "notice-preview": (["kind"], (S, 403, 403, 200, 200), NO_POST, {}),
    "team-channels": ([], (S, 403, 403, 200, 200), (S, 403, 403, 422, 422), {}),
    # Nobody listens where the channel of the matrix leads: the page says so.
    "channel-test": (["channel"], NO_GET, WRITE, {}),
    "channel-remove": (["channel"], NO_GET, WRITE, {}),
    "unsubscribe": (["token"], (404, 404, 404, 404, 404), (404, 404, 404, 404, 404), {}),
    "team-leave": ([], MINE, (S, 302, 302, 422, 422), {}),
    "team-leave-days": ([], MINE, (S, 403, 422, 422, 422), {}),
    "leave-days-remove": (["leave"], NO_GET, (S, 403, 403, 302, 404), {}),
    "team-switch": (["team"], NO_GET, (S, 302, 302, 302, 404), {}),
    "member-add": ([], (S, 403, 403, 200, 200), (S, 403, 403, 422, 422), {}),
    "member": (["member"], (S, 403, 403, 200, 404), (S, 403, 403, 422, 404), {}),
    "member-invite": (["member"], NO_GET, (S, 403, 403, 422, 404), {}),
    "member-withdraw": (["member"], NO_GET, WRITE, {}),
    "member-remove": (["member"], (S, 403, 403, 200, 404), WRITE, {}),
    "language": ([], NOT_OPEN_POST, (302, 302, 302, 302, 302), {"language": "en"}),
    "theme": ([], NOT_OPEN_POST, (302, 302, 302, 302, 302), {"theme": "dark"}),
    "calendar": (["token"], (404, 404, 404, 404, 404), NOT_OPEN_POST, {}),
    "calendar-choose": ([], NO_GET, (S, 302, 302, 302, 302), {"calendar": "new"}),
    "session": ([], (S, 204, 204, 204, 204), NO_POST, {}),
    "preferences": ([], MINE, (S, 422, 422, 422, 422), {"language": "xx"}),
    "invitation": (["token"], (404, 404, 404, 404, 404), (404, 404, 404, 404, 404), {}),
    "health-live": ([], OPEN, NOT_OPEN_POST, {}),
    # No worker is running in the tests.
    "health-ready": ([], (503, 503, 503, 503, 503), NOT_OPEN_POST, {}),
    "account_login": ([], (200, 302, 302, 302, 302), (200, 302, 302, 302, 302), {}),
    "account_logout": ([], (302, 200, 200, 200, 200), (302, 302, 302, 302, 302), {}),
    "account_signup": ([], (200, 302, 302, 302, 302), (200, 302, 302, 302, 302), {}),
    "account_inactive": ([], OPEN, NOT_OPEN_POST, {}),
    "account_email": ([], MINE, (S, 302, 302, 302, 302), {}),
    "account_change_password": ([], MINE, MINE, {}),
    "account_set_password": ([], (S, 302, 302, 302, 302), (S, 302, 302, 302, 302), {}),
    "account_reauthenticate": ([], MINE, MINE, {}),
    "account_confirm_login_code": ([], (302, 302, 302, 302, 302), (302, 302, 302, 302, 302), {}),
    "account_reset_password": ([], OPEN, OPEN, {}),
    "account_reset_password_done": ([], OPEN, NOT_OPEN_POST, {}),
    "account_reset_password_from_key": (["uid", "key"], OPEN, OPEN, {}),
    "account_reset_password_from_key_done": ([], OPEN, NOT_OPEN_POST, {}),
    "account_email_verification_sent": ([], OPEN, NOT_OPEN_POST, {}),
    "account_confirm_email": (["key"], OPEN, (404, 404, 404, 404, 404), {}),
}


def named_patterns(patterns: list, prefix: str = "") -> list[str]:
    """Every address by its name; the admin answers for itself below its own prefix."""
    found: list[str] = []
    for each in patterns:
        if isinstance(each, URLResolver):
            found += [] if each.namespace == "admin" else named_patterns(each.url_patterns, prefix)
        elif isinstance(each, URLPattern):
            found.append(each.name or str(each.pattern))
    return found


def test_every_address_has_a_rule_and_every_rule_an_address():
    assert set(named_patterns(get_resolver().url_patterns)) == set(RULES)


def everything() -> dict[str, list]:
    """The whole database, sessions and the team last looked at excepted."""
    own = [model for model in apps.get_models() if model._meta.app_label in ORDER]
    left_out = {"last_login", "last_team"}
    return {
        model._meta.label: list(
            model._base_manager.order_by("pk").values_list(
                *[f.name for f in model._meta.concrete_fields if f.name not in left_out]
            )
        )
        for model in own
    }


@pytest.fixture
def world(team, plan, status, manager, rep, viewer, outsider) -> dict[str, Any]:
    strategy = Strategy.objects.create(plan=plan, title="Follow-up procedure")
    # Of the manager's: what a rep does with tasks of their own is told in tests/tracking.
    task = Task.objects.create(
        strategy=strategy, description="List the pain points", owner=seat(manager, team)
    )
    LeadMeasure.objects.create(strategy=strategy, name="Calls", weekly_target=60)
    core = Goal.objects.create(plan=plan, name="Sales +25 %")
    part = Goal.objects.create(plan=plan, parent=core, name="New customers +30 %", due=plan.end, target=150)
    answered = Goal.objects.create(plan=plan, parent=core, name="Repeat orders", target=50)
    open_answer = TargetAnswer.objects.create(
        goal=answered, by=seat(manager, team), made_on=plan.start, value=40, reason="Rain"
    )
    action = KeyAction.objects.create(goal=part, text="Referral reward")
    idea = Idea.objects.create(team=team, kind="value", title="Care calls")
    review = Review.objects.create(plan=plan, start="2026-10-01")
    pool = Pool.objects.create(plan=plan, name="Marketing", amount=85_000)
    allocation = Allocation.objects.create(pool=pool, strategy=strategy, amount=15_000)
    spending = Spending.objects.create(allocation=allocation, day=plan.start, amount=9_800)
    leave = Leave.objects.create(member=seat(manager, team), start="2026-12-01", end="2026-12-02")
    bottleneck = Bottleneck.objects.create(plan=plan, kind="conversion", cause="Late")
    sales, rate = status.sales.metric, status.rate.metric
    formula = Formula.objects.create(team=team, result=sales, factors=[[rate.pk, None], [sales.pk, rate.pk]])
    archived = Metric.objects.create(team=team, name="Clicks", removed_at=timezone.now())
    gone = Plan.objects.create(
        team=team, name="P0", start=plan.start, end=plan.end, removed_at=timezone.now()
    )
    Change.objects.create(
        team=team, plan=gone, revision=0, action="remove", model="planner.plan", object_id=gone.pk
    )
    now = timezone.now()
    notice = Notice.objects.create(
        user=rep,
        kind="digest",
        about="2026-10-01",
        day=plan.start,
        state="unknown",
        message_id="<x>",
        decided_at=now,
        try_at=now,
        ended_at=now,
    )
    change = Change.objects.create(
        team=team, plan=plan, revision=1, by=manager, action="set", model="tracking.task", object_id=task.pk,
        field="risk", old="", new="",
    )  # fmt: skip
    covering = Reading.objects.create(
        metric=sales, segment=status.whole, month="2026-08-01", value=2, is_typed=True, imported_value=1
    )
    rename = Change.objects.create(
        team=team, revision=100, by=manager, action="set", model="planner.metric", object_id=sales.pk,
        field="name", old="Sales", new="Total sales",
    )  # fmt: skip
    channel = Channel.objects.create(team=team, name="Room", service="webhook", target="json://127.0.0.1:9/")
    upload = Upload.objects.create(plan=plan, by=manager, file_name="x.csv", stored_as="x", state="refused")
    type(team).objects.filter(pk=team.pk).update(revision=1)
    return {
        "plan": plan.pk,
        "metric": f"metric-{status.rate.pk}",
        "row": status.rate.pk,
        "covering": covering.pk,
        "history": f"metric-{status.sales.metric_id}",
        "part_of_page": "trend",
        "formula": formula.pk,
        "bottleneck": f"bottleneck-{bottleneck.pk}",
        "task": f"task-{task.pk}",
        "part": f"part-{part.pk}",
        "core": core.pk,
        "action": action.pk,
        "idea": f"idea-{idea.pk}",
        "of_plan": part.pk,
        "open_answer": open_answer.pk,
        "strategy": strategy.pk,
        "of_board": f"strategy-{strategy.pk}",
        "question": Question.objects.create(plan=plan, strategy=strategy, text="Who builds it?").pk,
        "review": f"review-{review.pk}",
        "allocation": f"allocation-{allocation.pk}",
        "allocated": allocation.pk,
        "pool": pool.pk,
        "spending": spending.pk,
        "leave": leave.pk,
        "removed": gone.pk,
        "notice": notice.pk,
        "channel": channel.pk,
        "upload": upload.pk,
        "kind": "digest",
        "table": "plan",
        "suffix": "xlsx",
        "of_team": status.sales.metric_id,
        "archived": archived.pk,
        "segment": Segment.objects.create(team=team, dimension="region", name="East").pk,
        "archived_segment": Segment.objects.create(
            team=team, dimension="region", name="West", removed_at=timezone.now()
        ).pk,
        "rename": rename.revision,
        "revision": change.revision,
        "team": team.pk,
        "member": seat(viewer, team).pk,
        "token": "no-such-token",
        "uid": "1",
        "key": "no-such-key",
    }


# The whole Content-Security-Policy: what is not named here, no page may do.
POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "blob:", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "manifest-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
}

PEOPLE = ("anonymous", "viewer", "rep", "manager", "outsider")


def policy_of(answer) -> dict[str, list[str]]:
    """The directives of an answer's Content-Security-Policy with their sources in order."""
    directives = answer.headers["Content-Security-Policy"].split(";")
    return {name: sorted(sources) for name, *sources in map(str.split, directives)}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", RULES)
def test_access(name, who, method, world, request, as_):
    args, get, post, data = RULES[name]
    expected = (get if method == "get" else post)[PEOPLE.index(who)]
    client = as_(None if who == "anonymous" else request.getfixturevalue(who))
    url = reverse(name, args=[world[each] for each in args])
    before = everything()

    if method == "get":
        answer = client.get(url, {"since": "1"} if name.endswith("-changes") else {})
    else:
        query = {"to": "2026-09"} if name.startswith("readings-") else {}
        query |= {"kind": data["?kind"]} if "?kind" in data else {}
        answer = client.post(url, data, query_params=query)

    if expected == S:
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("account_login"))
    else:
        assert answer.status_code == expected, answer.content[:500]
    if answer.status_code not in (200, 302):
        assert everything() == before
    if who == "outsider" and expected == 404:
        # The page's random token may spell anything.
        said = re.sub(rb"[A-Za-z0-9]{32,}", b"", answer.content)
        assert b"East" not in said
        assert b"Q4" not in said
    assert policy_of(answer) == POLICY


def test_the_admin_is_for_site_admins_alone(manager, as_):
    assert as_(manager).get("/admin/").status_code == 302
    assert as_(None).get("/admin/").status_code == 302
