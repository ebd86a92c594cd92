"""Sub-goals that coverage adds: for a part of the business that a cut lacks."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from planner.changes import Recording
from planner.models import Goal
from strategies.coverage.cuts import coverages
from strategies.coverage.shown import target_for
from strategies.goals.goals import add_sub_goal


def add_missing_part(log: Recording, core: Goal, cut: str, segment: int) -> Goal:
    """Add a sub-goal for a segment that a cut of the core goal lacks, with the target that covers what is left.

    It has no target where more than one segment is missing. Raises ValidationError where the cut lacks no such segment.
    """
    shown = next((each for each in coverages(core.plan) if each.goal == core), None)
    found = [each for each in shown.cuts if each.name == cut] if shown else []
    missing = [each for each in found[0].missing if each.segment.pk == segment] if found else []
    if not missing:
        raise ValidationError(_("This breakdown already has a sub-goal for it. Reload the page."))
    return add_sub_goal(
        log,
        core,
        str(missing[0].segment),
        core.metric,
        segment=missing[0].segment,
        cut=cut,
        adds_up=True,
        target=target_for(found[0]),
    )
