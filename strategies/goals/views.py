"""Answering a goal's target, and deciding on the answer."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from planner import access, changes
from planner.access import get_plan
from planner.models import Goal, Recorded
from planner.web.requests import Request, post_data, status_of
from planner.web.submissions import once
from strategies.goals.answers import accept_answer, keep_target
from strategies.goals.forms import AnswerForm
from strategies.goals.kinds import row_key
from strategies.models import TargetAnswer

DECISIONS = {"accept": accept_answer, "keep": keep_target}


@require_http_methods(["GET", "POST"])
def answer(request: Request, plan_pk: int, pk: int) -> HttpResponse:
    """The owner's answer to a target: another number with a reason, or why this one is achievable."""
    plan, member = get_plan(request, plan_pk, may=access.may_report)
    goal = get_object_or_404(Goal.objects.filter(plan=plan).select_related("plan", "metric"), pk=pk)
    if not access.may_answer_target(member, goal):
        raise PermissionDenied
    goal.plan = plan
    form = AnswerForm(post_data(request), goal=goal)

    def send() -> Recorded | None:
        if not form.is_valid():
            return None
        try:
            with changes.recording(plan.team, plan=plan, by=request.user) as log:
                return form.answer(log, log.take(Goal.objects.filter(plan=plan), goal.pk), member)
        except ValidationError as error:
            form.take_errors(error)
            return None

    made, is_new = once(request, send)
    if made is not None:
        if is_new:
            undo = reverse("plan-undo", args=[plan.pk, plan.team.revision])
            messages.success(request, _("Your answer is saved."), extra_tags=f"undo:{undo}")
        return redirect(f"{reverse('goals', args=[plan.pk])}#{row_key(goal)}")
    context = {"plan": plan, "goal": goal, "form": form, "key": row_key(goal)}
    return render(request, "strategies/answer.html", context, status=status_of(form))


@require_POST
def decide(request: Request, plan_pk: int, pk: int, decision: str) -> HttpResponse:
    """Accept the target that an owner proposes, or keep the present one."""
    plan, member = get_plan(request, plan_pk, may=access.may_manage)
    answers = TargetAnswer.objects.filter(goal__plan=plan).select_related("goal__plan__team", "by")
    try:
        with changes.recording(plan.team, plan=plan, by=request.user) as log:
            answered = log.take(answers, pk)
            DECISIONS[decision](log, answered, member)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("goals", plan.pk)
    if log.changes:
        undo = f"undo:{reverse('plan-undo', args=[plan.pk, log.revision])}"
        done = _("Accepted the proposed target.") if decision == "accept" else _("Kept the target.")
        messages.success(request, done, extra_tags=undo)
    return redirect(f"{reverse('goals', args=[plan.pk])}#{row_key(answered.goal)}")
