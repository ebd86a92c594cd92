"""Strategize, as the loop and the checks of a plan show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planner.models import Goal, Plan, PlanMetric
from planner.stages import Check, Page, Stage, Summary, check
from strategies.models import Strategy

MOST_CORE_GOALS = 3
# A goal that can be held to account: measured, with an end, a name and a date.
COMPLETE = Q(
    metric__isnull=False, target__isnull=False, due__isnull=False, owner__removed_at=None, owner__isnull=False
)


def _counted(plans: Sequence[Plan]) -> dict[int, dict[str, Any]]:
    """By a plan's id, how many goals of which sort it has."""
    found = (
        Goal.objects.filter(plan__in=plans, parent__removed_at=None)
        .values("plan")
        .order_by("plan")
        .annotate(
            n=Count("pk"),
            core=Count("pk", filter=Q(parent=None)),
            complete=Count("pk", filter=COMPLETE),
            unmeasured=Count("pk", filter=Q(metric=None) | Q(target=None)),
            unowned=Count("pk", filter=Q(due=None) | Q(owner=None) | Q(owner__removed_at__isnull=False)),
        )
    )
    return {each["plan"]: each for each in found}


def _summaries(plans: Sequence[Plan]) -> dict[int, Summary]:
    goals = _counted(plans)
    strategies = dict(
        Strategy.objects.running()
        .filter(plan__in=plans)
        .values("plan")
        .order_by("plan")
        .annotate(n=Count("pk"))
        .values_list("plan", "n")
    )
    found = {}
    for plan in plans:
        counted, chosen = goals.get(plan.pk), strategies.get(plan.pk, 0)
        if counted is None:
            found[plan.pk] = Summary(_("No goal yet: break the core goal into parts that can be measured"))
            continue
        said = ngettext("%(n)d goal", "%(n)d goals", counted["n"]) % {"n": counted["n"]}
        picked = ngettext("%(n)d strategy", "%(n)d strategies", chosen) % {"n": chosen}
        found[plan.pk] = Summary(f"{said} · {picked}", share=counted["complete"] / counted["n"])
    return found


def _checks(plans: Sequence[Plan]) -> dict[int, list[Check]]:
    goals = _counted(plans)
    answered = Goal.objects.filter(plan=OuterRef("plan"), metric=OuterRef("metric"))
    gaps: dict[int, list[str]] = {}
    rows = PlanMetric.objects.filter(~Exists(answered), plan__in=plans, target__isnull=False)
    for plan, name in rows.order_by("order", "pk").values_list("plan", "metric__name"):
        gaps.setdefault(plan, []).append(name)
    return {plan.pk: _of_plan(plan, goals.get(plan.pk), gaps.get(plan.pk, [])) for plan in plans}


def _of_plan(plan: Plan, counted: dict[str, Any] | None, unanswered: list[str]) -> list[Check]:
    url = reverse("goals", args=[plan.pk])
    few = counted or {"core": 0, "n": 0, "unmeasured": 0, "unowned": 0}

    many = few["core"] if few["core"] > MOST_CORE_GOALS else 0
    return [
        check(
            many,
            _("%(n)d core goals"),
            _("A plan that wants everything gets none of it: three at the most."),
            url,
            _("Choose"),
        ),
        check(
            few["unmeasured"],
            ngettext(
                "%(n)d goal has no metric or no target",
                "%(n)d goals have no metric or no target",
                few["unmeasured"],
            ),
            _("What is not measured cannot be reached."),
            url,
            _("Set it"),
        ),
        check(
            few["unowned"],
            ngettext(
                "%(n)d goal has no owner or no date", "%(n)d goals have no owner or no date", few["unowned"]
            ),
            _("A goal of everybody is a goal of nobody."),
            url,
            _("Set it"),
        ),
        check(
            len(unanswered),
            ngettext(
                "No goal answers the gap of %(names)s",
                "No goal answers the gaps of %(names)s",
                len(unanswered),
            ),
            _("A gap that no goal speaks of will be there next quarter."),
            url,
            _("Add one"),
            names=", ".join(unanswered[:3]) + (" …" if len(unanswered) > 3 else ""),
        ),
    ]


STAGE = Stage(
    name=gettext_lazy("Strategize"),
    pages=(Page("goals", gettext_lazy("Goals")),),
    summaries=_summaries,
    checks=_checks,
    tables=(("goals", "strategies.table.GoalsTable"),),
)
