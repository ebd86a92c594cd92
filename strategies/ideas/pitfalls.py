"""The pitfalls that one scenario looks for: no milestone in a new market, no fallback against a competitor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import F, Q
from django.utils.translation import gettext_lazy, ngettext_lazy

from planner import words
from planner.models import Goal, Plan
from planner.models.scenarios import tuning_of
from planner.pitfalls import Occurrences, Pitfall
from strategies.models import Strategy

NO_MILESTONE = Pitfall(
    "no_milestone",
    "goals",
    gettext_lazy("No goal is due before the plan's end"),
    gettext_lazy("Without milestones, it shows too late that a roll-out does not work."),
    gettext_lazy("Add goal"),
)
STRATEGY_WITHOUT_FALLBACK = Pitfall(
    "strategy_without_fallback",
    "strategies",
    ngettext_lazy("“%(names)s” has no fallback", "%(n)d strategies have no fallback: %(names)s", "n"),
    gettext_lazy("A competitor can move again: decide now what takes over then."),
    gettext_lazy("Choose a fallback"),
)


def scenario_pitfalls(plans: Sequence[Plan]) -> dict[int, dict[Pitfall, Occurrences]]:
    """By a plan's id, how often it meets them; never in a scenario that does not ask for them."""
    stepless = _without_milestone([plan for plan in plans if tuning_of(plan).wants_milestones])
    bare = _without_fallback([plan for plan in plans if tuning_of(plan).wants_fallbacks])
    return {
        plan.pk: {
            NO_MILESTONE: Occurrences(int(plan.pk in stepless)),
            STRATEGY_WITHOUT_FALLBACK: Occurrences(
                len(bare[plan.pk]), {"names": words.listed(bare[plan.pk])}
            ),
        }
        for plan in plans
    }


def _without_milestone(plans: Sequence[Plan]) -> set[int]:
    """The ids of the plans that have goals, all of them due at the end."""
    goals = Goal.objects.filter(plan__in=plans, parent__removed_at=None)
    early = goals.filter(due__lt=F("plan__end"))
    return set(goals.values_list("plan", flat=True)) - set(early.values_list("plan", flat=True))


def _without_fallback(plans: Sequence[Plan]) -> dict[int, list[str]]:
    """By a plan's id, the titles of its active strategies that nothing takes over from."""
    titles: dict[int, list[str]] = defaultdict(list)
    active = Strategy.objects.filter(plan__in=plans, state=Strategy.State.ACTIVE)
    bare = active.filter(Q(fallback=None) | Q(fallback__removed_at__isnull=False))
    for plan, title in bare.values_list("plan", "title"):
        titles[plan].append(title)
    return titles
