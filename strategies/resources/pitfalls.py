"""The pitfalls of resources: pools, people and priorities that the allocations do not fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy, ngettext_lazy

from planner import stages, words
from planner.models import Plan
from planner.pitfalls import Occurrences, Pitfall
from strategies.resources.people import Strain, strains, workforces
from strategies.resources.pools import Holding, holdings
from strategies.resources.splitting import inversions

OVER_ALLOCATED_POOL = Pitfall(
    "over_allocated_pool",
    "resources",
    ngettext_lazy("%(names)s is over-allocated", "%(n)d pools are over-allocated: %(names)s", "n"),
    gettext_lazy("What is promised twice is missing in the middle of the plan."),
    gettext_lazy("Reduce"),
)
OVERLOADED_PERSON = Pitfall(
    "overloaded_person",
    "resources",
    ngettext_lazy(
        "%(names)s has more work than days", "%(n)d people have more work than days: %(names)s", "n"
    ),
    gettext_lazy("Work that doesn't fit will be late, whoever does it."),
    gettext_lazy("Rearrange"),
)
INVERTED_ALLOCATION = Pitfall(
    "inverted_allocation",
    "resources",
    ngettext_lazy(
        "%(names)s holds more than a strategy of higher priority",
        "%(n)d strategies hold more than one of higher priority: %(names)s",
        "n",
    ),
    gettext_lazy("Money should follow priority, or there should be a reason."),
    gettext_lazy("Check split"),
)


def resource_pitfalls(plans: Sequence[Plan]) -> dict[int, dict[Pitfall, Occurrences]]:
    """By a plan's id, how often each of these occurs; a constant number of queries for any number of plans."""
    teams = {plan.team_id: plan.team for plan in plans}
    forces = workforces(list(teams.values()))
    held = holdings(plans, forces)
    days = [team.today() for team in teams.values()]
    efforts = stages.efforts(list(teams.values()), min(days), dt.date.max) if days else []
    strained = strains(forces.values(), efforts)
    return {plan.pk: _of_plan(plan, held[plan.pk], strained[plan.team_id]) for plan in plans}


def _of_plan(plan: Plan, held: Sequence[Holding], strained: Sequence[Strain]) -> dict[Pitfall, Occurrences]:
    over = [holding.pool for holding in held if holding.is_over]
    people = list(dict.fromkeys(strain.member for strain in strained if strain.concerns(plan)))
    lower = [each.lower for holding in held for each in inversions(holding)]
    inverted = {share.strategy.pk: share.strategy for share in lower}
    return {
        OVER_ALLOCATED_POOL: Occurrences(
            len(over), {"names": words.listed(over)}, f"pool-{over[0].pk}" if over else ""
        ),
        OVERLOADED_PERSON: Occurrences(
            len(people), {"names": words.listed(people)}, "people" if people else ""
        ),
        INVERTED_ALLOCATION: Occurrences(
            len(inverted),
            {"names": words.listed(inverted.values())},
            f"split-{lower[0].allocation.pool_id}" if lower else "",
        ),
    }
