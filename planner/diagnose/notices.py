"""The gap alert to managers: gaps of running plans that widened beyond the team's threshold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planner import words
from planner.arithmetic import formats
from planner.models import GapPoint, Plan, PlanMetric
from planner.notices.kinds import MOST_LINES, Content, Kind, Recipient
from planner.notices.mail import public_url


@dataclass(frozen=True, slots=True)
class Line:
    """One metric whose gap has widened: by how much, the gap now, the plan, the problems and the link."""

    title: str
    grew: str
    context: str
    problems: str
    url: str


def widened(to: Recipient) -> Content | None:
    """To managers: gaps that widened since their last notice and are still as wide; None where there are none."""
    language = words.language()
    lines = [_line(point, language) for point in _still_wide(_widenings(to))]
    if not lines:
        return None
    subject = ngettext("%(n)d gap has widened", "%(n)d gaps have widened", len(lines)) % {"n": len(lines)}
    return Content(
        subject,
        {
            "day": formats.day(to.day, language, year=False),
            "lines": lines[:MOST_LINES],
            "more": max(0, len(lines) - MOST_LINES),
            "home": public_url(reverse("home")),
        },
    )


def _widenings(to: Recipient) -> Iterable[Any]:
    """The widenings to report, each with the shortfall and gap of the last stored day."""
    teams = [seat.team_id for seat in to.memberships if seat.is_manager]
    latest = GapPoint.objects.filter(plan_metric=OuterRef("plan_metric")).order_by("-day")
    return (
        GapPoint.objects.filter(
            widened_at__gt=to.last_notified_at(GAP.name),
            widened_at__lte=to.at,
            plan_metric__in=PlanMetric.objects.filter(
                plan__in=Plan.objects.watched(to.day), plan__team__in=teams, metric__removed_at=None
            ),
        )
        .annotate(now=Subquery(latest.values("shortfall")[:1]), to_go=Subquery(latest.values("gap")[:1]))
        .select_related("plan_metric__metric", "plan_metric__plan__team")
        .order_by("plan_metric", "-day")
    )


def _still_wide(points: Iterable[Any]) -> list[Any]:
    """The last widening of each metric, unless it has closed again meanwhile; the widest gap first."""
    last: dict[int, Any] = {}
    for point in points:
        last.setdefault(point.plan_metric_id, point)
    wide = [
        point
        for point in last.values()
        if point.now is not None
        and point.widened_from is not None
        and point.now - point.widened_from >= point.plan_metric.plan.team.gap_threshold
    ]
    return sorted(wide, key=lambda point: -point.now)


def _line(point: Any, language: str) -> Line:
    row = point.plan_metric
    metric, plan = row.metric, row.plan
    text = _("Shortfall rate up from %(before)s to %(now)s")
    params = {
        "now": formats.per_cent(point.now, language),
        "before": formats.per_cent(point.widened_from, language),
    }
    to_go = formats.figure(metric.scale, point.to_go, language=language, difference=True)
    return Line(
        title=metric.name,
        grew=text % params,
        context=_("Gap %(gap)s · %(plan)s") % {"gap": formats.figure_text(to_go), "plan": plan.name},
        problems=row.problems,
        url=public_url(f"{reverse('diagnose', args=[plan.pk])}#metric-{row.pk}"),
    )


GAP = Kind(
    name="gap",
    label=gettext_lazy("Gap alert"),
    description=gettext_lazy("For managers: sent once when a gap grows by more than the team's threshold."),
    template="gap",
    build=widened,
    for_managers=True,
)
