"""What others change reaches every open table: each recorded model of the demo is changed, field by field, and the
rows that a page is told of are compared with those of a page that is opened now.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import models, transaction
from django.test import Client
from django.urls import get_resolver

from planner import changes
from planner.arithmetic.periods import full_months_before
from planner.models import Import, Membership, Plan, PlanMetric, Recorded, Segment, Team, User
from planner.readings.save import save_typed
from planner.tables.table import Table
from strategies.models import Strategy

RECORDED = [model for model in apps.get_models() if issubclass(model, Recorded) and model is not Import]
# So many objects of each model are changed.
MOST = 3
# What never changes: the team and the plan of a thing, and whether a goal is a core goal or a sub-goal.
FIXED = {"team", "plan"}

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The English demo's running plan with its manager; taken away again after the tests of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", password="demo-password", stdout=io.StringIO())
        team = Team.objects.get(name="East China sales")
        plan = Plan.objects.filter(team=team, state="active").latest("start")
        yield plan, Membership.objects.get(team=team, user__email="manager@demo.example")
        transaction.set_rollback(True)


def tables() -> dict[str, type[Table]]:
    """Every table of the product by its name, as the addresses say."""
    return {
        each.name: each.default_args["table_class"]
        for each in _patterns(get_resolver().url_patterns)
        if "table_class" in each.default_args
        and not each.name.endswith(("-changes", "-add", "-paste", "-row", "-remove", "-move"))
    }


def _patterns(patterns: list) -> Iterator[Any]:
    for each in patterns:
        if hasattr(each, "url_patterns"):
            yield from _patterns(each.url_patterns)
        else:
            yield each


def rows(plan: Plan, member: Membership) -> dict[str, dict[str, str]]:
    """By table and key, every row as a page that is opened now shows it."""
    fresh = Plan.objects.select_related("team").get(pk=plan.pk)
    return {
        name: {row.key: row.bare() for row in table(fresh, member).rows} for name, table in tables().items()
    }


class Page:
    """All tables of a plan, open since a revision."""

    def __init__(self, plan: Plan, member: Membership) -> None:
        self.plan, self.member = plan, member
        self.revision = Team.objects.get(pk=plan.team_id).revision
        self.before = rows(plan, member)
        self.client = Client()
        self.client.force_login(
            User.objects.get(pk=member.user_id), backend="django.contrib.auth.backends.ModelBackend"
        )

    def missed(self) -> list[str]:
        """The rows that look different by now, and that the page was not told of."""
        missed = []
        for name, after in rows(self.plan, self.member).items():
            before = self.before[name]
            if changed_keys := [key for key in {*before, *after} if before.get(key) != after.get(key)]:
                answer = self.client.get(f"/plans/{self.plan.pk}/{name}/changes/", {"since": self.revision})
                told = answer.content.decode()
                missed += [
                    f"{name}: {key}"
                    for key in changed_keys
                    if after.get(key, f'id="{key}" data-gone') not in told
                ]
        return missed


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever happens in the block has not happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def another(obj: Recorded, field: Any) -> list[Any]:
    """Values that the field of this object could have instead, the most telling first."""
    value = field.value_from_object(obj)
    if field.name == "parent" and value is None:
        return []
    if isinstance(field, models.ForeignKey):
        others: Any = field.related_model
        others = others.objects.exclude(pk=value)
        near = [each.pk for each in others if not isinstance(each, Recorded) or each.home() == obj.home()]
        wide = [each.pk for each in others if isinstance(each, Recorded) and each.home()[0] == obj.home()[0]]
        return [*near[:2], *wide[:2], *([None] if field.null and field.name != "parent" else [])]
    if field.choices:
        return [each for each, _label in field.flatchoices if each != value]
    if isinstance(field, models.BooleanField):
        return [not value]
    if isinstance(field, models.DateField):
        return [value + dt.timedelta(days=days) for days in (-70, 70, 1)] if value else [dt.date(2026, 10, 1)]
    if isinstance(field, models.DecimalField):
        return [(value or Decimal(0)) + Decimal("0.07"), Decimal(1234)]
    if isinstance(field, models.IntegerField):
        return [1, 2, 3] if value not in (1, 2, 3) else [each for each in (1, 2, 3) if each != value]
    if isinstance(field, models.CharField | models.TextField):
        return [f"{value} again", f"{value[:20]}!"]
    return []


def change(obj: Recorded, values: dict[str, Any]) -> None:
    team = Team.objects.get(pk=obj.home()[0])
    with changes.recording(team, by=None) as log:
        taken = log.take(type(obj).objects, obj.pk)
        for name, value in values.items():
            setattr(taken, name, value)
        log.save(taken)


def changed_ways(obj: Recorded, field: Any) -> Iterator[Callable[[], None]]:
    """The ways to change a field of an object by itself."""
    for value in another(obj, field):
        yield lambda value=value: change(obj, {field.attname: value})


@pytest.mark.parametrize("model", RECORDED, ids=lambda model: model._meta.label_lower)
def test_a_changed_field_reaches_every_open_table(model, demo):
    plan, member = demo
    page, missed, count = Page(plan, member), set(), 0
    mine = [
        each
        for each in model.objects.order_by("pk")
        if each.home() in ((plan.team_id, plan.pk), (plan.team_id, None))
        # Who looks at the page sees another page in another role.
        if each != member
    ]
    for obj in mine[:MOST]:
        for field in [each for each in model.recorded_fields() if each.name not in FIXED]:
            for way in changed_ways(obj, field):
                with taken_back():
                    try:
                        way()
                    except ValidationError:
                        continue
                    count += 1
                    missed |= {f"{field.name} of {obj} in {row}" for row in page.missed()}
                break
    assert sorted(missed) == []
    assert count or not mine


@pytest.mark.parametrize("model", RECORDED, ids=lambda model: model._meta.label_lower)
def test_what_is_removed_or_comes_back_reaches_every_open_table(model, demo):
    plan, member = demo
    mine = [each for each in model.objects.order_by("pk") if each.home()[1] == plan.pk and each.pk != plan.pk]
    for obj in mine[:MOST]:
        with taken_back():
            page = Page(plan, member)
            with changes.recording(plan.team, by=None) as log:
                log.remove(log.take(model.objects, obj.pk))
            assert page.missed() == []
            page = Page(plan, member)
            changes.undo(plan.team, log.revision, by=None)
            assert page.missed() == []


def test_a_reading_reaches_table_1_and_the_goals_of_every_plan(demo):
    plan, member = demo
    whole = Segment.objects.get(team=plan.team, dimension="whole")
    other = Plan.objects.filter(team=plan.team).exclude(pk=plan.pk).first()
    row = PlanMetric.objects.filter(plan=plan, override=None, metric__name="Total sales").get()
    month = full_months_before(plan.start)[-1]
    for into in (plan, other):
        with taken_back():
            page = Page(plan, member)
            with changes.recording(plan.team, plan=into, by=None) as log:
                save_typed(log, into, row.metric, whole, month, Decimal(4_000_000), "CRM")
            assert page.before["diagnose"] != rows(plan, member)["diagnose"]
            assert page.missed() == []


def test_pausing_a_strategy_reaches_its_late_tasks(demo):
    plan, member = demo
    page = Page(plan, member)
    late = next(
        key for key, html in page.before["tracking"].items() if key.startswith("task") and "days late" in html
    )
    strategy = Strategy.objects.get(tasks=int(late.removeprefix("task-")))
    with taken_back():
        change(strategy, {"state": "paused"})
        assert "days late" not in rows(plan, member)["tracking"][late]
        assert page.missed() == []
