"""What a stage proposes to do next, for the line beneath the title of its pages."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import template

from planner import access, words
from planner.models import Plan
from planner.models.scenarios import tuning_of
from planner.stages import Step

register = template.Library()


class NextStep(NamedTuple):
    """The next step; None where nothing is missing."""

    step: Step | None


@register.simple_tag
def scenario_line(plan: Plan) -> str:
    """What the scenario of a plan puts first, with the reason."""
    return words.labelled(plan.get_scenario_display(), tuning_of(plan).first)


@register.simple_tag(takes_context=True)
def next_step(context: Any) -> NextStep | None:
    """The next step of the stage whose page this is; None where it has none, and for who may not take it."""
    here, plan = context.get("here"), context.get("plan")
    if here is None or plan is None or here.stage.next_step is None or plan.is_closed:
        return None
    member = next((each for each in context["my_memberships"] if each.team_id == plan.team_id), None)
    if member is None or not access.may_edit_plan(member, plan):
        return None
    return NextStep(here.stage.next_step(plan))
