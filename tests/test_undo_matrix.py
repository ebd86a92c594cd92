"""Undo of every recorded model against everybody: what counts is what one may do now, not who wrote the history.

Each change here was written by the very person who undoes it, in a role that allowed it then. Owner is a rep who owns
the task, wrote the update on it and the view of a cause.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from planner import access, changes
from planner.models import (
    Bottleneck,
    CauseView,
    Change,
    Formula,
    Goal,
    Import,
    Leave,
    Membership,
    Plan,
    Recorded,
    Role,
    Segment,
    SourceCheck,
    User,
)
from reviews.models import Review
from strategies.models import (
    Allocation,
    Idea,
    KeyAction,
    LeadMeasure,
    LeadValue,
    Pool,
    Question,
    ServedGoal,
    Spending,
    Strategy,
    TargetAnswer,
)
from tests.conftest import join, seat
from tests.test_cell_matrix import MANAGERS, NOBODY, OWNERS, PEOPLE
from tracking.models import Progress, Task

# By model: for fields another value and who may set the old one again, who may take back an addition (-) or a
# removal (+).
RULES: dict[type[Recorded], dict[str, Any]] = {
    Plan: {"name": ("Q5", MANAGERS), "+": MANAGERS, "-": MANAGERS},
    Membership: {"job_title": ("Lead", NOBODY), "+": NOBODY, "-": NOBODY},
    apps.get_model("planner", "Metric"): {"name": ("Turnover", MANAGERS), "+": MANAGERS, "-": MANAGERS},
    apps.get_model("planner", "PlanMetric"): {
        "problems": ("Late", MANAGERS), "override": (5, MANAGERS), "+": MANAGERS, "-": MANAGERS,
    },
    Formula: {"result": (None, MANAGERS), "+": MANAGERS, "-": MANAGERS},
    Import: {"readings": (2, MANAGERS), "+": MANAGERS, "-": MANAGERS},
    Segment: {"name": ("West", MANAGERS), "+": MANAGERS, "-": MANAGERS},
    SourceCheck: {"source": ("ERP", MANAGERS), "+": MANAGERS, "-": MANAGERS},
    Bottleneck: {"impact": (4, MANAGERS), "+": MANAGERS, "-": MANAGERS},
    CauseView: {"text": ("Late", OWNERS), "bottleneck": (None, MANAGERS), "+": OWNERS, "-": MANAGERS},
    Goal: {"target": (5, MANAGERS), "owner": (None, MANAGERS), "+": MANAGERS, "-": MANAGERS},
    KeyAction: {"text": ("Call", MANAGERS), "+": MANAGERS, "-": MANAGERS},
    Strategy: {"risk": ("A rival", MANAGERS), "+": MANAGERS, "-": MANAGERS},
    Task: {
        "description": ("Ask", MANAGERS), "due": ("2026-12-01", MANAGERS),
        "risk": ("A rival", OWNERS), "resources": ("Two days", OWNERS), "percent": (20, OWNERS),
        "+": MANAGERS, "-": MANAGERS,
    },
    Progress: {"note": ("Half", OWNERS), "+": OWNERS, "-": OWNERS},
    Review: {"worked": ("Calls", MANAGERS), "+": MANAGERS, "-": MANAGERS},
    Leave: {"end": ("2026-12-24", OWNERS), "+": OWNERS, "-": OWNERS},
    ServedGoal: {"+": MANAGERS, "-": MANAGERS},
    TargetAnswer: {"outcome": ("kept", MANAGERS), "+": OWNERS, "-": OWNERS},
    Question: {"answer": ("Yes", MANAGERS), "+": MANAGERS, "-": MANAGERS},
    LeadMeasure: {"weekly_target": (5, MANAGERS), "+": MANAGERS, "-": MANAGERS},
    LeadValue: {"value": (5, OWNERS), "+": OWNERS, "-": OWNERS},
    Idea: {"title": ("Call them", MANAGERS), "+": MANAGERS, "-": MANAGERS},
    Pool: {"amount": (5, MANAGERS), "+": MANAGERS, "-": MANAGERS},
    Allocation: {"amount": (5, MANAGERS), "+": MANAGERS, "-": MANAGERS},
    Spending: {"amount": (5, MANAGERS), "+": MANAGERS, "-": MANAGERS},
}  # fmt: skip
CASES = [(model, what) for model, rules in RULES.items() for what in rules]


@pytest.fixture
def owner(team) -> User:
    return join(team, "Olga", Role.REP)


@pytest.fixture
def objects(team, plan, status, owner, manager, rep, viewer) -> dict[type[Recorded], Recorded]:
    """One object of each recorded model."""
    strategy = Strategy.objects.create(plan=plan, title="Follow-up procedure")
    task = Task.objects.create(
        strategy=strategy, description="List", owner=seat(owner, team), status="in_progress", percent=10
    )
    core = Goal.objects.create(plan=plan, name="Sales +25 %", owner=seat(rep, team))
    sales, rate = status.sales.metric, status.rate.metric
    found = [
        plan,
        Membership.objects.create(team=team, name="Nora"),
        sales,
        status.sales,
        Formula.objects.create(team=team, result=sales, factors=[[rate.pk, None], [sales.pk, rate.pk]]),
        Import.objects.create(team=team, plan=plan, kind="readings", file_name="x.csv", readings=1),
        Segment.begin(team, "region", "East"),
        SourceCheck.objects.create(team=team, plan=plan, source="CRM", at=timezone.now()),
        Bottleneck.objects.create(plan=plan, kind="conversion", cause="Late"),
        CauseView.objects.create(plan=plan, kind="conversion", text="Slow", by=seat(owner, team)),
        core,
        KeyAction.objects.create(goal=core, text="Write"),
        strategy,
        task,
        Progress.objects.create(task=task, by=seat(owner, team), status="in_progress", percent=10),
        Review.objects.create(plan=plan, start=dt.date(2026, 10, 1)),
        Leave.objects.create(member=seat(owner, team), start="2026-12-21", end="2026-12-23"),
        ServedGoal.objects.create(strategy=strategy, goal=core),
        answer_to(plan, seat(owner, team)),
        Question.objects.create(plan=plan, strategy=strategy, text="Who builds it?"),
        lead := LeadMeasure.objects.create(
            strategy=strategy, name="Calls", weekly_target=Decimal(20), owner=seat(owner, team)
        ),
        LeadValue.objects.create(measure=lead, week="2026-11-02", value=Decimal(18)),
        Idea.objects.create(team=team, kind="value", title="Care calls"),
        pool := Pool.objects.create(plan=plan, name="Training", amount=Decimal(1000)),
        allocation := Allocation.objects.create(pool=pool, strategy=strategy, amount=Decimal(400)),
        Spending.objects.create(allocation=allocation, day="2026-11-03", amount=Decimal(100)),
    ]
    return {type(obj): obj for obj in found}


def answer_to(plan: Plan, owner: Membership) -> TargetAnswer:
    """What the owner of a goal answered to its target."""
    goal = Goal.objects.create(plan=plan, name="New customers", target=150, owner=owner)
    return TargetAnswer.objects.create(
        goal=goal, by=owner, made_on="2026-11-01", proposed=150, value=140, reason="One rep is new"
    )


def as_it_was(obj: Recorded) -> tuple[Any, ...]:
    now = type(obj).with_removed.get(pk=obj.pk)
    return (now.removed_at is None, *(field.value_from_object(now) for field in obj.recorded_fields()))


def write(plan: Plan, obj: Recorded, what: str, value: Any, by: User) -> int:
    """Let the history say that `by` did it, a line in it that this plan shows; the revision."""
    revision = 1
    action = {"+": Change.Action.REMOVE, "-": Change.Action.ADD}.get(what, Change.Action.SET)
    line = Change(team=plan.team, plan=plan, revision=revision, by=by, by_name=str(by), action=action,
                  model=obj._meta.label_lower, object_id=obj.pk, label=str(obj))  # fmt: skip
    if action == Change.Action.SET:
        field = obj._meta.get_field(what)
        line.field, line.new = what, changes._to_json(field.value_from_object(obj))
        line.old = obj.factors[0][0] if what == "result" else value
    line.save()
    type(plan.team).objects.filter(pk=plan.team.pk).update(revision=revision)
    if what == "+":
        type(obj).with_removed.filter(pk=obj.pk).update(removed_at="2026-11-01T00:00Z")
    return revision


def test_every_recorded_model_has_rights_and_rules():
    recorded = {model for model in apps.get_models() if issubclass(model, Recorded)}

    assert set(access.rights_by_model()) == recorded
    assert set(RULES) == recorded


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(("model", "what"), CASES)
def test_who_may_undo(model, what, who, plan, objects, request, as_):
    """Activity offers the button, and the server takes its press, to the same people."""
    rule, obj = RULES[model][what], objects[model]
    value, allowed_people = (None, rule) if what in "+-" else rule
    if (model, what) == (CauseView, "bottleneck"):
        CauseView.objects.filter(pk=obj.pk).update(bottleneck=objects[Bottleneck])
        obj.refresh_from_db()
    user = request.getfixturevalue(who)
    revision = write(plan, obj, what, value, user)
    before, client = as_it_was(obj), as_(user)
    url = reverse("plan-undo", args=[plan.pk, revision])
    if (model, what) != (Plan, "+"):  # a removed plan has no page
        page = client.get(reverse("plan-history", args=[plan.pk])).content.decode()
        assert (f'action="{url}"' in page) == (who in allowed_people)

    answer = client.post(url)

    if (model, what) == (Plan, "+"):
        assert answer.status_code == 404
    elif who in allowed_people:
        assert answer.status_code == 302
        assert as_it_was(obj) != before
    else:
        assert answer.status_code == 403
        assert as_it_was(obj) == before


def save_cell(client, plan, task, **values: str):
    url = reverse("tracking-row", args=[plan.pk, f"task-{task.pk}"])
    answer = client.post(url, values, HTTP_HX_REQUEST="true")
    assert answer.status_code == 200
    return answer


def test_a_rep_does_not_take_back_their_old_word_on_a_task_that_another_has_now(
    plan, objects, owner, rep, team, as_
):
    task = objects[Task]
    mine = save_cell(
        as_(owner), plan, task, cell="progress", status="in_progress", percent="40", note="Begun"
    )
    Task.objects.filter(pk=task.pk).update(owner=seat(rep, team))
    before, words = as_it_was(task), Progress.objects.filter(task=task).count()
    undo = reverse("plan-undo", args=[plan.pk, mine["X-Revision"]])

    assert as_(owner).post(undo).status_code == 403
    # The new owner may change the task, yet not take away another's word on it.
    assert as_(rep).post(undo).status_code == 403
    assert as_it_was(task) == before
    assert Progress.objects.filter(task=task).count() == words

    Task.objects.filter(pk=task.pk).update(owner=seat(owner, team))
    assert as_(owner).post(undo).status_code == 302
    task.refresh_from_db()
    assert (task.status, task.percent) == ("in_progress", 10)


def test_a_demoted_manager_does_not_undo_goals(plan, objects, manager, team, as_):
    goal = objects[Goal]
    with changes.recording(team, plan=plan, by=manager) as log:
        goal.name = "Sales +30 %"
        log.save(goal)
    join(team, "Nadia", Role.MANAGER)
    undo = reverse("plan-undo", args=[plan.pk, log.revision])
    Membership.objects.filter(user=manager).update(role=Role.REP)

    assert as_(manager).post(undo).status_code == 403
    goal.refresh_from_db()
    assert goal.name == "Sales +30 %"
    Membership.objects.filter(user=manager).update(role=Role.MANAGER)
    assert as_(manager).post(undo).status_code == 302


def test_one_line_that_one_may_not_take_back_keeps_the_whole_revision(plan, objects, owner, team, as_):
    task = objects[Task]
    with changes.recording(team, plan=plan, by=owner) as log:
        task.risk, task.description = "A rival", "Ask them"
        log.save(task)

    assert as_(owner).post(reverse("plan-undo", args=[plan.pk, log.revision])).status_code == 403
    task.refresh_from_db()
    assert (task.risk, task.description) == ("A rival", "Ask them")


def test_an_answer_offers_undo_to_who_may(plan, objects, owner, manager, as_):
    """X-Changed tells the script that Ctrl+Z takes the change back."""
    add = reverse("bottlenecks-add", args=[plan.pk])
    view = {"text": "Slow", "kind": "conversion"}

    def offered(user) -> bool:
        answer = as_(user).post(add, view, query_params={"kind": "view"}, HTTP_HX_REQUEST="true")
        assert answer.status_code == 200
        undo = as_(user).post(reverse("plan-undo", args=[plan.pk, answer["X-Revision"]]))
        assert (undo.status_code == 302) == ("X-Changed" in answer)
        return "X-Changed" in answer

    assert (offered(owner), offered(manager)) == (False, True)
    saved = save_cell(as_(owner), plan, objects[Task], cell="risk", risk="A rival")
    assert "X-Changed" in saved


def test_nobody_is_offered_undo_in_a_closed_plan(plan, objects, manager, as_):
    write(plan, objects[Task], "risk", "", manager)
    Plan.objects.filter(pk=plan.pk).update(state="closed")

    assert "/undo/" not in as_(manager).get(reverse("plan-history", args=[plan.pk])).content.decode()


def test_a_revision_of_two_pages_is_asked_as_a_whole(plan, objects, owner, team, as_):
    """The button stands on the page of the revision's first lines, its last line on the next page."""
    task = objects[Task]
    write(plan, task, "risk", "A rival", owner)
    lines = [
        Change(team=team, plan=plan, revision=1, by=owner, action="set", model="tracking.task",
               object_id=task.pk, label="x", field="risk", old="", new="")
        for _ in range(105)
    ]  # fmt: skip
    Change.objects.bulk_create(lines)
    url, history = reverse("plan-undo", args=[plan.pk, 1]), reverse("plan-history", args=[plan.pk])
    assert url in as_(owner).get(history).content.decode()
    Change.objects.filter(pk=Change.objects.latest("pk").pk).update(field="due")

    assert url not in as_(owner).get(history).content.decode()
