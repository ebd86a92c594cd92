"""The team's metrics: what they are, where they are used, and which ones are archived."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from planner import access, changes
from planner.models import Metric
from planner.web.requests import Request, shown_to


@require_GET
def metrics(request: Request) -> HttpResponse:
    membership = access.get_membership(request)
    in_use = Q(in_plans__removed_at=None, in_plans__plan__removed_at=None)
    metrics = Metric.with_removed.filter(team=membership.team).annotate(
        used=Count("in_plans", filter=in_use, distinct=True)
    )
    metrics = metrics.order_by("name", "pk")
    context = {
        "groups": [
            {"archived": False, "metrics": [metric for metric in metrics if metric.removed_at is None]},
            {"archived": True, "metrics": [metric for metric in metrics if metric.removed_at is not None]},
        ],
        "can_manage": access.may_manage(membership),
        "revision": membership.team.revision,
        "place": "team",
    }
    return render(request, "team/metrics.html", context)


@require_POST
def archive(request: Request, pk: int) -> HttpResponse:
    """Take a metric out of what is suggested; plans that use it, and its readings, keep it."""
    membership = access.get_membership(request, may=access.may_manage)
    with changes.recording(membership.team, by=request.user) as log:
        metric = log.take(Metric.objects.filter(team=membership.team), pk)
        log.remove(metric, shown=shown_to(request))
    messages.success(
        request, _("Archived “%(name)s”. Plans that use it are not affected.") % {"name": metric}
    )
    return redirect("team-metrics")


@require_POST
def restore(request: Request, pk: int) -> HttpResponse:
    membership = access.get_membership(request, may=access.may_manage)
    archived = Metric.with_removed.filter(team=membership.team).exclude(removed_at=None)
    metric = get_object_or_404(archived, pk=pk)
    try:
        with changes.recording(membership.team, by=request.user) as log:
            log.restore(log.take(archived, pk))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Restored “%(name)s”.") % {"name": metric})
    return redirect("team-metrics")
