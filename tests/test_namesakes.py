"""Members may share a name: wherever both are chosen or listed, the job title stands beside it (Decision 18)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from planner.models import Goal, Membership, Segment
from strategies.models import Strategy
from tracking.models import Task


@pytest.fixture
def namesakes(team, plan, manager) -> list[Membership]:
    """Two with one name, each with a task, and a third with another."""
    members = [
        Membership.objects.create(team=team, name=name, job_title=title, role="rep")
        for name, title in (("Li Wei", "Trainer"), ("ＬＩ wei", "Sales lead"), ("Zhou Yi", "Marketing"))
    ]
    strategy = Strategy.objects.create(plan=plan, title="S")
    core = Goal.objects.create(plan=plan, name="Core")
    for member in members:
        Task.objects.create(strategy=strategy, description=f"T{member.pk}", owner=member)
        Goal.objects.create(plan=plan, parent=core, name=f"G{member.pk}", owner=member)
    return members


@pytest.mark.parametrize("page", ["tracking", "goals"])
def test_in_rows_filters_and_editors_the_job_title_stands_beside_a_shared_name(
    plan, namesakes, as_, manager, page
):
    html = as_(manager).get(reverse(page, args=[plan.pk])).text

    for name in ("Li Wei (Trainer)", "ＬＩ wei (Sales lead)"):
        assert f"<span>{name}</span>" in html  # the row
        assert html.count(f"{name}</option>") >= 2  # the filter, and the editors
    assert "Zhou Yi (" not in html


@pytest.mark.parametrize("table", ["tracking", "goals"])
def test_files_tell_them_apart_too(plan, namesakes, as_, manager, table):
    text = as_(manager).get(reverse("export", args=[plan.pk, table, "csv"])).content.decode("utf-8-sig")
    assert "Li Wei (Trainer)" in text
    assert "Zhou Yi (" not in text


def test_so_does_the_choice_of_a_successor(namesakes, as_, manager):
    html = as_(manager).get(reverse("member-remove", args=[namesakes[2].pk])).text
    assert "Li Wei (Trainer)</option>" in html


def test_a_region_and_a_channel_of_one_name_are_told_apart(team, plan, as_, manager):
    for dimension in ("region", "channel"):
        Segment.objects.create(team=team, dimension=dimension, name="Online")
    html = as_(manager).get(reverse("goals", args=[plan.pk])).text
    assert "Online (region)</option>" in html
    assert "Online (sales channel)</option>" in html
