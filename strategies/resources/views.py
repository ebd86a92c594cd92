"""The acts beside the table of allocations: taking a split, keeping an inversion, entering what was spent."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from planner import access, changes
from planner.access import get_plan
from planner.changes import Recording
from planner.models import Plan
from planner.web.requests import Request, post_data, shown_to, status_of
from planner.web.submissions import once
from strategies.models import Allocation, Spending
from strategies.resources.forms import ReasonForm, SpendingForm
from strategies.resources.pools import change_allocation
from strategies.resources.splitting import suggestion_of, use_split


@require_POST
def split(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    """Use the suggested split of a budget."""
    plan, _member = get_plan(request, plan_pk, may=access.may_edit_strategy)
    pool = get_object_or_404(plan.pools, pk=pk)
    with changes.recording(plan.team, plan=plan, by=request.user) as log:
        suggested = suggestion_of(plan, pool)
        if suggested is not None and suggested.is_new:
            use_split(log, pool, suggested)
    if log.changes:
        text = _("%(pool)s is split as suggested.") % {"pool": pool.name}
        messages.success(request, text, extra_tags=_undo(plan, log))
    return redirect(f"{reverse('resources', args=[plan.pk])}#split-{pool.pk}")


@require_http_methods(["GET", "POST"])
def keep(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    """Keep an allocation that stands against the order of priority, with a reason."""
    plan, _member = get_plan(request, plan_pk, may=access.may_edit_strategy)
    allocation = get_object_or_404(_allocations(plan), pk=pk)
    form = ReasonForm(post_data(request))
    if not form.is_valid():
        context = {"plan": plan, "form": form, "allocation": allocation}
        return render(request, "strategies/resources/keep.html", context, status=status_of(form))
    with changes.recording(plan.team, plan=plan, by=request.user) as log:
        allocation = log.take(_allocations(plan), pk)
        change_allocation(log, allocation, {"reason": form.cleaned_data["reason"]})
    text = _("“%(strategy)s” keeps its allocation.") % {"strategy": allocation.strategy}
    messages.success(request, text, extra_tags=_undo(plan, log) if log.changes else "")
    return redirect(f"{reverse('resources', args=[plan.pk])}#allocation-{pk}")


@require_http_methods(["GET", "POST"])
def spend(request: Request, plan_pk: int) -> HttpResponse:
    """Enter what was spent of an allocation."""
    plan, _member = get_plan(request, plan_pk, may=access.may_edit_strategy)
    form = SpendingForm(post_data(request), plan=plan)
    undo = ""

    def enter() -> Spending | None:
        nonlocal undo
        if not form.is_valid():
            return None
        try:
            with changes.recording(plan.team, plan=plan, by=request.user) as log:
                spending = form.create(log)
        except ValidationError as error:
            form.take_errors(error)
            return None
        undo = _undo(plan, log)
        return spending

    spending, _is_new = once(request, enter)
    if spending is None:
        context = {"plan": plan, "form": form}
        return render(request, "strategies/resources/spend.html", context, status=status_of(form))
    if undo:
        messages.success(request, _("Entered what was spent."), extra_tags=undo)
    return redirect(f"{reverse('resources', args=[plan.pk])}#spending")


@require_POST
def remove_spending(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    plan, _member = get_plan(request, plan_pk, may=access.may_edit_strategy)
    with changes.recording(plan.team, plan=plan, by=request.user) as log:
        spending = log.take(Spending.objects.filter(allocation__in=_allocations(plan)), pk)
        log.remove(spending, shown=shown_to(request))
    messages.success(request, _("Removed “%(name)s”.") % {"name": spending}, extra_tags=_undo(plan, log))
    return redirect(f"{reverse('resources', args=[plan.pk])}#spending")


def _allocations(plan: Plan) -> QuerySet[Allocation]:
    present = Allocation.objects.filter(pool__plan=plan, pool__removed_at=None, strategy__removed_at=None)
    return present.select_related("pool__plan__team", "strategy")


def _undo(plan: Plan, log: Recording) -> str:
    return f"undo:{reverse('plan-undo', args=[plan.pk, log.revision])}"
