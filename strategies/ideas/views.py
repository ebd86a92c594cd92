"""Proposing strategies with one click: from an idea, from a bottleneck, from a key action of a goal."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from planner import access, changes
from planner.access import get_plan
from planner.changes import Recording
from planner.models import Plan
from planner.models.history import Refusal
from planner.web.requests import Request
from planner.web.submissions import once
from strategies.ideas.forms import PAGES, AnswerForm
from strategies.ideas.library import find
from strategies.ideas.proposals import strategy_from_action, strategy_from_bottleneck, strategy_from_idea
from strategies.models import KeyAction, Strategy


@require_POST
def answer_bottleneck(request: Request, plan_pk: int) -> HttpResponse:
    """Propose a strategy against a bottleneck, from an idea of the library or by its title."""
    plan, _member = get_plan(request, plan_pk, may=access.may_edit_strategy)
    form = AnswerForm(request.POST, plan=plan)
    idea = find(plan, form.cleaned_data.get("idea", "")) if form.is_valid() else None
    title = form.cleaned_data.get("title", "")
    if not form.is_valid() or (idea is None and not title):
        messages.error(request, _("Choose an idea, or enter a title for the strategy."))
    elif idea is not None:
        _propose(request, plan, lambda log: strategy_from_idea(log, form.cleaned_data["bottleneck"], idea))
    else:
        _propose(
            request, plan, lambda log: strategy_from_bottleneck(log, form.cleaned_data["bottleneck"], title)
        )
    bottleneck = form.cleaned_data.get("bottleneck")
    query = f"?bottleneck={bottleneck.pk}" if bottleneck else ""
    page = form.cleaned_data.get("page") or PAGES[0]
    return redirect(f"{reverse(page, args=[plan.pk])}{query}")


@require_POST
def from_action(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    """Propose the strategy that carries out a key action."""
    plan, _member = get_plan(request, plan_pk, may=access.may_edit_strategy)
    actions = KeyAction.objects.filter(goal__plan=plan, goal__removed_at=None)
    goal = get_object_or_404(actions.select_related("goal"), pk=pk).goal
    _propose(request, plan, lambda log: strategy_from_action(log, log.take(actions, pk)))
    kind = "part" if goal.parent_id else "core"
    return redirect(f"{reverse('goals', args=[plan.pk])}#{kind}-{goal.pk}")


def _propose(request: Request, plan: Plan, make: Callable[[Recording], Strategy]) -> None:
    """Make the strategy once, and say so with the way back; or say why it is not made."""
    undo = ""

    def add() -> Strategy:
        nonlocal undo
        with changes.recording(plan.team, plan=plan, by=request.user) as log:
            strategy = make(log)
        undo = reverse("plan-undo", args=[plan.pk, log.revision])
        return strategy

    try:
        strategy, is_new = once(request, add)
    except Refusal:
        raise
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return
    if is_new:
        sentence = _("Added “%(title)s” as a proposed strategy.") % {"title": strategy}
        messages.success(request, sentence, extra_tags=f"undo:{undo}")
