"""Every page of a stage knows its place: marked in the menu, with the way back above its title; its pieces are live."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from planner import changes, stages
from planner.models import Bottleneck, Plan, PlanMetric, Team
from strategies.models import Strategy
from tests.conftest import seat
from tracking.models import Task

pytestmark = pytest.mark.django_db

PAGES = [
    ("diagnose", "Diagnose", ["Q4"]),
    ("readings", "Diagnose", ["Q4", "Performance status"]),
    ("readings-import", "Diagnose", ["Q4", "Performance status", stages.stages()[0].pages[1].label]),
    ("bottlenecks", "Diagnose", ["Q4", "Performance status"]),
    ("formulas", "Diagnose", ["Q4", "Performance status"]),
    ("goals", "Strategize", ["Q4"]),
    ("strategies", "Strategize", ["Q4", "Goals"]),
    ("resources", "Strategize", ["Q4", "Goals"]),
    ("ideas", "Strategize", ["Q4", "Goals"]),
    ("tracking", "Execute", ["Q4"]),
    ("reviews", "Review", ["Q4"]),
]


def marked(html: str) -> list[str]:
    """What the menu says is where one is."""
    menu = html[html.index('<nav class="menu"') : html.index("</nav>")]
    return re.findall(r"<a [^>]*aria-current[^>]*>([^<]*)</a>", menu)


@pytest.mark.parametrize(("name", "stage", "crumbs"), PAGES)
def test_the_menu_marks_the_stage_and_the_crumbs_lead_back(name, stage, crumbs, plan, manager, as_):
    html = as_(manager).get(reverse(name, args=[plan.pk])).content.decode()
    assert marked(html) == [stage]
    shown = re.search(r'<p class="crumbs[^>]*>(.*?)</p>', html, re.DOTALL)[1]
    assert re.findall(r"<a [^>]*>([^<]*)</a>", shown) == [str(each) for each in crumbs]


def test_every_page_of_a_stage_is_tried():
    declared = {page.url_name for stage in stages.stages() for page in stage.pages}
    assert declared <= {name for name, _stage, _crumbs in PAGES}


def test_pages_outside_the_stages_have_no_place():
    assert [stages.place_of(name) for name in ("home", "plan", "plan-settings", "team")] == [None] * 4


@pytest.fixture
def poll(plan, manager, as_):
    """poll(address, since) is what a page that is open since that revision is told."""
    client = as_(manager)

    def ask(address: str, since: int) -> str:
        return client.get(f"/plans/{plan.pk}/{address}changes/", {"since": since}).content.decode()

    return ask


def change(plan: Plan, obj, **values) -> int:
    """Change an object; returns the revision before."""
    with changes.recording(plan.team, plan=plan, by=None) as log:
        taken = log.take(type(obj).objects, obj.pk)
        for name, value in values.items():
            setattr(taken, name, value)
        log.save(taken)
    return Team.objects.get(pk=plan.team_id).revision - 1


def test_a_piece_comes_when_what_it_shows_has_changed_and_not_otherwise(plan, status, poll):
    late = Bottleneck.objects.create(plan=plan, kind="conversion", cause="Slow follow-up", impact=5, ease=5)
    told = poll("bottlenecks/", change(plan, late, impact=1))
    assert 'id="quadrants"' in told
    assert told.index("data-rows") < told.index('id="quadrants"')
    told = poll("bottlenecks/", change(plan, status.sales, target=5))
    assert 'id="gaps"' in told
    assert 'id="quadrants"' not in told


def test_a_piece_that_comes_is_the_one_of_a_fresh_page(plan, status, manager, poll, as_):
    row = PlanMetric.objects.get(pk=status.sales.pk)
    told = poll("diagnose/", change(plan, row, override=100, override_reason="CRM"))
    page = as_(manager).get(f"/plans/{plan.pk}/diagnose/").content.decode()
    for name in ("flags", "trend", "drivers", "known"):
        piece = re.search(rf'<section id="{name}".*?</section>', told, re.DOTALL)[0]
        token = re.compile(r'value="[A-Za-z0-9]{64}"')
        assert token.sub("", piece) in token.sub("", page)


def test_a_plans_home_follows_what_others_change(plan, manager, poll, team):
    strategy = Strategy.objects.create(plan=plan, title="Follow-up procedure")
    task = Task.objects.create(
        strategy=strategy, description="List the pain points", owner=seat(manager, team), due=plan.start
    )
    told = poll("", change(plan, task, description="Write the list"))
    assert 'id="overview"' in told
    assert "Write the list" in told
    assert "Write the list" not in poll("", change(plan, strategy, state="paused"))
    assert poll("", Team.objects.get(pk=team.pk).revision) == ""
